"""Asking for vehicles, and what is done about a request."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from dispatch.desk.views import RequestView
from fastapi import APIRouter, Query, Request

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Contact, Patient, Place, RequestFilter
from dispatch.vocabulary.needs import Death, Leaves, Need
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from geo.point import Point, distance_m
from web import schemas as s
from web.context import By, Caller, TheHouse, in_scope, utc
from web.errors import Problem, refused
from web.views import request_out, summary_out

router = APIRouter(prefix="/api", tags=["requests"])
_END_STATES = {
    "cancel": RequestState.CANCELLED_BY_REQUESTER,
    "complete": RequestState.COMPLETED,
    "duplicate": RequestState.DUPLICATE,
    "unfounded": RequestState.UNFOUNDED,
}


async def vehicle_names(house: House, views: Iterable[RequestView]) -> dict[str, str]:
    """What people call the vehicles that these requests speak of."""
    ids: set[str | None] = set()
    for view in views:
        ids |= {assignment.vehicle_id for assignment, _ in view.assignments}
        ids |= {entry.event.vehicle_id for entry in view.entries}
    vehicles = await house.desk.vehicles(filter(None, ids))
    return {vehicle_id: vehicle.vehicle.name for vehicle_id, vehicle in vehicles.items()}


def place_of(house: House, books: Books, where: str | s.PointIn, field: str) -> Place:
    """A place of a body, looked up. Raises a 422 problem for an unknown facility."""
    if isinstance(where, s.PointIn):
        point = Point(lon=where.lon, lat=where.lat)
        return Place(point=point, name=where.name or "Titik di peta", agency=house.areas.area_of(point))
    facility = books.facilities.find(where)
    if facility is None:
        raise Problem(422, "unknown_facility", "Fasilitas ini belum terdaftar. Pilih dari daftar.", {"field": field})
    area = house.areas.area_of(facility.point) or facility.agency
    return Place(point=facility.point, name=facility.name, facility=facility.id, agency=area)


async def ask_of(house: House, body: s.SuggestionIn, person: Person) -> Ask:
    """What is asked, with its places looked up. Raises a 422 problem for an unknown facility."""

    def both(books: Books) -> tuple[Place, Place | None]:
        dropoff = place_of(house, books, body.dropoff, "dropoff") if body.dropoff is not None else None
        return place_of(house, books, body.pickup, "pickup"), dropoff

    pickup, dropoff = await house.store.read(both)
    patient = body.patient
    living = patient.living if patient.living is not None else body.need is not Need.BODY
    return Ask(
        need=body.need,
        urgency=body.urgency or NEEDS[body.need].urgency,
        pickup=pickup,
        dropoff=dropoff,
        patient=Patient(**{**patient.model_dump(), "living": living}),
        documents=frozenset(body.documents),
        requester=person.facility or pickup.facility,
        has_phone=isinstance(body, s.RequestIn),
        leaves=body.leaves or (leaves_of(pickup, dropoff) if dropoff else None),
        distance_km=distance_m(pickup.point, dropoff.point) / 1000.0 if dropoff else None,
        schedule_at=utc(body.schedule_at) if body.schedule_at else None,
        subject=body.subject,
        due_at=utc(body.due_at) if body.due_at else None,
    )


def leaves_of(pickup: Place, dropoff: Place) -> Leaves | None:
    """Whether the trip goes out of the city or district; how far out of the province is for the caller to say."""
    return Leaves.CITY if pickup.agency is not None and dropoff.agency != pickup.agency else None


def track_url(request: Request, view: RequestView) -> str:
    """The family's link."""
    return str(request.url_for("track", track_token=view.track_token))


async def _answer(request: Request, house: House, result: RequestView | Refusal) -> s.RequestOut:
    if isinstance(result, Refusal):
        raise refused(result)
    return request_out(result, await vehicle_names(house, [result]), track_url(request, result))


@router.post("/suggestions")
async def suggest(body: s.SuggestionIn, house: TheHouse, person: Caller) -> s.DecisionOut:
    """A decision that keeps nothing."""
    at = utc(body.at) if body.at is not None else None
    decision = await house.desk.suggest(await ask_of(house, body, person), at)
    if isinstance(decision, Refusal):
        raise refused(decision)
    return s.DecisionOut.model_validate(decision)


@router.post("/requests", status_code=201)
async def receive(request: Request, body: s.RequestIn, house: TheHouse, person: Caller, by: By) -> s.RequestOut:
    """Keep a request and act on it."""
    contact = Contact(phone=body.contact.phone, name=body.contact.name, note=body.note)
    ask = await ask_of(house, body, person)
    return await _answer(request, house, await house.desk.receive(ask, contact, choose=body.choose, by=by))


@router.get("/requests")
async def list_requests(
    house: TheHouse,
    person: Caller,
    state: Annotated[list[RequestState] | None, Query()] = None,
    facility: Annotated[str | None, Query(max_length=80)] = None,
    since: datetime | None = None,
    after: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> s.RequestPageOut:
    """Requests, newest first; staff see their own facility's."""
    which = RequestFilter(
        states=frozenset(state) if state else None,
        facility=person.facility if person.role is Role.STAFF else facility,
        since=utc(since) if since else None,
        before=_cursor(after) if after else None,
        limit=limit,
    )
    views = await house.desk.list_requests(which)
    names = await vehicle_names(house, views)
    last = views[-1].request if len(views) == limit else None
    return s.RequestPageOut(
        requests=[summary_out(view, names) for view in views],
        next=f"{last.created_at.isoformat()}~{last.id}" if last else None,
    )


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, request_id = text.partition("~")
    try:
        return utc(datetime.fromisoformat(at)), request_id
    except ValueError:
        raise Problem(422, "invalid", "Halaman berikutnya tidak dikenal. Muat ulang daftar.") from None


@router.get("/requests/{request_id}")
async def view_request(request: Request, request_id: str, house: TheHouse, person: Caller) -> s.RequestOut:
    """One request with decision, assignments, promise and timeline."""
    return await _answer(request, house, in_scope(person, await house.desk.view(request_id)))


@router.get("/requests/{request_id}/candidates")
async def view_candidates(request_id: str, house: TheHouse, person: Caller) -> s.DecisionOut:
    """The search for this request as it would go now."""
    in_scope(person, await house.desk.view(request_id))
    decision = await house.desk.candidates(request_id)
    if isinstance(decision, Refusal):
        raise refused(decision)
    return s.DecisionOut.model_validate(decision)


@router.get("/requests/{request_id}/candidates/{vehicle_id}")
async def view_verdict(request_id: str, vehicle_id: str, house: TheHouse, person: Caller) -> s.VerdictOut:
    """What every rule said of this vehicle in the last decision, from the facts that were kept with it."""
    in_scope(person, await house.desk.view(request_id))
    return s.VerdictOut.model_validate(await house.desk.verdict(request_id, vehicle_id))


@router.post("/requests/{request_id}/assign")
async def assign(request: Request, request_id: str, body: s.AssignIn, house: TheHouse, by: By) -> s.RequestOut:
    """An operator sends this vehicle; a health officer does so only against a rule that she may override."""
    if by.actor.role is Role.HEALTH_OFFICER and body.override is None:
        raise Problem(
            403, "not_allowed", "Penugasan dilakukan operator. Sebutkan aturan yang dikecualikan dan alasannya."
        )
    override = (body.override.rule, body.override.reason) if body.override else None
    return await _answer(request, house, await house.desk.assign(request_id, body.vehicle_id, override=override, by=by))


@router.post("/requests/{request_id}/approve")
async def approve(request: Request, request_id: str, body: s.ApproveIn, house: TheHouse, by: By) -> s.RequestOut:
    """The approver's word."""
    result = await house.desk.approve(request_id, rule=body.rule, yes=body.yes, reason=body.reason, by=by)
    return await _answer(request, house, result)


@router.post("/requests/{request_id}/mutual_aid")
async def mutual_aid(request: Request, request_id: str, body: s.MutualAidIn, house: TheHouse, by: By) -> s.RequestOut:
    """The asked agency's operator answers for its own vehicle (R26, R27)."""
    result = await house.desk.answer_for_own(
        request_id, yes=body.yes, vehicle_id=body.vehicle_id, reason=body.reason, by=by
    )
    return await _answer(request, house, result)


@router.post("/requests/{request_id}/hold")
async def hold(request: Request, request_id: str, body: s.HoldIn, house: TheHouse, by: By) -> s.RequestOut:
    """The destination waits; the search never does."""
    in_scope(by.actor, await house.desk.view(request_id))
    return await _answer(request, house, await house.desk.hold(request_id, on=body.on, reason=body.reason, by=by))


@router.post("/requests/{request_id}/note")
async def add_note(request: Request, request_id: str, body: s.NoteIn, house: TheHouse, by: By) -> s.RequestOut:
    """Something that the driver must know."""
    in_scope(by.actor, await house.desk.view(request_id))
    return await _answer(request, house, await house.desk.add_note(request_id, body.text, by=by))


@router.post("/requests/{request_id}/deliver")
async def deliver(request: Request, request_id: str, body: s.DeliverIn, house: TheHouse, by: By) -> s.RequestOut:
    """A document is brought to the house."""
    in_scope(by.actor, await house.desk.view(request_id))
    to = await house.store.read(lambda books: place_of(house, books, body.to, "to"))
    return await _answer(request, house, await house.desk.deliver(request_id, to, by=by))


async def _end(
    request: Request,
    request_id: str,
    body: s.EndIn,
    house: House,
    by: By,
    how: Literal["cancel", "complete", "duplicate", "unfounded"],
) -> s.RequestOut:
    in_scope(by.actor, await house.desk.view(request_id))
    result = await house.desk.end(request_id, _END_STATES[how], told=body.told, reason=body.reason, by=by)
    return await _answer(request, house, result)


@router.post("/requests/{request_id}/cancel")
async def cancel(request: Request, request_id: str, body: s.EndIn, house: TheHouse, by: By) -> s.RequestOut:
    """The requester needs it no longer."""
    return await _end(request, request_id, body, house, by, "cancel")


@router.post("/requests/{request_id}/complete")
async def complete(request: Request, request_id: str, body: s.EndIn, house: TheHouse, by: By) -> s.RequestOut:
    """It is done, whoever did it."""
    return await _end(request, request_id, body, house, by, "complete")


@router.post("/requests/{request_id}/duplicate")
async def duplicate(request: Request, request_id: str, body: s.EndIn, house: TheHouse, by: By) -> s.RequestOut:
    """Another request is about the same."""
    return await _end(request, request_id, body, house, by, "duplicate")


@router.post("/requests/{request_id}/unfounded")
async def unfounded(request: Request, request_id: str, body: s.EndIn, house: TheHouse, by: By) -> s.RequestOut:
    """There was nothing to do."""
    return await _end(request, request_id, body, house, by, "unfounded")


demo = APIRouter(prefix="/api/demo", tags=["demo"])


@demo.post("/cikokol", status_code=201)
async def replay_cikokol(request: Request, house: TheHouse, by: By) -> s.RequestOut:
    """The case that began it: a drowned child's body at Puskesmas Cikokol is to be taken home."""
    if not house.demo:
        raise Problem(404, "not_found", "Ini hanya ada pada peragaan.")
    body = s.SuggestionIn(
        need=Need.BODY,
        pickup="puskesmas-cikokol",
        dropoff=s.PointIn(lon=106.6360, lat=-6.2110, name="Rumah keluarga (contoh)"),
        patient=s.PatientIn(living=False, death=Death.UNNATURAL),
    )
    contact = Contact(phone="+62 811-0000-0001", name="Keluarga Contoh", note="Peragaan kasus Cikokol")
    ask = await ask_of(house, body, by.actor)
    return await _answer(request, house, await house.desk.receive(ask, contact, choose=None, by=by))
