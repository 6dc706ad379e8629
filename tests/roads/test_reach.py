"""When every road is reached: on any small network and on a real one what the search for vehicles says, to the ms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas.reach import FAR, Reach, reach_from
from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.roads.order import node_order
from geo.search.hierarchy import Customized, Hierarchy
from geo.search.nearest import NearestSearch
from geo.search.snap import Snaps
from geo.search.stand import stand
from tests.roads import tiny
from tests.roads.conftest import RealNetwork, quiet
from tests.roads.test_nearest import cities, one


def customized(net: Network, metric: str = "car") -> Customized:
    graph, node = net.graph, net.graph.vertex_node(net.edge_to)
    rank = node_order(graph.first_out, graph.head, net.node_lon[node], net.node_lat[node], quiet)
    return Hierarchy.build(graph.first_out, graph.head, rank).customize(graph.weigh(net.metric(metric)).arc_ms)


def reach_of(net: Network, starts: Snaps, ready: np.ndarray | None = None, custom: Customized | None = None) -> Reach:
    weights = net.graph.weigh(net.metric("car"))
    if custom is None:
        rank = np.arange(net.graph.vertex_count, dtype=np.int32)
        custom = Hierarchy.build(net.graph.first_out, net.graph.head, rank).customize(weights.arc_ms)
    index = np.flatnonzero(starts.edge >= 0)
    ready = np.zeros(len(starts), np.int64) if ready is None else ready
    return reach_from(custom, weights, stand(net, weights, net.inner("car"), starts, index, leaves=True), ready[index])


def asked(net: Network, reach: Reach, targets: Snaps) -> list[int | None]:
    """The ms to each of the targets, None for never."""
    places = stand(net, reach.weights, net.inner("car"), targets, np.arange(len(targets)), leaves=False)
    soonest = np.full(len(targets), FAR, np.int64)
    np.minimum.at(soonest, places.of, reach.at(places.edge, places.fraction))
    return [None if ms >= FAR else int(ms) for ms in soonest]


def searched(search: NearestSearch, target: Snaps, starts: Snaps, ready: np.ndarray) -> int | None:
    found = search.nearest(target, starts, None, most=None, metric="car", wait_ms=ready)
    return min((found.travel_ms + ready[found.index]).tolist(), default=None)


@settings(max_examples=500, deadline=None)
@given(cities(), st.data())
def test_on_any_small_network_every_place_is_reached_when_the_search_says(city, data: st.DataObject) -> None:
    net, starts, _, _ = city
    ready = np.array(data.draw(st.lists(st.integers(0, 9_000), min_size=len(starts), max_size=len(starts))), np.int64)
    search = NearestSearch(net)
    reach = reach_of(net, starts, ready)
    edges = np.repeat(np.arange(net.edge_count, dtype=np.int32), 3)
    fraction = data.draw(st.floats(0.0, 1.0))
    targets = Snaps(edges, np.tile([0.0, fraction, 1.0], net.edge_count), np.zeros(len(edges)))
    expected = [searched(search, one(targets, at), starts, ready) for at in range(len(targets))]
    assert asked(net, reach, targets) == expected
    # The twins are looked at for the whole network at once where no place is at the very end of a street, by either
    # direction: of a pair with unlike lengths the shorter one may put a place on the node.
    ms, twin = reach.weights.edge_ms, net.edge_twin[edges]
    shorter = np.where(twin >= 0, np.minimum(ms[edges], ms[twin]), ms[edges])
    inner = (targets.fraction > 0.1) & (targets.fraction < 0.9) & (shorter > 10)
    both = reach.at(targets.edge[inner], targets.fraction[inner], net.edge_twin[targets.edge[inner]])
    assert [None if ms >= FAR else int(ms) for ms in both] == [ms for ms, at in zip(expected, inner, strict=True) if at]


@settings(max_examples=200, deadline=None)
@given(cities())
def test_start_and_end_of_an_edge_are_the_places_there_and_closed_ones_are_never_reached(city) -> None:
    net, starts, _, _ = city
    reach = reach_of(net, starts)
    edges = np.arange(net.edge_count, dtype=np.int32)
    assert np.array_equal(reach.at(edges, np.zeros(len(edges))), reach.start_ms)
    assert np.array_equal(reach.at(edges, np.ones(len(edges))), reach.end_ms)
    shut = reach.weights.edge_ms >= CLOSED_MS
    assert (reach.start_ms[shut] == FAR).all()
    assert (reach.at(edges[shut], np.full(shut.sum(), 0.3)) == FAR).all()
    driven = (reach.start_ms < FAR) & ~shut
    assert (reach.end_ms[driven] <= reach.start_ms[driven] + reach.weights.edge_ms[driven]).all()


def test_a_start_in_the_midst_of_a_one_way_street_is_soon_at_its_end_and_late_at_its_beginning() -> None:
    net = tiny.upstream_same_edge()
    reach = reach_of(net, tiny.on(net, (0, 1, 0.6)))
    assert asked(net, reach, tiny.on(net, (0, 1, 1.0), (0, 1, 0.6), (0, 1, 0.59), (0, 1, 0.0))) == [
        40_000,
        0,
        399_000,
        340_000,
    ]


def test_without_any_position_no_road_is_reached() -> None:
    net = tiny.one_way()
    reach = reach_of(net, Snaps(np.zeros(0, np.int32), np.zeros(0), np.zeros(0)))
    assert (reach.start_ms == FAR).all()
    assert (reach.end_ms == FAR).all()


def test_a_position_that_would_be_ready_before_now_is_refused() -> None:
    net = tiny.one_way()
    with pytest.raises(ValueError, match="0 ms or more"):
        reach_of(net, tiny.on(net, (0, 1, 0.5)), np.array([-1], np.int64))


@pytest.mark.roads
@pytest.mark.parametrize("turn_costs", ["osm", "none"])
def test_in_balikpapan_every_place_is_reached_when_the_search_says(real: RealNetwork, turn_costs: str) -> None:
    net = real("balikpapan", turn_costs)
    rng = np.random.default_rng(7)

    def places(count: int) -> Snaps:
        fraction = np.where(rng.random(count) < 0.2, rng.integers(0, 2, count), rng.random(count))
        return Snaps(rng.integers(0, net.edge_count, count).astype(np.int32), fraction, np.zeros(count))

    search, custom, targets = NearestSearch(net), customized(net), places(150)
    for count in (1, 3, 200):
        starts, ready = places(count), rng.integers(0, 120_000, count)
        expected = [searched(search, one(targets, at), starts, ready) for at in range(len(targets))]
        assert asked(net, reach_of(net, starts, ready, custom), targets) == expected
