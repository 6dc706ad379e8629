"""Islands and towns cut off stay in a network, by the length of their roads; nothing leads between them. Within one a
street stays whole.
"""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dispatch.cli.main import app
from geo.roads.network import write_network
from geo.roads.parts import LEAST_PART_M
from geo.roads.speeds import METRICS
from geo.search.engine import Engine
from geo.search.nearest import NearestSearch
from tests.roads import tiny
from tests.roads.oracle import NEVER, travel_ms
from tests.roads.osm_town import ROAD, Tags, Way, restriction, town, xml
from tests.roads.test_not_through import answers
from tests.roads.test_osm_via import metres

MEANINGS = pytest.mark.parametrize("turn_costs", ["osm", "none"])
# A ring of four with a street across and, across the water, a street with one end.
GRID = [*tiny.SQUARE, (50, 0), (60, 0)]


def main_island() -> list[tuple[int, int, float]]:
    return tiny.both((0, 1, 1000), (1, 2, 1000), (2, 3, 1000), (3, 0, 1000), (0, 2, 1400))


@MEANINGS
def test_an_island_stays_by_the_length_of_its_roads_and_not_by_its_nodes(turn_costs: str) -> None:
    long = tiny.network(GRID, [*main_island(), *tiny.both((4, 5, LEAST_PART_M / 2 + 1))], turn_costs=turn_costs)
    assert (long.node_count, long.edge_count, long.meta.cut_off_edges) == (6, 12, 0)
    short = tiny.network(GRID, [*main_island(), *tiny.both((4, 5, LEAST_PART_M / 2))], turn_costs=turn_costs)
    assert (short.node_count, short.meta.cut_off_edges) == (4, 2)


@MEANINGS
def test_the_longest_part_stays_however_short_it_is_and_though_another_has_more_nodes(turn_costs: str) -> None:
    streets = [*tiny.both((0, 1, 10), (1, 2, 10), (2, 3, 10), (3, 0, 10), (0, 2, 14)), *tiny.both((4, 5, 100))]
    net = tiny.network(GRID, streets, turn_costs=turn_costs)
    assert net.edge_length_m.tolist() == [100, 100]


@MEANINGS
def test_nothing_leads_between_islands_and_the_build_says_so(turn_costs: str) -> None:
    net = tiny.network(GRID, [*main_island(), *tiny.both((4, 5, 3000))], turn_costs=turn_costs)
    assert any(
        "2 parts with no way there and back between them" in said and "6.0 km" in said for said in net.meta.report
    )
    vehicles, target = tiny.on(net, (0, 1, 0.5), (4, 5, 0.25), (5, 4, 1.0)), tiny.on(net, (4, 5, 0.5))
    assert travel_ms(net, vehicles, target, "car").tolist() == [NEVER, 75_000, 150_000]
    for search in (NearestSearch(net), Engine(net)):
        found = search.nearest(target, vehicles, None, most=None, metric="car")
        assert list(zip(found.index, found.travel_ms, strict=True)) == [(1, 75_000), (2, 150_000)]
    assert Engine(net).way(tiny.on(net, (0, 1, 0.5)), target, metric="car") is None


@MEANINGS
def test_where_a_one_way_bridge_leads_over_and_none_back_both_banks_stay_without_the_bridge(turn_costs: str) -> None:
    streets = [*main_island(), (1, 4, 500), *tiny.both((4, 5, 3000))]
    net = tiny.network(GRID, streets, turn_costs=turn_costs)
    assert net.meta.cut_off_edges == 1
    found = NearestSearch(net).nearest(tiny.on(net, (4, 5, 0.5)), tiny.on(net, (0, 1, 0.5)), None, most=1, metric="car")
    assert not len(found.index)


@MEANINGS
@pytest.mark.parametrize("two_way", [False, True])
def test_islands_that_are_rings_without_a_junction_are_driven_round(turn_costs: str, two_way: bool) -> None:
    rings = [(at + base, (at + 1) % 3 + base, 1500.0) for base in (0, 3) for at in range(3)]
    grid = [(0, 0), (9, 0), (5, 9), (50, 0), (59, 0), (55, 9)]
    net = tiny.network(grid, tiny.both(*rings) if two_way else rings, turn_costs=turn_costs)
    assert net.node_count == 6
    places = tiny.on(net, *((u, v, part) for u, v, _ in rings for part in (0.0, 0.3, 0.7)))
    engine = Engine(net)
    for at in range(len(places)):
        target = places.some(slice(at, at + 1))
        expected = travel_ms(net, places, target, "car")
        assert (expected == NEVER).sum() == 9
        table = engine.matrix(places, target, metric="car")[:, 0]
        np.testing.assert_array_equal(np.where(expected == NEVER, table.max(), expected), table)


@pytest.mark.parametrize("yard", [{}, {"access": "private"}])
@pytest.mark.parametrize("cut_in_two", [False, True])
def test_who_stands_on_a_street_sets_out_also_in_the_direction_into_which_nobody_can_drive(
    tmp_path: Path, yard: Tags, cut_in_two: bool
) -> None:
    # Nobody drives from the ring at 2 into the street 2-6-1, which is driven from 1 on; 4-7 is a yard.
    nodes = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (2, 1), 5: (1, 1), 6: (0.5, 0), 7: (3, 1), 8: (0, 1)}
    ways: dict[int, Way] = {
        10: ([1, 6, 2], ROAD), 11: ([2, 3, 4, 5], ROAD), 12: ([5, 2], ROAD), 13: ([5, 8, 1], ROAD),
        14: ([4, 7], {**ROAD, **yard}),
    }  # fmt: skip
    if cut_in_two:
        ways |= {10: ([1, 6], ROAD), 16: ([6, 2], ROAD)}
    last = 16 if cut_in_two else 10
    rules = [
        restriction(kind, way, 2, last)
        for kind, way in (("no_left_turn", 11), ("no_left_turn", 12), ("no_u_turn", last))
    ]
    net, said = town(tmp_path, xml(nodes, ways, rules))
    assert "nothing is cut off" in said
    for metric in METRICS:
        assert metres(net, (0.7, 0), (0, 0.5), metric) == pytest.approx(1.2, abs=0.1)
        assert metres(net, (1.5, 0), (0.7, 0), metric) == pytest.approx(4.2, abs=0.1)
        for start, end in (((0.7, 0), (0, 0.5)), ((0.7, 0), (2.5, 1)), ((2.5, 1), (0.7, 0)), ((0.2, 0), (0.7, 0))):
            assert len(answers(net, start, end, metric)) == 1


def test_the_command_says_how_many_vehicles_are_across_the_water(tmp_path: Path) -> None:
    net = tiny.network(GRID, [*main_island(), *tiny.both((4, 5, 3000))])
    write_network(net, tmp_path / "net")
    (tmp_path / "fleet.csv").write_text(f"id,lon,lat\na,{tiny.WEST + 0.051},{tiny.SOUTH}\nb,{tiny.WEST},{tiny.SOUTH}\n")
    to = f"{tiny.WEST + 0.055},{tiny.SOUTH}"
    asked = ["nearest", "--roads", str(tmp_path / "net"), "--to", to, "--vehicles", str(tmp_path / "fleet.csv")]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0
    assert "1 of 2 vehicles not reachable by road" in answer.output
    assert "a\t" in answer.output
