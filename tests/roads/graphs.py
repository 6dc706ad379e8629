"""Graphs as arcs sorted by tail, drawn at random or read from a network, and scipy's answers on them."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.roads.network import Network
from geo.search.hierarchy import NEVER


@dataclass(frozen=True)
class Graph:
    first_out: NDArray[np.int32]
    head: NDArray[np.int32]
    weight: NDArray[np.int32]

    @property
    def count(self) -> int:
        return len(self.first_out) - 1

    @property
    def tail(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(self.count, dtype=np.int32), np.diff(self.first_out))

    def with_weight(self, weight: NDArray[np.int32]) -> "Graph":
        return Graph(self.first_out, self.head, weight)


def graph_of(count: int, arcs: list[tuple[int, int, int]]) -> Graph:
    """The graph of (tail, head, ms)."""
    rows = np.array(sorted(arcs), np.int64).reshape(-1, 3)
    first_out = np.searchsorted(rows[:, 0], np.arange(count + 1)).astype(np.int32)
    return Graph(first_out, rows[:, 1].astype(np.int32), rows[:, 2].astype(np.int32))


def graph_of_network(network: Network, metric: str = "car") -> Graph:
    """The search graph of a network."""
    weights = network.graph.weigh(network.metric(metric))
    return Graph(network.graph.first_out, network.graph.head, weights.arc_ms)


@st.composite
def graphs(draw: st.DrawFn, most: int = 14) -> Graph:
    """Small graphs with loops, parallel arcs, weights of nothing, closed arcs and parts that do not hang together."""
    count = draw(st.integers(1, most))
    vertex = st.integers(0, count - 1)
    ms = st.one_of(st.integers(0, 9), st.sampled_from((0, NEVER, 2**31 - 1, NEVER // 2)), st.integers(0, 2**20))
    return graph_of(count, draw(st.lists(st.tuples(vertex, vertex, ms), max_size=4 * count)))


def ranks(count: int) -> st.SearchStrategy[NDArray[np.int32]]:
    return st.permutations(range(count)).map(lambda rank: np.array(rank, np.int32))


def scipy_times(graph: Graph, sources: NDArray[np.int64], *, to: bool = False) -> NDArray[np.int64]:
    """ms from each source to every vertex, or `to` each source from every vertex: (S, V), NEVER without a way.

    scipy takes a stored zero for a very short arc in its sparse graphs; of parallel arcs the cheapest is kept.
    """
    tail, head = (graph.head, graph.tail) if to else (graph.tail, graph.head)
    open_ = graph.weight < NEVER
    tail, head, weight = tail[open_], head[open_], graph.weight[open_].astype(np.float64)
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))[: len(tail)]
    start = np.searchsorted(tail[first], np.arange(graph.count + 1))
    matrix = csr_array((weight[first], head[first], start), shape=(graph.count, graph.count))
    far = dijkstra(matrix, indices=sources)
    return np.where(far < NEVER, far, NEVER).astype(np.int64)
