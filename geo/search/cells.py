"""Lines in a uniform grid of cells, so that what is near a position is found by looking through a few of them."""

import numpy as np
from numpy.typing import NDArray

from geo.point import M_PER_DEGREE, Bounds
from geo.search import snap_kernels

_CELL_M = 100.0
# The numbers of the grid, the first segment of each cell, and the segments (s, 6): geo.search.snap_kernels.
Cells = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]]
# The first point of each line and all points, in 1e-7 degrees.
Shapes = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]


def cells_of(shapes: Shapes, lines: NDArray[np.int32], bounds: Bounds, *, limit_m: float) -> Cells:
    """The segments of some lines, by number, over bounds (west, south, east, north); what lies beyond is in the cells
    at the rim. limit_m: how far one looks.
    """
    start, lons, lats = shapes
    west, south, east, north = bounds
    step_lat = _CELL_M / M_PER_DEGREE
    step_lon = step_lat / max(0.01, float(np.cos(np.radians((south + north) / 2.0))))
    columns, rows = int((east - west) / step_lon) + 1, int((north - south) / step_lat) + 1
    col = np.clip((lons / 1e7 - west) / step_lon, 0, columns - 1).astype(np.int32)
    row = np.clip((lats / 1e7 - south) / step_lat, 0, rows - 1).astype(np.int32)
    counts = np.zeros(columns * rows, np.int64)
    snap_kernels.count_cells(col, row, start, lines, columns, counts)
    first = np.append(0, np.cumsum(counts))
    segments = np.empty((first[-1], snap_kernels.SEGMENT), np.int32)
    snap_kernels.fill_cells(col, row, start, lons, lats, lines, columns, first[:-1].copy(), segments)
    return np.array((west, south, step_lon, step_lat, columns, rows, limit_m), np.float64), first, segments


def along_of(shapes: Shapes) -> NDArray[np.float64]:
    """Where on its line every point (G,) is, from 0 at the start to 1 at the end."""
    start, lons, lats = shapes
    lon, lat = lons / 1e7, lats / 1e7
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2.0))
    running = np.concatenate(([0.0], np.cumsum(np.hypot(east, np.diff(lat)))))
    along = running - np.repeat(running[start[:-1]], np.diff(start))
    length = np.repeat(along[start[1:] - 1], np.diff(start))
    where: NDArray[np.float64] = along / np.where(length > 0.0, length, 1.0)
    return where
