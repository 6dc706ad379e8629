"""Turn restrictions over ways, for some and at some hours: what may be driven then, and that nobody is out of reach."""

from datetime import time
from pathlib import Path

import numpy as np
import pytest

from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network, open_network, write_network
from geo.roads.speeds import METRICS
from geo.roads.traffic import Slice, streets_shut_at, under
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper
from tests.roads.osm_town import ROAD, Relation, Tags, Way, restriction, town, xml
from tests.roads.tiny import SOUTH, STEP, WEST

ONE_WAY = {**ROAD, "oneway": "yes"}
# An avenue of two carriageways, 1-2-3 to the east and 6-5-4 to the west, with a cross street 2-5 between them and on
# to 7 and 8; far out the two ends are joined.
AVENUE = {
    1: (0, 0), 2: (2, 0), 3: (4, 0), 4: (0, 1), 5: (2, 1), 6: (4, 1), 7: (2, 3), 8: (2, -2), 9: (2, 0.4),
}  # fmt: skip
WAYS: dict[int, Way] = {
    11: ([1, 2], ONE_WAY), 12: ([2, 3], ONE_WAY), 13: ([6, 5], ONE_WAY), 14: ([5, 4], ONE_WAY),
    15: ([2, 9], ROAD), 16: ([9, 5], ROAD), 17: ([5, 7], ROAD), 18: ([8, 2], ROAD),
    19: ([3, 6], ROAD), 20: ([4, 1], ROAD),
}  # fmt: skip
PEAK = Slice(name="pagi", days=frozenset(range(5)), since=time(6), until=time(9), main=1.0, side=1.0)
NIGHT = Slice(name="malam", days=frozenset(range(7)), since=time(22), until=time(0), main=1.0, side=1.0)


def no_u_turn(
    kind: str = "no_u_turn", *, to: int = 14, via: tuple[int, ...] = (15, 16), more: Tags | None = None
) -> Relation:
    members = [("way", 11, "from"), *(("way", way, "via") for way in via), ("way", to, "to")]
    return members, {"type": "restriction", "restriction": kind, **(more or {})}


def metres(net: Network, start: tuple[float, float], end: tuple[float, float], metric: str = "car") -> float:
    """The length of the soonest way between two places of the grid, in steps of it from west to east."""
    x, y = np.array([start, end]).T
    snaps = Snapper(net).snap(WEST + STEP * x, SOUTH + STEP * y)
    search = NearestSearch(net)
    found = search.nearest(snaps.some(slice(1, 2)), snaps.some(slice(0, 1)), None, most=1, metric=metric)
    return round(float(found.distance_m[0]) / 110.5, 1) if len(found.distance_m) else np.inf


WEST_BOUND, EAST_BOUND, SIDE, HOUSE, FROM_SOUTH = (1, 1), (1, 0), (2, 2), (2, 0.7), (2, -1)


def test_who_comes_by_from_over_the_via_may_not_go_on_by_to_and_all_others_may(tmp_path: Path) -> None:
    plain, _ = town(tmp_path, xml(AVENUE, WAYS))
    net, said = town(tmp_path, xml(AVENUE, WAYS, [no_u_turn()]))
    assert "1 turns are forbidden by 1 restrictions" in said
    assert "1 of the restrictions are over ways instead of a node" in said
    write_network(net, tmp_path / "kota.roads")
    net = open_network(tmp_path / "kota.roads")
    assert metres(plain, EAST_BOUND, WEST_BOUND) == 3
    assert metres(net, EAST_BOUND, WEST_BOUND) == 7  # by the joined end, and not by turning round at 7
    assert metres(net, EAST_BOUND, SIDE) == metres(plain, EAST_BOUND, SIDE) == 3
    assert metres(net, FROM_SOUTH, WEST_BOUND) == metres(plain, FROM_SOUTH, WEST_BOUND) == 3
    # A house on the via is reached by all, and a vehicle there goes wherever it would.
    assert metres(net, EAST_BOUND, HOUSE) == metres(plain, EAST_BOUND, HOUSE) == 1.7
    assert metres(net, HOUSE, WEST_BOUND) == metres(plain, HOUSE, WEST_BOUND) == 1.3


def test_streets_are_there_once_though_they_have_copies(tmp_path: Path) -> None:
    plain, _ = town(tmp_path, xml(AVENUE, WAYS))
    net, _ = town(tmp_path, xml(AVENUE, WAYS, [no_u_turn()]))
    copies = net.edge_copy[net.edge_copy >= 0]
    assert len(net.streets) == len(plain.streets)
    assert net.edge_count == plain.edge_count + len(copies) > plain.edge_count
    assert not np.isin(copies, net.streets).any()


@pytest.mark.parametrize(("via", "order"), [((15, 16), "as driven"), ((16, 15), "the other way round")])
def test_only_over_ways_leaves_who_came_so_far_no_other_way_on(
    tmp_path: Path, via: tuple[int, ...], order: str
) -> None:
    net, _ = town(tmp_path, xml(AVENUE, WAYS, [no_u_turn("only_straight_on", to=17, via=via)]))
    assert metres(net, EAST_BOUND, WEST_BOUND) == 7, order
    assert metres(net, EAST_BOUND, SIDE) == 3
    assert metres(net, FROM_SOUTH, WEST_BOUND) == 3


@pytest.mark.parametrize(
    "rule", [no_u_turn(more={"except": "emergency"}), restriction("no_left_turn", 11, 2, 15, **{"except": "emergency"})]
)
def test_what_sirens_are_let_off_is_forbidden_to_others_alone(tmp_path: Path, rule: Relation) -> None:
    net, said = town(tmp_path, xml(AVENUE, WAYS, [rule]))
    assert "1 of the restrictions are not for sirens" in said
    assert [metres(net, EAST_BOUND, WEST_BOUND, metric) for metric in METRICS] == [7, 3, 7]


@pytest.mark.parametrize("to_the_via", [True, False])
@pytest.mark.parametrize(
    "hours",
    [
        {"restriction": "", "restriction:conditional": "no_u_turn @ (Mo-Fr 06:00-10:00)"},
        {"restriction": "no_u_turn", "day_on": "Monday", "day_off": "Friday", "hour_on": "06:00", "hour_off": "10:00"},
    ],
)
def test_a_restriction_at_hours_holds_in_the_slices_that_lie_within(
    tmp_path: Path, to_the_via: bool, hours: Tags
) -> None:
    rule = no_u_turn(more=hours) if to_the_via else restriction("", 11, 2, 15)
    rule = (rule[0], {**rule[1], **hours})
    net, said = town(tmp_path, xml(AVENUE, WAYS, [rule]))
    assert "1 of the restrictions are at some hours alone" in said
    assert net.meta.hours == ("mo-fr 06:00-10:00",)
    assert metres(net, EAST_BOUND, WEST_BOUND) == metres(under(net, NIGHT, None), EAST_BOUND, WEST_BOUND) == 3
    assert metres(under(net, PEAK, None), EAST_BOUND, WEST_BOUND) == 7


def test_a_road_shut_at_hours_is_shut_then_and_its_houses_are_reached_from_the_next_road(tmp_path: Path) -> None:
    ways = {**WAYS, 15: ([2, 9], {**ROAD, "motor_vehicle:conditional": "no @ (06:00-09:00)"})}
    net, _ = town(tmp_path, xml(AVENUE, ways))
    write_network(net, tmp_path / "kota.roads")
    net = open_network(tmp_path / "kota.roads")
    assert metres(net, EAST_BOUND, WEST_BOUND) == 3
    assert metres(under(net, PEAK, None), EAST_BOUND, WEST_BOUND) == 7
    shut = streets_shut_at(net, PEAK)
    assert sorted(net.edge_length_m[shut].round().tolist()) == sorted(2 * [round(0.4 * STEP * 111_195)])
    assert not streets_shut_at(net, NIGHT).any()
    assert not streets_shut_at(net, None).any()


def test_ways_in_one_direction_at_hours_are_shut_in_the_other(tmp_path: Path) -> None:
    ways = {**WAYS, 17: ([5, 7], {**ROAD, "oneway:conditional": "yes @ (Mo-Su 06:00-09:00)"})}
    net, _ = town(tmp_path, xml(AVENUE, {**ways, 21: ([7, 6], ROAD)}))
    peak = under(net, PEAK, None)
    for metric in METRICS:
        assert ((peak.metrics[metric] >= CLOSED_MS).sum(), (net.metrics[metric] >= CLOSED_MS).sum()) == (1, 0)


def test_several_restrictions_over_the_same_ways_hold_each_for_its_own(tmp_path: Path) -> None:
    other = [("way", 18, "from"), ("way", 15, "via"), ("way", 16, "via"), ("way", 17, "to")]
    rules = [no_u_turn(), (other, {"type": "restriction", "restriction": "no_straight_on"})]
    net, said = town(tmp_path, xml(AVENUE, {**WAYS, 21: ([7, 6], ROAD)}, rules))
    assert "2 turns are forbidden by 2 restrictions" in said
    assert metres(net, EAST_BOUND, SIDE) == 3
    assert metres(net, FROM_SOUTH, WEST_BOUND) == 3
    assert metres(net, FROM_SOUTH, SIDE) > 3
    assert metres(net, EAST_BOUND, WEST_BOUND) > 3


def test_a_restriction_over_a_net_of_streets_is_left_out_and_counted(tmp_path: Path) -> None:
    nodes = {1 + x + 7 * y: (float(x), float(y)) for x in range(7) for y in range(7)}
    lines = [[1 + x + 7 * y for x in range(7)] for y in range(7)] + [
        [1 + x + 7 * y for y in range(7)] for x in range(7)
    ]
    ways: dict[int, Way] = {100 + at: (line, ROAD) for at, line in enumerate(lines)}
    ways |= {200: ([50, 1], ROAD), 201: ([49, 51], ROAD)}
    nodes |= {50: (-1.0, -1.0), 51: (7.0, 7.0)}
    members = [("way", 200, "from"), *(("way", 100 + at, "via") for at in range(len(lines))), ("way", 201, "to")]
    _, said = town(tmp_path, xml(nodes, ways, [(members, {"type": "restriction", "restriction": "no_u_turn"})]))
    assert "left out: 1 turn restrictions over ways that are a net" in said


@pytest.mark.parametrize("more", [(), (16,)])
@pytest.mark.parametrize("point", [[2, 29], [2], [2, 2], [29, 2]])
def test_a_way_of_no_length_in_a_via_is_driven_over_where_it_is(
    tmp_path: Path, point: list[int], more: tuple[int, ...]
) -> None:
    # 29 lies where 2 does, and the cross street begins there if the way between the two joins them.
    first = 29 if 29 in point else 2
    ways = {**WAYS, 15: ([first, 9], ROAD), 30: (point, ROAD)}
    rule = no_u_turn("no_left_turn", via=(30, 15, *more), to=14 if more else 16)
    net, said = town(tmp_path, xml({**AVENUE, 29: AVENUE[2]}, ways, [rule]))
    assert "1 turns are forbidden by 1 restrictions" in said
    assert metres(net, EAST_BOUND, WEST_BOUND) == (7 if more else 3.8)
    assert metres(net, FROM_SOUTH, WEST_BOUND) == 3
    alone = no_u_turn("no_left_turn", via=(30,), to=15)
    net, _ = town(tmp_path, xml({**AVENUE, 29: AVENUE[2]}, ways, [alone]))
    assert metres(net, EAST_BOUND, HOUSE) > 3
    assert metres(net, FROM_SOUTH, HOUSE) == 1.7


def test_restrictions_over_ways_that_overlap_leave_everybody_else_the_way_on(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0), 5: (3, 2), 6: (3, -2), 7: (5, 0), 8: (0, 2), 9: (0, -2)}
    ways: dict[int, Way] = {
        1: ([1, 2], ROAD), 2: ([2, 3], ROAD), 3: ([3, 4], ROAD), 4: ([4, 5, 8, 1], ROAD), 5: ([4, 6, 9, 1], ROAD),
        6: ([4, 7], ROAD),
    }  # fmt: skip
    rules = [
        (
            [("way", f, "from"), *(("way", v, "via") for v in via), ("way", to, "to")],
            {"type": "restriction", "restriction": kind},
        )
        for f, via, to, kind in ((1, (2, 3), 4, "no_left_turn"), (2, (3,), 5, "no_right_turn"))
    ]
    net, _ = town(tmp_path, xml(nodes, ways, rules))
    for end, steps in (((2.5, 0), 1), ((4, 0), 2.5), ((3, 0.5), 2)):
        assert metres(net, (1.5, 0), end) == pytest.approx(steps, abs=0.1)
    assert metres(net, (0.5, 0), (3, 0.5)) > 4  # who comes by the first of the ways may not


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "no", "emergency": "yes"},
        {"access:forward": "private"},
        {"access": "private"},
        {"maxheight": "2.4"},
        {"oneway": "yes", "oneway:emergency": "no"},
    ],
)
def test_one_turns_about_where_a_road_goes_on_that_is_not_for_all(tmp_path: Path, tags: Tags) -> None:
    nodes = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, 1), 7: (3, 0)}
    ways: dict[int, Way] = {
        10: ([1, 2], ROAD), 11: ([2, 3], ROAD), 12: ([2, 4], ROAD), 13: ([3, 7], {**ROAD, **tags}),
    }  # fmt: skip
    net, _ = town(tmp_path, xml(nodes, ways, [restriction("no_left_turn", 10, 2, 12)]))
    for metric in METRICS:
        assert metres(net, (0.5, 0), (1, 0.5), metric) == pytest.approx(3, abs=0.1)
