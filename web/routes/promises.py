"""The ledger of promises: who owes whom a call, the calls that were made, and how they were kept."""

from datetime import timedelta
from typing import Annotated

from dispatch.desk.promising import PromiseView, may_call
from fastapi import APIRouter, Query

from dispatch.bootstrap import House
from dispatch.domain.people import Person
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.roles import Role
from web import schemas as s
from web.context import By, Caller, TheHouse
from web.errors import not_found, refused
from web.views import owed_out

router = APIRouter(prefix="/api", tags=["promises"])
_OWNERS = (Role.STAFF, Role.OPERATOR, Role.HEALTH_OFFICER)


async def _people(house: House) -> dict[str, str]:
    """Who may own a promise by name."""
    everybody = await house.store.read(lambda books: books.people.list_all())
    return {person.id: person.name for person in everybody if person.role in _OWNERS}


async def _answer(house: House, result: PromiseView | Refusal) -> s.OwedOut:
    if isinstance(result, Refusal):
        raise refused(result)
    return owed_out(result, await _people(house))


async def _answers(house: House, result: list[PromiseView] | Refusal) -> list[s.OwedOut]:
    if isinstance(result, Refusal):
        raise refused(result)
    people = await _people(house)
    return [owed_out(view, people) for view in result]


async def _in_scope(house: House, person: Person, promise_id: str) -> None:
    if not may_call(person, await house.desk.promise(promise_id)):
        raise not_found()


@router.get("/promises")
async def list_promises(
    house: TheHouse,
    person: Caller,
    owner: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    *,
    overdue: bool = False,
) -> list[s.OwedOut]:
    """The open promises, the most urgent first; staff see their own facility's."""
    facility = person.facility if person.role is Role.STAFF else None
    views = await house.desk.promises(owner=owner, overdue=overdue, facility=facility)
    people = await _people(house)
    return [owed_out(view, people) for view in views]


@router.get("/promises/heirs")
async def list_heirs(house: TheHouse, person: Caller) -> list[s.HeirOut]:
    """The colleagues to whom one's promises can be handed over: of the same role, agency and facility."""
    everybody = await house.store.read(lambda books: books.people.list_all())
    return [
        s.HeirOut(id=other.id, name=other.name)
        for other in everybody
        if other.id != person.id
        and (other.role, other.agency, other.facility) == (person.role, person.agency, person.facility)
    ]


@router.post("/promises/{promise_id}/calls")
async def log_call(promise_id: str, body: s.CallIn, house: TheHouse, by: By) -> s.OwedOut:
    """A call-back was made: whom to try next, and by when, follows from it."""
    await _in_scope(house, by.actor, promise_id)
    done = await house.desk.log_call(promise_id, body.outcome, told=body.told, text=body.note, by=by)
    return await _answer(house, done)


@router.post("/promises/{promise_id}/close")
async def close(promise_id: str, body: s.ClosePromiseIn, house: TheHouse, by: By) -> s.OwedOut:
    """A promise ends with its outcome and who was told."""
    await _in_scope(house, by.actor, promise_id)
    return await _answer(house, await house.desk.close(promise_id, body.outcome, told=body.told, by=by))


@router.post("/promises/{promise_id}/take")
async def take(promise_id: str, house: TheHouse, by: By) -> s.OwedOut:
    """Whoever takes it owes the call from now on."""
    await _in_scope(house, by.actor, promise_id)
    return await _answer(house, await house.desk.take_over(promise_id, by=by))


@router.post("/promises/hand_over")
async def hand_over(body: s.HandOverIn, house: TheHouse, by: By) -> list[s.OwedOut]:
    """At the end of a shift, all of one's promises go to another."""
    return await _answers(house, await house.desk.hand_over(body.to, by=by))


@router.post("/promises/stock")
async def stock_came(body: s.StockIn, house: TheHouse, by: By) -> list[s.OwedOut]:
    """A document has come: the call list, whoever waited longest first."""
    facility = by.actor.facility if by.actor.role is Role.STAFF else None
    return await _answers(house, await house.desk.stock_came(body.subject, facility=facility, count=body.count, by=by))


@router.get("/reports/promises")
async def kept(house: TheHouse, days: Annotated[int, Query(ge=1, le=366)] = 30) -> s.KeptOut:
    """How the call-backs promised in the last days were kept."""
    until = house.desk.clock.now()
    since = until - timedelta(days=days)
    found = await house.desk.kept(since=since, until=until)
    return s.KeptOut(
        since=since, until=until, kept=found.kept, late=found.late, overdue=found.overdue, share=found.share
    )
