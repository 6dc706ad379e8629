"""A place is found by the beginnings of its words, however it is written."""

from hypothesis import given
from hypothesis import strategies as st

from geo.places import NamedPlace, find_places
from geo.point import Point
from geo.sample import AGENCY_NAMES, list_facilities, list_villages

PLACES = tuple(
    [NamedPlace(name=f.name, detail=AGENCY_NAMES[f.agency], point=f.point) for f in list_facilities()]
    + [NamedPlace(name=v.name, detail=f"Kec. {v.district}", point=v.point) for v in list_villages()]
)


def names(text: str, limit: int = 10) -> list[str]:
    return [place.name for place in find_places(text, PLACES, limit)]


def test_a_name_that_begins_with_the_text_comes_first_the_shortest_before_longer_ones() -> None:
    assert names("cikokol")[:2] == ["Cikokol", "Puskesmas Cikokol"]
    assert names("puskesmas ciko") == ["Puskesmas Cikokol"]


def test_words_are_found_in_any_order_and_with_any_signs() -> None:
    assert names("CIKOKOL puskesmas") == ["Puskesmas Cikokol"]
    assert "Masjid Raudhatul Qur'an" in names("raudhatul qur an")


def test_the_detail_tells_places_of_one_name_apart() -> None:
    both = find_places("babakan", PLACES)
    assert len([place for place in both if place.name == "Babakan"]) == 3
    (one,) = find_places("babakan kec setu", PLACES)
    assert one.detail == "Kec. Setu"


def test_an_empty_text_finds_nothing() -> None:
    assert names("") == names(" .,") == []


@given(st.sampled_from(PLACES))
def test_every_place_is_found_by_its_own_name_and_detail(place: NamedPlace) -> None:
    assert place in find_places(f"{place.name} {place.detail}", PLACES)


@given(st.text(max_size=20), st.integers(1, 20))
def test_any_text_gives_at_most_the_limit_and_only_places_that_have_its_words(text: str, limit: int) -> None:
    found = find_places(text, PLACES, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)


def test_a_place_that_lacks_a_word_is_not_found() -> None:
    nowhere = NamedPlace(name="Cikokol", detail="Kota Tangerang", point=Point(lon=106.6, lat=-6.2))
    assert find_places("cikokol serpong", (nowhere,)) == ()
