"""Words near to a typed one are exactly those that a comparison with every word finds."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from geo.places.words import Words

WORD = st.text("abcdefgé 0日", max_size=9)


@given(st.sets(WORD, max_size=30), WORD, st.integers(0, 3))
def test_no_word_that_is_near_is_passed_over_and_none_that_is_far_is_named(
    words: set[str], typed: str, most: int
) -> None:
    known = Words(words)
    rows, distance = known.near(typed, most)
    found = {known.words[row]: mistakes for row, mistakes in zip(rows, distance, strict=True)}
    assert found == {word: OSA.distance(typed, word) for word in words if OSA.distance(typed, word) <= most}
