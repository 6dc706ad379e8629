"""Vehicles that are kept for booked trips: for whom, and what happens when one is taken or is not needed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.booking import SPAN
from dispatch.domain.request import Request, Reservation
from dispatch.vocabulary.events import ReservationLost, Reserved


def kept_near(books: Books, at: datetime, but: str | None = None) -> Mapping[str, datetime]:
    """By vehicle the nearest booked time around a moment for which it is kept, for another request than `but`."""
    near = [one for one in books.requests.list_reserved(at - SPAN, at + SPAN) if one.request_id != but]
    near.sort(key=lambda one: abs(one.at - at), reverse=True)
    return {one.vehicle_id: one.at for one in near}


def overlapping(books: Books, vehicle_id: str, at: datetime, but: str | None = None) -> Reservation | None:
    """The reservation of a vehicle for another request whose span overlaps with one at this time."""
    near = books.requests.list_reserved(at - SPAN, at + SPAN)
    return next((one for one in near if one.vehicle_id == vehicle_id and one.request_id != but), None)


def keep(
    books: Books, request: Request, vehicle_id: str, now: datetime, *, actor: str = DESK, again: bool = False
) -> Request:
    """Reserve the vehicle for the request's booked time, and say so."""
    kept = replace(request, reserved=vehicle_id, version=request.version + 1)
    books.requests.save(kept)
    books.journal.add(Reserved(again=again, at=now, actor=actor).about(request.id, vehicle_id=vehicle_id))
    return kept


def lose(books: Books, request: Request, now: datetime) -> Request:
    """The vehicle that was reserved is not kept for the request any more; who waits may go with it."""
    if request.reserved is None:
        return request
    books.journal.add(ReservationLost(at=now, actor=DESK).about(request.id, vehicle_id=request.reserved))
    lost = replace(request, reserved=None, version=request.version + 1)
    books.requests.save(lost)
    books.timers.hasten(DueKind.PROMISE_RETRY, now)
    return lost


def take_from_booked(books: Books, vehicle_id: str, at: datetime, by: str, now: datetime) -> None:
    """The vehicle goes for another request while it is kept: the booked ones are looked at again at once."""
    for one in books.requests.list_reserved(at - SPAN, at + SPAN):
        if one.vehicle_id == vehicle_id and one.request_id != by:
            lose(books, books.requests.get(one.request_id), now)
            look_again(books, one.request_id, now)


def look_again(books: Books, request_id: str, at: datetime) -> None:
    """Look at a booked trip at this time: whether its vehicle is sure."""
    books.timers.set(Due(kind=DueKind.BOOKING, subject=request_id, at=at))
