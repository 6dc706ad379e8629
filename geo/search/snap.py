"""Snapping positions to the nearest point on a road, exactly, over a uniform grid of segments."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.point import M_PER_DEGREE
from geo.roads.network import Doors, Network
from geo.search import snap_kernels

_CELL_M = 100.0
# This project's choice: so far from a door there may be a road that leads there, before a motorway is taken for it.
_TO_DOOR_M = 500.0
# Grid, first segment of each cell, segments, and where on its edge every geometry point is.
_Parts = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


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
    """Finds the nearest point on any road that is open to every kind of trip; built once a network.

    Of two directions of a street the edge with the lower id is named; users of a snap look at its twin too.
    Distances are exact in the plane tangent at the position (error below 1e-4 within `max_distance_m`).
    """

    def __init__(self, network: Network, *, max_distance_m: float = 2_000.0) -> None:
        self.max_distance_m = max_distance_m
        west, south, east, north = network.meta.bounds
        step_lat = _CELL_M / M_PER_DEGREE
        step_lon = step_lat / max(0.01, float(np.cos(np.radians((south + north) / 2.0))))
        columns, rows = int((east - west) / step_lon) + 1, int((north - south) / step_lat) + 1
        col = np.clip((network.shape_lon / 1e7 - west) / step_lon, 0, columns - 1).astype(np.int32)
        row = np.clip((network.shape_lat / 1e7 - south) / step_lat, 0, rows - 1).astype(np.int32)
        streets = _shared(network)
        counts = np.zeros(columns * rows, np.int64)
        snap_kernels.count_cells(col, row, network.shape_start, streets, columns, counts)
        cell_start = np.append(0, np.cumsum(counts))
        segments = np.empty((cell_start[-1], snap_kernels.SEGMENT), np.int32)
        shapes = network.shape_start, network.shape_lon, network.shape_lat
        snap_kernels.fill_cells(col, row, *shapes, streets, columns, cell_start[:-1].copy(), segments)
        grid = np.array((west, south, step_lon, step_lat, columns, rows, max_distance_m), np.float64)
        self._edge_count, self._edge = network.edge_count, segments[:, snap_kernels.EDGE].copy()
        self._doorless = network.edge_doors[self._edge] == Doors.LAST
        # What snap_kernels.snap takes of all positions, and of doors.
        self.parts = grid, cell_start, segments, _along(network)
        self.door_parts = _to_doors(self.parts, self._doorless)

    def without(self, shut: NDArray[np.bool_]) -> "Snapper":
        """The same for roads of which some edges (M,) are shut, both directions of a street: nobody is put on those."""
        if shut.shape != (self._edge_count,):
            raise ValueError(f"{self._edge_count} edges take as many marks of what is shut, not {shut.shape}")
        grid, cell_start, segments, along = self.parts
        segments = segments.copy()
        segments[:, snap_kernels.EDGE] = np.where(shut[self._edge], -1, self._edge)
        other = copy.copy(self)
        other.parts = grid, cell_start, segments, along
        other.door_parts = _to_doors(other.parts, self._doorless)
        return other

    def snap(self, lon: NDArray[Any], lat: NDArray[Any]) -> Snaps:
        """Snap n positions given as two (n,) arrays in degrees. What is no number or far away is off the roads.

        So vehicles are snapped, which may be anywhere; where somebody is met, `snap_doors`.
        """
        return _snapped(lon, lat, self.parts)

    def snap_doors(self, lon: NDArray[Any], lat: NDArray[Any]) -> Snaps:
        """As `snap`, but nobody lives on a motorway, a link of one or in a tunnel while another road is near."""
        doors = _snapped(lon, lat, self.door_parts)
        far = np.flatnonzero(doors.edge < 0)
        if len(far):
            rest = self.snap(np.asarray(lon)[far], np.asarray(lat)[far])
            doors.edge[far], doors.fraction[far], doors.distance_m[far] = rest.edge, rest.fraction, rest.distance_m
        return doors


def _snapped(lon: NDArray[Any], lat: NDArray[Any], parts: _Parts) -> Snaps:
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    count = len(lon)
    snaps = Snaps(np.empty(count, np.int32), np.empty(count), np.empty(count))
    snap_kernels.snap(lon, lat, *parts, snaps.edge, snaps.fraction, snaps.distance_m)
    return snaps


def _to_doors(parts: _Parts, doorless: NDArray[np.bool_]) -> _Parts:
    """The parts with segments (s,) left out on which nobody lives, for positions that are near the others."""
    grid, cell_start, segments, along = parts
    grid, segments = grid.copy(), segments.copy()
    grid[snap_kernels.LIMIT_M] = min(_TO_DOOR_M, grid[snap_kernels.LIMIT_M])
    segments[doorless, snap_kernels.EDGE] = -1
    return grid, cell_start, segments, along


def _shared(network: Network) -> NDArray[np.int32]:
    """The streets (s,) that are shut to no kind of trip: a busway lies beside homes, and only sirens come along it. And
    nobody is on a ferry.
    """
    streets = network.streets
    streets = streets[network.edge_doors[streets] != Doors.NONE]
    shut: NDArray[np.bool_] = np.any([network.shut_streets(metric) for metric in network.metrics], axis=0)
    some: NDArray[np.int32] = streets[~shut[streets]]
    return some


def _along(network: Network) -> NDArray[np.float64]:
    """Where on its edge every geometry point (G,) is, from 0 at the start to 1 at the end."""
    lon, lat = network.shape_lon / 1e7, network.shape_lat / 1e7
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2.0))
    running = np.concatenate(([0.0], np.cumsum(np.hypot(east, np.diff(lat)))))
    points = np.diff(network.shape_start)
    along = running - np.repeat(running[network.shape_start[:-1]], points)
    length = np.repeat(along[network.shape_start[1:] - 1], points)
    where: NDArray[np.float64] = along / np.where(length > 0.0, length, 1.0)
    return where
