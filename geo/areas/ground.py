"""The ground of a road network as a grid of points: how soon each is reached by road and a short way off it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.areas import reach_kernels
from geo.areas.reach import FAR, Reach
from geo.point import M_PER_DEGREE
from geo.roads.network import Doors, Network

# From the road on one goes at walking-to-yard speed, up to a limit; both are this project's own figures. Blocks between
# streets are rarely wider than twice the limit, so that a part of town without holes counts as reached as a whole.
OFF_ROAD_KPH = 15.0
OFF_ROAD_M = 200.0
# Cells are as wide as a block of streets, wider where that would make more than so many of them.
_CELL_M = 100.0
_MOST_CELLS = 500_000
# A place stands for so much road.
_PIECE_CELLS = 0.5
# The limit off the road in cells, at least, so that a lone road is a band without gaps.
_LEAST_OFF_CELLS = 1.5

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A part of the grid, rows from south to north and columns from west to east, the first at (column, row).

    time_s: (r, c), the soonest arrival, by road and then straight off it. off_cells: (r, c), the way to the nearest
    road that is reached. Both are inf beyond the limit and its margin; so is the border.
    """

    column: int
    row: int
    time_s: _Floats
    off_cells: _Floats


class Ground:
    """The places on the roads of a network from which its ground is reached; built once a network.

    A place stands for a piece of road of at most half a cell. cell_m: the width of a cell, off_road_m: how far from a
    road the ground still counts. edge, fraction, twin: (S,), the places and the other direction of their street or -1;
    piece_m: (S,), the metres of road each stands for, both directions once. Distances are those of a plane whose
    longitudes are true to scale in the middle of the network (of 400 km from south to north 2 % off at Java's end).
    """

    def __init__(self, network: Network, *, cell_m: float | None = None) -> None:
        """Raises ValueError for a cell of no width."""
        west, south, east, north = network.meta.bounds
        shrink = max(0.01, float(np.cos(np.radians((south + north) / 2.0))))
        square_m = (east - west) * shrink * (north - south) * M_PER_DEGREE**2
        self.cell_m = max(_CELL_M, float(np.sqrt(square_m / _MOST_CELLS))) if cell_m is None else cell_m
        if not 0.0 < self.cell_m < np.inf:
            raise ValueError(f"a cell is some metres wide, not {cell_m}")
        self.off_road_m = max(OFF_ROAD_M, _LEAST_OFF_CELLS * self.cell_m)
        self.off_cells = self.off_road_m / self.cell_m
        self.cell_s = self.cell_m / (OFF_ROAD_KPH / 3.6)
        self._west, self._south = west, south
        self._step_lat = self.cell_m / M_PER_DEGREE
        self._step_lon = self._step_lat / shrink
        self._shape = network.shape_start
        self._x = (network.shape_lon / 1e7 - west) / self._step_lon
        self._y = (network.shape_lat / 1e7 - south) / self._step_lat
        edges = network.streets[network.edge_doors[network.streets] != Doors.NONE]
        # Two directions of a street may be said to differ in length: the longer one says into how many pieces.
        length = network.edge_length_m / self.cell_m
        length = np.maximum(length, np.where(network.edge_twin < 0, 0.0, length[network.edge_twin]))
        sampled = reach_kernels.sample_edges(edges, self._x, self._y, self._shape, length, _PIECE_CELLS)
        self.edge: NDArray[np.int32] = sampled[0]
        self.fraction: _Floats = sampled[1]
        self._sample_x, self._sample_y, pieces = sampled[2:]
        self.twin = network.edge_twin[self.edge]
        self._copies = network.copies
        self.piece_m: _Floats = np.repeat(network.edge_length_m[edges] / pieces, pieces)

    def times(self, reach: Reach) -> NDArray[np.int64]:
        """When each place is reached: (S,) ms, FAR for never."""
        found = reach.at(self.edge, self.fraction, self.twin)
        for edge, fraction in ((self.edge, self.fraction), (self.twin, 1.0 - self.fraction)):
            there = np.flatnonzero(edge >= 0)
            copies, row = self._copies(edge[there])
            np.minimum.at(found, there[row], reach.at(copies, fraction[there[row]]))
        return found

    def field(self, reaches: Sequence[Reach], place_ms: NDArray[np.int64], *, most_s: float) -> Field:
        """The ground that is reached within most_s, by the times of the places from `times`; inf: the whole grid."""
        within = np.flatnonzero((place_ms < FAR) & (place_ms <= most_s * 1000.0))
        # A position itself is a place, too: its piece of road may be reached only by a long way round.
        edge, fraction, ready_ms = (
            np.concatenate(column)
            for column in zip(
                *((one.starts.edge, one.starts.fraction, one.entered.ready_ms) for one in reaches), strict=True
            )
        )
        starts = np.flatnonzero(ready_ms <= most_s * 1000.0)
        start_x, start_y = reach_kernels.locate(edge[starts], fraction[starts], self._x, self._y, self._shape)
        x, y = np.append(self._sample_x[within], start_x), np.append(self._sample_y[within], start_y)
        place_s = np.append(place_ms[within], ready_ms[starts]) / 1000.0
        return self._spread(x, y, place_s, *((self._x, self._y) if most_s == np.inf else (x, y)))

    @cached_property
    def whole(self) -> Field:
        """The ground of all roads, reached at once; the whole grid."""
        return self._spread(self._sample_x, self._sample_y, np.zeros(len(self.edge)), self._x, self._y)

    def position(self, place: int) -> tuple[float, float]:
        """Where a place is: lon, lat in degrees."""
        lon, lat = self.degrees(np.array([[self._sample_x[place], self._sample_y[place]]]))[0]
        return float(lon), float(lat)

    def degrees(self, grid: _Floats) -> _Floats:
        """Columns and rows of the grid (n, 2) as lon and lat."""
        return grid * (self._step_lon, self._step_lat) + (self._west, self._south)

    def _spread(self, x: _Floats, y: _Floats, place_s: _Floats, about_x: _Floats, about_y: _Floats) -> Field:
        """The field over the box about some points, none of the places farther out."""
        if not len(about_x):
            return Field(0, 0, np.full((2, 2), np.inf), np.full((2, 2), np.inf))
        # Within the margin lies every corner of a cell that has a corner within the limit.
        radius = self.off_cells + 1.5
        column, row = (int(np.floor(about.min() - radius)) - 1 for about in (about_x, about_y))
        columns, rows = int(about_x.max() + radius) + 3 - column, int(about_y.max() + radius) + 3 - row
        spread = reach_kernels.spread(x, y, place_s, radius, self.cell_s, column, row, columns, rows)
        return Field(column, row, *spread)
