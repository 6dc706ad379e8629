"""Ways to find the soonest eligible vehicles on one network: the engine of this project and its rivals."""

import importlib.util
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import pyroutingkit
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.searched import FAR, Graph, contracted, plain
from dispatch.desk.road_ports import SpeedCaps
from dispatch.roads.network import NetworkRoads
from dispatch.vocabulary.needs import Metric
from geo.point import Point
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.metric import Target
from geo.search.nearest_kernels import FAR as FAR_OFF
from geo.search.nearest_kernels import search
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing

METRIC = "car"
FIRST_LIMIT_MS = 60_000.0
_WAYS_IN = 64
_Ints = NDArray[np.int64]
Answer = list[int]


class Fleet:
    """Vehicles at positions on a network, as every way to answer wants them."""

    def __init__(self, engine: Engine, snapper: Snapper, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        self.engine, self.snapper, self.lon, self.lat = engine, snapper, lon, lat
        self.network: Network = engine.network
        self.metric = engine.metric(METRIC)
        self.at: Snaps = snapper.snap(lon, lat)
        self.contracted, self.plain = contracted(self.metric, self.at), plain(self.network, self.metric, self.at)

    def target(self, lon: float, lat: float) -> Snaps:
        """The position asked about on the roads: all ways snap it alike, as part of their answer."""
        return self.snapper.snap_doors(np.array([lon]), np.array([lat]))


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
        arrivals, _ = self._standing.nearest_at(lon, lat, mask, most=k, metric=METRIC)
        found: Answer = arrivals.travel_ms.tolist()
        return found


class DeskCall:
    """The very call of dispatch.desk.search: from the numbers of the eligible to arrivals by id, door to door."""

    name = "desk"

    def __init__(self, fleet: Fleet) -> None:
        at = enumerate(zip(fleet.lon.tolist(), fleet.lat.tolist(), strict=True))
        self._points = {f"V{number}": Point(lon=lon, lat=lat) for number, (lon, lat) in at}
        self._names = list(self._points)
        self._roads = NetworkRoads(fleet.network)
        self._roads.follow(self._points)
        self._roads.turn_to(datetime(2026, 1, 7, 12, tzinfo=UTC), SpeedCaps())

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        points = {self._names[at]: self._points[self._names[at]] for at in chosen.tolist()}
        found = self._roads.arrivals(Point(lon=lon, lat=lat), {Metric(METRIC): points}, most=k)
        return [round(arrival.eta_s * 1000.0) for arrival in found.values()]


class EarlyStop:
    """This project's Dijkstra that stops after the k-th vehicle, for vehicles that stand in no buckets."""

    def __init__(self, name: str, fleet: Fleet, graph: Graph) -> None:
        self.name, self._fleet, self._graph = name, fleet, graph
        order = np.argsort(graph.head, kind="stable")
        self._into = np.searchsorted(graph.head[order], np.arange(graph.count + 1))
        self._tail, self._ms, self._no_m = graph.tail[order], graph.ms[order].astype(np.int64), np.zeros(len(order))
        self._dist = np.full(graph.count, FAR_OFF, np.int64)
        self._metres, self._first = np.zeros(graph.count), np.full(graph.count, -1, np.int64)

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends, sides = self._graph.arrive(self._fleet.target(lon, lat)), self._graph.sides
        row, side = np.nonzero(sides.vertex[chosen] >= 0)
        who = chosen[row]
        vertex, street, ms = (column[who, side].astype(np.int64) for column in sides)
        none = np.zeros(len(row))
        found, best, _, touched = search(
            (ends.on[0], -ends.on[2], np.zeros(len(ends.on[0]))),
            (ends.seeds[0], ends.seeds[1], np.zeros(len(ends.seeds[0]))),
            (self._into, self._tail, self._ms, self._no_m),
            (vertex, ms, none, street, -ms, none, row),
            np.zeros(len(chosen), np.int64),
            min(k, len(chosen)),
            self._dist,
            self._metres,
            self._first,
        )
        self._dist[touched] = FAR_OFF
        travel: Answer = best[found].tolist()
        return travel


class Doubling:
    """scipy's Dijkstra from the target backwards, with a limit that doubles until k are found."""

    def __init__(self, name: str, fleet: Fleet, graph: Graph) -> None:
        self.name, self._fleet, self._graph = name, fleet, graph
        order = np.lexsort((graph.ms, graph.tail, graph.head))
        tail, head = graph.tail[order], graph.head[order]
        # Of parallel arcs the cheapest: scipy would take the sum.
        kept = order[np.append([True], (np.diff(tail) != 0) | (np.diff(head) != 0))]
        self._many = len(kept)
        # The target is a vertex more, with room for its ways in behind all others: nothing is copied for a question.
        self._tail = np.append(graph.tail[kept], np.zeros(_WAYS_IN, np.int32)).astype(np.int32)
        self._ms = np.append(graph.ms[kept], np.zeros(_WAYS_IN)).astype(np.float64)
        self._start = np.searchsorted(graph.head[kept], np.arange(graph.count + 2)).astype(np.int32)

    def _enter(self, ends: Target) -> csr_array:
        """The graph with the ways to the target; scipy takes a stored zero for a very short arc."""
        into, at = np.unique(ends.seeds[0], return_inverse=True)
        least = np.full(len(into), np.inf)
        np.minimum.at(least, at, ends.seeds[1])
        end = self._many + len(into)
        self._tail[self._many : end], self._ms[self._many : end], self._start[-1] = into, least, end
        count = self._graph.count + 1
        return csr_array((self._ms[:end], self._tail[:end], self._start), shape=(count, count))

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends, limit = self._graph.arrive(self._fleet.target(lon, lat)), FIRST_LIMIT_MS
        entered = self._enter(ends)
        while True:
            far = dijkstra(entered, indices=self._graph.count, limit=limit)  # type: ignore[call-overload]  # the stubs know no sparse array
            ways = far[self._graph.entry[chosen]]
            ways = np.where(np.isfinite(ways), ways, FAR).astype(np.int64)
            found = self._graph.soonest(ways, chosen, ends, k)
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
        ends, entry = self._fleet.contracted.arrive(self._fleet.target(lon, lat)), self._fleet.contracted.entry[chosen]
        table = self._metric.distances_many_to_many(entry.ravel().astype(np.uint32), ends.seeds[0].astype(np.uint32))
        ways = (table.astype(np.int64) + ends.seeds[1]).min(axis=1).reshape(entry.shape)
        return self._fleet.contracted.soonest(ways, chosen, ends, k)


class Pinned:
    """routingkit-cch with the entries of all vehicles pinned beforehand, or of the eligible anew for each question."""

    def __init__(self, fleet: Fleet, *, anew: bool) -> None:
        import routingkit_cch

        self.name = "repinned" if anew else "pinned"
        self._fleet, self._anew = fleet, anew
        graph, net = fleet.network.graph, fleet.engine.hierarchy
        cch = routingkit_cch.CCH(net.order.tolist(), graph.tail.tolist(), graph.head.tolist(), False)
        self._metric = routingkit_cch.CCHMetric(cch, fleet.metric.weights.arc_ms.tolist())
        self._search = routingkit_cch.CCHManyToOne(self._metric, fleet.contracted.entry.ravel().tolist())

    def ask(self, lon: float, lat: float, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        ends = self._fleet.contracted.arrive(self._fleet.target(lon, lat))
        if self._anew:
            self._search.repin_sources(self._fleet.contracted.entry[chosen].ravel().tolist())
        found = np.array(self._search.distances_to_multi([*zip(*ends.seeds.tolist(), strict=True)]), np.float64)
        ways = found.reshape(-1, self._fleet.contracted.entry.shape[1])
        ways = ways if self._anew else ways[chosen]
        return self._fleet.contracted.soonest(np.where(np.isfinite(ways), ways, FAR).astype(np.int64), chosen, ends, k)


def all_ways(fleet: Fleet, topology: pyroutingkit.CCHTopology) -> list[Way]:
    """Every way that is installed here; the first is this project's."""
    graphs = {"": fleet.plain, ", contracted": fleet.contracted}
    searches = [EarlyStop(f"early stop{name}", fleet, graph) for name, graph in graphs.items()]
    scipys = [Doubling(f"scipy{name}", fleet, graph) for name, graph in graphs.items()]
    ways: list[Way] = [Jemput(fleet), DeskCall(fleet), *searches, *scipys, PyRoutingKit(fleet, topology)]
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
