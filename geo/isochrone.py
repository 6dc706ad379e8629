"""What can be reached in time, as areas: from one position, and from the nearest of many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.ground import Field, Ground
from geo.reach import FAR, Reach

# In cells: smaller spots and holes are below what the grid can tell, and borders keep their course to this width.
_SPECK = 1.0
_SIMPLIFY = 0.3
_OUTSIDE_S = 1e9


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
    the road on one goes at geo.ground.OFF_ROAD_KPH. The areas are valid, a larger limit contains a smaller one, and an
    area may be empty. They are true to about two cells. Raises ValueError for a limit that is no number of minutes.
    """
    limits = _limits(minutes)
    found = _areas(ground, ground.field(reach, ground.times(reach), most_s=limits[-1] * 60.0), limits)
    return [_to_degrees(ground, found[limit]) for limit in minutes]


def coverage(ground: Ground, reach: Reach, minutes: Sequence[float]) -> Coverage:
    """How soon the ground of all roads is reached, in bands between the limits. Raises ValueError as `isochrone`."""
    limits = _limits(minutes)
    place_ms = ground.times(reach)
    found = _areas(ground, ground.field(reach, place_ms, most_s=limits[-1] * 60.0), limits)
    whole = shapely.union(_areas(ground, ground.whole, [np.inf])[np.inf], found[limits[-1]])
    rings = [shapely.difference(found[more], found[less]) for less, more in pairwise(limits)]
    spans = [*zip([0.0, *limits], [*limits, None], strict=True)]
    areas = [found[limits[0]], *rings, shapely.difference(whole, found[limits[-1]])]
    reached = place_ms < FAR
    all_m = float(ground.piece_m.sum())
    last = int(np.argmax(np.where(reached, place_ms, -1)))
    return Coverage(
        bands=tuple(
            Band(from_minutes=start, to_minutes=end, area=_to_degrees(ground, _polygons(area)))
            for (start, end), area in zip(spans, areas, strict=True)
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


def _areas(ground: Ground, field: Field, limits: Sequence[float]) -> dict[float, MultiPolygon]:
    """The areas of rising limits in columns and rows of the whole grid, each within the next."""
    found: dict[float, MultiPolygon] = {}
    smaller = MultiPolygon()
    beyond_s = (field.off_cells - ground.off_cells) * ground.cell_s
    for limit in limits:
        # Below nothing inside; both parts rise by no more than a cell's time from cell to cell.
        over_s = np.maximum(field.time_s - limit * 60.0, beyond_s) if limit < np.inf else beyond_s
        area = _contoured(np.minimum(over_s, _OUTSIDE_S))
        area = shapely.transform(area, lambda at: at + (field.column, field.row))
        smaller = found[limit] = _polygons(shapely.union(area, smaller))
    return found


def _contoured(over: NDArray[np.float64]) -> MultiPolygon:
    """Where the field is at most 0, in its own columns and rows."""
    lines = contourpy.contour_generator(z=over, fill_type=contourpy.FillType.OuterOffset).filled(-np.inf, 0.0)
    kept = []
    for points, offsets in zip(*lines, strict=True):
        rings = [points[start:end] for start, end in pairwise(offsets)]
        large = [ring for ring in rings if _square(ring) >= _SPECK]
        if large and large[0] is rings[0]:
            kept.append(shapely.Polygon(large[0], large[1:]))
    return _polygons(shapely.make_valid(shapely.simplify(MultiPolygon(kept), _SIMPLIFY)))


def _square(ring: NDArray[np.float64]) -> float:
    x, y = ring[:-1, 0] - ring[0, 0], ring[:-1, 1] - ring[0, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0


def _polygons(geometry: shapely.Geometry) -> MultiPolygon:
    """The polygons of a geometry, without lines and points where its parts only touch."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return MultiPolygon([part for part in parts.tolist() if part.geom_type == "Polygon" and not part.is_empty])


def _to_degrees(ground: Ground, area: MultiPolygon) -> MultiPolygon:
    turned = shapely.transform(area, ground.degrees)
    return turned if turned.is_valid else _polygons(shapely.make_valid(turned))
