"""The rides of a series inside a transaction: which are meant beside one, and that they end with it."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books
from dispatch.domain.aboard import carrying
from dispatch.domain.booking import meant
from dispatch.domain.request import Request
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.request_states import ENDS, RequestState


def series_with(books: Books, request: Request, rides: Rides) -> tuple[Request, ...]:
    """The open rides that are meant beside this one."""
    return meant(request, books.requests.list_series(request.series), rides) if request.series is not None else ()


def waits_for_way_there(books: Books, request: Request) -> bool:
    """Whether a request is a way back from where nobody has been brought yet."""
    if request.returns is None:
        return False
    there = books.requests.get(request.returns)
    return there.state not in ENDS and not any(a.has_brought for a in books.assignments.list_of(there.id))


def unserved_with(books: Books, request: Request, rides: Rides) -> tuple[Request, ...]:
    """Those of them for which no vehicle is asked or goes, nor one broke down with somebody aboard."""
    trips = [(one, books.assignments.list_of(one.id)) for one in series_with(books, request, rides)]
    return tuple(one for one, its in trips if not any(trip.is_live for trip in its) and carrying(its) is None)


def end_along(books: Books, request: Request, others: Sequence[Request], now: datetime, told: str, by: str) -> None:
    """The other rides end too; whoever hears of the first hears of all."""
    for other in others:
        current = books.requests.get(other.id)
        settle(books, current, now, end=RequestState.CANCELLED_BY_REQUESTER, told=told, by=by, along=request.id)
