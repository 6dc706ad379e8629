"""The live connection: a snapshot, then every event in order, and positions latest-wins."""

import asyncio
import contextlib
import json
import logging
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from dispatch.bootstrap import House
from dispatch.desk.ports import Books, FixBatch, JournalEntry, StoreUnavailableError, Wake
from dispatch.desk.usecases.closures import follow_closures
from dispatch.domain.fix import Fix, LinkHealth, link_health
from dispatch.domain.people import Person
from dispatch.domain.request import Request, RequestFilter
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.base import vehicle_names
from dispatch.reading.decisions import rules_of
from dispatch.reading.events import event_out
from dispatch.reading.requests import summaries_out
from dispatch.reading.scope import Scope, facility_of, is_on, of_event, of_fleet, of_requests, of_vehicle
from dispatch.reading.vehicles import SnapshotOut, fleet_out, vehicle_out
from dispatch.vocabulary.events import DecisionMade, RoadEvent
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.request_states import OPEN
from dispatch.vocabulary.roles import may
from dispatch.vocabulary.vehicle_classes import Duty
from web.auth import LIVE, find_signed_in, same_origin
from web.errors import Problem
from web.positions import FixesIn, take_fixes

_log = logging.getLogger(__name__)
_ROW = struct.Struct("<IffHBB")  # vehicle number, lon, lat, heading (65535: none), duty, link
_DUTIES, _LINKS = tuple(Duty), tuple(LinkHealth)
_TICK_S = 0.2
_AGE_S = 5.0  # between one look for vehicles that have fallen silent and the next
_LANE = 500  # events that a connection may be behind; then it is closed and comes back with its last seq
_REPLAY = 2_000
_BATCH = 200
_MOST_REQUESTS = 200


class ViewIn(BaseModel):
    """The part of the map that the client shows: west, south, east, north."""

    view: tuple[float, float, float, float]


@dataclass(eq=False, slots=True)
class _Client:
    """One connection: events must arrive, of positions only the newest matters."""

    person: Person
    events: asyncio.Queue[tuple[int, str]] = field(default_factory=lambda: asyncio.Queue(_LANE))
    rows: dict[str, bytes] = field(default_factory=dict)
    view: tuple[float, float, float, float] | None = None
    overflown: bool = False

    def sees(self, fix: Fix) -> bool:
        if of_fleet(self.person) is not Scope.FULL:
            return False
        if self.view is None:
            return True
        west, south, east, north = self.view
        return west <= fix.point.lon <= east and south <= fix.point.lat <= north

    def queue(self, news: "_News") -> None:
        message = news.message_for(self.person)
        if message is not None:
            try:
                self.events.put_nowait((news.entry.seq, message))
            except asyncio.QueueFull:
                self.overflown = True


@dataclass(frozen=True, slots=True)
class _News:
    """A journal entry with the parts of its message, from which each connection is told what it may see."""

    entry: JournalEntry
    request: Request | None
    on_it: Collection[str]
    told: Mapping[Scope, dict[str, Any]]
    summary: dict[str, Any] | None
    vehicle: dict[str, Any] | None

    def message_for(self, person: Person) -> str | None:
        """What this person is told of it, with the state of request and vehicle as they are now."""
        scope = of_event(person, self.entry.event, self.request, self.on_it)
        if scope is Scope.NONE:
            return None
        message = self.told[scope].copy()
        if scope is Scope.FULL and self.summary is not None:
            message["request"] = self.summary
        if self.vehicle is not None and of_vehicle(person, self.vehicle["id"]) is not Scope.NONE:
            message["vehicle"] = self.vehicle
        return json.dumps(message)


class Hub:
    """Reads the journal once for all connections and hands each what is its business."""

    def __init__(self, house: House) -> None:
        self._house, self._unit = house, house.unit
        self._clients: set[_Client] = set()
        self._seq = 0
        self._numbers: dict[str, tuple[int, int]] = {}
        self._links: dict[str, LinkHealth] = {}
        self._read = asyncio.Lock()

    async def run(self) -> None:
        """Follow the live port until cancelled."""
        self._seq = await self._unit.store.read(lambda books: books.journal.last_seq())
        await follow_closures(self._unit)  # what another process closed since this one began
        await self._renumber()
        ageing = asyncio.create_task(self._age(), name="ageing")
        try:
            async for news in self._unit.live.watch():
                match news:
                    case Wake():
                        try:
                            await self._read_on()
                        except StoreUnavailableError:
                            _log.warning("the journal cannot be read now; the next news reads on from where it stopped")
                    case FixBatch(fixes=fixes):
                        self._hand_out(fixes)
        finally:
            ageing.cancel()
            await asyncio.gather(ageing, return_exceptions=True)

    async def _renumber(self) -> None:
        fleet = await self._unit.fleet.list_all()
        self._numbers = {vehicle.id: (no, _DUTIES.index(vehicle.duty)) for no, vehicle in enumerate(fleet)}

    async def _age(self) -> None:
        """Tell the maps of vehicles that have fallen silent: of those no fix comes any more."""
        while True:
            await asyncio.sleep(_AGE_S)
            if self._clients:
                vehicles = await self._unit.fleet.list_all()
                self._hand_out(await self._unit.think(self._fallen_silent, vehicles))

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
            while True:
                part = await self._unit.store.read(lambda books: books.journal.list_after(self._seq, _BATCH))
                if part.last == self._seq:
                    return
                entries = part.entries
                if any(isinstance(entry.event, RoadEvent) for entry in entries):
                    await follow_closures(self._unit)  # before any page asks again
                if self._clients:
                    for news in await self._news(entries):
                        for client in self._clients:
                            client.queue(news)
                else:
                    await self._touched(entries)
                self._seq = part.last

    async def _touched(self, entries: Sequence[JournalEntry]) -> dict[str, VehicleNow]:
        """Those that something happened to, their duties noted; only one that is new lets all be numbered again."""
        ids = {entry.event.vehicle_id for entry in entries if entry.event.vehicle_id}
        if ids - self._numbers.keys():
            await self._renumber()
        vehicles = await self._unit.fleet.some(ids)
        for vehicle_id, vehicle in vehicles.items():
            self._numbers[vehicle_id] = (self._numbers[vehicle_id][0], _DUTIES.index(vehicle.duty))
        return vehicles

    async def _news(self, entries: Sequence[JournalEntry]) -> list[_News]:
        """Each entry with the parts of its message; what they are about is read once, and written in the reader."""
        vehicles = await self._touched(entries)
        return await self._unit.store.read(lambda books: self._write(books, entries, vehicles))

    def _write(self, books: Books, entries: Sequence[JournalEntry], vehicles: dict[str, VehicleNow]) -> list[_News]:
        unit, now, lang = self._unit, self._unit.clock.now(), Lang.ID
        ids = {entry.event.request_id for entry in entries if entry.event.request_id}
        requests = {request_id: books.requests.get(request_id) for request_id in ids}
        trips = books.assignments.list_of(*ids)
        summaries = {
            summary.id: summary.model_dump(mode="json", by_alias=True)
            for summary in summaries_out(unit, books, requests.values(), lang)
        }
        shown = {
            name: vehicle_out(
                self._numbers[name][0], vehicle, books.assignments.find_live(name), now, unit.limits
            ).model_dump(mode="json", by_alias=True)
            for name, vehicle in vehicles.items()
        }
        names = vehicle_names(books, vehicles)
        decided = {entry.event.request_id for entry in entries if isinstance(entry.event, DecisionMade)}
        briefs = books.decisions.list_briefs(*(request_id for request_id in decided if request_id))
        rule_of = rules_of(unit.packs(books))

        def told(entry: JournalEntry, scope: Scope) -> dict[str, Any]:
            return event_out(entry, names, briefs, rule_of, unit.zone, lang, scope).model_dump(mode="json")

        return [
            _News(
                entry,
                requests.get(entry.event.request_id or ""),
                [trip.vehicle_id for trip in trips if is_on(trip, entry.event)],
                {scope: told(entry, scope) for scope in Scope if scope is not Scope.NONE},
                summaries.get(entry.event.request_id or ""),
                shown.get(entry.event.vehicle_id or ""),
            )
            for entry in entries
        ]

    async def serve(self, socket: WebSocket, person: Person, after: int | None) -> None:
        """One connection: subscribe, then snapshot or replay, then stream, so that nothing falls between."""
        client = _Client(person)
        self._clients.add(client)
        tasks: list[asyncio.Task[None]] = []
        try:
            sent = await self._begin(socket, client, after)
            tasks = [
                asyncio.create_task(self._send_events(socket, client, sent)),
                asyncio.create_task(self._send_rows(socket, client)),
                asyncio.create_task(self._receive(socket, client)),
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
            part = await self._unit.store.read(lambda books: books.journal.list_after(after, _REPLAY))
            for news in await self._news(part.entries):
                message = news.message_for(client.person)
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
        which = RequestFilter(states=OPEN, facility=facility_of(person), limit=_MOST_REQUESTS)

        def write(books: Books) -> str:
            listed = books.requests.list_some(which) if scope in (Scope.FULL, Scope.COUNTS) else []
            snapshot = SnapshotOut(
                vehicles=fleet_out(self._unit, books, vehicles) if watches else [],
                requests=summaries_out(self._unit, books, listed, Lang.ID) if scope is Scope.FULL else [],
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
        await socket.close(4401, "sign in first")
        return
    if not may(signed_in.person.role, LIVE):
        await socket.close(4403, "this role follows nothing")
        return
    await socket.accept()
    hub: Hub = socket.app.state.hub
    with contextlib.suppress(WebSocketDisconnect):
        await hub.serve(socket, signed_in.person, after)
