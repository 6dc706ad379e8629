"""Arrival times of trips under way: calculated again as positions come and roads change, told where they differ."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind, StoreUnavailableError
from dispatch.desk.road_ports import Roads
from dispatch.desk.seen import Look, moves_away
from dispatch.desk.unit import Unit
from dispatch.domain.arrival import SAID_ANEW, Method, foresee
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix, LinkHealth, link_health
from dispatch.domain.request import Request
from dispatch.domain.trip import target_of
from dispatch.domain.vehicle import VehicleNow, by_metric
from dispatch.vocabulary.events import ArrivalChanged
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.trip_steps import Leg
from geo.point import Point

EVERY = timedelta(seconds=15)  # a trip is calculated again no more often, but for other roads or another place
_AT_ONCE = 50  # trips that are calculated or written together: searches and commands are let in between
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Trip:
    """A trip as it stands, with its vehicle where it is."""

    vehicle: VehicleNow
    assignment: Assignment
    request: Request
    policy: Policy

    @property
    def heading(self) -> tuple[Leg, Point] | None:
        """Where it heads; an offer is no trip yet."""
        leg, place = self.assignment.leg, target_of(self.assignment, self.request.ask)
        if leg is None or place is None or not self.assignment.row.is_going:
            return None
        return leg, place.point


async def follow_arrivals(unit: Unit) -> None:
    """Calculate again when the vehicles on trips arrive, of those whose time has come, and tell where that is new.

    A trip is calculated every fifteen seconds while its positions come, and at once where roads have changed or it
    heads for another place. One that arrives when it was said to costs no write; a vehicle whose last position is old
    keeps the time that was said, unless that has passed and it has not set out.
    """
    now, turn = unit.clock.now(), unit.roads_turn
    held = [vehicle for vehicle in await unit.fleet.held() if vehicle.assignment_id is not None]
    looks = {name: unit.looks[name] for one in held if (name := one.assignment_id) in unit.looks}
    unit.looks = looks
    due: dict[str, VehicleNow] = {}
    of_store: dict[str, VehicleNow] = {}
    for kept, vehicle in zip(held, unit.fleet.with_fixes(held), strict=True):
        name = str(vehicle.assignment_id)
        look = looks.get(name)
        if look is None or look.held is not kept or _is_time(unit, look, vehicle.position(now), now):
            due[name], of_store[name] = vehicle, kept
    if not due:
        return
    trips = await unit.store.read(lambda books: _read(unit, books, due, now))
    calculated: list[tuple[_Trip, Fix]] = []
    for trip in trips:
        name = trip.assignment.id
        look, heading, fix = looks.get(name), trip.heading, trip.vehicle.position(now)
        if look is None or look.heading != heading:
            look = Look(held=of_store[name], heading=heading, roads_turn=turn)
        else:
            look = replace(look, held=of_store[name])
        look = replace(look, until=_holds_until(trip.assignment))
        if fix is not None and _is_time(unit, look, fix, now):
            look = replace(look, at=now, roads_turn=turn)
            calculated.append((trip, fix))
        looks[name] = look
    await _look_at_leaving(unit, calculated, now)
    for at in range(0, len(calculated), _AT_ONCE):
        some = calculated[at : at + _AT_ONCE]
        found = await unit.think(_calculate, unit.roads, some, now)
        for trip, fix in some:
            if trip.assignment.id in found:
                looks[trip.assignment.id] = replace(looks[trip.assignment.id], as_of=fix.taken_at)
        told = [new for trip, fix in some if (new := _anew(trip, found.get(trip.assignment.id), fix, now))]
        said = {trip.assignment.id: trip.assignment for trip, _ in some} | {anew.id: anew for _, anew in told}
        for name, one in said.items():
            looks[name] = replace(looks[name], until=_holds_until(one) if name in found else None)
        if told:
            await unit.write(partial(_tell, told=told, now=now))


async def run_arrivals(unit: Unit, stop: asyncio.Event, *, every_s: float = 1.0) -> None:
    """Look every so often which trips are due, until `stop`."""
    while not stop.is_set():
        try:
            await follow_arrivals(unit)
        except StoreUnavailableError:
            _log.warning("arrivals could not be read or written; they are tried again in %.0f s", every_s)
        except Exception:  # noqa: BLE001 - the loop outlives a bug: what was said stays said
            _log.exception("arrivals could not be calculated; they are tried again in %.0f s", every_s)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)


async def _look_at_leaving(unit: Unit, trips: Iterable[tuple[_Trip, Fix]], now: datetime) -> None:
    """The trips whose vehicles move away from where they head are looked at now."""
    away = [trip.assignment for trip, fix in trips if _moves_away(unit, trip, fix)]
    if away:
        await unit.write(partial(_look_at, trips=away, now=now))


def _moves_away(unit: Unit, trip: _Trip, fix: Fix) -> bool:
    seen = unit.watched.get(trip.assignment.id)
    return trip.heading is not None and moves_away(seen, trip.assignment, fix.point, trip.heading[1], trip.policy)


def _look_at(books: Books, trips: Iterable[Assignment], now: datetime) -> None:
    for trip in trips:
        if books.assignments.get(trip.id).row.is_going:
            books.timers.set(Due(kind=DueKind.WATCH, subject=trip.id, at=now))


def _holds_until(trip: Assignment) -> datetime | None:
    """When what is said of a vehicle that has not set out is over: then it is not there."""
    return trip.arrives_at if trip.stands else None


def _is_time(unit: Unit, look: Look, fix: Fix | None, now: datetime) -> bool:
    """Whether a trip that was looked at is to be calculated, from where its vehicle is."""
    if look.heading is None or fix is None:
        return False
    if look.until is not None and look.until <= now:
        return True  # wherever it was seen last
    if link_health(fix, now, unit.limits) is not LinkHealth.LIVE:
        return False
    if look.at is None or look.roads_turn != unit.roads_turn:
        return True
    # A clock that was set back tells nothing about how long ago the last time was.
    lately = timedelta(0) <= now - look.at < EVERY
    return not lately and (look.as_of is None or fix.taken_at > look.as_of)


def _read(unit: Unit, books: Books, due: dict[str, VehicleNow], now: datetime) -> list[_Trip]:
    policy = unit.policy(books, now)
    found = ((vehicle, books.assignments.get(name)) for name, vehicle in due.items())
    return [_Trip(vehicle, trip, books.requests.get(trip.request_id), policy) for vehicle, trip in found]


def _calculate(roads: Roads, trips: Iterable[tuple[_Trip, Fix]], now: datetime) -> dict[str, datetime]:
    """When each arrives, by its assignment; who cannot come by any road is left out."""
    found: dict[str, datetime] = {}
    for trip, fix in trips:
        assert trip.heading is not None
        name, (_, to) = trip.vehicle.id, trip.heading
        starts = by_metric([(trip.vehicle.vehicle, fix.point)], trip.request.ask.metric)
        arrivals = roads.arrivals(to, starts, most=1)
        if name in arrivals:
            # From when it was there, but nobody drives before being asked or before setting out; a crew that has not
            # set out yet has its time for that first.
            stamp = trip.assignment.stamps[trip.assignment.state]
            leaves_at = max(fix.taken_at, stamp.at)
            if trip.assignment.stands:
                turnout_s = trip.policy.turnout_s if arrivals[name].method is not Method.GIVEN else 0.0
                leaves_at = max(now, trip.assignment.counts_from + timedelta(seconds=turnout_s))
            found[trip.assignment.id] = max(now, leaves_at + timedelta(seconds=arrivals[name].eta_s))
            booked_at = trip.request.ask.schedule_at
            if booked_at is not None and not trip.assignment.row.met:  # it is there at the booked time, not before
                found[trip.assignment.id] = max(booked_at, found[trip.assignment.id])
    return found


def _anew(trip: _Trip, arrives_at: datetime | None, fix: Fix, now: datetime) -> tuple[_Trip, Assignment] | None:
    """The assignment with what is told from now on; None where that is what is told already.

    A time that passes before the vehicle has set out moves on, by what is another time to everybody at least.
    """
    if arrives_at is None or trip.heading is None:
        return None
    before, (leg, _) = trip.assignment.said, trip.heading
    if trip.assignment.stands and before is not None and before.arrives_at <= now:
        arrives_at = max(arrives_at, now + SAID_ANEW)
    said = foresee(before, arrives_at, leg=leg, as_of=fix.taken_at, notable_s=trip.policy.later_told_s)
    return None if said is before else (trip, replace(trip.assignment, foreseen=said))


def _tell(books: Books, told: Sequence[tuple[_Trip, Assignment]], now: datetime) -> None:
    """Keep what is told of these and say so, of each in one event; whatever has gone on meanwhile is left as it is."""
    for trip, anew in told:
        before, said = trip.assignment.said, anew.said
        current, request = books.assignments.get(anew.id), books.requests.get(anew.request_id)
        as_it_was = _Trip(trip.vehicle, current, request, trip.policy).heading == trip.heading
        if not as_it_was or current.said != before or said is None:
            continue
        books.assignments.save(replace(current, foreseen=anew.foreseen, version=current.version + 1))
        event = ArrivalChanged(
            leg=said.leg,
            arrives_at=said.arrives_at,
            before=before.arrives_at if before is not None else None,
            later_min=said.later_min,
            notable=before is not None and said.told_at != before.told_at,
            at=now,
            actor=DESK,
        )
        books.journal.add(event.about(current.request_id, assignment_id=current.id, vehicle_id=current.vehicle_id))
