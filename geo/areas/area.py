"""Whose area a point lies in: named polygons of a GeoJSON file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import shapely
from shapely.geometry import shape

from geo.point import Point


class AreaFileError(ValueError):
    """A file of areas that cannot be used; the message says what to do."""


class Areas(Protocol):
    """Whose area is where."""

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of all."""
        ...


class PolygonAreas:
    """Named polygons; where they overlap, the first of the file counts."""

    def __init__(self, names: Sequence[str], shapes: Sequence[shapely.Geometry]) -> None:
        self._names = list(names)
        self._tree = shapely.STRtree(list(shapes))

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of all."""
        found = self._tree.query(shapely.Point(point.lon, point.lat), predicate="intersects")
        return self._names[min(found)] if len(found) else None


def read_areas(path: Path) -> PolygonAreas:
    """The areas of a GeoJSON FeatureCollection; each feature's property `area` names it. Raises AreaFileError if the
    file is no such collection.
    """
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        named = [(str(feature["properties"]["area"]), shape(feature["geometry"])) for feature in features]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        raise AreaFileError(
            f"{path} is no GeoJSON FeatureCollection whose features have the property area: {error!r}"
        ) from error
    if not named or not all(geometry.is_valid and geometry.area > 0 for _, geometry in named):
        raise AreaFileError(f"{path}: every feature takes a valid polygon, and there is at least one")
    return PolygonAreas([name for name, _ in named], [geometry for _, geometry in named])
