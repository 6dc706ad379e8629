"""Who stands exactly on a crossing stands on every street of it."""

from pathlib import Path

import numpy as np
import pytest

from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.label_kernels import SIDES
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing
from tests.roads import tiny
from tests.roads.oracle import NEVER, travel_ms
from tests.roads.osm_town import ROAD, Way, town, xml


def star(arms: int, turns: list[tuple[int, int, int]]) -> Network:
    """Two-way streets from 0 to 1, 2, ... in a circle and a two-way street round them; edge 2 n leaves 0 to n + 1."""
    angles = 2 * np.pi * np.arange(arms) / arms
    grid = [(0.0, 0.0), *zip(np.cos(angles).tolist(), np.sin(angles).tolist(), strict=True)]
    spokes = tiny.both(*((0, arm + 1, 100.0) for arm in range(arms)))
    rim = tiny.both(*((arm + 1, (arm + 1) % arms + 1, 70.0) for arm in range(arms)))
    return tiny.network(grid, [*spokes, *rim], turns, turn_costs="osm")


def check(net: Network, vehicles: Snaps, targets: Snaps) -> None:
    engine = Engine(net)
    standing = Standing(engine, Snapper(net), len(vehicles), access_kph=15.0)
    standing.prepare("car")
    standing.place(np.arange(len(vehicles)), vehicles)
    matrix = engine.matrix(vehicles, targets, metric="car")
    for at in range(len(targets)):
        target = targets.some(slice(at, at + 1))
        expected = travel_ms(net, vehicles, target, "car")
        assert (expected != NEVER).all()
        assert matrix[:, at].tolist() == expected.tolist()
        for found in (
            standing.nearest(target, None, most=None, metric="car"),
            NearestSearch(net).nearest(target, vehicles, None, most=None, metric="car"),
        ):
            assert found.travel_ms[np.argsort(found.index)].tolist() == expected.tolist()
        for one, ms in enumerate(expected.tolist()):
            way = engine.way(vehicles.some(slice(one, one + 1)), target, metric="car")
            assert way is not None
            assert way.travel_ms == ms


def on_a_one_way_that_comes_first() -> Network:
    """A crossing 0 whose lowest edge leads away on a long way round, and a street 0-1 beside it."""
    streets = [(0, 2, 500.0), (2, 3, 500.0), (3, 1, 500.0), *tiny.both((0, 1, 100.0))]
    return tiny.network([(0, 0), (-1, 0), (5, 0), (5, 5)], streets, turn_costs="osm")


@pytest.mark.parametrize(("north_m", "east_m"), [(0.0, 0.0), (8.0, 0.0), (0.0, 0.05), (0.0, 1.4), (3.0, 1.0)])
def test_a_vehicle_on_a_crossing_takes_the_street_that_leads_to_the_target(north_m: float, east_m: float) -> None:
    net = on_a_one_way_that_comes_first()
    # Beside the road the corner is the nearest of both streets too; past it on the way round one is still on it.
    lon = tiny.WEST + east_m / 111_195 / np.cos(np.radians(tiny.SOUTH))
    snaps = Snapper(net).snap(np.array([lon]), np.array([tiny.SOUTH + north_m / 111_195]))
    assert snaps.edge[0] == 0
    found = NearestSearch(net).nearest(tiny.on(net, (0, 1, 0.5)), snaps, None, most=1, metric="car")
    assert found.travel_ms.tolist() == [5_000]
    check(net, snaps, tiny.on(net, (0, 1, 0.5), (2, 3, 0.5)))


def test_two_metres_from_a_crossing_one_is_past_it_and_on_a_short_street_at_its_nearer_end() -> None:
    net = on_a_one_way_that_comes_first()
    lon = tiny.WEST + 2.0 / 111_195
    assert 0.0 < Snapper(net).snap(np.array([lon]), np.array([tiny.SOUTH])).fraction[0] < 0.1
    ring = tiny.both((0, 1, 2.2), (1, 2, 110), (2, 3, 120), (3, 0, 120))
    short = tiny.network([(0, 0), (0.02, 0), (1, 0), (0.5, 1)], ring)
    snaps = Snapper(short).snap(tiny.WEST + tiny.STEP * np.array([0.009, 0.011]), np.full(2, tiny.SOUTH))
    assert snaps.edge.tolist() == [0, 0]
    assert snaps.fraction.tolist() == [0.0, 1.0]


def test_who_is_at_a_barrier_stays_on_its_side_and_who_is_on_a_bridge_is_on_no_street_below(tmp_path: Path) -> None:
    # 1-2-3 with a bollard at 2, and a way round; 6-7 goes over 1-2 on a bridge, without a node in common.
    nodes = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (2, 2), 5: (0, 2), 6: (0.5, -1), 7: (0.5, 1)}
    ways: dict[int, Way] = {
        10: ([1, 2, 3], ROAD), 11: ([3, 4, 5, 1], ROAD), 12: ([6, 7], {**ROAD, "bridge": "yes"}),
        13: ([7, 5], ROAD), 14: ([6, 3], ROAD),
    }  # fmt: skip
    for tags in ({"barrier": "bollard"}, {"barrier": "bollard", "emergency": "yes"}):
        net, _ = town(tmp_path, xml(nodes, ways, (), {2: tags}))
        metre = 1 / 111_195 / tiny.STEP
        x = np.array([1 - 2.1 * metre, 1 + 2.1 * metre, 0.5, 0.5])
        y = np.array([0, 0, metre, -metre])
        snaps = Snapper(net).snap(tiny.WEST + tiny.STEP * x, tiny.SOUTH + tiny.STEP * y)
        search = NearestSearch(net)
        for a, b in ((0, 1), (1, 0)):
            found = search.nearest(snaps.some(slice(b, b + 1)), snaps.some(slice(a, a + 1)), None, most=1, metric="car")
            assert found.distance_m[0] > 200
        assert (snaps.fraction[2:] * (1 - snaps.fraction[2:]) > 0.2).all()
        found = search.nearest(snaps.some(slice(0, 1)), snaps.some(slice(2, 3)), None, most=1, metric="car")
        assert found.distance_m[0] > 200


def test_a_target_on_a_crossing_is_reached_by_any_street_of_it() -> None:
    net = on_a_one_way_that_comes_first()
    crossing = tiny.on(net, (0, 2, 0.0))
    check(net, tiny.on(net, (0, 1, 0.5), (1, 0, 1.0), (3, 1, 0.5)), crossing)
    assert Engine(net).matrix(tiny.on(net, (1, 0, 0.5)), crossing, metric="car").tolist() == [[5_000]]


@pytest.mark.parametrize("arms", [2 * SIDES, 3])
@pytest.mark.parametrize("seed", range(8))
def test_a_crossing_of_more_streets_than_a_vehicle_has_sides_is_left_by_each_of_them(arms: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = [(2 * a + 1, 2 * b) for a in range(arms) for b in range(arms) if a != b]
    ruled = rng.permutation(len(pairs))[: arms * seed // 4]
    net = star(arms, [(*pairs[at], int(rng.choice([-1, 4_000]))) for at in ruled])
    vehicles = tiny.on(net, (0, 1, 0.0), (2, 0, 1.0), (1, 2, 0.0), (0, 3, 0.5))
    check(net, vehicles, tiny.on(net, (0, 1, 0.0), *((0, arm + 1, 0.25) for arm in range(arms)), (1, 2, 0.5)))


def test_where_the_streets_named_first_are_shut_the_others_of_the_crossing_are_open() -> None:
    net = star(4, [])
    weights = net.metrics["car"].copy()
    weights[:4] = CLOSED_MS
    net.metrics["car"][:] = weights
    check(net, tiny.on(net, (0, 1, 0.0), (0, 3, 0.5)), tiny.on(net, (0, 3, 0.5), (0, 4, 1.0), (0, 2, 0.0)))
