"""The soonest eligible vehicles by this project's engine beside every rival, in one run on one network.

Run `python -m bench.nearest --roads FILE` on a network made by `jemput roads build`. Each question is put to all in
random order, and all answers must be the same. Measured is the CPU time of this process; before each answer the
processor's caches are emptied (not with --warm). It fails where a ratio that this project promises is missed.
"""

import argparse
import gc
import importlib.util
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.plain import open_roads
from bench.rivals import METRIC, Fleet, Way, all_ways, topology_of
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.snap import Snapper
from geo.search.standing import warm_up

SHARES = (1.0, 0.1, 0.01, 0.0)  # the last is exactly one
FLEETS = (100, 1_000, 10_000)
CACHES = np.ones(48 * 2**20 // 8)  # more than the caches of most machines; zeros would all lie on one page
OTHERS = ("routingkit_cch", "osrm", "valhalla")


@dataclass
class Cell:
    """CPU ms of each way to answer, for one fleet and one number of eligible."""

    vehicles: int
    eligible: int
    took: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        return float(np.median(self.took[name]))

    def ratio(self, rival: str) -> float:
        return self.median(rival) / self.median("jemput")


def places(network: Network, count: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions some metres off random nodes, as of phones."""
    at = rng.integers(network.node_count, size=count)
    return network.node_lon[at] + rng.normal(0, 2e-4, count), network.node_lat[at] + rng.normal(0, 2e-4, count)


def measure(
    asked: list[Way], fleet: Fleet, eligible: int, *, queries: int, k: int, cold: bool, rng: np.random.Generator
) -> Cell:
    count = len(fleet.at)
    cell = Cell(count, eligible, {way.name: [] for way in asked})
    lon, lat = places(fleet.network, queries + 1, rng)
    for at in range(queries + 1):  # the first is not counted: a rival compiles
        mask = np.zeros(count, np.bool_)
        mask[rng.choice(count, eligible, replace=False)] = True
        chosen = np.flatnonzero(mask)
        answers, here = {}, (float(lon[at]), float(lat[at]))
        gc.collect()  # and not amid somebody's answer
        for turn in rng.permutation(len(asked)):
            way = asked[turn]
            if cold:
                CACHES.sum()
            began = time.process_time_ns()
            answers[way.name] = way.ask(*here, mask, chosen, k)
            if at > 0:
                cell.took[way.name].append((time.process_time_ns() - began) / 1e6)
        answers.pop("desk")  # from door to door, where the others go from road to road
        if any(answer != answers["jemput"] for answer in answers.values()):
            raise SystemExit(f"the answers differ with {eligible} of {count} eligible at question {at}: {answers}")
    return cell


def report(cells: list[Cell]) -> None:
    names = list(cells[0].took)
    print("  ".join(f"{head:>22}" for head in ("eligible of vehicles", *names)))
    for cell in cells:
        row = [f"{cell.eligible:,} of {cell.vehicles:,}"]
        row += [f"{cell.median(name):.3f} ({float(np.quantile(cell.took[name], 0.99)):.3f})" for name in names]
        print("  ".join(f"{one:>22}" for one in row))


def missed(cells: list[Cell]) -> list[str]:
    """The promised ratios that do not hold, each said in a line."""
    wrong = []
    for cell in cells:
        name = f"{cell.eligible:,} of {cell.vehicles:,} eligible"
        least = [(rival, 1.0) for rival in cell.took if rival not in ("jemput", "desk")]
        if cell.eligible == 100:
            least += [("scipy", 40.0), ("pyroutingkit", 8.0)]
        if cell.eligible == 1:
            least += [("early stop", 100.0)]
        wrong += [
            f"{name}: {cell.ratio(rival):.1f} times faster than {rival}, {times:g} promised"
            for rival, times in least
            if cell.ratio(rival) < times
        ]
    return wrong


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--queries", type=int, default=100, help="for each fleet and share of eligible vehicles")
    parser.add_argument("-k", type=int, default=5)
    parser.add_argument("--warm", action="store_true", help="leave the processor's caches as they are")
    parser.add_argument("--json", type=Path, help="write what was measured there, for bench.plot")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    gc.disable()
    network = open_roads(given.roads)
    rng = np.random.default_rng(given.seed)
    began = time.perf_counter()
    engine, snapper = Engine(network), Snapper(network)
    engine.metric(METRIC)
    _say(f"hierarchy, one metric and the grid for snapping: {time.perf_counter() - began:.2f} s")
    warm_up(engine, snapper, _say)
    graph, meta = network.graph, network.meta
    about = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        "region": meta.region,
        "turn_costs": meta.turn_costs,
        "nodes": network.node_count,
        "edges": network.edge_count,
        "vertices": graph.vertex_count,
        "arcs": graph.arc_count,
        "k": given.k,
        "queries": given.queries,
        "cold": not given.warm,
        "left_out": [name for name in OTHERS if importlib.util.find_spec(name) is None],
    }
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    topology, cells = topology_of(network), []
    for vehicles in FLEETS:
        fleet = Fleet(engine, snapper, *places(network, vehicles, rng))
        asked = all_ways(fleet, topology)
        for eligible in sorted({max(1, round(vehicles * share)) for share in SHARES}, reverse=True):
            _say(f"{eligible:,} of {vehicles:,} eligible, {given.queries} questions to {len(asked)}")
            cold = not given.warm
            cells.append(measure(asked, fleet, eligible, queries=given.queries, k=given.k, cold=cold, rng=rng))
    print("CPU ms, median (99th percentile)")
    report(cells)
    if given.json:
        given.json.write_text(json.dumps({"about": about, "cells": [asdict(cell) for cell in cells]}))
    if wrong := missed(cells):
        raise SystemExit("\n".join(["promised ratios missed:", *wrong]))
    print("all promised ratios hold")


if __name__ == "__main__":
    main()
