"""Building a road network from node and edge tables, an osmnx GraphML file, or a place name through osmnx."""

import gzip
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import osmnx
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.network import Network, NetworkMeta, adjacency
from geo.speeds import METRICS, ROAD_CLASSES, road_class, weights_ms

Progress = Callable[[str], None]
OSM_ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"


class BuildError(Exception):
    """Input that is no road network; the message names the file and what to do."""


@dataclass(slots=True, kw_only=True)
class RoadTable:
    """Nodes and directed edges as columns; `u` and `v` are positions in the node columns.

    speed_kph is NaN where the data does not say. shapes are (n, 2) arrays of lon, lat in travel order, n >= 2.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    length_m: NDArray[np.float64]
    highway: Sequence[str]
    name: Sequence[str]
    speed_kph: NDArray[np.float64]
    shapes: Sequence[NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the file will say of where its data comes from."""

    region: str
    source: str
    source_date: str
    attribution: str = OSM_ATTRIBUTION
    sample: bool = False


def build_network(table: RoadTable, origin: Origin, progress: Progress) -> Network:
    """The network of the largest part from every place of which every other can be reached.

    Raises:
        BuildError: if nothing is left, or a length or position makes no sense.
    """
    _judge(table)
    progress(f"{len(table.lon):,} nodes, {len(table.u):,} edges read")
    keep_node, keep_edge = _largest_part(table)
    progress(f"{int(keep_node.sum()):,} nodes and {int(keep_edge.sum()):,} edges hang together; the rest is cut off")
    number = np.cumsum(keep_node) - 1
    edges: list[int] = np.flatnonzero(keep_edge).tolist()
    edge_from = number[table.u[edges]].astype(np.int32)
    edge_to = number[table.v[edges]].astype(np.int32)
    shapes = [np.rint(np.asarray(table.shapes[edge]) * 1e7).astype(np.int32) for edge in edges]
    names = sorted({table.name[edge] for edge in edges} | {""})
    name_number = {name: position for position, name in enumerate(names)}
    class_index = np.array([ROAD_CLASSES.index(road_class(table.highway[e])) for e in edges], np.uint8)
    length_m = np.asarray(table.length_m, np.float64)[edges]
    speed_kph = np.asarray(table.speed_kph, np.float64)[edges]
    node_count = int(keep_node.sum())
    out_start, out_edge = adjacency(edge_from, node_count)
    in_start, in_edge = adjacency(edge_to, node_count)
    points = np.concatenate(shapes)
    shape_start = np.zeros(len(edges) + 1, np.int64)
    np.cumsum([len(shape) for shape in shapes], out=shape_start[1:])
    bounds = (*(points.min(axis=0) / 1e7), *(points.max(axis=0) / 1e7))
    nothing = np.zeros(0, np.int32)
    return Network(
        meta=NetworkMeta(
            region=origin.region,
            source=origin.source,
            source_date=origin.source_date,
            attribution=origin.attribution,
            sample=origin.sample,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            bounds=(float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])),
            cut_off_nodes=len(table.lon) - node_count,
            cut_off_edges=len(table.u) - len(edges),
        ),
        node_lon=np.asarray(table.lon, np.float64)[keep_node],
        node_lat=np.asarray(table.lat, np.float64)[keep_node],
        edge_from=edge_from,
        edge_to=edge_to,
        edge_length_m=length_m,
        edge_class=class_index,
        edge_name=np.array([name_number[table.name[edge]] for edge in edges], np.int32),
        edge_twin=_twins(edge_from, edge_to, shapes),
        shape_start=shape_start,
        shape_lon=np.ascontiguousarray(points[:, 0]),
        shape_lat=np.ascontiguousarray(points[:, 1]),
        out_start=out_start,
        out_edge=out_edge,
        in_start=in_start,
        in_edge=in_edge,
        turn_from=nothing,
        turn_to=nothing,
        turn_cost_ms=nothing,
        order=nothing,
        names=tuple(names),
        metrics={metric: weights_ms(metric, length_m, class_index, speed_kph) for metric in METRICS},
    )


def _judge(table: RoadTable) -> None:
    if not len(table.lon) or not len(table.u):
        raise BuildError("the tables hold no roads")
    for name in ("u", "v"):
        ends = getattr(table, name)
        if ends.min() < 0 or ends.max() >= len(table.lon):
            raise BuildError(f"an edge's {name} names a node that is not in the node table")
    if not np.all(np.isfinite(table.length_m) & (table.length_m >= 0)):
        row = int(np.flatnonzero(~(np.isfinite(table.length_m) & (table.length_m >= 0)))[0])
        raise BuildError(f"edge {row + 1} has the length {table.length_m[row]}: it takes metres, not negative")
    outside = ~((np.abs(table.lon) <= 180) & (np.abs(table.lat) <= 90))
    if outside.any():
        raise BuildError(f"node {int(np.flatnonzero(outside)[0]) + 1} lies off the earth: lon, lat are in degrees")


def _largest_part(table: RoadTable) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    count = len(table.lon)
    graph = coo_array((np.ones(len(table.u), np.int8), (table.u, table.v)), shape=(count, count)).tocsr()
    _, label = connected_components(graph, directed=True, connection="strong")
    keep_node = label == np.bincount(label).argmax()
    return keep_node, keep_node[table.u] & keep_node[table.v]


def _twins(
    edge_from: NDArray[np.int32], edge_to: NDArray[np.int32], shapes: Sequence[NDArray[np.int32]]
) -> NDArray[np.int32]:
    """For each edge the one that runs over the same points the other way, or -1."""
    twin = np.full(len(edge_from), -1, np.int32)
    waiting: dict[tuple[int, int, bytes], list[int]] = {}
    for edge, shape in enumerate(shapes):
        u, v = int(edge_from[edge]), int(edge_to[edge])
        others = waiting.get((v, u, shape[::-1].tobytes()))
        if others:
            other = others.pop()
            twin[edge], twin[other] = other, edge
        else:
            waiting.setdefault((u, v, shape.tobytes()), []).append(edge)
    return twin


def build_from_tables(nodes: Path, edges: Path, origin: Origin, progress: Progress) -> Network:
    """From CSV (or .csv.gz) tables: node, lon, lat; and u, v, length_m, highway, name with optional speed_kph
    (or maxspeed, assumed_kmh) and geometry_lonlat ("lon lat;lon lat"). Each edge row is one direction.

    Raises:
        BuildError: naming the file and the column or line that is wrong.
    """
    progress(f"reading {nodes.name} and {edges.name}")
    node_rows = _read(nodes, ("node", "lon", "lat"))
    edge_rows = _read(edges, ("u", "v", "length_m", "highway"))
    lon, lat = _numbers(node_rows, "lon", nodes), _numbers(node_rows, "lat", nodes)
    number = {str(node): position for position, node in enumerate(node_rows["node"])}
    u, v = (_positions(edge_rows[end], number, edges, end) for end in ("u", "v"))
    speed = next((name for name in ("speed_kph", "maxspeed", "assumed_kmh") if name in edge_rows), None)
    given = _numbers(edge_rows, speed, edges, empty=np.nan) if speed else np.full(len(edge_rows), np.nan)
    table = RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=_numbers(edge_rows, "length_m", edges),
        highway=[str(value) for value in edge_rows["highway"]],
        name=[_line(value) for value in edge_rows["name"]] if "name" in edge_rows else [""] * len(edge_rows),
        speed_kph=np.where(given > 0, given, np.nan),
        shapes=_shapes(edge_rows, lon, lat, u, v, edges),
    )
    return build_network(table, origin, progress)


def _read(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BuildError(f"{path} cannot be read as CSV: {error}") from error
    missing = [name for name in needed if name not in rows]
    if missing:
        raise BuildError(f"{path} lacks the columns {', '.join(missing)}; it has {', '.join(rows.columns)}")
    return rows


def _numbers(rows: pd.DataFrame, column: str, path: Path, *, empty: float | None = None) -> NDArray[np.float64]:
    texts = rows[column]
    values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, copy=True)
    bad = np.isnan(values) & ~((texts == "").to_numpy() & (empty is not None))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BuildError(f"{path} line {row + 2}: {column} is {texts.iloc[row]!r}, it takes a number")
    return values


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
        if middle.ndim != 2 or middle.shape[1] != 2:
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
    except (OSError, EOFError, KeyError, ValueError, SyntaxError) as error:
        raise BuildError(f"{path} cannot be read as an osmnx GraphML file: {error}") from error
    return build_network(_table_of_graph(graph), origin, progress)


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
    if not kph > 0:
        return float("nan")
    return kph * 1.609344 if unit.strip() == "mph" else kph
