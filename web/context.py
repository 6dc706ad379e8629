"""What routes ask of the app: the house, who calls, and the command that a call is."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request

from dispatch.bootstrap import House
from dispatch.desk.carry_out import Command
from dispatch.desk.views import RequestView
from dispatch.domain.directory import Person, Role
from web.errors import not_found


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


TheHouse = Annotated[House, Depends(_house)]
Caller = Annotated[Person, Depends(_person)]
By = Annotated[Command, Depends(_command)]


def in_scope(person: Person, view: RequestView) -> RequestView:
    """The view, if it is any of this person's business; otherwise it does not exist for them."""
    if person.role is Role.STAFF and view.request.ask.requester != person.facility:
        raise not_found()
    return view
