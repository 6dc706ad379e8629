"""The roads follow the world: vehicles as they move, traffic as the hours go by."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from dispatch.desk.core import DeskCore
from dispatch.desk.ports import FixBatch
from geo.point import Point

_log = logging.getLogger(__name__)


class Following(DeskCore):
    """What keeps the roads true to the hour and ready for questions; vehicles are found without it, only later."""

    __slots__ = ()

    async def follow_fleet(self) -> None:
        """Tell the roads where every vehicle is, and what hour it is."""
        now = self.clock.now()
        fixes = ((vehicle.id, vehicle.position(now)) for vehicle in await self.fleet())
        await self._follow({name: fix.point for name, fix in fixes if fix is not None})
        await asyncio.to_thread(self.roads.turn_to, now.astimezone(self.zone))

    async def run_follower(self, stop: asyncio.Event, *, every_s: float = 5.0) -> None:
        """Follow positions as they come, and the hour every so often, until `stop`."""
        positions = asyncio.create_task(self._follow_positions(), name="positions")
        try:
            while not stop.is_set():
                try:
                    await asyncio.to_thread(self.roads.turn_to, self.clock.now().astimezone(self.zone))
                except Exception:  # noqa: BLE001 - the loop outlives a bug: answers are right without it, only later
                    _log.exception("the roads could not turn to this hour; tried again in %.0f s", every_s)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), every_s)
        finally:
            positions.cancel()
            await asyncio.gather(positions, return_exceptions=True)

    async def _follow_positions(self) -> None:
        async for news in self.live.watch():
            if isinstance(news, FixBatch):
                try:
                    await self._follow({fix.vehicle_id: fix.point for fix in news.fixes})
                except Exception:  # noqa: BLE001 - as above; whoever is asked about is moved then
                    _log.exception("the roads could not follow %d vehicles", len(news.fixes))

    async def _follow(self, positions: Mapping[str, Point]) -> None:
        await asyncio.to_thread(self.roads.follow, positions)
