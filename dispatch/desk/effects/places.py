"""Which place of a request a chosen vehicle has: an empty one, or with its driver's yes that of another vehicle."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.effects.noticing import judge_staying
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books
from dispatch.domain.aboard import carrying
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.trip_steps import INSTEAD, KEPT_UNTIL_BETTER, AssignmentState, StepCause


def make_room(books: Books, request: Request, now: datetime, policy: Policy, *, actor: str) -> int | Refusal:
    """The slot of a vehicle that is chosen for the request: an empty one, else that of a vehicle whose driver has not
    said yes, which is withdrawn. Who is on its way drives on until the chosen one's driver has said yes.

    Nobody takes the place of a vehicle with somebody aboard, or of one that stays where its crew found nobody.
    """
    live = [a for a in books.assignments.list_of(request.id) if a.is_live and (a.slot >= 0 or a.slot == INSTEAD)]
    empty = unfilled_slots(request.wanted, live)
    if empty:
        return empty[0]
    leaving = min(live, key=lambda a: (a.row.aboard, a.state is not AssignmentState.OFFERED, a.slot))
    if refusal := carrying([leaving]) or judge_staying(books, [leaving], now, policy):
        return refusal
    if leaving.row.is_going:
        return INSTEAD
    release(books, [leaving], actor=actor, cause=StepCause.REASSIGNED, now=now, policy=policy)
    return leaving.slot


def take_place(books: Books, request: Request, accepted: Assignment, now: datetime, policy: Policy) -> Assignment:
    """A driver has said yes: whoever drove on until then is called back, unless it carries somebody or has to stay."""

    def may_leave(trip: Assignment) -> bool:
        return not trip.row.aboard and judge_staying(books, [trip], now, policy) is None

    if accepted.slot in (INSTEAD, *range(request.wanted)):
        kept = [a for a in books.assignments.list_of(request.id) if a.is_live and a.slot == KEPT_UNTIL_BETTER]
        _call_back(books, [a for a in kept if may_leave(a)], StepCause.BETTER_ACCEPTED, now, policy)
    if accepted.slot != INSTEAD:
        return accepted
    others = [a for a in books.assignments.list_of(request.id) if a.id != accepted.id and a.fills_slot]
    empty = unfilled_slots(request.wanted, others)
    if empty:
        return _placed(books, accepted, empty[0])
    leaving = gives_way([a for a in others if a.is_live and a.slot >= 0 and may_leave(a)])
    if leaving is None:
        _call_back(books, [accepted], StepCause.ALREADY_THERE, now, policy)
        return books.assignments.get(accepted.id)
    _call_back(books, [leaving], StepCause.BETTER_ACCEPTED, now, policy)
    return _placed(books, accepted, leaving.slot)


def gives_way(trips: Sequence[Assignment]) -> Assignment | None:
    """Of vehicles with nobody aboard the one whose place another takes: the latest of those not there yet."""
    return max(trips, key=lambda a: (not a.row.met, a.arrives_at or a.offered_at, a.id), default=None)


def let_the_asked_be(books: Books, request: Request, now: datetime, policy: Policy) -> None:
    """Who was to come instead of a vehicle that has arrived meanwhile is not needed any more."""
    trips = books.assignments.list_of(request.id)
    asked = [a for a in trips if a.is_live and a.slot == INSTEAD]
    others = [a for a in trips if a not in asked]
    if not unfilled_slots(request.wanted, others) and all(a.row.met for a in others if a.fills_slot and a.slot >= 0):
        _call_back(books, asked, StepCause.ALREADY_THERE, now, policy)


def _call_back(books: Books, trips: Sequence[Assignment], cause: StepCause, now: datetime, policy: Policy) -> None:
    release(books, trips, actor=DESK, cause=cause, now=now, policy=policy)


def _placed(books: Books, trip: Assignment, slot: int) -> Assignment:
    placed = replace(trip, slot=slot, version=trip.version + 1)
    books.assignments.save(placed)
    return placed
