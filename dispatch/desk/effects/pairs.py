"""A first contact and the vehicle that it is ahead of (R04): what becomes of the two once the patient is aboard."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.effects.carry_out import watch_long
from dispatch.desk.effects.noticing import notice
from dispatch.desk.effects.promising import open_promise
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request
from dispatch.vocabulary.events import OfferMade, RequestChanged
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, StepCause


def first_contact_carries(
    books: Books, request: Request, ahead: Assignment, left_s: float | None, now: datetime, policy: Policy
) -> None:
    """The first contact has the patient aboard: it fills the place of the vehicle behind it, which is called back.

    Where that one can meet it on the way, it drives on and the operator is asked: it has at most `intercept_min` to go,
    and less than the `left_s` seconds that the first contact still has to its destination (None: nobody knows).
    """
    live = [a for a in books.assignments.list_of(request.id) if a.is_live and a.id != ahead.id]
    behind = next((a for a in live if a.slot == 0), None)
    if behind is not None:
        if behind.row.met:
            return
        to_go_s = (behind.arrives_at - now).total_seconds() if behind.arrives_at is not None else None
        near = to_go_s is not None and to_go_s <= policy.intercept_min * 60.0 and to_go_s < (left_s or 0.0)
        if near and behind.row.is_going and ahead.row.loaded:
            notice(books, behind, Notice.MAY_MEET, now)
            return
        release(books, [behind], actor=DESK, cause=StepCause.FIRST_CONTACT_CARRIES, now=now, policy=policy)
    current = books.assignments.get(ahead.id)
    books.assignments.save(replace(current, slot=0, version=current.version + 1))


def goes_ahead_again(books: Books, request: Request, undone: Assignment, now: datetime, policy: Policy) -> None:
    """The patient is not aboard after all: a first contact is ahead again, and another vehicle is looked for."""
    if undone.slot != 0 or not went_ahead(books, undone):
        return
    books.assignments.save(replace(undone, slot=FIRST_CONTACT, version=undone.version + 1))
    open_promise(books, request, Why.SEARCHING_LONG, now)
    books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now))
    watch_long(books, request.id, now, policy)


def went_ahead(books: Books, trip: Assignment) -> bool:
    """Whether a vehicle was asked to go ahead of another one, or has been ahead since the request was changed."""
    said = (entry.event for entry in books.journal.list_of_kinds([trip.request_id], [OfferMade, RequestChanged]))
    return any(
        (isinstance(event, OfferMade) and event.assignment_id == trip.id and event.slot == FIRST_CONTACT)
        or (isinstance(event, RequestChanged) and trip.id in event.ahead)
        for event in said
    )
