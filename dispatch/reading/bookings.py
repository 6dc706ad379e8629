"""Booked trips as people read them: the rides of a series, and all that are to come."""

from collections.abc import Iterable
from datetime import datetime

from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.domain.booking import CALL_AFTER
from dispatch.domain.request import MOST_AHEAD, Request
from dispatch.reading.base import Out, PointOut, place_out, vehicle_names
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.request_states import RequestState


class RideOut(Out):
    """One ride: `returns` is the ride that it is the way back of, `reserved` the vehicle that is kept for it.

    `uncertain`: it is near and has no vehicle, and a call is owed by `call_by`. For a way back that `waits` the vehicle
    that brings the patient there stays.
    """

    id: str
    state: RequestState
    schedule_at: datetime | None
    returns: str | None
    on_call: bool
    waits: bool
    reserved: str | None
    reserved_name: str | None
    uncertain: bool
    call_by: datetime | None


class BookingOut(RideOut):
    """A ride in a list of all; `series` is the first ride of its series, `rides` how many of it are to come."""

    series: str | None
    rides: int
    need: Need
    pickup: PointOut
    dropoff: PointOut | None


class BookingsOut(Out):
    """The booked trips to come, the next one first."""

    bookings: list[BookingOut]


def rides_out(books: Books, rides: Iterable[Request]) -> list[RideOut]:
    """Rides in their order."""
    listed = list(rides)
    names = vehicle_names(books, [ride.reserved for ride in listed])
    owed = {promise.request_id: promise for promise in books.promises.list_open_of([ride.id for ride in listed])}
    found = []
    for ride in listed:
        promise = owed.get(ride.id)
        found.append(
            RideOut(
                id=ride.id,
                state=ride.state,
                schedule_at=ride.ask.booked_at,
                returns=ride.returns,
                on_call=ride.ask.on_call,
                waits=ride.ask.waits,
                reserved=ride.reserved,
                reserved_name=names.get(ride.reserved) if ride.reserved is not None else None,
                uncertain=promise is not None and promise.why is Why.BOOKING_UNCERTAIN,
                call_by=promise.due_at if promise is not None else None,
            )
        )
    return found


def bookings_out(
    unit: Unit, books: Books, facility: str | None, until: datetime | None, limit: int, lang: Lang
) -> BookingsOut:
    """The booked trips to come, also a way back that nobody has called for yet."""
    now = unit.clock.now()
    span = {"since": now - MOST_AHEAD, "until": until or now + MOST_AHEAD + CALL_AFTER}
    booked = books.requests.list_booked(**span, facility=facility, limit=limit)
    counts: dict[str | None, int] = {}
    for one in booked:
        counts[one.series] = counts.get(one.series, 0) + 1
    return BookingsOut(
        bookings=[
            BookingOut(
                **ride.model_dump(),
                pickup=place_out(one.ask.pickup, lang),
                dropoff=place_out(one.ask.dropoff, lang) if one.ask.dropoff is not None else None,
                need=one.ask.need,
                series=one.series,
                rides=counts[one.series] if one.series is not None else 1,
            )
            for one, ride in zip(booked, rides_out(books, booked), strict=True)
        ]
    )
