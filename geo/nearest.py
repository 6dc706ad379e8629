"""The nearest eligible vehicles by road: a reverse Dijkstra from the target that stops after the k-th vehicle.

Costs are whole milliseconds. A position at a fraction f of an edge of weight w stands floor(w*f + 0.5) ms from the
edge's start; the way along an edge from p to q costs q - p; a position 0 or w ms along stands on the node there. So
every sum is exact and any other Dijkstra over the same rules gives the same numbers. Turn restrictions, which the file
carries, are not looked at yet.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.kernels import FAR, search
from geo.network import Network
from geo.snap import Snapper, Snaps


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The vehicles found, soonest first, equal ones by index: index (n,), travel_ms (n,) and distance_m (n,).

    travel_ms and distance_m are the way along the road alone, without `wait_ms` and the way to the road.
    """

    index: NDArray[np.int64]
    travel_ms: NDArray[np.int64]
    distance_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """The directed edges on which positions stand: edge, fraction and ms from its start, and whose side it is."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    ms: NDArray[np.int64]
    of: NDArray[np.int64]


_Ints = NDArray[np.int64]
_Found = tuple[_Ints, _Ints, NDArray[np.float64], _Ints, _Ints, _Ints]


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
        nodes = network.node_count
        self._dist = np.full(nodes, FAR, np.int64)
        self._metres = np.zeros(nodes)
        self._via = np.full(nodes, -1, np.int32)
        self._head = np.full(nodes, -1, np.int64)
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
        nothing = Arrivals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        if target.edge[0] < 0 or not len(index):
            return nothing
        want = len(index) if most is None else min(most, len(index))
        weight = self._network.metric(metric)
        wait = np.zeros(len(index), np.int64) if wait_ms is None else np.asarray(wait_ms, np.int64)[index]
        ends = _sides(self._network, target, np.zeros(1, np.int64), weight, leaving=False)
        starts = _sides(self._network, vehicles, index, weight, leaving=True)
        with self._lock:
            found, best, best_m, _, _, touched = self._run(ends, starts, wait, want, weight)
            self._reset(touched)
        return Arrivals(index[found], best[found] - wait[found], best_m[found])

    def way(
        self, origin: Snaps, target: Snaps, *, metric: str
    ) -> tuple[list[tuple[int, float, float]], int, float] | None:
        """The way from one position to another as (edge, from fraction, to fraction), travel_ms and distance_m."""
        if target.edge[0] < 0 or origin.edge[0] < 0:
            return None
        weight = self._network.metric(metric)
        only = np.zeros(1, np.int64)
        ends = _sides(self._network, target, only, weight, leaving=False)
        starts = _sides(self._network, origin, only, weight, leaving=True)
        with self._lock:
            found, best, best_m, best_side, best_end, touched = self._run(ends, starts, only, 1, weight)
            pieces = self._pieces(ends, starts, int(best_side[0]), int(best_end[0])) if len(found) else []
            self._reset(touched)
        return (pieces, int(best[0]), float(best_m[0])) if len(found) else None

    def _pieces(self, ends: _Sides, starts: _Sides, side: int, end: int) -> list[tuple[int, float, float]]:
        edge_to = self._network.edge_to
        edge, start = int(starts.edge[side]), float(starts.fraction[side])
        if end >= 0:
            return [(edge, start, float(ends.fraction[end]))]
        last = {(int(e), int(ms)): float(part) for e, ms, part in zip(ends.edge, ends.ms, ends.fraction, strict=True)}
        pieces = [(edge, start, 1.0)]
        while True:
            node = int(edge_to[edge])
            edge = int(self._via[node])
            if (edge, int(self._dist[node])) in last:
                return [*pieces, (edge, 0.0, last[edge, int(self._dist[node])])]
            pieces.append((edge, 0.0, 1.0))

    def _run(
        self, ends: _Sides, starts: _Sides, wait: NDArray[np.int64], want: int, weight: NDArray[np.int32]
    ) -> _Found:
        network = self._network
        result: _Found = search(
            ends.edge,
            ends.ms,
            network.edge_from,
            network.edge_to,
            weight,
            network.edge_length_m,
            network.in_start,
            network.in_edge,
            starts.edge,
            starts.ms,
            starts.of,
            wait,
            want,
            self._dist,
            self._metres,
            self._via,
            self._head,
            np.full(len(starts.edge), -1, np.int64),
            np.zeros(len(wait), np.bool_),
        )
        return result

    def _reset(self, touched: NDArray[np.int64]) -> None:
        self._dist[touched] = FAR


def _sides(
    network: Network, snaps: Snaps, index: NDArray[np.int64], weight: NDArray[np.int32], *, leaving: bool
) -> _Sides:
    """Both directions of a two-way street; and for who stands on the node where an edge begins (leaving) or ends
    (arriving) one edge on its other side, for there one may come from and go to any street.
    """
    edge, fraction = snaps.edge[index], snaps.fraction[index]
    twin = network.edge_twin[edge]
    two = np.flatnonzero(twin >= 0)
    edges, fractions = np.concatenate((edge, twin[two])), np.concatenate((fraction, 1.0 - fraction[two]))
    of = np.concatenate((np.arange(len(index)), two))
    ms = _ms(weight[edges], fractions)
    if leaving:
        there, end, start, other = np.flatnonzero(ms == 0), network.edge_from, network.in_start, network.in_edge
    else:
        there = np.flatnonzero(ms == weight[edges])
        end, start, other = network.edge_to, network.out_start, network.out_edge
    # All nodes hang together, so that an edge enters and one leaves each of them.
    beyond = other[start[end[edges[there]]]]
    beyond_fraction = np.full(len(there), float(leaving))
    return _Sides(
        np.concatenate((edges, beyond)),
        np.concatenate((fractions, beyond_fraction)),
        np.concatenate((ms, _ms(weight[beyond], beyond_fraction))),
        np.concatenate((of, of[there])),
    )


def _ms(weight: NDArray[np.int32], fraction: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(weight * fraction + 0.5).astype(np.int64)
