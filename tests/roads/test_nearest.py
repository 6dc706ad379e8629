"""The nearest vehicles: tiny networks with answers by hand, random ones and real ones against scipy."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.nearest import Arrivals, NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing
from geo.source import BuildError
from tests.roads import tiny
from tests.roads.oracle import NEVER, soonest, travel_ms, turns_of

NOWHERE = Snaps(np.array([-1], np.int32), np.zeros(1), np.array([9e9]))


def rows(found: Arrivals) -> list[tuple[int, int]]:
    return list(zip(found.travel_ms.tolist(), found.index.tolist(), strict=True))


def nearest(net: Network, target: Snaps, vehicles: Snaps, *, most: int | None = None) -> list[tuple[int, int]]:
    return rows(NearestSearch(net).nearest(target, vehicles, None, most=most, metric="car"))


def one(snaps: Snaps, at: int) -> Snaps:
    return Snaps(snaps.edge[at : at + 1], snaps.fraction[at : at + 1], snaps.distance_m[at : at + 1])


def test_on_a_one_way_ring_a_vehicle_just_past_the_target_drives_all_the_way_round() -> None:
    net = tiny.one_way()
    vehicles = tiny.on(net, (0, 1, 0.6), (0, 1, 0.4), (3, 0, 0.5))
    assert nearest(net, tiny.on(net, (0, 1, 0.5)), vehicles) == [(1_000, 1), (10_000, 2), (39_000, 0)]


def test_a_bridge_open_one_way_only_sends_the_other_bank_the_long_way_round() -> None:
    net = tiny.broken_bridge()
    vehicles = tiny.on(net, (0, 1, 0.5), (2, 3, 0.5))
    assert nearest(net, tiny.on(net, (2, 3, 0.0)), vehicles) == [(5_000, 1), (10_000, 0)]
    assert nearest(net, tiny.on(net, (0, 1, 1.0)), vehicles) == [(5_000, 0), (215_000, 1)]


def test_the_smaller_of_two_islands_is_cut_off_and_counted() -> None:
    net = tiny.two_islands()
    assert (net.node_count, net.edge_count) == (4, 8)
    assert (net.meta.cut_off_nodes, net.meta.cut_off_edges) == (2, 2)


def test_upstream_on_the_same_edge_comes_straight_and_downstream_goes_round() -> None:
    net = tiny.upstream_same_edge()
    vehicles = tiny.on(net, (0, 1, 0.2), (0, 1, 0.9), (0, 1, 0.5))
    found = NearestSearch(net).nearest(tiny.on(net, (0, 1, 0.5)), vehicles, None, most=None, metric="car")
    assert rows(found) == [(0, 2), (30_000, 0), (360_000, 1)]
    assert found.distance_m.tolist() == pytest.approx([0.0, 300.0, 3_600.0])


def test_a_target_where_a_one_way_street_ends_is_reached_by_every_street_of_that_corner() -> None:
    net = tiny.network([(0, 0), (1, 0), (2, 0), (0, 1)], [(0, 1, 100), *tiny.both((1, 2, 100)), (1, 3, 80), (3, 0, 80)])
    at_corner = tiny.on(net, (0, 1, 1.0))
    assert nearest(net, at_corner, tiny.on(net, (1, 2, 0.5))) == [(5_000, 0)]
    assert nearest(net, tiny.on(net, (1, 2, 0.5)), at_corner) == [(5_000, 0)]


def test_a_vehicle_where_a_one_way_street_begins_may_take_any_street_of_that_corner() -> None:
    net = tiny.network([(0, 0), (1, 0), (2, 0)], [(0, 1, 100), (1, 0, 900), *tiny.both((0, 2, 100))])
    assert nearest(net, tiny.on(net, (0, 2, 0.5)), tiny.on(net, (0, 1, 0.0))) == [(5_000, 0)]


def test_on_a_two_way_street_a_vehicle_turns_towards_the_target_at_once() -> None:
    net = tiny.two_islands()
    vehicles = tiny.on(net, (0, 1, 0.9), (1, 0, 0.9), (0, 1, 0.5))
    assert nearest(net, tiny.on(net, (1, 0, 0.5)), vehicles) == [(0, 2), (4_000, 0), (4_000, 1)]


def test_a_forbidden_left_turn_is_driven_only_where_turns_are_not_looked_at() -> None:
    plain, aware = tiny.no_left_turn("none"), tiny.no_left_turn()
    there, here = (0, 3, 0.5), (1, 0, 0.5)
    assert nearest(plain, tiny.on(plain, there), tiny.on(plain, here)) == [(15_000 - 5_000, 0)]
    # Straight on to 2, by 2 > 3 and back by 3 > 0: 5 + 10 + 25 + 5 s.
    assert nearest(aware, tiny.on(aware, there), tiny.on(aware, here)) == [(45_000, 0)]
    # The rule is for those who come by 1 > 0 alone.
    assert nearest(aware, tiny.on(aware, there), tiny.on(aware, (4, 0, 0.5), (2, 0, 0.5))) == [(10_000, 0), (10_000, 1)]


def test_who_must_go_straight_on_turns_neither_left_nor_right_nor_round() -> None:
    net = tiny.only_straight_on()
    near_end = tiny.on(net, (1, 0, 0.99))
    assert nearest(net, tiny.on(net, (0, 2, 0.5)), near_end) == [(5_100, 0)]
    # To 4 by 0 > 2 > 3 > 0 > 4: 0.1 + 10 + 25 + 10 + 5 s, for at 2 the road simply goes on.
    assert nearest(net, tiny.on(net, (0, 4, 0.5)), near_end) == [(50_100, 0)]


def test_turning_round_costs_its_time_at_a_dead_end_and_is_not_done_where_a_road_goes_on() -> None:
    net = tiny.u_turn_at_dead_end()
    assert net.meta.cut_off_edges == 0
    # By 0 > 1 into the dead end and out of it again, 5 + 10 + 20 + 10 + 5 s: round at its end 3, not at the joint 4.
    there, here = tiny.on(net, (1, 2, 0.5)), tiny.on(net, (0, 1, 0.5))
    assert nearest(net, there, here) == [(50_000, 0)]
    way = Engine(net).way(here, there, metric="car")
    assert way is not None
    driven = [(int(net.edge_from[edge]), int(net.edge_to[edge])) for edge, _, _ in way.pieces]
    assert driven == [(0, 1), (1, 4), (4, 3), (3, 4), (4, 1), (1, 2)]
    plain = tiny.u_turn_at_dead_end("none")
    assert nearest(plain, tiny.on(plain, (1, 2, 0.5)), tiny.on(plain, (0, 1, 0.5))) == [(10_000, 0)]
    assert plain.graph.vertex_count == 2
    assert net.graph.chain_count < net.edge_count


def test_vehicles_that_tie_at_the_last_place_are_taken_by_index() -> None:
    net = tiny.two_islands()
    vehicles = tiny.on(net, (2, 1, 0.5), (0, 1, 0.5), (1, 2, 0.5), (1, 0, 0.5))
    target = tiny.on(net, (0, 1, 1.0))
    assert nearest(net, target, vehicles, most=2) == [(5_000, 0), (5_000, 1)]
    assert nearest(net, target, vehicles, most=3) == [(5_000, 0), (5_000, 1), (5_000, 2)]


def test_only_the_eligible_ones_are_found_and_who_is_off_the_roads_is_left_out() -> None:
    net = tiny.one_way()
    near = tiny.on(net, (0, 1, 0.4), (3, 0, 0.5), (2, 3, 0.5))
    vehicles = Snaps(np.append(near.edge, -1).astype(np.int32), np.append(near.fraction, 0.0), np.zeros(4))
    eligible = np.array([False, True, True, True])
    search, target = NearestSearch(net), tiny.on(net, (0, 1, 0.5))
    assert rows(search.nearest(target, vehicles, eligible, most=None, metric="car")) == [(10_000, 1), (20_000, 2)]
    assert rows(search.nearest(NOWHERE, vehicles, eligible, most=None, metric="car")) == []
    assert rows(search.nearest(target, vehicles, np.zeros(4, np.bool_), most=5, metric="car")) == []


def test_the_wait_of_a_vehicle_decides_who_is_soonest_but_is_not_part_of_its_travel() -> None:
    net = tiny.one_way()
    vehicles, target = tiny.on(net, (0, 1, 0.4), (3, 0, 0.5), (2, 3, 0.5)), tiny.on(net, (0, 1, 0.5))
    wait = np.array([30_000, 0, 15_000], np.int64)
    search = NearestSearch(net)
    found = search.nearest(target, vehicles, None, most=None, metric="car", wait_ms=wait)
    assert rows(found) == [(10_000, 1), (1_000, 0), (20_000, 2)]
    first = search.nearest(target, vehicles, None, most=1, metric="car", wait_ms=wait)
    assert rows(first) == [(10_000, 1)]


def test_a_search_leaves_nothing_behind_for_the_next_one() -> None:
    net = tiny.broken_bridge()
    search = NearestSearch(net)
    vehicles = tiny.on(net, (0, 1, 0.5), (2, 3, 0.5), (3, 0, 0.25))
    target, other = tiny.on(net, (2, 3, 0.25)), tiny.on(net, (1, 0, 0.75))
    fresh = rows(search.nearest(target, vehicles, None, most=1, metric="car"))
    search.nearest(other, vehicles, None, most=None, metric="siren")
    assert rows(search.nearest(target, vehicles, None, most=1, metric="car")) == fresh


def test_searches_from_several_threads_at_once_do_not_disturb_each_other() -> None:
    net = tiny.broken_bridge()
    search, vehicles = NearestSearch(net), tiny.on(net, (0, 1, 0.5), (2, 3, 0.5), (3, 0, 0.25))
    targets = [tiny.on(net, place) for place in ((2, 3, 0.25), (1, 0, 0.75), (3, 0, 0.9), (1, 2, 0.5))]

    def answer(target: Snaps) -> list[tuple[int, int]]:
        return rows(search.nearest(target, vehicles, None, most=2, metric="car"))

    alone = [answer(target) for target in targets]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(answer, targets * 500)) == alone * 500


def test_an_unknown_metric_is_named_with_those_that_there_are() -> None:
    net = tiny.one_way()
    here = tiny.on(net, (0, 1, 0.5))
    with pytest.raises(KeyError, match=r"'bicycle'.*car, hearse, siren"):
        NearestSearch(net).nearest(here, here, None, most=1, metric="bicycle")


@st.composite
def cities(draw: st.DrawFn) -> tuple[Network, Snaps, Snaps, np.ndarray]:
    """A ring that holds all nodes together, chords, parallel edges, loops and twins, rules for turns, closed edges; in
    either meaning; crowded vehicles; a target."""
    nodes = draw(st.integers(2, 7))
    metres = st.sampled_from([0.0, 0.01, 10.0, 55.5, 100.0, 123.456])
    end = st.integers(0, nodes - 1)
    chords = draw(st.lists(st.tuples(end, end, metres, st.booleans()), max_size=10))
    streets = [(at, (at + 1) % nodes, draw(metres)) for at in range(nodes)]
    for u, v, length, two_way in chords:
        streets += tiny.both((u, v, length)) if two_way else [(u, v, length)]
    meeting = [(a, b) for a in range(len(streets)) for b in range(len(streets)) if streets[a][1] == streets[b][0]]
    rule = st.tuples(st.sampled_from(meeting), st.sampled_from([-1, -1, 0, 3_000]))
    turns = [(a, b, ms) for (a, b), ms in draw(st.lists(rule, max_size=6))]
    grid = [(at % 3, at // 3) for at in range(nodes)]
    try:
        net = tiny.network(grid, streets, turns, turn_costs=draw(st.sampled_from(["osm", "osm", "none"])))
    except BuildError:
        reject()
    shut = draw(st.lists(st.integers(0, net.edge_count - 1), max_size=2))
    weights = {name: ms.copy() for name, ms in net.metrics.items()}
    for ms in weights.values():
        ms[shut] = CLOSED_MS
    net = replace(net, metrics=MappingProxyType(weights))
    fraction = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0.0, 1.0))
    place = st.tuples(st.integers(0, net.edge_count - 1), fraction)

    def snaps(places: list[tuple[int, float]]) -> Snaps:
        edges, fractions = zip(*places, strict=True)
        return Snaps(np.array(edges, np.int32), np.array(fractions, np.float64), np.zeros(len(places)))

    vehicles = snaps(draw(st.lists(place, min_size=1, max_size=12)))
    eligible = np.array(draw(st.lists(st.booleans(), min_size=len(vehicles), max_size=len(vehicles))))
    return net, vehicles, snaps([draw(place)]), eligible


EXAMPLES = 20_000 if os.environ.get("JEMPUT_TEST_SOAK") == "1" else 500


@settings(max_examples=EXAMPLES, deadline=None)
@given(cities(), st.one_of(st.none(), st.integers(1, 5)), st.sampled_from(["car", "siren", "hearse"]))
def test_on_any_small_network_the_answer_is_that_of_scipy(city, most: int | None, metric: str) -> None:
    net, vehicles, target, eligible = city
    found = NearestSearch(net).nearest(target, vehicles, eligible, most=most, metric=metric)
    assert rows(found) == soonest(travel_ms(net, vehicles, target, metric), eligible, most)


@settings(max_examples=EXAMPLES, deadline=None)
@given(cities(), st.one_of(st.none(), st.integers(1, 5)), st.sampled_from(["car", "siren", "hearse"]), st.randoms())
def test_on_any_small_network_the_engine_says_the_same_of_vehicles_given_and_of_those_that_stand_and_moved(
    city, most: int | None, metric: str, random
) -> None:
    net, vehicles, target, eligible = city
    engine, everybody = Engine(net), np.arange(len(vehicles))
    expected = soonest(travel_ms(net, vehicles, target, metric), eligible, most)
    assert rows(engine.nearest(target, vehicles, eligible, most=most, metric=metric)) == expected
    both = Snaps(*(np.append(*columns) for columns in zip(astuple(NOWHERE), astuple(target), strict=True)))
    travel = travel_ms(net, vehicles, target, metric)
    table = engine.matrix(vehicles, both, metric=metric)
    assert table[:, 1].tolist() == np.where(travel == NEVER, CLOSED_MS, travel).tolist()
    assert (table[:, 0] == CLOSED_MS).all()
    standing = Standing(engine, Snapper(net), len(vehicles) + 1, access_kph=15.0)
    may = np.append(eligible, True)
    assert rows(standing.nearest(target, may, most=most, metric=metric)) == []
    elsewhere = vehicles.some(np.array(random.sample(range(len(vehicles)), len(vehicles))))
    standing.place(everybody, elsewhere)
    standing.prepare(metric)
    standing.place(everybody, vehicles)
    found = standing.nearest(target, np.flatnonzero(may), most=most, metric=metric)
    assert rows(found) == expected
    assert (found.distance_m >= 0.0).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(cities())
def test_on_any_small_network_a_way_costs_what_the_search_says_and_its_pieces_join_by_allowed_turns(city) -> None:
    net, vehicles, target, _ = city
    origin = one(vehicles, 0)
    way = Engine(net).way(origin, target, metric="car")
    expected = int(travel_ms(net, origin, target, "car")[0])
    if way is None:
        assert expected == NEVER
        return
    pieces, took_ms, distance_m = way.pieces, way.travel_ms, way.distance_m
    weight = net.metrics["car"]
    turn_ms = {(a, b): ms for a, b, ms in turns_of(net)} if net.graph.turn_aware else None
    driven_ms = sum(int(weight[e] * b + 0.5) - int(weight[e] * a + 0.5) for e, a, b in pieces)
    for (before, _, end), (after, start, _) in pairwise(pieces):
        assert (end, start) == (1.0, 0.0)
        assert net.edge_to[before] == net.edge_from[after]
        driven_ms += turn_ms[before, after] if turn_ms is not None else 0
    assert took_ms == expected == driven_ms
    assert distance_m == pytest.approx(sum(net.edge_length_m[e] * (b - a) for e, a, b in pieces), abs=0.2)


@settings(max_examples=EXAMPLES, deadline=None)
@given(cities())
def test_every_edge_of_any_small_network_belongs_to_one_chain_and_arcs_join_chains_end_to_end(city) -> None:
    net, graph = city[0], city[0].graph
    assert sorted(graph.chain_edge.tolist()) == list(range(net.edge_count))
    for chain in range(graph.chain_count):
        edges = graph.chain_edge[graph.chain_first[chain] : graph.chain_first[chain + 1]].tolist()
        assert edges
        assert all(graph.edge_chain[edge] == chain for edge in edges)
        assert all(net.edge_to[a] == net.edge_from[b] for a, b in pairwise(edges))
    assert (np.repeat(np.arange(graph.vertex_count), np.diff(graph.first_out)) == graph.tail).all()
    assert (graph.chain_vertex[graph.arc_chain] == graph.head).all()
    last, first = graph.chain_edge[graph.chain_first[1:] - 1], graph.chain_edge[graph.chain_first[:-1]]
    for vertex in range(graph.vertex_count):
        into = graph.in_arc[graph.in_first[vertex] : graph.in_first[vertex + 1]]
        assert sorted(into.tolist()) == np.flatnonzero(graph.head == vertex).tolist()
        # All chains that end at a vertex and all that leave it meet in one node.
        out = np.arange(graph.first_out[vertex], graph.first_out[vertex + 1])
        ends = net.edge_to[last[graph.chain_vertex == vertex]]
        starts = net.edge_from[first[graph.arc_chain[out]]]
        assert len({*ends.tolist(), *starts.tolist()}) == 1
    for chain in range(graph.chain_count):
        by_chain = graph.by_chain_arc[graph.by_chain_first[chain] : graph.by_chain_first[chain + 1]]
        assert sorted(by_chain.tolist()) == np.flatnonzero(graph.arc_chain == chain).tolist()
