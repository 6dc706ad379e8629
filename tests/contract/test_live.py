"""The live port's contract, over memory and over a real Redis or Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.desk.ports import FixBatch, Live, Wake
from dispatch.domain.fix import Fix
from dispatch.live.memory import MemoryLive
from dispatch.live.redis import RedisLive
from geo.point import Point
from tests.people import NOW
from tests.servers import RedisServer, redis_server

pytestmark = pytest.mark.anyio
PATIENCE_S = 10


def fix(vehicle_id: str, second: int) -> Fix:
    at = NOW + timedelta(seconds=second)
    return Fix(vehicle_id=vehicle_id, point=Point(lon=106.6 + second / 1e4, lat=-6.2), taken_at=at, received_at=at)


class Listener:
    """A watcher that remembers, so that a test can wait for a condition instead of a time."""

    def __init__(self, live: Live) -> None:
        self.fixes: dict[str, Fix] = {}
        self.seq = 0
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._listen(live))

    async def _listen(self, live: Live) -> None:
        async for news in live.watch():
            async with self._news:
                if isinstance(news, Wake):
                    self.seq = max(self.seq, news.seq)
                elif isinstance(news, FixBatch):
                    self.fixes |= {found.vehicle_id: found for found in news.fixes}
                self._news.notify_all()

    async def until(self, *, seq: int = 0, last: Fix | None = None) -> None:
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(
                lambda: self.seq >= seq and (last is None or self.fixes.get(last.vehicle_id) == last)
            )

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynccontextmanager
async def listening(live: Live) -> AsyncIterator[Listener]:
    listener = Listener(live)
    await asyncio.sleep(0)  # lets the watcher subscribe
    try:
        yield listener
    finally:
        await listener.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> object:
    """One real server for the module."""
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def live(request: pytest.FixtureRequest) -> AsyncIterator[Live]:
    """Each adapter in turn."""
    made: Live = MemoryLive() if request.param == "memory" else RedisLive(request.getfixturevalue("server").url)
    await made.start([])
    yield made
    await made.close()


async def test_the_newer_fix_wins_in_whatever_order_they_come(live: Live) -> None:
    await live.put_fixes([fix("H3", 5)])
    await live.put_fixes([fix("H3", 3), fix("H1", 1)])
    await live.put_fixes([fix("H3", 4)])
    assert live.last_fixes()["H3"] == fix("H3", 5)
    assert live.last_fixes()["H1"] == fix("H1", 1)


async def test_every_watcher_sees_fixes_and_wakes(live: Live) -> None:
    async with listening(live) as one, listening(live) as other:
        await live.put_fixes([fix("W1", 1)])
        await live.announce(7)
        for listener in (one, other):
            await listener.until(seq=7, last=fix("W1", 1))


async def test_a_watcher_that_sleeps_gets_the_newest_of_each_vehicle_at_once(live: Live) -> None:
    watcher = live.watch()
    first = asyncio.ensure_future(anext(watcher))
    await asyncio.sleep(0)
    await live.put_fixes([fix("S1", 0)])
    await first
    for second in range(1, 200):
        await live.put_fixes([fix("S1", second), fix("S2", second)])
    batch = await anext(watcher)
    assert isinstance(batch, FixBatch)
    assert {found.vehicle_id: found for found in batch.fixes} == {"S1": fix("S1", 199), "S2": fix("S2", 199)}
    await watcher.aclose()  # type: ignore[attr-defined]


async def test_what_the_store_knew_is_there_at_the_start() -> None:
    live = MemoryLive()
    await live.start([fix("H3", 1)])
    assert live.last_fixes() == {"H3": fix("H3", 1)}


@pytest.mark.redis
async def test_two_processes_see_each_others_positions_and_wakes(server: RedisServer) -> None:
    one, other = RedisLive(server.url), RedisLive(server.url)
    await one.start([])
    await one.put_fixes([fix("X1", 1)])
    await other.start([])
    assert other.last_fixes()["X1"] == fix("X1", 1)  # what was there before it came
    async with listening(other) as listener:
        await one.put_fixes([fix("X2", 2)])
        await one.announce(11)
        await listener.until(seq=11, last=fix("X2", 2))
    await one.close()
    await other.close()


@pytest.mark.redis
async def test_a_message_of_another_form_is_passed_over(server: RedisServer) -> None:
    one, other = RedisLive(server.url), RedisLive(server.url)
    await one.start([])
    await other.start([])
    async with listening(other) as listener:
        await one._redis.xadd("jemput:live", {b"seq": b"no number"})
        await one._redis.xadd("jemput:live", {b"fixes": b"no fixes"})
        await one.announce(12)
        await listener.until(seq=12)
    await one.close()
    await other.close()


@pytest.mark.redis
async def test_it_closes_at_whatever_point_of_its_following(server: RedisServer) -> None:
    for turns in range(20):  # the first turns of the loop connect and send: each is a point of its own
        live = RedisLive(server.url)
        await live.start([])
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S) as limit:
            await live.close()
        assert not limit.expired()


@pytest.mark.redis
async def test_a_frozen_server_holds_nobody_up_and_nothing_later_is_lost(server: RedisServer) -> None:
    one, other = RedisLive(server.url), RedisLive(server.url)
    await one.start([])
    await other.start([])
    async with listening(other) as listener:
        server.freeze()
        try:
            async with asyncio.timeout(5):
                await one.put_fixes([fix("F1", 1)])
                await one.announce(3)
                assert not await one.is_healthy()
            assert one.last_fixes()["F1"] == fix("F1", 1)
        finally:
            server.thaw()
        async with asyncio.timeout(PATIENCE_S):
            while not await one.is_healthy():
                await asyncio.sleep(0.05)
        await one.put_fixes([fix("F1", 2)])
        await listener.until(last=fix("F1", 2))
    await one.close()
    await other.close()


@pytest.mark.redis
async def test_a_server_that_died_and_came_back_is_taken_up_again(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one, other = RedisLive(server.url), RedisLive(server.url)
        await one.start([])
        await other.start([])
        server.kill()
        async with asyncio.timeout(5):
            await one.put_fixes([fix("K1", 1)])
            assert not await one.is_healthy()
        await asyncio.to_thread(server.start)
        async with listening(other) as listener:
            async with asyncio.timeout(PATIENCE_S):
                while not await one.is_healthy():
                    await asyncio.sleep(0.05)
            second = 2
            async with asyncio.timeout(PATIENCE_S):
                # The other's reader comes back within its pause: report until it has heard.
                while "K1" not in listener.fixes:
                    await one.put_fixes([fix("K1", second)])
                    second += 1
                    await asyncio.sleep(0.05)
        await one.close()
        await other.close()


@pytest.mark.redis
async def test_a_start_without_a_server_goes_on_alone(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        server.kill()
        live = RedisLive(server.url)
        await live.start([fix("A1", 1)])
        async with listening(live) as listener:
            await live.put_fixes([fix("A1", 2)])
            await live.announce(5)
            await listener.until(seq=5, last=fix("A1", 2))
        assert not await live.is_healthy()
        await live.close()
