"""How fast one drives on each class of road, by surroundings and kind of vehicle: each figure with its source, or
called an estimate.

A limit that the data tells is what one drives at most, never the pace: a street with a sign is no faster than one
without. The law's limits (PP 79/2013 art. 23, PM 111/2015 art. 3) are toll roads 60 to 100 km/h, roads between cities
80, in built-up areas 50, where people live 30. The paces are those of a road without other traffic: what the hour makes
of them is in geo.roads.traffic, what turns, bends and lights cost in geo.roads.turning. `python -m bench.pace` holds
the whole beside Valhalla. `hearse` follows R25: 40 km/h in town, 80 outside; `siren` is this project's estimate of a
quarter faster, up to 100 at most, and half the wait at lights.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isnan
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.osm.access import MODES
from geo.osm.tags import FERRY, ROAD_CLASSES, road_class, words_of
from geo.source import SLOWEST_KPH

ESTIMATE = "estimate"
# Base free-flow speeds of light vehicles: in town 57 km/h on four divided lanes and 44 on two, between towns 78 and 68;
# less about a tenth for what goes on beside the road, and within the limit.
MKJI = "MKJI 1997, less a tenth"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one drives in town and outside, in km/h, and whence that is known."""

    town_kph: float
    open_kph: float
    source: str


# By value of `highway`: the classes of roads, and what is driven only where a word says so (geo.osm.tags.BY_WORD),
# among walkers at little more than their pace.
PACES: Mapping[str, Pace] = MappingProxyType(
    {
        "motorway": Pace(90.0, 100.0, ESTIMATE),
        "motorway_link": Pace(55.0, 65.0, ESTIMATE),
        "trunk": Pace(60.0, 75.0, ESTIMATE),
        "trunk_link": Pace(45.0, 50.0, ESTIMATE),
        "primary": Pace(50.0, 70.0, MKJI),
        "primary_link": Pace(40.0, 50.0, ESTIMATE),
        "secondary": Pace(45.0, 60.0, MKJI),
        "secondary_link": Pace(35.0, 45.0, ESTIMATE),
        "tertiary": Pace(40.0, 50.0, MKJI),
        "tertiary_link": Pace(35.0, 40.0, ESTIMATE),
        "unclassified": Pace(35.0, 40.0, ESTIMATE),
        "residential": Pace(30.0, 30.0, "PM 111/2015 art. 3"),
        "living_street": Pace(12.0, 12.0, ESTIMATE),
        "service": Pace(15.0, 15.0, "OSRM, profiles/car.lua"),
        "road": Pace(25.0, 30.0, ESTIMATE),
        "ferry": Pace(15.0, 15.0, ESTIMATE),
        "track": Pace(12.0, 12.0, ESTIMATE),
        "busway": Pace(30.0, 30.0, ESTIMATE),
        "pedestrian": Pace(6.0, 6.0, ESTIMATE),
        "path": Pace(6.0, 6.0, ESTIMATE),
        "footway": Pace(6.0, 6.0, ESTIMATE),
        "cycleway": Pace(6.0, 6.0, ESTIMATE),
        "bridleway": Pace(6.0, 6.0, ESTIMATE),
    }
)


@dataclass(frozen=True, slots=True)
class Slowing:
    """At most so many km/h, and so much of the pace of the class, which lies below most of these."""

    most_kph: float
    share: float


# By key and value of what is said of a way. The km/h are those of OSRM (profiles/car.lua, BSD-2-Clause), 5 for what it
# does not drive; the shares are estimates, and so is what a value is like that OSRM does not know.
SLOWINGS: Mapping[str, Mapping[str, Slowing]] = MappingProxyType(
    {
        "surface": dict.fromkeys(
            (
                *("unpaved", "gravel", "ground", "dirt", "grass", "pebblestone", "wood", "shells", "woodchips"),
                *("laterite", "tartan", "artificial_turf"),
            ),
            Slowing(40.0, 0.7),
        )
        | dict.fromkeys(("cement", "compacted", "fine_gravel"), Slowing(80.0, 1.0))
        | dict.fromkeys(("paving_stones", "bricks", "brick", "metal", "metal_grid", "tiles"), Slowing(60.0, 1.0))
        | dict.fromkeys(("sett", "cobblestone:flattened", "grass_paver"), Slowing(40.0, 0.8))
        | dict.fromkeys(("cobblestone", "unhewn_cobblestone"), Slowing(30.0, 0.7))
        | {"clay": Slowing(30.0, 0.7), "mud": Slowing(10.0, 0.5)}
        | dict.fromkeys(("earth", "soil"), Slowing(20.0, 0.7))
        | dict.fromkeys(("stone", "rocky", "rock", "rocks", "bare_rock", "stepping_stones"), Slowing(20.0, 0.5))
        | {"sand": Slowing(20.0, 0.5)},
        "smoothness": {
            "bad": Slowing(40.0, 0.7),
            "very_bad": Slowing(20.0, 0.5),
            "horrible": Slowing(10.0, 0.3),
            "very_horrible": Slowing(5.0, 0.2),
            "impassable": Slowing(5.0, 0.1),
        },
        "tracktype": {
            "grade1": Slowing(60.0, 1.0),
            "grade2": Slowing(40.0, 0.9),
            "grade3": Slowing(30.0, 0.7),
            "grade4": Slowing(25.0, 0.6),
            "grade5": Slowing(20.0, 0.5),
        },
        "service": dict.fromkeys(("alley", "driveway", "parking_aisle", "drive-through"), Slowing(15.0, 0.7)),
    }
)
# km/h by number of the class: in town, and outside.
CLASS_KPH = np.array([(PACES[name].town_kph, PACES[name].open_kph) for name in ROAD_CLASSES])

METRICS = MODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How fast a kind of vehicle drives at most, in town and on open roads: km/h."""

    town_kph: float
    open_kph: float


HEARSE_CAPS = Caps(town_kph=40.0, open_kph=80.0)  # those that a network is built with
_SIREN_WAITS = 0.5
_OUT_OF_TOWN = frozenset({"motorway", "motorway_link", "trunk"})


def pace_kph(highway: str, limit_kph: float, slowing: Iterable[tuple[str, str]] = (), *, in_town: bool) -> float:
    """How fast one drives on a way by its `highway`, its limit (NaN for none) and what slows it down, key and value: of
    a list of values the worst.
    """
    known = PACES.get(highway, PACES[road_class(highway)])
    pace = known.town_kph if in_town else known.open_kph
    slow = [
        SLOWINGS[key][value] for key, values in slowing for value in words_of(values) if value in SLOWINGS.get(key, {})
    ]
    kph = min((one.most_kph for one in slow), default=pace)
    kph = min(kph, pace * min((one.share for one in slow), default=1.0))
    return max(SLOWEST_KPH, kph if isnan(limit_kph) else min(kph, limit_kph))


def weights_ms(
    metric: str,
    length_m: NDArray[np.float64],
    class_index: NDArray[np.uint8],
    car_kph: NDArray[np.float64],
    *,
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
            faster = np.maximum(car_kph, np.minimum(car_kph * 1.25, 100.0))
            kph = np.where(is_ferry(class_index), car_kph, faster)
            waits = _SIREN_WAITS
        case "hearse":
            kph = np.minimum(car_kph, cap_kph(class_index, HEARSE_CAPS))
        case _:
            raise ValueError(f"unknown metric {metric!r}: there are {', '.join(METRICS)}")
    found: NDArray[np.int32] = ms_at(kph, length_m)
    found += np.rint(wait_ms * waits).astype(np.int32) + bend_ms.astype(np.int32)
    return found


def bits(marks: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Marks of edges by metric (M, metrics) as one number each: bit i stands for METRICS[i]."""
    return np.packbits(marks, axis=1, bitorder="little").reshape(-1)


def has_bit(of_edge: NDArray[np.uint8], metric: str) -> NDArray[np.bool_]:
    """Which edges (M,) have the mark of a metric."""
    marked: NDArray[np.bool_] = of_edge & np.uint8(1 << METRICS.index(metric)) != 0
    return marked


def cap_kph(class_index: NDArray[np.uint8], caps: Caps) -> NDArray[np.float64]:
    """The cap of each edge: (M,) km/h, infinite on a ferry."""
    by_class = [
        inf if name == FERRY else caps.open_kph if name in _OUT_OF_TOWN else caps.town_kph for name in ROAD_CLASSES
    ]
    return np.array(by_class)[class_index]


def is_ferry(class_index: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which edges (M,) are ferries: these are as fast for all, at every hour."""
    marks: NDArray[np.bool_] = class_index == ROAD_CLASSES.index(FERRY)
    return marks


def ms_at(kph: NDArray[np.float64], length_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """Travel time of each edge at a speed, in whole milliseconds, at least 1."""
    return np.maximum(1, np.rint(length_m / (kph / 3.6) * 1000.0)).astype(np.int32)
