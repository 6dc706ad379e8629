"""The roads follow the world: vehicles as they move, traffic as the hours go by, speed caps as they are published."""

import asyncio
import contextlib
import logging

from dispatch.desk.ports import FixBatch
from dispatch.desk.road_ports import SpeedCaps
from dispatch.desk.unit import Unit

_log = logging.getLogger(__name__)


async def follow_fleet(unit: Unit) -> None:
    """Tell the roads where every vehicle is, and what hour it is."""
    now = unit.clock.now()
    fixes = ((vehicle.id, vehicle.position(now)) for vehicle in await unit.vehicles())
    await asyncio.to_thread(unit.roads.follow, {name: fix.point for name, fix in fixes if fix is not None})
    await follow_hours(unit)


async def follow_hours(unit: Unit) -> None:
    """Tell the roads the hour, and the speed caps of the policy in force (R25)."""
    now = unit.clock.now()
    policy = await unit.store.read(lambda books: unit.policy(books, now))
    caps = SpeedCaps(town_kph=policy.hearse_town_kph, open_kph=policy.hearse_open_kph)
    if await asyncio.to_thread(unit.roads.turn_to, now.astimezone(unit.zone), caps):
        unit.roads_turn += 1


async def run_follower(unit: Unit, stop: asyncio.Event, *, every_s: float = 5.0) -> None:
    """Follow positions as they come, and the hour every so often, until `stop`."""
    positions = asyncio.create_task(_follow_positions(unit), name="positions")
    try:
        while not stop.is_set():
            try:
                await follow_hours(unit)
            except Exception:  # noqa: BLE001 - the loop outlives a bug: answers are right without it, only later
                _log.exception("the roads could not turn to this hour; tried again in %.0f s", every_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)
    finally:
        positions.cancel()
        await asyncio.gather(positions, return_exceptions=True)


async def _follow_positions(unit: Unit) -> None:
    async for news in unit.live.watch():
        if isinstance(news, FixBatch):
            try:
                await asyncio.to_thread(unit.roads.follow, {fix.vehicle_id: fix.point for fix in news.fixes})
            except Exception:  # noqa: BLE001 - as above; a vehicle that is asked about is moved then
                _log.exception("the roads could not follow %d vehicles", len(news.fixes))
