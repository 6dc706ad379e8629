"""Whether a road lies in town: where there is much road around it."""

import numpy as np
from numpy.typing import NDArray

from geo.point import M_PER_DEGREE

# So many km of road a square km are a town: this project's estimate, at the middle of what roads of Porto's region have
# around them.
TOWN_KM_PER_KM2 = 9.0
_CELL_M = 500.0
_REACH = 2  # cells to each side: a square of 2.5 km

_Floats = NDArray[np.float64]


def in_town(lon: _Floats, lat: _Floats, road_m: _Floats) -> NDArray[np.bool_]:
    """Which roads (m,), given by a point of each in degrees and its metres (a street with two directions counts once),
    have more than TOWN_KM_PER_KM2 around them.
    """
    x = lon * np.cos(np.radians(np.median(lat))) * M_PER_DEGREE
    column = np.floor((x - x.min()) / _CELL_M).astype(np.int64) + _REACH
    row = np.floor((lat - lat.min()) * M_PER_DEGREE / _CELL_M).astype(np.int64) + _REACH
    wide = int(row.max()) + _REACH + 1
    keys, number = np.unique(column * wide + row, return_inverse=True)
    number = number.reshape(-1)
    metres = np.bincount(number, weights=road_m)
    around = np.zeros(len(keys))
    for east in range(-_REACH, _REACH + 1):
        for north in range(-_REACH, _REACH + 1):
            wanted = keys + east * wide + north
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            around += np.where(keys[at] == wanted, metres[at], 0.0)
    square_km = ((2 * _REACH + 1) * _CELL_M / 1_000.0) ** 2
    found: NDArray[np.bool_] = around[number] / 1_000.0 / square_km > TOWN_KM_PER_KM2
    return found
