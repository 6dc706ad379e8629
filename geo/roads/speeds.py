"""How fast one drives on each class of road, by kind of vehicle, where the data does not say.

Sources: PP 79/2013 art. 23 and Permenhub 111/2015 give the limits: toll roads 60-100 km/h, roads between cities 80,
in built-up areas 50, in residential areas 30. The values by OSM class (geo.osm.tags) lie under those limits, as traffic
in a city does; they are this project's own estimate. `hearse` follows R25: 40 km/h in town, 80 outside; `siren` is this
project's estimate of a quarter faster, up to 100 at most.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.osm.access import MODES
from geo.osm.tags import ROAD_CLASSES, SPEED_KPH

METRICS = MODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How fast a kind of vehicle drives at most, in town and on open roads: km/h."""

    town_kph: float
    open_kph: float


HEARSE_CAPS = Caps(town_kph=40.0, open_kph=80.0)  # those that a network is built with
_OUT_OF_TOWN = frozenset({"motorway", "motorway_link", "trunk"})


def weights_ms(
    metric: str, length_m: NDArray[np.float64], class_index: NDArray[np.uint8], speed_kph: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Travel time of each edge in whole milliseconds, at least 1.

    `speed_kph` is what the data says, NaN where it says nothing. Raises ValueError for an unknown metric.
    """
    car_kph = np.where(np.isnan(speed_kph), np.array([*SPEED_KPH.values()])[class_index], speed_kph)
    match metric:
        case "car":
            kph = car_kph
        case "siren":
            kph = np.maximum(car_kph, np.minimum(car_kph * 1.25, 100.0))
        case "hearse":
            kph = np.minimum(car_kph, cap_kph(class_index, HEARSE_CAPS))
        case _:
            raise ValueError(f"unknown metric {metric!r}: there are {', '.join(METRICS)}")
    return ms_at(kph, length_m)


def bits(marks: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Marks of edges by metric (M, metrics) as one number each: bit i stands for METRICS[i]."""
    return np.packbits(marks, axis=1, bitorder="little").reshape(-1)


def has_bit(of_edge: NDArray[np.uint8], metric: str) -> NDArray[np.bool_]:
    """Which edges (M,) have the mark of a metric."""
    marked: NDArray[np.bool_] = of_edge & np.uint8(1 << METRICS.index(metric)) != 0
    return marked


def cap_kph(class_index: NDArray[np.uint8], caps: Caps) -> NDArray[np.float64]:
    """The cap of each edge: (M,) km/h."""
    outside = np.array([name in _OUT_OF_TOWN for name in ROAD_CLASSES])
    return np.where(outside[class_index], caps.open_kph, caps.town_kph)


def ms_at(kph: NDArray[np.float64], length_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """Travel time of each edge at a speed, in whole milliseconds, at least 1."""
    return np.maximum(1, np.rint(length_m / (kph / 3.6) * 1000.0)).astype(np.int32)
