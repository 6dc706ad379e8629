"""Building the walking network from what OpenStreetMap says of ways on foot and of water."""

from collections.abc import Collection

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm.foot import Lines, OsmFoot
from geo.roads.cut import running_m
from geo.roads.foot import STEPS_KPH, WALK_KPH, Footways

_Ints = NDArray[np.int64]


def walking_network(
    read: OsmFoot, inside: shapely.Geometry | None, stopped: Collection[int]
) -> tuple[Footways, tuple[str, ...]]:
    """The walking network of what was read, within an area where one is given, and what is to be said of it. `stopped`:
    the nodes at which not all vehicles pass, so that ways of vehicles end there.
    """
    found = _ways(read, inside, stopped)
    km = float(found.length_m.sum()) / 1000
    said = (
        f"{km:,.1f} km of ways and streets are walked, with {len(found.water_start) - 1:,} banks and courses of water"
    )
    return found, (said,)


def _ways(read: OsmFoot, inside: shapely.Geometry | None, stopped: Collection[int]) -> Footways:
    ref, lonlat, way = read.ways.points
    known = _known(lonlat, inside)
    onward = np.zeros(len(ref), np.bool_)
    onward[:-1] = known[:-1] & known[1:] & (way[:-1] == way[1:])
    back = np.zeros(len(ref), np.bool_)
    back[1:] = onward[:-1]
    _, of, uses = np.unique(ref, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
    barrier = np.isin(ref, np.fromiter(stopped, np.int64, len(stopped)))
    junction = (onward | back) & ((uses[of] > 1) | barrier | ~onward | ~back)
    at = np.flatnonzero(junction)
    goes_on = onward[at[:-1]]
    start, end = at[:-1][goes_on], at[1:][goes_on]
    ends = np.concatenate((start, end))
    _, first, node = np.unique(of[ends], return_index=True, return_inverse=True)
    tail, head = np.split(node.reshape(-1).astype(np.int32), 2)
    running = running_m(lonlat)
    length_m = running[end] - running[start]
    kph = np.where(np.array(read.steps, np.bool_)[way[start]], STEPS_KPH, WALK_KPH)
    points = _scaled(lonlat)
    row, shape_start = _rows(start, end)
    water, water_start = _water(read.water, inside)
    return Footways(
        node_lon=points[ends[first], 0],
        node_lat=points[ends[first], 1],
        tail=tail,
        head=head,
        length_m=length_m,
        ms=np.rint(length_m / (kph / 3.6) * 1000.0).astype(np.int32),
        shape_start=shape_start,
        shape_lon=points[row, 0],
        shape_lat=points[row, 1],
        water_start=water_start,
        water_lon=water[:, 0],
        water_lat=water[:, 1],
    )


def _water(lines: Lines, inside: shapely.Geometry | None) -> tuple[NDArray[np.int32], _Ints]:
    """The points of each stretch of water within the area, and where each begins."""
    _, lonlat, way = lines.points
    known = _known(lonlat, inside)
    joins = np.zeros(len(way), np.bool_)
    joins[:-1] = known[:-1] & known[1:] & (way[:-1] == way[1:])
    comes = np.zeros(len(way), np.bool_)
    comes[1:] = joins[:-1]
    row, first = _rows(np.flatnonzero(joins & ~comes), np.flatnonzero(~joins & comes))
    return _scaled(lonlat)[row], first


def _known(lonlat: NDArray[np.float64], inside: shapely.Geometry | None) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = ~np.isnan(lonlat[:, 0])
    if inside is not None:
        shapely.prepare(inside)
        known &= shapely.contains_xy(inside, lonlat[:, 0], lonlat[:, 1])
    return known


def _rows(start: _Ints, end: _Ints) -> tuple[_Ints, _Ints]:
    """All rows from each start to its end, one after the other, and where each begins among them."""
    count = end - start + 1
    first = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    row = np.arange(int(first[-1])) - np.repeat(first[:-1], count) + np.repeat(start, count)
    return row, first


def _scaled(lonlat: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(np.nan_to_num(lonlat) * 1e7).astype(np.int32)
