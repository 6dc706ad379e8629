"""The nearest eligible vehicles by road: a reverse Dijkstra from the target that stops after the k-th vehicle.

Costs are whole milliseconds. A position at a fraction f of an edge of weight w stands floor(w*f + 0.5) ms from the
edge's start; the way along an edge from p to q costs q - p. So every sum is exact and any other Dijkstra over the
same rule gives the same numbers.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.kernels import FAR, search
from geo.network import Network
from geo.snap import Snaps


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The vehicles found, soonest first, equal ones by index: index (n,), travel_ms (n,) and distance_m (n,)."""

    index: NDArray[np.int64]
    travel_ms: NDArray[np.int64]
    distance_m: NDArray[np.float64]


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
        self, target: Snaps, vehicles: Snaps, eligible: NDArray[np.bool_] | None, *, most: int | None, metric: str
    ) -> Arrivals:
        """The `most` soonest of the eligible vehicles (all when None) by travel from vehicle to target.

        `target` holds one position, `vehicles` n, `eligible` is (n,) or None for all. Who stands off the roads or
        cannot come is left out. Raises KeyError for an unknown metric.
        """
        can_go = vehicles.edge >= 0
        index = np.flatnonzero(can_go if eligible is None else can_go & eligible)
        nothing = Arrivals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        if target.edge[0] < 0 or not len(index):
            return nothing
        want = len(index) if most is None else min(most, len(index))
        with self._lock:
            found, best, best_m, _, touched = self._run(target, vehicles, index, want, metric)
            self._reset(touched)
        order = np.lexsort((found, best[found]))[:want]
        chosen = found[order]
        return Arrivals(index[chosen], best[chosen], best_m[chosen])

    def way(
        self, origin: Snaps, target: Snaps, *, metric: str
    ) -> tuple[list[tuple[int, float, float]], int, float] | None:
        """The way from one position to another as (edge, from fraction, to fraction), travel_ms and distance_m."""
        if target.edge[0] < 0 or origin.edge[0] < 0:
            return None
        network = self._network
        with self._lock:
            index = np.zeros(1, np.int64)
            found, best, best_m, best_side, touched = self._run(target, origin, index, 1, metric)
            via, dist = self._via, self._dist
            pieces: list[tuple[int, float, float]] = []
            if len(found):
                ends = dict(_sides(network, target, 0))
                edge, start = _sides(network, origin, 0)[int(best_side[0])]
                weight = network.metric(metric)
                node = int(network.edge_to[edge])
                rest = int(weight[edge]) - _ms(int(weight[edge]), start)
                if dist[node] < FAR and int(dist[node]) + rest == int(best[0]):
                    pieces.append((edge, start, 1.0))
                    while True:
                        edge = int(via[node])
                        if edge in ends and int(dist[node]) == _ms(int(weight[edge]), ends[edge]):
                            pieces.append((edge, 0.0, ends[edge]))
                            break
                        pieces.append((edge, 0.0, 1.0))
                        node = int(network.edge_to[edge])
                else:
                    pieces.append((edge, start, ends[edge]))
            self._reset(touched)
        return (pieces, int(best[0]), float(best_m[0])) if len(found) else None

    def _run(
        self, target: Snaps, vehicles: Snaps, index: NDArray[np.int64], want: int, metric: str
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        network = self._network
        weight = network.metric(metric)
        sides = _sides(network, target, 0)
        target_edge = np.array([edge for edge, _ in sides], np.int32)
        target_ms = np.array([_ms(int(weight[edge]), fraction) for edge, fraction in sides], np.int64)
        edge, fraction = vehicles.edge[index], vehicles.fraction[index]
        twin = network.edge_twin[edge]
        two = np.flatnonzero(twin >= 0)
        veh_edge = np.concatenate((edge, twin[two]))
        veh_of = np.concatenate((np.arange(len(index)), two)).astype(np.int64)
        veh_fraction = np.concatenate((fraction, 1.0 - fraction[two]))
        veh_ms = np.floor(weight[veh_edge] * veh_fraction + 0.5).astype(np.int64)
        result: tuple[
            NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]
        ] = search(
            target_edge,
            target_ms,
            network.edge_from,
            network.edge_to,
            weight,
            network.edge_length_m,
            network.in_start,
            network.in_edge,
            veh_edge,
            veh_ms,
            veh_of,
            len(index),
            want,
            self._dist,
            self._metres,
            self._via,
            self._head,
            np.full(len(veh_edge), -1, np.int64),
            np.zeros(len(index), np.bool_),
        )
        return result

    def _reset(self, touched: NDArray[np.int64]) -> None:
        self._dist[touched] = FAR
        self._via[touched] = -1


def _ms(weight: int, fraction: float) -> int:
    return int(np.floor(weight * fraction + 0.5))


def _sides(network: Network, snaps: Snaps, at: int) -> list[tuple[int, float]]:
    """The directed edges on which a snapped position stands, each with its fraction from that edge's start."""
    edge, fraction = int(snaps.edge[at]), float(snaps.fraction[at])
    twin = int(network.edge_twin[edge])
    return [(edge, fraction)] if twin < 0 else [(edge, fraction), (twin, 1.0 - fraction)]
