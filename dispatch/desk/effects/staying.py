"""The vehicle that waits at the destination for the way back: from the end of its trip there until it is called."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.effects.keeping import keep, look_again, lose, stays_without
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.booking import SPAN, back_of
from dispatch.domain.request import Request
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState


def find_back(books: Books, request: Request) -> Request | None:
    """The way back of a request that is still to come."""
    return back_of(request, books.requests.list_series(request.series)) if request.series is not None else None


def stay(books: Books, trip: Assignment, now: datetime) -> bool:
    """A trip is over: whether its vehicle waits at the destination for the way back, for which it is kept from now on.

    One that is reserved for somebody else meanwhile does not stay.
    """
    back = find_back(books, books.requests.get(trip.request_id))
    if back is None or not _is_waited_for(back) or AssignmentState.AT_DESTINATION not in trip.stamps:
        return False
    if not may_stay(books, back, trip.vehicle_id, now):
        return False
    keep(books, back, trip.vehicle_id, now, waits=True)
    return True


def may_stay(books: Books, back: Request, vehicle_id: str, now: datetime) -> bool:
    """Whether the vehicle is reserved for nobody else from now until the way back."""
    assert back.ask.schedule_at is not None
    others = books.requests.list_reserved(now - SPAN, max(back.ask.schedule_at, now) + SPAN)
    return all(one.vehicle_id != vehicle_id or one.request_id == back.id for one in others)


def goes_on_after_all(books: Books, trip: Assignment) -> None:
    """The end of a trip was an error: nobody waits yet."""
    back = find_back(books, books.requests.get(trip.request_id))
    if back is not None and back.ask.waits and back.reserved == trip.vehicle_id:
        books.requests.save(replace(back, reserved=None, version=back.version + 1))


def nobody_stayed(books: Books, request: Request, now: datetime) -> None:
    """The ride there is over: where no vehicle stayed, one is sought for the way back as for any other."""
    back = find_back(books, request)
    if back is not None and _is_waited_for(back):
        stays_without(books, back, now)
        look_again(books, back.id, now)


def leave(books: Books, vehicle_id: str, now: datetime, but: str | None = None) -> None:
    """The vehicle does not wait any longer: the ways back that it waits for, other than `but`, are looked at again."""
    for one in books.requests.list_waiting():
        if one.vehicle_id == vehicle_id and one.request_id != but:
            lose(books, books.requests.get(one.request_id), now)
            look_again(books, one.request_id, now)


def _is_waited_for(back: Request) -> bool:
    """Whether the vehicle that brings the patient there is to stay, and none does yet."""
    return back.ask.waits and back.reserved is None and back.state is RequestState.SCHEDULED
