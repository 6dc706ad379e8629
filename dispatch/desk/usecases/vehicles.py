"""Vehicles: their duty, their positions, and keeping these so that a restart knows them."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from dispatch.choosing.decision import Tried
from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.asking import go_without
from dispatch.desk.effects.keeping import look_at_kept
from dispatch.desk.effects.staying import leave
from dispatch.desk.effects.steps import wake_waiting
from dispatch.desk.ports import Books, Due, DueKind, StoreUnavailableError
from dispatch.desk.unit import Unit, command, transaction
from dispatch.domain.fix import Fix, FixFault, judge_fix
from dispatch.domain.request import Ask, Place
from dispatch.domain.vehicle import FRESH, VehicleNow
from dispatch.vocabulary.events import DutyChanged
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.vehicle_classes import Duty

_FIXES_AT_ONCE = 1_000
_SHIFT_GOES_ON = timedelta(minutes=15)  # a shift whose time is over on a trip is looked at again then; own figure
_MOVED_AGAIN = timedelta(seconds=15)  # vehicles that only move wake who waits no more often than this; own figure
_log = logging.getLogger(__name__)


@command
def set_duty(
    unit: Unit,
    books: Books,
    now: datetime,
    vehicle_id: str,
    duty: Duty,
    *,
    at_base: bool,
    by: Command,
    auto_accept: bool | None = None,
) -> str | Refusal:
    """A driver goes on or off duty, or has finished cleaning; a vehicle on a trip finishes it first. One that is to be
    cleaned is cleaned before it is free, whatever happened to it meanwhile.

    `auto_accept` says whether its offers are taken without asking; None leaves that as it is. Returns the vehicle's id.
    """
    held = books.vehicles.get(vehicle_id)
    if held.assignment_id is not None and duty is not Duty.AVAILABLE:
        return Refusal(RefusalCode.ON_DUTY_TRIP, {"assignment_id": held.assignment_id})
    if auto_accept is not None:
        books.vehicles.set_auto_accept(vehicle_id, on=auto_accept)
    if held.assignment_id is None:
        if duty is Duty.AVAILABLE and held.to_clean and held.duty is not Duty.CLEANING:
            duty = Duty.CLEANING
        _change_duty(books, held, duty, at_base=at_base, now=now, policy=unit.policy(books, now))
        changed = DutyChanged(duty=duty, at_base=at_base, at=now, vehicle_id=vehicle_id, actor=by.actor.id)
        books.journal.add(changed)
    return vehicle_id


def _change_duty(books: Books, held: VehicleNow, duty: Duty, *, at_base: bool, now: datetime, policy: Policy) -> None:
    """Begin, go on with or end a shift; a shift that nobody ends is ended by its timer (R22)."""
    books.vehicles.set_duty(held.id, duty, at_base=at_base, now=now)
    on_duty_since = None if duty is Duty.OFF_DUTY else held.on_duty_since or now
    books.vehicles.set_history(held.id, on_duty_since=on_duty_since, trip_ended_at=held.trip_ended_at)
    if duty in (Duty.OFF_DUTY, Duty.OUT_OF_SERVICE):
        leave(books, held.id, now)
        look_at_kept(books, held.id, now)
        go_without(books, held.id, now)
    if on_duty_since is None:
        books.timers.drop(DueKind.SHIFT_ENDS, held.id)
    else:
        ends_at = on_duty_since + timedelta(hours=policy.shift_ends_h)
        books.timers.set(Due(kind=DueKind.SHIFT_ENDS, subject=held.id, at=ends_at))
    if duty is Duty.OUT_OF_SERVICE:
        books.vehicles.set_broke_at(held.id, now)
    if duty is Duty.AVAILABLE:
        books.vehicles.set_to_clean(held.id, on=False)
        if held.duty is not Duty.AVAILABLE:  # a driver who comes back has done with what kept him
            books.vehicles.leave_alone(held.id, None)
        wake_waiting(books, now)


@transaction
def end_shift(_: Unit, books: Books, now: datetime, due: Due) -> None:
    """A shift that nobody ended is over: the crew is not asked any more (R22). On a trip it ends with the trip."""
    books.timers.drop(due.kind, due.subject)
    held = books.vehicles.get(due.subject)
    if held.duty is Duty.OFF_DUTY:
        return
    if held.assignment_id is not None:
        books.timers.set(Due(kind=due.kind, subject=due.subject, at=now + _SHIFT_GOES_ON))
        return
    books.vehicles.set_duty(held.id, Duty.OFF_DUTY, at_base=False, now=now)
    books.vehicles.set_history(held.id, on_duty_since=None, trip_ended_at=held.trip_ended_at)
    leave(books, held.id, now)
    look_at_kept(books, held.id, now)
    go_without(books, held.id, now)
    books.journal.add(DutyChanged(duty=Duty.OFF_DUTY, shift_over=True, at=now, vehicle_id=held.id, actor=DESK))


async def take_fixes(unit: Unit, fixes: Sequence[Fix]) -> list[tuple[int, tuple[FixFault, ...]]]:
    """Apply the believable fixes, oldest first; returns the others by their index, with every reason."""
    now = unit.clock.now()
    known = unit.live.last_fixes()
    last: dict[str, Fix | None] = {}
    taken: list[Fix] = []
    refused: list[tuple[int, tuple[FixFault, ...]]] = []
    for index, fix in sorted(enumerate(fixes), key=lambda pair: pair[1].taken_at):
        faults = judge_fix(fix, last.get(fix.vehicle_id, known.get(fix.vehicle_id)), now, unit.limits)
        if faults:
            refused.append((index, faults))
        else:
            taken.append(fix)
            last[fix.vehicle_id] = fix
    if taken:
        await put_fixes(unit, taken)
    return sorted(refused)


async def put_fixes(unit: Unit, fixes: Sequence[Fix]) -> None:
    """Vehicles are where these believed fixes say; where that may help somebody who waits, the search goes on."""
    now, known = unit.clock.now(), unit.live.last_fixes()
    seen = {fix.vehicle_id: known.get(fix.vehicle_id) for fix in fixes}
    await unit.live.put_fixes(fixes)
    lost = {name for name, fix in seen.items() if fix is None or now - fix.taken_at > FRESH}
    moved = {fix.vehicle_id for fix in fixes if (before := seen[fix.vehicle_id]) and before.point != fix.point} - lost
    lately = unit.moved_at is not None and timedelta(0) <= now - unit.moved_at < _MOVED_AGAIN
    if not lost and (lately or not moved):
        return
    free = {one.id for one in await unit.fleet.held() if one.is_free}
    if not (lost | moved) & free:
        return
    if not lost & free:
        unit.moved_at = now
    await unit.write(partial(wake_waiting, now=now))


async def warm_up(unit: Unit, kept: Sequence[Fix]) -> None:
    """Read fleet and packs and judge once before the first request does; `kept` are positions of the store."""
    unit.kept_fixes.update((fix.vehicle_id, fix) for fix in kept)
    if kept:
        ask = Ask(need=Need.EMERGENCY, urgency=Urgency.RED, pickup=Place(point=kept[0].point, name=""))
        await unit.write_down(await unit.search(ask, unit.clock.now(), Tried()))


async def keep_last_fixes(unit: Unit) -> None:
    """Write the newest positions to the store, so that a restart knows where every vehicle was."""
    newer = [fix for fix in unit.live.last_fixes().values() if unit.kept_fixes.get(fix.vehicle_id) is not fix]
    for at in range(0, len(newer), _FIXES_AT_ONCE):
        some = newer[at : at + _FIXES_AT_ONCE]  # a few at a time: nobody's command waits long behind them
        await unit.store.write(partial(_put_fixes, fixes=some))
        unit.kept_fixes.update((fix.vehicle_id, fix) for fix in some)


def _put_fixes(books: Books, fixes: Sequence[Fix]) -> None:
    books.vehicles.put_fixes(fixes)


async def run_keeper(unit: Unit, stop: asyncio.Event, *, every_s: float = 30.0) -> None:
    """Keep the newest positions every so often until `stop`, so that even kill -9 loses little of them."""
    while not stop.is_set():
        try:
            await keep_last_fixes(unit)
        except StoreUnavailableError:
            _log.warning("positions could not be kept; they are tried again in %.0f s", every_s)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)
