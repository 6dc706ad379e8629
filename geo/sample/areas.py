"""Whose area a point of the sample region lies in: that of the nearest village. All of them are one region."""

from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from geo.point import M_PER_DEGREE, Point
from geo.sample.facts import list_villages
from geo.territory import Area

REGION, PROVINCE = "tangerang-raya", "banten"
_NEAR_M = 6_000.0  # villages of the region lie closer than this to any of its points


class VillageAreas:
    """The sample region: a point belongs to the city or district of its nearest village."""

    def __init__(self) -> None:
        villages = list_villages()
        self._names = [village.agency for village in villages]
        self._areas = {name: Area(name, REGION, PROVINCE) for name in self._names}
        self._scale = np.cos(np.radians(np.mean([village.point.lat for village in villages])))
        self._tree = cKDTree([self._metres(village.point) for village in villages])

    def _metres(self, point: Point) -> tuple[float, float]:
        return point.lon * M_PER_DEGREE * self._scale, point.lat * M_PER_DEGREE

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of the region."""
        distance_m, nearest = self._tree.query(self._metres(point), distance_upper_bound=_NEAR_M)
        return self._names[int(nearest)] if np.isfinite(distance_m) else None

    def find(self, name: str) -> Area | None:
        """The area of this name, or None where there is none."""
        return self._areas.get(name)


@cache
def sample_areas() -> VillageAreas:
    """The areas of the sample region, made once."""
    return VillageAreas()
