"""Accepted trips are watched: what is amiss is told once, and what goes as it should is told to nobody."""

from datetime import timedelta

import pytest

from dispatch.desk.usecases import timers
from dispatch.vocabulary.events import TripNoticed
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.trip_steps import Step
from geo.point import Point
from tests.people import CIKOKOL
from tests.unit.desk.town import Look, Town

pytestmark = pytest.mark.anyio


async def noticed(town: Town, made: Look) -> list[Notice]:
    return [event.what for event in (await town.look(made)).events if isinstance(event, TripNoticed)]


async def set_out(town: Town) -> Look:
    """A request whose vehicle sets out from two kilometres north of the pick-up."""
    made = await town.ask()
    trip = made.assignments[0]
    town.clock.turn(5)
    await town.report(trip.vehicle_id, Point(lon=CIKOKOL.point.lon, lat=CIKOKOL.point.lat + 0.02))
    await town.take(trip, Step.ACCEPT, Step.EN_ROUTE)
    await timers.run_due(town.unit)
    return made


async def drive(town: Town, vehicle_id: str, minutes: int, *, degrees: float) -> None:
    """Minute by minute the vehicle reports where it is, so many degrees farther north of the pick-up each time."""
    for minute in range(1, minutes + 1):
        town.clock.turn(60)
        at = Point(lon=CIKOKOL.point.lon, lat=CIKOKOL.point.lat + 0.02 + degrees * minute)
        await town.report(vehicle_id, at)
        await timers.run_due(town.unit)


async def test_a_trip_that_sets_out_and_comes_nearer_is_told_to_nobody(town: Town) -> None:
    made = await set_out(town)
    await drive(town, made.assignments[0].vehicle_id, 12, degrees=-0.0015)
    assert await noticed(town, made) == []


@pytest.mark.parametrize(("degrees", "what"), [(0.0, Notice.NOT_MOVING), (0.002, Notice.MOVING_AWAY)])
async def test_a_vehicle_that_stands_or_drives_away_is_told_once(town: Town, degrees: float, what: Notice) -> None:
    made = await set_out(town)
    await drive(town, made.assignments[0].vehicle_id, 25, degrees=degrees)
    told = await noticed(town, made)
    assert told.count(what) == 1
    assert set(told) <= {what, Notice.LATE}


async def test_who_has_not_set_out_and_a_phone_that_falls_silent_are_told(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    town.clock.turn(301)
    await timers.run_due(town.unit)
    assert await noticed(town, made) == [Notice.NOT_DEPARTED]
    await town.take(trip, Step.EN_ROUTE)
    for _ in range(14):
        town.clock.turn(60)
        await timers.run_due(town.unit)
    assert Notice.SILENT in await noticed(town, made)


async def test_a_trip_is_late_as_soon_as_it_takes_longer_than_its_high_estimate(town: Town) -> None:
    made = await set_out(town)
    trip = (await town.look(made)).assignments[0]
    assert trip.arrival is not None
    late_at = trip.counts_from + timedelta(seconds=trip.arrival.eta_high_s)
    while town.clock.now() + timedelta(seconds=60) < late_at:
        await drive(town, trip.vehicle_id, 1, degrees=0.0)
    assert Notice.LATE not in await noticed(town, made)
    town.clock.turn((late_at - town.clock.now()).total_seconds())
    await timers.run_due(town.unit)
    assert Notice.LATE in await noticed(town, made)
