"""The town of the journeys: the unit with its store, tail and letters, a clock to turn, and what people have read."""

import contextlib
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from dispatch.desk.command import Command
from dispatch.desk.ports import Books, JournalEntry
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import arriving, reports, timers, trips, vehicles
from dispatch.desk.usecases.requests import receive
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix
from dispatch.domain.message import MessageState
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.promise import Promise
from dispatch.domain.request import Ask, Contact
from dispatch.domain.vehicle import Vehicle
from dispatch.live.memory import MemoryLive
from dispatch.reading import family
from dispatch.reading.explained import explain_request
from dispatch.reading.letters import Letter
from dispatch.reading.requests import request_out
from dispatch.roads.straight import StraightRoads
from dispatch.rules.pack.read import read_pack
from dispatch.store.sqlite import open_passing
from dispatch.tell.gateway import Gateways
from dispatch.tell.tail import tell_on
from dispatch.tell.teller import Teller
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import Report, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from dispatch.words.events import event_text
from geo.point import Point
from tests.people import CIKOKOL, DINA, NOW, RINA, RSUD, SITI, ZONE, packs

T = TypeVar("T")
# Nobody asks here what a disk keeps, so its flushes need not be waited for.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
OPI = Person(id="opi", name="Operator Contoh Opi", role=Role.OPERATOR, agency="kota-tangerang", phone="0811 0000 005")
OKA = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="kabupaten-tangerang")
_C = VehicleClass
# Class, agency, and how many hundred metres east of Cikokol it stands.
FLEET: dict[str, tuple[VehicleClass, str, int]] = {
    "A1": (_C.EMERGENCY_AMBULANCE, "kota-tangerang", 30),
    "T1": (_C.TRANSPORT_AMBULANCE, "kota-tangerang", 5),
    "H3": (_C.HEARSE, "dkm", 10),
    "H1": (_C.HEARSE, "kota-tangerang", 40),
    "K1": (_C.HEARSE, "kabupaten-tangerang", 20),
    "L1": (_C.DUAL_USE, "laz", 15),
}
DRIVERS = {
    vehicle: Person(id=f"driver-{vehicle}", name=f"{name} Contoh", role=Role.DRIVER, vehicle=vehicle)
    for vehicle, name in zip(FLEET, ("Adi", "Tono", "Budi", "Hari", "Kurnia", "Laras"), strict=True)
}
BASE = Facility(id="pangkalan", kind=FacilityKind.BASE, name="Pangkalan", point=CIKOKOL.point, phone="021 0000 002")


def _settle(books: Books) -> None:
    for text in packs().values():
        pack = read_pack(text)
        books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text)
    books.facilities.put(BASE)
    books.facilities.put(
        Facility(
            id="puskesmas-cikokol",
            kind=FacilityKind.PUSKESMAS,
            name=CIKOKOL.name,
            point=CIKOKOL.point,
            phone="021 0000 001",
        )
    )
    books.facilities.put(
        Facility(id="rsud-contoh", kind=FacilityKind.HOSPITAL, name=RSUD.name, point=RSUD.point, phone="021 0000 003")
    )
    for name, (vehicle_class, agency, _) in FLEET.items():
        books.vehicles.put(
            Vehicle(
                id=name,
                name=f"Kendaraan {name}",
                vehicle_class=vehicle_class,
                agency=agency,
                base=BASE.id if name == "H3" else None,
                shares=Shares.ON_REQUEST if name == "K1" else Shares.FULL,
                papers_valid_until=date(2026, 12, 1) if name == "L1" else None,  # within the thirty days of R20-30
            )
        )
    for person in (SITI, RINA, OPI, OKA, DINA, *DRIVERS.values()):
        books.people.put(person)


@dataclass
class TurnedClock:
    """A clock that the test turns."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Read:
    """What somebody read, and when."""

    at: datetime
    letter: Letter

    @property
    def line(self) -> str:
        """As a transcript has it: the time, who and what, without what is another in every run."""
        text = self.letter.text.rpartition(" (no. ")[0]
        return f"{self.at.astimezone(ZONE):%H.%M.%S} {self.letter.label}: " + re.sub(r"/t/\S+", "/t/…", text)


@dataclass
class Town:
    """The unit with its clock; `read` is what people have read so far. Nobody has a gateway: each message waits for
    somebody's hand when its time has come, and is read then."""

    unit: Unit
    clock: TurnedClock
    teller: Teller
    read: list[Read] = field(default_factory=list)
    _known: set[int] = field(default_factory=set)

    async def books(self, look: Callable[[Books], T]) -> T:
        return await self.unit.store.read(look)

    async def ask(self, asked: Ask, *, by: Person = SITI) -> str:
        contact = Contact(phone="+62 811-0000-0001", name="Keluarga Contoh")
        request_id = done(await receive(self.unit, asked, contact, by=Command(actor=by)))
        await self.post()
        return request_id

    async def trip(self, request_id: str) -> Assignment:
        """The newest assignment of a request, and of equal ones that which is not over."""
        held = await self.books(lambda books: books.assignments.list_of(request_id))
        return max(held, key=lambda trip: (trip.offered_at, trip.is_live))

    async def link(self, request_id: str) -> str:
        """The token of the family's link."""
        return await self.books(lambda books: books.requests.get_track_token(request_id))

    async def promise(self, request_id: str) -> Promise:
        """The promise that is open."""
        found = await self.books(lambda books: books.promises.find_open(request_id))
        assert found is not None
        return found

    async def onward(self, request_id: str) -> str:
        """The request for the body."""
        reports = await self.books(lambda books: books.deaths.list_of(request_id))
        return next(report.onward for report in reports if report.onward is not None)

    async def try_step(self, trip: Assignment, step: Step, by: Person | None = None) -> str | Refusal:
        """Of its own driver, unless somebody else is named."""
        actor = by or DRIVERS[trip.vehicle_id]
        source = StepSource.TAP if actor.role is Role.DRIVER else StepSource.OPERATOR
        command = StepCommand(step=step, actor=actor.id, source=source, reason="karena sesuatu")
        return await trips.step(self.unit, trip.id, command, by=Command(actor=actor))

    async def drive(self, request_id: str, *steps: Step, by: Person | None = None) -> Assignment:
        """Take these steps with the newest assignment, fifteen seconds after each."""
        await self.post()
        trip = await self.trip(request_id)
        for step in steps:
            done(await self.try_step(trip, step, by))
            await self.wait(15)
        return trip

    async def report(self, request_id: str, what: Report) -> None:
        """The crew of the newest assignment reports this."""
        trip = await self.trip(request_id)
        by = Command(actor=DRIVERS[trip.vehicle_id])
        done(await reports.report(self.unit, trip.id, what, by=by))
        await self.wait(15)

    async def on_duty(self, *names: str) -> None:
        """These vehicles are, and no other."""
        for name in FLEET:
            duty = Duty.AVAILABLE if name in names else Duty.OFF_DUTY
            by = Command(actor=DRIVERS[name])
            done(await vehicles.set_duty(self.unit, name, duty, at_base=False, by=by))
        await self.wait(0)

    async def wait(self, seconds: float) -> None:
        """Time passes: every timer runs and every message goes at its own time."""
        until = self.clock.at + timedelta(seconds=seconds)
        while True:
            await self._report()
            next_at = await timers.run_due(self.unit)
            await self.post()
            queued = await self.books(lambda books: books.outbox.list_some(states=[MessageState.QUEUED]))
            times = [message.send_after for message in queued] + ([next_at] if next_at else [])
            if self.clock.at >= until:
                break
            self.clock.at = min([until, *(at for at in times if at > self.clock.at)])

    async def stand(self, minutes: int) -> None:
        """For so many minutes every vehicle stands where it is, and its arrival is calculated again each minute."""
        for _ in range(minutes):
            await arriving.follow_arrivals(self.unit)
            await self.wait(60)
        await arriving.follow_arrivals(self.unit)
        await self.post()

    async def post(self) -> None:
        """Everybody is told what there is to tell now, and reads it."""
        while await tell_on(self.unit.store):
            pass
        while await self.books(lambda books: books.outbox.list_ready(self.clock.at, 1)):
            await self.teller.send_ready()
        assert not await self.books(lambda books: books.outbox.list_some(states=[MessageState.FAILED]))
        for message in await self.books(lambda books: books.outbox.list_some(states=[MessageState.LINKED])):
            if message.id not in self._known:
                self._known.add(message.id)
                letter = await self.books(lambda books: self.teller.write(books, message))  # noqa: B023 - called at once
                self.read.append(Read(self.clock.at, letter))

    def lines(self) -> list[str]:
        """What everybody has read, in its order."""
        return [one.line for one in self.read]

    async def pages(self) -> list[str]:
        """What an operator reads of every request, its decision and its course, and each family on its link."""
        entries = await self.journal()
        requests = sorted({entry.event.request_id for entry in entries if entry.event.request_id})

        def explain(books: Books) -> list[str]:
            return [line for name in requests for line in explain_request(books, name, ZONE, Lang.ID)[1:]]

        said = [event_text(entry.event, Lang.ID, self.unit.zone) for entry in entries if entry.event.request_id is None]
        said += await self.books(explain)
        for request_id in requests:
            page = await family.view(self.unit, await self.link(request_id), Lang.ID)
            if page is not None:
                said += [
                    page.condolence or "",
                    page.headline,
                    *page.lines,
                    *(text for vehicle in page.vehicles for text, _ in vehicle.steps),
                ]
        return said

    async def timelines(self) -> list[str]:
        """Each line of every request's timeline that is no decision's own sentence."""
        entries = await self.journal()

        def read(books: Books) -> list[str]:
            found = [
                event
                for request_id in {entry.event.request_id for entry in entries if entry.event.request_id}
                for event in request_out(self.unit, books, OPI, request_id, "{token}", Lang.ID).timeline
            ]
            return [event.text for event in found if event.kind is not EventKind.DECISION_MADE]

        return await self.books(read)

    async def spoken(self, request_id: str) -> list[tuple[bool, str]]:
        """All that is read of a request now or may still be sent, and whether it is for whoever asked: the family's
        link, what staff are to say, letters."""
        await self.post()
        page = await family.view(self.unit, await self.link(request_id), Lang.ID)

        def read(books: Books) -> list[tuple[bool, str]]:
            held = request_out(self.unit, books, OPI, request_id, "{token}", Lang.ID)
            unsent = books.outbox.list_some(request_id=request_id, states=[MessageState.QUEUED, MessageState.LINKED])
            letters = [(m.recipient.startswith("contact"), self.teller.write(books, m).text) for m in unsent]
            return [*([(True, held.decision.say)] if held.decision else []), *letters]

        return [*((True, line) for line in (page.lines if page is not None else ())), *await self.books(read)]

    async def journal(self) -> list[JournalEntry]:
        return await self.books(lambda books: [*books.journal.list_after(0, 100_000).entries])

    async def _report(self) -> None:
        """Every vehicle reports where it stands."""
        at = self.clock.at
        points = {
            name: Point(lon=CIKOKOL.point.lon + east * 0.0009, lat=CIKOKOL.point.lat)
            for name, (_, _, east) in FLEET.items()
        }
        await self.unit.live.put_fixes(
            [Fix(vehicle_id=name, point=point, taken_at=at, received_at=at) for name, point in points.items()]
        )


def done(result: T | Refusal) -> T:
    """What was done; it was not refused."""
    assert not isinstance(result, Refusal), result
    return result


@contextlib.asynccontextmanager
async def open_town() -> AsyncIterator[Town]:
    """A town in which every vehicle stands ready."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        store, clock = open_passing(Path(folder)), TurnedClock()
        await store.write(_settle)
        unit = Unit(store=store, live=MemoryLive(), roads=StraightRoads(), clock=clock, zone=ZONE)
        teller = Teller(
            store=store, clock=clock, gateways=Gateways("", {}), zone=ZONE, public_url="https://jemput.example"
        )
        town = Town(unit, clock, teller)
        try:
            await town.on_duty(*FLEET)
            yield town
        finally:
            unit.close()
            await store.close()
