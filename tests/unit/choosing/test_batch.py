"""Serving several requests at once: nobody is left out for somebody behind, and together they wait least."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from dispatch.choosing.batch import WEIGHTS, assign_together

REQUESTS, VEHICLES = "PQRS", "ABCD"
levels = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(sorted)
times = st.dictionaries(
    st.sampled_from(REQUESTS),
    st.dictionaries(st.sampled_from(VEHICLES), st.integers(0, 60).map(lambda m: m * 60.0), max_size=4),
    max_size=4,
)


def needs_of(found: list[int]) -> list[tuple[str, int]]:
    return list(zip(REQUESTS, found, strict=False))


def by_hand(needs: list[tuple[str, int]], arrivals: dict[str, dict[str, float]]) -> tuple[list[bool], float]:
    """The best of all ways: who is served first comes first, then the weighted waiting."""
    best: tuple[list[bool], float] = ([True] * len(needs), float("inf"))
    found: tuple[list[bool], float] | None = None
    slots: list[str | None] = [*VEHICLES, *[None] * len(needs)]
    for way in set(permutations(slots, len(needs))):
        pairs = list(zip(needs, way, strict=True))
        if any(v is not None and v not in arrivals.get(r, {}) for (r, _), v in pairs):
            continue
        left_out = [vehicle is None for _, vehicle in pairs]
        cost = sum(arrivals[r][v] * WEIGHTS[level] for (r, level), v in pairs if v is not None)
        if found is None or (left_out, cost) < found:
            found = (left_out, cost)
    return found or best


@given(levels, times)
def test_the_assignment_is_the_best_of_all_in_the_order_and_then_in_waiting(
    found: list[int], arrivals: dict[str, dict[str, float]]
) -> None:
    needs = needs_of(found)
    given_to = assign_together(needs, arrivals)
    used = [vehicle for vehicles in given_to.values() for vehicle in vehicles]
    assert len(used) == len(set(used))
    left_out = [request not in given_to for request, _ in needs]
    cost = sum(arrivals[r][given_to[r][0]] * WEIGHTS[level] for r, level in needs if r in given_to)
    wanted_left_out, wanted_cost = by_hand(needs, arrivals)
    assert left_out == wanted_left_out
    assert abs(cost - wanted_cost) < 1e-6


def test_a_nearer_vehicle_is_left_to_who_has_no_other() -> None:
    arrivals = {"P": {"A": 300.0, "B": 360.0}, "Q": {"A": 240.0}}
    assert assign_together([("P", 1), ("Q", 3)], arrivals) == {"P": ("B",), "Q": ("A",)}


def test_with_one_vehicle_the_first_in_the_order_has_it() -> None:
    arrivals = {"P": {"A": 3000.0}, "Q": {"A": 60.0}}
    assert assign_together([("P", 0), ("Q", 1)], arrivals) == {"P": ("A",)}


def test_a_request_for_two_gets_two() -> None:
    arrivals = {"P": {"A": 300.0, "B": 360.0}, "Q": {"B": 60.0}}
    assert assign_together([("P", 2), ("P", 2), ("Q", 3)], arrivals) == {"P": ("A", "B")}


def test_nothing_to_give_is_no_error() -> None:
    assert assign_together([], {}) == {}
    assert assign_together([("P", 0)], {}) == {}
