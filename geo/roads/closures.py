"""Which streets a shape on the map closes."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.point import M_PER_DEGREE
from geo.roads.network import Network
from geo.shape import Shape, ShapeKind

# This project's choices. A line meets a street where it comes onto its carriageway: half the width of a common street,
# so that a line drawn along one by hand closes it. A point means the street nearest to it, as long as it is this near.
LINE_REACH_M = 5.0
POINT_REACH_M = 30.0


def closed_edges(network: Network, shapes: Sequence[Shape]) -> NDArray[np.bool_]:
    """Which edges (M,) these shapes close: always both directions of a street.

    An area closes every street of which some part lies in it, a line those that it meets (within LINE_REACH_M of
    it), a point the nearest one within POINT_REACH_M. Bridges are met by what is drawn below them too.
    """
    closed = np.zeros(network.edge_count, np.bool_)
    for shape in shapes:
        closed[_streets(network, shape)] = True
    twins = network.edge_twin[closed]
    closed[twins[twins >= 0]] = True
    closed[network.copies(np.flatnonzero(closed))[0]] = True
    return closed


def count_closed(network: Network, shape: Shape) -> int:
    """How many streets a shape closes, both directions of one counted once."""
    return len(_streets(network, shape))


def _streets(network: Network, shape: Shape) -> NDArray[np.int32]:
    """The streets that a shape closes, by one edge of each."""
    corners = np.array([(point.lon, point.lat) for point in shape.points])
    # In a plane in which near the shape a metre is as long to the north as to the east.
    scale = np.array([np.cos(np.radians(corners[:, 1].mean())), 1.0])
    if shape.kind is ShapeKind.AREA:
        # Where its border crosses itself, every part that it goes round belongs to the area.
        geometry, reach_m = shapely.make_valid(shapely.Polygon(corners * scale)), 0.0
    elif shape.kind is ShapeKind.LINE:
        geometry, reach_m = shapely.LineString(corners * scale), LINE_REACH_M
    else:
        geometry, reach_m = shapely.Point(corners[0] * scale), POINT_REACH_M
    edge, low, high = _boxes(network)
    reach = reach_m / M_PER_DEGREE / scale
    west_south, east_north = np.floor((corners.min(axis=0) - reach) * 1e7), np.ceil((corners.max(axis=0) + reach) * 1e7)
    near: NDArray[np.int32] = edge[((high >= west_south) & (low <= east_north)).all(axis=1)]
    if not len(near):
        return near
    lines = _lines(network, near, scale)
    if shape.kind is ShapeKind.POINT:
        far_m = shapely.distance(geometry, lines) * M_PER_DEGREE
        nearest = int(np.argmin(far_m))
        return near[nearest : nearest + 1] if far_m[nearest] <= POINT_REACH_M else near[:0]
    shapely.prepare(geometry)
    return near[np.flatnonzero(shapely.dwithin(geometry, lines, reach_m / M_PER_DEGREE))]


def _lines(network: Network, edges: NDArray[np.int32], scale: NDArray[np.float64]) -> NDArray[np.object_]:
    """The geometries (n,) of these edges in the plane of a shape."""
    start, count = network.shape_start[edges], np.diff(network.shape_start)[edges]
    of = np.repeat(np.arange(len(edges)), count)
    at = np.arange(len(of)) + np.repeat(start - (np.cumsum(count) - count), count)
    points = np.column_stack((network.shape_lon[at], network.shape_lat[at])) / 1e7 * scale
    return np.asarray(shapely.linestrings(points, indices=of), np.object_)


@lru_cache(maxsize=2)
def _boxes(network: Network) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """The streets (S,) of a network, one edge of each, and the two corners of their bounds (S, 2) in 1e-7 degrees."""
    points, first = np.column_stack((network.shape_lon, network.shape_lat)), network.shape_start[:-1]
    low, high = np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)
    # What has no extent is left out: what meets it meets the streets at its place; shapely takes it for no line.
    edge = network.streets[np.any(low < high, axis=1)[network.streets]]
    return edge, low[edge], high[edge]
