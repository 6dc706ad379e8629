"""Live positions within one process: the default, with no server."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from dispatch.desk.ports import FixBatch, Wake
from dispatch.domain.fix import Fix


@dataclass(eq=False, slots=True)
class _Watcher:
    """What one watcher has not read yet: positions latest-wins, wakes by the highest seq; so it never grows."""

    fixes: dict[str, Fix] = field(default_factory=dict)
    seq: int | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)


class MemoryLive:
    """The live port over this process alone: of each vehicle the fix with the newest `taken_at`, and its watchers."""

    def __init__(self) -> None:
        self._fixes: dict[str, Fix] = {}
        self._watchers: set[_Watcher] = set()

    async def start(self, fixes: Sequence[Fix]) -> None:
        """Begin with the positions that the store knows."""
        self._take(fixes)

    def last_fixes(self) -> Mapping[str, Fix]:
        """The newest fix by vehicle."""
        return MappingProxyType(self._fixes)

    async def put_fixes(self, fixes: Sequence[Fix]) -> None:
        """Apply fixes that are newer than what is held, and tell the watchers."""
        self._take(fixes)

    async def announce(self, seq: int) -> None:
        """Tell every watcher that the journal has grown."""
        self._wake(seq)

    async def watch(self) -> AsyncIterator[Wake | FixBatch]:
        """News from now on; ends only when the watcher stops asking."""
        watcher = _Watcher()
        self._watchers.add(watcher)
        try:
            while True:
                await watcher.news.wait()
                watcher.news.clear()
                fixes, watcher.fixes = watcher.fixes, {}
                seq, watcher.seq = watcher.seq, None
                if seq is not None:
                    yield Wake(seq)
                if fixes:
                    yield FixBatch(tuple(fixes.values()))
        finally:
            self._watchers.discard(watcher)

    async def is_healthy(self) -> bool:
        """Always: there is nothing that could be away."""
        return True

    async def close(self) -> None:
        """Nothing to close."""

    def _take(self, fixes: Iterable[Fix]) -> None:
        newer: dict[str, Fix] = {}
        for fix in fixes:
            held = self._fixes.get(fix.vehicle_id)
            if held is None or held.taken_at < fix.taken_at:
                self._fixes[fix.vehicle_id] = newer[fix.vehicle_id] = fix
        if newer:
            for watcher in self._watchers:
                watcher.fixes.update(newer)
                watcher.news.set()

    def _wake(self, seq: int) -> None:
        for watcher in self._watchers:
            watcher.seq = max(seq, watcher.seq or 0)
            watcher.news.set()
