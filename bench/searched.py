"""The graphs that rivals search: this project's contracted one, and the plain one with every point of every street.

In both, vehicles and targets are at vertices some ms away, or straight before each other on a street.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads.network import Network
from geo.roads.turns import allowed_turns
from geo.search.metric import Metric, Sides, Target
from geo.search.snap import Snaps

FAR = 2**40
_Ints = NDArray[np.int64]


@dataclass(eq=False)
class Graph:
    """Arcs from tail to head (A,) in ms, the ways of n vehicles on from where they stand, and the ways to a target."""

    count: int
    tail: NDArray[np.integer]
    head: NDArray[np.integer]
    ms: NDArray[np.integer]
    sides: Sides
    arrive: Callable[[Snaps], Target]

    def __post_init__(self) -> None:
        # A side that is none stands for the first one, which changes nothing about the least.
        there = self.sides.vertex >= 0
        self.entry = np.where(there, self.sides.vertex, self.sides.vertex[:, :1]).astype(np.int64)
        self.rest = np.where(there, self.sides.ms, self.sides.ms[:, :1]).astype(np.int64)

    def soonest(self, ways: _Ints, chosen: _Ints, ends: Target, k: int) -> list[int]:
        """The k least of the ms (m, SIDES) from the entries of the chosen to the target, or straight along a street."""
        cost = (ways + self.rest[chosen]).min(axis=1)
        street, ms = self.sides.street[chosen], self.sides.ms[chosen]
        for one, _, on_ms in ends.on.T.tolist():
            row, side = np.nonzero((street == one) & (ms >= on_ms))
            np.minimum.at(cost, row, ms[row, side] - on_ms)
        cost = np.sort(cost)[:k]
        found: list[int] = cost[cost < FAR // 2].tolist()
        return found


def contracted(metric: Metric, at: Snaps) -> Graph:
    """The graph of this project's own search: chains of nodes between two junctions are one arc."""
    graph, weights = metric.weights.graph, metric.weights
    return Graph(graph.vertex_count, graph.tail, graph.head, weights.arc_ms, metric.leave(at), metric.arrive)


def plain(network: Network, metric: Metric, at: Snaps) -> Graph:
    """The graph that anyone reads from OpenStreetMap: vertices are all points of streets, or with turns the ends of the
    pieces between two points. It is entered and left at the junctions, as the contracted one.
    """
    graph = network.graph
    pieces = np.diff(network.shape_start).astype(np.int64) - 1
    first = np.concatenate(([0], np.cumsum(pieces)))
    edge = np.repeat(np.arange(network.edge_count), pieces)
    piece_ms = _piece_ms(network, metric.weights.edge_ms.astype(np.int64), edge)
    within = np.flatnonzero(np.diff(edge) == 0)  # the pieces that another one of their edge follows
    last = first[1:] - 1
    ends = graph.chain_edge[graph.chain_first[1:] - 1]
    vertex = np.zeros(graph.vertex_count, np.int64)
    if graph.turn_aware:
        rules = np.stack((network.turn_from, network.turn_to, network.turn_cost_ms), axis=1).astype(np.int64)
        of_street = network.edge_twin, network.street_of, network.edge_marks
        turns = allowed_turns(network.edge_from, network.edge_to, *of_street, rules)
        count = len(edge)
        tail, head = np.concatenate((within, last[turns.first])), np.concatenate((within + 1, first[turns.then]))
        ms = np.concatenate((np.zeros(len(within), np.int64), turns.cost_ms)) + piece_ms[head]
        vertex[graph.chain_vertex] = last[ends]
    else:
        tail = _points(network, edge, np.arange(len(edge)) - first[edge])
        count, head, ms = int(tail.max()) + 1, network.edge_to[edge].astype(np.int64), piece_ms
        head[within] = tail[within + 1]
        vertex[graph.chain_vertex] = network.edge_to[ends]
    left = metric.leave(at)
    sides = left._replace(vertex=np.where(left.vertex >= 0, vertex[left.vertex], -1).astype(np.int32))

    def arrive(target: Snaps) -> Target:
        ways = metric.arrive(target)
        return ways._replace(seeds=np.stack((vertex[ways.seeds[0]], ways.seeds[1])))

    return Graph(count, tail, head, ms, sides, arrive)


def _piece_ms(network: Network, edge_ms: _Ints, edge: _Ints) -> _Ints:
    """The ms of the pieces (P,) of all edges, by their lengths; those of an edge take as long as the edge."""
    point = np.arange(len(edge)) + edge  # an edge has a point more than pieces
    lon, lat = network.shape_lon / 1e7, network.shape_lat / 1e7
    shrunk = np.cos(np.radians(lat[point]))
    length = np.hypot((lon[point + 1] - lon[point]) * shrunk, lat[point + 1] - lat[point]) + 1e-12
    run = np.cumsum(length)
    begins = np.flatnonzero(np.diff(edge, prepend=-1))
    before = (run - length)[begins]
    whole = np.add.reduceat(length, begins)
    until = np.floor(edge_ms[edge] * np.minimum((run - before[edge]) / whole[edge], 1.0) + 0.5).astype(np.int64)
    until[np.append(begins[1:], len(edge)) - 1] = edge_ms
    ms: _Ints = np.diff(until, prepend=0)
    ms[begins] = until[begins]
    return ms


def _points(network: Network, edge: _Ints, within: _Ints) -> _Ints:
    """The vertex at which each piece begins: a node, or a point of a street that both its directions share."""
    pieces = np.diff(network.shape_start).astype(np.int64) - 1
    twin = network.edge_twin.astype(np.int64)
    own = (twin < 0) | (np.arange(network.edge_count) < twin)
    first = network.node_count + np.cumsum(np.where(own, pieces - 1, 0)) - np.where(own, pieces - 1, 0)
    shared = np.where(own[edge], first[edge] + within - 1, first[twin[edge]] + pieces[edge] - within - 1)
    begins: _Ints = np.where(within == 0, network.edge_from[edge], shared).astype(np.int64)
    return begins
