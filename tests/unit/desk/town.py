"""The town of the desk's tests: the real desk over a real store and the sample rules, with a clock to turn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command
from dispatch.desk.ports import Books, Due, DueKind, Store
from dispatch.desk.road_ports import Roads, Way
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import requests, timers, trips, vehicles
from dispatch.domain.approval import Approval
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.promise import Promise
from dispatch.domain.request import Ask, Contact, Request
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.live.memory import MemoryLive
from dispatch.store.sqlite import SqliteStore, open_sqlite
from dispatch.vocabulary.events import Event
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point
from geo.shape import Shape
from tests.people import BUDI, CIKOKOL, DINA, NOW, OPI, SITI, ZONE, drowned_child, publish

T = TypeVar("T")
E = TypeVar("E", bound=Event)
CONTACT = Contact(phone="+62 811-0000-0001")
PUSKESMAS_PHONE = "+62 811-0000-0009"
WAY = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)


@dataclass
class VirtualClock:
    """A clock that the test turns."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class GivenRoads(Roads):
    """Travel times as the scenario gives them, in minutes, and what the desk says is closed."""

    minutes: dict[str, float] = field(default_factory=dict)
    closed: list[tuple[Shape, ...]] = field(default_factory=list)
    method: Method = Method.GIVEN
    streets: int | None = None  # how many any shape would close

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        how = {"method": self.method, "metric": metric}
        found = {
            v: Arrival(eta_s=m * 60, eta_low_s=m * 50, eta_high_s=m * 80, distance_m=m * 500, **how)  # type: ignore[arg-type]
            for v, m in sorted(self.minutes.items(), key=lambda pair: pair[1])
            if v in vehicles
        }
        return dict(list(found.items())[:most])

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        return None

    def count_closed(self, shape: Shape) -> int | None:
        return self.streets

    def close(self, shapes: Sequence[Shape]) -> None:
        self.closed.append(tuple(shapes))


FLEET = {
    "A1": (VehicleClass.EMERGENCY_AMBULANCE, "kota-tangerang", 0.0),
    "T1": (VehicleClass.TRANSPORT_AMBULANCE, "kota-tangerang", 6.0),
    "L1": (VehicleClass.DUAL_USE, "laz", 11.0),
    "H3": (VehicleClass.HEARSE, "dkm", 14.0),
    "H1": (VehicleClass.HEARSE, "kota-tangerang", 24.0),
}


def refused(result: object) -> RefusalCode:
    """The code of a command that must be refused."""
    assert isinstance(result, Refusal), result
    return result.code


def done(result: T | Refusal) -> T:
    """What a command was about that must be carried out."""
    assert not isinstance(result, Refusal), result
    return result


@dataclass(frozen=True)
class Look:
    """What the books hold about one request at a moment."""

    request: Request
    contact: Contact
    assignments: list[Assignment]
    approvals: list[Approval]
    promise: Promise | None
    decision: DecisionRecord | None
    events: list[Event]

    @classmethod
    def at(cls, books: Books, request_id: str) -> Self:
        return cls(
            request=books.requests.get(request_id),
            contact=books.requests.get_contact(request_id),
            assignments=books.assignments.list_of(request_id),
            approvals=books.approvals.list_of(request_id),
            promise=books.promises.find_open(request_id),
            decision=books.decisions.find_last(request_id),
            events=[entry.event for entry in books.journal.list_of(request_id)],
        )

    @property
    def id(self) -> str:
        return self.request.id

    @property
    def state(self) -> RequestState:
        return self.request.state

    @property
    def owed(self) -> Promise:
        assert self.promise is not None
        return self.promise

    @property
    def decided(self) -> DecisionRecord:
        assert self.decision is not None
        return self.decision

    def live(self) -> list[Assignment]:
        return [a for a in self.assignments if a.is_live]

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Town:
    """The desk of the tests with its clock and roads."""

    path: Path
    store: SqliteStore
    clock: VirtualClock = field(default_factory=VirtualClock)
    roads: GivenRoads = field(default_factory=lambda: GivenRoads({v: m for v, (_, _, m) in FLEET.items()}))
    units: list[Unit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unit = self.process(self.roads)

    def process(self, roads: Roads) -> Unit:
        """Another process over the same store; it is closed with the town."""
        self.units.append(Unit(store=self.store, live=MemoryLive(), roads=roads, clock=self.clock, zone=ZONE))
        return self.units[-1]

    async def read(self, work: Callable[[Books], T]) -> T:
        return await self.store.read(work)

    async def look(self, request: Look | str) -> Look:
        request_id = request if isinstance(request, str) else request.id
        return await self.read(lambda books: Look.at(books, request_id))

    async def vehicle(self, vehicle_id: str) -> VehicleNow:
        return await self.read(lambda books: books.vehicles.get(vehicle_id))

    async def promise(self, promise: Promise) -> Promise:
        return await self.read(lambda books: books.promises.get(promise.id))

    async def timer(self, kind: DueKind, subject: str) -> Due | None:
        return await self.read(lambda books: books.timers.find(kind, subject))

    async def ask(self, key: str | None = None, asked: Ask | None = None) -> Look:
        by = Command(actor=SITI, key=key, fingerprint="ask")
        return await self.look(done(await requests.receive(self.unit, asked or drowned_child(), CONTACT, by=by)))

    async def try_step(self, assignment: Assignment, step: Step, by: Person = BUDI, **more: object) -> str | Refusal:
        command = StepCommand(step=step, actor=by.id, source=StepSource.TAP, **more)  # type: ignore[arg-type]
        return await trips.step(self.unit, assignment.id, command, by=Command(actor=by))

    async def take(self, assignment: Assignment, *steps: Step, by: Person = BUDI, **more: object) -> Assignment:
        """Steps of a trip, each of which is carried out."""
        for step in steps:
            done(await self.try_step(assignment, step, by, **more))
        return await self.read(lambda books: books.assignments.get(assignment.id))

    async def duty(self, vehicle_id: str, duty: Duty, *, auto_accept: bool | None = None) -> None:
        by = Command(actor=BUDI)
        done(await vehicles.set_duty(self.unit, vehicle_id, duty, at_base=False, by=by, auto_accept=auto_accept))

    async def add(self, *more: Vehicle, minutes: float) -> None:
        """More vehicles, on duty and so many minutes away."""

        def put(books: Books) -> None:
            for vehicle in more:
                books.vehicles.put(vehicle)
                books.vehicles.set_duty(vehicle.id, Duty.AVAILABLE, at_base=False, now=self.clock.now())

        await self.store.write(put)
        for place, vehicle in enumerate(more):
            self.roads.minutes[vehicle.id] = minutes + place
            await self.report(vehicle.id)

    async def live(self, request: Look) -> list[tuple[str, AssignmentState]]:
        return [(a.vehicle_id, a.state) for a in (await self.look(request)).live()]

    async def state(self, request: Look) -> RequestState:
        return (await self.look(request)).state

    async def report(self, vehicle_id: str | None = None, point: Point = CIKOKOL.point) -> None:
        """Every vehicle reports its position now, or this one."""
        at = self.clock.now()
        for name in FLEET if vehicle_id is None else (vehicle_id,):
            await self.unit.live.put_fixes([Fix(vehicle_id=name, point=point, taken_at=at, received_at=at)])

    async def reopen(self) -> None:
        """The process ends and begins again over the same file."""
        await self.close()
        self.store = open_sqlite(self.path)
        self.unit = self.process(self.roads)

    async def close(self) -> None:
        while self.units:
            self.units.pop().close()
        await self.store.close()

    async def run_due(self) -> None:
        await timers.run_due(self.unit)

    async def pass_time(self, seconds: float) -> None:
        self.clock.turn(seconds)
        await self.report()
        await self.run_due()


async def found(store: Store) -> None:
    """Packs, people and a fleet on duty."""

    def settle(books: Books) -> None:
        publish(books)
        books.facilities.put(
            Facility(
                id="puskesmas-cikokol",
                kind=FacilityKind.PUSKESMAS,
                name=CIKOKOL.name,
                point=CIKOKOL.point,
                phone=PUSKESMAS_PHONE,
            )
        )
        for person in (OPI, SITI, DINA):
            books.people.put(person)
        for vehicle_id, (vehicle_class, agency, _) in FLEET.items():
            name = f"Kendaraan {vehicle_id}"
            crew = frozenset({"driver", "escort"})
            books.vehicles.put(Vehicle(id=vehicle_id, name=name, vehicle_class=vehicle_class, agency=agency, crew=crew))
            books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=False, now=NOW)

    await store.write(settle)
