"""What turns, bends and lights cost: by angle, where there is a choice, and to whom."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.roads.build import build_network
from geo.roads.surroundings import TOWN_KM_PER_KM2, in_town
from geo.roads.table import RoadTable
from geo.roads.turning import bends_ms, priced, turn_rules, turning_ms
from tests.roads.tiny import ORIGIN, both, table


def price(degrees: float) -> int:
    return int(turning_ms(np.array([degrees]))[0])


def test_a_right_angle_costs_half_of_what_turning_about_does_and_straight_on_nothing() -> None:
    assert (price(0.0), price(90.0), price(180.0)) == (0, 3_750, 7_489)


@given(st.floats(0.0, 180.0), st.floats(0.0, 180.0))
def test_a_sharper_turn_never_costs_less(one: float, other: float) -> None:
    assert (price(one) <= price(other)) == (one <= other) or price(one) == price(other)


def crossing() -> RoadTable:
    """A street from west to east over a crossing, and one that leaves it to the north."""
    return table([(0, 0), (1, 0), (2, 0), (1, 1)], both((0, 1, 100), (1, 2, 100), (1, 3, 100)))


def test_turns_cost_where_three_streets_meet_and_going_straight_on_does_not() -> None:
    found = crossing()
    rules = turn_rules(found.u, found.v, found.shapes, len(found.u))
    by_nodes = {(int(found.u[a]), int(found.v[a]), int(found.v[b])): int(ms) for a, b, ms in rules}
    assert by_nodes == {
        (0, 1, 3): pytest.approx(3_750, abs=5),
        (2, 1, 3): pytest.approx(3_750, abs=5),
        (3, 1, 0): pytest.approx(3_750, abs=5),
        (3, 1, 2): pytest.approx(3_750, abs=5),
    }


def test_a_bend_costs_on_the_edge_that_leads_into_it_or_holds_it() -> None:
    corner = table([(0, 0), (1, 0), (1, 1)], both((0, 1, 100), (1, 2, 100)))
    assert len(turn_rules(corner.u, corner.v, corner.shapes, len(corner.u))) == 0
    at_node = bends_ms(corner.u, corner.v, corner.shapes)
    into = [(int(u), int(v)) in ((0, 1), (2, 1)) for u, v in zip(corner.u, corner.v, strict=True)]
    assert at_node[into] == pytest.approx(3_750, abs=5)
    assert (at_node[~np.array(into)] == 0).all()
    whole = np.concatenate((corner.shapes[0], corner.shapes[2][1:]))
    inside = bends_ms(np.array([0, 1]), np.array([1, 0]), [whole, whole[::-1]])
    assert inside == pytest.approx(3_750, abs=5)


def test_a_straight_road_of_many_points_costs_nothing_more() -> None:
    line = np.column_stack((np.linspace(106.8, 106.9, 50), np.full(50, -6.2)))
    assert bends_ms(np.array([0]), np.array([1]), [line]).tolist() == [0]


def test_a_network_of_priced_roads_asks_the_price_of_turns_once() -> None:
    roads = build_network(priced(crossing()), ORIGIN, lambda _: None, turn_costs="osm")
    costs = roads.turn_cost_ms[roads.turn_cost_ms > 0]
    assert costs.tolist() == pytest.approx([3_750] * 4, abs=5)


def test_a_town_is_where_much_road_is_around() -> None:
    lon, lat = np.repeat(106.8, 200), np.repeat(-6.2, 200)
    lon[100:] += 0.2
    metres = np.full(200, 1.0)
    metres[:100] = TOWN_KM_PER_KM2 * 2.5**2 * 1_000.0 / 100 * 1.01
    assert in_town(lon, lat, metres).tolist() == [True] * 100 + [False] * 100


@given(st.lists(st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.floats(0.0, 30_000.0)), min_size=1))
def test_more_road_never_makes_a_town_less_of_one(roads: list[tuple[float, float, float]]) -> None:
    lon, lat, metres = (np.array(column) for column in zip(*roads, strict=True))
    before = in_town(lon, lat, metres)
    assert (in_town(lon, lat, metres * 2.0) >= before).all()
