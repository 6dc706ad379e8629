"""Travel times as a scenario gives them, in place of roads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from dispatch.desk.road_ports import Roads, Way
from dispatch.domain.arrival import Arrival, Method
from dispatch.sim.scenario.model import GivenVehicle
from dispatch.vocabulary.needs import Metric
from geo.point import Point

_KPH = 30.0  # from minutes to a distance, for the screens alone; this project's own figure


class GivenRoads(Roads):
    """Minutes from every vehicle to every named place; a vehicle that has none for a place cannot come.

    To the place for which it has set out, they are counted down.
    """

    def __init__(
        self, places: Mapping[str, Point], vehicles: Sequence[GivenVehicle], now: Callable[[], datetime]
    ) -> None:
        self.places = places
        self._now = now
        self._driving: dict[str, tuple[Point, datetime]] = {}
        self.minutes = {vehicle.id: dict(vehicle.travel_min) for vehicle in vehicles}
        self.default_min = {vehicle.id: vehicle.default_travel_min for vehicle in vehicles}

    def change(self, vehicle_id: str, travel_min: Mapping[str, float]) -> None:
        """The vehicle is elsewhere now: these times replace the old ones of the same places."""
        self.minutes[vehicle_id].update(travel_min)
        if travel_min and vehicle_id in self._driving:
            self._driving[vehicle_id] = self._driving[vehicle_id][0], self._now()

    def drive(self, to: Mapping[str, Point]) -> None:
        """These vehicles drive there, and no others: whoever sets out does so now."""
        before, now = self._driving, self._now()
        went_on = {name for name, point in to.items() if name in before and before[name][0] == point}
        self._driving = {name: before[name] if name in went_on else (point, now) for name, point in to.items()}

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals by the given times; they hold for every metric, and for wherever a vehicle stands."""
        del metric
        names = [name for name, point in self.places.items() if point == to]
        found: list[tuple[float, str]] = []
        for vehicle_id in vehicles:
            times = [self.minutes[vehicle_id][name] for name in names if name in self.minutes[vehicle_id]]
            soonest = min(times, default=self.default_min[vehicle_id])
            if soonest is not None:
                found.append((max(0.0, soonest - self._driven_min(vehicle_id, to)), vehicle_id))
        return {
            vehicle_id: Arrival(
                eta_s=minutes * 60.0,
                eta_low_s=minutes * 60.0,
                eta_high_s=minutes * 60.0,
                distance_m=minutes / 60.0 * _KPH * 1000.0,
                method=Method.GIVEN,
            )
            for minutes, vehicle_id in sorted(found)[:most]
        }

    def _driven_min(self, vehicle_id: str, to: Point) -> float:
        point, since = self._driving.get(vehicle_id, (None, self._now()))
        return (self._now() - since).total_seconds() / 60.0 if point == to else 0.0

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        """None: given times have no way."""
        del origin, to, speeds
        return None
