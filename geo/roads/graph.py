"""The graph that searches run on: chains of directed edges as arcs, in a turn-aware and in a plain node-based meaning.

Both meanings have the same arrays, so that one search serves them. A *chain* is a longest row of directed edges of the
network between which there is no choice: a vehicle on the first comes to the end of the last. Every edge belongs
to exactly one chain.

- **Turn-aware** (`turn_aware` true): a vertex is a chain, and to be at vertex a means to stand at the END of chain a
  with all turns from there still to choose (V = C, `chain_vertex[c] == c`). An arc a -> b is an allowed turn.
- **Node-based** (`turn_aware` false): a vertex is a node where there is a choice or a dead end. An arc is a chain from
  one such node to another; no turn costs anything and none is forbidden (A = C).

In both, arc x leads from `tail[x]` to `head[x]`, which is the end of `arc_chain[x]`, and costs
`arc_turn_ms[x] + chain_ms[arc_chain[x]]`: the turn into the chain and then the whole of it. So the distance from vertex
a to vertex b is the time from standing at a to standing at b, and the distance from a vertex to itself is 0.

A position is an edge and a fraction f of it; it stands `along = before_ms[edge] + floor(edge_ms[edge] * f + 0.5)` ms
from the start of its chain c. Then

- a vehicle there is `chain_ms[c] - along` ms from vertex `chain_vertex[c]`;
- a target there is reached from vertex `tail[x]` in `arc_turn_ms[x] + along` ms, for each arc x that drives chain c;
- a vehicle and a target on the same chain with along_vehicle <= along_target are that difference apart, straight along.
  This is a rule of its own, since the way from vertex to vertex knows nothing of it; downstream of the target the two
  rules above hold, for the target is entered by an arc again. Within a chain, the end of one edge and the start of the
  next are one place;
- in the node-based meaning alone, a position at either end of its chain stands on the node there: a vehicle at 0 also
  leaves from the chain's tail in 0 ms, a target at `chain_ms[c]` is also reached from the chain's head in 0 ms.

On a two-way street a position stands on both directions, f on the one and 1 - f on its twin; in the turn-aware meaning
one on a node stands on all edges there, at the start of those that leave it and the end of those that enter it (see
geo.search.stand).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

# An edge of this weight is closed (12 days): no way leads over it.
CLOSED_MS = 2**30

_Ints = NDArray[np.int64]
_Number = TypeVar("_Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchGraph:
    """V vertices, A arcs sorted by tail, C chains over M edges; see the module for what they mean.

    first_out: (V+1,) int32, the arcs first_out[v] to first_out[v+1] leave v. tail, head, arc_chain, arc_turn_ms: (A,)
    int32. in_first: (V+1,) and in_arc: (A,) int32 list the arcs that enter a vertex; by_chain_first: (C+1,) and
    by_chain_arc: (A,) int32 those that drive a chain. chain_vertex: (C,) int32. chain_first: (C+1,) int32 into
    chain_edge: (M,) int32, the edges of a chain in driving order; edge_chain: (M,) int32.
    """

    turn_aware: bool
    first_out: NDArray[np.int32]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    arc_chain: NDArray[np.int32]
    arc_turn_ms: NDArray[np.int32]
    in_first: NDArray[np.int32]
    in_arc: NDArray[np.int32]
    by_chain_first: NDArray[np.int32]
    by_chain_arc: NDArray[np.int32]
    chain_vertex: NDArray[np.int32]
    chain_first: NDArray[np.int32]
    chain_edge: NDArray[np.int32]
    edge_chain: NDArray[np.int32]

    @property
    def vertex_count(self) -> int:
        """V."""
        return len(self.first_out) - 1

    @property
    def arc_count(self) -> int:
        """A."""
        return len(self.head)

    @property
    def chain_count(self) -> int:
        """C."""
        return len(self.chain_vertex)

    def vertex_node(self, edge_to: NDArray[np.int32]) -> NDArray[np.int32]:
        """The node (V,) at which each vertex stands: where its chain ends; `edge_to` is the network's."""
        last = self.chain_edge[self.chain_first[1:] - 1]
        node = np.zeros(self.vertex_count, np.int32)
        node[self.chain_vertex] = edge_to[last]
        return node

    def along_chains(self, of_edge: NDArray[_Number]) -> tuple[NDArray[_Number], NDArray[_Number]]:
        """Sums of what edges take: from its chain's start to the start of each edge (M,), over each chain (C,)."""
        start = np.zeros(len(of_edge) + 1, of_edge.dtype)
        np.cumsum(of_edge[self.chain_edge], out=start[1:])
        before = np.empty_like(of_edge)
        before[self.chain_edge] = start[:-1] - np.repeat(start[self.chain_first[:-1]], np.diff(self.chain_first))
        return before, np.diff(start[self.chain_first])

    def weigh(self, edge_ms: NDArray[np.int32]) -> "Weights":
        """The graph under the travel times (M,) of its edges, in ms, each at least 1; CLOSED_MS or more is closed."""
        before_ms, chain_ms = self.along_chains(edge_ms.astype(np.int64))
        arc_ms = np.minimum(chain_ms[self.arc_chain] + self.arc_turn_ms, CLOSED_MS).astype(np.int32)
        return Weights(graph=self, edge_ms=edge_ms, before_ms=before_ms, chain_ms=chain_ms, arc_ms=arc_ms)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaving:
    """Ways from positions to vertices: the vertex, the ms to it, the chain stood on and the ms along it, and the row
    of the position, each (n,). `on_node` says that the position counts as standing on the chain's first node.
    """

    vertex: NDArray[np.int32]
    ms: _Ints
    chain: NDArray[np.int32]
    along_ms: _Ints
    row: _Ints
    on_node: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arriving:
    """Ways from vertices to positions: the vertex, the ms from it, the arc driven (-1 where the position counts as
    standing on the vertex itself) and the row of the position, each (n,).
    """

    vertex: NDArray[np.int32]
    ms: _Ints
    arc: NDArray[np.int32]
    row: _Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """A graph with travel times in ms.

    edge_ms: (M,) int32. before_ms: (M,) int64, from the start of its chain to the start of an edge. chain_ms: (C,)
    int64. arc_ms: (A,) int32, the cost of each arc, CLOSED_MS where no way leads over it.
    """

    graph: SearchGraph
    edge_ms: NDArray[np.int32]
    before_ms: _Ints
    chain_ms: _Ints
    arc_ms: NDArray[np.int32]

    def along_ms(self, edge: NDArray[np.int32], fraction: NDArray[np.float64]) -> _Ints:
        """Ms from the start of its chain to each position, given by edge (n,) and fraction (n,) of it."""
        return self.before_ms[edge] + np.floor(self.edge_ms[edge] * fraction + 0.5).astype(np.int64)

    def leaving(self, edge: NDArray[np.int32], fraction: NDArray[np.float64]) -> Leaving:
        """The ways from directed positions to the vertices ahead; no position is on a closed edge.

        Where an edge ahead on the chain is closed, ms is CLOSED_MS or more: then only the way straight along counts.
        """
        graph = self.graph
        chain, along = graph.edge_chain[edge], self.along_ms(edge, fraction)
        there = np.zeros(0, np.int64) if graph.turn_aware else np.flatnonzero(along == 0)
        row = np.concatenate((np.arange(len(edge)), there))
        tail = graph.tail[graph.by_chain_arc[graph.by_chain_first[chain[there]]]]
        return Leaving(
            vertex=np.concatenate((graph.chain_vertex[chain], tail)),
            ms=np.concatenate((self.chain_ms[chain] - along, np.zeros(len(there), np.int64))),
            chain=chain[row],
            along_ms=along[row],
            row=row,
            on_node=np.arange(len(row)) >= len(edge),
        )

    def arriving(self, edge: NDArray[np.int32], fraction: NDArray[np.float64]) -> Arriving:
        """The ways from the vertices behind to directed positions; no position is on a closed edge.

        Ways over a closed edge behind on the chain are left out.
        """
        graph = self.graph
        chain, along = graph.edge_chain[edge], self.along_ms(edge, fraction)
        open_ = np.flatnonzero(along < CLOSED_MS)
        first = graph.by_chain_first[chain[open_]]
        count = graph.by_chain_first[chain[open_] + 1] - first
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        arc = graph.by_chain_arc[np.repeat(first, count) + within]
        entered = np.repeat(open_, count)
        there = np.zeros(0, np.int64) if graph.turn_aware else np.flatnonzero(along == self.chain_ms[chain])
        return Arriving(
            vertex=np.concatenate((graph.tail[arc], graph.chain_vertex[chain[there]])),
            ms=np.concatenate((graph.arc_turn_ms[arc] + along[entered], np.zeros(len(there), np.int64))),
            arc=np.concatenate((arc, np.full(len(there), -1, np.int32))),
            row=np.concatenate((entered, there)),
        )
