"""Snapping positions to the nearest point on a road, exactly, over a uniform grid of segments."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.kernels import count_cells, fill_cells, snap_all
from geo.network import Network

_M_PER_DEGREE = 6_371_009.0 * np.pi / 180.0  # mean earth radius, as geopy's great circle
_CELL_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Snaps:
    """Where n positions meet the roads: edge (n,) int32, -1 where the nearest road is farther than the limit;
    fraction (n,) of the edge's length from its start; distance_m (n,) from the position to the road.
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.edge)

    def access_ms(self, kph: float) -> NDArray[np.int64]:
        """The ms (n,) from each position to the road at a speed, 0 for those off the roads."""
        metres = np.where(self.edge >= 0, self.distance_m, 0.0)
        return np.rint(metres / (kph / 3.6) * 1_000.0).astype(np.int64)

    def some(self, which: slice | NDArray[np.int64]) -> "Snaps":
        """Those that a slice or numbers (n,) name."""
        return Snaps(self.edge[which], self.fraction[which], self.distance_m[which])


class Snapper:
    """Finds the nearest point on any road; built once a network.

    Of two directions of a street the edge with the lower id is named; whoever uses a snap looks at its twin too.
    Distances are exact in the plane tangent at the position (error below 1e-4 within `max_distance_m`).
    """

    def __init__(self, network: Network, *, max_distance_m: float = 2_000.0) -> None:
        self.max_distance_m = max_distance_m
        self._network = network
        self.shut = np.zeros(network.edge_count, np.bool_)
        west, south, east, north = network.meta.bounds
        self._west, self._south = west, south
        self._step_lat = _CELL_M / _M_PER_DEGREE
        self._step_lon = self._step_lat / max(0.01, float(np.cos(np.radians((south + north) / 2.0))))
        self._columns = int((east - west) / self._step_lon) + 1
        self._rows = int((north - south) / self._step_lat) + 1
        numbers = np.arange(network.edge_count, dtype=np.int32)
        edges = numbers[(network.edge_twin < 0) | (network.edge_twin > numbers)]
        col = np.clip((network.shape_lon / 1e7 - west) / self._step_lon, 0, self._columns - 1).astype(np.int32)
        row = np.clip((network.shape_lat / 1e7 - south) / self._step_lat, 0, self._rows - 1).astype(np.int32)
        counts = np.zeros(self._columns * self._rows, np.int64)
        count_cells(col, row, network.shape_start, edges, self._columns, counts)
        self._cell_start = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=self._cell_start[1:])
        self._seg_edge = np.empty(self._cell_start[-1], np.int32)
        self._seg_point = np.empty(self._cell_start[-1], np.int64)
        cursor = self._cell_start[:-1].copy()
        fill_cells(col, row, network.shape_start, edges, self._columns, cursor, self._seg_edge, self._seg_point)
        self._along, self._length = _lengths(network)

    def without(self, shut: NDArray[np.bool_]) -> "Snapper":
        """The same for roads of which some edges (M,) are shut, both directions of a street: nobody is put on those."""
        if shut.shape != self.shut.shape:
            raise ValueError(f"{len(self.shut)} edges take as many marks of what is shut, not {shut.shape}")
        other = copy.copy(self)
        other.shut = np.array(shut, np.bool_)
        return other

    def snap(self, lon: NDArray[Any], lat: NDArray[Any]) -> Snaps:
        """Snap n positions given as two (n,) arrays in degrees. What is no number or far away is off the roads."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        margin = self._step_lat * (self.max_distance_m / _CELL_M + 1.0)
        south, north = self._south - margin, self._south + self._rows * self._step_lat + margin
        far = ~((np.abs(lon) <= 360.0) & (lat > south) & (lat < north))
        # The kernel takes numbers only: such positions are put where no road is near.
        lon, lat = np.where(far, self._west - 180.0, lon), np.where(far, self._south, lat)
        count = len(lon)
        edge, point = np.full(count, -1, np.int32), np.full(count, -1, np.int64)
        t, metres = np.zeros(count), np.zeros(count)
        network = self._network
        snap_all(
            lon,
            lat,
            self._west,
            self._south,
            self._step_lon,
            self._step_lat,
            self._columns,
            self._rows,
            self._cell_start,
            self._seg_edge,
            self._seg_point,
            self.shut,
            network.shape_lon,
            network.shape_lat,
            self.max_distance_m,
            _M_PER_DEGREE,
            edge,
            point,
            t,
            metres,
        )
        there = edge >= 0
        here = np.where(there, point, 0)
        following = np.minimum(here + 1, len(self._along) - 1)
        at = self._along[here] + t * (self._along[following] - self._along[here])
        total = self._length[np.where(there, edge, 0)]
        fraction = np.where(there & (total > 0), at / np.where(total > 0, total, 1.0), 0.0)
        return Snaps(edge, np.clip(fraction, 0.0, 1.0), metres)


def _lengths(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres from the start of its edge to every geometry point (G,), and the length of every geometry (M,)."""
    lon, lat = network.shape_lon / 1e7, network.shape_lat / 1e7
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2.0))
    steps = np.concatenate(([0.0], np.hypot(east, np.diff(lat)) * _M_PER_DEGREE))
    running = np.cumsum(steps)
    starts = network.shape_start[:-1]
    points = np.diff(network.shape_start)
    along = running - np.repeat(running[starts], points)
    return along, along[network.shape_start[1:] - 1]
