"""Where a crew goes on foot, and the water that is not crossed on the way to a door: arrays of the network file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# The foot profiles of OSRM (foot.lua) and GraphHopper (FootAverageSpeedParser) walk 5 km/h; GraphHopper takes 3 on
# steps.
WALK_KPH, STEPS_KPH = 5.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footways:
    """F ways that are walked both ways, streets among them, between W nodes where they meet.

    node_lon, node_lat: (W,) int32 of 1e-7 degrees. tail, head: (F,) int32 nodes. length_m: (F,) float64. ms: (F,)
    int32, what walking takes. shape_start: (F+1,) int64 into shape_lon, shape_lat, int32 of 1e-7 degrees, from tail to
    head. water_start: (R+1,) int64 into water_lon, water_lat, alike: banks and middles of R wide waters.
    """

    node_lon: NDArray[np.int32]
    node_lat: NDArray[np.int32]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    ms: NDArray[np.int32]
    shape_start: NDArray[np.int64]
    shape_lon: NDArray[np.int32]
    shape_lat: NDArray[np.int32]
    water_start: NDArray[np.int64]
    water_lon: NDArray[np.int32]
    water_lat: NDArray[np.int32]


def no_footways() -> Footways:
    """Those of a source that knows streets alone."""
    none, start = np.zeros(0, np.int32), np.zeros(1, np.int64)
    return Footways(
        node_lon=none,
        node_lat=none,
        tail=none,
        head=none,
        length_m=np.zeros(0),
        ms=none,
        shape_start=start,
        shape_lon=none,
        shape_lat=none,
        water_start=start,
        water_lon=none,
        water_lat=none,
    )
