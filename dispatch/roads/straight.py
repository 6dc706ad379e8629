"""Travel times where no road network is loaded: straight lines with a detour factor, said so in every answer."""

from collections.abc import Mapping

import numpy as np

from dispatch.desk.road_ports import Roads, Way
from dispatch.domain.arrival import Arrival, Method
from geo.point import Point
from geo.search.straight import SPEED_KPH, straight_distance_m, straight_travel_s

# How far the truth may lie from the expected time; this project's own figures.
_LOW, _HIGH = 0.6, 1.8


class StraightRoads(Roads):
    """Where no network is loaded: straight lines with a detour factor, said so in every answer."""

    kind = "none"

    def arrivals(
        self, to: Point, vehicles: Mapping[str, Point], *, speeds: str, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals, by straight line; of equal ones the first by id."""
        ids = sorted(vehicles)
        lons = np.array([vehicles[name].lon for name in ids])
        lats = np.array([vehicles[name].lat for name in ids])
        metres = straight_distance_m(to.lon, to.lat, lons, lats)
        seconds = straight_travel_s(metres, speeds)
        order = np.argsort(seconds, kind="stable")[:most]
        return {
            ids[at]: Arrival(
                eta_s=float(seconds[at]),
                eta_low_s=float(seconds[at]) * _LOW,
                eta_high_s=float(seconds[at]) * _HIGH,
                distance_m=float(metres[at]),
                method=Method.STRAIGHT_LINE,
            )
            for at in order
        }

    def way(self, origin: Point, to: Point, *, speeds: str) -> Way:
        """The straight line itself."""
        metres = straight_distance_m(to.lon, to.lat, np.array([origin.lon]), np.array([origin.lat]))
        return Way(
            points=(origin, to),
            travel_s=float(metres[0] / (SPEED_KPH[speeds] / 3.6)),
            distance_m=float(metres[0]),
            streets=(),
            method=Method.STRAIGHT_LINE,
        )
