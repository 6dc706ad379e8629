"""Where snapped positions stand on the directed edges of a network: both directions of a two-way street.

Who is less than half a ms of driving from a node stands on it: with turns, at the start of every edge that leaves it
and at the end of every one that enters it, whichever of them the snap names; without, the graph itself says so.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.roads.graph import CLOSED_MS, Weights
from geo.roads.network import Network
from geo.search.snap import Snaps


@dataclass(frozen=True, slots=True, eq=False)
class Stands:
    """Places on directed edges: edge (n,), fraction from its start (n,), and the row of the position asked for (n,)."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    of: NDArray[np.int64]


def stand(
    network: Network,
    weights: Weights,
    inner: NDArray[np.uint8],
    snaps: Snaps,
    index: NDArray[np.int64],
    *,
    leaves: bool,
) -> Stands:
    """The places of the snapped positions named by `index` (n,), none off the roads; none along closed edges.

    leaves: whether one sets out from there, or comes there. inner (M,) is that of Network.inner. Who is on a node with
    a road for all, in every metric, is on that road: so nobody drives through from there, or to there, what is only for
    who starts or ends in it. Else one is on each street of the node.
    """
    edge, fraction = snaps.edge[index], snaps.fraction[index]
    if not weights.graph.turn_aware:
        return _on_streets(network, weights, edge, fraction, np.arange(len(index)))
    node = _node(network, weights, edge, fraction)
    twin = network.edge_twin[edge]
    by_twin = np.flatnonzero((node < 0) & (twin >= 0) & (weights.edge_ms[twin] < CLOSED_MS))
    node[by_twin] = _node(network, weights, twin[by_twin], 1.0 - fraction[by_twin])
    on_node, between = np.flatnonzero(node >= 0), np.flatnonzero(node < 0)
    node = node[on_node]
    first, listed = node_edges(network)
    count = first[node + 1] - first[node]
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    code = listed[np.repeat(first[node], count) + within]
    at_node = np.where(code >= 0, code, -1 - code)
    of_node = np.repeat(np.arange(len(on_node)), count)
    open_ = weights.edge_ms[at_node] < CLOSED_MS
    on_road = np.zeros(len(on_node), np.bool_)
    on_road[of_node[open_ & (inner[at_node] == 0)]] = True
    goes_in = (inner[at_node] == 2) & (code >= 0) if leaves else (inner[at_node] == 1) & (code < 0)
    apart = (inner[at_node] == 2) & leaves
    through = (inner[at_node] == 0) | (inner[at_node] == 3)
    open_ &= np.where(on_road[of_node], through | goes_in, ~apart)
    on_street = _on_streets(network, weights, edge[between], fraction[between], between)
    return Stands(
        np.concatenate((on_street.edge, at_node[open_])),
        np.concatenate((on_street.fraction, np.where(code >= 0, 0.0, 1.0)[open_])),
        np.concatenate((on_street.of, on_node[of_node][open_])),
    )


def _node(
    network: Network, weights: Weights, edge: NDArray[np.int32], fraction: NDArray[np.float64]
) -> NDArray[np.int32]:
    """The node (n,) on which each directed position is, -1 for none."""
    part = np.floor(weights.edge_ms[edge] * fraction + 0.5)
    at_end = np.where(part == weights.edge_ms[edge], network.edge_to[edge], -1)
    return np.where(part == 0, network.edge_from[edge], at_end).astype(np.int32)


@lru_cache(maxsize=4)
def node_edges(network: Network) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The edges at each node, first (N+1,) into edge (2M,): those that leave it by number, those that enter as -1 - it.

    Kept for the networks that were asked about last.
    """
    number = np.arange(network.edge_count, dtype=np.int32)
    node = np.concatenate((network.edge_from, network.edge_to))
    first = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=network.node_count)))).astype(np.int32)
    return first, np.concatenate((number, -1 - number))[np.argsort(node, kind="stable")]


def _on_streets(
    network: Network,
    weights: Weights,
    edge: NDArray[np.int32],
    fraction: NDArray[np.float64],
    of: NDArray[np.int64],
) -> Stands:
    """The places on the streets that are named (n,), on their twins and on the copies of both."""
    twin = network.edge_twin[edge]
    two = np.flatnonzero(twin >= 0)
    edge, fraction = np.concatenate((edge, twin[two])), np.concatenate((fraction, 1.0 - fraction[two]))
    of = np.concatenate((of, of[two]))
    copies, row = network.copies(edge)
    edges, fraction, of = np.concatenate((edge, copies)), np.append(fraction, fraction[row]), np.append(of, of[row])
    open_ = weights.edge_ms[edges] < CLOSED_MS
    edges = edges[open_]
    fractions = fraction[open_]
    of = of[open_]
    if weights.graph.turn_aware:
        return Stands(edges, fractions, of)
    # Who stands on a node at the end of one direction stands there in the other too, also if the two round apart.
    other = network.edge_twin[edges]
    ms = np.floor(weights.edge_ms[edges] * fractions + 0.5)
    at_end = ms == weights.edge_ms[edges]
    beyond = np.flatnonzero((other >= 0) & (at_end | (ms == 0)))
    return Stands(
        np.concatenate((edges, other[beyond])),
        np.concatenate((fractions, np.where(at_end[beyond], 0.0, 1.0))),
        np.concatenate((of, of[beyond])),
    )
