"""The live connection: a snapshot, then every event in order, and positions latest-wins."""

import asyncio
import contextlib
import json
import logging
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from dispatch.bootstrap import House
from dispatch.desk.ports import Books, FixBatch, JournalEntry, JournalPart, StoreUnavailableError, Wake
from dispatch.desk.usecases.closures import follow_closures
from dispatch.domain.fix import Fix, LinkHealth, link_health
from dispatch.domain.people import Person
from dispatch.domain.request import RequestFilter
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.incidents import open_incidents_out
from dispatch.reading.requests import summaries_out
from dispatch.reading.scope import Scope, facility_of, of_fleet, of_requests, sees_incidents
from dispatch.reading.vehicles import SnapshotOut, fleet_out
from dispatch.vocabulary.events import RoadEvent
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.request_states import RUNNING
from dispatch.vocabulary.roles import may
from dispatch.vocabulary.vehicle_classes import Duty
from web.auth import LIVE, SignedIn, find_signed_in, owner_of, same_origin
from web.enduring import every, outlived, where
from web.errors import Problem
from web.news import News, write_news
from web.positions import FixesIn, take_fixes

_log = logging.getLogger(__name__)
_ROW = struct.Struct("<IffHBB")  # vehicle number, lon, lat, heading (65535: none), duty, link
_DUTIES, _LINKS = tuple(Duty), tuple(LinkHealth)
_TICK_S = 0.2
_SIGN_IN_S = 1.0  # between one look whether those who are connected are signed in and the next
_SIGN_IN_FIRST = (4401, "sign in first")
_AGAIN_S = 1.0  # after the live port failed
_AGE_S = 5.0  # between one look for vehicles that have fallen silent and the next
_LANE = 500  # events that a connection may be behind; then it is closed and comes back with its last seq
_REPLAY = 2_000
_BATCH = 200
_MOST_REQUESTS = 200


def _part_after(seq: int, limit: int, books: Books) -> JournalPart:
    return books.journal.list_after(seq, limit)


class ViewIn(BaseModel):
    """The part of the map that the client shows: west, south, east, north."""

    view: tuple[float, float, float, float]


@dataclass(eq=False, slots=True)
class _Client:
    """One connection: events must arrive, of positions only the newest matters."""

    person: Person
    token: str  # the digest of that with which it came
    events: asyncio.Queue[tuple[int, str]] = field(default_factory=lambda: asyncio.Queue(_LANE))
    rows: dict[str, bytes] = field(default_factory=dict)
    view: tuple[float, float, float, float] | None = None
    overflown: bool = False
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)

    def sees(self, fix: Fix) -> bool:
        if of_fleet(self.person) is not Scope.FULL:
            return False
        if self.view is None:
            return True
        west, south, east, north = self.view
        return west <= fix.point.lon <= east and south <= fix.point.lat <= north

    def queue(self, seq: int, message: str) -> None:
        try:
            self.events.put_nowait((seq, message))
        except asyncio.QueueFull:
            self.overflown = True


class Hub:
    """Reads the journal once for all connections and hands each what is its business."""

    def __init__(self, house: House) -> None:
        self._house, self._unit = house, house.unit
        self._clients: set[_Client] = set()
        self._seq: int | None = None  # how far the journal was read; nothing yet
        self._passed_over: set[int] = set()
        self.ended = False
        self._numbers: dict[str, tuple[int, int]] = {}
        self._links: dict[str, LinkHealth] = {}
        self._read = asyncio.Lock()

    async def run(self) -> None:
        """Follow the live port until cancelled, whatever fails on the way."""
        ticks = (self._age, _AGE_S, "ageing"), (self._look_for_sign_outs, _SIGN_IN_S, "sign-outs")
        beside = [asyncio.create_task(every(s, tick), name=name) for tick, s, name in ticks]
        try:
            while True:
                with outlived("following the live port"):
                    await self._follow()
                await asyncio.sleep(_AGAIN_S)
        finally:
            self.ended = True
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _follow(self) -> None:
        if self._seq is None:
            self._seq = await self._unit.store.read(lambda books: books.journal.last_seq())
        await follow_closures(self._unit)  # what another process closed since this one began
        await self._renumber()
        await self._read_on()
        async for news in self._unit.live.watch():
            with outlived("handing out what is new"):
                match news:
                    case Wake():
                        await self._read_on()
                    case FixBatch(fixes=fixes):
                        self._hand_out(fixes)

    async def _renumber(self) -> None:
        fleet = await self._unit.fleet.list_all()
        self._numbers = {vehicle.id: (no, _DUTIES.index(vehicle.duty)) for no, vehicle in enumerate(fleet)}

    async def _age(self) -> None:
        """Tell the maps of vehicles that have fallen silent: of those no fix comes any more."""
        if self._clients:
            vehicles = await self._unit.fleet.list_all()
            self._hand_out(await self._unit.think(self._fallen_silent, vehicles))

    async def _look_for_sign_outs(self) -> None:
        """Close the connections of those whose token is no longer theirs: signed out, revoked, run out."""
        clients, now = tuple(self._clients), self._unit.clock.now()
        if clients:
            tokens = {client.token for client in clients}
            owners = await self._unit.store.read(lambda books: {token: owner_of(books, token, now) for token in tokens})
            for client in clients:
                if owners[client.token] != client.person:
                    self._clients.discard(client)
                    client.signed_out.set()

    def _fallen_silent(self, vehicles: Iterable[VehicleNow]) -> list[Fix]:
        now, limits, found = self._unit.clock.now(), self._unit.limits, []
        for vehicle in vehicles:
            fix = vehicle.position(now)
            if fix is not None and link_health(fix, now, limits) is not self._links.get(vehicle.id, LinkHealth.LIVE):
                found.append(fix)
        return found

    def _hand_out(self, fixes: Iterable[Fix]) -> None:
        now, limits = self._unit.clock.now(), self._unit.limits
        for fix in fixes:
            known = self._numbers.get(fix.vehicle_id)
            if known is None:
                continue
            link = self._links[fix.vehicle_id] = link_health(fix, now, limits)
            heading = 65535 if fix.heading is None else round(fix.heading) % 360
            row = _ROW.pack(known[0], fix.point.lon, fix.point.lat, heading, known[1], _LINKS.index(link))
            for client in self._clients:
                if client.sees(fix):
                    client.rows[fix.vehicle_id] = row

    async def _read_on(self) -> None:
        async with self._read:
            while self._seq is not None:
                part = await self._unit.store.read(partial(_part_after, self._seq, _BATCH))
                if part.last == self._seq:
                    return
                if any(isinstance(entry.event, RoadEvent) for entry in part.entries):
                    await follow_closures(self._unit)  # before any page asks again
                if self._clients:
                    for news in await self._news(part.entries):
                        self._tell(news)
                else:
                    await self._touched(part.entries)
                self._seq = part.last

    async def _touched(self, entries: Sequence[JournalEntry]) -> dict[str, VehicleNow]:
        """Those that something happened to, their duties noted; only one that is new lets all be numbered again.

        An entry may name one that is not there.
        """
        ids = {entry.event.vehicle_id for entry in entries if entry.event.vehicle_id}
        if ids - self._numbers.keys():
            await self._renumber()
        vehicles = await self._unit.fleet.some(ids & self._numbers.keys())
        for vehicle_id, vehicle in vehicles.items():
            self._numbers[vehicle_id] = (self._numbers[vehicle_id][0], _DUTIES.index(vehicle.duty))
        return vehicles

    async def _news(self, entries: Sequence[JournalEntry]) -> list[News]:
        """Each entry with the parts of its message; what they are about is read once, and written in the reader.

        An entry that cannot be told is found by halves and passed over; all others are told.
        """
        try:
            vehicles = await self._touched(entries)
            numbers = {name: self._numbers[name][0] for name in vehicles}
            return await self._unit.store.read(lambda books: write_news(self._unit, books, entries, vehicles, numbers))
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one entry that cannot be told keeps no other from being told
            if len(entries) == 1:
                self._pass_over(entries[0], error)
                return []
            half = len(entries) // 2
            return [*await self._news(entries[:half]), *await self._news(entries[half:])]

    def _tell(self, news: News) -> None:
        for client in tuple(self._clients):
            message = self._message(news, client.person)
            if message is not None:
                client.queue(news.entry.seq, message)

    def _message(self, news: News, person: Person) -> str | None:
        try:
            return news.message_for(person)
        except Exception as error:  # noqa: BLE001 - as above
            self._pass_over(news.entry, error)
            return None

    def _pass_over(self, entry: JournalEntry, error: Exception) -> None:
        """Named once, by number and kind alone: the rest may be personal."""
        if entry.seq not in self._passed_over:
            self._passed_over.add(entry.seq)
            _log.error("journal entry %d (%s) is told to no page: %s", entry.seq, entry.event.kind, where(error))

    async def serve(self, socket: WebSocket, signed_in: SignedIn, after: int | None) -> None:
        """One connection: subscribe, then snapshot or replay, then stream, so that nothing falls between."""
        client = _Client(signed_in.person, signed_in.token)
        self._clients.add(client)
        tasks: list[asyncio.Task[None]] = []
        try:
            sent = await self._begin(socket, client, after)
            tasks = [
                asyncio.create_task(self._send_events(socket, client, sent)),
                asyncio.create_task(self._send_rows(socket, client)),
                asyncio.create_task(self._receive(socket, client)),
                asyncio.create_task(self._end_with_sign_in(socket, client)),
            ]
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    task.result()
        finally:
            self._clients.discard(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, socket: WebSocket, client: _Client, after: int | None) -> int:
        last = await self._unit.store.read(lambda books: books.journal.last_seq())
        if after is not None and last - _REPLAY <= after <= last:
            part = await self._unit.store.read(partial(_part_after, after, _REPLAY))
            for news in await self._news(part.entries):
                message = self._message(news, client.person)
                if message is not None:
                    await socket.send_text(message)
            return part.last
        await socket.send_text(await self._snapshot(client.person, last))
        return last

    async def _snapshot(self, person: Person, last: int) -> str:
        scope, watches = of_requests(person), of_fleet(person) is Scope.FULL
        if watches:
            await self._renumber()  # rows are numbered as the snapshot is
        vehicles = await self._unit.fleet.list_all() if watches else []
        which = RequestFilter(states=RUNNING, facility=facility_of(person), limit=_MOST_REQUESTS)

        def write(books: Books) -> str:
            listed = books.requests.list_some(which) if scope in (Scope.FULL, Scope.COUNTS) else []
            snapshot = SnapshotOut(
                vehicles=fleet_out(self._unit, books, person, vehicles) if watches else [],
                requests=summaries_out(self._unit, books, listed, Lang.ID, person) if scope is Scope.FULL else [],
                incidents=open_incidents_out(books, Lang.ID) if sees_incidents(person) else [],
                counts=Counter(request.state for request in listed) if scope is Scope.COUNTS else {},
            )
            return json.dumps({"snapshot": snapshot.model_dump(mode="json", by_alias=True), "seq": last})

        return await self._unit.store.read(write)

    async def _send_events(self, socket: WebSocket, client: _Client, sent: int) -> None:
        while not client.overflown:
            seq, message = await client.events.get()
            if seq > sent:
                await socket.send_text(message)
        await socket.close(1013, "too slow: come back with after=SEQ")

    async def _send_rows(self, socket: WebSocket, client: _Client) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            if client.rows:
                rows, client.rows = client.rows, {}
                await socket.send_bytes(b"".join(rows.values()))

    async def _end_with_sign_in(self, socket: WebSocket, client: _Client) -> None:
        await client.signed_out.wait()
        await socket.close(*_SIGN_IN_FIRST)

    async def _receive(self, socket: WebSocket, client: _Client) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or ""  # a binary frame is as invalid as any other rubbish
            try:
                if text.startswith('{"fixes"') and client.person.vehicle is not None:
                    answer = await take_fixes(self._house, client.person, FixesIn.model_validate_json(text))
                    await socket.send_text(answer.model_dump_json())
                else:
                    client.view = ViewIn.model_validate_json(text).view
            except (ValidationError, Problem):
                await socket.send_text('{"error":"invalid"}')


async def live(socket: WebSocket, after: int | None = None) -> None:
    """WS /live?after=SEQ for everybody whose role may follow."""
    house: House = socket.app.state.house
    signed_in = await find_signed_in(house, socket)
    if signed_in is None or (signed_in.by_cookie and not same_origin(socket)):
        await socket.close(*_SIGN_IN_FIRST)
        return
    if not may(signed_in.person.role, LIVE):
        await socket.close(4403, "this role follows nothing")
        return
    await socket.accept()
    hub: Hub = socket.app.state.hub
    with contextlib.suppress(WebSocketDisconnect):
        await hub.serve(socket, signed_in, after)
