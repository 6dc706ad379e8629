"""What routes ask of the app: the house, who calls, in which language, and the command that a call is."""

import hashlib
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Query, Request

from dispatch.bootstrap import House
from dispatch.desk.command import Command
from dispatch.domain.people import Person
from dispatch.reading.requests import RequestOut, request_out
from dispatch.reading.vehicles import MeOut, me_out
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal
from web.errors import refused

T = TypeVar("T")
# A key is the caller's own word for one act: a uuid, or what a page makes of one and a vehicle's id.
Key = Annotated[str, Header(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


async def _command(request: Request, idempotency_key: Key) -> Command:
    return await _command_or_none(request, idempotency_key)


async def _command_or_none(request: Request, idempotency_key: Key | None = None) -> Command:
    fingerprint = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
    return Command(actor=_person(request), key=idempotency_key, fingerprint=fingerprint)


def _lang(lang: Annotated[Lang, Query(description="The language of sentences.")] = Lang.ID) -> Lang:
    return lang


def done(result: T | Refusal) -> T:
    """The result of a command. Raises a refusal as a 409 problem."""
    if isinstance(result, Refusal):
        raise refused(result)
    return result


TheHouse = Annotated[House, Depends(_house)]
Caller = Annotated[Person, Depends(_person)]
By = Annotated[Command, Depends(_command)]
ByAny = Annotated[Command, Depends(_command_or_none)]  # with a key or without one
Spoken = Annotated[Lang, Depends(_lang)]


class _Answers:
    """A request as it reads after a command, or the refusal as a problem."""

    def __init__(self, request: Request, house: TheHouse, person: Caller, lang: Spoken) -> None:
        self._link = f"{str(request.base_url).rstrip('/')}/t/{{token}}"
        self._house, self._person, self._lang = house, person, lang

    async def __call__(self, result: str | Refusal) -> RequestOut:
        request_id, unit = done(result), self._house.unit
        return await unit.store.read(
            lambda books: request_out(unit, books, self._person, request_id, self._link, self._lang)
        )


Answer = Annotated[_Answers, Depends()]


async def read_me(house: House, person: Person, lang: Lang) -> MeOut:
    """A person with what their page begins from."""
    unit = house.unit
    own = await unit.fleet.some([person.vehicle]) if person.vehicle else {}
    return await unit.store.read(
        lambda books: me_out(
            unit, books, person, own.get(person.vehicle or ""), lang, demo=house.demo, roads=house.roads_kind
        )
    )
