"""Building a road network through osmnx: from a GraphML file or from a place name, by Overpass."""

import gzip
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx
from numpy.typing import NDArray

from geo.osm.tags import in_tunnel, read_speed, road_class
from geo.roads.build import build_network
from geo.roads.network import Doors, Network
from geo.roads.speeds import pace_kph
from geo.roads.table import Origin, RoadTable
from geo.roads.turning import priced
from geo.source import BuildError, Progress, one_line


def build_from_graphml(path: Path, origin: Origin, progress: Progress, *, turn_costs: str = "osm") -> Network:
    """From an osmnx GraphML file (or .gz). Raises BuildError if it cannot be read as such a file."""
    progress(f"reading {path.name}")
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        table = _table_of_graph(osmnx.load_graphml(graphml_str=text))
    except KeyError as error:
        raise BuildError(
            f"{path} is no GraphML file of osmnx: it lacks {error}. Save the graph with osmnx.save_graphml"
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, SyntaxError, nx.NetworkXError) as error:
        raise BuildError(f"{path} cannot be read as an osmnx GraphML file: {error}") from error
    return build_network(priced(table), origin, progress, turn_costs=turn_costs)


def build_from_place(name: str, progress: Progress, *, turn_costs: str = "osm") -> Network:
    """The drivable roads of a named place from OpenStreetMap, through osmnx and Overpass (needs the internet).

    osmnx asks for no turn restrictions, so the network has none: a file of OpenStreetMap holds them. Raises BuildError
    if the place is not found, has no roads or there is no connection.
    """
    progress(f"asking OpenStreetMap for the roads of {name}; a regency takes some minutes")
    # A kept answer would be passed off as today's.
    osmnx.settings.use_cache = False
    try:
        # With service roads, which lead to the doors of hospitals, and with all parts, so that what is cut off is told.
        raw = osmnx.graph_from_place(name, network_type="drive_service", simplify=False, retain_all=True)
        # Ways stay apart: each has its own name, class and speed.
        graph = osmnx.simplify_graph(raw, edge_attrs_differ=["osmid"])
    except (OSError, ValueError, TypeError, LookupError, osmnx._errors.InsufficientResponseError) as error:  # noqa: SLF001
        raise BuildError(
            f"the roads of {name!r} could not be fetched ({error}). Check the name and the internet connection, "
            "or build from a file with --pbf, --graphml or --nodes and --edges"
        ) from error
    today = datetime.now(UTC).date().isoformat()
    origin = Origin(region=name, source="OpenStreetMap via osmnx", source_date=today)
    table = _table_of_graph(graph)
    table.report = ("left out: turn restrictions and barriers, which this source does not tell (--pbf does)",)
    progress(table.report[0])
    return build_network(priced(table), origin, progress, turn_costs=turn_costs)


def _table_of_graph(graph: Any) -> RoadTable:  # noqa: ANN401 - networkx is not typed here
    number = {node: position for position, node in enumerate(graph.nodes)}
    lon = np.array([data["x"] for _, data in graph.nodes(data=True)], np.float64)
    lat = np.array([data["y"] for _, data in graph.nodes(data=True)], np.float64)
    rows = list(graph.edges(data=True))
    u = np.array([number[start] for start, _, _ in rows], np.int64)
    v = np.array([number[end] for _, end, _ in rows], np.int64)
    shapes = []
    tunnel = [in_tunnel({"tunnel": str(_first(data.get("tunnel", "no")))}) for _, _, data in rows]
    highway = [str(_first(data.get("highway", "road"))) for _, _, data in rows]
    limits = [read_speed(str(_first(data.get("maxspeed", "")))) for _, _, data in rows]
    for row, (_, _, data) in enumerate(rows):
        ends = np.array([[lon[u[row]], lat[u[row]]], [lon[v[row]], lat[v[row]]]])
        line = np.asarray(data["geometry"].coords)[:, :2] if "geometry" in data else ends
        shapes.append(np.vstack((ends[:1], line[1:-1], ends[1:])))
    return RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=np.array([data["length"] for _, _, data in rows], np.float64),
        highway=highway,
        name=[one_line(_first(data.get("name", ""))) for _, _, data in rows],
        speed_kph=_paces(highway, limits, in_town=False),
        town_kph=_paces(highway, limits, in_town=True),
        shapes=shapes,
        doors=np.where(tunnel, Doors.LAST, Doors.SOME).astype(np.uint8),
    )


def _paces(highway: list[str], limits: list[float], *, in_town: bool) -> NDArray[np.float64]:
    pairs = zip(highway, limits, strict=True)
    return np.array([pace_kph(road_class(name), limit, in_town=in_town) for name, limit in pairs], np.float64)


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value
