"""A real server in this process, over a small town with straight-line roads, and a token for everybody in it."""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from dispatch.desk.ports import Books
from dispatch.domain.people import Facility, FacilityKind, Person, Token
from dispatch.domain.vehicle import Vehicle
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point
from tests.people import BUDI, CIKOKOL, DINA, OPI, SITI
from web.server import create_app

YANI = Person(id="yani", name="Perawat Contoh Yani", role=Role.STAFF, facility="puskesmas-jauh")
JOKO = Person(id="joko", name="Sopir Contoh Joko", role=Role.DRIVER, vehicle="H1")
TRACKER = Person(id="alat", name="Alat Contoh", role=Role.DEVICE, vehicle="H3")
ADMIN = Person(id="adi", name="Admin Contoh Adi", role=Role.ADMIN)
EVERYBODY = (SITI, YANI, OPI, DINA, replace(BUDI, facility=None), JOKO, TRACKER, ADMIN)
BASES = {"A1": 0.0, "H3": 0.03, "H1": 0.08}


def secret(person: Person) -> str:
    """The API token of a person of the town."""
    return f"token-of-{person.id}-that-is-long-enough"


def settle(books: Books) -> None:
    """Two puskesmas, three vehicles at their bases on duty, and the people."""
    now = datetime.now(UTC)
    books.facilities.put(
        Facility(
            id="puskesmas-cikokol",
            kind=FacilityKind.PUSKESMAS,
            name=CIKOKOL.name,
            point=CIKOKOL.point,
            agency="kota-tangerang",
        )
    )
    far = Point(lon=106.40, lat=-6.20)
    books.facilities.put(Facility(id="puskesmas-jauh", kind=FacilityKind.PUSKESMAS, name="Puskesmas Jauh", point=far))
    for vehicle_id, east in BASES.items():
        base = Facility(
            id=f"base-{vehicle_id}",
            kind=FacilityKind.BASE,
            name=f"Pangkalan {vehicle_id}",
            point=Point(lon=CIKOKOL.point.lon + east, lat=CIKOKOL.point.lat),
        )
        books.facilities.put(base)
        ambulance = vehicle_id == "A1"
        books.vehicles.put(
            Vehicle(
                id=vehicle_id,
                name=f"Kendaraan {vehicle_id}",
                vehicle_class=VehicleClass.EMERGENCY_AMBULANCE if ambulance else VehicleClass.HEARSE,
                agency="kota-tangerang" if ambulance else "dkm",
                base=base.id,
                base_point=base.point,
            )
        )
        books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=True, now=now)
    for person in EVERYBODY:
        books.people.put(person)
        digest = hashlib.sha256(secret(person).encode()).hexdigest()
        books.people.add_token(Token(digest=digest, person_id=person.id, kind="api", created_at=now))
    old = hashlib.sha256(b"an-old-token-of-siti-that-ran-out").hexdigest()
    books.people.add_token(
        Token(digest=old, person_id="siti", kind="api", created_at=now, expires_at=now - timedelta(seconds=1))
    )


@dataclass(frozen=True)
class Service:
    """The running server and the application in it."""

    url: str
    app: FastAPI | None = None

    def client(self, person: Person | None) -> httpx.Client:
        """A client signed in as somebody, or as nobody."""
        headers = {"Authorization": f"Bearer {secret(person)}"} if person else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)


def prepare(settings: Settings) -> None:
    """Put the town into the database of these settings."""
    store = open_sqlite(settings.database_path)
    store.submit(settle).result()
    asyncio.run(store.close())


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Service]:
    """A server of its own over the town, ended with the block."""
    prepare(settings)
    with running(settings) as served:
        yield served


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Service]:
    """A server over what these settings' database holds, ended with the block."""
    app = create_app(settings, demo=False)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="websockets-sansio")
    listening = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        while thread.is_alive():
            try:
                httpx.get(f"{url}/healthz", timeout=5)
                break
            except httpx.TransportError:
                continue
        assert thread.is_alive(), "the server did not start"
        yield Service(url, app)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server of its own for the test, ended with it."""
    with serving(Settings(data_dir=tmp_path)) as served:
        yield served
