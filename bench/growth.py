"""How the hierarchy's answers grow with the network: the same questions on ever larger ones, the last generated.

Run `python -m bench.growth --roads SMALL --roads LARGE`. A region of towns with a million nodes is generated beside the
given networks. Questions go to all in random order, with the processor's caches emptied between; the table holds
medians and 99th percentiles of the CPU time of this process. It fails where the largest takes more than twice the time
of the smallest.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.nearest import CACHES
from bench.plain import leaving, open_roads
from geo.roads.order import node_order
from geo.search.buckets import Buckets, warm_up
from geo.search.hierarchy import Hierarchy

VEHICLES, K = 10_000, 5
TOWNS, TOWN = 4, 113  # so many towns along each side of the region, so many crossings along each side of a town
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Roads:
    """Arcs sorted by tail, with ms."""

    name: str
    first_out: NDArray[np.int32]
    head: NDArray[np.int32]
    weight: NDArray[np.int32]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def read(path: Path) -> Roads:
    network = open_roads(path)
    start, order = leaving(network)
    return Roads(
        network.meta.region,
        start,
        network.edge_to[order],
        network.metric("car")[order],
        network.node_lon,
        network.node_lat,
    )


def generated(rng: np.random.Generator) -> Roads:
    """Towns of crossings, many streets missing, one to four bends in the others, and a few highways between them."""
    side = TOWNS * TOWN
    crossing = np.arange(side * side).reshape(side, side)
    row, column = np.divmod(crossing.ravel(), side)
    x, y = column + rng.normal(0, 0.2, side * side), row + rng.normal(0, 0.2, side * side)
    x, y = x + 40.0 * (column // TOWN), y + 40.0 * (row // TOWN)  # 40 blocks of fields between towns
    a = np.concatenate((crossing[:, :-1].ravel(), crossing[:-1].ravel()))
    b = np.concatenate((crossing[:, 1:].ravel(), crossing[1:].ravel()))
    across = (column[a] // TOWN != column[b] // TOWN) | (row[a] // TOWN != row[b] // TOWN)
    line = np.where(row[a] == row[b], row[a], column[a]) % TOWN
    wide = line % 8 == 0
    kept = np.where(across, line % 40 == 16, wide | (rng.random(len(a)) > 0.25))
    a, b, wide, across = a[kept], b[kept], wide[kept], across[kept]
    bends = np.where(across, 30, rng.integers(1, 5, len(a)))
    pieces = bends + 1
    street = np.repeat(np.arange(len(a)), pieces)
    at = np.arange(len(street)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    first_bend = side * side + np.repeat(np.cumsum(bends) - bends, pieces)
    tail = np.where(at == 0, a[street], first_bend + at - 1)
    head = np.where(at == pieces[street] - 1, b[street], first_bend + at)
    part = (np.arange(int(bends.sum())) - np.repeat(np.cumsum(bends) - bends, bends) + 1) / np.repeat(pieces, bends)
    of = np.repeat(np.arange(len(a)), bends)
    x = np.append(x, x[a[of]] * (1 - part) + x[b[of]] * part)
    y = np.append(y, y[a[of]] * (1 - part) + y[b[of]] * part)
    metres = 100.0 * np.hypot(x[tail] - x[head], y[tail] - y[head])
    kph = np.where(across[street], 70.0, np.where(wide[street], 40.0, 20.0))
    ms = np.maximum(1, metres * 3_600.0 / kph).astype(np.int32)
    both, way, weight = np.append(tail, head), np.append(head, tail), np.append(ms, ms)
    order = np.argsort(both, kind="stable")
    first_out = np.searchsorted(both[order], np.arange(len(x) + 1)).astype(np.int32)
    return Roads("generated", first_out, way[order].astype(np.int32), weight[order], x / 1_000.0, y / 1_000.0)


class Asked:
    """One network with its fleet, each vehicle on an arc, and the times that questions took."""

    def __init__(self, roads: Roads, rng: np.random.Generator) -> None:
        self.roads, self._rng = roads, rng
        self._tail = np.repeat(np.arange(len(roads.first_out) - 1), np.diff(roads.first_out))
        began = time.process_time()
        rank = node_order(roads.first_out, roads.head, roads.lon, roads.lat, _say)
        ordered = time.process_time()
        hierarchy = Hierarchy.build(roads.first_out, roads.head, rank)
        built = time.process_time()
        custom = hierarchy.customize(roads.weight)
        done = time.process_time()
        self.prepared = (ordered - began, built - ordered, done - built)
        self._buckets = Buckets(custom, VEHICLES)
        arcs = rng.integers(0, len(roads.head), (VEHICLES, 1))
        self._buckets.place(np.arange(VEHICLES), roads.head[arcs], arcs, roads.weight[arcs] // 2)
        self.took: dict[int, list[float]] = {}

    def ask(self, eligible: int) -> None:
        arc = int(self._rng.integers(0, len(self.roads.head)))
        vertex, ms = int(self._tail[arc]), int(self.roads.weight[arc]) // 2
        mask = np.zeros(VEHICLES, np.bool_)
        mask[self._rng.choice(VEHICLES, eligible, replace=False)] = True
        CACHES.sum()
        began = time.process_time_ns()
        self._buckets.nearest([[vertex], [ms]], most=K, eligible=mask)
        self.took.setdefault(eligible, []).append((time.process_time_ns() - began) / 1e6)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, action="append", required=True, help="a network file; the smallest first")
    parser.add_argument("--queries", type=int, default=200, help="for each network and number of eligible vehicles")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    warm_up(_say)
    asked = [Asked(read(path), rng) for path in given.roads]
    asked.append(Asked(generated(rng), rng))
    shares = (VEHICLES, VEHICLES // 10, VEHICLES // 100, 1)
    for turn in rng.permutation(given.queries * len(asked) * len(shares)):
        asked[turn % len(asked)].ask(shares[turn // len(asked) % len(shares)])
    heads = ("roads", "nodes", "order s", "build s", "customize s", *(f"{share:,} eligible" for share in shares))
    print("  ".join(f"{head:>15}" for head in heads))
    for one in asked:
        cells = [one.roads.name, f"{len(one.roads.lon):,}", *(f"{seconds:.2f}" for seconds in one.prepared)]
        cells += [f"{np.median(one.took[s]):.3f} ({np.quantile(one.took[s], 0.99):.3f})" for s in shares]
        print("  ".join(f"{cell:>15}" for cell in cells))
    grown = {share: float(np.median(asked[-1].took[share]) / np.median(asked[0].took[share])) for share in shares}
    print("growth from the smallest to the largest: " + ", ".join(f"{by:.2f} at {s:,}" for s, by in grown.items()))
    if max(grown.values()) > 2.0:
        raise SystemExit("the largest network takes more than twice the time of the smallest")


if __name__ == "__main__":
    main()
