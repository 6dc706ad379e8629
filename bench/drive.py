"""What it takes to keep vehicles found while they drive: snapping and buckets, beside making all buckets anew.

Run `python -m bench.drive --roads FILE`. Vehicles drive at the roads' pace over random turns and report each second.
Measured is the CPU time of this process, with the buckets of one metric and of all three. It fails where keeping one
metric takes more than the promised quarter of a core.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.nearest import places
from bench.plain import leaving, open_roads
from geo.roads.network import Network
from geo.roads.speeds import METRICS
from geo.search.engine import Engine
from geo.search.snap import Snapper
from geo.search.standing import Standing, warm_up

MOST_SHARE = 0.25
_Ints = NDArray[np.int64]


class Drivers:
    """Vehicles on edges, each going on into a random edge where one ends."""

    def __init__(self, network: Network, snapper: Snapper, count: int, rng: np.random.Generator) -> None:
        self._network, self._rng = network, rng
        self._ms = network.metric("car").astype(np.int64)
        self._start, self._order = leaving(network)
        snaps = snapper.snap(*places(network, count, rng))
        self.edge: _Ints = np.where(snaps.edge >= 0, snaps.edge, 0).astype(np.int64)
        self._at: _Ints = (self._ms[self.edge] * snaps.fraction).astype(np.int64)

    def drive(self, ms: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where all are so many ms later, in degrees: on the straight line between the ends of their edges."""
        self._at += ms
        while len(over := np.flatnonzero(self._at >= self._ms[self.edge])):
            node = self._network.edge_to[self.edge[over]]
            self._at[over] -= self._ms[self.edge[over]]
            many = self._start[node + 1] - self._start[node]
            self.edge[over] = self._order[self._start[node] + self._rng.integers(0, many)]
        part, shape = self._at / self._ms[self.edge], self._network.shape_start
        ends = np.stack([shape[self.edge], shape[self.edge + 1] - 1])
        both = np.stack((1.0 - part, part))
        lon, lat = self._network.shape_lon[ends], self._network.shape_lat[ends]
        return (lon * both).sum(axis=0) / 1e7, (lat * both).sum(axis=0) / 1e7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    network = open_roads(given.roads)
    engine, snapper = Engine(network), Snapper(network)
    warm_up(engine, snapper, lambda line: print(line, file=sys.stderr))
    rng, everybody = np.random.default_rng(given.seed), np.arange(given.vehicles)
    drivers = Drivers(network, snapper, given.vehicles, rng)
    fleets = {name: Standing(engine, snapper, given.vehicles, access_kph=15.0) for name in ("one metric", "three")}
    lon, lat = drivers.drive(0)
    for name, metrics in zip(fleets, (METRICS[:1], METRICS), strict=True):
        fleets[name].move(everybody, lon, lat)
        for metric in metrics:
            fleets[name].prepare(metric)
    took: dict[str, list[float]] = {name: [] for name in (*fleets, "anew")}
    new = []
    for _ in range(given.seconds):
        before = drivers.edge.copy()
        lon, lat = drivers.drive(1_000)
        new.append(float(np.mean(drivers.edge != before)))
        for name in rng.permutation(list(took)).tolist():
            began = time.process_time()
            if name in fleets:
                fleets[name].move(everybody, lon, lat)
            else:
                anew = Standing(engine, snapper, given.vehicles, access_kph=15.0)
                anew.move(everybody, lon, lat)
                anew.prepare(METRICS[0])
            took[name].append(time.process_time() - began)
    share = {name: float(np.median(seconds)) for name, seconds in took.items()}
    print(
        f"{network.meta.region}, turn costs {network.meta.turn_costs}: {given.vehicles:,} vehicles report each second"
    )
    print(f"{np.mean(new):.0%} of them on a new edge; of one core, medians of {given.seconds} s:")
    for name, part in share.items():
        print(f"  {name:12} {part:6.1%}   {share['anew'] / part:5.1f} times less than buckets made anew")
    if share["one metric"] > MOST_SHARE:
        raise SystemExit(f"one metric takes {share['one metric']:.0%} of a core, at most {MOST_SHARE:.0%} is promised")


if __name__ == "__main__":
    main()
