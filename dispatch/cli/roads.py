"""The commands `jemput roads`: make a network, and say what is in one."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dispatch.cli.base import fail, read_settings, say
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import CLASSES

if TYPE_CHECKING:
    from geo.osm.features import BasemapLayers
    from geo.roads.network import Network
    from geo.roads.table import Origin

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
    ways = [place is not None, pbf is not None, graphml is not None, nodes is not None or edges is not None]
    if sum(ways) != 1 or (nodes is None) != (edges is None) or (pbf is None and (area is not None or ferries)):
        say(
            "roads build takes one of --place NAME, --pbf FILE (perhaps with --area GEOJSON and --ferries), "
            "--graphml FILE, or --nodes CSV with --edges CSV"
        )
        raise typer.Exit(2)
    from geo.roads.network import write_network
    from geo.source import BuildError

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
) -> "Network":
    # Each source's libraries are loaded when it is asked for.
    if pbf is not None:
        from geo.osm.limits import SIZES, Size
        from geo.roads.build_osm import build_from_osm

        given = sizes_of_trips(read_settings().vehicle_sizes).items()
        names = "width_m", "height_m", "mass_t"
        sizes = {**SIZES, **{trip: Size(**dict(zip(names, size, strict=False))) for trip, size in given}}
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


def _draw(network: "Network", layers: "BasemapLayers", out: Path) -> None:
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


def open_roads(file: Path) -> "Network":
    """The network of a file; says what is wrong with it and exits with 1."""
    from geo.roads.network import NetworkFileError, open_network

    try:
        return open_network(file)
    except NetworkFileError as error:
        fail(str(error))


@roads.command("info")
def roads_info(file: Path) -> None:
    """Say what a network file holds and where it comes from."""
    import numpy as np

    from geo.roads.turns import FORBIDDEN

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


def _hours(network: "Network") -> list[str]:
    """What is shut at which hours, and whether that holds at some time (geo.roads.traffic)."""
    if not network.meta.hours:
        return []
    from dispatch.bootstrap import slices_for

    slices = slices_for(read_settings())
    said = []
    for number, hours in enumerate(network.meta.hours):
        names = [one.name for one in slices if one.lies_in(hours)]
        pieces = int((network.hours_text == number).sum())
        when = f"holds in {', '.join(names)}" if names else "holds in no slice of the week, so it is not looked at"
        said.append(f"{pieces:,} pieces of road are shut {hours}: {when}")
    return said


def sizes_of_trips(given: Mapping[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    """Width, height and, where it is known, mass by kind of trip, of sizes by kind or by class: of the classes that are
    given and may go on such a trip the widest, highest and heaviest, so that nobody is sent where it does not fit; a
    kind that is given is as it is.
    """
    found: dict[str, tuple[float, ...]] = {}
    for metric in Metric:
        # With a siren as equipment others go on such trips too: who gives their size gives the kind's.
        of_classes = [given[kind] for kind, row in CLASSES.items() if kind in given and row.may_drive(metric)]
        if metric in given:
            found[metric] = given[metric]
        elif of_classes:
            columns = ([size[at] for size in of_classes if len(size) > at] for at in range(3))
            found[metric] = tuple(max(column) for column in columns if column)
    return found
