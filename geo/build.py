"""Building a road network from node and edge tables, an osmnx GraphML file, or a place name through osmnx."""

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx
import pandas as pd
from numpy.typing import NDArray

from geo.network import Network
from geo.road_table import (
    FASTEST_KPH,
    LONGEST_M,
    OSM_ATTRIBUTION,
    SLOWEST_KPH,
    BuildError,
    Origin,
    Progress,
    RoadTable,
    build_network,
)

__all__ = [
    "OSM_ATTRIBUTION",
    "BuildError",
    "Origin",
    "Progress",
    "RoadTable",
    "build_from_graphml",
    "build_from_place",
    "build_from_tables",
    "build_network",
]


def build_from_tables(nodes: Path, edges: Path, origin: Origin, progress: Progress) -> Network:
    """From CSV (or .csv.gz) tables: node, lon, lat; and u, v, length_m, highway, name with optional speed_kph
    (or maxspeed, assumed_kmh) and geometry_lonlat ("lon lat;lon lat"). Each edge row is one direction.

    Raises:
        BuildError: naming the file and the column or line that is wrong.
    """
    progress(f"reading {nodes.name} and {edges.name}")
    node_rows = _read(nodes, ("node", "lon", "lat"))
    edge_rows = _read(edges, ("u", "v", "length_m", "highway"))
    lon = _numbers(node_rows, "lon", nodes, between=(-180.0, 180.0))
    lat = _numbers(node_rows, "lat", nodes, between=(-90.0, 90.0))
    twice = node_rows["node"].duplicated().to_numpy()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise BuildError(f"{nodes} line {row + 2}: node {node_rows['node'].iloc[row]!r} is there twice; keep one")
    number = {str(node): position for position, node in enumerate(node_rows["node"])}
    u, v = (_positions(edge_rows[end], number, edges, end) for end in ("u", "v"))
    speed = next((name for name in ("speed_kph", "maxspeed", "assumed_kmh") if name in edge_rows), None)
    given = np.full(len(edge_rows), np.nan)
    if speed:
        given = _numbers(edge_rows, speed, edges, between=(SLOWEST_KPH, FASTEST_KPH), may_lack=True)
    table = RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=_numbers(edge_rows, "length_m", edges, between=(0.0, LONGEST_M)),
        highway=[str(value) for value in edge_rows["highway"]],
        name=[_line(value) for value in edge_rows["name"]] if "name" in edge_rows else [""] * len(edge_rows),
        speed_kph=given,
        shapes=_shapes(edge_rows, lon, lat, u, v, edges),
    )
    return build_network(table, origin, progress)


def _read(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (
        OSError,
        EOFError,
        zlib.error,
        UnicodeDecodeError,
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
    ) as error:
        raise BuildError(f"{path} cannot be read as CSV: {error}") from error
    missing = [name for name in needed if name not in rows]
    if missing:
        raise BuildError(f"{path} lacks the columns {', '.join(missing)}; it has {', '.join(rows.columns)}")
    if rows.empty:
        raise BuildError(f"{path} has a heading but no rows: it takes one row a {needed[0]}")
    return rows


def _numbers(
    rows: pd.DataFrame, column: str, path: Path, *, between: tuple[float, float], may_lack: bool = False
) -> NDArray[np.float64]:
    """A column of numbers within bounds; NaN for an empty cell (or a speed of 0) where one may lack."""
    low, high = between
    texts = rows[column]
    values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, copy=True)
    lacks = ((texts == "").to_numpy() | (values == 0.0)) & may_lack
    bad = ~lacks & ~((values >= low) & (values <= high))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BuildError(
            f"{path} line {row + 2}: {column} is {texts.iloc[row]!r}, it takes a number from {low:g} to {high:g}"
        )
    return np.where(lacks, np.nan, values)


def _positions(ends: "pd.Series[str]", number: dict[str, int], path: Path, column: str) -> NDArray[np.int64]:
    found = ends.map(number)
    if found.isna().any():
        row = int(np.flatnonzero(found.isna().to_numpy())[0])
        raise BuildError(f"{path} line {row + 2}: {column} names node {ends.iloc[row]!r}, which the node table lacks")
    return np.asarray(found, np.int64)


def _line(value: object) -> str:
    return str(value).replace("\n", " ").strip()


def _shapes(
    rows: pd.DataFrame,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    path: Path,
) -> list[NDArray[np.float64]]:
    texts = rows["geometry_lonlat"] if "geometry_lonlat" in rows else [""] * len(rows)
    shapes: list[NDArray[np.float64]] = []
    for row, text in enumerate(texts):
        ends = np.array([[lon[u[row]], lat[u[row]]], [lon[v[row]], lat[v[row]]]])
        try:
            middle = np.array([pair.split() for pair in text.split(";")], np.float64) if text else ends
        except ValueError:
            raise BuildError(f"{path} line {row + 2}: geometry_lonlat takes 'lon lat;lon lat'") from None
        if middle.ndim != 2 or middle.shape[1] != 2 or not np.all(np.abs(middle) <= (180.0, 90.0)):
            raise BuildError(f"{path} line {row + 2}: geometry_lonlat takes 'lon lat;lon lat'")
        # The nodes' own positions end the line, so that both directions of a street have the same points.
        shapes.append(np.vstack((ends[:1], middle[1:-1], ends[1:])))
    return shapes


def build_from_graphml(path: Path, origin: Origin, progress: Progress) -> Network:
    """From an osmnx GraphML file (or .gz).

    Raises:
        BuildError: if it cannot be read as such a file.
    """
    progress(f"reading {path.name}")
    try:
        if path.suffix == ".gz":
            with tempfile.TemporaryDirectory() as folder:
                plain = Path(folder) / "graph.graphml"
                with gzip.open(path) as packed, plain.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
                graph = osmnx.load_graphml(plain)
        else:
            graph = osmnx.load_graphml(path)
        table = _table_of_graph(graph)
    except KeyError as error:
        raise BuildError(
            f"{path} is no GraphML file of osmnx: it lacks {error}. Save the graph with osmnx.save_graphml"
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, SyntaxError, nx.NetworkXError) as error:
        raise BuildError(f"{path} cannot be read as an osmnx GraphML file: {error}") from error
    return build_network(table, origin, progress)


def build_from_place(name: str, progress: Progress) -> Network:
    """The drivable roads of a named place from OpenStreetMap, through osmnx and Overpass (needs the internet).

    Raises:
        BuildError: if the place is not found or there is no connection.
    """
    progress(f"asking OpenStreetMap for the roads of {name}; a regency takes some minutes")
    try:
        graph = osmnx.graph_from_place(name, network_type="drive")
    except (OSError, ValueError, TypeError, LookupError, osmnx._errors.InsufficientResponseError) as error:  # noqa: SLF001
        raise BuildError(
            f"the roads of {name!r} could not be fetched ({error}). Check the name and the internet connection, "
            "or build from a file with --graphml or --nodes and --edges"
        ) from error
    today = datetime.now(UTC).date().isoformat()
    return build_network(
        _table_of_graph(graph), Origin(region=name, source="OpenStreetMap via osmnx", source_date=today), progress
    )


def _table_of_graph(graph: Any) -> RoadTable:  # noqa: ANN401 - networkx is not typed here
    number = {node: position for position, node in enumerate(graph.nodes)}
    lon = np.array([data["x"] for _, data in graph.nodes(data=True)], np.float64)
    lat = np.array([data["y"] for _, data in graph.nodes(data=True)], np.float64)
    rows = list(graph.edges(data=True))
    u = np.array([number[start] for start, _, _ in rows], np.int64)
    v = np.array([number[end] for _, end, _ in rows], np.int64)
    shapes = []
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
        highway=[str(_first(data.get("highway", "road"))) for _, _, data in rows],
        name=[_line(_first(data.get("name", ""))) for _, _, data in rows],
        speed_kph=np.array([_speed(data.get("maxspeed")) for _, _, data in rows], np.float64),
        shapes=shapes,
    )


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _speed(value: object) -> float:
    """km/h of an OSM maxspeed such as "40" or "30 mph"; NaN where it is no number."""
    number, _, unit = str(_first(value)).partition(" ")
    try:
        kph = float(number)
    except ValueError:
        return float("nan")
    kph *= 1.609344 if unit.strip() == "mph" else 1.0
    return kph if SLOWEST_KPH <= kph <= FASTEST_KPH else float("nan")
