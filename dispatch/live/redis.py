"""Live positions through Redis or Valkey, for several processes; when it is away, this process goes on alone."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dispatch.domain.fix import Fix
from dispatch.live.memory import MemoryLive

FIXES = TypeAdapter(tuple[Fix, ...])  # fixes as bytes: JSON
_AWAY = (RedisError, OSError)
_log = logging.getLogger(__name__)
_HELD, _STREAM = "jemput:fixes", "jemput:live"
_TIMEOUT_S = 0.25  # without it a frozen server held a caller for 12 s (data.md)
_BLOCK_MS = 1_000
_KEPT = 10_000
_PAUSE_S = 0.5

# A fix is stored only when newer than the one held; the first field of a value is its time in microseconds.
_NEWER = """
for i = 1, #ARGV, 3 do
  local held = redis.call('HGET', KEYS[1], ARGV[i])
  if not held or tonumber(string.match(held, '^(%d+):')) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. ':' .. ARGV[i + 2])
  end
end
return #ARGV / 3
"""


class RedisLive(MemoryLive):
    """The live port over a Redis or Valkey server; it is neither a lock nor the only copy of anything."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis, self._tail = (
            Redis.from_url(
                url,
                socket_timeout=timeout_s,
                socket_connect_timeout=_TIMEOUT_S,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
            )
            for timeout_s in (_TIMEOUT_S, _BLOCK_MS / 1000 + _TIMEOUT_S)
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self, fixes: Sequence[Fix]) -> None:
        """Begin with what the store and the server know, and follow the stream from now on."""
        self._take(fixes)
        last = b"$"
        try:
            newest: Any = await self._redis.xrevrange(_STREAM, count=1)
            last = newest[0][0] if newest else b"0-0"
            await self._load()
        except _AWAY as error:
            _log.warning("the live server does not answer (%s): positions stay within this process", error)
        self._task = asyncio.create_task(self._follow(last), name="jemput-live")

    async def put_fixes(self, fixes: Sequence[Fix]) -> None:
        """Apply fixes here at once and hand them to the other processes."""
        self._take(fixes)
        arguments: list[str | int | bytes] = []
        for fix in fixes:
            arguments += (fix.vehicle_id, int(fix.taken_at.timestamp() * 1_000_000), FIXES.dump_json((fix,)))
        with contextlib.suppress(*_AWAY):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.eval(_NEWER, 1, _HELD, *arguments)
                pipe.xadd(_STREAM, {b"fixes": FIXES.dump_json(tuple(fixes))}, maxlen=_KEPT, approximate=True)
                await pipe.execute()

    async def announce(self, seq: int) -> None:
        """Wake this process's watchers at once and the others' through the stream."""
        self._wake(seq)
        with contextlib.suppress(*_AWAY):
            await self._redis.xadd(_STREAM, {b"seq": seq}, maxlen=_KEPT, approximate=True)

    async def is_healthy(self) -> bool:
        """Whether the server answers now."""
        try:
            await self._redis.ping()
        except _AWAY:
            return False
        return True

    async def close(self) -> None:
        """Stop following and close the connections."""
        # Again and again: the client sends by Python 3.11's wait_for, which swallows what comes as it ends.
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_TIMEOUT_S)
        await self._redis.aclose()
        await self._tail.aclose()

    async def _load(self) -> None:
        held: Any = await self._redis.hgetall(_HELD)
        for value in held.values():
            self._hear({b"fixes": value.partition(b":")[2]})

    def _hear(self, message: dict[bytes, bytes]) -> None:
        try:
            if b"fixes" in message:
                self._take(FIXES.validate_json(message[b"fixes"]))
            if b"seq" in message:
                self._wake(int(message[b"seq"]))
        except ValueError:
            _log.warning("a live message of another form was passed over")

    async def _follow(self, last: bytes) -> None:
        lost = False
        while True:
            try:
                if lost:
                    await self._load()  # what was missed while the server was away
                    lost = False
                answer = await self._tail.xread({_STREAM: last}, block=_BLOCK_MS, count=1_000)
            except _AWAY:
                lost = True
                await asyncio.sleep(_PAUSE_S)
                continue
            entries: Any = answer or []  # the client's types cover both protocols and both decodings
            for _, messages in entries:
                for number, message in messages:
                    last = number
                    self._hear(message)
