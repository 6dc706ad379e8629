"""One metric of a network with all that its questions need: travel times, hierarchy, and the sides of positions."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.roads.graph import CLOSED_MS, Weights
from geo.roads.network import Network
from geo.search import side_kernels
from geo.search.hierarchy import Customized, Hierarchy
from geo.search.label_kernels import SIDES
from geo.search.snap import Snaps
from geo.search.stand import node_edges

_Ints = NDArray[np.int64]


class Sides(NamedTuple):
    """The ways on from n positions, (n, SIDES) each: vertices, -1 for none, the chains to them or -1, and the ms."""

    vertex: NDArray[np.int32]
    street: NDArray[np.int32]
    ms: NDArray[np.int32]


class Target(NamedTuple):
    """The ways to a position: seeds (2, n) of vertices and ms; on (3, s) of the chains that it is on, the vertices at
    their ends and the ms on to there. is_cut: a chain is missing in `on`, for something on it is closed further on.
    """

    seeds: NDArray[np.int32]
    on: _Ints
    is_cut: bool


class Metric:
    """The travel times of a network under one metric, never changed, so that threads may share it."""

    def __init__(self, network: Network, hierarchy: Hierarchy, name: str) -> None:
        """Raises KeyError for an unknown metric."""
        graph = network.graph
        self.weights: Weights = graph.weigh(network.metric(name))
        self.custom: Customized = hierarchy.customize(self.weights.arc_ms)
        before, chain_ms = self.weights.before_ms, self.weights.chain_ms
        after = chain_ms[graph.edge_chain] - before
        own = self.weights.edge_ms, before, after, graph.edge_chain
        is_copy = np.isin(np.arange(network.edge_count), network.edge_copy)
        self.inner = network.inner(name)
        ends = network.edge_from, network.edge_to
        columns = *own, network.edge_twin, *ends, network.edge_copy, is_copy, self.inner.astype(np.int32)
        # A part of a chain with something closed in it takes CLOSED_MS or more; the sum may not fit.
        edges = np.stack([np.minimum(column, CLOSED_MS + 2**29) for column in columns], axis=1).astype(np.int32)
        first = graph.by_chain_arc[graph.by_chain_first[:-1]] if not graph.turn_aware else None
        begin = np.full(graph.chain_count, -1, np.int32) if first is None else graph.tail[first]
        chains = np.stack((np.append(graph.chain_vertex, -1), np.append(begin, -1), graph.by_chain_first), axis=1)
        entries = np.stack((graph.tail, graph.arc_turn_ms, graph.tail), axis=1)[graph.by_chain_arc]
        self.parts = edges, chains.astype(np.int32), entries, *node_edges(network)  # what side_kernels.arrive takes

    def ranked(self) -> tuple[NDArray[np.int32], ...]:
        """The parts with vertices' ranks in place of vertices: so the hierarchy's loops name them."""
        edges, chains, entries, *nodes = self.parts
        rank = self.custom.hierarchy.rank
        chains, entries = chains.copy(), entries.copy()
        ends = chains[:, [side_kernels.END, side_kernels.BEGIN]]
        chains[:, [side_kernels.END, side_kernels.BEGIN]] = np.where(ends < 0, ends, rank[ends])
        entries[:, 0] = rank[entries[:, 0]]
        return edges, chains, entries, *nodes

    @cached_property
    def part(self) -> NDArray[np.int32]:
        """The part (V,) that each vertex is of: from every vertex of one a way leads to every other of it."""
        graph, open_ = self.weights.graph, self.weights.arc_ms < CLOSED_MS
        ends = graph.tail[open_], graph.head[open_]
        arcs = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(graph.vertex_count,) * 2).tocsr()
        label: NDArray[np.int32] = connected_components(arcs, directed=True, connection="strong")[1]
        return label

    def leave(self, snaps: Snaps) -> Sides:
        """The ways on from snapped positions; none from those off the roads or shut in."""
        shape = (len(snaps), SIDES)
        sides = Sides(np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32))
        side_kernels.leave(snaps.edge, snaps.fraction, *self.parts, *sides)
        return sides

    def arrive(self, target: Snaps) -> Target:
        """The ways to the one snapped position."""
        return Target(*side_kernels.arrive(target.edge[0], target.fraction[0], *self.parts))
