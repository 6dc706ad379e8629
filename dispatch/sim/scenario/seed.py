"""What stands before the first step: facilities, people, vehicles with their duty, positions and other trips."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from dispatch.desk.ports import Books
from dispatch.desk.standing import settle
from dispatch.desk.steps import take_step
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.request import Ask, Contact, Patient, Place, Request
from dispatch.domain.vehicle import Vehicle
from dispatch.sim.scenario.model import AskAct, GivenVehicle, Scenario
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.point import Point, distance_m
from geo.sample.facts import SampleFacility, list_facilities, list_villages

_KINDS = (
    ("puskesmas", FacilityKind.PUSKESMAS),
    ("rs", FacilityKind.HOSPITAL),
    ("rsud", FacilityKind.HOSPITAL),
    ("hospital", FacilityKind.HOSPITAL),
    ("masjid", FacilityKind.MOSQUE),
    ("mosque", FacilityKind.MOSQUE),
    ("dkm", FacilityKind.MOSQUE),
    ("tpu", FacilityKind.CEMETERY),
    ("tmp", FacilityKind.CEMETERY),
    ("cemetery", FacilityKind.CEMETERY),
    ("makam", FacilityKind.CEMETERY),
    ("base", FacilityKind.BASE),
    ("pangkalan", FacilityKind.BASE),
    ("pos", FacilityKind.BASE),
)
_NEAR_KM = 15.0  # beyond it a point is taken to lie in no area of the sample region


def area_of(point: Point) -> str | None:
    """Whose area a point lies in: the nearest village's of the sample region."""
    nearest = min(list_villages(), key=lambda village: distance_m(village.point, point))
    return nearest.agency if distance_m(nearest.point, point) <= _NEAR_KM * 1000.0 else None


class Seed:
    """The beginning of a scenario, worked out from its file."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._at = scenario.at.astimezone(UTC)
        self._known: Mapping[str, SampleFacility] = {facility.id: facility for facility in list_facilities()}
        self._asks = [step.act for step in scenario.steps if isinstance(step.act, AskAct)]
        self.stands_at = {vehicle.id: self._stands_at(vehicle) for vehicle in scenario.vehicles}
        self.facilities = self._facilities()
        self.people = {person.id: person for person in self._people()}

    def write(self, books: Books) -> dict[str, tuple[datetime, str]]:
        """Put everything in its place; returns by vehicle until when it is on another's trip, and which trip."""
        for facility in self.facilities.values():
            books.facilities.put(facility)
        busy: dict[str, tuple[datetime, str]] = {}
        for given in self._scenario.vehicles:
            books.vehicles.put(_vehicle(given))
            began = self._at - timedelta(hours=given.duty_h or 1.0)
            books.vehicles.set_duty(given.id, given.duty, at_base=given.at_base, now=began)
            self._write_history(books, given, began)
        for person in self.people.values():
            books.people.put(person)
        for given in self._scenario.vehicles:
            if given.busy_for_min is not None:
                trip = self._write_other_trip(books, given)
                busy[given.id] = (self._at + timedelta(minutes=given.busy_for_min), trip)
        return busy

    def old_fixes(self) -> list[Fix]:
        """Positions that are as old as the file says."""
        found: list[Fix] = []
        for vehicle in self._scenario.vehicles:
            if vehicle.fix_age_min is not None:
                at = self._at - timedelta(minutes=vehicle.fix_age_min)
                point = self.stands_at[vehicle.id]
                found.append(Fix(vehicle_id=vehicle.id, point=point, taken_at=at, received_at=at))
        return found

    def ask(self, act: AskAct) -> Ask:
        """What is asked for, with the facts that the file gives."""
        return Ask(
            need=act.need,
            urgency=act.urgency,
            pickup=self._place(act.pickup, act.pickup_area),
            dropoff=self._place(act.dropoff, act.dropoff_area) if act.dropoff is not None else None,
            patient=act.patient,
            documents=act.documents,
            requester=act.requester,
            schedule_at=act.schedule_at.astimezone(UTC) if act.schedule_at else None,
            leaves=act.leaves,
            distance_km=act.distance_km,
        )

    def asker(self, act: AskAct) -> Person:
        """Who asks: staff of the requester's facility, or the operator who takes a family's call."""
        return self.people[f"staff-{act.requester}"] if act.requester else self.people["operator"]

    def _place(self, place: str | Point, area: str | None) -> Place:
        point = self._scenario.places[place] if isinstance(place, str) else place
        facility = next((f for f in self.facilities.values() if f.id == place), None)
        if facility is None:
            facility = next((f for f in self.facilities.values() if f.point == point), None)
        name = place if isinstance(place, str) else f"{point.lon:.4f}, {point.lat:.4f}"
        return Place(
            point=point,
            name=facility.name if facility is not None and facility.id == place else name,
            facility=facility.id if facility else None,
            agency=area or area_of(point),
        )

    def _stands_at(self, vehicle: GivenVehicle) -> Point:
        places = self._scenario.places
        if vehicle.at is not None:
            return places[vehicle.at] if isinstance(vehicle.at, str) else vehicle.at
        if vehicle.base is not None and vehicle.base in places:
            return places[vehicle.base]
        if vehicle.travel_min:
            nearest = min(vehicle.travel_min, key=lambda name: (vehicle.travel_min[name], name))
            return places[nearest]
        if vehicle.base is not None and vehicle.base in self._known:
            return self._known[vehicle.base].point
        if places:
            return next(iter(places.values()))
        return next((act.pickup for act in self._asks if isinstance(act.pickup, Point)), Point(lon=106.63, lat=-6.2))

    def _facilities(self) -> dict[str, Facility]:
        places = self._scenario.places
        points = {name: places[name] for name in places if _kind(name) is not None or name in self._known}
        for vehicle in self._scenario.vehicles:
            if vehicle.base is not None and vehicle.base not in points:
                points[vehicle.base] = self._point_of(vehicle.base) or self.stands_at[vehicle.id]
        for act in self._asks:
            if act.requester is not None and act.requester not in points:
                pickup = self._scenario.places[act.pickup] if isinstance(act.pickup, str) else act.pickup
                points[act.requester] = self._point_of(act.requester) or pickup
        return {name: self._facility(name, point) for name, point in points.items()}

    def _point_of(self, name: str) -> Point | None:
        """Where a facility lies that is named only: at a place whose name it carries, or where the sample has it."""
        places = self._scenario.places
        if name in places:
            return places[name]
        carried = [place for place in places if f"-{place}-" in f"-{name}-"]
        if carried:
            return places[max(carried, key=len)]
        return self._known[name].point if name in self._known else None

    def _facility(self, name: str, point: Point) -> Facility:
        sample = self._known.get(name)
        return Facility(
            id=name,
            kind=FacilityKind(sample.kind) if sample else _kind(name) or FacilityKind.BASE,
            name=sample.name if sample else name.replace("-", " ").title(),
            point=point,
            agency=sample.agency if sample else area_of(point),
        )

    def _people(self) -> list[Person]:
        found = [
            Person(id="operator", name="Operator Contoh", role=Role.OPERATOR),
            Person(id="health_officer", name="Petugas Contoh", role=Role.HEALTH_OFFICER),
            Person(id="admin", name="Admin Contoh", role=Role.ADMIN),
        ]
        found += [
            Person(id=f"staff-{facility}", name="Perawat Contoh", role=Role.STAFF, facility=facility)
            for facility in sorted({act.requester for act in self._asks if act.requester})
        ]
        for agency in sorted({vehicle.agency for vehicle in self._scenario.vehicles}):
            person_id = f"operator-{agency}"
            found.append(Person(id=person_id, name=f"Operator Contoh {agency}", role=Role.OPERATOR, agency=agency))
        for vehicle in self._scenario.vehicles:
            name = f"Sopir Contoh {vehicle.id}"
            found.append(
                Person(
                    id=f"driver-{vehicle.id}", name=name, role=Role.DRIVER, agency=vehicle.agency, vehicle=vehicle.id
                )
            )
        return found

    def _write_history(self, books: Books, given: GivenVehicle, began: datetime) -> None:
        """When its shift began and its last trip ended."""
        ended = self._at - timedelta(minutes=given.rest_min) if given.rest_min is not None else None
        books.vehicles.set_history(given.id, on_duty_since=began, trip_ended_at=ended)

    def _write_other_trip(self, books: Books, given: GivenVehicle) -> str:
        """The vehicle is on the scene of another request, whose trip it clears later through the desk."""
        began = self._at - timedelta(minutes=20)
        body = given.vehicle_class is VehicleClass.HEARSE
        place = Place(point=self.stands_at[given.id], name="Tugas lain", agency=area_of(self.stands_at[given.id]))
        request = Request(
            id=f"P-lain-{given.id}",
            ask=Ask(
                need=Need.BODY if body else Need.TRANSPORT,
                urgency=Urgency.GREEN,
                pickup=place,
                patient=Patient(living=not body, can_sit=not body),
            ),
            state=RequestState.SEARCHING,
            created_at=began,
            created_by="operator",
        )
        books.requests.add(request, Contact(phone="+62 811-0000-0000"), track_token=f"lain-{given.id}")
        trip = Assignment(
            id=f"T-lain-{given.id}",
            request_id=request.id,
            vehicle_id=given.id,
            state=AssignmentState.OFFERED,
            offered_at=began,
            expires_at=began + timedelta(minutes=2),
        )
        books.assignments.add(trip, None)
        for step in (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE):
            command = StepCommand(step=step, actor=f"driver-{given.id}", source=StepSource.TAP)
            taken = take_step(books, trip, command, began + timedelta(minutes=1), Policy())
            assert not isinstance(taken, Refusal), taken
            trip = taken
        settle(books, request, began + timedelta(minutes=1))
        return trip.id


def _kind(name: str) -> FacilityKind | None:
    first = name.split("-")[0]
    return next((kind for word, kind in _KINDS if word == first), None)


def _vehicle(given: GivenVehicle) -> Vehicle:
    return Vehicle(
        id=given.id,
        name=given.name,
        vehicle_class=given.vehicle_class,
        agency=given.agency,
        base=given.base,
        crew=given.crew,
        equipment=given.equipment,
        seats=given.seats,
        shares=given.shares,
        zone=given.zone,
        hours=given.hours,
        area=given.area,
        papers_valid_until=given.papers_valid_until,
    )
