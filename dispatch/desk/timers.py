"""Timers: what is done when its time has come, once each, whatever happened to the process meanwhile."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from dispatch.desk.carry_out import carry_out, escalate, write_down
from dispatch.desk.closing import Closing
from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind, StoreUnavailableError
from dispatch.desk.serving import Serving
from dispatch.desk.standing import settle
from dispatch.desk.trips import Trips
from dispatch.domain.assignment import AssignmentState, Step, StepCommand, StepSource
from dispatch.domain.events import Event, EventKind
from dispatch.domain.promise import CALL_BACK_WITHIN, ESCALATE_EVERY, LADDER, overdue
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS
from dispatch.domain.vehicle import Duty

_AT_ONCE = 200
_log = logging.getLogger(__name__)


class TimerStuckError(Exception):
    """A timer that changes nothing, however often it is carried out."""


class Timers(Serving, Trips, Closing):
    """Each timer is a row; what it does and that it is done are one transaction."""

    __slots__ = ()

    async def run_due(self) -> datetime | None:
        """Carry out every timer that is due; returns when the next one is.

        Raises what a timer raised, after all the others: none of them waits for one that fails, or that is as due as
        before after it was carried out.
        """
        failed: dict[tuple[DueKind, str], Exception] = {}
        ran: set[Due] = set()
        while True:
            now = self.clock.now()
            listed = await self.store.read(partial(_list_due, now=now, limit=_AT_ONCE + len(failed)))
            due = [timer for timer in listed if (timer.kind, timer.subject) not in failed]
            if not due:
                for error in failed.values():
                    raise error
                return await self.store.read(lambda books: books.next_due_at())
            for timer in ran.intersection(due):
                failed[timer.kind, timer.subject] = TimerStuckError(f"{timer.kind} of {timer.subject} stays due")
            due = [timer for timer in due if timer not in ran]
            ran.update(due)
            # Whoever waits is served after the timers that may free a vehicle, and all of them together.
            for timer in due:
                if timer.kind is not DueKind.PROMISE_RETRY:
                    try:
                        await self._run(timer)
                    except StoreUnavailableError:
                        raise
                    except Exception as error:  # noqa: BLE001 - it is raised at the end
                        failed[timer.kind, timer.subject] = error
            waiting = [timer.subject for timer in due if timer.kind is DueKind.PROMISE_RETRY]
            if waiting:
                await self.serve(waiting)

    async def run_timers(self, stop: asyncio.Event, *, at_most_s: float = 1.0) -> None:
        """Run timers until `stop`; a new timer is seen within `at_most_s`."""
        while not stop.is_set():
            try:
                next_at = await self.run_due()
                wait_s = at_most_s
                if next_at is not None:
                    wait_s = min(at_most_s, max(0.0, (next_at - self.clock.now()).total_seconds()))
            except Exception:  # noqa: BLE001 - the loop outlives a bug in one timer; it is logged and stays due
                _log.exception("a timer failed; it stays due and is tried again")
                wait_s = at_most_s
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)

    async def _run(self, due: Due) -> None:
        match due.kind:
            case DueKind.OFFER_EXPIRES:
                command = StepCommand(step=Step.EXPIRE, actor=DESK, source=StepSource.DESK)
                result = await self.step(due.subject, command, by=None)
                if isinstance(result, Refusal):
                    await self.store.write(lambda books: _drop_stale(books, due))
            case DueKind.PROMISE_DUE:
                await self._write(lambda books: _promise_due(books, due, self.clock.now()))
            case DueKind.SEARCH_LONG:
                await self._write(lambda books: self._search_long(books, due))
            case DueKind.SCHEDULED:
                await self._begin_booked(due)
            case DueKind.SHIFT_ENDS:
                await self._write(lambda books: _end_shift(books, due, self.clock.now()))
            case DueKind.CLOSURE_ENDS:
                await self._end_closure(due)
            case DueKind.PROMISE_RETRY:
                await self.serve([due.subject])

    def _search_long(self, books: Books, due: Due) -> None:
        """Nobody goes yet: the operator is told, and later the supervisor (R23)."""
        now = self.clock.now()
        books.drop_due(due.kind, due.subject)
        request = books.get_request(due.subject)
        if request.state not in ENDS:
            escalate(books, request, "searching_long", now, self._sop(books, now).policy)

    async def _begin_booked(self, due: Due) -> None:
        """The time of a booked trip comes near: its vehicle is searched for, and kept for it."""

        async def attempt() -> Callable[[Books], None]:
            now = self.clock.now()
            request = await self.store.read(lambda books: books.get_request(due.subject))
            written = write_down(await self._search_again(request, now), self.zone)

            def work(books: Books) -> None:
                books.drop_due(due.kind, due.subject)
                current = books.get_request(due.subject)
                if current.state not in ENDS:
                    carry_out(books, current, written)
                    settle(books, current, now)

            return work

        await self._commit(attempt)


def _list_due(books: Books, *, now: datetime, limit: int) -> list[Due]:
    return books.list_due(now, limit)


def _drop_stale(books: Books, due: Due) -> None:
    """An offer that was answered, or whose time was moved, needs no timer of the old time."""
    assignment = books.get_assignment(due.subject)
    books.drop_due(due.kind, due.subject)
    if assignment.state is AssignmentState.OFFERED:
        books.set_due(Due(kind=due.kind, subject=due.subject, at=assignment.expires_at))


def _promise_due(books: Books, due: Due, now: datetime) -> None:
    """Its owner is reminded before the time, and after it the promise goes one step up."""
    books.drop_due(due.kind, due.subject)
    promise = books.get_promise(due.subject)
    if not promise.is_open:
        return
    if now < promise.due_at:
        books.set_due(Due(kind=due.kind, subject=due.subject, at=promise.due_at))
        kind, facts = EventKind.PROMISE_REMINDED, {"to": promise.owner, "due_at": promise.due_at.isoformat()}
    else:
        promise = overdue(promise)
        books.save_promise(promise)
        again = ESCALATE_EVERY if promise.level < len(LADDER) - 1 else CALL_BACK_WITHIN
        books.set_due(Due(kind=due.kind, subject=due.subject, at=now + again))
        kind, facts = EventKind.PROMISE_OVERDUE, {"to": promise.owner, "level": str(promise.level)}
    books.add_event(Event(kind=kind, at=now, request_id=promise.request_id, actor=DESK, facts=facts))


def _end_shift(books: Books, due: Due, now: datetime) -> None:
    """A shift that nobody ended is over: the crew is not asked any more (R22). On a trip it ends with the trip."""
    books.drop_due(due.kind, due.subject)
    held = books.get_vehicle(due.subject)
    if held.duty is Duty.OFF_DUTY:
        return
    if held.assignment_id is not None:
        books.set_due(Due(kind=due.kind, subject=due.subject, at=now + timedelta(minutes=15)))
        return
    books.set_duty(held.id, Duty.OFF_DUTY, at_base=False, now=now)
    books.set_history(held.id, on_duty_since=None, trip_ended_at=held.trip_ended_at)
    facts = {"duty": Duty.OFF_DUTY.value, "reason": "jam dinas sudah lewat"}
    books.add_event(Event(kind=EventKind.DUTY_CHANGED, at=now, vehicle_id=held.id, actor=DESK, facts=facts))
