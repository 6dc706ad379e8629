"""Random questions on real networks, in both meanings, against scipy: no millisecond of difference."""

import math
import os
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing
from tests.roads.conftest import RealNetwork
from tests.roads.oracle import NEVER, Oracle, soonest, turns_of
from tests.roads.test_nearest import one, rows

# 4 cities, 2 meanings: 2,000 questions, and 20,000 with JEMPUT_TEST_SOAK=1.
TARGETS = 100 if os.environ.get("JEMPUT_TEST_SOAK") == "1" else 10
SETS = 25
VEHICLES = 2_000


def anywhere(net: Network, snapper: Snapper, count: int, rng: np.random.Generator) -> Snaps:
    """Positions all over the region and, every second one, close to a node."""
    west, south, east, north = net.meta.bounds
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    close = rng.integers(net.node_count, size=len(lon[::2]))
    lon[::2] = net.node_lon[close] + rng.normal(0, 2e-4, len(close))
    lat[::2] = net.node_lat[close] + rng.normal(0, 2e-4, len(close))
    return snapper.snap(lon, lat)


def on_edges(edges: np.ndarray, rng: np.random.Generator) -> Snaps:
    """Positions on edges, some of them at the very ends."""
    fraction = rng.uniform(0, 1, len(edges))
    fraction[rng.random(len(edges)) < 0.1] = 0.0
    fraction[rng.random(len(edges)) < 0.1] = 1.0
    return Snaps(edges.astype(np.int32), fraction, np.zeros(len(edges)))


def together(*parts: Snaps) -> Snaps:
    return Snaps(
        np.concatenate([part.edge for part in parts]),
        np.concatenate([part.fraction for part in parts]),
        np.concatenate([part.distance_m for part in parts]),
    )


def traps(net: Network, shut: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Edges of one-way streets that are not shut: who is just past a target there drives round."""
    return rng.choice(np.flatnonzero((net.edge_twin < 0) & ~shut), count)


def fleet_and_targets(
    net: Network, snapper: Snapper, rng: np.random.Generator, metric: str, *, all_come: bool
) -> tuple[Snaps, Snaps]:
    """Vehicles and targets anywhere, on one-way streets, and on the same edges as one another; if all are to
    come none where the metric is shut.
    """
    shut = net.shut_streets(metric) if all_come else np.zeros(net.edge_count, np.bool_)
    shut |= net.street_of != np.arange(net.edge_count)  # nobody is put on a copy
    third = TARGETS // 3
    elsewhere = anywhere(net, snapper, TARGETS - 2 * third, rng)
    shared_edges = traps(net, shut, third, rng), rng.choice(np.flatnonzero(~shut), third)
    targets = together(elsewhere, *(on_edges(edges, rng) for edges in shared_edges))
    crowd = np.repeat(np.concatenate(shared_edges), 3)
    few = traps(net, shut, VEHICLES // 5, rng)
    vehicles = together(
        on_edges(crowd, rng), on_edges(few, rng), anywhere(net, snapper, VEHICLES - len(crowd) - len(few), rng)
    )
    return vehicles, targets


def with_closures(net: Network, share: float, rng: np.random.Generator) -> Network:
    """The same network with some of its streets closed, in both directions."""
    shut = rng.random(net.edge_count) < share
    shut |= np.where(net.edge_twin >= 0, shut[net.edge_twin], False)
    shut = shut[net.street_of]
    weights = {name: np.where(shut, CLOSED_MS, ms).astype(np.int32) for name, ms in net.metrics.items()}
    return replace(net, metrics=MappingProxyType(weights))


def parts_of(net: Network, metric: str) -> np.ndarray:
    """The part (M,) of each edge's street, in which every place can be reached from every other: by scipy, from turns
    or nodes and what is open.
    """
    open_, of_edge = net.metrics[metric] < CLOSED_MS, net.edge_from
    if net.meta.turn_costs == "osm":
        turns = np.array(turns_of(net), np.int64).reshape(-1, 3)
        tail, head = turns[open_[turns[:, :2]].all(axis=1), :2].T
        count, of_edge = net.edge_count, np.arange(net.edge_count, dtype=np.int32)
    else:
        tail, head, count = net.edge_from[open_], net.edge_to[open_], net.node_count
    links = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count))
    label = connected_components(links, directed=True, connection="strong")[1][of_edge]
    # A street whose named direction is shut in the metric is of the part of the other one.
    return np.where(open_ | (net.edge_twin < 0), label, label[net.edge_twin])


def check_against_scipy(net: Network, *, seed: int, all_come: bool) -> None:
    rng = np.random.default_rng(seed)
    metric = ("car", "siren", "hearse")[seed % 3]
    # Places are on what is open in the metric.
    snapper = Snapper(net).without(net.shut_streets(metric))
    vehicles, targets = fleet_and_targets(net, snapper, rng, metric, all_come=all_come)
    search, standing = NearestSearch(net), Standing(Engine(net), snapper, len(vehicles), access_kph=math.inf)
    standing.prepare(metric)
    standing.place(np.arange(len(vehicles)), vehicles)
    oracle = Oracle(net, metric)
    parts = parts_of(net, metric)
    part = np.where(vehicles.edge >= 0, parts[vehicles.edge], -1)
    for at in range(len(targets)):
        target = one(targets, at)
        travel = oracle.travel_ms(vehicles, target)
        if all_come and target.edge[0] >= 0:
            # From everywhere in its part, and from nowhere off the roads; the other parts are as scipy says.
            assert (travel[part == parts[target.edge[0]]] != NEVER).all()
            assert (travel[vehicles.edge < 0] == NEVER).all()
        for share in rng.choice([1.0, 0.3, 0.05, 0.01, 0.001], SETS):
            eligible = rng.random(len(vehicles)) < share
            most = (1, 3, 5, None)[rng.choice(4, p=(0.3, 0.3, 0.35, 0.05))]
            found = search.nearest(target, vehicles, eligible, most=most, metric=metric)
            expected = soonest(travel, eligible, most)
            assert rows(found) == expected
            assert rows(standing.nearest(target, eligible, most=most, metric=metric)) == expected
    check_positions_in_degrees(net, standing, metric, rng)


def check_positions_in_degrees(net: Network, standing: Standing, metric: str, rng: np.random.Generator) -> None:
    """A question that is answered in one compiled call is answered as one of the same position snapped before."""
    west, south, east, north = net.meta.bounds
    for lon, lat in zip(rng.uniform(west, east, TARGETS), rng.uniform(south, north, TARGETS), strict=True):
        eligible = rng.random(standing.count) < rng.choice([1.0, 0.05, 0.001])
        snapped = standing.snapper.snap_doors(np.array([lon]), np.array([lat]))
        found = standing.nearest(snapped, eligible, most=3, metric=metric)
        again, target = standing.nearest_at(lon, lat, eligible, most=3, metric=metric)
        assert rows(again) == rows(found)
        assert np.isnan(again.distance_m).all() or again.distance_m.tolist() == found.distance_m.tolist()
        assert (target.edge, target.fraction, target.distance_m) == (
            snapped.edge,
            snapped.fraction,
            snapped.distance_m,
        )


@pytest.mark.roads
@pytest.mark.parametrize("turn_costs", ["osm", "none"])
@pytest.mark.parametrize("city", ["porto", "jakarta", "auckland", "helsinki"])
def test_answers_agree_with_scipy_to_the_millisecond(real: RealNetwork, city: str, turn_costs: str) -> None:
    check_against_scipy(real(city, turn_costs), seed=len(city) + len(turn_costs), all_come=True)


@pytest.mark.roads
@pytest.mark.parametrize("turn_costs", ["osm", "none"])
def test_with_streets_closed_answers_agree_with_scipy_too(real: RealNetwork, turn_costs: str) -> None:
    net = with_closures(real("helsinki", turn_costs), 0.1, np.random.default_rng(5))
    check_against_scipy(net, seed=3, all_come=False)


@pytest.mark.roads
def test_turning_is_looked_at_on_porto_and_makes_ways_longer_never_shorter(real: RealNetwork) -> None:
    aware, plain = real("porto", "osm"), real("porto", "none")
    rng = np.random.default_rng(6)
    at = rng.integers(plain.node_count, size=300)
    lon, lat = plain.node_lon[at] + rng.normal(0, 1e-4, 300), plain.node_lat[at] + rng.normal(0, 1e-4, 300)
    times = []
    for net in (aware, plain):
        snaps = Snapper(net).snap(lon, lat)
        found = NearestSearch(net).nearest(one(snaps, 0), snaps, None, most=None, metric="car")
        times.append(dict(zip(found.index.tolist(), found.travel_ms.tolist(), strict=True)))
    longer = [times[0][v] - times[1][v] for v in times[0].keys() & times[1].keys()]
    assert len(longer) > 290
    assert np.mean(np.array(longer) >= 0) > 0.99
    assert np.any(np.array(longer) > 0)
