"""A point on the earth, and the straight-line distance between two."""

from dataclasses import dataclass
from math import isfinite, pi

from geopy.distance import great_circle

EARTH_M = 6_371_009.0  # the mean radius that geopy's great circle takes
M_PER_DEGREE = EARTH_M * pi / 180.0
# West, south, east, north in degrees.
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A WGS 84 position in degrees. Raises ValueError if either value is not a finite number in its range."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lon) and -180.0 <= self.lon <= 180.0):
            raise ValueError(f"lon {self.lon} is not a longitude: it lies between -180 and 180 degrees")
        if not (isfinite(self.lat) and -90.0 <= self.lat <= 90.0):
            raise ValueError(f"lat {self.lat} is not a latitude: it lies between -90 and 90 degrees")


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (geopy, mean earth radius 6371.009 km)."""
    return float(great_circle((a.lat, a.lon), (b.lat, b.lon)).meters)
