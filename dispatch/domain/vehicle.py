"""One vehicle: what it is, and how it stands at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Self

from dispatch.domain.fix import Fix, FixSource
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import CLASSES, SIREN, USUAL_CREW, Duty, Shares, VehicleClass
from geo.point import Point

FRESH = timedelta(minutes=5)  # as a live fix (R21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """Master data of one vehicle; `hours` are when it serves (None: always), `area` where (see `serves`)."""

    id: str
    name: str
    vehicle_class: VehicleClass
    agency: str
    plate: str = ""
    base: str | None = None
    base_point: Point | None = None
    crew: frozenset[str] = USUAL_CREW
    equipment: frozenset[str] = frozenset()
    seats: int = 0
    shares: Shares = Shares.FULL
    zone: str | None = None
    hours: tuple[time, time] | None = None
    area: frozenset[str] = frozenset()
    papers_valid_until: date | None = None
    phone: str | None = None

    @property
    def serves(self) -> frozenset[str]:
        """The areas that it serves by itself (empty: all); one that is shared on request serves its own agency's."""
        if self.area or self.shares is Shares.FULL:
            return self.area
        return frozenset({self.agency})

    @property
    def fastest(self) -> Metric:
        """How it drives at its fastest: by its class, and with lights and sirens that it has beside those."""
        of_class = CLASSES[self.vehicle_class].fastest
        return Metric.SIREN if of_class is Metric.CAR and SIREN in self.equipment else of_class

    def metric_for(self, trip: Metric) -> Metric:
        """How it drives on a trip (Ask.metric): without sirens where it has none, a hearse within its caps always."""
        return self.fastest.at_most(trip)


def by_metric(vehicles: Iterable[tuple[Vehicle, Point]], trip: Metric) -> dict[Metric, dict[str, Point]]:
    """Vehicles and where they start a trip, by how each drives on it: as the desk's roads are asked."""
    found: dict[Metric, dict[str, Point]] = {}
    for vehicle, point in vehicles:
        found.setdefault(vehicle.metric_for(trip), {})[vehicle.id] = point
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleNow:
    """A vehicle with its duty, its last fix and the assignment it is on.

    `at_base` is the driver's word that the parked vehicle stands at its base; it holds for the shift. `on_duty_since`
    is the beginning of the shift, `trip_ended_at` the end of the last trip. Who declined is left alone until
    `left_alone_until` (R23); `auto_accept` is the driver's word that every offer is taken.
    It is `to_clean` from an infectious trip until its crew has said that this is done (R10); `broke_at` is when it
    last could not go on.
    `kept_for` is a booked time that is near, for which it is reserved for somebody else than who is looked for.
    """

    vehicle: Vehicle
    duty: Duty
    duty_since: datetime | None = None
    at_base: bool = False
    fix: Fix | None = None
    assignment_id: str | None = None
    on_duty_since: datetime | None = None
    trip_ended_at: datetime | None = None
    left_alone_until: datetime | None = None
    auto_accept: bool = False
    to_clean: bool = False
    broke_at: datetime | None = None
    kept_for: datetime | None = None

    @property
    def id(self) -> str:
        """The vehicle's id."""
        return self.vehicle.id

    @property
    def is_free(self) -> bool:
        """On duty and on no trip."""
        return self.duty is Duty.AVAILABLE and self.assignment_id is None

    def freed(self) -> Self:
        """The vehicle as it is once it was taken from its trip."""
        duty = Duty.AVAILABLE if self.duty is Duty.COMMITTED else self.duty
        return replace(self, assignment_id=None, duty=duty)

    def at_rest(self, at: datetime, *, soon: bool) -> Self:
        """As it is held to be at a time to come: on duty, rested and at its base, unless it is out of service, or off
        duty so `soon` before."""
        point = self.vehicle.base_point or (self.fix.point if self.fix is not None else None)
        fix = Fix(vehicle_id=self.id, point=point, taken_at=at, received_at=at) if point is not None else None
        stays = self.duty is Duty.OUT_OF_SERVICE or (soon and self.duty is Duty.OFF_DUTY)
        duty = self.duty if stays else Duty.AVAILABLE
        history = {"on_duty_since": at, "trip_ended_at": None, "left_alone_until": None, "assignment_id": None}
        return replace(self, duty=duty, fix=fix, kept_for=None, **history)  # type: ignore[arg-type]  # the fields' own types

    def position(self, now: datetime) -> Fix | None:
        """The last fix while it is live; else the base, if the driver confirmed the vehicle there; else the last fix.

        The driver's word holds until the vehicle sets out, so that a hearse in its garage is not lost (R21).
        """
        base = self.vehicle.base_point
        at_base = self.at_base and base is not None and self.duty in (Duty.AVAILABLE, Duty.COMMITTED)
        if not at_base or base is None or (self.fix is not None and now - self.fix.taken_at <= FRESH):
            return self.fix
        return Fix(vehicle_id=self.id, point=base, taken_at=now, received_at=now, source=FixSource.BASE)
