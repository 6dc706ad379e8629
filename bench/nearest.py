"""The k nearest eligible vehicles: this project's search beside scipy's Dijkstra, in one run on one network.

Run `python -m bench.nearest --roads FILE` on a network made by `jemput roads build`. Every query is put to all three in
random order and their answers must be the same; the table holds medians of CPU time of this process and their ratios.
The rivals: `full` runs scipy's reverse Dijkstra to the end; `doubling` gives it a limit that doubles until k are found.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.engine import Engine
from geo.nearest import NearestSearch
from geo.network import Network, NetworkFileError, open_network
from geo.snap import Snapper, Snaps
from geo.stand import stand
from geo.standing import warm_up

FIRST_LIMIT_MS = 60_000.0
Answer = list[int]


class Scipy:
    """Reverse Dijkstra by scipy over the same graph; the target is a vertex more, whose arcs are set each time."""

    def __init__(self, network: Network, metric: str, vehicles: Snaps) -> None:
        self._network = network
        self._weights = weights = network.graph.weigh(network.metric(metric))
        kept = self._cheapest()
        self._tail, self._ms = network.graph.tail[kept], weights.arc_ms[kept].astype(np.float64)
        heads = network.graph.head[kept]
        self._start = np.searchsorted(heads, np.arange(network.graph.vertex_count + 1))
        self._places = stand(network, weights, vehicles, np.arange(len(vehicles)))
        self._leaving = weights.leaving(self._places.edge, self._places.fraction)
        self._of = self._places.of[self._leaving.row]

    def _cheapest(self) -> NDArray[np.int64]:
        """Of parallel arcs the cheapest, by head: scipy would take the sum."""
        graph = self._network.graph
        order = np.lexsort((self._weights.arc_ms, graph.tail, graph.head))
        tail, head = graph.tail[order], graph.head[order]
        cheapest: NDArray[np.int64] = order[np.append([True], (np.diff(tail) != 0) | (np.diff(head) != 0))]
        return cheapest

    def _travel(self, target: Snaps, eligible: NDArray[np.int64], limit: float) -> NDArray[np.float64]:
        """Ms from each eligible vehicle, inf beyond the limit."""
        weights, count = self._weights, self._network.graph.vertex_count
        ends = stand(self._network, weights, target, np.zeros(1, np.int64))
        arriving = weights.arriving(ends.edge, ends.fraction)
        seeds = np.full(count, np.inf)
        np.minimum.at(seeds, arriving.vertex, arriving.ms)
        into = np.flatnonzero(np.isfinite(seeds))
        graph = csr_array(
            (
                np.append(self._ms, seeds[into]),
                np.append(self._tail, into.astype(np.int32)),
                np.append(self._start, len(self._ms) + len(into)),
            ),
            shape=(count + 1, count + 1),
        )
        far = dijkstra(graph, indices=count, limit=limit)  # type: ignore[call-overload]  # the stubs know no sparse array
        sides = self._leaving
        cost = far[sides.vertex] + sides.ms
        chains = self._network.graph.edge_chain[ends.edge]
        for chain, along in zip(chains, weights.along_ms(ends.edge, ends.fraction), strict=True):
            straight = along - sides.along_ms
            cost = np.where((sides.chain == chain) & (straight >= 0), np.minimum(cost, straight), cost)
        soonest = np.full(len(self._of), np.inf)
        np.minimum.at(soonest, self._of, cost)
        chosen: NDArray[np.float64] = soonest[eligible]
        return chosen

    def full(self, target: Snaps, eligible: NDArray[np.int64], k: int) -> Answer:
        return sorted(self._travel(target, eligible, np.inf).astype(np.int64))[:k]

    def doubling(self, target: Snaps, eligible: NDArray[np.int64], k: int) -> Answer:
        limit = FIRST_LIMIT_MS
        while True:
            travel = self._travel(target, eligible, limit)
            within = travel[travel <= limit]
            if len(within) >= min(k, len(eligible)):
                return sorted(within.astype(np.int64))[:k]
            limit *= 2


def places(network: Network, count: int, rng: np.random.Generator) -> Snaps:
    edges = rng.choice(np.flatnonzero(network.metric("car") > 1_000), count).astype(np.int32)
    return Snaps(edges, rng.uniform(0.05, 0.95, count), np.zeros(count))


def measure(network: Network, *, vehicles: int, queries: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fleet, targets = places(network, vehicles, rng), places(network, queries, rng)
    search, rival = NearestSearch(network), Scipy(network, "car", fleet)
    heads = ("eligible", "jemput ms", "doubling ms", "full ms", "doubling : 1", "full : 1")
    print("  ".join(f"{head:>11}" for head in heads))
    for share in (1.0, 0.1, 0.01, 0.001):
        took: dict[str, list[float]] = {"jemput": [], "doubling": [], "full": []}
        for at in range(queries):
            target = Snaps(targets.edge[at : at + 1], targets.fraction[at : at + 1], targets.distance_m[at : at + 1])
            mask = np.zeros(vehicles, np.bool_)
            mask[rng.choice(vehicles, max(1, round(vehicles * share)), replace=False)] = True
            chosen = np.flatnonzero(mask)

            def jemput(target: Snaps = target, mask: NDArray[np.bool_] = mask) -> Answer:
                return list(search.nearest(target, fleet, mask, most=k, metric="car").travel_ms)

            def full(target: Snaps = target, chosen: NDArray[np.int64] = chosen) -> Answer:
                return rival.full(target, chosen, k)

            def doubling(target: Snaps = target, chosen: NDArray[np.int64] = chosen) -> Answer:
                return rival.doubling(target, chosen, k)

            ways: list[tuple[str, Callable[[], Answer]]] = [("jemput", jemput), ("full", full), ("doubling", doubling)]
            answers = []
            for name, way in (ways[turn] for turn in rng.permutation(len(ways))):
                began = time.process_time_ns()
                answers.append(way())
                took[name].append((time.process_time_ns() - began) / 1e6)
            if not answers[0] == answers[1] == answers[2]:
                raise SystemExit(f"the answers differ at query {at}: {answers}")
        ours, twice, whole = (float(np.median(took[name])) for name in ("jemput", "doubling", "full"))
        row = (f"{len(chosen):,}", *(f"{ms:.3f}" for ms in (ours, twice, whole)), f"{twice / ours:.1f}")
        print("  ".join(f"{cell:>11}" for cell in (*row, f"{whole / ours:.1f}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=100, help="for each share of eligible vehicles")
    parser.add_argument("-k", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        began = time.perf_counter()
        network = open_network(given.roads)
        print(f"opened and checked in {(time.perf_counter() - began) * 1000:.0f} ms")
    except NetworkFileError as error:
        raise SystemExit(str(error)) from error
    warm_up(Engine(network), Snapper(network), lambda line: print(line, file=sys.stderr))
    graph = network.graph
    print(f"{network.meta.region}: {network.node_count:,} nodes, {network.edge_count:,} edges; k = {given.k}")
    print(f"turn costs {network.meta.turn_costs}: {graph.vertex_count:,} vertices, {graph.arc_count:,} arcs")
    measure(network, vehicles=given.vehicles, queries=given.queries, k=given.k, seed=given.seed)


if __name__ == "__main__":
    main()
