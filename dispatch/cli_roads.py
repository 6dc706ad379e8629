"""The commands over road networks: roads build, roads info, nearest."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from dispatch.cli_base import fail, say
from geo.nearest import NearestSearch
from geo.network import NetworkFileError, open_network, write_network
from geo.snap import Snapper, Snaps
from geo.speeds import METRICS

if TYPE_CHECKING:
    from geo.build import Origin

roads = typer.Typer(no_args_is_help=True, help="Make and look at road networks.")


@roads.command("build")
def roads_build(
    out: Annotated[Path, typer.Option(help="The network file to write.")],
    place: Annotated[str | None, typer.Option(help="A place of OpenStreetMap (needs the internet).")] = None,
    graphml: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="An osmnx GraphML file.")] = None,
    nodes: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A node table (CSV).")] = None,
    edges: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="An edge table (CSV).")] = None,
    region: Annotated[str | None, typer.Option(help="The region's name; else the file's.")] = None,
) -> None:
    """Make a road network: from a place name, an osmnx GraphML file, or node and edge tables."""
    from geo import build

    ways = [place is not None, graphml is not None, nodes is not None or edges is not None]
    if sum(ways) != 1 or (nodes is None) != (edges is None):
        say("roads build takes one of --place NAME, --graphml FILE, or --nodes CSV with --edges CSV")
        raise typer.Exit(2)
    try:
        if place is not None:
            network = build.build_from_place(place, say)
        elif graphml is not None:
            network = build.build_from_graphml(graphml, _origin(graphml, region), say)
        else:
            assert nodes is not None
            assert edges is not None
            network = build.build_from_tables(nodes, edges, _origin(edges, region), say)
        write_network(network, out)
    except (build.BuildError, OSError) as error:
        fail(str(error))
    say(f"{out}: {network.node_count:,} nodes, {network.edge_count:,} edges, {out.stat().st_size / 1e6:.1f} MB")


def _origin(path: Path, region: str | None) -> "Origin":
    from geo.build import Origin

    return Origin(
        region=region or path.name.split(".")[0], source=f"OpenStreetMap ({path.name})", source_date="unknown"
    )


@roads.command("info")
def roads_info(file: Path) -> None:
    """Say what a network file holds and where it comes from."""
    try:
        network = open_network(file)
    except NetworkFileError as error:
        fail(str(error))
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
        "turns": f"{len(network.turn_from):,} restrictions, turn costs {meta.turn_costs}",
    }
    for name, value in lines.items():
        typer.echo(f"{name:12} {value}")


def nearest(
    roads_file: Annotated[Path, typer.Option("--roads", exists=True, dir_okay=False, help="A network file.")],
    to: Annotated[str, typer.Option(help="LON,LAT or a CSV of points (lon,lat), answered one line each.")],
    vehicles: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV: id,lon,lat.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many vehicles.")] = 5,
    speeds: Annotated[str, typer.Option(help="car, siren or hearse.")] = "car",
    *,
    json_: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """The vehicles that reach a point soonest by road, soonest first."""
    if speeds not in METRICS:
        say(f"--speeds takes {', '.join(METRICS)}")
        raise typer.Exit(2)
    try:
        network = open_network(roads_file)
    except NetworkFileError as error:
        fail(str(error))
    fleet = _points(vehicles, named=True)
    batch = Path(to).is_file()
    targets = _points(Path(to), named=False) if batch else [("", *_lon_lat(to))]
    snapper, search = Snapper(network), NearestSearch(network)
    snaps = snapper.snap(np.array([lon for _, lon, _ in fleet]), np.array([lat for _, _, lat in fleet]))
    for _, lon, lat in targets:
        target = snapper.snap(np.array([lon]), np.array([lat]))
        if target.edge[0] < 0:
            say(f"{lon},{lat} is farther than {snapper.max_distance_m:.0f} m from every road")
        rows = _answers(search, target, snaps, fleet, k, speeds)
        if json_:
            typer.echo(json.dumps(rows))
        else:
            for row in rows:
                typer.echo(f"{row['vehicle_id']}\t{row['travel_s']}\t{row['distance_m']}")


def _answers(
    search: NearestSearch, target: Snaps, snaps: Snaps, fleet: list[tuple[str, float, float]], k: int, speeds: str
) -> list[dict[str, object]]:
    found = search.nearest(target, snaps, None, most=k, metric=speeds)
    return [
        {"vehicle_id": fleet[at][0], "travel_s": int(ms) / 1000.0, "distance_m": round(float(metres), 1)}
        for at, ms, metres in zip(found.index, found.travel_ms, found.distance_m, strict=True)
    ]


def _lon_lat(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        say(f"--to takes LON,LAT such as 106.82,-6.20, or a CSV file, not {text!r}")
        raise typer.Exit(2) from None
    return lon, lat


def _points(path: Path, *, named: bool) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in (reader := csv.DictReader(file)):
            try:
                found.append((row["id"] if named else "", float(row["lon"]), float(row["lat"])))
            except (KeyError, TypeError, ValueError):
                need = "id, lon and lat" if named else "lon and lat"
                fail(f"{path} line {reader.line_num}: a row has {need}, in degrees")
    if not found:
        fail(f"{path} holds no points")
    return found
