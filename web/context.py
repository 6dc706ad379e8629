"""What routes ask of the app: the house, who calls, and the command that a call is."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from dispatch.desk.views import RequestView
from fastapi import Depends, Header, Request

from dispatch.bootstrap import House
from dispatch.desk.command import Command
from dispatch.domain.people import Person
from dispatch.vocabulary.roles import Role
from web.errors import Problem, not_found

# Before and after these nobody dispatches, and a time zone may have offsets with seconds, which ISO 8601 cannot say.
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2200, 1, 1, tzinfo=UTC)


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


async def _command(
    request: Request,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")] = None,
) -> Command:
    fingerprint = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
    return Command(actor=_person(request), key=idempotency_key, fingerprint=fingerprint)


def utc(at: datetime) -> datetime:
    """A time of a body in UTC. Raises a 422 problem for one without a zone or beyond the calendar."""
    if at.tzinfo is None:
        raise Problem(422, "invalid", "Waktu perlu memakai zona, misalnya 2026-11-20T16:45:00+07:00.")
    if not _FIRST_DAY <= at.replace(tzinfo=UTC) <= _LAST_DAY:
        raise Problem(422, "invalid", "Waktu perlu antara tahun 1970 dan 2200.")
    return at.astimezone(UTC)


TheHouse = Annotated[House, Depends(_house)]
Caller = Annotated[Person, Depends(_person)]
By = Annotated[Command, Depends(_command)]


def in_scope(person: Person, view: RequestView) -> RequestView:
    """The view, if it is any of this person's business; otherwise it does not exist for them."""
    if person.role is Role.STAFF and view.request.ask.requester != person.facility:
        raise not_found()
    return view
