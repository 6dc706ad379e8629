"""Building a road network from node and edge tables (CSV)."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.osm.tags import road_class
from geo.roads.build import build_network
from geo.roads.network import Network
from geo.roads.speeds import pace_kph
from geo.roads.table import LONGEST_M, Origin, RoadTable
from geo.source import FASTEST_KPH, SLOWEST_KPH, BuildError, Progress, one_line


def build_from_tables(
    nodes: Path, edges: Path, origin: Origin, progress: Progress, *, turn_costs: str = "osm"
) -> Network:
    """From CSV (or .csv.gz) tables: node, lon, lat; and u, v, length_m, highway, name with optional speed_kph or
    assumed_kmh (how fast one drives) or maxspeed (a limit), and geometry_lonlat ("lon lat;lon lat"). Each edge row is
    one direction; turns and bends cost nothing more. Raises BuildError, naming the file and the column or line that is
    wrong.
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
    in_town = given
    if speed == "maxspeed":
        given, in_town = (_paces(edge_rows["highway"], given, in_town=town) for town in (False, True))
    table = RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=_numbers(edge_rows, "length_m", edges, between=(0.0, LONGEST_M)),
        highway=[str(value) for value in edge_rows["highway"]],
        name=[one_line(value) for value in edge_rows["name"]] if "name" in edge_rows else [""] * len(edge_rows),
        speed_kph=given,
        town_kph=in_town,
        shapes=_shapes(edge_rows, lon, lat, u, v, edges),
    )
    return build_network(table, origin, progress, turn_costs=turn_costs)


def _read(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (OSError, EOFError, zlib.error, ValueError) as error:
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


def _paces(highway: "pd.Series[str]", limits: NDArray[np.float64], *, in_town: bool) -> NDArray[np.float64]:
    pairs = zip(highway, limits.tolist(), strict=True)
    return np.array([pace_kph(road_class(str(name)), limit, in_town=in_town) for name, limit in pairs], np.float64)


def _positions(ends: "pd.Series[str]", number: dict[str, int], path: Path, column: str) -> NDArray[np.int64]:
    found = ends.map(number)
    if found.isna().any():
        row = int(np.flatnonzero(found.isna().to_numpy())[0])
        raise BuildError(f"{path} line {row + 2}: {column} names node {ends.iloc[row]!r}, which the node table lacks")
    return np.asarray(found, np.int64)


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
