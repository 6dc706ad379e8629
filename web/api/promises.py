"""The ledger of promises: who owes whom a call, the calls that were made, and how they were kept."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field, StringConstraints

from dispatch.desk.ports import Books
from dispatch.desk.usecases import promises
from dispatch.domain.people import Person
from dispatch.domain.promise import kept_of
from dispatch.reading.promises import HeirOut, KeptOut, OwedOut, get_promise, heirs_out, list_owed, owed_out
from dispatch.reading.scope import facility_of
from dispatch.vocabulary.promises import CallOutcome, CloseOutcome
from dispatch.vocabulary.refusals import Refusal
from web.bodies import Id, In, Text
from web.context import By, Caller, Spoken, TheHouse, done

router = APIRouter(prefix="/api", tags=["promises"])
Subject = Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]


class CallIn(In):
    """How a call-back went; who was reached is named in words, never by name: "ibu pasien"."""

    outcome: CallOutcome
    told: Annotated[str, StringConstraints(max_length=80, strip_whitespace=True)] = ""
    note: Text = ""


class ClosePromiseIn(In):
    """How a promise ends, and who was told."""

    outcome: CloseOutcome
    told: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]


class HandOverIn(In):
    """To whom: a person's id, or the role that is on duty."""

    to: Id


class StockIn(In):
    """So many of a document have come."""

    subject: Subject
    count: Annotated[int, Field(ge=1, le=500)]


class _Answers:
    """Promises as they read after a command, or the refusal as a problem."""

    def __init__(self, house: TheHouse, lang: Spoken) -> None:
        self._house, self._lang = house, lang

    async def one(self, result: str | Refusal) -> OwedOut:
        [found] = await self.all((done(result),))
        return found

    async def all(self, result: tuple[str, ...] | Refusal) -> list[OwedOut]:
        ids = done(result)
        return await self._house.unit.store.read(
            lambda books: owed_out(books, [books.promises.get(found) for found in ids], self._lang)
        )


Answer = Annotated[_Answers, Depends()]


async def _in_scope(house: TheHouse, person: Person, promise_id: str) -> None:
    await house.unit.store.read(lambda books: get_promise(books, person, promise_id))


@router.get("/promises")
async def list_promises(
    house: TheHouse,
    person: Caller,
    lang: Spoken,
    owner: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    *,
    overdue: bool = False,
) -> list[OwedOut]:
    """The open promises, the most urgent first; staff see their own facility's."""
    overdue_at = house.unit.clock.now() if overdue else None
    return await house.unit.store.read(
        lambda books: list_owed(books, person, owner=owner, overdue_at=overdue_at, lang=lang)
    )


@router.get("/promises/heirs")
async def list_heirs(house: TheHouse, person: Caller) -> list[HeirOut]:
    """The colleagues to whom one's promises can be handed over."""
    return await house.unit.store.read(lambda books: heirs_out(books, person))


@router.post("/promises/{promise_id}/calls")
async def log_call(promise_id: str, body: CallIn, house: TheHouse, by: By, answer: Answer) -> OwedOut:
    """A call-back was made: whom to try next, and by when, follows from it."""
    await _in_scope(house, by.actor, promise_id)
    return await answer.one(
        await promises.log_call(house.unit, promise_id, body.outcome, told=body.told, text=body.note, by=by)
    )


@router.post("/promises/{promise_id}/close")
async def close(promise_id: str, body: ClosePromiseIn, house: TheHouse, by: By, answer: Answer) -> OwedOut:
    """A promise ends with its outcome and who was told."""
    await _in_scope(house, by.actor, promise_id)
    return await answer.one(await promises.close(house.unit, promise_id, body.outcome, told=body.told, by=by))


@router.post("/promises/{promise_id}/take")
async def take(promise_id: str, house: TheHouse, by: By, answer: Answer) -> OwedOut:
    """The person who takes it owes the call from now on."""
    await _in_scope(house, by.actor, promise_id)
    return await answer.one(await promises.take_over(house.unit, promise_id, by=by))


@router.post("/promises/hand_over")
async def hand_over(body: HandOverIn, house: TheHouse, by: By, answer: Answer) -> list[OwedOut]:
    """At the end of a shift, all of one's promises go to another."""
    return await answer.all(await promises.hand_over(house.unit, body.to, by=by))


@router.post("/promises/stock")
async def stock_came(body: StockIn, house: TheHouse, by: By, answer: Answer) -> list[OwedOut]:
    """A document has come: the call list, those who waited longest first."""
    facility = facility_of(by.actor)
    return await answer.all(
        await promises.stock_came(house.unit, body.subject, facility=facility, count=body.count, by=by)
    )


@router.get("/reports/promises")
async def kept(house: TheHouse, days: Annotated[int, Query(ge=1, le=366)] = 30) -> KeptOut:
    """How the call-backs promised in the last days were kept."""
    until = house.unit.clock.now()
    since = until - timedelta(days=days)

    def look(books: Books) -> KeptOut:
        found = kept_of(books.promises.list_made(since=since, until=until), until)
        return KeptOut.of(found, since=since, until=until)

    return await house.unit.store.read(look)
