"""From a red request posted to the offer in the driver's page, over a real server with ten thousand vehicles.

There is no rival in this run: the goal is a time that people wait (p95 under one second at five requests a second).
Every request is posted beside another ambulance, whose driver's page is connected as a real one is: it hears of the
offer on its live connection and fetches it. Load and pages run in this process, the server in one of its own.
"""

import argparse
import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

import httpx
import websockets

from dispatch.bootstrap import pack_texts, publish_packs
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person, Token
from dispatch.domain.vehicle import Vehicle
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point

WEST, SOUTH, SIDE = 106.3, -6.5, 0.6  # degrees: a region of some 66 km
SHIFT = timedelta(hours=16)
_OTHERS = (VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.HEARSE, VehicleClass.DUAL_USE, VehicleClass.MOBILE_CLINIC)
_AGENCIES = ("kota-tangerang", "kabupaten-tangerang", "tangerang-selatan", "dkm", "laz")


@dataclass
class Watched:
    """An ambulance whose driver's page is open, and what it saw."""

    vehicle: str
    point: Point
    posted: float = 0.0
    answered: float = 0.0
    heard: float = 0.0
    shown: float = 0.0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


def secret(person_id: str) -> str:
    return f"bench-token-of-{person_id}-long-enough"


def make_fleet(vehicles: int, watched: int, dice: Random) -> list[tuple[Vehicle, Point]]:
    """Ambulances on a grid, each far from the next, and the rest of the fleet among them."""
    across = int(watched**0.5) + 1
    fleet = []
    for number in range(vehicles):
        if number < watched:
            row, column = divmod(number, across)
            point = Point(lon=WEST + SIDE * (column + 0.5) / across, lat=SOUTH + SIDE * (row + 0.5) / across)
            kind, agency = VehicleClass.EMERGENCY_AMBULANCE, "kota-tangerang"
        else:
            point = Point(lon=WEST + SIDE * dice.random(), lat=SOUTH + SIDE * dice.random())
            kind, agency = dice.choice(_OTHERS), dice.choice(_AGENCIES)
        name = f"V{number:05d}"
        fleet.append((Vehicle(id=name, name=f"Kendaraan Contoh {number}", vehicle_class=kind, agency=agency), point))
    return fleet


def fill(settings: Settings, fleet: list[tuple[Vehicle, Point]], watched: int) -> None:
    """The server's database: everybody is on duty and has just reported."""
    now = datetime.now(UTC)
    here = Facility(id="puskesmas-contoh", kind=FacilityKind.PUSKESMAS, name="Puskesmas Contoh", point=fleet[0][1])
    people = [
        Person(id="siti", name="Perawat Contoh", role=Role.STAFF, facility=here.id),
        Person(id="opi", name="Operator Contoh", role=Role.OPERATOR),
        *(Person(id=f"driver-{v.id}", name="Sopir Contoh", role=Role.DRIVER, vehicle=v.id) for v, _ in fleet[:watched]),
    ]

    def put(books: Books) -> None:
        publish_packs(books, pack_texts(Settings(sop_dir="")), now)
        books.facilities.put(here)
        for vehicle, _ in fleet:
            books.vehicles.put(vehicle)
            books.vehicles.set_duty(vehicle.id, Duty.AVAILABLE, at_base=False, now=now)
            books.vehicles.set_history(vehicle.id, on_duty_since=now, trip_ended_at=None)
            books.timers.set(Due(kind=DueKind.SHIFT_ENDS, subject=vehicle.id, at=now + SHIFT))
        books.vehicles.put_fixes(
            [Fix(vehicle_id=v.id, point=point, taken_at=now, received_at=now) for v, point in fleet]
        )
        for person in people:
            books.people.put(person)
            digest = hashlib.sha256(secret(person.id).encode()).hexdigest()
            books.people.add_token(Token(digest=digest, person_id=person.id, kind="api", created_at=now))

    store = open_sqlite(settings.database_path)
    store.submit(put).result()
    asyncio.run(store.close())


async def page(watched: Watched, url: str, http: httpx.AsyncClient) -> None:
    """A driver's page: connected, and fetching the offer as soon as it hears of one."""
    headers = {"Authorization": f"Bearer {secret(f'driver-{watched.vehicle}')}"}
    async with websockets.connect(
        f"{url.replace('http', 'ws')}/live", additional_headers=headers, open_timeout=60
    ) as line:
        async for text in line:
            message = json.loads(text)
            if "snapshot" in message:
                watched.ready.set()
            elif message.get("kind") == "offer_made":
                watched.heard = time.perf_counter()
                answer = await http.get("/api/me/offer", headers=headers)
                assert answer.status_code == httpx.codes.OK, answer.text
                watched.shown = time.perf_counter()
                trip = answer.json()["assignment_id"]
                heard = {**headers, "Idempotency-Key": f"heard-{trip}"}
                told = await http.post(f"/api/assignments/{trip}/delivered", headers=heard)
                assert told.is_success, told.text
                watched.done.set()
                return


async def operator(url: str, stop: asyncio.Event) -> int:
    """An operator's map is open beside: it hears everything."""
    heard = 0
    headers = {"Authorization": f"Bearer {secret('opi')}"}
    async with websockets.connect(
        f"{url.replace('http', 'ws')}/live", additional_headers=headers, max_size=None, open_timeout=60
    ) as line:
        while not stop.is_set():
            try:
                await asyncio.wait_for(line.recv(), 0.2)
                heard += 1
            except TimeoutError:
                continue
    return heard


async def ask(watched: Watched, http: httpx.AsyncClient) -> None:
    """Staff posts a red request beside the watched ambulance."""
    body = {
        "need": "emergency",
        "urgency": "red",
        "pickup": {"lon": watched.point.lon + 0.0005, "lat": watched.point.lat, "name": "Titik contoh"},
        "contact": {"phone": "+62 811-0000-0001"},
    }
    headers = {"Authorization": f"Bearer {secret('siti')}", "Idempotency-Key": f"bench-{watched.vehicle}"}
    watched.posted = time.perf_counter()
    answer = await http.post("/api/requests", json=body, headers=headers)
    watched.answered = time.perf_counter()
    assert answer.status_code == httpx.codes.CREATED, answer.text
    offered = [one["vehicle_id"] for one in answer.json()["assignments"]]
    assert offered[0] == watched.vehicle, f"{offered} instead of {watched.vehicle}"


async def load(url: str, pages: list[Watched], per_second: float) -> None:
    """Open all pages, then post the requests in even steps, however long the answers take."""
    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=url, timeout=120) as http:
        lines = [asyncio.create_task(page(one, url, http)) for one in pages]
        desk = asyncio.create_task(operator(url, stop))
        await asyncio.gather(*(one.ready.wait() for one in pages))
        begun, asks = time.perf_counter(), []
        for number, one in enumerate(pages):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            asks.append(asyncio.create_task(ask(one, http)))
        await asyncio.gather(*asks, *lines)
        stop.set()
        await desk


def report(name: str, seconds: list[float]) -> float:
    """One line; returns the 95th percentile."""
    p95 = quantiles(seconds, n=20)[-1]
    told = (("median", median(seconds)), ("p95", p95), ("max", max(seconds)))
    print(f"{name:28} " + "   ".join(f"{word} {value * 1000:6.0f} ms" for word, value in told))
    return p95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=150)
    parser.add_argument("--per-second", type=float, default=5.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jemput-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        fleet = make_fleet(options.vehicles, options.requests, Random(119))
        fill(settings, fleet, options.requests)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "JEMPUT_DATA_DIR": folder, "JEMPUT_ROADS": "", "JEMPUT_REDIS_URL": ""}
        server = subprocess.Popen(
            [Path(sys.executable).parent / "jemput", "serve", "--port", str(port)], env=environment, cwd=folder
        )
        try:
            url = f"http://127.0.0.1:{port}"
            while True:
                try:
                    httpx.get(f"{url}/healthz", timeout=30)
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            pages = [Watched(vehicle.id, point) for vehicle, point in fleet[: options.requests]]
            asyncio.run(load(url, pages, options.per_second))
        finally:
            server.terminate()
            server.wait()
    print(f"{options.vehicles} vehicles, {options.requests} red requests at {options.per_second} a second, one process")
    report("posted to answered", [one.answered - one.posted for one in pages])
    report("posted to heard on /live", [one.heard - one.posted for one in pages])
    report("posted to shown (me/offer)", [one.shown - one.posted for one in pages])


if __name__ == "__main__":
    main()
