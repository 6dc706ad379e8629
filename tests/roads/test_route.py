"""Routes: where they begin and end, what they cost, and that their line is as long as they say."""

import numpy as np
import pytest

from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.route import Route, find_route
from geo.search.snap import Snapper, Snaps
from tests.roads import tiny
from tests.roads.oracle import NEVER, Oracle
from tests.roads.test_snap import M_PER_DEGREE, place


def route(net: Network, origin: Snaps, target: Snaps) -> Route:
    found = find_route(Engine(net), origin, target, metric="car")
    assert found is not None
    return found


def xy(points: np.ndarray) -> list[tuple[float, float]]:
    return [(round((lon - tiny.WEST) / tiny.STEP, 4), round((lat - tiny.SOUTH) / tiny.STEP, 4)) for lon, lat in points]


def test_a_route_round_a_one_way_ring_follows_every_corner_and_names_every_street() -> None:
    net = tiny.one_way()
    found = route(net, tiny.on(net, (0, 1, 0.6)), tiny.on(net, (0, 1, 0.5)))
    assert xy(found.points) == [(0.6, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.5, 0)]
    assert found.travel_ms == 39_000
    assert found.distance_m == pytest.approx(390.0)
    assert found.streets == ("Jalan 0-1", "Jalan 1-2", "Jalan 2-3", "Jalan 0-3", "Jalan 0-1")


def test_a_route_along_one_edge_is_only_the_part_between() -> None:
    net = tiny.upstream_same_edge()
    found = route(net, tiny.on(net, (0, 1, 0.2)), tiny.on(net, (0, 1, 0.5)))
    assert xy(found.points) == [(2, 0), (5, 0)]
    assert (found.travel_ms, found.streets) == (30_000, ("Jalan 0-1",))


def test_a_route_from_a_corner_does_not_name_a_street_that_it_does_not_drive() -> None:
    net = tiny.network([(0, 0), (1, 0), (2, 0)], [(0, 1, 100), (1, 0, 900), *tiny.both((0, 2, 100))])
    found = route(net, tiny.on(net, (0, 1, 0.0)), tiny.on(net, (0, 2, 0.5)))
    assert (found.streets, found.travel_ms) == (("Jalan 0-2",), 5_000)
    assert xy(found.points) == [(0, 0), (1, 0)]


def test_a_route_to_where_one_stands_is_a_point() -> None:
    net = tiny.two_islands()
    found = route(net, tiny.on(net, (0, 1, 0.5)), tiny.on(net, (1, 0, 0.5)))
    assert (found.travel_ms, found.distance_m, len(found.points)) == (0, 0.0, 1)


def test_off_the_roads_there_is_no_route() -> None:
    net = tiny.one_way()
    nowhere = Snaps(np.array([-1], np.int32), np.zeros(1), np.array([9e9]))
    here, engine = tiny.on(net, (0, 1, 0.5)), Engine(net)
    assert find_route(engine, nowhere, here, metric="car") is None
    assert find_route(engine, here, nowhere, metric="car") is None


def test_a_route_turns_round_at_the_dead_end_and_draws_the_street_there_and_back() -> None:
    net = tiny.u_turn_at_dead_end()
    found = route(net, tiny.on(net, (0, 1, 0.5)), tiny.on(net, (1, 2, 0.5)))
    assert xy(found.points) == [(0.5, 0), (1, 0), (2, 0), (3, 0), (2, 0), (1, 0), (0.5, 0.5)]
    assert found.travel_ms == 50_000
    assert found.distance_m == pytest.approx(300.0)


@pytest.mark.roads
def test_on_jakarta_routes_cost_what_scipy_says_and_their_lines_join_the_two_places(
    jakarta: Network, jakarta_snapper: Snapper
) -> None:
    rng = np.random.default_rng(4)
    engine, oracle = Engine(jakarta), Oracle(jakarta, "siren")
    node = rng.integers(jakarta.node_count, size=60)
    snaps = jakarta_snapper.snap(
        jakarta.node_lon[node] + rng.normal(0, 3e-4, 60), jakarta.node_lat[node] + rng.normal(0, 3e-4, 60)
    )
    for at in range(0, 60, 2):
        origin, target = (
            Snaps(snaps.edge[i : i + 1], snaps.fraction[i : i + 1], snaps.distance_m[i : i + 1]) for i in (at, at + 1)
        )
        expected = int(oracle.travel_ms(origin, target)[0])
        assert expected != NEVER
        found = find_route(engine, origin, target, metric="siren")
        assert found is not None
        assert found.travel_ms == expected
        for end, snap in ((found.points[0], origin), (found.points[-1], target)):
            assert end == pytest.approx(place(jakarta, int(snap.edge[0]), float(snap.fraction[0])), abs=2e-7)
        scale = np.array([np.cos(np.radians(found.points[0, 1])), 1.0]) * M_PER_DEGREE
        drawn_m = np.hypot(*(np.diff(found.points, axis=0) * scale).T).sum()
        assert drawn_m == pytest.approx(found.distance_m, rel=0.01, abs=5.0)
        assert all(a != b for a, b in zip(found.streets, found.streets[1:], strict=False))
