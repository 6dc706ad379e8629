"""A real server in this process, over a small town with straight-line roads, and a token for everybody in it."""

import asyncio
import atexit
import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dispatch.desk.ports import Books
from dispatch.domain.people import Facility, FacilityKind, Person, Token
from dispatch.domain.vehicle import Vehicle
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.request_states import OPEN
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point
from geo.roads.network import write_network
from tests.people import BUDI, CIKOKOL, DINA, OPI, SITI
from tests.roads import tiny
from tests.servers import NO_TLS, name_the_act, running_app

YANI = Person(id="yani", name="Perawat Contoh Yani", role=Role.STAFF, facility="puskesmas-jauh")
JOKO = Person(id="joko", name="Joko Contoh", role=Role.DRIVER, vehicle="H1")
TRACKER = Person(id="alat", name="Alat Contoh", role=Role.DEVICE, vehicle="H3")
ADMIN = Person(id="adi", name="Admin Contoh Adi", role=Role.ADMIN)
EVERYBODY = (SITI, YANI, OPI, DINA, replace(BUDI, facility=None), JOKO, TRACKER, ADMIN)
# The main road from west to east through the puskesmas and past the bases of H3 and H1, and a way round to the north
# of its piece between 106.64 and 106.65.
_MAIN = (106.60, 106.628, 106.64, 106.65, 106.658, 106.708, 106.75)
_NODES = [*((lon, -6.2001) for lon in _MAIN), (106.64, -6.17), (106.65, -6.17)]
_STREETS = [*((at, at + 1) for at in range(len(_MAIN) - 1)), (2, 7), (7, 8), (8, 3)]
BASES = {"A1": 0.0, "H3": 0.03, "H1": 0.08}


def secret(person: Person) -> str:
    """The API token of a person of the town."""
    return f"token-of-{person.id}-that-is-long-enough"


def give_token(books: Books, person: Person) -> None:
    """A token with which this person calls."""
    digest = hashlib.sha256(secret(person).encode()).hexdigest()
    books.people.add_token(Token(digest=digest, person_id=person.id, kind="api", created_at=datetime.now(UTC)))


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
    go_on_duty(books)
    for person in EVERYBODY:
        books.people.put(person)
        give_token(books, person)
    old = hashlib.sha256(b"an-old-token-of-siti-that-ran-out").hexdigest()
    books.people.add_token(
        Token(digest=old, person_id="siti", kind="api", created_at=now, expires_at=now - timedelta(seconds=1))
    )


def go_on_duty(books: Books) -> None:
    """Every vehicle is available at its base, and its crew is rested."""
    for vehicle_id in BASES:
        books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=True, now=datetime.now(UTC))
        books.vehicles.set_history(vehicle_id, on_duty_since=None, trip_ended_at=None)
        books.vehicles.set_auto_accept(vehicle_id, on=False)
        books.vehicles.leave_alone(vehicle_id, None)


@dataclass(frozen=True)
class Service:
    """The running server and the application in it."""

    url: str
    app: FastAPI | None = None

    def client(self, person: Person | None) -> httpx.Client:
        """A client signed in as somebody, or as nobody."""
        headers = {"Authorization": f"Bearer {secret(person)}"} if person else {}
        hooks = {"request": [name_the_act]}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, verify=NO_TLS, event_hooks=hooks)


_TOWNS: dict[str, Path] = {}  # the settled database, made once in this process and copied


def prepare(settings: Settings) -> None:
    """Put the town into the database of these settings."""
    if "town" not in _TOWNS:
        folder = Path(tempfile.mkdtemp(prefix="town-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        store = open_sqlite(folder / "town.sqlite3")
        store.submit(settle).result()
        asyncio.run(store.close())
        _TOWNS["town"] = folder / "town.sqlite3"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(_TOWNS["town"], settings.database_path)


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Service]:
    """A server of its own over the town, ended with the block."""
    prepare(settings)
    with running(settings) as served:
        yield served


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Service]:
    """A server over what these settings' database holds, ended with the block."""
    with running_app(settings) as (url, app):
        yield Service(url, app)


def tidy(service: Service) -> None:
    """Take back what a test did: nothing is asked for, grouped, closed or drafted, and every vehicle is at its base."""
    assert service.app is not None
    ended = {"told": "keluarga", "reason": "akhir uji"}
    with service.client(OPI) as operator, service.client(ADMIN) as admin:
        which: dict[str, int | list[str]] = {"state": [state.value for state in OPEN], "limit": 200}
        while listed := operator.get("/api/requests", params=which).json()["requests"]:
            for request in listed:
                answer = operator.post(f"/api/requests/{request['id']}/cancel", json=ended)
                if (
                    answer.is_error and answer.json().get("code") != "request_ended"
                ):  # a way back ends with its way there
                    answer.raise_for_status()
        for closure in operator.get("/api/closures").json()["features"]:
            operator.post(f"/api/closures/{closure['id']}/open").raise_for_status()
        for incident in operator.get("/api/incidents").json()["incidents"]:
            operator.post(f"/api/incidents/{incident['id']}/close").raise_for_status()
        for agency in admin.get("/api/sop").json()["agencies"]:
            for draft in agency["drafts"]:
                admin.delete(f"/api/sop/{agency['agency']}/drafts/{draft['id']}").raise_for_status()
    service.app.state.house.unit.store.submit(go_on_duty).result()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The server of all tests that leave nothing behind which `tidy` does not take back."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("shared"))) as served:
        yield served


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """The town as it was at first, but for its journal; for a test marked `alone` on a server of its own."""
    if request.node.get_closest_marker("alone"):
        with serving(Settings(data_dir=request.getfixturevalue("tmp_path"))) as served:
            yield served
        return
    shared: Service = request.getfixturevalue("shared")
    yield shared
    tidy(shared)


def draw_town(path: Path) -> None:
    """The roads as a network file, and beside it a week in which every hour is alike."""
    path.with_suffix(".toml").write_text(
        '[[slice]]\nname = "selalu"\ndays = "all"\nfrom = "00:00"\nuntil = "00:00"\nmain = 1.0\nside = 1.0\n'
    )
    grid = [((lon - tiny.WEST) / tiny.STEP, (lat - tiny.SOUTH) / tiny.STEP) for lon, lat in _NODES]
    metres = [abs(grid[a][0] - grid[b][0]) * 110 + abs(grid[a][1] - grid[b][1]) * 110 for a, b in _STREETS]
    streets = tiny.both(*((a, b, m) for (a, b), m in zip(_STREETS, metres, strict=True)))
    write_network(tiny.network(grid, streets, turn_costs="osm"), path)


@pytest.fixture(scope="session")
def town_roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network file of the town."""
    path = tmp_path_factory.mktemp("roads") / "town.roads"
    draw_town(path)
    return path


def settings_of(folder: Path, roads: Path, *, redis_url: str = "") -> Settings:
    """The town with its roads."""
    return Settings(data_dir=folder, roads=str(roads), traffic=str(roads.with_suffix(".toml")), redis_url=redis_url)


@pytest.fixture(scope="session")
def shared_town(town_roads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same town with its roads."""
    with serving(settings_of(tmp_path_factory.mktemp("town"), town_roads)) as served:
        yield served


@pytest.fixture
def town(shared_town: Service) -> Iterator[Service]:
    """The town with its roads, as it was at first but for its journal."""
    yield shared_town
    tidy(shared_town)
