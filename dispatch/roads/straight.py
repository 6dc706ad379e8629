"""Travel times where no road network is loaded: straight lines with a detour factor, said so in every answer."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.desk.road_ports import Roads, SpeedCaps, Way
from dispatch.domain.arrival import Arrival, Method
from dispatch.vocabulary.needs import Metric
from geo.point import Point
from geo.search.straight import SPEED_KPH, straight_distance_m

# How far the truth may lie from the expected time; this project's own figures.
_LOW, _HIGH = 0.6, 1.8


class StraightRoads(Roads):
    """Where no network is loaded: straight lines with a detour factor, said so in every answer."""

    kind = "none"

    def __init__(self) -> None:
        self._caps = SpeedCaps()

    def turn_to(self, local: datetime, caps: SpeedCaps) -> bool:
        """Traffic is the same at every hour; hearses keep to these caps."""
        del local
        before, self._caps = self._caps, caps
        return before != caps

    def _travel_s(self, metres: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
        kph = SPEED_KPH[metric]
        return metres / ((min(kph, self._caps.town_kph) if metric is Metric.HEARSE else kph) / 3.6)

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals, by straight line; of equal ones the first by id."""
        ids = sorted(vehicles)
        lons = np.array([vehicles[name].lon for name in ids])
        lats = np.array([vehicles[name].lat for name in ids])
        metres = straight_distance_m(to.lon, to.lat, lons, lats)
        seconds = self._travel_s(metres, metric)
        order = np.argsort(seconds, kind="stable")[:most]
        return {
            ids[at]: Arrival(
                eta_s=float(seconds[at]),
                eta_low_s=float(seconds[at]) * _LOW,
                eta_high_s=float(seconds[at]) * _HIGH,
                distance_m=float(metres[at]),
                method=Method.STRAIGHT_LINE,
                metric=metric,
            )
            for at in order
        }

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way:
        """The straight line itself."""
        metres = straight_distance_m(to.lon, to.lat, np.array([origin.lon]), np.array([origin.lat]))
        return Way(
            points=(origin, to),
            travel_s=float(self._travel_s(metres, speeds)[0]),
            distance_m=float(metres[0]),
            streets=(),
            method=Method.STRAIGHT_LINE,
        )
