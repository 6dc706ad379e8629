"""A real `jemput serve` over a folder of its own, on a free loopback port, that can be killed and started again."""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import vehicles
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, Person, Token
from dispatch.domain.vehicle import Vehicle
from dispatch.live.memory import MemoryLive
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import ZONE, publish
from tests.servers import NO_TLS, free_port
from tests.unit.desk.town import GivenRoads

_START_S = 120.0


def secret_of(person_id: str) -> str:
    """The API token of a person of the folder."""
    return f"token-of-{person_id}-that-is-long-enough"


def fill(
    folder: Path,
    facilities: Sequence[Facility],
    fleet: Sequence[tuple[Vehicle, Point]],
    people: Sequence[Person],
    *,
    on_duty: bool = True,
) -> None:
    """Make the database of a server: packs, places, vehicles where they stand and on duty, people with tokens."""
    now = datetime.now(UTC)
    store = open_sqlite(Settings(data_dir=folder).database_path)

    def put(books: Books) -> None:
        publish(books)
        for facility in facilities:
            books.facilities.put(facility)
        for vehicle, _ in fleet:
            books.vehicles.put(vehicle)
        books.vehicles.put_fixes(
            [Fix(vehicle_id=v.id, point=point, taken_at=now, received_at=now) for v, point in fleet]
        )
        for person in people:
            books.people.put(person)
            digest = hashlib.sha256(secret_of(person.id).encode()).hexdigest()
            books.people.add_token(Token(digest=digest, person_id=person.id, kind="api", created_at=now))

    class Now:
        def now(self) -> datetime:
            return now

    async def make() -> None:
        await store.write(put)
        unit = Unit(store=store, live=MemoryLive(), roads=GivenRoads({}), clock=Now(), zone=ZONE)
        drivers = {person.vehicle: person for person in people if person.role is Role.DRIVER}
        for vehicle, _ in fleet if on_duty else ():
            by = Command(actor=drivers[vehicle.id])
            await vehicles.set_duty(unit, vehicle.id, Duty.AVAILABLE, at_base=False, by=by)
        unit.close()
        await store.close()

    asyncio.run(make())


@dataclass
class Served:
    """One server process."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return Settings(data_dir=self.folder).database_path

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, "JEMPUT_DATA_DIR": str(self.folder), "JEMPUT_ROADS": "", "JEMPUT_REDIS_URL": ""}
        program = Path(sys.executable).parent / "jemput"
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--port", str(self.port)], env=environment, stdout=log, stderr=log, cwd=self.folder
            )
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            try:
                httpx.get(f"{self.url}/healthz", timeout=5, verify=NO_TLS)
            except httpx.TransportError:
                time.sleep(0.02)  # asked again until it answers
            else:
                return
        raise AssertionError(f"the server did not answer within {_START_S:.0f} s")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
