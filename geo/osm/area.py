"""The area that roads are cut to: the polygons of a GeoJSON file, also across the 180th meridian."""

from pathlib import Path

import numpy as np
import shapely
from shapely import affinity

from geo.source import BuildError

_TURN = 360.0


def read_area(path: Path) -> shapely.Geometry:
    """The polygons of a GeoJSON file as one geometry in degrees, longitudes from -180 to 180. Raises BuildError if it
    holds none.

    Across the 180th meridian longitudes may go on beyond 180 (or below -180), begin anew, or the polygon be cut there:
    a side of more than half the earth is one across it.
    """
    try:
        shape = shapely.from_geojson(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, shapely.errors.ShapelyError) as error:
        raise BuildError(f"{path} cannot be read as GeoJSON: {error}") from error
    parts = [_whole(part) for part in _flat(shape) if isinstance(part, shapely.Polygon) and part.area > 0]
    if not parts or not all(part.is_valid and _is_on_earth(part) for part in parts):
        raise BuildError(f"{path} takes a GeoJSON polygon (lon, lat in degrees) that does not cross itself")
    return shapely.union_all([piece for part in parts for piece in _within_a_turn(part)])


def _flat(shape: shapely.Geometry | None) -> list[shapely.Geometry]:
    if isinstance(shape, shapely.geometry.base.BaseMultipartGeometry):
        return [part for inner in shape.geoms for part in _flat(inner)]
    return [] if shape is None else [shape]


def _whole(part: shapely.Polygon) -> shapely.Polygon:
    """A polygon whose longitudes go on where they began anew; one from -180 to 180 goes round the earth."""
    rings = [np.asarray(ring.coords)[:, :2] for ring in (part.exterior, *part.interiors)]
    steps = np.abs(np.concatenate([np.diff(ring[:, 0]) for ring in rings]))
    if not ((steps > _TURN / 2) & (steps < _TURN)).any():
        return part
    west = rings[0][0, 0]
    shell, *holes = (
        np.column_stack((np.unwrap(np.append(west, ring[:, 0]), period=_TURN)[1:], ring[:, 1])) for ring in rings
    )
    return shapely.Polygon(shell, holes)


def _is_on_earth(part: shapely.Polygon) -> bool:
    west, south, east, north = part.bounds
    return max(-west, east) < 2 * _TURN and east - west <= _TURN and max(-south, north) <= 90.0


def _within_a_turn(part: shapely.Polygon) -> list[shapely.Geometry]:
    """The pieces of a polygon with their longitudes from -180 to 180."""
    found: list[shapely.Geometry] = []
    for turn in (-2, -1, 0, 1, 2):
        middle = turn * _TURN
        piece = shapely.intersection(part, shapely.box(middle - _TURN / 2, -90.0, middle + _TURN / 2, 90.0))
        if piece.area > 0:
            found.append(affinity.translate(piece, xoff=-middle))
    return found
