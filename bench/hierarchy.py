"""The soonest eligible vehicles by the hierarchy's buckets beside every rival, in one run on one network.

Run `python -m bench.hierarchy --roads FILE` on a network made by `jemput roads build`. Each question is put to all in
random order, and all answers must be the same. The table holds medians and 99th percentiles of the CPU time of this
process. It fails where a ratio that this project promises is missed. With --cold the processor's caches are emptied
before each answer, which costs every way about 0.1 ms for Python itself and so flatters the slow ones.
"""

import argparse
import importlib.util
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from bench.hierarchy_rivals import METRIC, Doubling, EarlyStop, Fleet, Jemput, Pinned, PyRoutingKit, Way
from bench.nearest import places
from bench.plain import leaving
from geo.buckets import Buckets, warm_up
from geo.hierarchy import Customized, Hierarchy
from geo.network import Network, NetworkFileError, open_network
from geo.order import node_order
from geo.snap import Snapper, Snaps

SHARES = (1.0, 0.1, 0.01, 0.0)  # the last is exactly one
FLEETS = (100, 1_000, 10_000)
CACHES = np.ones(48 * 2**20 // 8)  # more than the caches of most machines; zeros would all lie on one page


@dataclass
class Cell:
    """CPU ms of each way to answer, for one fleet and one number of eligible."""

    vehicles: int
    eligible: int
    took: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        return float(np.median(self.took[name]))

    def ratio(self, rival: str) -> float:
        return self.median(rival) / self.median("buckets")


def customized(network: Network) -> tuple[Customized, NDArray[np.int32]]:
    """Nodes as vertices: what is said of the roads' junctions holds against any Dijkstra."""
    start, order = leaving(network)
    head, weight = network.edge_to[order], network.metric(METRIC)[order]
    rank = node_order(start, head, network.node_lon, network.node_lat, _say)
    began = time.process_time()
    hierarchy = Hierarchy.build(start, head, rank)
    _say(f"hierarchy of {len(hierarchy.up_head):,} up arcs: {time.process_time() - began:.2f} s")
    times = []
    for _ in range(5):
        began = time.process_time()
        custom = hierarchy.customize(weight)
        times.append(time.process_time() - began)
    print(f"customization: {1e3 * float(np.median(times)):.0f} ms")
    return custom, weight


def ways(fleet: Fleet, custom: Customized, topology: pyroutingkit.CCHTopology, weight: NDArray[np.int32]) -> list[Way]:
    found: list[Way] = [
        Jemput(fleet, Buckets(custom, len(fleet.at))),
        EarlyStop(fleet),
        Doubling(fleet),
        PyRoutingKit(fleet, topology, weight),
    ]
    if importlib.util.find_spec("routingkit_cch"):
        found += [Pinned(fleet, custom, anew=False), Pinned(fleet, custom, anew=True)]
    else:
        _say("routingkit-cch is not installed and left out")
    return found


def measure(
    asked: list[Way], fleet: Fleet, targets: Snaps, eligible: int, *, k: int, cold: bool, rng: np.random.Generator
) -> Cell:
    count = len(fleet.at)
    cell = Cell(count, eligible, {way.name: [] for way in asked})
    for at in range(-1, len(targets)):  # the first is not counted: a rival compiles
        one = slice(max(at, 0), max(at, 0) + 1)
        target = Snaps(targets.edge[one], targets.fraction[one], targets.distance_m[one])
        mask = np.zeros(count, np.bool_)
        mask[rng.choice(count, eligible, replace=False)] = True
        chosen = np.flatnonzero(mask)
        answers = {}
        for turn in rng.permutation(len(asked)):
            way = asked[turn]
            if cold:
                CACHES.sum()
            began = time.process_time_ns()
            answers[way.name] = way.ask(target, mask, chosen, k)
            if at >= 0:
                cell.took[way.name].append((time.process_time_ns() - began) / 1e6)
        if any(answer != answers["buckets"] for answer in answers.values()):
            raise SystemExit(f"the answers differ with {eligible} of {count} eligible at question {at}: {answers}")
    return cell


def report(cells: list[Cell]) -> None:
    names = list(cells[0].took)
    print("  ".join(f"{head:>19}" for head in ("eligible of vehicles", *names)))
    for cell in cells:
        row = [f"{cell.eligible:,} of {cell.vehicles:,}"]
        row += [f"{cell.median(name):.3f} ({float(np.quantile(cell.took[name], 0.99)):.3f})" for name in names]
        print("  ".join(f"{one:>19}" for one in row))


def missed(cells: list[Cell]) -> list[str]:
    """The promised ratios that do not hold, each said in a line."""
    wrong = []
    for cell in cells:
        name = f"{cell.eligible:,} of {cell.vehicles:,} eligible"
        least = [(rival, 1.0) for rival in cell.took if rival != "buckets"]
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


def drive(network: Network, custom: Customized, *, vehicles: int, seconds: int, rng: np.random.Generator) -> float:
    """The share of a core that vehicles take, driving at the roads' pace and reporting each second, with snapping."""
    weight, snapper = network.metric(METRIC).astype(np.int64), Snapper(network)
    start, order = leaving(network)
    at = places(network, vehicles, rng)
    edge, ms = at.edge.astype(np.int64), (weight[at.edge] * at.fraction).astype(np.int64)
    fleet, buckets = Fleet(network, at), Buckets(custom, vehicles)
    buckets.place(np.arange(vehicles), fleet.entry, fleet.edge, fleet.rest)
    took, new = [], []
    for _ in range(seconds):
        ms, before = ms + 1_000, edge.copy()
        while len(over := np.flatnonzero(ms >= weight[edge])):
            ms[over] -= weight[edge[over]]
            first = start[network.edge_to[edge[over]]]
            many = start[network.edge_to[edge[over]] + 1] - first
            edge[over] = order[first + rng.integers(0, many)]
        new.append(float(np.mean(edge != before)))
        part = ms / weight[edge]
        ends = np.stack([network.shape_start[edge], network.shape_start[edge + 1] - 1])
        lon = (network.shape_lon[ends] * np.stack((1 - part, part))).sum(axis=0) / 1e7
        lat = (network.shape_lat[ends] * np.stack((1 - part, part))).sum(axis=0) / 1e7
        began = time.process_time()
        fleet = Fleet(network, snapper.snap(lon, lat))
        buckets.place(np.arange(vehicles), fleet.entry, fleet.edge, fleet.rest)
        took.append(time.process_time() - began)
    share = float(np.median(took))
    print(
        f"{vehicles:,} vehicles reporting each second, {np.mean(new):.0%} of them on a new edge: "
        f"{share:.1%} of a core (snapping and buckets)"
    )
    return share


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--queries", type=int, default=100, help="for each fleet and share of eligible vehicles")
    parser.add_argument("-k", type=int, default=5)
    parser.add_argument("--cold", action="store_true", help="empty the processor's caches before each answer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        network = open_network(given.roads)
    except NetworkFileError as error:
        raise SystemExit(str(error)) from error
    rng = np.random.default_rng(given.seed)
    warm_up(_say)
    print(f"{network.meta.region}: {network.node_count:,} nodes, {network.edge_count:,} edges; k = {given.k}")
    custom, weight = customized(network)
    _, order = leaving(network)
    ends = (network.edge_from[order].astype(np.uint32), network.edge_to[order].astype(np.uint32))
    topology = pyroutingkit.CCHTopology()
    topology.build(*ends, network.node_lat.astype(np.float32), network.node_lon.astype(np.float32), network.node_count)
    cells = []
    for vehicles in FLEETS:
        fleet = Fleet(network, places(network, vehicles, rng))
        asked = ways(fleet, custom, topology, weight)
        for eligible in sorted({max(1, round(vehicles * share)) for share in SHARES}, reverse=True):
            _say(f"{eligible:,} of {vehicles:,} eligible, {given.queries} questions to {len(asked)}")
            targets = places(network, given.queries, rng)
            cells.append(measure(asked, fleet, targets, eligible, k=given.k, cold=given.cold, rng=rng))
    print("CPU ms, median (99th percentile)")
    report(cells)
    wrong = missed(cells)
    if drive(network, custom, vehicles=10_000, seconds=30, rng=rng) > 0.25:
        wrong.append("10,000 vehicles reporting each second take more than the promised quarter of a core")
    if wrong:
        raise SystemExit("\n".join(["promised ratios missed:", *wrong]))
    print("all promised ratios hold")


if __name__ == "__main__":
    main()
