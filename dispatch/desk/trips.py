"""Trips and vehicles: a driver's steps, duty, positions, and the timers that move a search on."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from dispatch.desk.carry_out import (
    DESK,
    Command,
    carry_out,
    find_first,
    keep_first,
    offer_s,
    settle,
    take_step,
    wake_waiting,
)
from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Books, Due, DueKind, StoreUnavailableError
from dispatch.desk.summary import summarise
from dispatch.domain.assignment import Assignment, AssignmentState, Step, StepCommand, StepSource
from dispatch.domain.events import Event, EventKind
from dispatch.domain.fix import Fix, FixFault, judge_fix
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Request, RequestState
from dispatch.domain.vehicle import Duty, VehicleNow

_LEAVES_OPEN = (Step.DECLINE, Step.EXPIRE, Step.STAND_DOWN)
_TIMERS_AT_ONCE = 50
_log = logging.getLogger(__name__)


class Trips(DeskCore):
    """Commands return what they made, or a Refusal; a repeat under the same key returns the first result."""

    __slots__ = ()

    async def deliver_offer(self, assignment_id: str) -> Assignment:
        """The offer reached the driver: from now the seconds of R23 count."""
        now = self.clock.now()

        def work(books: Books) -> Assignment:
            assignment = books.get_assignment(assignment_id)
            delivered = any(
                entry.event.kind is EventKind.OFFER_DELIVERED and entry.event.assignment_id == assignment_id
                for entry in books.list_events_of(assignment.request_id)
            )
            if delivered or assignment.state is not AssignmentState.OFFERED:
                return assignment
            policy = self._sop(books, now).policy
            lasts = timedelta(seconds=offer_s(books.get_request(assignment.request_id), policy))
            kept = replace(
                assignment, expires_at=min(assignment.expires_at, now + lasts), version=assignment.version + 1
            )
            books.save_assignment(kept)
            books.set_due(Due(kind=DueKind.OFFER_EXPIRES, subject=assignment_id, at=kept.expires_at))
            books.add_event(
                Event(
                    kind=EventKind.OFFER_DELIVERED,
                    at=now,
                    request_id=assignment.request_id,
                    assignment_id=assignment_id,
                    vehicle_id=assignment.vehicle_id,
                    facts={"expires_at": kept.expires_at.isoformat()},
                )
            )
            return kept

        return await self._write(work)

    async def step(self, assignment_id: str, command: StepCommand, *, by: Command | None) -> Assignment | Refusal:
        """Take a step; where it leaves the request open, the search goes on in the same transaction."""

        async def attempt() -> Callable[[Books], Assignment | Refusal]:
            now = self.clock.now()
            before, request = await self.store.read(lambda books: _with_request(books, assignment_id))
            decision = None
            if command.step in _LEAVES_OPEN and request.state not in ENDS:
                decision = await self._search_again(request, now, without=before.vehicle_id)

            def work(books: Books) -> Assignment | Refusal:
                first = find_first(books, by) if by else None
                if first is not None:
                    return first if isinstance(first, Refusal) else books.get_assignment(first)
                assignment = take_step(books, books.get_assignment(assignment_id), command, now)
                if isinstance(assignment, Refusal):
                    return assignment
                current = books.get_request(assignment.request_id)
                if decision is not None and not any(a.is_live for a in books.list_assignments(current.id)):
                    carry_out(books, current, decision, summarise(decision, self.zone))
                settle(books, current, now)
                if by is not None:
                    keep_first(books, by, assignment_id, now)
                return assignment

            return work

        return await self._commit(attempt)

    async def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, by: Command) -> VehicleNow | Refusal:
        """A driver goes on or off duty, or has finished cleaning; a vehicle on a trip finishes it first."""
        now = self.clock.now()

        def work(books: Books) -> VehicleNow | Refusal:
            first = find_first(books, by)
            if isinstance(first, Refusal):
                return first
            held = books.get_vehicle(vehicle_id)
            if first is not None:
                return held
            if held.assignment_id is not None:
                return Refusal("on_duty_trip", {"assignment_id": held.assignment_id})
            books.set_duty(vehicle_id, duty, at_base=at_base, now=now)
            begun = held.on_duty_since or now
            on_duty_since = None if duty is Duty.OFF_DUTY else begun
            books.set_history(vehicle_id, on_duty_since=on_duty_since, trip_ended_at=held.trip_ended_at)
            facts = {"duty": duty.value, "at_base": at_base}
            note(books, EventKind.DUTY_CHANGED, now, by.actor, vehicle_id=vehicle_id, facts=facts)
            if duty is Duty.AVAILABLE:
                wake_waiting(books, now)
            keep_first(books, by, vehicle_id, now)
            return books.get_vehicle(vehicle_id)

        return await self._write(work)

    async def take_fixes(self, fixes: Sequence[Fix]) -> list[tuple[int, tuple[FixFault, ...]]]:
        """Apply the believable fixes, oldest first; returns the others by their index, with every reason."""
        now = self.clock.now()
        last = dict(self.live.last_fixes())
        taken: list[Fix] = []
        refused: list[tuple[int, tuple[FixFault, ...]]] = []
        for index, fix in sorted(enumerate(fixes), key=lambda pair: pair[1].taken_at):
            faults = judge_fix(fix, last.get(fix.vehicle_id), now, self.limits)
            if faults:
                refused.append((index, faults))
            else:
                taken.append(fix)
                last[fix.vehicle_id] = fix
        if taken:
            await self.live.put_fixes(taken)
        return sorted(refused)

    async def keep_last_fixes(self) -> None:
        """Write the newest positions to the store, so that a restart knows where everybody was."""
        fixes = list(self.live.last_fixes().values())
        if fixes:
            await self.store.write(lambda books: books.put_last_fixes(fixes))

    async def run_keeper(self, stop: asyncio.Event, *, every_s: float = 30.0) -> None:
        """Keep the newest positions every so often until `stop`, so that even kill -9 loses little of them."""
        while not stop.is_set():
            try:
                await self.keep_last_fixes()
            except StoreUnavailableError:
                _log.warning("positions could not be kept; they are tried again in %.0f s", every_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)

    # Timers

    async def run_due(self) -> datetime | None:
        """Carry out every timer that is due; returns when the next one is."""
        while True:
            now = self.clock.now()
            due = await self.store.read(partial(_list_due, now=now))
            if not due:
                return await self.store.read(lambda books: books.next_due_at())
            for timer in due:
                await self._run(timer)

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
            case DueKind.PROMISE_RETRY:
                await self._retry(due)

    async def _retry(self, due: Due) -> None:
        """Search again for a waiting request: a vehicle may have become free."""

        async def attempt() -> Callable[[Books], None]:
            now = self.clock.now()
            request = await self.store.read(lambda books: books.get_request(due.subject))
            decision = await self._search_again(request, now)

            def work(books: Books) -> None:
                books.drop_due(due.kind, due.subject)
                current = books.get_request(due.subject)
                if current.state not in (RequestState.WAITING, RequestState.AWAITING_APPROVAL):
                    return
                carry_out(books, current, decision, summarise(decision, self.zone))
                settle(books, current, now)

            return work

        await self._commit(attempt)


def _list_due(books: Books, *, now: datetime) -> list[Due]:
    return books.list_due(now, _TIMERS_AT_ONCE)


def _with_request(books: Books, assignment_id: str) -> tuple[Assignment, Request]:
    assignment = books.get_assignment(assignment_id)
    return assignment, books.get_request(assignment.request_id)


def _drop_stale(books: Books, due: Due) -> None:
    """An offer that was answered, or whose time was moved, needs no timer of the old time."""
    assignment = books.get_assignment(due.subject)
    books.drop_due(due.kind, due.subject)
    if assignment.state is AssignmentState.OFFERED:
        books.set_due(Due(kind=due.kind, subject=due.subject, at=assignment.expires_at))
