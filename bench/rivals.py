"""Ways to find the soonest eligible vehicles on one network: the engine of this project and its rivals."""

import importlib.util
from typing import Protocol

import numpy as np
import pyroutingkit
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.engine import Engine
from geo.metric import Target
from geo.nearest import NearestSearch
from geo.network import Network
from geo.snap import Snapper, Snaps
from geo.standing import Standing

METRIC = "car"
FIRST_LIMIT_MS = 60_000.0
_FAR = 2**40
_Ints = NDArray[np.int64]
Answer = list[int]


class Fleet:
    """Vehicles at positions on a network, as every way to answer wants them."""

    def __init__(self, engine: Engine, snapper: Snapper, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        self.engine, self.snapper, self.lon, self.lat = engine, snapper, lon, lat
        self.network: Network = engine.network
        self.metric = engine.metric(METRIC)
        self.at: Snaps = snapper.snap(lon, lat)
        self.sides = self.metric.leave(self.at)
        # A side that is none stands for the first one, which changes nothing about the least.
        there = self.sides.vertex >= 0
        self.entry = np.where(there, self.sides.vertex, self.sides.vertex[:, :1]).astype(np.int64)
        self.rest = np.where(there, self.sides.ms, self.sides.ms[:, :1]).astype(np.int64)

    def target(self, lon: float, lat: float) -> Snaps:
        """The position asked about on the roads: all ways snap it alike, as part of their answer."""
        return self.snapper.snap(np.array([lon]), np.array([lat]))

    def soonest(self, ways: _Ints, chosen: _Ints, ends: Target, k: int) -> Answer:
        """The k least of the ms (m, SIDES) from the entries of the chosen to the target, or straight along a street."""
        cost = (ways + self.rest[chosen]).min(axis=1)
        street, ms = self.sides.street[chosen], self.sides.ms[chosen]
        for chain, _, on_ms in ends.on.T.tolist():
            row, side = np.nonzero((street == chain) & (ms >= on_ms))
            np.minimum.at(cost, row, ms[row, side] - on_ms)
        cost = np.sort(cost)[:k]
        found: Answer = cost[cost < _FAR // 2].tolist()
        return found


class Way(Protocol):
    """One way to answer: the ms to a position in degrees of the k soonest of the eligible, a mask and their numbers."""

    name: str

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer: ...


class Jemput:
    """Vehicles standing in buckets."""

    name = "jemput"

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._standing = Standing(fleet.engine, fleet.snapper, len(fleet.at), access_kph=np.inf)
        self._standing.move(np.arange(len(fleet.at)), fleet.lon, fleet.lat)
        self._standing.prepare(METRIC)

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        _, travel_ms = self._standing.soonest(self._fleet.target(lon, lat), mask, most=k, metric=METRIC)
        found: Answer = travel_ms.tolist()
        return found


class EarlyStop:
    """This project's Dijkstra that stops after the k-th vehicle, for vehicles that stand in no buckets."""

    name = "early stop"

    def __init__(self, fleet: Fleet) -> None:
        self._fleet, self._search = fleet, NearestSearch(fleet.network)

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        found = self._search.nearest(self._fleet.target(lon, lat), self._fleet.at, mask, most=k, metric=METRIC)
        travel: Answer = found.travel_ms.tolist()
        return travel


class Doubling:
    """scipy's Dijkstra from the target backwards, with a limit that doubles until k are found."""

    name = "scipy"

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        graph, ms = fleet.network.graph, fleet.metric.weights.arc_ms
        order = np.lexsort((ms, graph.tail, graph.head))
        tail, head = graph.tail[order], graph.head[order]
        # Of parallel arcs the cheapest: scipy would take the sum.
        kept = order[np.append([True], (np.diff(tail) != 0) | (np.diff(head) != 0))]
        self._tail, self._ms = graph.tail[kept], ms[kept].astype(np.float64)
        self._start = np.searchsorted(graph.head[kept], np.arange(graph.vertex_count + 1))

    def _travel(self, ends: Target, chosen: _Ints, limit: float) -> _Ints:
        count = self._fleet.network.graph.vertex_count
        seeds = np.full(count, np.inf)
        np.minimum.at(seeds, ends.seeds[0], ends.seeds[1])
        into = np.flatnonzero(np.isfinite(seeds))
        # The target is a vertex more; scipy takes a stored zero for a very short arc.
        graph = csr_array(
            (
                np.append(self._ms, seeds[into]),
                np.append(self._tail, into.astype(np.int32)),
                np.append(self._start, len(self._ms) + len(into)),
            ),
            shape=(count + 1, count + 1),
        )
        far = dijkstra(graph, indices=count, limit=limit)  # type: ignore[call-overload]  # the stubs know no sparse array
        ways = far[self._fleet.entry[chosen]]
        return np.where(np.isfinite(ways), ways, _FAR).astype(np.int64)

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends, limit = self._fleet.metric.arrive(self._fleet.target(lon, lat)), FIRST_LIMIT_MS
        while True:
            found = self._fleet.soonest(self._travel(ends, chosen, limit), chosen, ends, k)
            if len(found) == min(k, len(chosen)) and found[-1] <= limit:
                return found
            limit *= 2


class PyRoutingKit:
    """Many-to-many from the entries of the eligible to the ways to the target."""

    name = "pyroutingkit"

    def __init__(self, fleet: Fleet, topology: pyroutingkit.CCHTopology) -> None:
        self._fleet = fleet
        self._metric = pyroutingkit.CCHMetric(topology)
        self._metric.customize(fleet.metric.weights.arc_ms.astype(np.uint32))

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends, entry = self._fleet.metric.arrive(self._fleet.target(lon, lat)), self._fleet.entry[chosen]
        table = self._metric.distances_many_to_many(entry.ravel().astype(np.uint32), ends.seeds[0].astype(np.uint32))
        ways = (table.astype(np.int64) + ends.seeds[1]).min(axis=1).reshape(entry.shape)
        return self._fleet.soonest(ways, chosen, ends, k)


class Pinned:
    """routingkit-cch with the entries of all vehicles pinned beforehand, or of the eligible anew for each question."""

    def __init__(self, fleet: Fleet, *, anew: bool) -> None:
        import routingkit_cch

        self.name = "repinned" if anew else "pinned"
        self._fleet, self._anew = fleet, anew
        graph, net = fleet.network.graph, fleet.engine.hierarchy
        cch = routingkit_cch.CCH(net.order.tolist(), graph.tail.tolist(), graph.head.tolist(), False)
        self._metric = routingkit_cch.CCHMetric(cch, fleet.metric.weights.arc_ms.tolist())
        self._search = routingkit_cch.CCHManyToOne(self._metric, fleet.entry.ravel().tolist())

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends = self._fleet.metric.arrive(self._fleet.target(lon, lat))
        if self._anew:
            self._search.repin_sources(self._fleet.entry[chosen].ravel().tolist())
        found = np.array(self._search.distances_to_multi([*zip(*ends.seeds.tolist(), strict=True)]), np.float64)
        ways = found.reshape(-1, self._fleet.entry.shape[1])
        ways = ways if self._anew else ways[chosen]
        return self._fleet.soonest(np.where(np.isfinite(ways), ways, _FAR).astype(np.int64), chosen, ends, k)


def all_ways(fleet: Fleet, topology: pyroutingkit.CCHTopology) -> list[Way]:
    """Every way that is installed here; the first is this project's."""
    ways: list[Way] = [Jemput(fleet), EarlyStop(fleet), Doubling(fleet), PyRoutingKit(fleet, topology)]
    if importlib.util.find_spec("routingkit_cch"):
        ways += [Pinned(fleet, anew=False), Pinned(fleet, anew=True)]
    return ways


def topology_of(network: Network) -> pyroutingkit.CCHTopology:
    """The search graph of a network as pyroutingkit takes it."""
    graph, node = network.graph, network.graph.vertex_node(network.edge_to)
    topology = pyroutingkit.CCHTopology()
    topology.build(
        graph.tail.astype(np.uint32),
        graph.head.astype(np.uint32),
        network.node_lat[node].astype(np.float32),
        network.node_lon[node].astype(np.float32),
        graph.vertex_count,
    )
    return topology
