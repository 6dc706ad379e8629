"""A customizable contraction hierarchy: made once for a graph, customized in milliseconds for each set of weights.

After Dibbelt, Strasser and Wagner, "Customizable Contraction Hierarchies" (JEA 2016): all vertices are contracted in an
order by nested dissection, whatever the weights; customization then gives each arc of the resulting chordal graph its
length, and arcs that are no shortest ways themselves are left out of searches. A graph is its arcs sorted by tail:
first_out (V+1,) int32 and head (A,) int32. A vertex may be a junction or a directed edge: nothing here asks.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.roads.order import check_arcs
from geo.search import hierarchy_kernels, path_kernels, way_kernels
from geo.search.hierarchy_kernels import NEVER

__all__ = ["NEVER", "Customized", "Hierarchy", "UpGraph", "Way"]

# A label of the matrix takes as long as a sweep over so many vertices; measured on Porto and Jakarta.
_LABEL_COST = 600


class UpGraph(NamedTuple):
    """Arcs to more important vertices, vertices as ranks, all int32.

    node (V+1, 2): each vertex's parent in the elimination tree, -1 for none, and its first arc. arc (K, 2): the higher
    end and the ms of each.
    """

    node: NDArray[np.int32]
    arc: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A shortest way: travel_ms with what comes before its start and after its goal, both, and its arcs (n,)."""

    travel_ms: int
    start: int
    goal: int
    arcs: NDArray[np.int64]


class Hierarchy(NamedTuple):
    """V vertices by rank, U up arcs; it holds for any weights.

    rank, order: (V,) int32, a vertex's rank and the vertex of a rank. parent: (V,) int32, a rank's lowest upper
    neighbour or -1. up_first (V+1,), up_head (U,): the chordal graph. low_first, low_tail, low_arc: the same by heads.
    arc_code (A,): for each of the graph's arcs its up arc and direction, by arc_first (2U+1,), arc_of the other way.
    """

    rank: NDArray[np.int32]
    order: NDArray[np.int32]
    parent: NDArray[np.int32]
    up_first: NDArray[np.int64]
    up_head: NDArray[np.int32]
    low_first: NDArray[np.int64]
    low_tail: NDArray[np.int32]
    low_arc: NDArray[np.int32]
    arc_code: NDArray[np.int64]
    arc_first: NDArray[np.int32]
    arc_of: NDArray[np.int32]

    @classmethod
    def build(cls, first_out: NDArray[np.int32], head: NDArray[np.int32], rank: NDArray[np.int32]) -> "Hierarchy":
        """The hierarchy of a graph in an order: rank (V,), as from geo.roads.order. Raises ValueError if the arcs are
        not sorted by tail, or rank is no order of their vertices.
        """
        check_arcs(first_out, head)
        count = len(first_out) - 1
        if not np.array_equal(np.sort(rank), np.arange(count)):
            raise ValueError(f"rank must hold each of 0 to {count - 1} once: order the vertices of this graph anew")
        # Copies, for numba would compile anew for arrays that cannot be written, as those of a mapped file.
        rank, head = np.array(rank, np.int32), np.array(head, np.int32)
        tail = np.repeat(np.arange(count, dtype=np.int32), np.diff(first_out))
        up_first, up_head = hierarchy_kernels.chordal(tail, head, rank, count)
        arc_code = hierarchy_kernels.arc_codes(tail, head, rank, up_first, up_head)
        parent = np.full(count, -1, np.int32)
        lasting = np.flatnonzero(np.diff(up_first))
        parent[lasting] = up_head[up_first[lasting]]
        counts = np.bincount(arc_code[arc_code >= 0], minlength=2 * len(up_head))
        arc_first = np.append(0, np.cumsum(counts)).astype(np.int32)
        arc_of = np.argsort(arc_code, kind="stable")[np.count_nonzero(arc_code < 0) :].astype(np.int32)
        order = np.argsort(rank).astype(np.int32)
        low_first, low_tail, low_arc = hierarchy_kernels.lower_arcs(up_first, up_head)
        lower = low_first, low_tail, low_arc
        return cls(rank, order, parent, up_first, up_head, *lower, arc_code, arc_first, arc_of)

    @property
    def vertex_count(self) -> int:
        """V."""
        return len(self.rank)

    def customize(self, weight: NDArray[np.integer[Any]]) -> "Customized":
        """The hierarchy with weights (A,) in ms, 0 or more; NEVER or more closes an arc.

        What this returns never changes: put another in its place when weights change or arcs are closed. About 0.03 s
        for 500,000 arcs. Raises ValueError for a missing or negative weight.
        """
        if weight.shape != self.arc_code.shape or weight.dtype.kind not in "iu":
            raise ValueError(f"{len(self.arc_code)} arcs take as many whole ms, not {weight.dtype} {weight.shape}")
        if len(weight) and weight.min() < 0:
            raise ValueError(f"a weight is negative: {weight.min()} ms")
        weights = np.minimum(weight, NEVER).astype(np.int32)
        up, down = hierarchy_kernels.customize_basic(self.arc_code, weights, self.up_first, self.up_head)
        best_up, best_down = hierarchy_kernels.customize_perfect(self.up_first, self.up_head, up, down)
        chordal = self.parent, self.up_first, self.up_head
        return Customized(
            hierarchy=self,
            weight=weights,
            up=up,
            down=down,
            forward=UpGraph(*hierarchy_kernels.keep_needed(*chordal, up, best_up)),
            backward=UpGraph(*hierarchy_kernels.keep_needed(*chordal, down, best_down)),
        )

    def ranks(self, vertices: ArrayLike) -> NDArray[np.int32]:
        """The ranks of vertices (n,). Raises ValueError for a number that is no vertex."""
        given = np.atleast_1d(np.asarray(vertices))
        if given.dtype.kind not in "iu" and given.size:
            raise ValueError(f"vertices are whole numbers, not {given.dtype}")
        if given.size and (given.min() < 0 or given.max() >= self.vertex_count):
            raise ValueError(
                f"vertices are numbered 0 to {self.vertex_count - 1}: {given.min()} to {given.max()} given"
            )
        return self.rank[given.astype(np.int64)]

    def seeds(self, vertices: ArrayLike, ms: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The ranks of vertices (n,) and their ms (n,). Raises ValueError for a bad vertex or ms."""
        ranks, given = self.ranks(vertices), np.atleast_1d(np.asarray(ms))
        if given.shape != ranks.shape:
            raise ValueError(f"{len(ranks)} vertices take as many ms, not {given.shape}")
        if given.size and not (given.min() >= 0 and given.max() < NEVER):
            raise ValueError(f"ms go from 0 to {NEVER - 1}: {given.min()} to {given.max()} given")
        return ranks, given.astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Customized:
    """A hierarchy with one set of weights, never changed, so that threads may share it.

    weight (A,) int32 ms. up, down (U,) int32: the lengths of up arcs to their higher and from their higher end.
    forward, backward: the up arcs that are shortest ways themselves, for ways that start and that end below.
    """

    hierarchy: Hierarchy
    weight: NDArray[np.int32]
    up: NDArray[np.int32]
    down: NDArray[np.int32]
    forward: UpGraph
    backward: UpGraph

    def way(self, starts: ArrayLike, starts_ms: ArrayLike, goals: ArrayLike, goals_ms: ArrayLike) -> Way | None:
        """The shortest way from any of the starts to any of the goals, None where there is none.

        starts, goals: (n,), (m,) vertices; starts_ms, goals_ms: the ms before a start is reached and after a goal.
        Raises ValueError for a bad vertex or ms.
        """
        net = self.hierarchy
        seeds, ends = net.seeds(starts, starts_ms), net.seeds(goals, goals_ms)
        ms, start, goal, arcs = path_kernels.way(*seeds, *ends, net, self.up, self.down, self.weight)
        return None if ms >= NEVER else Way(int(ms), int(net.order[start]), int(net.order[goal]), arcs)

    def times_from(self, vertices: ArrayLike, ms: ArrayLike) -> NDArray[np.int32]:
        """The ms from the soonest of the vertices, each with its own ms before, to every vertex: (V,), or NEVER."""
        found: NDArray[np.int32] = way_kernels.sweep(*self.hierarchy.seeds(vertices, ms), *self.forward, *self.backward)
        return found[self.hierarchy.rank]

    def times_to(self, vertices: ArrayLike, ms: ArrayLike) -> NDArray[np.int32]:
        """The ms from every vertex to the soonest of the vertices, each with its own ms behind: (V,), or NEVER."""
        found: NDArray[np.int32] = way_kernels.sweep(*self.hierarchy.seeds(vertices, ms), *self.backward, *self.forward)
        return found[self.hierarchy.rank]

    def matrix(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int32]:
        """The ms from each of S sources to each of T targets: (S, T), NEVER where there is no way."""
        net = self.hierarchy
        source, target = net.ranks(sources), net.ranks(targets)
        few = min(len(source), len(target))
        table = np.empty((len(source), len(target)), np.int32)
        if few * net.vertex_count > _LABEL_COST * (len(source) + len(target)):
            way_kernels.matrix(source, target, *self.forward, *self.backward, table)
            return table
        here = np.zeros(1, np.int32)
        for at in range(few):
            if few == len(source):
                table[at] = way_kernels.sweep(source[at : at + 1], here, *self.forward, *self.backward)[target]
            else:
                table[:, at] = way_kernels.sweep(target[at : at + 1], here, *self.backward, *self.forward)[source]
        return table
