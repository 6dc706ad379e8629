"""All answers on one network: who of given vehicles is nearest, the way there, and the times from many to everywhere.

An engine never changes, so that threads may share it; what changes (traffic, closed streets) makes another one over the
same hierarchy, which depends on no travel time.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads.graph import CLOSED_MS, Arriving, Leaving, Weights
from geo.roads.network import Network
from geo.search.hierarchy import NEVER, Hierarchy
from geo.search.metric import Metric
from geo.search.nearest import Arrivals, NearestSearch
from geo.search.snap import Snaps
from geo.search.stand import Stands, stand

# From this share of the vehicles wanted on, and up to so many, one sweep over everything takes less than a search that
# goes out from the target until it met them; measured on Porto.
_SWEEP_SHARE, _SWEEP_MOST = 0.08, 50

_Ints = NDArray[np.int64]
_Piece = tuple[int, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A way as (edge, from fraction, to fraction) in travel order, and what it takes.

    Where turns cost time, travel_ms is more than the pieces take.
    """

    pieces: list[_Piece]
    travel_ms: int
    distance_m: float


class Engine:
    """Searches over one network under its metrics; `search` is the one that needs no hierarchy made ready."""

    def __init__(self, network: Network, hierarchy: Hierarchy | None = None) -> None:
        """`hierarchy` is that of the same graph, made by an earlier engine; else it is made."""
        graph = network.graph
        self.network = network
        self.hierarchy = hierarchy or Hierarchy.build(graph.first_out, graph.head, network.rank)
        self._metrics: dict[str, Metric] = {}
        self._making = threading.Lock()
        self.search = NearestSearch(network)

    def metric(self, name: str) -> Metric:
        """A metric, customized when it is first asked for. Raises KeyError for an unknown one."""
        if name not in self._metrics:
            with self._making:
                if name not in self._metrics:
                    self._metrics[name] = Metric(self.network, self.hierarchy, name)
        return self._metrics[name]

    def nearest(
        self,
        target: Snaps,
        vehicles: Snaps,
        eligible: NDArray[np.bool_] | None,
        *,
        most: int | None,
        metric: str,
        wait_ms: _Ints | None = None,
    ) -> Arrivals:
        """As NearestSearch.nearest, for vehicles that are given with the question, in the way that is fastest."""
        among = len(vehicles) if eligible is None else int(np.count_nonzero(eligible))
        want = among if most is None else min(most, among)
        if not _SWEEP_SHARE * among <= want <= _SWEEP_MOST:
            return self.search.nearest(target, vehicles, eligible, most=most, metric=metric, wait_ms=wait_ms)
        can_go = vehicles.edge >= 0
        index = np.flatnonzero(can_go if eligible is None else can_go & eligible)
        travel_ms = self._sweep(target, vehicles, index, metric)
        wait = np.zeros(len(index), np.int64) if wait_ms is None else np.asarray(wait_ms, np.int64)[index]
        order = np.lexsort((index, travel_ms + wait))[:want]
        order = order[travel_ms[order] < CLOSED_MS]
        soonest = vehicles.some(index[order])
        return Arrivals(index[order], travel_ms[order], self.metres(soonest, target, metric), soonest.distance_m)

    def way(self, origin: Snaps, target: Snaps, *, metric: str) -> Drive | None:
        """The quickest way between two snapped positions, None where there is none."""
        if origin.edge[0] < 0 or target.edge[0] < 0:
            return None
        here = np.zeros(1, np.int64)
        chosen, starts, ends, leaving, arriving = self._sides(origin, here, target, here, metric)
        straight_ms, side, end = _straight(chosen.weights, leaving, ends)
        out = leaving.ms < CLOSED_MS
        found = chosen.custom.way(leaving.vertex[out], leaving.ms[out], arriving.vertex, arriving.ms)
        if straight_ms < CLOSED_MS and (found is None or straight_ms <= found.travel_ms):
            row = int(leaving.row[side])
            return self._drive(self._along(_place(starts, row), _place(ends, end)), straight_ms)
        if found is None:
            return None
        side = _cheapest(leaving.vertex == found.start, leaving.ms)
        seed = _cheapest(arriving.vertex == found.goal, arriving.ms)
        begin = _place(starts, int(leaving.row[side]))
        pieces = [] if leaving.on_node[side] else self._along(begin, None)
        for arc in found.arcs.tolist():
            pieces += [(edge, 0.0, 1.0) for edge in self._edges(int(self.network.graph.arc_chain[arc]))]
        if arriving.arc[seed] >= 0:
            first = self._edges(int(self.network.graph.arc_chain[arriving.arc[seed]]))[0]
            pieces += self._along((first, 0.0), _place(ends, int(arriving.row[seed])))
        return self._drive(pieces or [(*begin, begin[1])], found.travel_ms)

    def matrix(self, origins: Snaps, targets: Snaps, *, metric: str) -> _Ints:
        """The ms from each of S snapped positions to each of T: (S, T), CLOSED_MS where there is no way."""
        origin, target = np.flatnonzero(origins.edge >= 0), np.flatnonzero(targets.edge >= 0)
        chosen, starts, ends, leaving, arriving = self._sides(origins, origin, targets, target, metric)
        table = np.full((len(origins), len(targets)), CLOSED_MS, np.int64)
        tails, tail = np.unique(leaving.vertex, return_inverse=True)
        heads, head = np.unique(arriving.vertex, return_inverse=True)
        far = chosen.custom.matrix(tails, heads).astype(np.int64)[tail][:, head]
        far = np.where(far < NEVER, leaving.ms[:, None] + far + arriving.ms, CLOSED_MS)
        at = origin[starts.of[leaving.row]][:, None], target[ends.of[arriving.row]]
        np.minimum.at(table, at, np.minimum(far, CLOSED_MS))
        for end in range(len(ends.edge)):
            straight = _along_ms(chosen.weights, leaving, ends, end)
            np.minimum.at(table, (origin[starts.of[leaving.row]], target[ends.of[end]]), straight)
        return table

    def metres(self, vehicles: Snaps, target: Snaps, metric: str) -> NDArray[np.float64]:
        """The length of the quickest way of each of the vehicles (n,), all of whom can come."""
        found = np.empty(len(vehicles))
        for at in range(len(vehicles)):
            drive = self.way(vehicles.some(slice(at, at + 1)), target, metric=metric)
            assert drive is not None
            found[at] = drive.distance_m
        return found

    def _sweep(self, target: Snaps, vehicles: Snaps, index: _Ints, metric: str) -> _Ints:
        """The ms from each of the vehicles named by index, CLOSED_MS or more where there is no way."""
        travel = np.full(len(index), CLOSED_MS, np.int64)
        if target.edge[0] < 0:
            return travel
        chosen, starts, ends, leaving, arriving = self._sides(vehicles, index, target, np.zeros(1, np.int64), metric)
        far = chosen.custom.times_to(arriving.vertex, arriving.ms)[leaving.vertex]
        over = np.where(far < NEVER, far + leaving.ms, CLOSED_MS)
        for end in range(len(ends.edge)):
            over = np.minimum(over, _along_ms(chosen.weights, leaving, ends, end))
        np.minimum.at(travel, starts.of[leaving.row], over)
        return travel

    def _sides(
        self, origins: Snaps, origin: _Ints, targets: Snaps, target: _Ints, metric: str
    ) -> tuple[Metric, Stands, Stands, Leaving, Arriving]:
        """Where those of the origins and targets stand that are named by number, and the ways from and to there."""
        chosen = self.metric(metric)
        starts = stand(self.network, chosen.weights, chosen.inner, origins, origin, leaves=True)
        ends = stand(self.network, chosen.weights, chosen.inner, targets, target, leaves=False)
        leaving = chosen.weights.leaving(starts.edge, starts.fraction)
        return chosen, starts, ends, leaving, chosen.weights.arriving(ends.edge, ends.fraction)

    def _drive(self, pieces: list[_Piece], travel_ms: int) -> Drive:
        edge, start, end = (np.array(column) for column in zip(*pieces, strict=True))
        return Drive(pieces, travel_ms, float((self.network.edge_length_m[edge] * (end - start)).sum()))

    def _edges(self, chain: int) -> list[int]:
        graph = self.network.graph
        edges: list[int] = graph.chain_edge[graph.chain_first[chain] : graph.chain_first[chain + 1]].tolist()
        return edges

    def _along(self, begin: tuple[int, float], end: tuple[int, float] | None) -> list[_Piece]:
        """Along one chain from a place to another further on, or to the end of the chain."""
        edges = self._edges(int(self.network.graph.edge_chain[begin[0]]))
        last, until = end or (edges[-1], 1.0)
        driven = edges[edges.index(begin[0]) : edges.index(last) + 1]
        # Two places that are less than half a ms apart may lie the other way round.
        if not driven or (len(driven) == 1 and until < begin[1]):
            return [(*begin, begin[1])]
        return [
            (one, begin[1] if at == 0 else 0.0, until if at == len(driven) - 1 else 1.0)
            for at, one in enumerate(driven)
        ]


def _place(places: Stands, row: int) -> tuple[int, float]:
    return int(places.edge[row]), float(places.fraction[row])


def _along_ms(weights: Weights, leaving: Leaving, ends: Stands, end: int) -> _Ints:
    """The ms straight along the chain from each place (n,) to one of the ends, CLOSED_MS where it is not before it."""
    edge, fraction = ends.edge[end : end + 1], ends.fraction[end : end + 1]
    ms = weights.along_ms(edge, fraction) - leaving.along_ms
    before = (leaving.chain == weights.graph.edge_chain[edge]) & (ms >= 0)
    return np.where(before, np.minimum(ms, CLOSED_MS), CLOSED_MS)


def _straight(weights: Weights, leaving: Leaving, ends: Stands) -> tuple[int, int, int]:
    """The least ms straight along a chain, with the row of leaving and of the ends; CLOSED_MS where there is none."""
    best = CLOSED_MS, -1, -1
    for end in range(len(ends.edge)):
        ms = _along_ms(weights, leaving, ends, end)
        if len(ms) and ms.min() < best[0]:
            best = int(ms.min()), int(ms.argmin()), end
    return best


def _cheapest(mask: NDArray[np.bool_], ms: _Ints) -> int:
    """The row of the least ms where the mask is true."""
    return int(np.where(mask, ms, np.iinfo(np.int64).max).argmin())
