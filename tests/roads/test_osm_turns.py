"""Turn restrictions of OpenStreetMap: which turns they forbid, which of them are left out and told."""

from pathlib import Path

import pytest

from geo.roads.network import Network
from geo.roads.turns import FORBIDDEN
from geo.search.nearest import NearestSearch
from tests.roads.osm_town import ARMS, CROSS, RING, ROAD, Relation, Tags, restriction, town, turns, xml
from tests.roads.tiny import on


def times(net: Network, *, frm: tuple[int, int], to: tuple[int, int]) -> int:
    """Ms from the middle of one edge to the middle of another, each given by the grid places of its ends as nodes."""
    found = NearestSearch(net).nearest(on(net, (*to, 0.5)), on(net, (*frm, 0.5)), None, most=1, metric="car")
    return int(found.travel_ms[0])


@pytest.mark.parametrize(
    ("relation", "forbidden"),
    [
        (restriction("no_left_turn", 11, 2, 14), {((0, 1), (1, 3))}),
        (restriction("no_u_turn", 11, 2, 11), {((0, 1), (1, 0))}),
        (restriction("only_straight_on", 11, 2, 13), {((0, 1), (1, 0)), ((0, 1), (1, 3)), ((0, 1), (1, 4))}),
        (restriction("no_left_turn", 11, 2, 14, **{"except": "psv;bicycle"}), {((0, 1), (1, 3))}),
        (restriction("no_left_turn", 11, 2, 14, **{"except": "psv;motorcar"}), set()),
        (restriction("no_left_turn", 11, 2, 14, **{"except": "motor_vehicle"}), set()),
        (restriction("no_left_turn", 11, 2, 14, **{"except": "psv, motorcar"}), set()),
        (restriction("no_left_turn", 11, 2, 14, **{"restriction:motorcar": "none"}), set()),
        (restriction("none", 11, 2, 14, **{"restriction:conditional": "no_left_turn @ (24/7)"}), {((0, 1), (1, 3))}),
        (
            restriction("no_left_turn", 11, 2, 14, **{"restriction:conditional": "none @ (Sa,Su)"}),
            {((0, 1), (1, 3))},
        ),
        (restriction("no_left_turn", 11, 2, 14, hour_on="0", hour_off="24:00"), {((0, 1), (1, 3))}),
        (restriction("no_left_turn", 11, 2, 14, hour_on="pagi", hour_off="sore"), {((0, 1), (1, 3))}),
        (
            (
                [("way", 11, "from"), ("way", 13, "from"), ("node", 2, "via"), ("way", 14, "to")],
                {"type": "restriction", "restriction": "no_entry"},
            ),
            {((0, 1), (1, 3)), ((2, 1), (1, 3))},
        ),
        (
            (
                [("way", 11, "from"), ("node", 2, "via"), ("way", 13, "to"), ("way", 14, "to")],
                {"type": "restriction", "restriction": "no_exit"},
            ),
            {((0, 1), (1, 2)), ((0, 1), (1, 3))},
        ),
        (restriction("No_Left_Turn ", 11, 2, 14), {((0, 1), (1, 3))}),
    ],
)
def test_a_restriction_forbids_its_turns_and_no_other(
    tmp_path: Path, relation: Relation, forbidden: set[object]
) -> None:
    net, said = town(tmp_path, xml(CROSS, RING, [relation]))
    assert net.node_count == 5
    assert turns(net) == forbidden
    count = 1 if forbidden else 0
    assert f"{len(forbidden):,} turns are forbidden by {count} restrictions" in said


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"restriction:conditional": "none @ (Sa,Su)"}, "hours at which a turn restriction does not hold: it is held"),
        ({"hour_on": "pagi"}, "hours of a turn restriction that cannot be read: it is held"),
    ],
)
def test_hours_of_a_restriction_that_is_held_at_all_are_counted(tmp_path: Path, tags: Tags, reason: str) -> None:
    _, said = town(tmp_path, xml(CROSS, RING, [restriction("no_left_turn", 11, 2, 14, **tags)]))
    assert f"left out: 1 {reason} at all" in said


@pytest.mark.parametrize(("arms", "count"), [(8, 0), (9, 1)])
def test_a_crossing_of_so_many_streets_that_a_search_may_miss_one_is_counted(
    tmp_path: Path, arms: int, count: int
) -> None:
    nodes = {1: (0.0, 0.0), **{2 + arm: (1 + arm % 2, arm - 4.5) for arm in range(arms)}}
    ways = {10 + arm: ([1, 2 + arm], ROAD) for arm in range(arms)}
    _, said = town(tmp_path, xml(nodes, ways, [restriction("no_left_turn", 10, 1, 11)]))
    assert sum(line.startswith("1 crossings of more than 8 streets") for line in said) == count
    assert not any("of more than 8 streets" in line for line in town(tmp_path, xml(nodes, ways))[1])


@pytest.mark.parametrize(
    "more", ["nothing", "a node twice in a row", "a way from a node to itself", "two nodes in a place"]
)
def test_a_step_of_no_length_is_no_way_round_a_forbidden_turn(tmp_path: Path, more: str) -> None:
    nodes, ways = dict(CROSS), dict(RING)
    match more:
        case "a node twice in a row":
            ways[11] = ([1, 2, 2], ROAD)
            ways[14] = ([4, 4, 2], ROAD)
        case "a way from a node to itself":
            ways[30] = ([2, 2], ROAD)
        case "two nodes in a place":
            nodes[6] = nodes[2]
            ways[14] = ([4, 6], ROAD)
            ways[30] = ([6, 2], ROAD)
    net, _ = town(tmp_path, xml(nodes, ways, [restriction("no_left_turn", 11, 2, 14)]))
    assert net.node_count == 5
    assert net.edge_count == 12
    assert net.edge_length_m.min() > 1
    assert turns(net) == {((0, 1), (1, 3))}


def test_the_search_goes_round_a_forbidden_turn_and_straight_where_turns_are_not_looked_at(tmp_path: Path) -> None:
    text = xml(CROSS, RING, [restriction("no_left_turn", 11, 2, 14)])
    aware, _ = town(tmp_path, text)
    plain, _ = town(tmp_path, text, turn_costs="none")
    assert times(plain, frm=(0, 1), to=(1, 3)) < times(aware, frm=(0, 1), to=(1, 3))
    # The other turns cost what a right angle does.
    straight, turned = times(plain, frm=(2, 1), to=(1, 3)), times(aware, frm=(2, 1), to=(1, 3))
    assert turned - straight == pytest.approx(3_750, abs=5)


@pytest.mark.parametrize(
    ("relation", "reason"),
    [
        (
            ([("way", 11, "from"), ("way", 14, "via"), ("way", 13, "to")], {"restriction": "no_u_turn"}),
            "left out: 1 turn restrictions between ways that are not in the network",
        ),
        (
            (
                [("way", 11, "from"), ("node", 2, "via"), ("way", 13, "via"), ("way", 14, "to")],
                {"restriction": "no_u_turn"},
            ),
            "left out: 1 turn restrictions without their from, via and to",
        ),
        (
            restriction("", 11, 2, 14, **{"restriction:conditional": "no_left_turn @ (wet)"}),
            "left out: 1 turn restrictions at hours that cannot be read",
        ),
        (
            ([("way", 11, "from"), ("node", 2, "via")], {"restriction": "no_left_turn"}),
            "left out: 1 turn restrictions without their from, via and to",
        ),
        (
            (restriction("no_left_turn", 11, 2, 99)),
            "left out: 1 turn restrictions between ways that are not in the network",
        ),
        (
            (restriction("no_left_turn", 20, 3, 13)),
            "left out: 1 turn restrictions whose ways run on through the junction",
        ),
        (restriction("no_left_turn_on_red", 11, 2, 13), "left out: 1 turn restrictions of a kind that forbids nothing"),
        (restriction("no_thing", 11, 2, 13), "left out: 1 turn restrictions of a kind that forbids nothing"),
        (restriction("yes", 11, 2, 13), "left out: 1 turn restrictions of a kind that forbids nothing"),
        *(
            (
                (
                    [("way", 11, "from"), ("node", 2, "via"), ("way", 13, "to"), ("way", 15, "to")],
                    {"restriction": kind},
                ),
                "left out: 1 turn restrictions with several from or to",
            )
            for kind in ("no_left_turn", "no_entry", "only_straight_on")
        ),
        (
            (
                [("way", 11, "from"), ("way", 13, "from"), ("node", 2, "via"), ("way", 15, "to")],
                {"restriction": "no_left_turn"},
            ),
            "left out: 1 turn restrictions with several from or to",
        ),
    ],
)
def test_a_restriction_that_cannot_be_carried_is_reported(tmp_path: Path, relation: Relation, reason: str) -> None:
    members, tags = relation
    ways = {**RING, 20: ([4, 3, 5], ROAD)}
    del ways[21]
    net, said = town(tmp_path, xml(CROSS, ways, [(members, {"type": "restriction", **tags})]))
    assert reason in said
    assert reason in net.meta.report
    assert (net.turn_cost_ms != FORBIDDEN).all()


def test_who_cannot_come_back_because_of_the_rules_is_cut_off_and_told(tmp_path: Path) -> None:
    # From the dead end 5 nobody may turn at 2 and nobody may turn round at 5.
    rules = [restriction("no_entry", 15, 2, way) for way in (11, 13, 14, 15)]
    net, said = town(tmp_path, xml(CROSS, {**ARMS, 20: ([3, 4], ROAD)}, rules))
    assert net.meta.cut_off_edges == 2
    assert any(line.startswith("cut off, for no way leads there and back: 1 nodes and 2 edges") for line in said)
    assert any(line.startswith("cut off near ") for line in net.meta.report)
