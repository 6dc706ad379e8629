"""The live connection: a snapshot, then every event in order, and positions latest-wins."""

import asyncio
import contextlib
import json
import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from dispatch.bootstrap import House
from dispatch.desk.ports import Books, FixBatch, JournalEntry, StoreUnavailableError, Wake
from dispatch.domain.fix import Fix, LinkHealth
from dispatch.domain.people import Person
from dispatch.domain.request import RequestFilter
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty
from web import schemas as s
from web.auth import find_signed_in, same_origin
from web.errors import Problem
from web.routes.drivers import take_fixes
from web.routes.fleet import fleet_out
from web.routes.requests import vehicle_names
from web.views import event_out, summary_out, vehicle_out

_log = logging.getLogger(__name__)
_ROW = struct.Struct("<IffHBB")  # vehicle number, lon, lat, heading (65535: none), duty, link
_DUTIES = tuple(Duty)
_LIVE = tuple(LinkHealth).index(LinkHealth.LIVE)
_TICK_S = 0.2
_LANE = 500  # events that a connection may be behind; then it is closed and comes back with its last seq
_REPLAY = 2_000
_BATCH = 200
_OPEN = frozenset(RequestState) - ENDS
_CLOSINGS = frozenset({EventKind.ROAD_CLOSED, EventKind.ROAD_OPENED})
_WATCHERS = frozenset({Role.OPERATOR, Role.HEALTH_OFFICER, Role.ADMIN})


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
        if self.person.role not in _WATCHERS:
            return False
        if self.view is None:
            return True
        west, south, east, north = self.view
        return west <= fix.point.lon <= east and south <= fix.point.lat <= north


class Hub:
    """Reads the journal once for all connections and hands each what is its business."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clients: set[_Client] = set()
        self._seq = 0
        self._numbers: dict[str, tuple[int, int]] = {}
        self._read = asyncio.Lock()

    async def run(self) -> None:
        """Follow the live port until cancelled."""
        self._seq = await self._house.store.read(lambda books: books.journal.last_seq())
        await self._house.desk.follow_closures()  # what another process closed since this one began
        await self._renumber()
        async for news in self._house.live.watch():
            match news:
                case Wake():
                    try:
                        await self._read_on()
                    except StoreUnavailableError:
                        _log.warning("the journal cannot be read now; the next news reads on from where this stopped")
                case FixBatch(fixes=fixes):
                    self._hand_out(fixes)

    async def _renumber(self) -> None:
        fleet = await self._house.desk.fleet()
        self._numbers = {vehicle.id: (no, _DUTIES.index(vehicle.duty)) for no, vehicle in enumerate(fleet)}

    async def _note_duties(self, entries: list[JournalEntry]) -> None:
        """The duties of those that something happened to; only a vehicle that is new lets all be numbered again."""
        ids = {entry.event.vehicle_id for entry in entries} - {None}
        if ids - self._numbers.keys():
            await self._renumber()
            return
        for vehicle_id, vehicle in (await self._house.desk.vehicles(filter(None, ids))).items():
            self._numbers[vehicle_id] = (self._numbers[vehicle_id][0], _DUTIES.index(vehicle.duty))

    def _hand_out(self, fixes: Iterable[Fix]) -> None:
        for fix in fixes:
            known = self._numbers.get(fix.vehicle_id)
            if known is None:
                continue
            heading = 65535 if fix.heading is None else round(fix.heading) % 360
            row = _ROW.pack(known[0], fix.point.lon, fix.point.lat, heading, known[1], _LIVE)
            for client in self._clients:
                if client.sees(fix):
                    client.rows[fix.vehicle_id] = row

    async def _read_on(self) -> None:
        async with self._read:
            while True:
                entries = await self._house.store.read(partial(_list_events, after=self._seq))
                if not entries:
                    return
                if any(entry.event.kind in _CLOSINGS for entry in entries):
                    await self._house.desk.follow_closures()  # before any page asks again
                if self._clients:
                    messages = await self._messages(entries)
                    for client in self._clients:
                        self._queue(client, messages)
                self._seq = entries[-1].seq
                await self._note_duties(entries)

    def _queue(self, client: _Client, messages: list[tuple[JournalEntry, dict[str, Any], str | None]]) -> None:
        for entry, message, facility in messages:
            if not _concerns(client.person, entry, facility):
                continue
            try:
                client.events.put_nowait((entry.seq, json.dumps(message)))
            except asyncio.QueueFull:
                client.overflown = True

    async def _messages(self, entries: list[JournalEntry]) -> list[tuple[JournalEntry, dict[str, Any], str | None]]:
        """Each entry as a message, with the state of its request and vehicle as they stand now."""
        house = self._house
        views = {}
        for request_id in {entry.event.request_id for entry in entries} - {None}:
            assert request_id is not None
            views[request_id] = await house.desk.view(request_id)
        fleet = await self._vehicles(entries)
        names = await vehicle_names(house, views.values())
        names |= {vehicle_id: vehicle.name for vehicle_id, vehicle in fleet.items()}
        found = []
        for entry in entries:
            message: dict[str, Any] = event_out(entry, names).model_dump(mode="json")
            view = views.get(entry.event.request_id or "")
            if view is not None:
                message["request"] = summary_out(view, names).model_dump(mode="json", by_alias=True)
            vehicle = fleet.get(entry.event.vehicle_id or "")
            if vehicle is not None:
                message["vehicle"] = vehicle.model_dump(mode="json", by_alias=True)
            found.append((entry, message, view.request.ask.requester if view else None))
        return found

    async def _vehicles(self, entries: list[JournalEntry]) -> dict[str, s.VehicleOut]:
        """The vehicles of these entries, as the map shows them."""
        house, ids = self._house, {entry.event.vehicle_id for entry in entries} - {None}
        now, limits = house.desk.clock.now(), house.desk.limits
        if ids - self._numbers.keys():
            await self._renumber()
        held = await house.desk.vehicles(filter(None, ids))
        live = await house.store.read(lambda books: {name: books.assignments.find_live(name) for name in held})
        return {
            name: vehicle_out(self._numbers[name][0], vehicle, live[name], now, limits)
            for name, vehicle in held.items()
        }

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
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    task.result()
        finally:
            self._clients.discard(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, socket: WebSocket, client: _Client, after: int | None) -> int:
        house = self._house
        last = await house.store.read(lambda books: books.journal.last_seq())
        if after is not None and last - _REPLAY <= after <= last:
            entries = await house.store.read(lambda books: books.journal.list_after(after, _REPLAY))
            for entry, message, facility in await self._messages(entries):
                if _concerns(client.person, entry, facility):
                    await socket.send_text(json.dumps(message))
            return entries[-1].seq if entries else after
        snapshot = await self._snapshot(client.person)
        await socket.send_text(json.dumps({"snapshot": snapshot, "seq": last}))
        return last

    async def _snapshot(self, person: Person) -> dict[str, Any]:
        house = self._house
        if person.role is Role.DRIVER:
            return {"vehicles": [], "requests": []}
        facility = person.facility if person.role is Role.STAFF else None
        views = await house.desk.list_requests(RequestFilter(states=_OPEN, facility=facility, limit=200))
        names = await vehicle_names(house, views)
        if person.role in _WATCHERS:
            await self._renumber()  # rows are numbered as the snapshot is
        snapshot = s.SnapshotOut(
            vehicles=await fleet_out(house) if person.role in _WATCHERS else [],
            requests=[summary_out(view, names) for view in views],
        )
        return snapshot.model_dump(mode="json", by_alias=True)

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
                    body = s.FixesIn.model_validate_json(text)
                    answer = await take_fixes(self._house, client.person, body)
                    await socket.send_text(answer.model_dump_json())
                else:
                    client.view = ViewIn.model_validate_json(text).view
            except (ValidationError, Problem):
                await socket.send_text('{"error":"invalid"}')


def _list_events(books: Books, *, after: int) -> list[JournalEntry]:
    return books.journal.list_after(after, _BATCH)


def _concerns(person: Person, entry: JournalEntry, facility: str | None) -> bool:
    if person.role is Role.DRIVER:
        return entry.event.vehicle_id is not None and entry.event.vehicle_id == person.vehicle
    if person.role is Role.STAFF:
        return facility is not None and facility == person.facility
    return person.role in _WATCHERS


async def live(socket: WebSocket, after: int | None = None) -> None:
    """WS /live?after=SEQ for everybody signed in."""
    house: House = socket.app.state.house
    signed_in = await find_signed_in(house, socket)
    if signed_in is None or (signed_in.by_cookie and not same_origin(socket)):
        await socket.close(4401, "sign in first")
        return
    await socket.accept()
    hub: Hub = socket.app.state.hub
    with contextlib.suppress(WebSocketDisconnect):
        await hub.serve(socket, signed_in.person, after)
