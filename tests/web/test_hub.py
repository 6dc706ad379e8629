"""The hub goes on over rows that nobody can tell, failed reads and a live port that breaks; a sign-in ends."""

import asyncio
import contextlib
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from dispatch.desk.ports import FixBatch, StoreUnavailableError, Wake
from dispatch.domain.people import Token
from dispatch.reading.events import event_out
from tests.people import OPI, SITI
from tests.servers import NO_TLS
from tests.web.conftest import Service, secret
from tests.web.test_live import PATIENCE_S, live, post, until
from tests.web.test_requests import REQUEST
from web import live as live_module
from web.live import Hub

pytestmark = pytest.mark.anyio
AT = "2026-11-27T06:00:00.000000+00:00"
# Rows as they may lie there, and what is wrong with them.
ODD = {
    "facts are null": ("noted", "null", None),
    "no such vehicle": ("duty_changed", '{"duty": "available"}', "NOPE"),
    "facts are a list": ("held", "[1, 2]", "H3"),
    "no such duty": ("duty_changed", '{"duty": "asleep"}', "H3"),
}


def write_row(service: Service, request_id: str | None, kind: str, facts: str, vehicle_id: str | None) -> None:
    """A row as another version, or a hand in the database, left it."""
    assert service.app is not None
    path = service.app.state.house.settings.database_path
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as database, database:
        row = (AT, request_id, vehicle_id, kind, facts)
        database.execute("INSERT INTO journal (at, request_id, vehicle_id, kind, facts) VALUES (?, ?, ?, ?, ?)", row)


@pytest.mark.alone
async def test_after_odd_rows_all_others_are_heard_and_their_request_can_be_read(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    made = await post(service, SITI, "/api/requests", REQUEST)
    async with live(service, OPI) as socket:
        await socket.recv()
        for kind, facts, vehicle in ODD.values():
            for of in (made["id"], "P-none", None):
                await asyncio.to_thread(write_row, service, of, kind, facts, vehicle)
            await post(service, OPI, f"/api/requests/{made['id']}/note", {"text": "gerbang belakang"})
            await until(socket, "noted")
    with service.client(OPI) as client:
        assert client.get(f"/api/requests/{made['id']}").status_code == 200
        assert client.get("/readyz").json()["live"] is True
    numbers = [record.args[0] for record in caplog.records if "journal entry" in record.msg and record.args]  # type: ignore[index]
    assert set(numbers) != set()
    assert all(numbers.count(number) <= 2 for number in numbers), "once by each of the two ways into the database"


@pytest.mark.alone
async def test_an_entry_that_cannot_be_told_is_passed_over_and_named_once(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = await post(service, SITI, "/api/requests", REQUEST)
    name = "Sari"

    def tell(entry: Any, *more: Any) -> Any:
        if entry.event.kind == "held":
            raise ZeroDivisionError(f"Ibu {name}")
        return event_out(entry, *more)

    monkeypatch.setattr("web.news.event_out", tell)
    async with live(service, OPI) as socket:
        seen = json.loads(await socket.recv())["seq"]
        for path, body in (("hold", {"on": True, "reason": "kamar"}), ("note", {"text": "gerbang"})):
            await post(service, SITI, f"/api/requests/{made['id']}/{path}", body)
        assert {event["kind"] for event in await until(socket, "noted")} == {"noted"}
    async with live(service, OPI, f"?after={seen}") as socket:
        assert [event["kind"] for event in await until(socket, "noted")] == ["noted"]
    assert caplog.text.count("is told to no page") == 1
    assert "Ibu Sari" not in caplog.text


class Port:
    """A live port that breaks after its first news, and a store that fails at some reads."""

    def __init__(self, failing: set[int]) -> None:
        self.failing, self.looks, self.watched = failing, 0, 0

    async def list_all(self) -> list[Any]:
        self.looks += 1
        if self.looks in self.failing:
            raise StoreUnavailableError("once") if self.looks % 2 else ZeroDivisionError
        return []

    async def read(self, work: object) -> Any:
        return SimpleNamespace(last=0, entries=()) if isinstance(work, partial) else 0

    async def watch(self) -> AsyncIterator[Wake | FixBatch]:
        self.watched += 1
        yield Wake(1)
        raise ConnectionError("gone")

    async def think(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)


@contextlib.asynccontextmanager
async def running_hub(port: Port, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    async def nothing(_: object) -> None: ...

    monkeypatch.setattr(live_module, "follow_closures", nothing)
    for name in ("_AGE_S", "_AGAIN_S"):
        monkeypatch.setattr(live_module, name, 0.02)
    clock = SimpleNamespace(now=lambda: datetime.now(UTC))
    unit = SimpleNamespace(store=port, fleet=port, live=port, clock=clock, limits=None, think=port.think)
    hub = Hub(SimpleNamespace(unit=unit))  # type: ignore[arg-type]
    task = asyncio.create_task(hub.run())
    yield hub
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_ages_are_looked_at_again_after_a_failed_read(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Port(failing={3, 4})
    async with running_hub(port, monkeypatch) as hub:
        hub._clients.add(object())  # type: ignore[arg-type]
        async with asyncio.timeout(PATIENCE_S):
            while port.looks < 9:
                await asyncio.sleep(0.01)


async def test_a_live_port_that_breaks_is_followed_again_and_the_hub_says_when_it_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = Port(failing={1})
    async with running_hub(port, monkeypatch) as hub:
        async with asyncio.timeout(PATIENCE_S):
            while port.watched < 3:
                await asyncio.sleep(0.01)
        assert not hub.ended
    assert hub.ended


@pytest.mark.alone
async def test_a_server_whose_hub_has_ended_is_not_ready(service: Service) -> None:
    assert service.app is not None
    service.app.state.hub.ended = True
    with service.client(None) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_live")


async def closing_code(socket: ClientConnection) -> int | None:
    """With which code the server closes this connection."""
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
    return closed.value.rcvd.code if closed.value.rcvd else None


async def test_signing_out_ends_the_connections_of_that_sign_in_and_no_others(service: Service) -> None:
    async with httpx.AsyncClient(base_url=service.url, verify=NO_TLS, headers={"Origin": service.url}) as browser:
        await browser.post("/api/session", json={"token": secret(OPI)})
        cookie = {"Cookie": f"jemput_session={browser.cookies['jemput_session']}"}
        address = f"{service.url.replace('http', 'ws')}/live"
        async with (
            connect(address, additional_headers=cookie, origin=Origin(service.url)) as mine,
            live(service, OPI) as other,
        ):
            await asyncio.gather(mine.recv(), other.recv())
            assert (await browser.delete("/api/session")).status_code == 204
            assert await closing_code(mine) == 4401
            await post(service, SITI, "/api/requests", REQUEST)
            await until(other, "request_received")


@pytest.mark.parametrize("how", ["runs out", "is taken back"])
async def test_a_token_that_ends_ends_its_connections(service: Service, how: str) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store
    word = f"a-token-that-{how.replace(' ', '-')}"
    digest = hashlib.sha256(word.encode()).hexdigest()
    until_then = datetime.now(UTC) + timedelta(seconds=1.5 if how == "runs out" else 3600)
    token = Token(digest=digest, person_id="opi", kind="api", created_at=datetime.now(UTC), expires_at=until_then)
    store.submit(lambda books: books.people.add_token(token)).result()
    address = f"{service.url.replace('http', 'ws')}/live"
    async with connect(address, additional_headers={"Authorization": f"Bearer {word}"}) as socket:
        await socket.recv()
        if how == "is taken back":
            store.submit(lambda books: books.people.drop_token(digest)).result()
        assert await closing_code(socket) == 4401
