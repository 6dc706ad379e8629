"""A first contact and the vehicle that it is ahead of (R04): what becomes of the two once the patient is aboard."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.effects.ahead import went_ahead
from dispatch.desk.effects.carry_out import watch_long
from dispatch.desk.effects.noticing import notice
from dispatch.desk.effects.places import gives_way
from dispatch.desk.effects.promising import open_promise
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.aboard import was_picked_up
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, INSTEAD, StepCause


def first_contact_carries(
    books: Books, request: Request, ahead: Assignment, left_s: float | None, now: datetime, policy: Policy
) -> None:
    """The first contact has the patient aboard: it fills the place of a vehicle behind it, which is called back: of
    several the slowest, of a place that nobody has nobody.

    Where that one can meet it on the way, it drives on and the operator is asked: it has at most `intercept_min` to go,
    and less than the `left_s` seconds that the first contact still has to its destination (None: nobody knows).
    """
    others = [a for a in books.assignments.list_of(request.id) if a.id != ahead.id and a.slot != INSTEAD]
    empty = unfilled_slots(request.wanted, others)
    behind = gives_way([a for a in others if a.is_live and a.slot >= 0 and not a.row.met]) if not empty else None
    if not empty and behind is None:
        return
    if behind is not None:
        to_go_s = (behind.arrives_at - now).total_seconds() if behind.arrives_at is not None else None
        near = to_go_s is not None and to_go_s <= policy.intercept_min * 60.0 and to_go_s < (left_s or 0.0)
        if near and behind.row.is_going and ahead.row.loaded:
            notice(books, behind, Notice.MAY_MEET, now)
            return
        release(books, [behind], actor=DESK, cause=StepCause.FIRST_CONTACT_CARRIES, now=now, policy=policy)
    current = books.assignments.get(ahead.id)
    slot = behind.slot if behind is not None else empty[0]
    books.assignments.save(replace(current, slot=slot, version=current.version + 1))
    books.timers.set(Due(kind=DueKind.SOONER, subject=request.id, at=now))  # who else could meet it on its way


def pair_is_over(books: Books, request: Request, now: datetime, policy: Policy) -> None:
    """Everybody is aboard, or was treated, by the vehicles behind a first contact: that one is not needed any more."""
    trips = books.assignments.list_of(request.id)
    behind = [a for a in trips if a.slot >= 0 and a.fills_slot]
    if unfilled_slots(request.wanted, trips) or any(a.is_live and not was_picked_up(a) for a in behind):
        return
    ahead = [a for a in trips if a.is_live and a.slot == FIRST_CONTACT and not a.row.loaded]
    release(books, ahead, actor=DESK, cause=StepCause.ALREADY_THERE, now=now, policy=policy)


def goes_ahead_again(books: Books, request: Request, undone: Assignment, now: datetime, policy: Policy) -> None:
    """The patient is not aboard after all: a first contact is ahead again, and another vehicle is looked for."""
    if undone.slot < 0 or not went_ahead(books, undone):
        return
    books.assignments.save(replace(undone, slot=FIRST_CONTACT, version=undone.version + 1))
    open_promise(books, request, Why.SEARCHING_LONG, now)
    books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now))
    watch_long(books, request.id, now, policy)
