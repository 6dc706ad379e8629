"""How long ferries take, by piece of road and direction: the crossing, and the wait for it at its quay.

A crossing takes the `duration` of its way (the wiki's page Key:duration: without any wait), each piece of it by its
length; where nothing is said that can be believed, it goes at the pace of geo.roads.speeds.
"""

from collections import Counter
from itertools import pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray

from geo.osm.read import OsmRoads
from geo.osm.tags import FERRY
from geo.point import Point, distance_m
from geo.roads.cut import Cut
from geo.roads.speeds import PACES

# This project's estimate: half of what lies between two departures where one leaves each half hour.
BOARDING_MS = 15 * 60_000
# What no ferry is slower or faster than, in km/h: a slip of the pen is not believed.
_SLOWEST_KPH, _FASTEST_KPH = 0.1, 100.0

_Floats = NDArray[np.float64]


class Ferries:
    """What ferries take: ms (pieces, 2) along each piece of road and against it, 0 for roads; and a report of it.

    Who comes onto one from a road waits; who changes where no road is, goes on.
    """

    def __init__(self, roads: OsmRoads, cut: Cut) -> None:
        self.report: tuple[str, ...] = ()
        self.ms = np.zeros((len(cut.start), 2), np.int64)
        ferry = np.array([way.highway == FERRY for way in roads.ways], np.bool_)[cut.way]
        if not ferry.any():
            return
        kph, why = _paces(roads, np.unique(cut.way[ferry]))
        crossing_ms = np.maximum(1, np.rint(cut.lengths_m[ferry] * 3_600.0 / kph[cut.way[ferry]])).astype(np.int64)
        ends = cut.node.reshape(2, -1)
        on_land = np.isin(ends, ends[:, ~ferry])
        self.ms[ferry] = crossing_ms[:, None] + np.where(on_land.T[ferry], BOARDING_MS, 0)
        wait = f"{BOARDING_MS // 60_000} minutes of waiting at the quay (an estimate)"
        self.report = tuple(f"{count:,} ferries take {how}, and {wait}" for how, count in sorted(why.items()))


def _paces(roads: OsmRoads, ferries: NDArray[np.int64]) -> tuple[_Floats, Counter[str]]:
    """How fast some ways are in km/h, by their durations (NaN for all others), and how many by what."""
    pace = PACES[FERRY].open_kph
    lonlat, first = roads.lonlat, np.asarray(roads.first)
    kph, why = np.full(len(roads.ways), np.nan), Counter[str]()
    for way in ferries.tolist():
        said = _length_m(lonlat[first[way] : first[way + 1]]) * 3.6 / roads.ways[way].duration_s
        believed = _SLOWEST_KPH <= said <= _FASTEST_KPH
        kph[way] = said if believed else pace
        why["their own duration" if believed else f"as long as {pace:.0f} km/h need (an estimate)"] += 1
        if not believed and not isnan(said):
            roads.left_out.add("durations of ferries that would be slower or faster than any")
    return kph, why


def _length_m(lonlat: _Floats) -> float:
    """Metres along points; NaN where it is not known where all of them are."""
    if np.isnan(lonlat).any():
        return np.nan
    points = [Point(lon=lon, lat=lat) for lon, lat in lonlat.tolist()]
    return sum(distance_m(a, b) for a, b in pairwise(points))
