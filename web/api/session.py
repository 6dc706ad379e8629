"""Signing in and out: by one click for the demo's people, else with a token of `jemput token`."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.reading.base import Out
from dispatch.reading.vehicles import MeOut
from dispatch.vocabulary.roles import Role
from web.auth import COOKIE, SESSION, digest, find_owner, new_session, same_origin
from web.bodies import Id, In
from web.context import Spoken, TheHouse, read_me
from web.errors import Problem

router = APIRouter(prefix="/api/session", tags=["session"])


class SessionIn(In):
    """Who signs in: a person of the demo, or the owner of a token."""

    person_id: Id | None = None
    token: Annotated[str, StringConstraints(min_length=20, max_length=200)] | None = None


class PersonOut(Out):
    """Somebody of the demo."""

    id: str
    name: str
    role: Role
    agency: str | None
    facility: str | None
    vehicle: str | None


@router.get("/people")
async def people(house: TheHouse) -> list[PersonOut]:
    """Whom the demo offers; empty without --demo."""
    if not house.demo:
        return []

    def look(books: Books) -> list[PersonOut]:
        places = {facility.id: facility.name for facility in books.facilities.list_all()}
        return [PersonOut.of(person, facility=places.get(person.facility or "")) for person in books.people.list_all()]

    return await house.unit.store.read(look)


@router.post("")
async def sign_in(request: Request, body: SessionIn, response: Response, house: TheHouse, lang: Spoken) -> MeOut:
    """Make a session and its cookie."""
    if not same_origin(request):
        raise Problem(403, "other_origin")
    now = house.unit.clock.now()

    def work(books: Books) -> tuple[Person, str] | None:
        if body.token is not None:
            person = find_owner(books, body.token, now)
        else:
            person = books.people.find(body.person_id) if house.demo and body.person_id else None
        return (person, new_session(books, person.id, now)) if person else None

    found = await house.unit.store.write(work)
    if found is None:
        raise Problem(401, "unknown_token")
    person, secret = found
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return await read_me(house, person, lang)


@router.delete("", status_code=204)
async def sign_out(request: Request, house: TheHouse) -> Response:
    """End this session."""
    secret = request.cookies.get(COOKIE)
    if secret:
        await house.unit.store.write(lambda books: books.people.drop_token(digest(secret)))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response
