"""Requests as people read them: in lists, whole, and as a driver needs them on the way."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from dispatch.choosing.queue import level_of, rises_of
from dispatch.desk.effects.noticing import stays_until
from dispatch.desk.effects.promising import escalations
from dispatch.desk.effects.proposing import list_proposed
from dispatch.desk.effects.staying import find_back
from dispatch.desk.ports import Books, DueKind, NotFoundError
from dispatch.desk.unit import Unit
from dispatch.desk.usecases.changes import onward_of, words_of_family
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import correctable
from dispatch.domain.people import Person
from dispatch.domain.promise import Promise
from dispatch.domain.request import Request
from dispatch.reading.base import Names, Out, PointOut, ends_out, names_of, read_vehicles, vehicle_names
from dispatch.reading.bookings import RideOut, rides_out
from dispatch.reading.cars import Car, cars_of
from dispatch.reading.decisions import DecisionOut, decision_for, rules_of
from dispatch.reading.events import EventOut, event_out
from dispatch.reading.likeness import LikelyOut, near_requests
from dispatch.reading.notices import NoticeOut, notices_out
from dispatch.reading.rule_names import RuleNames
from dispatch.reading.scope import Scope, hears_proposals, is_hidden, of_assignment, of_request
from dispatch.vocabulary.deaths import DeathState
from dispatch.vocabulary.events import VehicleProposed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Death, Document, Need, Urgency
from dispatch.vocabulary.promises import PromiseKind, PromiseState, Why
from dispatch.vocabulary.request_states import ENDS, FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, INSTEAD, STEPS, AssignmentState, Leg, Step, steps_from
from dispatch.words.decisions import Owed

_UNKNOWN = Car()


class StampOut(Out):
    """The three stamps of a step."""

    device_time: datetime | None
    server_time: datetime
    source: str


class AssignmentOut(Out):
    """One vehicle asked to go, or going; `eta_s`, `distance_m` and of that `walk_m`, from the stop to the door, are as
    calculated when it was asked.

    `arrives_at` is when it arrives where it heads now (`leg`), `later_min` how many minutes that is beyond what was
    said first, as clocks show the two, and `as_of` from which moment's position it was calculated last.
    `correctable` are the steps that an operator may put right. `plate` and `driver`, a first name, are what it is found
    by once its driver has said yes.
    """

    id: str
    request_id: str
    vehicle_id: str
    vehicle_name: str
    state: AssignmentState
    offered_at: datetime
    expires_at: datetime
    eta_s: int | None
    distance_m: int | None
    walk_m: int | None = None
    next_steps: list[Step]
    correctable: list[Step]
    stamps: dict[AssignmentState, StampOut]
    reason: str | None = None
    slot: int = 0
    plate: str | None = None
    driver: str | None = None
    first_contact: bool = False
    instead: bool = False
    leg: Leg | None = None
    arrives_at: datetime | None = None
    later_min: int = 0
    as_of: datetime | None = None
    hands_over: bool = False


class PromiseOut(Out):
    """A call-back owed; `retry_at` is when the search goes on, None where nothing is searched for."""

    id: str
    request_id: str
    owner: str
    why: str
    made_at: datetime
    due_at: datetime
    retry_at: datetime | None = None
    retries: int
    kind: PromiseKind = PromiseKind.VEHICLE
    state: PromiseState = PromiseState.OPEN
    level: int = 1
    calls: int = 0
    outcome: str | None = None
    told: str | None = None


class ApprovalOut(Out):
    """A yes that is waited for or was given; `rule_name` is what the rule is about, as people read it.

    `answered_by` is who answered, or who wrote down what was heard by phone (`heard_from`, `heard_at`).
    """

    rule: str
    rule_name: str
    vehicle_id: str
    vehicle_name: str
    approver: str
    approver_name: str
    agency: str | None = None
    state: ApprovalState
    asked_at: datetime
    reason: str | None = None
    answered_by: str | None = None
    heard_from: str | None = None
    heard_at: datetime | None = None


class AskedOut(Out):
    """A yes that is waited for, as a list shows it."""

    rule: str
    rule_name: str
    vehicle_id: str
    vehicle_name: str
    approver: str
    approver_name: str
    agency: str | None = None
    asked_at: datetime


class ProposalOut(Out):
    """What is proposed to the operator for a red: `vehicle_id` would be there in `eta_s`, counted from `at`.

    Without it somebody is in `without_s`, None where nobody comes; `instead_of` is on its way and gives its place.
    `taken_from` is the request that waits `waits_s` longer then (None: nobody else can go there), None of a free one.
    """

    vehicle_id: str
    vehicle_name: str
    at: datetime
    eta_s: int
    without_s: int | None = None
    taken_from: str | None = None
    waits_s: int | None = None
    instead_of: str | None = None
    instead_of_name: str | None = None


class RequestSummaryOut(Out):
    """A request as a list shows it.

    `asked_by` names the facility that asked, None where it was an operator. `level` is its place in the order (R24)
    before ageing, `rises` the times at which waiting brings it one level up. `heard`: answers by phone that the
    approver may still change. `broken`: its vehicle could not go on. `escalated_to`: the role that was told that nobody
    goes, since a driver last said yes, and `escalated_why`. `notices`: what the desk noticed of its trips and is not
    over. `incident` is the event that it comes from, whose name and counts are the operators' to see.
    `likely_duplicates` may be the same one: a question, by what the reader may know of them. `proposal` is for
    operators alone.
    """

    id: str
    state: RequestState
    need: Need
    urgency: Urgency
    pickup: PointOut
    dropoff: PointOut | None
    created_at: datetime
    asked_by: str | None = None
    assignments: list[AssignmentOut]
    promise: PromiseOut | None = None
    wanted: int = 1
    held: bool = False
    schedule_at: datetime | None = None
    on_call: bool = False
    waits: bool = False
    reserved: str | None = None
    series: str | None = None
    returns: str | None = None
    subject: str | None = None
    asked: list[AskedOut] = Field(default_factory=list)
    heard: list[ApprovalOut] = Field(default_factory=list)
    notices: list[NoticeOut]
    level: int
    rises: list[datetime] = Field(default_factory=list)
    broken: bool = False
    escalated_to: str | None = None
    escalated_why: Why | None = None
    incident: str | None = None
    likely_duplicates: list[LikelyOut] = Field(default_factory=list)
    proposal: ProposalOut | None = None


class PatientOut(Out):
    """What is told of a patient, so that it can be changed."""

    living: bool
    can_sit: bool
    special_care: bool
    oxygen: bool
    ventilator: bool
    incubator: bool
    labour: bool
    guarded: bool
    infectious: bool
    death: Death | None
    count: int


class RequestOut(RequestSummaryOut):
    """A request with its decision, approvals and timeline; of a series also its `rides`.

    `onward` is the request for the body of who died on the way, `onward_of` the one from which this one follows so.
    """

    patient: PatientOut
    documents: list[Document]
    decision: DecisionOut | None
    approvals: list[ApprovalOut]
    timeline: list[EventOut]
    track_url: str
    contact_phone: str | None = None
    onward: str | None = None
    onward_of: str | None = None
    rides: list[RideOut]


class RequestPageOut(Out):
    """A page of requests, newest first; `next` is the cursor of the next page."""

    requests: list[RequestSummaryOut]
    next: str | None


class OfferRequestOut(Out):
    """What a driver must know of the request.

    `followed`: an ambulance is on its way behind a first contact. `stays_until`: nobody was there, and whoever asked is
    being rung. `death_reported`: a doctor is yet to confirm it. `aboard` is the vehicle that keeps the patient until
    another has them. `waits`: the vehicle stays at the destination for the way back.
    """

    id: str
    need: Need
    urgency: Urgency
    pickup: PointOut
    dropoff: PointOut | None
    note: str | None = None
    held: bool = False
    followed: bool = False
    schedule_at: datetime | None = None
    family_left: bool = False
    stays_until: datetime | None = None
    death_reported: bool = False
    aboard: str | None = None
    waits: bool = False


def in_scope(books: Books, person: Person, request_id: str) -> Request:
    """A request that this person sees in full. Raises NotFoundError for any other, as if it were not there."""
    request = books.requests.get(request_id)
    if of_request(person, request) is not Scope.FULL:
        raise NotFoundError(f"no request {request_id}")
    return request


def trip_in_scope(books: Books, person: Person, assignment_id: str) -> tuple[Assignment, Request]:
    """A trip that this person sees in full, and its request. Raises NotFoundError for any other."""
    assignment = books.assignments.get(assignment_id)
    request = books.requests.get(assignment.request_id)
    if of_assignment(person, assignment, request) is not Scope.FULL:
        raise NotFoundError(f"no assignment {assignment_id}")
    return assignment, request


def assignment_out(unit: Unit, assignment: Assignment, names: Names, car: Car = _UNKNOWN) -> AssignmentOut:
    """An assignment with the steps that a person may take next, when it arrives, and by what it is found."""
    arrival, said, look = assignment.arrival, assignment.said, unit.looks.get(assignment.id)
    # What is calculated again and comes to the same time is kept in memory alone.
    again = look.as_of if look is not None and look.leg is assignment.leg else None
    return AssignmentOut.of(
        assignment,
        car,
        vehicle_name=names.get(assignment.vehicle_id, assignment.vehicle_id),
        eta_s=round(arrival.eta_s) if arrival else None,
        distance_m=round(arrival.distance_m) if arrival and arrival.distance_m is not None else None,
        walk_m=round(arrival.walk_m) if arrival else None,
        next_steps=[step for step in steps_from(assignment.state) if not STEPS[step].by_desk],
        correctable=list(correctable(assignment)),
        first_contact=assignment.slot == FIRST_CONTACT,
        instead=assignment.slot == INSTEAD,
        leg=said.leg if said is not None else None,
        arrives_at=said.arrives_at if said is not None else None,
        later_min=said.later_min if said is not None else 0,
        as_of=max(again or said.as_of, said.as_of) if said is not None else None,
        hands_over=assignment.hands_over and assignment.is_live,
    )


def approval_out(books: Books, approval: Approval, names: Names, called: RuleNames) -> ApprovalOut:
    """An approval with the name of whoever answered it or wrote the answer down."""
    person = books.people.find(approval.answered_by) if approval.answered_by else None
    return ApprovalOut.of(
        approval,
        rule_name=called.of_approval(approval),
        approver_name=called.approver_of(approval),
        vehicle_name=names.get(approval.vehicle_id, approval.vehicle_id),
        answered_by=person.name if person else None,
    )


def retry_at(books: Books, promise: Promise) -> datetime | None:
    """The time at which the search really goes on."""
    retry = books.timers.find(DueKind.PROMISE_RETRY, promise.request_id)
    return retry.at if retry else None


def summaries_out(
    unit: Unit, books: Books, requests: Iterable[Request], lang: Lang, person: Person | None = None
) -> list[RequestSummaryOut]:
    """Requests as a list shows them to a person; what all of them have is read at once.

    Without a person it is what is the same for all who may know it: with what is proposed to operators, and without
    likely duplicates, for each may know something else of them.
    """
    now = unit.clock.now()
    listed, policy = list(requests), unit.policy(books, now)
    ids = [request.id for request in listed]
    assignments, approvals = books.assignments.list_of(*ids), books.approvals.list_of(*ids)
    promises = {promise.request_id: promise for promise in books.promises.list_open_of(ids)}
    told = escalations(books, ids)
    near = near_requests(books, listed, now) if person else {}
    proposed = list_proposed(books, listed) if person is None or hears_proposals(person) else {}
    named = [*(a.vehicle_id for a in assignments), *(a.vehicle_id for a in approvals)]
    vehicles = read_vehicles(books, [*named, *(one.vehicle_id for one in proposed.values())])
    names, cars = names_of(vehicles), cars_of(books, assignments, vehicles)
    found, called = [], RuleNames(books, unit.zone, lang)
    asked_by = _askers(books, listed)
    notices = notices_out(unit, books, listed, assignments, names, lang)
    for request in listed:
        mine = [a for a in assignments if a.request_id == request.id]
        promise = promises.get(request.id)
        summary = RequestSummaryOut.of(
            request,
            request.ask,
            **ends_out(request.ask, lang),
            asked_by=asked_by.get(request.ask.requester or ""),
            schedule_at=request.ask.booked_at,
            assignments=[assignment_out(unit, one, names, cars.get(one.id, _UNKNOWN)) for one in mine],
            promise=PromiseOut.of(promise, retry_at=retry_at(books, promise)) if promise else None,
            asked=[
                AskedOut.of(
                    a,
                    rule_name=called.of_approval(a),
                    approver_name=called.approver_of(a),
                    vehicle_name=names.get(a.vehicle_id, a.vehicle_id),
                )
                for a in approvals
                if a.request_id == request.id and a.is_asked
            ],
            heard=[
                approval_out(books, a, names, called)
                for a in approvals
                if a.request_id == request.id and a.is_heard and request.state not in ENDS
            ],
            level=level_of(request),
            rises=rises_of(request, policy),
            broken=any(assignment.state is AssignmentState.STOOD_DOWN for assignment in mine),
            escalated_to=told[request.id].to if request.id in told else None,
            escalated_why=told[request.id].why if request.id in told else None,
            notices=notices.get(request.id, []),
            likely_duplicates=near[request.id].likely_out(person) if person and request.id in near else [],
            proposal=_proposal_out(proposed[request.id], names) if request.id in proposed else None,
        )
        found.append(summary)
    return found


def _askers(books: Books, requests: Iterable[Request]) -> dict[str, str]:
    ids = {request.ask.requester for request in requests if request.ask.requester is not None}
    return {name: facility.name for name in ids if (facility := books.facilities.find(name)) is not None}


def _proposal_out(said: VehicleProposed, names: Names) -> ProposalOut:
    called = {name: names.get(vehicle or "") for name, vehicle in (("v", said.vehicle_id), ("i", said.instead_of))}
    return ProposalOut.of(said, vehicle_name=called["v"] or said.vehicle_id, instead_of_name=called["i"])


def request_out(unit: Unit, books: Books, person: Person, request_id: str, link: str, lang: Lang) -> RequestOut:
    """A request with its decision, approvals and timeline; `link` is the family's, with {token} where it goes.

    Raises NotFoundError for a request that this person may not see.
    """
    request = in_scope(books, person, request_id)
    [summary] = summaries_out(unit, books, [request], lang, person)
    entries = [one for one in books.journal.list_of(request_id) if not is_hidden(person, one.event, request)]
    briefs = books.decisions.list_briefs(request_id)
    reports = books.deaths.list_of(request_id)
    rule_of = rules_of(unit.packs(books))
    names = vehicle_names(books, [entry.event.vehicle_id for entry in entries])
    called = RuleNames(books, unit.zone, lang)
    last = books.decisions.find_last(request_id)
    return RequestOut(
        **summary.model_dump(),
        patient=PatientOut.of(request.ask.patient),
        documents=sorted(request.ask.documents),
        decision=decision_for(
            person, last, rule_of, unit.zone, lang, owed_of(books, request_id, unit), request.ask.documents
        )
        if last
        else None,
        approvals=[approval_out(books, approval, names, called) for approval in books.approvals.list_of(request_id)],
        timeline=[event_out(entry, names, called.of_event, briefs, rule_of, unit.zone, lang) for entry in entries],
        track_url=link.replace("{token}", books.requests.get_track_token(request_id)),
        contact_phone=books.requests.get_contact(request_id).phone,
        onward=onward_of(books, request_id),
        onward_of=next((one.request_id for one in reports if one.onward == request_id), None),
        rides=_rides(books, request),
    )


def _rides(books: Books, request: Request) -> list[RideOut]:
    """The rides of its series; of a single booked trip itself."""
    if request.series is not None:
        return rides_out(books, books.requests.list_series(request.series))
    return rides_out(books, [request]) if request.ask.schedule_at is not None else []


def owed_of(books: Books, request_id: str, unit: Unit) -> Owed | None:
    """The call that the ledger says is owed for a request."""
    promise = books.promises.find_open(request_id)
    return Owed(due_at=promise.due_at, is_late=promise.due_at < unit.clock.now()) if promise is not None else None


def page_out(
    unit: Unit, books: Books, person: Person, requests: list[Request], limit: int, lang: Lang
) -> RequestPageOut:
    """A page of a list, with the cursor of the next one where there may be more."""
    last = requests[-1] if len(requests) == limit else None
    return RequestPageOut(
        requests=summaries_out(unit, books, requests, lang, person),
        next=f"{last.created_at.isoformat()}~{last.id}" if last else None,
    )


def offer_request_out(unit: Unit, books: Books, request: Request, trip: Assignment, lang: Lang) -> OfferRequestOut:
    """What a driver must know of the request; the family's words to the driver are the note."""
    now = unit.clock.now()
    back, trips = find_back(books, request), books.assignments.list_of(request.id)
    until = stays_until(books, trip, unit.policy(books, now)) if trip.state is AssignmentState.ON_SCENE else None
    return OfferRequestOut.of(
        request,
        request.ask,
        **ends_out(request.ask, lang),
        note=books.requests.get_contact(request.id).note,
        followed=any(one.slot == 0 and one.row.is_going for one in trips),
        stays_until=until if until is not None and now < until else None,
        death_reported=any(
            one.assignment_id == trip.id and one.state is DeathState.REPORTED
            for one in books.deaths.list_of(request.id)
        ),
        family_left=FamilyWord.LEFT in words_of_family(books, request.id),
        aboard=_aboard(books, trips),
        waits=back is not None and back.ask.waits and back.state is RequestState.SCHEDULED,
    )


def _aboard(books: Books, trips: Iterable[Assignment]) -> str | None:
    giving = next((a.vehicle_id for a in trips if a.is_live and a.hands_over), None)
    return books.vehicles.get(giving).vehicle.name if giving is not None else None
