"""A patient goes from one vehicle to another at a place: the first keeps them until the second has them aboard."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.effects.ahead import went_ahead
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.aboard import slot_behind, taken_over, was_picked_up
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.trip_steps import (
    FIRST_CONTACT,
    UNDO_WITHIN,
    AssignmentState,
    StepCause,
)


def giving_to(trips: list[Assignment], taking: Assignment) -> Assignment | None:
    """The vehicle that this one takes over from."""
    return next((a for a in trips if a.is_live and a.hands_over and slot_behind(a) == taking.slot), None)


def taking_from(trips: list[Assignment], giving: Assignment) -> Assignment | None:
    """The vehicle that takes over from this one, where one is asked or goes."""
    return next((a for a in trips if a.fills_slot and a.slot == slot_behind(giving) and a.id != giving.id), None)


def steps_beside(books: Books, request: Request, before: Assignment, after: Assignment, now: datetime) -> None:
    """What a step of one of the two means for the other, who takes over or gives.

    The giving one is freed when the tap that the patient changed over can no longer be taken back.
    """
    giving = giving_to(books.assignments.list_of(request.id), after)
    if giving is None:
        return
    if was_picked_up(after) and not was_picked_up(before):
        books.timers.set(Due(kind=DueKind.HAND_OVER, subject=giving.id, at=now + UNDO_WITHIN))
    elif not was_picked_up(after):
        books.timers.drop(DueKind.HAND_OVER, giving.id)


def keeps_after_all(books: Books, request: Request, giving: Assignment, now: datetime, policy: Policy) -> None:
    """The giving vehicle has arrived by itself, or has carried nobody: it has its own place again.

    Whoever was to take over is called back; behind a first contact that carries nobody it goes on.
    """
    if giving.row.loaded or not giving.is_live:
        return
    trips = books.assignments.list_of(request.id)
    taking, slot = taking_from(trips, giving), slot_behind(giving)
    if giving.state is not AssignmentState.AT_DESTINATION and went_ahead(books, giving):
        slot = FIRST_CONTACT
    elif taken_over(trips, giving):
        return  # both say that the patient is theirs: each ends its trip by itself
    elif taking is not None:
        release(books, [taking], actor=DESK, cause=StepCause.ARRIVED_ITSELF, now=now, policy=policy)
    current = books.assignments.get(giving.id)
    books.assignments.save(replace(current, slot=slot, version=current.version + 1))
