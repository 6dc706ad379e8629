"""When every road is reached from the soonest of many positions, exact to the millisecond."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.areas import reach_kernels
from geo.roads.graph import Weights
from geo.search.hierarchy import NEVER, Customized
from geo.search.nearest_kernels import FAR
from geo.search.stand import Stands

__all__ = ["FAR", "Reach", "edge_times", "reach_from"]


class Entered(NamedTuple):
    """Positions on edges: the first on each (M,) and the one that follows each (n,), -1 for none; the ms from the start
    of the edge (n,), and when it is ready (n,).
    """

    first: NDArray[np.int32]
    following: NDArray[np.int32]
    offset_ms: NDArray[np.int64]
    ready_ms: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Arrival times on M directed edges, from positions of which each has its own ms before.

    start_ms, end_ms: (M,) int64, when the start and the end of an edge are reached by somebody who drives along it, FAR
    where nobody comes; both are FAR on a closed edge, which is neither entered nor passed. A position in the midst of
    an edge is upstream of its end alone, so that between the two a time is to be asked for with `at`.
    """

    weights: Weights
    starts: Stands
    start_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    entered: Entered

    def at(
        self, edge: NDArray[np.int32], fraction: NDArray[np.float64], twin: NDArray[np.int32] | None = None
    ) -> NDArray[np.int64]:
        """When directed places are reached: edge (n,), fraction from its start (n,); (n,) ms, FAR for never.

        With `twin` (n,), the same street the other way or -1, the sooner of both directions.
        """
        found: NDArray[np.int64] = reach_kernels.place_times(
            edge,
            fraction,
            np.full(len(edge), -1, np.int32) if twin is None else twin,
            self.weights.edge_ms,
            self.start_ms,
            self.end_ms,
            self.entered,
        )
        return found


def reach_from(custom: Customized, weights: Weights, starts: Stands, ready_ms: NDArray[np.int64]) -> Reach:
    """Arrival times from the places of n positions (see geo.search.stand), each with the ms (n,) before it is there.

    `custom` is customized with `weights.arc_ms`. Raises ValueError for a negative ms.
    """
    if len(ready_ms) and ready_ms.min() < 0:
        raise ValueError(f"a position is ready after 0 ms or more, not {ready_ms.min()}")
    leaving = weights.leaving(starts.edge, starts.fraction)
    ms = leaving.ms + ready_ms[starts.of[leaving.row]]
    open_ = ms < NEVER
    return edge_times(weights, custom.times_from(leaving.vertex[open_], ms[open_]), starts, ready_ms)


def edge_times(weights: Weights, vertex_ms: NDArray[np.int32], starts: Stands, ready_ms: NDArray[np.int64]) -> Reach:
    """The same from the ms (V,) at which vertices are reached from these starts, NEVER for those that are not."""
    graph = weights.graph
    first, following = reach_kernels.starts_by_edge(starts.edge, len(weights.edge_ms))
    offset_ms = np.floor(weights.edge_ms[starts.edge] * starts.fraction + 0.5).astype(np.int64)
    entered = Entered(first, following, offset_ms, np.asarray(ready_ms, np.int64)[starts.of])
    arcs = graph.tail, graph.arc_turn_ms, graph.by_chain_first, graph.by_chain_arc
    chains = graph.chain_first, graph.chain_edge, graph.chain_vertex
    start_ms, end_ms = reach_kernels.edge_times(vertex_ms, arcs, chains, graph.turn_aware, weights.edge_ms, entered)
    return Reach(weights, starts, start_ms, end_ms, entered)
