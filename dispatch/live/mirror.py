"""The newest fix of every vehicle in this process, and its watchers: what both live adapters share."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
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


class Mirror:
    """Holds fixes, newer `taken_at` wins, and wakes whoever watches."""

    def __init__(self) -> None:
        self._fixes: dict[str, Fix] = {}
        self._watchers: set[_Watcher] = set()

    def last_fixes(self) -> Mapping[str, Fix]:
        """The newest fix by vehicle."""
        return MappingProxyType(self._fixes)

    def take(self, fixes: Iterable[Fix]) -> None:
        """Apply fixes that are newer than what is held."""
        newer: dict[str, Fix] = {}
        for fix in fixes:
            held = self._fixes.get(fix.vehicle_id)
            if held is None or held.taken_at < fix.taken_at:
                self._fixes[fix.vehicle_id] = newer[fix.vehicle_id] = fix
        if newer:
            for watcher in self._watchers:
                watcher.fixes.update(newer)
                watcher.news.set()

    def wake(self, seq: int) -> None:
        """Tell every watcher that the journal has grown."""
        for watcher in self._watchers:
            watcher.seq = max(seq, watcher.seq or 0)
            watcher.news.set()

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
