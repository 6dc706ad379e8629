"""Timers: what is done when its time has come, once each, whatever happened to the process meanwhile."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from dispatch.desk.command import DESK
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.promising import escalate, open_promise
from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books, Due, DueKind, LostRaceError, StoreUnavailableError
from dispatch.desk.unit import Unit, Work, transaction
from dispatch.desk.usecases import booked, proposing
from dispatch.desk.usecases.approving import approver_silent
from dispatch.desk.usecases.closures import end_closure
from dispatch.desk.usecases.meeting import look_for_meeting
from dispatch.desk.usecases.promises import promise_due
from dispatch.desk.usecases.proposing import weigh
from dispatch.desk.usecases.serving import MOST, serve
from dispatch.desk.usecases.transferring import hand_over
from dispatch.desk.usecases.trips import step
from dispatch.desk.usecases.vehicles import end_shift
from dispatch.desk.usecases.watching import watch
from dispatch.domain.assignment import StepCommand
from dispatch.domain.booking import SEEK_EVERY, begins_at
from dispatch.domain.request import Request
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource

_STUCK = 5  # a timer that is due again at the same moment so often changes nothing; what others do may renew it
_ALL = 100_000  # more timers than can be due within minutes
_log = logging.getLogger(__name__)


class TimerStuckError(Exception):
    """A timer that changes nothing, however often it is carried out."""


async def run_due(unit: Unit) -> datetime | None:
    """Carry out every timer that is due; returns when the next one is.

    Each timer is a row; what it does and that it is done are one transaction. Raises what a timer raised, after all the
    others: none of them waits for one that fails, or that is as due as before after it was carried out.
    """
    failed: dict[tuple[DueKind, str], Exception] = {}
    ran: Counter[Due] = Counter()
    before, unit.ran_at = unit.ran_at, unit.clock.now()
    if before is not None and unit.ran_at < before:
        await unit.store.write(partial(_look_again, before=before, now=unit.ran_at))
    while True:
        now = unit.clock.now()
        listed = await unit.store.read(partial(_list_due, now=now, limit=MOST + len(failed)))
        due = [timer for timer in listed if (timer.kind, timer.subject) not in failed]
        if not due:
            for error in failed.values():
                raise error
            return await unit.store.read(lambda books: books.timers.next_at())
        for timer in [timer for timer in due if ran[timer] >= _STUCK]:
            failed[timer.kind, timer.subject] = TimerStuckError(f"{timer.kind} of {timer.subject} stays due")
        due = [timer for timer in due if ran[timer] < _STUCK]
        ran.update(due)
        # Requests that wait are served after the timers that may free a vehicle, and all of them together; who is free
        # still may be sooner than one on its way.
        for timer in [timer for timer in due if timer.kind not in (DueKind.PROMISE_RETRY, DueKind.SOONER)]:
            await _try(unit, timer, failed)
        waiting = [timer.subject for timer in due if timer.kind is DueKind.PROMISE_RETRY]
        if waiting:
            await serve(unit, waiting)
        for timer in [timer for timer in due if timer.kind is DueKind.SOONER]:
            await _try(unit, timer, failed)


async def run_timers(unit: Unit, stop: asyncio.Event, *, at_most_s: float = 1.0) -> None:
    """Run timers until `stop`; a new timer is seen within `at_most_s`."""
    while not stop.is_set():
        try:
            next_at = await run_due(unit)
            wait_s = at_most_s
            if next_at is not None:
                wait_s = min(at_most_s, max(0.0, (next_at - unit.clock.now()).total_seconds()))
        except Exception:  # noqa: BLE001 - the loop outlives a bug in one timer; it is logged and stays due
            _log.exception("a timer failed; it stays due and is tried again")
            wait_s = at_most_s
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait_s)


def _look_again(books: Books, *, before: datetime, now: datetime) -> None:
    """The clock was set back: by the new one, whoever waits or is booked is looked at too late."""
    for kind in (DueKind.PROMISE_RETRY, DueKind.SOONER, DueKind.BOOKING):
        books.timers.hasten(kind, now)
    for due in books.timers.list_due(before + SEEK_EVERY, _ALL):
        if due.kind is DueKind.SCHEDULED and waits_for_way_there(books, books.requests.get(due.subject)):
            books.timers.set(replace(due, at=min(due.at, now)))


async def _try(unit: Unit, timer: Due, failed: dict[tuple[DueKind, str], Exception]) -> None:
    try:
        await _RUN[timer.kind](unit, timer)
    except StoreUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised at the end
        failed[timer.kind, timer.subject] = error


async def _look(unit: Unit, due: Due) -> None:
    await look_for_meeting(unit, due.subject)
    await proposing.look(unit, due.subject)


async def _expire(unit: Unit, due: Due) -> None:
    command = StepCommand(step=Step.EXPIRE, actor=DESK, source=StepSource.DESK)
    if isinstance(await step(unit, due.subject, command, by=None), Refusal):
        await unit.store.write(lambda books: _drop_stale(books, due))


@transaction
def _search_long(unit: Unit, books: Books, now: datetime, due: Due) -> None:
    """Nobody goes yet: the operator is told, and later the supervisor (R23)."""
    books.timers.drop(due.kind, due.subject)
    request = books.requests.get(due.subject)
    if request.state not in ENDS:
        escalate(books, request, Why.SEARCHING_LONG, now, unit.policy(books, now))


async def _begin_booked(unit: Unit, due: Due) -> None:
    """The time of a booked trip comes near: its vehicle is searched for, and kept for it."""

    async def attempt() -> Work[None]:
        now = unit.clock.now()
        request, waits = await unit.store.read(partial(_with_way_there, request_id=due.subject))
        if waits and not request.ask.on_call:
            return partial(_let_wait, unit, due=due, now=now)
        decision = await weigh(unit, request.id, await unit.search_again(request, now))
        written = await unit.write_down(decision)

        def work(books: Books) -> None:
            books.timers.drop(due.kind, due.subject)
            current = books.requests.get(due.subject)
            if current.state not in ENDS:
                if current.ask.on_call:  # nobody has said yet that it is time: somebody rings
                    open_promise(books, current, Why.BOOKING_UNCERTAIN if waits else Why.RETURN_UNSAID, now)
                carry_out(books, current, written)
                settle(books, current, now)

        return work

    await unit.commit(attempt)


def _with_way_there(books: Books, *, request_id: str) -> tuple[Request, bool]:
    request = books.requests.get(request_id)
    return request, waits_for_way_there(books, request)


def _let_wait(unit: Unit, books: Books, *, due: Due, now: datetime) -> None:
    """A way back waits for its way there; where that has not even begun by its time, somebody rings."""
    request = books.requests.get(due.subject)
    if not waits_for_way_there(books, request):
        raise LostRaceError(f"somebody has been brought to where {request.id} begins meanwhile")
    begins = begins_at(request.ask, unit.policy(books, now).schedule_lead_s)
    books.timers.set(replace(due, at=max(begins, now + SEEK_EVERY)))
    at, there = request.ask.schedule_at, books.assignments.list_of(str(request.returns))
    if at is not None and at <= now and not any(trip.row.is_going for trip in there):
        open_promise(books, request, Why.BOOKING_UNCERTAIN, now)


def _list_due(books: Books, *, now: datetime, limit: int) -> list[Due]:
    return books.timers.list_due(now, limit)


def _drop_stale(books: Books, due: Due) -> None:
    """An offer that was answered, or whose time was moved, needs no timer of the old time."""
    assignment = books.assignments.get(due.subject)
    books.timers.drop(due.kind, due.subject)
    if assignment.state is AssignmentState.OFFERED:
        books.timers.set(Due(kind=due.kind, subject=due.subject, at=assignment.expires_at))


# Of every kind but those that are served together.
_RUN: Mapping[DueKind, Callable[[Unit, Due], Awaitable[None]]] = {
    DueKind.OFFER_EXPIRES: _expire,
    DueKind.PROMISE_DUE: promise_due,
    DueKind.SEARCH_LONG: _search_long,
    DueKind.SCHEDULED: _begin_booked,
    DueKind.BOOKING: booked.look,
    DueKind.SHIFT_ENDS: end_shift,
    DueKind.CLOSURE_ENDS: end_closure,
    DueKind.WATCH: watch,
    DueKind.HAND_OVER: hand_over,
    DueKind.SOONER: _look,
    DueKind.APPROVER_SILENT: approver_silent,
}
