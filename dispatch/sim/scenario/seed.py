"""What stands before the first step: facilities, people, vehicles with their duty, positions and other trips."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment, Stamp
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.request import Ask, Contact, Patient, Place, Request
from dispatch.domain.trip import asked_by, edited, moved_to, place_at, place_on_map, way_back
from dispatch.domain.vehicle import Vehicle
from dispatch.sim.scenario.model import (
    NO_PHONE,
    AskAct,
    GivenChange,
    GivenVehicle,
    OperatorAct,
    RequesterAct,
    Scenario,
)
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point
from geo.sample.areas import sample_areas
from geo.sample.facts import list_facilities

# What a facility is, by the first word of its name.
_KINDS = {kind.value: kind for kind in FacilityKind} | {
    **dict.fromkeys(("rs", "rsud"), FacilityKind.HOSPITAL),
    **dict.fromkeys(("masjid", "dkm"), FacilityKind.MOSQUE),
    **dict.fromkeys(("tpu", "tmp", "makam"), FacilityKind.CEMETERY),
    **dict.fromkeys(("pangkalan", "pos"), FacilityKind.BASE),
}
_PHONE = "+62 811-0000-1000"  # every facility's: made up, and no family's
_BUSY_SINCE = timedelta(minutes=20)  # how long a vehicle has been on another request's trip


class Seed:
    """The beginning of a scenario, worked out from its file."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._at = scenario.at.astimezone(UTC)
        self._sample = {facility.id: facility for facility in list_facilities()}
        self._asks = [step.ask for step in scenario.steps if step.ask is not None]
        self.stands_at = {vehicle.id: self._stands_at(vehicle) for vehicle in scenario.vehicles}
        self.facilities = {name: self._facility(name, point) for name, point in self._facility_points().items()}
        self.people = {person.id: person for person in self._people()}

    def write(self, books: Books) -> dict[str, tuple[datetime, str]]:
        """Put everything in its place; returns by vehicle until when it is on another's trip, and which trip."""
        for facility in self.facilities.values():
            books.facilities.put(facility)
        busy: dict[str, tuple[datetime, str]] = {}
        for given in self._scenario.vehicles:
            known = {name.name for name in fields(Vehicle)} & GivenVehicle.model_fields.keys()
            books.vehicles.put(Vehicle(**{name: getattr(given, name) for name in known}))
            began = self._at - timedelta(hours=given.duty_h or 1.0)
            ended = self._at - timedelta(minutes=given.rest_min) if given.rest_min is not None else None
            books.vehicles.set_duty(given.id, given.duty, at_base=given.at_base, now=began)
            books.vehicles.set_history(given.id, on_duty_since=began, trip_ended_at=ended)
            if given.busy_for_min is not None:
                busy[given.id] = self._at + timedelta(minutes=given.busy_for_min), self._write_other_trip(books, given)
        for person in self.people.values():
            books.people.put(person)
        return busy

    def old_fixes(self) -> list[Fix]:
        """Positions that are as old as the file says."""
        ages = ((vehicle.id, vehicle.fix_age_min) for vehicle in self._scenario.vehicles)
        taken = ((name, self._at - timedelta(minutes=age)) for name, age in ages if age is not None)
        return [Fix(vehicle_id=name, point=self.stands_at[name], taken_at=at, received_at=at) for name, at in taken]

    def ask(self, act: AskAct) -> Ask:
        """What is asked for, with the facts that the file gives; all others follow as they do over the API."""
        said = {name.name: getattr(act, name.name) for name in fields(Ask) if hasattr(act, name.name)}
        said["waits"] = False  # it is the way back that it is said of
        said["pickup"] = self.place(act.pickup, act.pickup_area)
        said["dropoff"] = self.place(act.dropoff, act.dropoff_area) if act.dropoff is not None else None
        said["schedule_at"] = act.schedule_at.astimezone(UTC) if act.schedule_at else None
        return asked_by(Ask(**said), self.asker(act), sample_areas())

    def turn(self, act: AskAct | OperatorAct | RequesterAct) -> Callable[[Ask], Ask] | None:
        """What makes the way back of what is asked, where there is one: at its time, or on call from its earliest time
        on."""
        at = act.return_at or act.return_after
        if at is None:
            return None
        on_call = act.return_at is None
        return partial(way_back, areas=sample_areas(), at=at.astimezone(UTC), on_call=on_call, waits=act.waits)

    def changed(self, ask: Ask, said: GivenChange) -> Ask:
        """The ask with what is said of it."""
        given = said.model_fields_set - {"phone", "patient"}
        new: dict[str, Any] = {name: getattr(said, name) for name in given}
        for name in given & {"pickup", "dropoff"}:
            new[name] = self.place(new[name])
        if said.schedule_at is not None:
            new["schedule_at"] = said.schedule_at.astimezone(UTC)
        patient = said.patient.model_dump(exclude_unset=True) if said.patient is not None else {}
        return edited(ask, sample_areas(), said=new, patient=patient, leaves=None)

    def moved(self, ask: Ask, place: str | Point) -> Ask:
        """The rest of the way from another place."""
        return moved_to(ask, self.place(place), sample_areas())

    def asker(self, act: AskAct) -> Person:
        """Who asks: staff of the requester's facility, or the operator who takes a family's call."""
        return self.people[f"staff-{act.requester}"] if act.requester else self.people["operator"]

    def place(self, place: str | Point, area: str | None = None) -> Place:
        """Where a name or a point of the file is, as the API would find it."""
        point = self._scenario.places[place] if isinstance(place, str) else place
        at_point = (facility for facility in self.facilities.values() if facility.point == point)
        named = self.facilities.get(place) if isinstance(place, str) else None
        facility = named or next(at_point, None)
        name = place if isinstance(place, str) else None
        found = place_at(facility, sample_areas()) if facility else place_on_map(point, name, sample_areas())
        return replace(found, agency=area or found.agency)

    def _stands_at(self, vehicle: GivenVehicle) -> Point:
        places = self._scenario.places
        if vehicle.at is not None:
            return places[vehicle.at] if isinstance(vehicle.at, str) else vehicle.at
        if vehicle.base is not None and vehicle.base in places:
            return places[vehicle.base]
        if vehicle.travel_min:
            return places[min(vehicle.travel_min, key=lambda name: (vehicle.travel_min[name], name))]
        if vehicle.base is not None and vehicle.base in self._sample:
            return self._sample[vehicle.base].point
        pickups = (act.pickup for act in self._asks if isinstance(act.pickup, Point))
        return [*places.values(), *pickups, Point(lon=106.63, lat=-6.2)][0]

    def _facility_points(self) -> dict[str, Point]:
        """Where the facilities lie that the file names: as places, as bases, or because they ask."""
        places = self._scenario.places
        points = {name: point for name, point in places.items() if _kind_of(name) or name in self._sample}
        for vehicle in self._scenario.vehicles:
            if vehicle.base is not None and vehicle.base not in points:
                points[vehicle.base] = self._point_of(vehicle.base) or self.stands_at[vehicle.id]
        for act in self._asks:
            if act.requester is not None and act.requester not in points:
                pickup = places[act.pickup] if isinstance(act.pickup, str) else act.pickup
                points[act.requester] = self._point_of(act.requester) or pickup
        return points

    def _point_of(self, name: str) -> Point | None:
        """Where a facility lies that is named only: at a place whose name it carries, or where the sample has it."""
        carried = [place for place in self._scenario.places if f"-{place}-" in f"-{name}-"]
        if carried:
            return self._scenario.places[max(carried, key=len)]
        return self._sample[name].point if name in self._sample else None

    def _facility(self, name: str, point: Point) -> Facility:
        sample = self._sample.get(name)
        return Facility(
            id=name,
            kind=FacilityKind(sample.kind) if sample else _kind_of(name) or FacilityKind.BASE,
            name=sample.name if sample else name.replace("-", " ").title(),
            point=point,
            agency=sample.agency if sample else sample_areas().area_of(point),
            phone=_PHONE,
        )

    def _people(self) -> Iterator[Person]:
        for role, title in ((Role.OPERATOR, "Operator"), (Role.HEALTH_OFFICER, "Petugas"), (Role.ADMIN, "Admin")):
            yield Person(id=role.value, name=f"{title} Contoh", role=role)
        for act in (act for step in self._scenario.steps for act in step.operator or ()):
            if re.fullmatch(r"operator[\w-]*", act.role):
                yield Person(id=act.role, name=f"Operator Contoh {act.role}", role=Role.OPERATOR)
        for facility in sorted(set(self._staffed())):
            yield Person(id=f"staff-{facility}", name="Perawat Contoh", role=Role.STAFF, facility=facility)
        for vehicle in self._scenario.vehicles:
            agency, name = vehicle.agency, f"Operator Contoh {vehicle.agency}"
            yield Person(id=f"operator-{agency}", name=name, role=Role.OPERATOR, agency=agency)
            name = f"Contoh {vehicle.id}"
            yield Person(id=f"driver-{vehicle.id}", name=name, role=Role.DRIVER, agency=agency, vehicle=vehicle.id)

    def _staffed(self) -> Iterator[str]:
        """The facilities that ask, or to which somebody is brought."""
        for act in self._asks:
            to = self.place(act.dropoff).facility if act.dropoff is not None else None
            yield from filter(None, (act.requester, to))

    def _write_other_trip(self, books: Books, given: GivenVehicle) -> str:
        """The vehicle is on the scene of another request, whose trip it clears later through the desk."""
        began, point = self._at - _BUSY_SINCE, self.stands_at[given.id]
        body = given.vehicle_class is VehicleClass.HEARSE
        request = Request(
            id=f"P-lain-{given.id}",
            ask=Ask(
                need=Need.BODY if body else Need.TRANSPORT,
                urgency=Urgency.GREEN,
                pickup=Place(point=point, name="Tugas lain", agency=sample_areas().area_of(point)),
                patient=Patient(living=not body, can_sit=not body),
            ),
            state=RequestState.IN_PROGRESS,
            created_at=began,
            created_by="operator",
        )
        trip = Assignment(
            id=f"T-lain-{given.id}",
            request_id=request.id,
            vehicle_id=given.id,
            state=AssignmentState.ON_SCENE,
            offered_at=began,
            expires_at=began,
            stamps={AssignmentState.ON_SCENE: Stamp(None, began, StepSource.TAP)},
        )
        books.requests.add(request, Contact(phone=NO_PHONE), track_token=f"lain-{given.id}")
        books.assignments.add(trip)
        books.vehicles.set_duty(given.id, Duty.COMMITTED, at_base=False, now=began)
        return trip.id


def _kind_of(name: str) -> FacilityKind | None:
    return _KINDS.get(name.split("-")[0])
