"""The live connection with the real client: snapshot, order, resume, scopes."""

import asyncio
import json
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from dispatch.domain.people import Person
from tests.later import add_later
from tests.people import BUDI, DINA, OPI, SITI
from tests.servers import NO_TLS
from tests.web.conftest import JOKO, YANI, Service, secret
from tests.web.test_bookings import SERIES
from tests.web.test_requests import REQUEST

pytestmark = pytest.mark.anyio
PATIENCE_S = 10


def live(service: Service, person: Person, query: str = "") -> connect:
    headers = {"Authorization": f"Bearer {secret(person)}"}
    return connect(f"{service.url.replace('http', 'ws')}/live{query}", additional_headers=headers)


async def post(service: Service, person: Person, path: str, body: dict[str, Any]) -> Any:
    def send() -> Any:
        with service.client(person) as client:
            return client.post(path, json=body).json()

    return await asyncio.to_thread(send)


async def until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """The messages up to the first of this kind."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_S):
        while not seen or seen[-1].get("kind") != kind:
            message = await socket.recv()
            if isinstance(message, str):
                seen.append(json.loads(message))
    return seen


async def test_a_snapshot_and_then_every_event_in_order(service: Service) -> None:
    async with live(service, OPI) as socket:
        first = json.loads(await socket.recv())
        assert {v["id"] for v in first["snapshot"]["vehicles"]} == {"A1", "H1", "H3"}
        await post(service, SITI, "/api/requests", REQUEST)
        events = await until(socket, "offer_made")
        assert [e["kind"] for e in events] == ["request_received", "decision_made", "offer_made"]
        seqs = [e["seq"] for e in events]
        assert seqs == list(range(first["seq"] + 1, first["seq"] + 4))
        assert events[-1]["vehicle"]["assignment_state"] == "offered"
        assert REQUEST["contact"]["phone"] not in json.dumps(events)


async def test_whoever_comes_back_misses_nothing_and_gets_nothing_twice(service: Service) -> None:
    async with live(service, OPI) as socket:
        seen = json.loads(await socket.recv())["seq"]
    request = await post(service, SITI, "/api/requests", REQUEST)
    end = {"told": "keluarga", "reason": "berangkat sendiri"}
    async with live(service, OPI, f"?after={seen}") as socket:
        missed = await until(socket, "offer_made")
        await post(service, SITI, f"/api/requests/{request['id']}/cancel", end)
        later = await until(socket, "request_ended")
    seqs = [event["seq"] for event in missed + later]
    assert seqs == list(range(seen + 1, seen + 1 + len(seqs)))


@pytest.mark.alone
async def test_what_happens_behind_many_entries_that_nobody_can_read_is_told(service: Service) -> None:
    assert service.app is not None
    unit = service.app.state.house.unit
    async with live(service, OPI) as socket:
        await socket.recv()
        await asyncio.wrap_future(unit.store.submit(lambda books: add_later(books, 450)))
        await post(service, SITI, "/api/requests", REQUEST)
        assert (await until(socket, "request_received"))[-1]["request"]["need"] == REQUEST["need"]


async def test_what_is_booked_for_later_takes_no_place_of_what_is_running(service: Service) -> None:
    running = await post(service, SITI, "/api/requests", REQUEST)
    series = await post(service, SITI, "/api/requests", SERIES)
    async with live(service, OPI) as socket:
        listed = json.loads(await socket.recv())["snapshot"]["requests"]
    assert running["id"] in {request["id"] for request in listed}
    assert {request["state"] for request in listed}.isdisjoint({"scheduled"})
    with service.client(DINA) as dina:
        booked = {one["id"] for one in dina.get("/api/bookings").json()["bookings"]}
    assert {ride["id"] for ride in series["rides"]} <= booked


async def test_an_absurd_after_gets_a_snapshot(service: Service) -> None:
    async with live(service, OPI, "?after=999999") as socket:
        assert "snapshot" in json.loads(await socket.recv())


async def test_each_sees_what_is_their_business(service: Service) -> None:
    async with live(service, BUDI) as budi, live(service, JOKO) as joko, live(service, YANI) as yani:
        for socket in (budi, joko, yani):
            assert json.loads(await socket.recv())["snapshot"]["requests"] == []
        await post(service, SITI, "/api/requests", REQUEST)
        offered = await until(budi, "offer_made")
        assert {event["vehicle_id"] for event in offered} == {"H3"}
        for socket in (joko, yani):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.5)


async def test_a_driver_hears_of_a_note_a_hold_and_the_familys_word_and_not_of_whom(service: Service) -> None:
    async with live(service, BUDI) as budi, live(service, JOKO) as joko:
        await asyncio.gather(budi.recv(), joko.recv())
        request = await post(service, SITI, "/api/requests", REQUEST)
        offered = await until(budi, "offer_made")
        tap = {"seq": 1, "device_time": datetime.now(UTC).isoformat()}
        await post(service, BUDI, f"/api/assignments/{offered[-1]['assignment_id']}/accept", tap)
        await until(budi, "offer_accepted")
        path = f"/api/requests/{request['id']}"
        await post(service, SITI, f"{path}/note", {"text": "gerbang belakang"})
        await post(service, SITI, f"{path}/hold", {"reason": "kamar belum pasti"})
        async with httpx.AsyncClient(verify=NO_TLS, headers={"Origin": service.url}) as family:
            assert (await family.post(request["track_url"], data={"said": "left"})).status_code == 303
        heard = await until(budi, "family_said")
        assert [event["kind"] for event in heard] == ["noted", "held", "family_said"]
        for event in heard:
            assert (event["request_id"], event["actor"], event["text"], event["facts"]) == (None, None, "", {})
            assert "request" not in event
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(joko.recv(), 0.5)


@pytest.mark.alone
async def test_positions_come_as_rows_and_only_to_who_looks_there(service: Service) -> None:
    async with live(service, OPI) as near, live(service, OPI) as far:
        numbers = {v["id"]: v["no"] for v in json.loads(await near.recv())["snapshot"]["vehicles"]}
        await far.recv()
        await far.send(json.dumps({"view": [0, 0, 1, 1]}))
        await far.send("rubbish")
        assert json.loads(await far.recv()) == {"error": "invalid"}  # the view was read before it
        await far.send(b"\x00\x01")
        assert json.loads(await far.recv()) == {"error": "invalid"}
        fix = {"lon": 106.66, "lat": -6.2, "taken_at": datetime.now(UTC).isoformat(), "heading": 90}
        assert (await post(service, BUDI, "/api/positions", {"fixes": [fix]}))["taken"] == 1
        async with asyncio.timeout(PATIENCE_S):
            frame = await near.recv()
        assert isinstance(frame, bytes)
        no, lon, lat, heading, duty, link = struct.unpack("<IffHBB", frame)
        assert (no, round(lon, 4), round(lat, 4), heading, duty, link) == (numbers["H3"], 106.66, -6.2, 90, 1, 0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(far.recv(), 0.7)


@pytest.mark.alone
async def test_a_vehicle_that_falls_silent_is_told_without_another_fix(service: Service) -> None:
    assert service.app is not None
    unit = service.app.state.house.unit
    unit.limits = replace(unit.limits, live_s=2.0)

    async def link(socket: ClientConnection) -> int:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(frame := await socket.recv(), bytes):
                pass
        return int(struct.unpack("<IffHBB", frame)[-1])

    async with live(service, OPI) as socket:
        fix = {"lon": 106.66, "lat": -6.2, "taken_at": (datetime.now(UTC) - timedelta(seconds=3)).isoformat()}
        await post(service, BUDI, "/api/positions", {"fixes": [fix]})
        assert await link(socket) == 1  # it is old when it comes
        await post(service, BUDI, "/api/positions", {"fixes": [fix | {"taken_at": datetime.now(UTC).isoformat()}]})
        assert [await link(socket), await link(socket)] == [0, 1]


@pytest.mark.alone
async def test_a_driver_may_report_over_the_connection(service: Service) -> None:
    async with live(service, BUDI) as socket:
        await socket.recv()
        now = datetime.now(UTC)
        fixes = [{"lon": 106.66, "lat": -6.2, "taken_at": (now - timedelta(seconds=n)).isoformat()} for n in (2, 1)]
        await socket.send(json.dumps({"fixes": fixes}, separators=(",", ":")))
        assert json.loads(await socket.recv()) == {"taken": 2, "refused": []}


async def test_nobody_comes_in_without_sign_in_or_from_another_page(service: Service) -> None:
    address = f"{service.url.replace('http', 'ws')}/live"
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(address) as socket:
            await socket.recv()
    async with httpx.AsyncClient(base_url=service.url, verify=NO_TLS, headers={"Origin": service.url}) as browser:
        await browser.post("/api/session", json={"token": secret(OPI)})
        cookie = f"jemput_session={browser.cookies['jemput_session']}"
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(
            address, additional_headers={"Cookie": cookie}, origin=Origin("https://evil.example")
        ) as socket:
            await socket.recv()
    async with connect(address, additional_headers={"Cookie": cookie}, origin=Origin(service.url)) as socket:
        assert "snapshot" in json.loads(await socket.recv())


async def test_a_page_that_reads_nothing_holds_up_nobody(service: Service) -> None:
    async with live(service, OPI) as stalled, live(service, OPI) as socket:
        await socket.recv()
        stalled.transport.pause_reading()
        for _ in range(3):
            made = await post(service, SITI, "/api/requests", REQUEST)
            await until(socket, "decision_made")
            await post(service, SITI, f"/api/requests/{made['id']}/cancel", {"told": "keluarga", "reason": "uji coba"})
            await until(socket, "request_ended")
        stalled.transport.resume_reading()
