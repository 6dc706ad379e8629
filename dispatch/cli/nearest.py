"""What `jemput nearest` does: the vehicles of a sheet that reach points soonest by road."""

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import typer

from dispatch.cli.base import fail, say
from dispatch.cli.roads import open_roads
from dispatch.domain.arrival import WORTH_A_WORD_M
from geo.point import M_PER_DEGREE, Point
from geo.roads.network import Network
from geo.roads.speeds import METRICS
from geo.search.engine import Engine
from geo.search.nearest import Arrivals
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing

# For so many targets it is worth while to put the vehicles into buckets first.
_MANY = 50


def say_nearest(roads: Path, to: str, vehicles: Path, k: int, speeds: str, *, as_json: bool) -> None:
    """Print for each point whoever reaches it, soonest first, and how far the crew walks from there."""
    if speeds not in METRICS:
        say(f"--speeds takes {', '.join(METRICS)}")
        raise typer.Exit(2)
    network = open_roads(roads)
    fleet = _points(vehicles, named=True)
    batch = Path(to).is_file()
    targets = _points(Path(to), named=False) if batch else [("", *_lon_lat(to))]
    snapper = Snapper(network)
    ask = _asker(network, snapper, fleet, k, speeds, many=len(targets) >= _MANY)
    for _, lon, lat in targets:
        target = snapper.snap_doors(np.array([lon]), np.array([lat]))
        if (said := _walk(network, lon, lat, target)) is not None:
            say(f"{lon},{lat}: {said}")
        rows = _answers(ask(target), fleet, target)
        if target.edge[0] >= 0 and len(rows) < min(k, len(fleet)):
            say(f"{lon},{lat}: {len(fleet) - len(rows)} of {len(fleet)} vehicles not reachable by road")
        if as_json:
            typer.echo(json.dumps(rows))
        else:
            for row in rows:
                typer.echo("\t".join(str(row[name]) for name in ("vehicle_id", "travel_s", "distance_m", "walk_m")))


def _asker(
    network: Network, snapper: Snapper, fleet: list[tuple[str, float, float]], k: int, speeds: str, *, many: bool
) -> Callable[[Snaps], Arrivals]:
    """What answers a target: for many of them the vehicles are put into buckets first."""
    engine = Engine(network)
    lon, lat = np.array([lon for _, lon, _ in fleet]), np.array([lat for _, _, lat in fleet])
    if not many:
        snaps = snapper.snap(lon, lat)
        return lambda target: engine.nearest(target, snaps, None, most=k, metric=speeds)
    standing = Standing(engine, snapper, len(fleet), access_kph=math.inf)
    standing.move(np.arange(len(fleet)), lon, lat)
    standing.prepare(speeds)
    return lambda target: standing.nearest(target, None, most=k, metric=speeds)


def _walk(network: Network, lon: float, lat: float, target: Snaps) -> str | None:
    """What is to be said of the way from the road to the door; None where that is next to it."""
    metres = float(target.distance_m[0])
    if target.edge[0] < 0:
        return f"no road is near, the nearest is {_nearest_road_m(network, lon, lat):,.0f} m away"
    if target.walk_ms is not None and target.walk_ms[0] > 0:
        return f"no vehicle comes to the door, {metres:,.0f} m on foot ({target.walk_ms[0] / 1000.0:,.0f} s)"
    return f"no way leads to the door, {metres:,.0f} m straight from the street" if metres >= WORTH_A_WORD_M else None


def _nearest_road_m(network: Network, lon: float, lat: float) -> float:
    """About how far from every road a point is: metres to the nearest corner of one."""
    east = (network.shape_lon / 1e7 - lon) * np.cos(np.radians(lat))
    return float(np.hypot(east, network.shape_lat / 1e7 - lat).min()) * M_PER_DEGREE


def _answers(found: Arrivals, fleet: list[tuple[str, float, float]], target: Snaps) -> list[dict[str, object]]:
    """travel_s and distance_m are the way along the road, walk_m is from its end to the door."""
    walk_m = round(float(target.distance_m[0]), 1)
    return [
        {
            "vehicle_id": fleet[at][0],
            "travel_s": int(ms) / 1000.0,
            "distance_m": round(float(metres), 1),
            "walk_m": walk_m,
        }
        for at, ms, metres in zip(found.index, found.travel_ms, found.distance_m, strict=True)
    ]


def _lon_lat(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
        point = Point(lon=lon, lat=lat)
    except ValueError:
        say(f"--to takes LON,LAT such as 106.82,-6.20, or a CSV file, not {text!r}")
        raise typer.Exit(2) from None
    return point.lon, point.lat


def _points(path: Path, *, named: bool) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in (reader := csv.DictReader(file)):
            try:
                point = Point(lon=float(row["lon"]), lat=float(row["lat"]))
                found.append((row["id"] if named else "", point.lon, point.lat))
            except (KeyError, TypeError, ValueError):
                need = "id, lon and lat" if named else "lon and lat"
                fail(f"{path} line {reader.line_num}: a row has {need}, in degrees")
    if not found:
        fail(f"{path} holds no points")
    return found
