"""Asking for vehicles, and what is done about a request."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from dispatch.desk.ports import Books
from dispatch.desk.usecases import approving, requests
from dispatch.domain.approval import Heard
from dispatch.domain.booking import Repeat
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Contact, Patient, RequestFilter
from dispatch.domain.trip import asked_by
from dispatch.reading.decisions import (
    DecisionOut,
    SuggestionOut,
    VerdictOut,
    decision_for,
    rules_of,
    suggestion_out,
    verdict_out,
)
from dispatch.reading.likeness import near_ask
from dispatch.reading.requests import RequestOut, RequestPageOut, in_scope, page_out
from dispatch.reading.scope import facility_of
from dispatch.vocabulary import bounds
from dispatch.vocabulary.bookings import Weekday
from dispatch.vocabulary.needs import NEEDS, Death, Document, Leaves, Need, Urgency
from dispatch.vocabulary.promises import APPROVERS
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Permission, may
from web.bodies import Count, Id, In, Phone, PointIn, Reason, ReturnIn, Text, place_of, utc, written
from web.context import Answer, By, Caller, Spoken, TheHouse, done
from web.errors import Problem

router = APIRouter(prefix="/api", tags=["requests"])
demo = APIRouter(prefix="/api/demo", tags=["demo"])


class PatientIn(In):
    """What dispatch must know of a patient; never who it is."""

    living: bool | None = None
    can_sit: bool = False
    special_care: bool = False
    oxygen: bool = False
    ventilator: bool = False
    incubator: bool = False
    labour: bool = False
    guarded: bool = False
    infectious: bool = False
    death: Death | None = None
    count: Count = 1
    resident_of: Id | None = None


class AskIn(In):
    """What is needed, where from, where to: the input of a decision. A place is a facility's id or a point.

    `schedule_at` books the trip for a time; `subject` is the document of need "document", owed by `due_at`.
    """

    need: Need
    pickup: Id | PointIn
    dropoff: Id | PointIn | None = None
    urgency: Urgency | None = None
    patient: PatientIn = PatientIn()
    documents: list[Document] = Field(default_factory=list, max_length=len(Document))
    leaves: Leaves | None = None
    schedule_at: datetime | None = None
    subject: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)] | None = None
    due_at: datetime | None = None
    at: datetime | None = None


class SuggestionIn(AskIn):
    """What is kept nowhere; `phone` finds who asked from the same number already."""

    phone: Phone | None = None


class ContactIn(In):
    """Whom to call back."""

    phone: Phone
    name: Text | None = None


class RepeatIn(In):
    """The days of the week on which a booked trip is made again, up to and with `until`, in the desk's time zone."""

    days: Annotated[frozenset[Weekday], Field(min_length=1, max_length=len(Weekday))]
    until: date


class RequestIn(AskIn):
    """What is asked and is to be carried out; `choose` prefers one of the eligible candidates.

    It may have a way back (`return`), and a booked trip may `repeat`, with all of its rides.
    """

    contact: ContactIn
    note: Text | None = None
    choose: Id | None = None
    repeat: RepeatIn | None = None
    back: Annotated[ReturnIn | None, Field(alias="return")] = None


class OverrideIn(In):
    """An operator acts against a rule that allows it."""

    rule: Id
    reason: Reason


class AssignIn(In):
    """Send this vehicle."""

    vehicle_id: Id
    override: OverrideIn | None = None


class HeardFromIn(In):
    """Who gave the answer by phone, and when; `approver`, of `agency` where its office matters, says as whom,
    where several are asked."""

    name: Annotated[str, written(bounds.CALLER)]
    at: datetime
    approver: Annotated[str, StringConstraints(pattern=f"^({'|'.join(APPROVERS)})$")] | None = None
    agency: Id | None = None


class ApproveIn(In):
    """The approver's word, or what somebody heard of it by phone."""

    rule: Id
    yes: bool
    vehicle_id: Id | None = None
    reason: Reason
    heard_from: HeardFromIn | None = None


class MutualAidIn(In):
    """The answer of the operator whose vehicle is asked for; without `vehicle_id` for the first that was asked."""

    yes: bool
    vehicle_id: Id | None = None
    reason: Reason = "bantuan antarinstansi"


def ask_of(house: TheHouse, books: Books, body: AskIn, person: Person) -> Ask:
    """What is asked, with its places looked up. Raises a 422 problem for an unknown facility."""
    pickup = place_of(books, house.areas, body.pickup, "pickup")
    dropoff = place_of(books, house.areas, body.dropoff, "dropoff") if body.dropoff is not None else None
    patient = body.patient
    living = patient.living if patient.living is not None else body.need is not Need.BODY
    ask = Ask(
        need=body.need,
        urgency=body.urgency or NEEDS[body.need].urgency,
        pickup=pickup,
        dropoff=dropoff,
        patient=Patient(**{**patient.model_dump(), "living": living}),
        documents=frozenset(body.documents),
        has_phone=isinstance(body, RequestIn),
        leaves=body.leaves,
        schedule_at=utc(body.schedule_at) if body.schedule_at else None,
        subject=body.subject,
        due_at=utc(body.due_at) if body.due_at else None,
    )
    return asked_by(ask, person, house.areas)


@router.post("/suggestions")
async def suggest(body: SuggestionIn, house: TheHouse, person: Caller, lang: Spoken) -> SuggestionOut:
    """A decision that keeps nothing, with what was asked already and may be the same."""
    unit = house.unit
    ask = await unit.store.read(lambda books: ask_of(house, books, body, person))
    record = done(await requests.suggest(unit, ask, utc(body.at) if body.at is not None else None))

    def read(books: Books) -> SuggestionOut:
        nearby = near_ask(books, ask, person, body.phone, unit.clock.now())
        return suggestion_out(record, nearby, person, rules_of(unit.packs(books)), unit.zone, lang)

    return await unit.store.read(read)


@router.post("/requests", status_code=201)
async def receive(body: RequestIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """Keep a request and act on it."""
    contact = Contact(phone=body.contact.phone, name=body.contact.name, note=body.note)
    ask = await house.unit.store.read(lambda books: ask_of(house, books, body, by.actor))
    repeat = Repeat(days=body.repeat.days, until=body.repeat.until) if body.repeat is not None else None
    turn = body.back.way(house.areas) if body.back is not None else None
    return await answer(
        await requests.receive(house.unit, ask, contact, choose=body.choose, repeat=repeat, turn=turn, by=by)
    )


@router.get("/requests")
async def list_requests(
    house: TheHouse,
    person: Caller,
    lang: Spoken,
    state: Annotated[list[RequestState] | None, Query()] = None,
    facility: Annotated[str | None, Query(max_length=80)] = None,
    since: datetime | None = None,
    after: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RequestPageOut:
    """Requests, newest first; staff see their own facility's."""
    which = RequestFilter(
        states=frozenset(state) if state else None,
        facility=facility_of(person) or facility,
        since=utc(since) if since else None,
        before=_cursor(after) if after else None,
        limit=limit,
    )
    unit = house.unit
    return await unit.store.read(
        lambda books: page_out(unit, books, person, books.requests.list_some(which), limit, lang)
    )


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, request_id = text.partition("~")
    try:
        return utc(datetime.fromisoformat(at)), request_id
    except ValueError:
        raise Problem(422, "invalid_cursor") from None


@router.get("/requests/{request_id}")
async def view_request(request_id: str, answer: Answer) -> RequestOut:
    """One request with decision, assignments, promise and timeline."""
    return await answer(request_id)


@router.get("/requests/{request_id}/candidates")
async def view_candidates(request_id: str, house: TheHouse, person: Caller, lang: Spoken) -> DecisionOut:
    """The search for this request as it would go now."""
    unit = house.unit
    await unit.store.read(lambda books: in_scope(books, person, request_id))
    record = await requests.candidates(unit, request_id)
    return await unit.store.read(
        lambda books: decision_for(person, record, rules_of(unit.packs(books)), unit.zone, lang)
    )


@router.get("/requests/{request_id}/candidates/{vehicle_id}")
async def view_verdict(request_id: str, vehicle_id: str, house: TheHouse, person: Caller, lang: Spoken) -> VerdictOut:
    """What every rule said of this vehicle in the last decision, from the facts that were kept with it."""

    def look(books: Books) -> VerdictOut:
        in_scope(books, person, request_id)
        return verdict_out(house.unit, books, request_id, vehicle_id, lang)

    return await house.unit.store.read(look)


@router.post("/requests/{request_id}/assign")
async def assign(request_id: str, body: AssignIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """An operator sends this vehicle; a health officer does so only against a rule that she may override."""
    if body.override is None and not may(by.actor.role, Permission.ASK):
        raise Problem(403, "not_assigning")
    override = (body.override.rule, body.override.reason) if body.override else None
    return await answer(await requests.assign(house.unit, request_id, body.vehicle_id, override=override, by=by))


@router.post("/requests/{request_id}/approve")
async def approve(request_id: str, body: ApproveIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """The approver's word, which may be changed until somebody is picked up; or one by phone, from who heard it."""
    await house.unit.store.read(lambda books: in_scope(books, by.actor, request_id))
    said = body.heard_from
    heard = None
    if said is not None:
        heard = Heard(name=said.name, at=utc(said.at), approver=said.approver, agency=said.agency)
    word = {"rule": body.rule, "reason": body.reason}
    return await answer(
        await approving.approve(
            house.unit, request_id, yes=body.yes, vehicle_id=body.vehicle_id, heard=heard, by=by, **word
        )
    )


@router.post("/requests/{request_id}/mutual_aid")
async def mutual_aid(request_id: str, body: MutualAidIn, house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """The asked agency's operator answers for its own vehicle (R26, R27)."""
    said = await approving.answer_for_own(
        house.unit, request_id, yes=body.yes, vehicle_id=body.vehicle_id, reason=body.reason, by=by
    )
    return await answer(said)


@demo.post("/cikokol", status_code=201)
async def replay_cikokol(house: TheHouse, by: By, answer: Answer) -> RequestOut:
    """The case that began it: a drowned child's body at Puskesmas Cikokol is to be taken home."""
    if not house.demo:
        raise Problem(404, "demo_only")
    body = SuggestionIn(
        need=Need.BODY,
        pickup="puskesmas-cikokol",
        dropoff=PointIn(lon=106.6360, lat=-6.2110, name="Rumah keluarga (contoh)"),
        patient=PatientIn(living=False, death=Death.UNNATURAL),
    )
    contact = Contact(phone="+62 811-0000-0001", name="Keluarga Contoh", note="Peragaan kasus Cikokol")
    ask = await house.unit.store.read(lambda books: ask_of(house, books, body, by.actor))
    return await answer(await requests.receive(house.unit, ask, contact, by=by))
