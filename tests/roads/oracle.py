"""Travel times by scipy on a graph into which every position is put as a node: what the search is tested against."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.network import Network
from geo.snap import Snaps

NEVER = -1


def travel_ms(network: Network, vehicles: Snaps, target: Snaps, metric: str) -> NDArray[np.int64]:
    """Milliseconds from each of n snapped vehicles to the one target: (n,), NEVER where there is no way.

    Each directed edge on which somebody stands is cut into a chain of nodes; a vehicle has ways out onto its chains,
    the target ways in from its chains, so that nobody turns round at another's position.
    """
    weight = network.metrics[metric].tolist()
    cuts: dict[int, dict[int, int]] = {}
    arcs: list[tuple[int, int, int]] = []
    fresh = iter(range(network.node_count + len(vehicles) + 1, 2**31))

    def stand(snaps: Snaps, at: int) -> list[int]:
        edge, fraction = int(snaps.edge[at]), float(snaps.fraction[at])
        twin = int(network.edge_twin[edge])
        places = [(edge, fraction)] + ([(twin, 1.0 - fraction)] if twin >= 0 else [])
        nodes = []
        for side, part in places:
            chain = cuts.setdefault(side, {0: int(network.edge_from[side]), weight[side]: int(network.edge_to[side])})
            along = int(np.floor(weight[side] * part + 0.5))
            if along not in chain:
                chain[along] = next(fresh)
            nodes.append(chain[along])
        return nodes

    goal = network.node_count + len(vehicles)
    for at in range(len(vehicles)):
        if vehicles.edge[at] >= 0:
            arcs += [(network.node_count + at, node, 0) for node in stand(vehicles, at)]
    if target.edge[0] >= 0:
        arcs += [(node, goal, 0) for node in stand(target, 0)]
    for chain in cuts.values():
        places = sorted(chain)
        arcs += [(chain[p], chain[q], q - p) for p, q in pairwise(places)]
    whole = np.ones(network.edge_count, bool)
    whole[list(cuts)] = False
    extra = np.array(arcs, np.int64).reshape(-1, 3)
    tail = np.append(network.edge_from[whole].astype(np.int64), extra[:, 0])
    head = np.append(network.edge_to[whole].astype(np.int64), extra[:, 1])
    cost = np.append(network.metrics[metric][whole].astype(np.int64), extra[:, 2])
    far = _to(goal, tail, head, cost, next(fresh))
    there = far[network.node_count : goal]
    return np.where(np.isfinite(there), there, NEVER).astype(np.int64)


def _to(goal: int, tail: NDArray[np.int64], head: NDArray[np.int64], cost: NDArray[np.int64], count: int):
    """scipy on the reversed graph; of parallel arcs the cheapest stays, for a sparse matrix would add them up."""
    order = np.lexsort((cost, tail, head))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.concatenate(([True], (np.diff(tail) != 0) | (np.diff(head) != 0)))
    start = np.searchsorted(head[first], np.arange(count + 1))
    graph: csr_array[np.float64, tuple[int, int]] = csr_array(
        (cost[first].astype(np.float64), tail[first], start), shape=(count, count)
    )
    return dijkstra(graph, indices=goal)  # type: ignore[call-overload]  # the stubs know no sparse array


def soonest(travel: NDArray[np.int64], eligible: NDArray[np.bool_], most: int | None) -> list[tuple[int, int]]:
    """The (travel_ms, index) of the eligible vehicles that can come, in order, the first `most`."""
    rows = sorted((int(travel[at]), int(at)) for at in np.flatnonzero(eligible & (travel != NEVER)))
    return rows[:most]
