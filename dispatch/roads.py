"""Travel times for the desk: by the road network where one is loaded, else by labelled straight lines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from dispatch.desk.ports import Way
from dispatch.domain.ranking import Arrival, Method
from geo.closures import closed_edges
from geo.graph import CLOSED_MS
from geo.nearest import NearestSearch
from geo.network import Network
from geo.point import Point
from geo.route import find_route
from geo.shape import Shape
from geo.snap import Snapper
from geo.straight import SPEED_KPH, straight_distance_m, straight_travel_s

# From a position to the road and from the road to the door one goes at walking-to-yard speed; this project's figure.
_ACCESS_KPH = 15.0
# How far the truth may lie from the expected time without live traffic; this project's own figures.
_LOW, _HIGH = 0.85, 1.35
_STRAIGHT_LOW, _STRAIGHT_HIGH = 0.6, 1.8


class StraightRoads:
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
                eta_low_s=float(seconds[at]) * _STRAIGHT_LOW,
                eta_high_s=float(seconds[at]) * _STRAIGHT_HIGH,
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

    def close(self, shapes: Sequence[Shape]) -> None:
        """A straight line follows no street that could be closed."""


class NetworkRoads:
    """By the roads of one network; positions farther from any road than the snapper's limit cannot come."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.kind = "sample" if network.meta.sample else "real"
        self._snapper = Snapper(network)
        self._search = NearestSearch(network)

    @property
    def snapper(self) -> Snapper:
        """What finds the road of a position."""
        return self._snapper

    def arrivals(
        self, to: Point, vehicles: Mapping[str, Point], *, speeds: str, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals by road, with the ways from the position to the road and on to the door."""
        ids = sorted(vehicles)
        lons = np.array([vehicles[vehicle_id].lon for vehicle_id in ids])
        lats = np.array([vehicles[vehicle_id].lat for vehicle_id in ids])
        snaps = self._snapper.snap(lons, lats)
        target = self._snapper.snap(np.array([to.lon]), np.array([to.lat]))
        # The way to the road counts in the order too, so the search knows it; the way to the door is everybody's.
        access_ms = np.rint(snaps.distance_m / (_ACCESS_KPH / 3.6) * 1000.0).astype(np.int64)
        found = self._search.nearest(target, snaps, None, most=most, metric=speeds, wait_ms=access_ms)
        arrivals: dict[str, Arrival] = {}
        for at, travel_ms, distance_m in zip(found.index, found.travel_ms, found.distance_m, strict=True):
            access_m = float(snaps.distance_m[at] + target.distance_m[0])
            travel_s = float(travel_ms) / 1000.0 + access_m / (_ACCESS_KPH / 3.6)
            arrivals[ids[at]] = Arrival(
                eta_s=travel_s,
                eta_low_s=travel_s * _LOW,
                eta_high_s=travel_s * _HIGH,
                distance_m=float(distance_m) + access_m,
                method=Method.ROADS,
            )
        return arrivals

    def way(self, origin: Point, to: Point, *, speeds: str) -> Way | None:
        """The quickest way by road, from door to door."""
        snaps = self._snapper.snap(np.array([origin.lon]), np.array([origin.lat]))
        target = self._snapper.snap(np.array([to.lon]), np.array([to.lat]))
        route = find_route(self.network, self._search, snaps, target, metric=speeds)
        if route is None:
            return None
        access_m = float(snaps.distance_m[0] + target.distance_m[0])
        along = tuple(Point(lon=float(lon), lat=float(lat)) for lon, lat in route.points)
        return Way(
            points=(origin, *along, to),
            travel_s=route.travel_ms / 1000.0 + access_m / (_ACCESS_KPH / 3.6),
            distance_m=route.distance_m + access_m,
            streets=route.streets,
            method=Method.ROADS,
        )

    def close(self, shapes: Sequence[Shape]) -> None:
        """Nobody drives what these shapes close; a position on a closed street has no way."""
        closed = closed_edges(self.network, shapes)
        metrics = {name: np.where(closed, CLOSED_MS, ms).astype(np.int32) for name, ms in self.network.metrics.items()}
        search = NearestSearch(replace(self.network, metrics=MappingProxyType(metrics)))
        self._search = search
