"""Whose area a point lies in: named polygons of a GeoJSON file, each with its region and its province."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import shapely
from shapely.geometry import shape

from geo.point import Point
from geo.territory import Area


class AreaFileError(ValueError):
    """A file of areas that cannot be used; the message says what to do."""


class Areas(Protocol):
    """Whose area is where, and what is known of an area."""

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of all."""
        ...

    def find(self, name: str) -> Area | None:
        """The area of this name, or None where there is none."""
        ...


class PolygonAreas:
    """Areas with their polygons; where they overlap, the first of the file counts."""

    def __init__(self, areas: Sequence[Area], shapes: Sequence[shapely.Geometry]) -> None:
        self._names = [area.name for area in areas]
        self._areas = {area.name: area for area in areas}
        self._tree = shapely.STRtree(list(shapes))

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of all."""
        found = self._tree.query(shapely.Point(point.lon, point.lat), predicate="intersects")
        return self._names[min(found)] if len(found) else None

    def find(self, name: str) -> Area | None:
        """The area of this name, or None where there is none."""
        return self._areas.get(name)


def read_areas(path: Path) -> PolygonAreas:
    """The areas of a GeoJSON FeatureCollection; each feature's property `area` names it, `region` and `province` say
    what it belongs to: without them it is a region by itself, in a province that nobody knows. Raises AreaFileError if
    the file is no such collection, or says two things of one area.
    """
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        found = [(_area(feature["properties"]), shape(feature["geometry"])) for feature in features]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        raise AreaFileError(
            f"{path} is no GeoJSON FeatureCollection whose features have the property area: {error!r}"
        ) from error
    if not found or not all(geometry.is_valid and geometry.area > 0 for _, geometry in found):
        raise AreaFileError(f"{path}: every feature takes a valid polygon, and there is at least one")
    known: dict[str, Area] = {}
    for area, _ in found:
        if known.setdefault(area.name, area) != area:
            raise AreaFileError(f"{path}: all features of the area {area.name} take the same region and province")
    return PolygonAreas([area for area, _ in found], [geometry for _, geometry in found])


def _area(properties: Mapping[str, Any]) -> Area:
    name, region, province = (properties["area"], properties.get("region"), properties.get("province"))
    return Area(str(name), str(region or name), str(province) if province else None)
