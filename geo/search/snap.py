"""Snapping positions to the nearest point on a road, exactly, over a uniform grid of segments."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.roads.network import Doors, Network
from geo.search import snap_kernels
from geo.search.cells import along_of, cells_of
from geo.search.walk import Walks, is_walked

# This project's choice: so far from a door there may be a road that leads there, before a motorway is taken for it.
_TO_DOOR_M = 500.0
# Grid, first segment of each cell, segments, and where on its edge every geometry point is.
_Parts = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Snaps:
    """Where n positions meet the roads: edge (n,) int32, -1 where the nearest road is farther than the limit;
    fraction (n,) of the edge's length from its start; distance_m (n,) from the position to the road. walk_ms (n,): of
    doors to which one walks, by ways or over land, what that takes; 0 for those at a street, None for all of them.
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    walk_ms: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.edge)

    def access_ms(self, kph: float) -> NDArray[np.int64]:
        """The ms (n,) from each position to the road at a speed, 0 for those off the roads."""
        metres = np.where(self.edge >= 0, self.distance_m, 0.0)
        return np.rint(metres / (kph / 3.6) * 1_000.0).astype(np.int64)

    def door_ms(self, kph: float) -> NDArray[np.int64]:
        """The ms (n,) from the road to each door: on foot where one walks, else at a speed."""
        straight = self.access_ms(kph)
        return straight if self.walk_ms is None else np.where(self.walk_ms > 0, self.walk_ms, straight)

    def some(self, which: slice | NDArray[np.int64]) -> "Snaps":
        """Those that a slice or numbers (n,) name."""
        walk_ms = None if self.walk_ms is None else self.walk_ms[which]
        return Snaps(self.edge[which], self.fraction[which], self.distance_m[which], walk_ms)


class Snapper:
    """Finds the nearest point on any road that is open to every kind of trip; built once a network.

    Of two directions of a street the edge with the lower id is named; users of a snap look at its twin too.
    Distances are exact in the plane tangent at the position (error below 1e-4 within `max_distance_m`).
    """

    def __init__(self, network: Network, *, max_distance_m: float = 2_000.0) -> None:
        self.max_distance_m = max_distance_m
        shapes = network.shape_start, network.shape_lon, network.shape_lat
        bounds = network.meta.bounds
        grid, cell_start, segments = cells_of(shapes, _shared(network), bounds, limit_m=max_distance_m)
        self._edge_count, self._edge = network.edge_count, segments[:, snap_kernels.EDGE].copy()
        self._doorless = network.edge_doors[self._edge] == Doors.LAST
        # What snap_kernels.snap takes of all positions, and of doors.
        self.parts = grid, cell_start, segments, along_of(shapes)
        self.door_parts = _to_doors(self.parts, self._doorless)
        self._walks = Walks(network.foot, shapes, bounds) if is_walked(network.foot) else None

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
        """As `snap`, but nobody lives on a motorway, a link of one or in a tunnel while another road is near, and where
        the nearest way to a door is none of vehicles, or water lies between, they stop where one walks from.
        """
        return self._stops(lon, lat)[0]

    def walk(self, lon: float, lat: float) -> Snaps | None:
        """The stop for a door as `snap_doors` has it, None where that is the nearest street."""
        if self._walks is None:
            return None
        stop, is_other = self._stops(np.array([lon]), np.array([lat]))
        return stop if is_other[0] else None

    def _stops(self, lon: NDArray[Any], lat: NDArray[Any]) -> tuple[Snaps, NDArray[np.bool_]]:
        """The stops for doors, and which of them are not simply the nearest street."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        doors = _snapped(lon, lat, self.door_parts)
        far = np.flatnonzero(doors.edge < 0)
        if len(far):
            rest = self.snap(lon[far], lat[far])
            doors.edge[far], doors.fraction[far], doors.distance_m[far] = rest.edge, rest.fraction, rest.distance_m
        if self._walks is None:
            return doors, np.zeros(len(doors), np.bool_)
        walk_ms = np.zeros(len(doors), np.int64)
        snapped = doors.edge, doors.fraction, doors.distance_m, walk_ms
        is_other = self._walks.put_stops(lon, lat, snapped, self.door_parts)
        return Snaps(*snapped), is_other


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
