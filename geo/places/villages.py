"""In which village a position lies: by the areas that are known, else by the nearest name."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.osm.features import PlaceKind, PlaceLabel
from geo.point import M_PER_DEGREE

# Villages in Indonesia's towns are a kilometre or two across; from farther away a name says nothing.
_NEAR_M = 3_000.0
_VILLAGES = (PlaceKind.VILLAGE, PlaceKind.HAMLET)


class Villages:
    """The villages of a region. A position outside of all areas belongs to the nearest name within three kilometres."""

    def __init__(self, labels: Sequence[PlaceLabel]) -> None:
        found = [label for label in labels if label.kind in _VILLAGES]
        # Where there are villages, the hamlets in them are not asked.
        self.labels = [label for label in found if label.kind is PlaceKind.VILLAGE] or found
        self._with_area = [row for row, label in enumerate(self.labels) if label.shape is not None]
        self._areas = shapely.STRtree([label.shape for label in self.labels if label.shape is not None])
        lat = [label.point.lat for label in self.labels]
        self._scale = float(np.cos(np.radians(np.mean(lat)))) if lat else 1.0
        at = np.array([(label.point.lon, label.point.lat) for label in self.labels]).reshape(-1, 2)
        self._names = cKDTree(self._metres(at)) if lat else None

    def find(self, lonlat: NDArray[Any]) -> NDArray[np.int64]:
        """For n positions (n, 2) in degrees the row of `labels`, or -1."""
        village = np.full(len(lonlat), -1, np.int64)
        if self._names is None or not len(lonlat):
            return village
        metres, row = self._names.query(self._metres(np.asarray(lonlat)), distance_upper_bound=_NEAR_M)
        village = np.where(np.isfinite(metres), row, -1)
        asked, area = self._areas.query(shapely.points(lonlat), predicate="intersects")
        # Of areas that overlap the first counts.
        village[asked[::-1]] = np.array(self._with_area, np.int64)[area[::-1]]
        return village

    def _metres(self, lonlat: NDArray[Any]) -> NDArray[Any]:
        return lonlat * (M_PER_DEGREE * self._scale, M_PER_DEGREE)
