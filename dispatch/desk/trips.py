"""Trips and vehicles: a driver's steps, duty and positions."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from dispatch.desk.carry_out import Written, carry_out, escalate, offer_s, write_down
from dispatch.desk.command import Command, find_first, keep_first
from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Books, Due, DueKind, StoreUnavailableError
from dispatch.desk.search import Tried
from dispatch.desk.standing import settle
from dispatch.desk.steps import take_step, wake_waiting
from dispatch.domain.assignment import Assignment, AssignmentState, Step, StepCommand
from dispatch.domain.events import Event, EventKind
from dispatch.domain.fix import Fix, FixFault, judge_fix
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Ask, Need, Place, Request, RequestState, Urgency, unfilled_slots
from dispatch.domain.sop import Policy
from dispatch.domain.vehicle import Duty, VehicleNow

_LEAVES_OPEN = (Step.DECLINE, Step.EXPIRE, Step.STAND_DOWN, Step.PROBLEM)
_REFUSALS = (AssignmentState.DECLINED, AssignmentState.EXPIRED)
_FIXES_AT_ONCE = 1_000
_log = logging.getLogger(__name__)


class Trips(DeskCore):
    """Commands return what they made, or a Refusal; a repeat under the same key returns the first result."""

    __slots__ = ()

    async def answer_s(self, request: Request) -> float:
        """Seconds that a driver has to answer an offer of this request."""
        now = self.clock.now()
        return offer_s(request, await self.store.read(lambda books: self._sop(books, now).policy))

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
            written = None
            if command.step in _LEAVES_OPEN and request.state not in ENDS:
                request = self._from_where_it_stands(request, before)
                written = write_down(await self._search_again(request, now, leaving=before), self.zone)

            def work(books: Books) -> Assignment | Refusal:
                first = find_first(books, by) if by else None
                if first is not None:
                    return first if isinstance(first, Refusal) else books.get_assignment(first)
                if command.step is Step.UNDO and (ended := _ended_otherwise(books, before.request_id)):
                    return ended
                policy = self._sop(books, now).policy
                assignment = take_step(books, books.get_assignment(assignment_id), command, now, policy)
                if isinstance(assignment, Refusal):
                    return assignment
                current = books.get_request(assignment.request_id)
                if written is not None and current.state not in ENDS:
                    current = _go_on(books, current, written, command.step)
                settle(books, current, now, reopened=command.step is Step.UNDO)
                if by is not None:
                    keep_first(books, by, assignment_id, now)
                return assignment

            return work

        return await self._commit(attempt)

    def _from_where_it_stands(self, request: Request, before: Assignment) -> Request:
        """Whoever is aboard a vehicle that cannot go on is picked up where it stands."""
        fix = self.live.last_fixes().get(before.vehicle_id)
        if before.state is not AssignmentState.TRANSPORTING or fix is None:
            return request
        here = Place(point=fix.point, name="Tempat kendaraan berhenti", agency=request.ask.pickup.agency)
        return replace(request, ask=replace(request.ask, pickup=here))

    async def set_duty(
        self, vehicle_id: str, duty: Duty, *, at_base: bool, by: Command, auto_accept: bool | None = None
    ) -> VehicleNow | Refusal:
        """A driver goes on or off duty, or has finished cleaning; a vehicle on a trip finishes it first.

        `auto_accept` says whether its offers are taken without asking; None leaves that as it is.
        """
        now = self.clock.now()

        def work(books: Books) -> VehicleNow | Refusal:
            first = find_first(books, by)
            if isinstance(first, Refusal):
                return first
            held = books.get_vehicle(vehicle_id)
            if first is not None:
                return held
            if held.assignment_id is not None and duty is not Duty.AVAILABLE:
                return Refusal("on_duty_trip", {"assignment_id": held.assignment_id})
            if auto_accept is not None:
                books.set_auto_accept(vehicle_id, on=auto_accept)
            if held.assignment_id is None:
                _change_duty(books, held, duty, at_base=at_base, now=now, policy=self._sop(books, now).policy)
                facts = {"duty": duty.value, "at_base": at_base}
                note(books, EventKind.DUTY_CHANGED, now, by.actor, vehicle_id=vehicle_id, facts=facts)
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

    async def warm_up(self, kept: Sequence[Fix]) -> None:
        """Read fleet and packs and judge once before the first request does; `kept` are positions of the store."""
        self._kept_fixes.update((fix.vehicle_id, fix) for fix in kept)
        if kept:
            here = Place(point=kept[0].point, name="")
            ask = Ask(need=Need.EMERGENCY, urgency=Urgency.RED, pickup=here)
            write_down(await self._search(ask, self.clock.now(), Tried()), self.zone)

    async def keep_last_fixes(self) -> None:
        """Write the newest positions to the store, so that a restart knows where everybody was."""
        newer = [fix for fix in self.live.last_fixes().values() if self._kept_fixes.get(fix.vehicle_id) is not fix]
        for at in range(0, len(newer), _FIXES_AT_ONCE):
            some = newer[at : at + _FIXES_AT_ONCE]  # a few at a time: nobody's command waits long behind them
            await self.store.write(partial(_keep_fixes, fixes=some))
            self._kept_fixes.update((fix.vehicle_id, fix) for fix in some)

    async def run_keeper(self, stop: asyncio.Event, *, every_s: float = 30.0) -> None:
        """Keep the newest positions every so often until `stop`, so that even kill -9 loses little of them."""
        while not stop.is_set():
            try:
                await self.keep_last_fixes()
            except StoreUnavailableError:
                _log.warning("positions could not be kept; they are tried again in %.0f s", every_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)


def _keep_fixes(books: Books, fixes: Sequence[Fix]) -> None:
    books.put_last_fixes(fixes)


def _go_on(books: Books, request: Request, written: Written, step: Step) -> Request:
    """The search goes on for what the vehicle has left; too many refusals are the operator's business (R23)."""
    decision = written.decision
    if decision.ask != request.ask:
        request = replace(request, ask=decision.ask, version=request.version + 1)
        books.save_request(request)
    carry_out(books, request, written)
    if step in (Step.DECLINE, Step.EXPIRE) and _refused_often(books, request, decision.sop.policy):
        escalate(books, request, "refused_often", decision.at, decision.sop.policy)
    return request


def _change_duty(books: Books, held: VehicleNow, duty: Duty, *, at_base: bool, now: datetime, policy: Policy) -> None:
    """Begin, go on with or end a shift; a shift that nobody ends is ended by its timer (R22)."""
    books.set_duty(held.id, duty, at_base=at_base, now=now)
    begun = held.on_duty_since or now
    on_duty_since = None if duty is Duty.OFF_DUTY else begun
    books.set_history(held.id, on_duty_since=on_duty_since, trip_ended_at=held.trip_ended_at)
    if on_duty_since is None:
        books.drop_due(DueKind.SHIFT_ENDS, held.id)
    else:
        ends_at = on_duty_since + timedelta(hours=policy.shift_ends_h)
        books.set_due(Due(kind=DueKind.SHIFT_ENDS, subject=held.id, at=ends_at))
    if duty is Duty.AVAILABLE:
        if held.duty is not Duty.AVAILABLE:  # whoever comes back has done with what kept him
            books.leave_alone(held.id, None)
        wake_waiting(books, now)


def _refused_often(books: Books, request: Request, policy: Policy) -> bool:
    refusals = sum(a.state in _REFUSALS for a in books.list_assignments(request.id))
    return refusals > 0 and refusals % max(1, int(policy.refusals_to_operator)) == 0


def _ended_otherwise(books: Books, request_id: str) -> Refusal | None:
    """Why a trip's end is not undone any more: somebody ended its request, and not this trip."""
    request = books.get_request(request_id)
    missing = unfilled_slots(request.wanted, books.list_assignments(request_id))
    if request.state in ENDS and (request.state is not RequestState.COMPLETED or missing):
        return Refusal("request_ended", {"state": request.state})
    return None


def _with_request(books: Books, assignment_id: str) -> tuple[Assignment, Request]:
    assignment = books.get_assignment(assignment_id)
    return assignment, books.get_request(assignment.request_id)
