"""The nearest eligible vehicles by road: a reverse Dijkstra from the target that stops after the k-th vehicle.

Costs are whole milliseconds over the search graph (see geo.graph for its two meanings), so that every sum is exact and
any other Dijkstra over the same rules gives the same numbers.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.graph import CLOSED_MS, Arriving, Leaving, Weights
from geo.kernels import FAR, search
from geo.network import Network
from geo.snap import Snapper, Snaps
from geo.stand import Stands, stand


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The vehicles found, soonest first, equal ones by index: index (n,), travel_ms (n,) and distance_m (n,).

    travel_ms and distance_m are the way along the road alone, without `wait_ms` and the way to the road.
    """

    index: NDArray[np.int64]
    travel_ms: NDArray[np.int64]
    distance_m: NDArray[np.float64]


_Ints = NDArray[np.int64]
_Piece = tuple[int, float, float]


def warm_up(network: Network, progress: Callable[[str], None]) -> None:
    """Compile the loops for a network as it was opened, or load them where an earlier start kept them on disk."""
    progress("preparing the road search; the first time this takes about half a minute")
    here = Snapper(network).snap(network.node_lon[:1], network.node_lat[:1])
    NearestSearch(network).nearest(here, here, None, most=1, metric=min(network.metrics))
    progress("the road search is ready")


class NearestSearch:
    """Searches over one network; a search holds a lock, for it works in arrays that are made once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        graph = network.graph
        in_order = network.edge_length_m[graph.chain_edge]
        start = np.concatenate(([0.0], np.cumsum(in_order)))
        self._chain_m = np.diff(start[graph.chain_first])
        self._before_m = np.empty(network.edge_count)
        self._before_m[graph.chain_edge] = start[:-1] - np.repeat(
            start[graph.chain_first[:-1]], np.diff(graph.chain_first)
        )
        self._in_tail = graph.tail[graph.in_arc]
        self._in_m = self._chain_m[graph.arc_chain[graph.in_arc]]
        self._weighed: dict[str, tuple[Weights, NDArray[np.int32]]] = {}
        self._dist = np.full(graph.vertex_count, FAR, np.int64)
        self._metres = np.zeros(graph.vertex_count)
        self._via = np.full(graph.vertex_count, -1, np.int32)
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
            return Arrivals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        want = len(index) if most is None else min(most, len(index))
        wait = np.zeros(len(index), np.int64) if wait_ms is None else np.asarray(wait_ms, np.int64)[index]
        with self._lock:
            run = self._run(target, vehicles, index, wait, want, metric)
            self._dist[run.touched] = FAR
        return Arrivals(index[run.found], run.best[run.found] - wait[run.found], run.best_m[run.found])

    def way(self, origin: Snaps, target: Snaps, *, metric: str) -> tuple[list[_Piece], int, float] | None:
        """The way from one position to another as (edge, from fraction, to fraction), travel_ms and distance_m.

        Where turns cost time, travel_ms is more than the pieces take.
        """
        if target.edge[0] < 0 or origin.edge[0] < 0:
            return None
        only = np.zeros(1, np.int64)
        with self._lock:
            run = self._run(target, origin, only, only, 1, metric)
            pieces = self._pieces(run) if len(run.found) else []
            self._dist[run.touched] = FAR
        return (pieces, int(run.best[0]), float(run.best_m[0])) if len(run.found) else None

    def _pieces(self, run: "_Run") -> list[_Piece]:
        graph, leaving, arriving = self._network.graph, run.leaving, run.arriving
        side, end = int(run.best_side[0]), int(run.best_end[0])
        place = int(leaving.row[side])
        edge, fraction = int(run.starts.edge[place]), float(run.starts.fraction[place])
        if end >= 0:
            return self._along(edge, fraction, int(run.ends.edge[end]), float(run.ends.fraction[end]))
        pieces = [] if leaving.on_node[side] else self._along(edge, fraction, None, 1.0)
        vertex = int(leaving.vertex[side])
        while (at := int(self._via[vertex])) >= 0:
            arc = int(graph.in_arc[at])
            pieces += [(int(e), 0.0, 1.0) for e in self._edges(int(graph.arc_chain[arc]))]
            vertex = int(graph.head[arc])
        seed = -1 - at
        if arriving.arc[seed] >= 0:
            last = int(arriving.row[seed])
            chain = int(graph.arc_chain[arriving.arc[seed]])
            first = int(self._edges(chain)[0])
            pieces += self._along(first, 0.0, int(run.ends.edge[last]), float(run.ends.fraction[last]))
        return pieces or [(edge, fraction, fraction)]

    def _edges(self, chain: int) -> NDArray[np.int32]:
        graph = self._network.graph
        return graph.chain_edge[graph.chain_first[chain] : graph.chain_first[chain + 1]]

    def _along(self, edge: int, start: float, last: int | None, end: float) -> list[_Piece]:
        """Along one chain from a place on an edge to one on the last edge, or to the end of the chain."""
        edges = self._edges(int(self._network.graph.edge_chain[edge])).tolist()
        driven = edges[edges.index(edge) : len(edges) if last is None else edges.index(last) + 1]
        return [
            (one, start if at == 0 else 0.0, end if at == len(driven) - 1 else 1.0) for at, one in enumerate(driven)
        ]

    def _weights(self, metric: str) -> tuple[Weights, NDArray[np.int32]]:
        """The weighed graph of a metric and its arc weights in the order of in_arc."""
        if metric not in self._weighed:
            weights = self._network.graph.weigh(self._network.metric(metric))
            self._weighed[metric] = weights, weights.arc_ms[self._network.graph.in_arc]
        return self._weighed[metric]

    def _run(self, target: Snaps, vehicles: Snaps, index: _Ints, wait: _Ints, want: int, metric: str) -> "_Run":
        graph = self._network.graph
        weights, in_ms = self._weights(metric)
        ends = stand(self._network, weights, target, np.zeros(1, np.int64))
        starts = stand(self._network, weights, vehicles, index)
        arriving = weights.arriving(ends.edge, ends.fraction)
        leaving = weights.leaving(starts.edge, starts.fraction)
        end_m, along_m = self._along_m(ends), self._along_m(starts)[leaving.row]
        found, best, best_m, best_side, best_end, touched = search(
            graph.edge_chain[ends.edge],
            weights.along_ms(ends.edge, ends.fraction),
            end_m,
            arriving.vertex,
            arriving.ms,
            np.where(arriving.arc < 0, 0.0, end_m[arriving.row]),
            graph.in_first,
            self._in_tail,
            in_ms,
            self._in_m,
            leaving.vertex,
            leaving.ms,
            np.where(leaving.on_node, 0.0, self._chain_m[leaving.chain] - along_m),
            leaving.chain,
            leaving.along_ms,
            along_m,
            starts.of[leaving.row],
            wait,
            want,
            CLOSED_MS,
            self._dist,
            self._metres,
            self._via,
            self._first_side,
            np.full(len(leaving.row), -1, np.int64),
            np.zeros(len(wait), np.bool_),
        )
        return _Run(ends, starts, arriving, leaving, found, best, best_m, best_side, best_end, touched)

    def _along_m(self, places: Stands) -> NDArray[np.float64]:
        metres: NDArray[np.float64] = (
            self._before_m[places.edge] + self._network.edge_length_m[places.edge] * places.fraction
        )
        return metres


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What one search had and found; found are rows of the vehicles that were asked for."""

    ends: Stands
    starts: Stands
    arriving: Arriving
    leaving: Leaving
    found: _Ints
    best: _Ints
    best_m: NDArray[np.float64]
    best_side: _Ints
    best_end: _Ints
    touched: _Ints
