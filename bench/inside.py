"""The share of a simulated fleet's drives that lie between the low and the high arrival that were foreseen.

Run `python -m bench.inside [--roads FILE] [--page FILE]`: over a network made by `jemput roads build`, or over the
sample region. At every hour of the week the soonest vehicle of a kind is sent to somewhere, as the desk finds it; how
long it takes is drawn as bench.inside_fleet says. It fails where the share of the whole is not what is promised, and
names the parts of which it is not.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.inside_fleet import TURNOUT_S, Fleet
from bench.plain import open_roads
from dispatch.cli.drives import shares_text, write_page
from dispatch.desk.road_ports import SpeedCaps
from dispatch.desk.search import with_turnout
from dispatch.domain.driven import HOURS, Drive, hour_of_week
from dispatch.reading.drives import shares_of
from dispatch.roads.network import NetworkRoads
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.point import Point
from geo.roads.network import Network
from geo.roads.traffic import SLICES, slice_at, under
from geo.search.engine import Engine

KINDS = {
    "siren": VehicleClass.EMERGENCY_AMBULANCE,
    "car": VehicleClass.TRANSPORT_AMBULANCE,
    "hearse": VehicleClass.HEARSE,
}
_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # whose hours are taken as local ones
_LEAST_S = 30.0  # a vehicle that stands next door tells nothing of a pace


def drives(network: Network, *, count: int, vehicles: int, seed: int, worlds: int = 1) -> list[Drive]:
    """So many drives, spread over the hours of a week; so often are the streets' and the drivers' paces drawn."""
    rng = np.random.default_rng(seed)
    fleets = [Fleet(network, vehicles, rng) for _ in range(worlds)]
    hours = [_MONDAY + timedelta(hours=hour) for hour in range(HOURS)]
    by_slice: dict[str, list[datetime]] = {}
    for local in hours:
        found = slice_at(SLICES, local)
        by_slice.setdefault(found.name if found else "", []).append(local)
    roads, made = NetworkRoads(network, SLICES), Engine(network)
    kept: list[Drive] = []
    for moments in by_slice.values():
        roads.turn_to(moments[0], SpeedCaps())
        engine = Engine(under(network, slice_at(SLICES, moments[0]), None), made.hierarchy)
        for local in moments:
            wanted = count * (hours.index(local) + 1) // HOURS - count * hours.index(local) // HOURS
            found_at = [_at_hour(roads, engine, fleet, local) for fleet in fleets]
            kept += [next(found_at[(len(kept) + number) % worlds]) for number in range(wanted)]
    return kept


def _at_hour(roads: NetworkRoads, engine: Engine, fleet: Fleet, local: datetime) -> Iterator[Drive]:
    """Drives at an hour, without end: the soonest of a third of the vehicles, which stand somewhere."""
    network, rng = fleet.network, fleet.rng

    def somewhere() -> Point:
        node = int(rng.integers(network.node_count))
        return Point(lon=float(network.node_lon[node]), lat=float(network.node_lat[node]))

    while True:
        metric, to = Metric(str(rng.choice(list(KINDS)))), somewhere()
        able = {str(number): somewhere() for number in rng.permutation(fleet.drivers)[: fleet.drivers // len(KINDS)]}
        soonest = roads.arrivals(to, {metric: able}, most=1)
        if not soonest:
            continue
        [(name, arrival)] = soonest.items()
        ends = roads.snapper.snap(*(np.array([getattr(able[name], part)]) for part in ("lon", "lat")))
        target = roads.snapper.snap_doors(np.array([to.lon]), np.array([to.lat]))
        way = engine.way(ends, target, metric=metric)
        if way is None or arrival.eta_s < _LEAST_S:
            continue
        weights = engine.network.metrics[metric]
        pieces_s = sum(float(weights[edge]) * (end - start) for edge, start, end in way.pieces) / 1_000.0
        turns_s = max(0.0, way.travel_ms / 1_000.0 - pieces_s)
        beside_s = max(0.0, arrival.eta_s - way.travel_ms / 1_000.0)  # from the position to the road and to the door
        road_s = fleet.drive_s(way.pieces, turns_s, metric, int(name), local) + beside_s
        said, set_out_s = with_turnout(arrival, TURNOUT_S), fleet.turnout_s()
        yield Drive(
            month=date(2026, 3, 1),
            hour=hour_of_week(local),
            vehicle_class=KINDS[metric],
            metric=metric,
            method=said.method,
            low_s=round(said.eta_low_s),
            expected_s=round(said.eta_s),
            high_s=round(said.eta_high_s),
            turnout_s=round(said.turnout_s),
            true_s=round(set_out_s + road_s),
            set_out_s=round(set_out_s),
            distance_m=round(way.distance_m),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, help="a network file; the sample region without")
    parser.add_argument("--drives", type=int, default=5_040)
    parser.add_argument("--vehicles", type=int, default=60)
    parser.add_argument("--worlds", type=int, default=6, help="how often the paces of streets and drivers are drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path, help="write the page of `jemput arrivals --page` there")
    given = parser.parse_args()
    if given.roads is None:
        from geo.sample.roads import sample_network

        network = sample_network(lambda _: None)
    else:
        network = open_roads(given.roads)
    found = drives(network, count=given.drives, vehicles=given.vehicles, seed=given.seed, worlds=given.worlds)
    shares = shares_of(found)
    print("\n".join(shares_text(shares)))
    if given.page is not None:
        region = network.meta.region
        write_page(given.page, shares, f"A simulated fleet in {region}", "Simulated: see bench/inside_fleet.py.")
    for row in (row for _, rows in shares.groups for row in rows if not (row.is_kept or row.is_few)):
        _say(f"not as promised: {row.name}, {row.inside:.1%} of {row.drives:,} drives")
    if shares.whole is None or not shares.whole.is_kept:
        raise SystemExit("the promised share is missed")
    _say("the promised share holds")


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
