"""The nearest eligible vehicles by road: a reverse Dijkstra from the target that stops after the k-th vehicle.

Costs are whole milliseconds over the search graph (geo.roads.graph says its two meanings): every sum is exact and
any other Dijkstra over the same rules gives the same numbers.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads.graph import Weights
from geo.roads.network import Network
from geo.search.nearest_kernels import FAR, search
from geo.search.snap import Snaps
from geo.search.stand import Stands, stand


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The vehicles found, soonest first, equal ones by index: index, travel_ms, distance_m and access_m, (n,) each.

    travel_ms and distance_m are the way along the road alone, without `wait_ms` and the way to the road: access_m.
    """

    index: NDArray[np.int64]
    travel_ms: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    access_m: NDArray[np.float64]


class NearestSearch:
    """Searches over one network; a search holds a lock, for it works in arrays that are made once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        graph = network.graph
        self._before_m, self._chain_m = graph.along_chains(network.edge_length_m)
        self._in_tail = graph.tail[graph.in_arc]
        self._in_m = self._chain_m[graph.arc_chain[graph.in_arc]]
        self._weighed: dict[str, tuple[Weights, NDArray[np.int32], NDArray[np.uint8]]] = {}
        self._dist = np.full(graph.vertex_count, FAR, np.int64)
        self._metres = np.zeros(graph.vertex_count)
        self._first_side = np.full(graph.vertex_count, -1, np.int64)
        self._lock = threading.Lock()

    def nearest(
        self,
        target: Snaps,
        vehicles: Snaps,
        eligible: NDArray[np.bool_] | None,
        *,
        most: int | None,
        metric: str,
        wait_ms: NDArray[np.int64] | None = None,
    ) -> Arrivals:
        """The `most` soonest of the eligible vehicles (all when None) by travel from vehicle to target.

        `target` holds one position, `vehicles` n, `eligible` is (n,) or None for all. Who stands off the roads or
        cannot come is left out. `wait_ms` (n,), not negative, passes before a vehicle is on the road (turnout, the
        way to the road): it counts in who is soonest. Raises KeyError for an unknown metric.
        """
        can_go = vehicles.edge >= 0
        index = np.flatnonzero(can_go if eligible is None else can_go & eligible)
        if target.edge[0] < 0 or not len(index):
            return Arrivals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        want = len(index) if most is None else min(most, len(index))
        wait = np.zeros(len(index), np.int64) if wait_ms is None else np.asarray(wait_ms, np.int64)[index]
        with self._lock:
            weights, in_ms, inner = self._weights(metric)
            ends = stand(self._network, weights, inner, target, np.zeros(1, np.int64), leaves=False)
            starts = stand(self._network, weights, inner, vehicles, index, leaves=True)
            arriving = weights.arriving(ends.edge, ends.fraction)
            leaving = weights.leaving(starts.edge, starts.fraction)
            end_m, along_m = self._along_m(ends), self._along_m(starts)[leaving.row]
            ahead_m = np.where(leaving.on_node, 0.0, np.maximum(0.0, self._chain_m[leaving.chain] - along_m))
            graph = self._network.graph
            found, best, best_m, touched = search(
                (graph.edge_chain[ends.edge], weights.along_ms(ends.edge, ends.fraction), end_m),
                (arriving.vertex, arriving.ms, np.where(arriving.arc < 0, 0.0, end_m[arriving.row])),
                (graph.in_first, self._in_tail, in_ms, self._in_m),
                (leaving.vertex, leaving.ms, ahead_m, leaving.chain, leaving.along_ms, along_m, starts.of[leaving.row]),
                wait,
                want,
                self._dist,
                self._metres,
                self._first_side,
            )
            self._dist[touched] = FAR
        return Arrivals(index[found], best[found] - wait[found], best_m[found], vehicles.distance_m[index[found]])

    def _weights(self, metric: str) -> tuple[Weights, NDArray[np.int32], NDArray[np.uint8]]:
        """The weighed graph of a metric, its arc weights in the order of in_arc, and who may be on which edge."""
        if metric not in self._weighed:
            net = self._network
            weights = net.graph.weigh(net.metric(metric))
            self._weighed[metric] = weights, weights.arc_ms[net.graph.in_arc], net.inner(metric)
        return self._weighed[metric]

    def _along_m(self, places: Stands) -> NDArray[np.float64]:
        return np.asarray(self._before_m[places.edge] + self._network.edge_length_m[places.edge] * places.fraction)
