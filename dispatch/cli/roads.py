"""The commands over road networks: roads build, roads info, nearest."""

import csv
import json
import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from dispatch.cli.base import fail, read_settings, say
from dispatch.domain.arrival import WORTH_A_WORD_M
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import CLASSES
from geo.point import M_PER_DEGREE, Point
from geo.roads.network import Network, NetworkFileError, open_network, write_network
from geo.roads.speeds import METRICS
from geo.roads.turns import FORBIDDEN
from geo.search.engine import Engine
from geo.search.nearest import Arrivals
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing

if TYPE_CHECKING:
    from geo.osm.features import BasemapLayers
    from geo.roads.table import Origin

# For so many targets it is worth while to put the vehicles into buckets first.
_MANY = 50

roads = typer.Typer(no_args_is_help=True, help="Make and look at road networks.")


class TurnCosts(StrEnum):
    """What turning costs on a network."""

    OSM = "osm"
    NONE = "none"


@roads.command("build")
def roads_build(
    out: Annotated[Path, typer.Option(help="The network file to write.")],
    place: Annotated[str | None, typer.Option(help="A place of OpenStreetMap (needs the internet).")] = None,
    pbf: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="An .osm.pbf or .osm file.")] = None,
    area: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="With --pbf: a GeoJSON polygon to cut to.")
    ] = None,
    graphml: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="An osmnx GraphML file.")] = None,
    nodes: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A node table (CSV).")] = None,
    edges: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="An edge table (CSV).")] = None,
    region: Annotated[str | None, typer.Option(help="The region's name; else the file's.")] = None,
    turn_costs: Annotated[
        TurnCosts, typer.Option(help="osm: turn restrictions hold and turning round costs time; none: neither.")
    ] = TurnCosts.OSM,
    *,
    ferries: Annotated[bool, typer.Option("--ferries", help="With --pbf: take ferries that carry cars too.")] = False,
) -> None:
    """Make a road network: from a place name, an OpenStreetMap file, an osmnx GraphML file, or tables."""
    from geo.source import BuildError

    ways = [place is not None, pbf is not None, graphml is not None, nodes is not None or edges is not None]
    if sum(ways) != 1 or (nodes is None) != (edges is None) or (pbf is None and (area is not None or ferries)):
        say(
            "roads build takes one of --place NAME, --pbf FILE (perhaps with --area GEOJSON and --ferries), "
            "--graphml FILE, or --nodes CSV with --edges CSV"
        )
        raise typer.Exit(2)
    try:
        network = _build(place, pbf, area, graphml, nodes, edges, region, turn_costs, ferries=ferries)
        layers = None
        if pbf is not None:  # the other sources know roads alone
            from geo.osm.layers import read_layers

            layers = read_layers(pbf, network.meta.bounds, say)
        say(f"writing {out}")
        write_network(network, out)
    except (BuildError, OSError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        say(f"interrupted: {out} is as it was before")
        raise typer.Exit(130) from None
    if layers is not None:
        _draw(network, layers, out)
    say(f"{out}: {network.node_count:,} nodes, {network.edge_count:,} edges, {out.stat().st_size / 1e6:.1f} MB")


def _build(
    place: str | None,
    pbf: Path | None,
    area: Path | None,
    graphml: Path | None,
    nodes: Path | None,
    edges: Path | None,
    region: str | None,
    turn_costs: TurnCosts,
    *,
    ferries: bool,
) -> Network:
    # Each source's libraries are loaded when it is asked for: the other commands start without them.
    if pbf is not None:
        from geo.osm.limits import SIZES, Size
        from geo.roads.build_osm import build_from_osm

        given = sizes_of_trips(read_settings().vehicle_sizes).items()
        sizes = {**SIZES, **{trip: Size(width_m=width, height_m=height) for trip, (width, height) in given}}
        return build_from_osm(
            pbf, say, region=region or _stem(pbf), area=area, turn_costs=turn_costs, sizes=sizes, ferries=ferries
        )
    if nodes is not None and edges is not None:
        from geo.roads.build_tables import build_from_tables

        return build_from_tables(nodes, edges, _origin(edges, region), say, turn_costs=turn_costs)
    from geo.roads.build_osmnx import build_from_graphml, build_from_place

    if graphml is not None:
        return build_from_graphml(graphml, _origin(graphml, region), say, turn_costs=turn_costs)
    assert place is not None
    return build_from_place(place, say, turn_costs=turn_costs)


def _draw(network: Network, layers: "BasemapLayers", out: Path) -> None:
    """Write the names and the map beside the network."""
    from geo.basemap.tiles import tiles_path, write_tiles
    from geo.places.file import places_path, write_places

    try:
        write_places(layers.places, places_path(out))
        write_tiles(network, layers, tiles_path(out), say)
    except OSError as error:
        fail(f"{out} is written, but not its map: {error}")
    except KeyboardInterrupt:
        say(f"interrupted: {out} is written, but not its map. Build again for a map with water, buildings and names")
        raise typer.Exit(130) from None


def _stem(path: Path) -> str:
    return path.name.split(".")[0]


def _origin(path: Path, region: str | None) -> "Origin":
    from geo.roads.table import Origin

    return Origin(region=region or _stem(path), source=f"OpenStreetMap ({path.name})", source_date="unknown")


def open_roads(file: Path) -> Network:
    """The network of a file; says what is wrong with it and exits with 1."""
    try:
        return open_network(file)
    except NetworkFileError as error:
        fail(str(error))


@roads.command("info")
def roads_info(file: Path) -> None:
    """Say what a network file holds and where it comes from."""
    network = open_roads(file)
    meta = network.meta
    west, south, east, north = meta.bounds
    lines = {
        "region": meta.region + (" (SAMPLE: not real roads)" if meta.sample else ""),
        "source": f"{meta.source}, {meta.source_date}",
        "attribution": meta.attribution,
        "built": meta.built_at,
        "nodes": f"{network.node_count:,} ({meta.cut_off_nodes:,} cut off)",
        "edges": f"{network.edge_count:,} ({meta.cut_off_edges:,} cut off)",
        "bounds": f"{west:.4f},{south:.4f} to {east:.4f},{north:.4f}",
        "length": f"{network.edge_length_m.sum() / 1000:,.0f} km of directed road",
        "metrics": ", ".join(sorted(network.metrics)),
        "turns": f"{np.count_nonzero(network.turn_cost_ms == FORBIDDEN):,} forbidden, turn costs {meta.turn_costs}",
        "graph": f"{network.graph.vertex_count:,} vertices, {network.graph.arc_count:,} arcs",
    }
    for name, value in lines.items():
        typer.echo(f"{name:12} {value}")
    for sentence in (*meta.report, *_hours(network)):
        typer.echo(f"{'':12} {sentence}")


def _hours(network: Network) -> list[str]:
    """What is shut at which hours, and whether that holds at some time (geo.roads.traffic)."""
    from dispatch.bootstrap import slices_for

    slices = slices_for(read_settings()) if network.meta.hours else ()
    said = []
    for number, hours in enumerate(network.meta.hours):
        names = [one.name for one in slices if one.lies_in(hours)]
        pieces = int((network.hours_text == number).sum())
        when = f"holds in {', '.join(names)}" if names else "holds in no slice of the week, so it is not looked at"
        said.append(f"{pieces:,} pieces of road are shut {hours}: {when}")
    return said


def sizes_of_trips(given: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Width and height by kind of trip, of sizes by kind or by class: of the classes that are given and may go on such
    a trip the widest and the highest, so that nobody is sent where it does not fit; a kind that is given is as it is.
    """
    found: dict[str, tuple[float, float]] = {}
    for metric in Metric:
        # With a siren as equipment others go on such trips too: who gives their size gives the kind's.
        of_classes = [given[kind] for kind, row in CLASSES.items() if kind in given and row.may_drive(metric)]
        if metric in given:
            found[metric] = given[metric]
        elif of_classes:
            found[metric] = max(width for width, _ in of_classes), max(height for _, height in of_classes)
    return found


def nearest(
    roads_file: Annotated[Path, typer.Option("--roads", exists=True, dir_okay=False, help="A network file.")],
    to: Annotated[str, typer.Option(help="LON,LAT or a CSV of points (lon,lat), answered one line each.")],
    vehicles: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV: id,lon,lat.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many vehicles.")] = 5,
    speeds: Annotated[str, typer.Option(help="car, siren or hearse.")] = "car",
    *,
    json_: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """The vehicles that reach a point soonest by road, soonest first, and how far the crew walks from there."""
    if speeds not in METRICS:
        say(f"--speeds takes {', '.join(METRICS)}")
        raise typer.Exit(2)
    network = open_roads(roads_file)
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
        if json_:
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
