"""Whose area a point lies in: named polygons of a GeoJSON file, or the sample region's villages."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import shape

from geo.point import M_PER_DEGREE, Point
from geo.sample import list_villages

_NEAR_M = 6_000.0  # villages of the region lie closer than this to any of its points


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
    """The areas of a GeoJSON FeatureCollection; each feature's property `area` names it.

    Raises:
        AreaFileError: if the file is no such collection.
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


class VillageAreas:
    """The sample region: a point belongs to the city or district of its nearest village."""

    def __init__(self) -> None:
        villages = list_villages()
        self._names = [village.agency for village in villages]
        self._scale = np.cos(np.radians(np.mean([village.point.lat for village in villages])))
        self._tree = cKDTree([self._metres(village.point) for village in villages])

    def _metres(self, point: Point) -> tuple[float, float]:
        return point.lon * M_PER_DEGREE * self._scale, point.lat * M_PER_DEGREE

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of the region."""
        distance_m, nearest = self._tree.query(self._metres(point), distance_upper_bound=_NEAR_M)
        return self._names[int(nearest)] if np.isfinite(distance_m) else None


@cache
def sample_areas() -> VillageAreas:
    """The areas of the sample region, made once."""
    return VillageAreas()
