"""How fast one drives: the pace by class of road and surroundings, what the data allows, and the kinds of trip.

A limit is an upper bound, never the pace: PP 79/2013 art. 23 and Permenhub 111/2015 have 60 to 100 km/h on toll roads,
80 between cities, 50 in towns and 30 where people live, and in town nobody drives as fast as he may. PACES are of a road
without other traffic. Main roads lie under those limits and under the base free-flow speeds of light vehicles in the
manual MKJI 1997 (in town 57 km/h on four divided lanes and 44 on two; between towns 78 and 68; motorways 88), less about
a tenth for what goes on beside the road; toll roads, trunk roads in town, links, streets and alleys are this project's
estimate. What the hour makes of it is in geo.roads.traffic; what turns, bends and lights cost in geo.roads.turning.
`python -m bench.pace` holds the whole beside Valhalla (docs/roads.md).

`hearse` follows R25: 40 km/h in town, 80 outside; `siren` is this project's estimate of a quarter faster, up to 100 at
most, and half the wait at lights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.osm.access import MODES
from geo.osm.tags import ROAD_CLASSES
from geo.source import SLOWEST_KPH

METRICS = MODES
# km/h by class of road: in town, and outside.
PACES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "motorway": (90.0, 100.0),
        "motorway_link": (55.0, 65.0),
        "trunk": (60.0, 75.0),
        "trunk_link": (45.0, 50.0),
        "primary": (50.0, 70.0),
        "primary_link": (40.0, 50.0),
        "secondary": (45.0, 60.0),
        "secondary_link": (35.0, 45.0),
        "tertiary": (40.0, 50.0),
        "tertiary_link": (35.0, 40.0),
        "unclassified": (35.0, 40.0),
        "residential": (30.0, 30.0),
        "living_street": (12.0, 12.0),
        "service": (15.0, 15.0),
        "road": (25.0, 30.0),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How fast a kind of vehicle drives at most, in town and on open roads: km/h."""

    town_kph: float
    open_kph: float


HEARSE_CAPS = Caps(town_kph=40.0, open_kph=80.0)  # those that a network is built with
_SIREN_WAITS = 0.5
_OUT_OF_TOWN = frozenset({"motorway", "motorway_link", "trunk"})


def pace_kph(
    class_index: NDArray[np.uint8],
    in_town: NDArray[np.bool_],
    share: NDArray[np.float64],
    limit_kph: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How fast a car drives on each edge (m,), km/h: a share of the pace of its class and surroundings, never above its
    limit (infinite where there is none).
    """
    paces = np.array([PACES[name] for name in ROAD_CLASSES])[class_index]
    kph = np.minimum(np.where(in_town, paces[:, 0], paces[:, 1]) * share, limit_kph)
    return np.maximum(kph, SLOWEST_KPH)


def weights_ms(
    metric: str,
    length_m: NDArray[np.float64],
    class_index: NDArray[np.uint8],
    car_kph: NDArray[np.float64],
    wait_ms: NDArray[np.int64],
    bend_ms: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Travel time of each edge (m,) in whole milliseconds, at least 1: at a car's pace, with the wait at its lights and
    what its bends cost. Raises ValueError for an unknown metric.
    """
    waits = 1.0
    match metric:
        case "car":
            kph = car_kph
        case "siren":
            kph = np.maximum(car_kph, np.minimum(car_kph * 1.25, 100.0))
            waits = _SIREN_WAITS
        case "hearse":
            kph = np.minimum(car_kph, cap_kph(class_index, HEARSE_CAPS))
        case _:
            raise ValueError(f"unknown metric {metric!r}: there are {', '.join(METRICS)}")
    return (ms_at(kph, length_m) + np.rint(wait_ms * waits) + bend_ms).astype(np.int32)


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
