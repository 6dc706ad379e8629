"""Joining edges between which there is no choice into chains, and the search graph of a network over them."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.roads.graph import SearchGraph
from geo.roads.turns import Turns, two_way_on

_Ints = NDArray[np.int64]
# chain_first (C+1,) into chain_edge (M,), and the chain of each edge (M,).
_Chains = tuple[_Ints, _Ints, _Ints]


def node_graph(
    edge_from: NDArray[np.int32], edge_to: NDArray[np.int32], edge_twin: NDArray[np.int32], node_count: int
) -> SearchGraph:
    """The node-based search graph of a network."""
    onward = _onward(edge_from, edge_to, edge_twin, node_count)
    # Of a ring without a choice one node stands for all.
    onward[np.isin(edge_to, _least_of_rings(onward, edge_to))] = -1
    chains = chain_first, chain_edge, _ = _chains(onward)
    start = edge_from[chain_edge[chain_first[:-1]]]
    end = edge_to[chain_edge[chain_first[1:] - 1]]
    nodes, vertex = np.unique(np.concatenate((start, end)), return_inverse=True)
    tail, head = np.split(vertex.reshape(-1), 2)
    none = np.zeros(len(tail), np.int64)
    return _graph(len(nodes), (tail, head, np.arange(len(tail)), none), head, chains, turn_aware=False)


def turn_graph(turns: Turns, edge_count: int) -> SearchGraph:
    """The turn-aware search graph of edges by these turns, which lead on from each of them."""
    ahead = np.bincount(turns.first, minlength=edge_count)
    behind = np.bincount(turns.then, minlength=edge_count)
    plain = (ahead[turns.first] == 1) & (behind[turns.then] == 1) & (turns.cost_ms == 0) & (turns.first != turns.then)
    onward = np.full(edge_count, -1, np.int64)
    onward[turns.first[plain]] = turns.then[plain]
    # A ring without a choice is cut at its first edge.
    onward[np.isin(onward, _least_of_rings(onward, np.arange(edge_count)))] = -1
    chains = chain_first, _, chain_of = _chains(onward)
    number = np.arange(len(chain_first) - 1)
    # The turns within a chain are those from an edge that does not end it.
    between = onward[turns.first] != turns.then
    tail, head = chain_of[turns.first[between]], chain_of[turns.then[between]]
    return _graph(len(number), (tail, head, head, turns.cost_ms[between]), number, chains, turn_aware=True)


def _onward(
    edge_from: NDArray[np.int32], edge_to: NDArray[np.int32], edge_twin: NDArray[np.int32], node_count: int
) -> _Ints:
    """The edge that follows each where its end is a node without choice, else -1.

    Such a node lies within a one-way street (one edge in, one out) or within a two-way street (two in, two out, each
    the twin of one of the others).
    """
    ins, outs = np.bincount(edge_to, minlength=node_count), np.bincount(edge_from, minlength=node_count)
    turns_back = np.bincount(edge_to[(edge_twin >= 0) | (edge_from == edge_to)], minlength=node_count)
    single = (ins == 1) & (outs == 1) & (turns_back == 0)
    # Of one leaving edge the sum is its number; of two, the sum less the twin is the number of the other.
    leaving_sum = np.zeros(node_count, np.int64)
    np.add.at(leaving_sum, edge_from, np.arange(len(edge_from)))
    onward = np.where(single[edge_to], leaving_sum[edge_to], -1)
    edges = np.arange(len(edge_to))
    goes_on = two_way_on(edge_from, edge_to, edge_twin, edges, np.zeros_like(edges))
    return np.where(goes_on[edge_to], leaving_sum[edge_to] - edge_twin, onward)


def _least_of_rings(onward: _Ints, value: NDArray[np.integer]) -> NDArray[np.integer]:
    """The least value (M,) of each ring of edges that follow each other without an end."""
    edges = np.arange(len(onward))
    goes_on = onward >= 0
    follows = coo_array(
        (np.ones(int(goes_on.sum()), np.int8), (edges[goes_on], onward[goes_on])), shape=(len(onward), len(onward))
    )
    count, label = connected_components(follows, directed=False)
    ends = np.zeros(count, np.bool_)
    ends[label[~goes_on]] = True
    least = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(least, label, value)
    return least[~ends]


def _chains(onward: _Ints) -> _Chains:
    """The rows of edges that follow each other, by their first edges."""
    count = len(onward)
    # From each edge to the last of its chain and how many edges on that is, by doubling steps.
    last = np.where(onward >= 0, onward, np.arange(count))
    ahead = (onward >= 0).astype(np.int64)
    while True:
        further = ahead[last]
        if not further.any():
            break
        ahead += further
        last = last[last]
    led_to = np.zeros(count, np.bool_)
    led_to[onward[onward >= 0]] = True
    firsts = np.flatnonzero(~led_to)
    chain_of_last = np.full(count, -1, np.int64)
    chain_of_last[last[firsts]] = np.arange(len(firsts))
    chain_of = chain_of_last[last]
    return np.append(0, np.cumsum(ahead[firsts] + 1)), np.lexsort((-ahead, chain_of)), chain_of


def _graph(
    vertex_count: int,
    arcs: tuple[_Ints, _Ints, _Ints, _Ints],
    chain_vertex: _Ints,
    chains: _Chains,
    *,
    turn_aware: bool,
) -> SearchGraph:
    """arcs: tail, head, chain and the ms of the turn into it, (A,) each."""
    order = np.lexsort(arcs[2::-1])
    tail, head, arc_chain, arc_turn_ms = (column[order] for column in arcs)
    chain_first, chain_edge, edge_chain = chains
    first_out, _ = _grouped(tail, vertex_count)
    in_first, in_arc = _grouped(head, vertex_count)
    by_chain_first, by_chain_arc = _grouped(arc_chain, len(chain_first) - 1)
    return SearchGraph(
        turn_aware=turn_aware,
        first_out=first_out,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        arc_chain=arc_chain.astype(np.int32),
        arc_turn_ms=arc_turn_ms.astype(np.int32),
        in_first=in_first,
        in_arc=in_arc,
        by_chain_first=by_chain_first,
        by_chain_arc=by_chain_arc,
        chain_vertex=chain_vertex.astype(np.int32),
        chain_first=chain_first.astype(np.int32),
        chain_edge=chain_edge.astype(np.int32),
        edge_chain=edge_chain.astype(np.int32),
    )


def _grouped(of: _Ints, count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Rows by the group that they belong to: first (count+1,) and row (n,)."""
    first = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=count)))).astype(np.int32)
    return first, np.argsort(of, kind="stable").astype(np.int32)
