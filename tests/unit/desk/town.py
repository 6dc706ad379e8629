"""The town of the desk's tests: the real desk over a real store and the sample rules, with a clock to turn."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dispatch.desk.desk import Desk
from dispatch.desk.views import RequestView

from dispatch.bootstrap import pack_texts, publish_packs
from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.road_ports import Roads, Way
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind
from dispatch.domain.request import Ask, Contact
from dispatch.domain.vehicle import Vehicle
from dispatch.live.memory import MemoryLive
from dispatch.settings import Settings
from dispatch.store.sqlite import SqliteStore, open_sqlite
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point
from geo.shape import Shape
from tests.people import BUDI, CIKOKOL, NOW, OPI, SITI, ZONE, drowned_child

CONTACT = Contact(phone="+62 811-0000-0001")
PUSKESMAS_PHONE = "+62 811-0000-0009"


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
    streets: int | None = None  # how many any shape would close

    def arrivals(
        self, to: Point, vehicles: Mapping[str, Point], *, speeds: str, most: int | None
    ) -> dict[str, Arrival]:
        found = {
            v: Arrival(eta_s=m * 60, eta_low_s=m * 50, eta_high_s=m * 80, distance_m=m * 500, method=Method.GIVEN)
            for v, m in sorted(self.minutes.items(), key=lambda pair: pair[1])
            if v in vehicles
        }
        return dict(list(found.items())[:most])

    def way(self, origin: Point, to: Point, *, speeds: str) -> Way | None:
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


@dataclass
class Town:
    """The desk of the tests with its clock and roads."""

    desk: Desk
    clock: VirtualClock
    roads: GivenRoads
    store: SqliteStore
    path: Path

    async def ask(self, key: str | None = None, asked: Ask | None = None, **changes: object) -> RequestView:
        by = Command(actor=SITI, key=key, fingerprint=str(changes))
        made = await self.desk.receive(asked or drowned_child(), CONTACT, choose=None, by=by)
        assert isinstance(made, RequestView), made
        return made

    async def take(self, assignment: Assignment, step: Step, **more: object) -> Assignment:
        command = StepCommand(step=step, actor="budi", source=StepSource.TAP, **more)  # type: ignore[arg-type]
        done = await self.desk.step(assignment.id, command, by=Command(actor=BUDI))
        assert isinstance(done, Assignment), done
        return done

    async def live(self, view: RequestView) -> list[tuple[str, AssignmentState]]:
        again = await self.desk.view(view.request.id)
        return [(a.vehicle_id, a.state) for a, _ in again.assignments if a.is_live]

    async def state(self, view: RequestView) -> RequestState:
        return (await self.desk.view(view.request.id)).request.state

    async def try_step(self, assignment: Assignment, step: Step) -> Assignment | Refusal:
        command = StepCommand(step=step, actor="budi", source=StepSource.TAP)
        return await self.desk.step(assignment.id, command, by=Command(actor=BUDI))

    async def report(self, vehicle_id: str | None = None, point: Point = CIKOKOL.point) -> None:
        """Every vehicle reports its position now, or this one."""
        at = self.clock.now()
        for name in FLEET if vehicle_id is None else (vehicle_id,):
            await self.desk.live.put_fixes([Fix(vehicle_id=name, point=point, taken_at=at, received_at=at)])

    async def reopen(self) -> None:
        """The process ends and begins again over the same file."""
        await self.store.close()
        self.store = self.desk.store = open_sqlite(self.path)

    async def pass_time(self, seconds: float) -> None:
        self.clock.turn(seconds)
        await self.report()
        await self.desk.run_due()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    store = open_sqlite(tmp_path / "town.sqlite3")

    def settle(books: Books) -> None:
        assert publish_packs(books, pack_texts(Settings(sop_dir=""))) == []
        books.facilities.put(
            Facility(
                id="puskesmas-cikokol",
                kind=FacilityKind.PUSKESMAS,
                name=CIKOKOL.name,
                point=CIKOKOL.point,
                phone=PUSKESMAS_PHONE,
            )
        )
        for person in (OPI, SITI):
            books.people.put(person)
        for vehicle_id, (vehicle_class, agency, _) in FLEET.items():
            name = f"Kendaraan {vehicle_id}"
            crew = frozenset({"driver", "escort"})
            books.vehicles.put(Vehicle(id=vehicle_id, name=name, vehicle_class=vehicle_class, agency=agency, crew=crew))
            books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=False, now=NOW)

    await store.write(settle)
    clock, roads = VirtualClock(), GivenRoads({v: minutes for v, (_, _, minutes) in FLEET.items()})
    desk = Desk(store=store, live=MemoryLive(), roads=roads, clock=clock, zone=ZONE)
    made = Town(desk, clock, roads, store, tmp_path / "town.sqlite3")
    await made.report()
    yield made
    await made.store.close()
