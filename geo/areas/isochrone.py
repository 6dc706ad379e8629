"""What can be reached in time, as areas: from one position, and from the nearest of many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.areas.ground import Field, Ground
from geo.areas.reach import FAR, Reach

# In cells: smaller spots and holes are below what the grid can tell, and borders keep their course to this width.
_SPECK = 1.0
_SIMPLIFY = 0.5
# Corners lie on so fine a grid within a cell, so that the same corner of two fields is the same to the last bit.
_FINEST = 4096.0
_OUTSIDE_S = 1e9

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """The ground that is reached after more than from_minutes and within to_minutes; None: later or never."""

    from_minutes: float
    to_minutes: float | None
    area: MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """How soon the nearest of many is everywhere.

    bands: one for each limit and one for what is beyond the last; they cover the ground of all roads and do not
    overlap. within: for each limit the share of the length of all roads that is reached by then, in the order of the
    limits. farthest_s, farthest: the latest arrival on any road and where (lon, lat); None where no road is reached.
    unreached_m: metres of road to which nobody comes.
    """

    bands: tuple[Band, ...]
    within: tuple[tuple[float, float], ...]
    farthest_s: float | None
    farthest: tuple[float, float] | None
    unreached_m: float


def isochrone(ground: Ground, reach: Reach, minutes: Sequence[float]) -> list[MultiPolygon]:
    """The ground that is reached within each of the limits, in their order, as lon and lat in degrees.

    To the ground counts what lies within `ground.off_road_m` of a road that is reached within the greatest limit; from
    the road on one goes at ground.OFF_ROAD_KPH. The areas are valid, a larger limit contains a smaller one, and an
    area may be empty. They are true to about two cells. Raises ValueError for a limit that is no number of minutes.
    """
    limits = _limits(minutes)
    field = ground.field([reach], ground.times(reach), most_s=limits[-1] * 60.0)
    off_s = _off_s(ground, field)
    rings = _rings(field, [_over_s(field, off_s, limit) for limit in limits])
    areas = accumulate(rings, shapely.union)
    found = {limit: _to_degrees(ground, area) for limit, area in zip(limits, areas, strict=True)}
    return [found[limit] for limit in minutes]


def coverage(ground: Ground, reaches: Sequence[Reach], minutes: Sequence[float]) -> Coverage:
    """How soon the ground of all roads is reached by the soonest of these, one for each metric, in bands between the
    limits. Raises ValueError as `isochrone`."""
    limits = _limits(minutes)
    place_ms = np.minimum.reduce([ground.times(reach) for reach in reaches])
    field = ground.field(reaches, place_ms, most_s=np.inf)
    off_s = _off_s(ground, field)
    outline = np.minimum(off_s, _off_s(ground, ground.whole))
    rings = _rings(field, [*(_over_s(field, off_s, limit) for limit in limits), outline])
    all_m = float(ground.piece_m.sum())
    reached = place_ms < FAR
    last = int(np.argmax(np.where(reached, place_ms, -1)))
    return Coverage(
        bands=tuple(
            Band(from_minutes=start, to_minutes=end, area=_to_degrees(ground, ring))
            for start, end, ring in zip([0.0, *limits], [*limits, None], rings, strict=True)
        ),
        within=tuple(
            (limit, float(ground.piece_m[place_ms <= limit * 60_000.0].sum()) / all_m if all_m > 0.0 else 0.0)
            for limit in limits
        ),
        farthest_s=float(place_ms[last]) / 1000.0 if reached.any() else None,
        farthest=ground.position(last) if reached.any() else None,
        unreached_m=float(ground.piece_m[~reached].sum()),
    )


def _limits(minutes: Sequence[float]) -> list[float]:
    limits = sorted(set(minutes))
    if not limits or not all(0.0 <= limit < np.inf for limit in limits):
        raise ValueError(f"limits are minutes, at least one and each 0 or more, not {list(minutes)}")
    return limits


def _off_s(ground: Ground, field: Field) -> _Floats:
    """How far the ground is beyond the limit off the road, as a time: below nothing within it."""
    return np.minimum((field.off_cells - ground.off_cells) * ground.cell_s, _OUTSIDE_S)


def _over_s(field: Field, off_s: _Floats, limit: float) -> _Floats:
    """How much too late or too far off the ground is. Both rise by a cell's time from cell to cell at the most."""
    return np.maximum(np.minimum(field.time_s - limit * 60.0, _OUTSIDE_S), off_s)


def _rings(field: Field, over: Sequence[_Floats]) -> list[shapely.Geometry]:
    """Where falling fields are at most 0, of each what the one before has not, in columns and rows of the whole grid.

    Borders that are the same in several fields are so to the last bit, and all of them are made simpler together: no
    slivers are left between the rings.
    """
    areas = [_contoured(field, one) for one in over]
    rings = [areas[0], *(_polygons(shapely.difference(more, less)) for less, more in pairwise(areas))]
    return without_overlap(list(shapely.coverage_simplify(rings, _SIMPLIFY)))


def without_overlap(rings: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The same where their borders fit; else the first keeps the slivers that several claim."""
    if shapely.coverage_is_valid(rings):
        return rings
    whole = [*accumulate(rings, shapely.union)]
    return [rings[0], *(_polygons(shapely.difference(more, less)) for less, more in pairwise(whole))]


def _contoured(field: Field, over: _Floats) -> MultiPolygon:
    rows, columns = over.shape
    lines = contourpy.contour_generator(
        x=np.arange(field.column, field.column + columns, dtype=np.float64),
        y=np.arange(field.row, field.row + rows, dtype=np.float64),
        z=over,
        fill_type=contourpy.FillType.OuterOffset,
    ).filled(-np.inf, 0.0)
    kept = []
    for points, offsets in zip(*lines, strict=True):
        corners = np.round(points * _FINEST) / _FINEST
        outer, *holes = [corners[start:end] for start, end in pairwise(offsets)]
        if _square(outer) >= _SPECK:
            kept.append(shapely.Polygon(outer, [hole for hole in holes if _square(hole) >= _SPECK]))
    return _valid(MultiPolygon(kept))


def _square(ring: _Floats) -> float:
    """The area of a closed ring (n, 2)."""
    x, y = (ring - ring[0]).T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:]))) / 2.0


def _valid(geometry: shapely.Geometry) -> MultiPolygon:
    if not shapely.is_valid(geometry):
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    return _polygons(geometry)


def _polygons(geometry: shapely.Geometry) -> MultiPolygon:
    """The polygons of a geometry, without lines and points where its parts only touch."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return MultiPolygon([part for part in parts.tolist() if part.geom_type == "Polygon" and not part.is_empty])


def _to_degrees(ground: Ground, area: shapely.Geometry) -> MultiPolygon:
    return _valid(shapely.transform(area, ground.degrees))
