"""What is reached in time, as areas: each step of an isochrone and of a coverage, the times beside scipy's Dijkstra.

Run `python -m bench.areas --roads FILE` on a network made by `jemput roads build`. For each number of vehicles, put
anew on random roads each time, `hierarchy` finds the time to every vertex by a sweep and `scipy` by
dijkstra(min_only=True) from all of them over the same graph, in random order; both must say the same. The rest turns
these times into areas. The table holds medians of the CPU time of this process.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.nearest import places
from bench.plain import P, T, cpu_ms, open_roads
from geo.areas.ground import Ground
from geo.areas.isochrone import coverage, isochrone
from geo.areas.reach import edge_times
from geo.roads.graph import Leaving, Weights
from geo.roads.network import Network
from geo.search.hierarchy import NEVER, Customized, Hierarchy
from geo.search.snap import Snapper
from geo.search.stand import stand

METRIC = "car"
VEHICLES = (1, 100, 1_000)
ISOCHRONE_MIN = (10.0,)
COVERAGE_MIN = (5.0, 8.0, 10.0, 15.0, 20.0, 30.0)
# What this project promises of the whole, from positions on the roads to areas, in seconds.
MOST_S = {"whole isochrone": 0.5, "whole coverage": 2.0}
STEPS = ("hierarchy", "scipy", "edges", "places", "field", "isochrone", "coverage", *MOST_S)


class Scipy:
    """Dijkstra over the arcs of the search graph; each start is a vertex more, with an arc to the vertex ahead."""

    def __init__(self, weights: Weights) -> None:
        graph = weights.graph
        order = np.lexsort((weights.arc_ms, graph.head, graph.tail))
        tail, head = graph.tail[order], graph.head[order]
        # Of parallel arcs the cheapest: scipy would take the sum.
        kept = order[np.append([True], (np.diff(tail) != 0) | (np.diff(head) != 0))]
        kept = kept[weights.arc_ms[kept] < NEVER]
        self._count = graph.vertex_count
        self._head, self._ms = graph.head[kept], weights.arc_ms[kept].astype(np.float64)
        self._start = np.searchsorted(graph.tail[kept], np.arange(self._count + 1))

    def times(self, leaving: Leaving) -> NDArray[np.int64]:
        """The ms from the soonest start to every vertex: (V,)."""
        starts = np.arange(1, len(leaving.vertex) + 1)
        whole = self._count + len(starts)
        graph = csr_array(
            (
                np.append(self._ms, leaving.ms),
                np.append(self._head, leaving.vertex),
                np.append(self._start, len(self._ms) + starts),
            ),
            shape=(whole, whole),
        )
        far = dijkstra(graph, indices=self._count + starts - 1, min_only=True)
        return np.minimum(far[: self._count], NEVER).astype(np.int64)


def measure(
    network: Network, weights: Weights, custom: Customized, ground: Ground, *, vehicles: int, runs: int, seed: int
) -> dict[str, float]:
    """Median CPU ms of each step, the first run not counted."""
    rng, rival, snapper = np.random.default_rng(seed), Scipy(weights), Snapper(network)
    took: dict[str, list[float]] = {step: [] for step in STEPS}

    def timed(step: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        ms, found = cpu_ms(work, *args, **kwargs)
        took[step].append(ms)
        return found

    for _ in range(runs + 1):
        snaps = snapper.snap(*places(network, vehicles, rng))
        starts = stand(network, weights, network.inner(METRIC), snaps, np.arange(vehicles), leaves=True)
        leaving = weights.leaving(starts.edge, starts.fraction)
        found: dict[str, NDArray[np.integer[Any]]] = {}
        for step in rng.permutation(["hierarchy", "scipy"]).tolist():
            if step == "hierarchy":
                found[step] = timed(step, custom.times_from, leaving.vertex, leaving.ms)
            else:
                found[step] = timed(step, rival.times, leaving)
        if not np.array_equal(found["hierarchy"], found["scipy"]):
            raise SystemExit(f"the times of {vehicles} vehicles differ from scipy's")
        vertex_ms, ready_ms = found["hierarchy"].astype(np.int32), np.zeros(vehicles, np.int64)
        reach = timed("edges", edge_times, weights, vertex_ms, starts, ready_ms)
        place_ms = timed("places", ground.times, reach)
        timed("field", ground.field, [reach], place_ms, most_s=np.inf)
        timed("isochrone", isochrone, ground, reach, ISOCHRONE_MIN)
        timed("coverage", coverage, ground, [reach], COVERAGE_MIN)
        for name in MOST_S:
            took[name].append(sum(took[step][-1] for step in ("hierarchy", "edges", name.split()[1])))
    return {step: float(np.median(times[1:])) for step, times in took.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--runs", type=int, default=15, help="for each number of vehicles")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    network = open_roads(given.roads)
    graph = network.graph
    print(f"{network.meta.region}: {network.edge_count:,} edges, turn costs {network.meta.turn_costs}")
    print(f"{graph.vertex_count:,} vertices, {graph.arc_count:,} arcs")
    weights = graph.weigh(network.metric(METRIC))
    custom = Hierarchy.build(graph.first_out, graph.head, network.rank).customize(weights.arc_ms)
    ground = Ground(network)
    print(f"{len(ground.edge):,} places, cells of {ground.cell_m:.0f} m, {ground.off_road_m:.0f} m off the road")
    print(f"isochrone of {ISOCHRONE_MIN} min, coverage of {COVERAGE_MIN} min; CPU ms, medians of {given.runs}")
    print("  ".join(f"{head:>15}" for head in ("vehicles", *STEPS, "scipy : 1")))
    missed = []
    for vehicles in VEHICLES:
        row = measure(network, weights, custom, ground, vehicles=vehicles, runs=given.runs, seed=given.seed)
        cells = [f"{vehicles:,}", *(f"{row[step]:.1f}" for step in STEPS), f"{row['scipy'] / row['hierarchy']:.1f}"]
        print("  ".join(f"{cell:>15}" for cell in cells))
        missed += [
            f"{name} of {vehicles:,} vehicles: {row[name] / 1e3:.2f} s, at most {most_s} s promised"
            for name, most_s in MOST_S.items()
            if row[name] > most_s * 1e3
        ]
    if missed:
        raise SystemExit("\n".join(missed))


if __name__ == "__main__":
    main()
