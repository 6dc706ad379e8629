"""A loaded server is killed again and again: what was acknowledged is there once, and everything open still stands."""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.point import Point
from tests.people import CIKOKOL, OPI, SITI
from tests.proof.served import Served, fill, secret_of
from tests.proof.standing import ENDS
from tests.proof.witness import Witness

WORKERS = 8
MOST_OPEN = 30
_CLASSES = (VehicleClass.HEARSE, VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.EMERGENCY_AMBULANCE)
FLEET = {f"V{number:02d}": _CLASSES[number % len(_CLASSES)] for number in range(18)}
NEXT = {
    "offered": "accept",
    "accepted": "en_route",
    "en_route": "on_scene",
    "on_scene": "transporting",
    "transporting": "at_destination",
    "at_destination": "clear",
}


@dataclass
class Report:
    """What the kills showed."""

    kills: int = 0
    acknowledged: int = 0
    again: int = 0  # commands whose answer a kill swallowed, sent again under the same key
    kinds: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    open_at_kills: int = 0


@dataclass
class Sent:
    """A command with the mark that it leaves in the database."""

    key: str
    actor: str
    path: str
    body: dict[str, Any]
    kind: str


class Load:
    """Clients that never give a command up: they send it again under its key until it is answered."""

    def __init__(self, server: Served, dice: random.Random) -> None:
        self.server, self.dice = server, dice
        self.report = Report()
        self.acknowledged: list[Sent] = []
        self.requests: list[str] = []
        self.stop = asyncio.Event()
        self._numbers = count(1)
        self._seqs = count(1)
        self._up = asyncio.Event()
        self._up.set()
        self._grown = asyncio.Condition()

    def down(self) -> None:
        """The server is gone: nothing new is begun until it is back."""
        self._up.clear()

    def up(self) -> None:
        """It is back."""
        self._up.set()

    async def reach(self, acknowledged: int) -> None:
        """Wait until so many commands are acknowledged."""
        async with self._grown:
            await self._grown.wait_for(lambda: len(self.acknowledged) >= acknowledged)

    async def work(self, http: httpx.AsyncClient) -> None:
        """One client."""
        while not self.stop.is_set():
            sent = await self._think(http)
            if sent is not None:
                await self._send(http, sent)

    async def _send(self, http: httpx.AsyncClient, sent: Sent) -> None:
        headers = {"Authorization": f"Bearer {secret_of(sent.actor)}", "Idempotency-Key": sent.key}
        while True:
            await self._up.wait()
            try:
                answer = await http.post(sent.path, json=sent.body, headers=headers)
            except httpx.TransportError:
                self.report.again += 1
                await asyncio.sleep(0.02)
                continue
            break
        if answer.status_code >= 500:
            self.report.wrong.append(f"{sent.path} gave {answer.status_code}: {answer.text[:200]}")
        if not answer.is_success:
            return
        if sent.kind == "ask":
            self.requests.append(answer.json()["id"])
        async with self._grown:
            self.acknowledged.append(sent)
            self._grown.notify_all()

    async def _think(self, http: httpx.AsyncClient) -> Sent | None:
        """What this client does next."""
        number, dice = next(self._numbers), self.dice
        key, chance = f"mark-{number:07d}-end", dice.random()
        if len(self.requests) < 5 or (chance < 0.12 and len(self.requests) < MOST_OPEN):
            return Sent(key, SITI.id, "/api/requests", _ask(dice, key), "ask")
        if chance < 0.45:
            return await self._drive(http, key)
        request = dice.choice(self.requests)
        if chance < 0.70:
            return Sent(key, SITI.id, f"/api/requests/{request}/note", {"text": key}, "note")
        if chance < 0.90 or len(self.requests) < MOST_OPEN // 2:
            return Sent(
                key, OPI.id, f"/api/requests/{request}/hold", {"on": dice.random() < 0.5, "reason": key}, "hold"
            )
        self.requests.remove(request)
        return Sent(key, SITI.id, f"/api/requests/{request}/cancel", {"told": key, "reason": "contoh"}, "cancel")

    async def _drive(self, http: httpx.AsyncClient, key: str) -> Sent | None:
        vehicle = self.dice.choice(sorted(FLEET))
        driver, now = f"driver-{vehicle}", datetime.now(UTC).isoformat()
        headers = {"Authorization": f"Bearer {secret_of(driver)}"}
        try:
            here = {"lon": CIKOKOL.point.lon, "lat": CIKOKOL.point.lat, "taken_at": now}
            await http.post("/api/positions", json={"fixes": [here]}, headers=headers)
            me = (await http.get("/api/me", headers=headers)).json()
            if me["assignment"] is not None and me["assignment"]["state"] == "offered":
                await http.post(
                    f"/api/assignments/{me['assignment']['id']}/delivered",
                    headers={**headers, "Idempotency-Key": f"seen-{key}"},
                )
        except httpx.TransportError:
            return None
        trip, seq = me["assignment"], next(self._seqs)
        if trip is None:
            duty = {"duty": "available", "seq": seq, "device_time": now}
            return Sent(key, driver, "/api/me/duty", duty, "duty")
        step = NEXT[trip["state"]]
        if step == "accept" and self.dice.random() < 0.25:
            step = "decline"
        body = {"seq": seq, "device_time": now, "reason": "contoh" if step == "decline" else None}
        return Sent(key, driver, f"/api/assignments/{trip['id']}/{step}", body, "step")


def _ask(dice: random.Random, key: str) -> dict[str, Any]:
    need = dice.choice(["body", "body", "transport", "referral", "emergency", "document"])
    body: dict[str, Any] = {
        "need": need,
        "pickup": "puskesmas-cikokol",
        "dropoff": {"lon": 106.636, "lat": -6.211, "name": "Rumah keluarga"},
        "contact": {"phone": "+62 811-0000-0001"},
        "note": key,
    }
    if need == "document":
        body |= {"subject": "blanko-ktp", "dropoff": None}
    return body


def prepare(folder: Path) -> Served:
    """A server's folder with a small town."""
    facility = Facility(
        id="puskesmas-cikokol",
        kind=FacilityKind.PUSKESMAS,
        name=CIKOKOL.name,
        point=CIKOKOL.point,
        agency="kota-tangerang",
    )
    fleet = [
        (
            Vehicle(id=name, name=f"Kendaraan {name}", vehicle_class=kind, agency="kota-tangerang"),
            Point(lon=CIKOKOL.point.lon + 0.001 * number, lat=CIKOKOL.point.lat),
        )
        for number, (name, kind) in enumerate(FLEET.items())
    ]
    drivers = [Person(id=f"driver-{name}", name=f"{name} Contoh", role=Role.DRIVER, vehicle=name) for name in FLEET]
    fill(folder, [facility], fleet, [SITI, OPI, *drivers])
    return Served(folder)


async def kill_often(folder: Path, *, kills: int, commands: int, seed: int) -> Report:
    """Load a server, kill it `kills` times within at least `commands` acknowledged commands, and judge what is left."""
    dice = random.Random(seed)
    server = await asyncio.to_thread(prepare, folder)
    load = Load(server, dice)
    await asyncio.to_thread(server.start)
    each = commands / (kills + 1)
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
            workers = [asyncio.create_task(load.work(http)) for _ in range(WORKERS)]
            for number in range(kills):
                # Somewhere between two acknowledgements, never at the same place of a command.
                await load.reach(int(each * number + each * dice.uniform(0.5, 1.5)))
                await asyncio.sleep(dice.uniform(0.0, 0.05))
                load.down()
                server.kill()
                load.report.kills += 1
                judge_open(server.database, load.report)
                await asyncio.to_thread(server.start)
                load.up()
            await load.reach(commands)
            load.stop.set()
            await asyncio.gather(*workers)
    finally:
        server.kill()
    judge(server.database, load)
    return load.report


def judge_open(database: Path, report: Report) -> None:
    """What a killed server left: every open request in its one state, with its timer."""
    witness = Witness(database, from_the_beginning=True)
    found = witness.look(datetime.now(UTC))
    report.open_at_kills += sum(row["state"] not in ENDS for row in witness.seen["requests"])
    witness.close()
    report.wrong += [f"after kill {report.kills}: {line}" for line in found]


def judge(database: Path, load: Load) -> None:
    """Each acknowledged command is found once, by its first answer and by the mark that it left."""
    report = load.report
    report.acknowledged = len(load.acknowledged)
    with closing(sqlite3.connect(database)) as raw:
        answers = {key.partition(":")[2] for (key,) in raw.execute("SELECT key FROM answers")}
        notes = "\n".join(note or "" for (note,) in raw.execute("SELECT note FROM contacts"))
        facts = "\n".join(
            text for (text,) in raw.execute("SELECT facts FROM journal WHERE kind IN ('held', 'request_ended')")
        )
        steps = Counter(
            raw.execute("SELECT assignment_id, json_extract(facts, '$.seq') FROM journal WHERE assignment_id NOT NULL")
        )
        kept = raw.execute("SELECT count(*) FROM requests").fetchone()[0]
    marks = Counter(mark for text in (notes, facts) for mark in _marks(text))
    for sent in load.acknowledged:
        report.kinds[sent.kind] += 1
        times = 1 if sent.kind == "duty" else marks[sent.key]
        if sent.kind == "step":
            times = steps[sent.path.split("/")[3], sent.body["seq"]]
        if sent.key not in answers or times < 1:
            report.lost.append(f"{sent.kind} {sent.path} {sent.key}")
        if times > 1:
            report.doubled.append(f"{sent.kind} {sent.path} {sent.key}: {times} times")
    if kept != report.kinds["ask"]:
        report.doubled.append(f"{report.kinds['ask']} requests were acknowledged and {kept} are kept")
    judge_open(database, report)


def _marks(text: str) -> list[str]:
    return [f"mark-{piece[:7]}-end" for piece in text.split("mark-")[1:] if piece[7:11] == "-end"]
