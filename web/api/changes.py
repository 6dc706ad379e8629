"""A kept request is changed until its end: what is said anew, and who goes then."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from dispatch.desk.ports import Books
from dispatch.desk.usecases import changing
from dispatch.domain.request import Ask, Contact
from dispatch.reading.requests import RequestOut, in_scope
from dispatch.vocabulary.needs import Death, Document, Leaves, Urgency
from web.asking import Answer, leaves_of
from web.bodies import Id, In, Phone, PointIn, Reason, place_of
from web.context import By, TheHouse, utc

router = APIRouter(prefix="/api", tags=["requests"])


class PatientChangeIn(In):
    """What is told of the patient anew; what is left out stays."""

    living: bool | None = None
    can_sit: bool | None = None
    special_care: bool | None = None
    oxygen: bool | None = None
    infectious: bool | None = None
    death: Death | None = None
    count: Annotated[int, Field(ge=1, le=20)] | None = None
    resident_of: Id | None = None


class ContactChangeIn(In):
    """Another number to call back."""

    phone: Phone
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)] | None = None


class ChangeIn(In):
    """What of the request is something else now; what is left out stays.

    `agreed` says that the vehicles that the change itself lets go (409 `needs_choice`) may go.
    """

    pickup: Id | PointIn | None = None
    dropoff: Id | PointIn | None = None
    urgency: Urgency | None = None
    patient: PatientChangeIn | None = None
    documents: Annotated[list[Document], Field(max_length=len(Document))] | None = None
    leaves: Leaves | None = None
    contact: ContactChangeIn | None = None
    schedule_at: datetime | None = None
    agreed: bool = False
    reason: Reason | None = None


@router.post("/requests/{request_id}/change")
async def change(request_id: str, body: ChangeIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """Judged anew: more help is sought at once, and whoever is under way goes on until a better one has said yes."""

    def look(books: Books) -> tuple[changing.Edit, Contact | None]:
        in_scope(books, by.actor, request_id)
        return _edit(house, books, body), _contact(books, request_id, body)

    edit, contact = await house.unit.store.read(look)
    return await answer(
        await changing.change(house.unit, request_id, edit, contact=contact, agreed=body.agreed, by=by)
    )


def _edit(house: TheHouse, books: Books, body: ChangeIn) -> changing.Edit:
    """What makes the new ask of the kept one. Raises a 422 problem for an unknown facility."""
    said: dict[str, object] = {}
    if body.pickup is not None:
        said["pickup"] = place_of(books, house.areas, body.pickup, "pickup")
    if body.dropoff is not None:
        said["dropoff"] = place_of(books, house.areas, body.dropoff, "dropoff")
    if body.urgency is not None:
        said["urgency"] = body.urgency
    if body.documents is not None:
        said["documents"] = frozenset(body.documents)
    if body.schedule_at is not None:
        said["schedule_at"] = utc(body.schedule_at)
    told = body.patient.model_dump(exclude_unset=True) if body.patient else {}

    def edit(ask: Ask) -> Ask:
        new = replace(ask, **said, patient=replace(ask.patient, **told))  # type: ignore[arg-type]
        moved = new.pickup != ask.pickup or new.dropoff != ask.dropoff
        return leaves_of(new, body.leaves) if moved or body.leaves else new

    return edit


def _contact(books: Books, request_id: str, body: ChangeIn) -> Contact | None:
    if body.contact is None:
        return None
    kept = books.requests.get_contact(request_id)
    return replace(kept, phone=body.contact.phone, name=body.contact.name or kept.name)
