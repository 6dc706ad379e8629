"""The town of the proof: the whole desk over a real SQLite file, with people, vehicles and a clock that is turned."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

from dispatch.desk.command import Command
from dispatch.desk.effects import carry_out, promising
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import deaths, incidents, reports, requests, vehicles
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.request import Ask, Contact, Place
from dispatch.domain.vehicle import Vehicle
from dispatch.live.memory import MemoryLive
from dispatch.rules.pack.read import read_pack
from dispatch.store.sqlite import SqliteStore, open_sqlite
from dispatch.vocabulary.needs import Death, Leaves, Need, Urgency
from dispatch.vocabulary.policy import Diverts
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from geo.point import Point
from tests.people import CIKOKOL, DINA, HOME, NOW, SITI, ZONE, ask, packs, publish
from tests.unit.desk.town import GivenRoads, VirtualClock

T = TypeVar("T")
P = ParamSpec("P")
# What a disk loses at a crash is not asked here (the kills do), so that its flushes need not be waited for.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
CONTACT = Contact(phone="+62 811-0000-0001", name="Keluarga Contoh")
_V = VehicleClass
# Class, agency and minutes to the door. T1 with its nurse is so much nearer than A1 that it goes ahead (R04).
FLEET: dict[str, tuple[VehicleClass, str, float]] = {
    "A1": (_V.EMERGENCY_AMBULANCE, "kota-tangerang", 14.0),
    "A2": (_V.EMERGENCY_AMBULANCE, "kota-tangerang", 20.0),
    "H1": (_V.HEARSE, "kota-tangerang", 24.0),
    "H3": (_V.HEARSE, "dkm", 13.0),
    "K1": (_V.HEARSE, "kabupaten-tangerang", 30.0),
    "L1": (_V.DUAL_USE, "laz", 11.0),
    "O1": (_V.OFFICIAL_CAR, "kota-tangerang", 10.0),
    "T1": (_V.TRANSPORT_AMBULANCE, "kota-tangerang", 5.0),
    "T2": (_V.TRANSPORT_AMBULANCE, "kota-tangerang", 12.0),
}
_CREW = {"T1": {"driver", "escort", "nurse"}, "H1": {"driver", "escort", "second_driver"}}
_GEAR = {"H1": {"infectious", "ppe"}, "A1": {"oxygen", "ventilator"}}
CITY = Person(id="opi", name="Operator Contoh Opi", role=Role.OPERATOR, agency="kota-tangerang")
COUNTY = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="kabupaten-tangerang")
DRIVERS = {name: Person(id=f"driver-{name}", name=f"{name} Contoh", role=Role.DRIVER, vehicle=name) for name in FLEET}
PEOPLE = (SITI, CITY, COUNTY, DINA, *DRIVERS.values())


def booked(asked: Ask, hours: int) -> Ask:
    """The same, for a time that is so many hours after the town's beginning."""
    return replace(asked, schedule_at=NOW + timedelta(hours=hours))


ASKS: dict[str, Ask] = {
    "emergency": ask(Need.EMERGENCY),
    "referral": ask(Need.REFERRAL),
    "referral, special care": ask(Need.REFERRAL, special_care=True),
    "referral, infectious": ask(Need.REFERRAL, infectious=True),
    "transport": ask(Need.TRANSPORT),
    "transport, can sit": ask(Need.TRANSPORT, can_sit=True),
    "transport, red": ask(Need.TRANSPORT, Urgency.RED),
    "body": ask(Need.BODY),
    "body, unnatural": ask(Need.BODY, death=Death.UNNATURAL),
    "body, infectious": ask(Need.BODY, infectious=True),
    "two bodies": ask(Need.BODY, count=2),
    "body, out of town": replace(ask(Need.BODY), leaves=Leaves.CITY),
    "document": replace(ask(Need.DOCUMENT), subject="blanko-ktp"),
    "document, by a day": replace(
        ask(Need.DOCUMENT), subject="blanko-ktp", due_at=NOW + timedelta(days=1), requester=None
    ),
    "body, booked": booked(ask(Need.BODY), 3),
    "transport, booked": booked(ask(Need.TRANSPORT), 2),
}
DELIVERED_TO = Place(point=Point(lon=106.64, lat=-6.21), name="Rumah pemohon", agency="kota-tangerang")
assert HOME.facility is None


def _settle(books: Books) -> None:
    publish(books)
    books.facilities.put(
        Facility(
            id="puskesmas-cikokol",
            kind=FacilityKind.PUSKESMAS,
            name=CIKOKOL.name,
            point=CIKOKOL.point,
            agency="kota-tangerang",
            phone="+62 21-0000-0001",
        )
    )
    for vehicle_id, (vehicle_class, agency, _) in FLEET.items():
        books.vehicles.put(
            Vehicle(
                id=vehicle_id,
                name=f"Kendaraan {vehicle_id}",
                vehicle_class=vehicle_class,
                agency=agency,
                crew=frozenset(_CREW.get(vehicle_id, {"driver", "escort"})),
                equipment=frozenset(_GEAR.get(vehicle_id, ())),
                shares=Shares.ON_REQUEST if vehicle_id == "K1" else Shares.FULL,
            )
        )
    for person in PEOPLE:
        books.people.put(person)


class InTurn(Unit):
    """A unit that thinks in the loop's own thread, so that a run can be played again."""

    async def think(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        return work(*args, **kwargs)


class Town:
    """The desk with its clock and roads in a folder of its own; every call runs to its end before the next."""

    _template: tempfile.TemporaryDirectory[str] | None = None

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="jemput-proof-", dir=MEMORY)
        self.path = Path(self._folder.name) / "town.sqlite3"
        self.clock = VirtualClock()
        self.roads = GivenRoads({name: minutes for name, (_, _, minutes) in FLEET.items()})
        self.silent: set[str] = set()
        self.stands_at: dict[str, Point] = {}
        # Ids order what happens at one moment: a run can be played again only if they are the same again.
        numbers = count()
        for module in (carry_out, promising, incidents, requests, reports, deaths):
            module.uuid4 = lambda: UUID(int=next(numbers) << 80)  # type: ignore[attr-defined]
        shutil.copyfile(self._made_once(), self.path)
        self.open()
        self.report()

    @classmethod
    def _made_once(cls) -> Path:
        """A migrated database with packs, people and a fleet on duty: made once a process and copied."""
        if cls._template is None:
            cls._template = tempfile.TemporaryDirectory(prefix="jemput-proof-", dir=MEMORY)  # until the process ends
            store = open_sqlite(Path(cls._template.name) / "template.sqlite3")

            async def make() -> None:
                await store.write(_settle)
                unit = Unit(store=store, live=MemoryLive(), roads=GivenRoads({}), clock=VirtualClock(), zone=ZONE)
                for name, driver in DRIVERS.items():
                    by = Command(actor=driver, key=None)
                    await vehicles.set_duty(unit, name, Duty.AVAILABLE, at_base=False, by=by)
                unit.close()
                await store.close()

            asyncio.run(make())
        return Path(cls._template.name) / "template.sqlite3"

    def publish(self, diverts: Diverts) -> None:
        """The national SOP says who takes a vehicle from a lower request for a red."""
        if diverts is Diverts.OPERATOR:
            return  # so it is in the sample
        text = packs()["national.toml"].replace("2026-11-01", "2026-11-02")
        text = text.replace("[policy]", f'[policy]\nred_diverts = "{diverts}"')
        pack = read_pack(text)
        self.run(
            lambda: self.store.write(
                lambda books: books.sop.add_pack(
                    agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text
                )
            )
        )

    def open(self) -> None:
        """Open the store as a starting server does."""
        self.store: SqliteStore = open_sqlite(self.path)
        self.store.read, self.store.write = self._read, self._write  # type: ignore[method-assign]
        live = MemoryLive()
        self.run(lambda: live.start(self.store.submit(lambda books: books.vehicles.list_fixes()).result()))
        self.unit = InTurn(store=self.store, live=live, roads=self.roads, clock=self.clock, zone=ZONE)

    # The store is the real one; but use cases that run at once take turns at it in an order that can be played again.

    async def _read(self, work: Callable[[Books], T]) -> T:
        await asyncio.sleep(0)
        return self.store._read(work)

    async def _write(self, work: Callable[[Books], T]) -> T:
        await asyncio.sleep(0)
        return self.store.submit(work).result()

    def restart(self) -> None:
        """Close the store and begin anew from what it holds."""
        self.run(lambda: vehicles.keep_last_fixes(self.unit))
        self._shut()
        self.open()

    def close(self) -> None:
        """End everything; the folder goes."""
        self._shut()
        self._runner.close()
        self._folder.cleanup()

    def _shut(self) -> None:
        self.unit.close()
        self.run(self.store.close)

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """One use case from its beginning to its end."""

        async def whole() -> T:
            return await work()

        return self._runner.run(whole())

    def move(self, vehicle_id: str) -> None:
        """The vehicle stands somewhere else from its next report on."""
        before = self.stands_at.get(vehicle_id, CIKOKOL.point)
        self.stands_at[vehicle_id] = Point(lon=before.lon, lat=before.lat + 0.001)

    def report(self) -> None:
        """Every phone that has signal reports its position."""
        at = self.clock.now() - timedelta(seconds=1)
        fixes = [
            Fix(vehicle_id=name, point=self.stands_at.get(name, CIKOKOL.point), taken_at=at, received_at=at)
            for name in FLEET
            if name not in self.silent
        ]
        self.run(lambda: vehicles.put_fixes(self.unit, fixes))
