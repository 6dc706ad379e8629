"""Roads as columns, and the one way from there to a network: judge, keep the part that hangs together, number, time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.network import Network, NetworkMeta, adjacency
from geo.speeds import METRICS, ROAD_CLASSES, road_class, weights_ms

Progress = Callable[[str], None]
OSM_ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
# At the slowest speed the longest edge still fits into 32 bits of milliseconds.
LONGEST_M = 500_000.0
SLOWEST_KPH, FASTEST_KPH = 1.0, 200.0


class BuildError(Exception):
    """Input that is no road network; the message names the file and what to do."""


@dataclass(slots=True, kw_only=True)
class RoadTable:
    """Nodes and directed edges as columns; `u` and `v` are positions in the node columns.

    speed_kph is NaN where the data does not say. shapes are (n, 2) arrays of lon, lat in travel order, n >= 2.
    turns is (t, 3): edge, following edge (both as rows of the edge columns), cost in ms or -1 for a forbidden turn.
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
    turns: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 3), np.int64))


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
    turns = _turns(table.turns, keep_edge)
    return Network(
        meta=NetworkMeta(
            region=origin.region,
            source=origin.source,
            source_date=origin.source_date,
            attribution=origin.attribution,
            sample=origin.sample,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            bounds=(float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])),
            turn_costs="carried, not searched yet" if len(turns) else "none",
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
        turn_from=np.ascontiguousarray(turns[:, 0]),
        turn_to=np.ascontiguousarray(turns[:, 1]),
        turn_cost_ms=np.ascontiguousarray(turns[:, 2]),
        order=np.zeros(0, np.int32),
        names=tuple(names),
        metrics={metric: weights_ms(metric, length_m, class_index, speed_kph) for metric in METRICS},
    )


def _judge(table: RoadTable) -> None:
    if not len(table.lon) or not len(table.u):
        raise BuildError("there are no roads: it takes at least one edge between two nodes")
    for name in ("u", "v"):
        ends = getattr(table, name)
        if ends.min() < 0 or ends.max() >= len(table.lon):
            raise BuildError(f"an edge's {name} names a node that is not in the node table")
    _must(table.length_m, "edge", "the length", (0.0, LONGEST_M), "metres")
    _must(table.lon, "node", "the longitude", (-180.0, 180.0), "degrees")
    _must(table.lat, "node", "the latitude", (-90.0, 90.0), "degrees")
    known = np.where(np.isnan(table.speed_kph), SLOWEST_KPH, table.speed_kph)
    _must(known, "edge", "the speed", (SLOWEST_KPH, FASTEST_KPH), "km/h")
    for row, shape in enumerate(table.shapes):
        if len(shape) < 2 or not np.all(np.abs(shape) <= (180.0, 90.0)):
            raise BuildError(f"edge {row + 1}: its line takes at least two points of lon, lat in degrees")
    if len(table.turns) and not (table.turns[:, :2].min() >= 0 and table.turns[:, :2].max() < len(table.u)):
        raise BuildError("a turn names an edge that is not in the edge table")


def _must(values: NDArray[np.float64], thing: str, what: str, between: tuple[float, float], unit: str) -> None:
    low, high = between
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BuildError(f"{thing} {row + 1}: {what} is {values[row]:g}, it takes {low:g} to {high:g} {unit}")


def _turns(turns: NDArray[np.int64], keep_edge: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The turns between edges that were kept, by their new numbers."""
    kept = turns[keep_edge[turns[:, 0]] & keep_edge[turns[:, 1]]]
    number = np.cumsum(keep_edge) - 1
    return np.column_stack((number[kept[:, 0]], number[kept[:, 1]], kept[:, 2])).astype(np.int32)


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
