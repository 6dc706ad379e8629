"""A kept request is changed until its end: what is said anew, and who goes then."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from dispatch.desk.ports import Books
from dispatch.desk.usecases import changes, changing, diverting, promises, transferring
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Contact, Place
from dispatch.domain.trip import edited, moved_to
from dispatch.reading.requests import RequestOut, in_scope
from dispatch.vocabulary import bounds
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.needs import Death, Document, Leaves, Urgency
from dispatch.vocabulary.request_states import RequestState
from web.bodies import Count, Id, In, Phone, PointIn, Reason, place_of, utc, written
from web.context import Answer, By, TheHouse
from web.errors import Problem

router = APIRouter(prefix="/api", tags=["requests"])
_ENDS = {
    "cancel": RequestState.CANCELLED_BY_REQUESTER,
    "complete": RequestState.COMPLETED,
    "duplicate": RequestState.DUPLICATE,
    "unfounded": RequestState.UNFOUNDED,
}


class PatientChangeIn(In):
    """What is told of the patient anew; what is left out stays."""

    living: bool | None = None
    can_sit: bool | None = None
    special_care: bool | None = None
    oxygen: bool | None = None
    ventilator: bool | None = None
    incubator: bool | None = None
    labour: bool | None = None
    guarded: bool | None = None
    infectious: bool | None = None
    death: Death | None = None
    count: Count | None = None
    resident_of: Id | None = None

    @field_validator("*")
    @classmethod
    def _is_said(cls, value: object, info: ValidationInfo) -> object:
        """What is either so or not cannot be nothing; what nobody knows can."""
        if value is None and info.field_name not in ("death", "resident_of"):
            raise ValueError("say what it is, or leave it out where it stays")
        return value


class ContactChangeIn(In):
    """Another number to call back."""

    phone: Phone
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)] | None = None


class ChangeIn(In):
    """What of the request is something else now; what is left out stays.

    `count` stands beside the `patient` it is of. `series` says whether all later rides of its series change likewise.
    `agreed` says that the vehicles that the change itself lets go (409 `needs_choice`) may go.
    """

    pickup: Id | PointIn | None = None
    dropoff: Id | PointIn | None = None
    urgency: Urgency | None = None
    patient: PatientChangeIn | None = None
    count: Count | None = None
    documents: Annotated[list[Document], Field(max_length=len(Document))] | None = None
    leaves: Leaves | None = None
    contact: ContactChangeIn | None = None
    schedule_at: datetime | None = None
    series: Rides = Rides.THIS
    agreed: bool = False
    reason: Reason | None = None


class EndIn(In):
    """How a request ends: who was told, and why; a duplicate is the same `of` another.

    `series` says whether all later rides of its series are cancelled too.
    """

    told: Annotated[str, written(bounds.TOLD)]
    reason: Reason
    of: Id | None = None
    series: Rides = Rides.THIS


class HoldIn(In):
    """The destination waits, or no longer does."""

    on: bool = True
    reason: Reason


class NoteIn(In):
    """Something that the driver must know."""

    text: Annotated[str, written(bounds.NOTE)]


class DivertIn(In):
    """From which lower request a vehicle is taken, and why; `vehicle_id` where it has several."""

    of: Annotated[Id, Field(alias="from")]
    vehicle_id: Id | None = None
    reason: Reason


class TransferIn(In):
    """Where the patient changes vehicles and why; `from` which vehicle or assignment, where several carry somebody."""

    of: Annotated[Id | None, Field(alias="from")] = None
    at: Id | PointIn
    vehicle_id: Id | None = None
    reason: Reason


class DeliverIn(In):
    """Where a document is brought."""

    to: Id | PointIn


@router.post("/requests/{request_id}/divert")
async def divert(request_id: str, body: DivertIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """A vehicle with nobody aboard goes to this red instead; the lower request is searched for again at once."""
    which = {"of": body.of, "reason": body.reason}
    return await answer(await diverting.divert(house.unit, request_id, vehicle_id=body.vehicle_id, by=by, **which))


@router.post("/requests/{request_id}/transfer")
async def transfer(request_id: str, body: TransferIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """Another vehicle takes the patient over at this place; the first one keeps them until they are aboard of it."""

    def look(books: Books) -> Place:
        in_scope(books, by.actor, request_id)
        return place_of(books, house.areas, body.at, "at")

    at = await house.unit.store.read(look)
    move = partial(moved_to, pickup=at, areas=house.areas)
    begun = await transferring.transfer(
        house.unit, request_id, move, of=body.of, vehicle_id=body.vehicle_id, reason=body.reason, by=by
    )
    return await answer(begun)


@router.post("/requests/{request_id}/change")
async def change(request_id: str, body: ChangeIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """Judged anew: more help is sought at once, and whoever is under way goes on until a better one has said yes."""

    def look(books: Books) -> tuple[changing.Edit, Contact | None]:
        in_scope(books, by.actor, request_id)
        return _edit(house, books, body), _contact(books, request_id, body)

    edit, contact = await house.unit.store.read(look)
    return await answer(
        await changing.change(
            house.unit, request_id, edit, contact=contact, agreed=body.agreed, rides=body.series, by=by
        )
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
    if body.count is not None:
        told.setdefault("count", body.count)

    def edit(ask: Ask) -> Ask:
        return edited(ask, house.areas, said=said, patient=told, leaves=body.leaves)

    return edit


def _contact(books: Books, request_id: str, body: ChangeIn) -> Contact | None:
    if body.contact is None:
        return None
    kept = books.requests.get_contact(request_id)
    return replace(kept, phone=body.contact.phone, name=body.contact.name or kept.name)


async def _in_scope(house: TheHouse, person: Person, request_id: str) -> None:
    await house.unit.store.read(lambda books: in_scope(books, person, request_id))


@router.post("/requests/{request_id}/hold")
async def hold(request_id: str, body: HoldIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """The destination waits; the search never does."""
    await _in_scope(house, by.actor, request_id)
    return await answer(await changes.hold(house.unit, request_id, on=body.on, reason=body.reason, by=by))


@router.post("/requests/{request_id}/note")
async def add_note(request_id: str, body: NoteIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """Something that the driver must know."""
    await _in_scope(house, by.actor, request_id)
    return await answer(await changes.add_note(house.unit, request_id, body.text, by=by))


@router.post("/requests/{request_id}/deliver")
async def deliver(request_id: str, body: DeliverIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """A document is brought to the house."""
    await _in_scope(house, by.actor, request_id)
    to = await house.unit.store.read(lambda books: place_of(books, house.areas, body.to, "to"))
    return await answer(await promises.deliver(house.unit, request_id, to, by=by))


@router.post("/requests/{request_id}/{end}")
async def end(
    request_id: str,
    end: Literal["cancel", "complete", "duplicate", "unfounded"],
    body: EndIn,
    house: TheHouse,
    by: By,
    answer: Answer,
) -> RequestOut:
    """It ends: needed no longer, done by whoever did it, the same as another, or nothing was to be done."""
    for named in filter(None, (request_id, body.of)):
        await _in_scope(house, by.actor, named)
    if body.series is Rides.FOLLOWING and end != "cancel":
        raise Problem(422, "only_cancelled")
    ended = await changes.end(
        house.unit, request_id, _ENDS[end], of=body.of, told=body.told, reason=body.reason, rides=body.series, by=by
    )
    return await answer(ended)
