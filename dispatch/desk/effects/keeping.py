"""Vehicles that are kept for booked trips: for whom, and what happens when one is taken or is not needed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind, find
from dispatch.domain.booking import LOOK_EVERY, NEAR, SPAN
from dispatch.domain.request import Request, Reservation
from dispatch.vocabulary.events import ReservationLost, Reserved
from dispatch.vocabulary.request_states import RequestState


def list_kept(books: Books, at: datetime, now: datetime, but: str | None = None) -> list[Reservation]:
    """The reservations that overlap with one at this time. Who waits somewhere is kept from now on, and until it is
    called where nobody knows when that will be. Those of the request `but` and of the other rides of its series are
    left out: nobody is to be driven twice at once."""
    waiting = {one.request_id: replace(one, at=max(one.at, now)) for one in books.requests.list_waiting()}
    booked = books.requests.list_reserved(at - SPAN, at + SPAN)
    overlapping = [one for one in waiting.values() if at < one.at + SPAN]
    kept = [*(one for one in booked if one.request_id not in waiting), *overlapping]
    own = rides_with(books, but)
    return [one for one in kept if one.request_id not in own]


def rides_with(books: Books, request_id: str | None) -> Collection[str]:
    """A request and the other rides of its series; none where it is not kept yet."""
    request = find(books.requests.get, request_id) if request_id is not None else None
    if request is None or request.series is None:
        return {request_id} if request_id is not None else ()
    return {ride.id for ride in books.requests.list_series(request.series)}


def kept_near(books: Books, at: datetime, now: datetime, but: str | None = None) -> Mapping[str, datetime]:
    """By vehicle the nearest booked time around a moment for which it is kept, for another request than `but`."""
    near = list_kept(books, at, now, but)
    near.sort(key=lambda one: abs(one.at - at), reverse=True)
    return {one.vehicle_id: one.at for one in near}


def overlapping(
    books: Books, vehicle_id: str, at: datetime, now: datetime, but: str | None = None
) -> Reservation | None:
    """The reservation of a vehicle for another request whose span overlaps with one at this time."""
    return next((one for one in list_kept(books, at, now, but) if one.vehicle_id == vehicle_id), None)


def keep(
    books: Books,
    request: Request,
    vehicle_id: str,
    now: datetime,
    *,
    actor: str = DESK,
    again: bool = False,
    waits: bool = False,
) -> Request:
    """Reserve the vehicle for the request's booked time, and say so."""
    kept = replace(request, reserved=vehicle_id, version=request.version + 1)
    books.requests.save(kept)
    made = Reserved(again=again, waits=waits, booked_at=request.ask.schedule_at, at=now, actor=actor)
    books.journal.add(made.about(request.id, vehicle_id=vehicle_id))
    return kept


def lose(books: Books, request: Request, now: datetime) -> Request:
    """The vehicle that was reserved is not kept for the request any more; who waits or is booked may go with it.

    A vehicle that waited there has been at its task until now, and the way back is one like any other.
    """
    if request.reserved is None:
        return request
    waited = request.ask.waits and request.state is RequestState.SCHEDULED
    lost = ReservationLost(waited=waited, booked_at=request.ask.schedule_at, at=now, actor=DESK)
    books.journal.add(lost.about(request.id, vehicle_id=request.reserved))
    if waited:
        held = books.vehicles.get(request.reserved)
        books.vehicles.set_history(held.id, on_duty_since=held.on_duty_since, trip_ended_at=now)
    kept_no_more(books, request, now)
    return _saved(books, replace(request, reserved=None), now)


def kept_no_more(books: Books, request: Request, now: datetime) -> None:
    """The vehicle of a booked trip may be for others: who waits is searched for, and whatever is booked around that
    time and has none is looked at."""
    books.timers.hasten(DueKind.PROMISE_RETRY, now)
    at = request.ask.schedule_at
    for request_id in books.requests.list_unkept(at - SPAN, at + SPAN) if at is not None else ():
        timer = books.timers.find(DueKind.BOOKING, request_id)
        if timer is not None and timer.at > now:
            look_again(books, request_id, now)


def stays_without(books: Books, request: Request, now: datetime) -> Request:
    """No vehicle will wait for this way back: it is one like any other."""
    return _saved(books, request, now) if request.ask.waits else request


def _saved(books: Books, request: Request, now: datetime) -> Request:
    saved = replace(request, ask=replace(request.ask, waits=False), version=request.version + 1)
    books.requests.save(saved)
    if request.ask.waits and request.state is RequestState.SCHEDULED and not request.ask.on_call:
        # Its search begins before its time now.
        books.timers.set(Due(kind=DueKind.SCHEDULED, subject=request.id, at=now))
    return saved


def take_from_booked(books: Books, vehicle_id: str, at: datetime, by: str, now: datetime) -> None:
    """The vehicle goes for another request while it is kept: the booked ones are looked at again at once."""
    for one in list_kept(books, at, now, by):
        if one.vehicle_id == vehicle_id:
            lose(books, books.requests.get(one.request_id), now)
            look_again(books, one.request_id, now)


def look_at_kept(books: Books, vehicle_id: str | None, now: datetime) -> None:
    """The vehicle does not go for now, or is another than it was: of the booked trips that it is kept for those that
    are near are looked at; those of every vehicle where it is none, since what may go is judged otherwise now."""
    for one in books.requests.list_reserved(now, now + NEAR):
        meant = vehicle_id in (None, one.vehicle_id)
        timer = books.timers.find(DueKind.BOOKING, one.request_id) if meant else None
        if timer is not None and timer.at <= now + LOOK_EVERY:  # its looks have begun
            look_again(books, one.request_id, now)


def look_again(books: Books, request_id: str, at: datetime) -> None:
    """Look at a booked trip at this time: whether its vehicle is sure."""
    books.timers.set(Due(kind=DueKind.BOOKING, subject=request_id, at=at))
