"""Vehicles that are kept for booked trips: for whom, and what happens when one is taken or is not needed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind, find
from dispatch.domain.booking import LOOK_EVERY, NEAR, SPAN
from dispatch.domain.request import Request, Reservation
from dispatch.vocabulary.events import ReservationLost, Reserved


def list_kept(books: Books, at: datetime, but: str | None = None) -> list[Reservation]:
    """What overlaps with a reservation at this time, but for the request `but` and the other rides of its series:
    nobody is to be driven twice at once."""
    own = rides_with(books, but)
    return [one for one in books.requests.list_reserved(at - SPAN, at + SPAN) if one.request_id not in own]


def rides_with(books: Books, request_id: str | None) -> Collection[str]:
    """A request and the other rides of its series; none where it is not kept yet."""
    request = find(books.requests.get, request_id) if request_id is not None else None
    if request is None or request.series is None:
        return {request_id} if request_id is not None else ()
    return {ride.id for ride in books.requests.list_series(request.series)}


def kept_near(books: Books, at: datetime, but: str | None = None) -> Mapping[str, datetime]:
    """By vehicle the nearest booked time around a moment for which it is kept, for another request than `but`."""
    near = list_kept(books, at, but)
    near.sort(key=lambda one: abs(one.at - at), reverse=True)
    return {one.vehicle_id: one.at for one in near}


def overlapping(books: Books, vehicle_id: str, at: datetime, but: str | None = None) -> Reservation | None:
    """The reservation of a vehicle for another request whose span overlaps with one at this time."""
    return next((one for one in list_kept(books, at, but) if one.vehicle_id == vehicle_id), None)


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
    for one in list_kept(books, at, by):
        if one.vehicle_id == vehicle_id:
            lose(books, books.requests.get(one.request_id), now)
            look_again(books, one.request_id, now)


def look_at_kept(books: Books, vehicle_id: str, now: datetime) -> None:
    """The vehicle does not go for now: of the booked trips that it is kept for those that are near are looked at."""
    for one in books.requests.list_reserved(now, now + NEAR):
        timer = books.timers.find(DueKind.BOOKING, one.request_id) if one.vehicle_id == vehicle_id else None
        if timer is not None and timer.at <= now + LOOK_EVERY:  # its looks have begun
            look_again(books, one.request_id, now)


def look_again(books: Books, request_id: str, at: datetime) -> None:
    """Look at a booked trip at this time: whether its vehicle is sure."""
    books.timers.set(Due(kind=DueKind.BOOKING, subject=request_id, at=at))
