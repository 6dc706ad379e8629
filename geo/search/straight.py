"""Travel times without roads: the straight line, lengthened by a factor, at a mean speed. Always labelled as such."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.point import EARTH_M

# This project's choices. On the network of Jakarta, quickest ways are 1.6 (2-5 km) to 1.43 (10-30 km) times as long
# as the straight line (medians); lengthened by 1.4, straight lines of 2-5 km are driven at 25 km/h, longer ones faster.
DETOUR = 1.4
SPEED_KPH: Mapping[str, float] = MappingProxyType({"car": 25.0, "siren": 32.0, "hearse": 25.0})


def straight_distance_m(
    lon: float, lat: float, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle metres from n positions (n,), (n,) to one point, times DETOUR."""
    phi, phis = np.radians(lat), np.radians(lats)
    half = np.sin((phis - phi) / 2) ** 2 + np.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    metres: NDArray[np.float64] = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))) * DETOUR
    return metres


def straight_travel_s(distance_m: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Seconds for lengthened distances (n,) under a metric. Raises KeyError for an unknown one."""
    return distance_m / (SPEED_KPH[metric] / 3.6)
