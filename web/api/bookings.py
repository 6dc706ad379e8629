"""Booked trips that are still to come, and ways back: added to a request, and called for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.desk.usecases import returning
from dispatch.reading.bookings import BookingsOut, bookings_out
from dispatch.reading.requests import RequestOut, in_scope
from dispatch.reading.scope import facility_of
from web.bodies import ReturnIn, utc
from web.context import Answer, By, Caller, Spoken, TheHouse

router = APIRouter(prefix="/api", tags=["requests"])


@router.get("/bookings")
async def list_bookings(
    house: TheHouse,
    person: Caller,
    lang: Spoken,
    until: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> BookingsOut:
    """The booked trips to come, by their time; staff see their own facility's."""
    unit, last = house.unit, utc(until) if until is not None else None
    return await unit.store.read(lambda books: bookings_out(unit, books, facility_of(person), last, limit, lang))


@router.post("/requests/{request_id}/return")
async def add_return(request_id: str, body: ReturnIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """A kept request gets a way back, at a time or on call."""
    await house.unit.store.read(lambda books: in_scope(books, by.actor, request_id))
    return await answer(await returning.add_back(house.unit, request_id, body.way(house.areas), by=by))


@router.post("/requests/{request_id}/ready")
async def ready(request_id: str, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """The patient is ready for the way back: its vehicle is searched for now."""
    await house.unit.store.read(lambda books: in_scope(books, by.actor, request_id))
    return await answer(await returning.call_back(house.unit, request_id, by=by))
