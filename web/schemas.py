"""The wire: what the API takes and gives, from which the pages' types are generated."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dispatch.domain.arrival import Method
from dispatch.domain.fix import LinkHealth
from dispatch.domain.message import MessageState, Template
from dispatch.domain.people import FacilityKind
from dispatch.rules.sop import Effect
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Death, Leaves, Need, Urgency
from dispatch.vocabulary.promises import CallOutcome, PromiseKind, PromiseState, Whom
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]
Text = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, strip_whitespace=True)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class In(BaseModel):
    """A body that the API takes: an unknown field is an error, so that a typing mistake is never silently lost."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A body that the API gives."""

    model_config = ConfigDict(populate_by_name=True)


class PointIn(In):
    """A place that is no known facility."""

    lon: Lon
    lat: Lat
    name: Text | None = None


class PatientIn(In):
    """What dispatch must know of a patient; never who it is."""

    living: bool | None = None
    can_sit: bool = False
    special_care: bool = False
    oxygen: bool = False
    infectious: bool = False
    death: Death | None = None
    count: Annotated[int, Field(ge=1, le=20)] = 1
    resident_of: Id | None = None


class SuggestionIn(In):
    """What is needed, where from, where to: the input of a decision. A place is a facility's id or a point.

    `schedule_at` books the trip for a time; `subject` is the document of need "document", owed by `due_at`.
    """

    need: Need
    pickup: Id | PointIn
    dropoff: Id | PointIn | None = None
    urgency: Urgency | None = None
    patient: PatientIn = PatientIn()
    documents: list[Literal["death_letter", "ktp", "rt_rw", "health_letter", "kkp_letter"]] = Field(
        default_factory=list, max_length=5
    )
    leaves: Leaves | None = None
    schedule_at: datetime | None = None
    subject: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)] | None = None
    due_at: datetime | None = None
    at: datetime | None = None


class ContactIn(In):
    """Whom to call back."""

    phone: Phone
    name: Text | None = None


class RequestIn(SuggestionIn):
    """A suggestion that is to be carried out; `choose` prefers one of the eligible candidates."""

    contact: ContactIn
    note: Text | None = None
    choose: Id | None = None


class PointOut(Out):
    """A named place."""

    lon: float
    lat: float
    name: str
    facility: str | None = None


class SopVersionOut(Out):
    """A pack that spoke."""

    agency: str
    version: str


class FindingOut(Out):
    """What one rule says of one vehicle, with its Indonesian sentence."""

    rule: str
    agency: str
    version: str
    effect: Effect
    applies: bool
    met: bool
    blocks: bool
    text: str
    would_help: str | None = None
    clause: str | None = None
    lifted_by: str | None = None


class CandidateOut(Out):
    """A vehicle with its verdict and arrival."""

    vehicle_id: str
    name: str
    vehicle_class: VehicleClass = Field(alias="class")
    agency: str
    eligible: bool
    needs_approval: bool
    first_contact: bool = False
    rank: int
    eta_s: int | None
    eta_low_s: int | None
    eta_high_s: int | None
    distance_m: int | None
    method: Method | None
    fix_age_s: int | None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None
    blocking: list[str]
    findings: list[FindingOut]


class VerdictOut(Out):
    """Every finding on one vehicle at the moment of a decision."""

    vehicle_id: str
    name: str
    at: datetime
    eligible: bool
    blocking: list[str]
    findings: list[FindingOut]


class ChecklistOut(Out):
    """Something to do beside the trip: a document that may follow, a booking, a line of a rule."""

    code: str
    rule: str
    text: str


class DecisionOut(Out):
    """A decision: what is done, why, and every candidate in order (findings of the first twenty)."""

    outcome: Literal["offer", "offers", "approval", "schedule", "promise"]
    sop: list[SopVersionOut]
    say: str
    sentence: str
    chosen: list[str]
    candidates: list[CandidateOut]
    considered: int
    checklist: list[ChecklistOut] = Field(default_factory=list)
    notified: list[str] = Field(default_factory=list)
    soon: dict[str, int] = Field(default_factory=dict)
    computed_in_ms: float
    at: datetime


class StampOut(Out):
    """The three stamps of a step."""

    device_time: datetime | None
    server_time: datetime
    source: str


class AssignmentOut(Out):
    """One vehicle asked to go, or going."""

    id: str
    request_id: str
    vehicle_id: str
    vehicle_name: str
    state: AssignmentState
    offered_at: datetime
    expires_at: datetime
    eta_s: int | None
    distance_m: int | None
    next_steps: list[Step]
    stamps: dict[AssignmentState, StampOut]
    reason: str | None = None
    slot: int = 0
    first_contact: bool = False


class PromiseOut(Out):
    """A call-back owed."""

    id: str
    request_id: str
    owner: str
    why: str
    made_at: datetime
    due_at: datetime
    retry_at: datetime
    retries: int
    kind: PromiseKind = PromiseKind.VEHICLE
    state: PromiseState = PromiseState.OPEN
    level: int = 1
    calls: int = 0
    outcome: str | None = None
    told: str | None = None


class ApprovalOut(Out):
    """A yes that is waited for or was given."""

    rule: str
    vehicle_id: str
    approver: str
    state: Literal["asked", "given", "refused", "withdrawn"]
    asked_at: datetime
    reason: str | None = None


class CallOut(Out):
    """A call-back that was made."""

    at: datetime
    by: str
    whom: Whom
    outcome: CallOutcome
    told: str
    note: str


class OwedOut(PromiseOut):
    """A promise as its owner sees it: for which request, whom to call with which number next, and the calls so far."""

    need: Need
    subject: str | None
    pickup: PointOut
    request_state: RequestState
    call_whom: Whom
    call_phone: str | None
    owner_name: str | None
    call_log: list[CallOut]


class KeptOut(Out):
    """How call-backs were kept; `share` of all that fell due."""

    since: datetime
    until: datetime
    kept: int
    late: int
    overdue: int
    share: float | None


class EventOut(Out):
    """One entry of the journal; `text` is its Indonesian line of a timeline."""

    seq: int
    kind: EventKind
    at: datetime
    text: str
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
    actor: str | None = None
    facts: dict[str, object]


class AskedOut(Out):
    """A yes that is waited for, as a list shows it."""

    rule: str
    vehicle_id: str
    vehicle_name: str
    approver: str
    asked_at: datetime


class RequestSummaryOut(Out):
    """A request as a list shows it.

    `level` is its place in the order (R24) before ageing, `broken` that its vehicle could not go on, `escalated_to` the
    role that nobody's going was made known to since a driver last said yes.
    """

    id: str
    state: RequestState
    need: Need
    urgency: Urgency
    pickup: PointOut
    dropoff: PointOut | None
    created_at: datetime
    assignments: list[AssignmentOut]
    promise: PromiseOut | None = None
    wanted: int = 1
    held: bool = False
    schedule_at: datetime | None = None
    subject: str | None = None
    asked: list[AskedOut] = Field(default_factory=list)
    level: int
    broken: bool = False
    escalated_to: str | None = None


class RequestOut(RequestSummaryOut):
    """A request with its decision, approvals and timeline."""

    decision: DecisionOut | None
    approvals: list[ApprovalOut]
    timeline: list[EventOut]
    track_url: str
    contact_phone: str | None = None


class RequestPageOut(Out):
    """A page of requests, newest first; `next` is the cursor of the next page."""

    requests: list[RequestSummaryOut]
    next: str | None


class OverrideIn(In):
    """An operator acts against a rule that allows it."""

    rule: Id
    reason: Reason


class AssignIn(In):
    """Send this vehicle."""

    vehicle_id: Id
    override: OverrideIn | None = None


class ApproveIn(In):
    """The approver's word."""

    rule: Id
    yes: bool
    reason: Reason


class EndIn(In):
    """How a request ends: who was told, and why."""

    told: Annotated[str, StringConstraints(min_length=2, max_length=200)]
    reason: Reason


class HoldIn(In):
    """The destination waits, or no longer does."""

    on: bool = True
    reason: Reason


class NoteIn(In):
    """Something that the driver must know."""

    text: Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]


class MutualAidIn(In):
    """The answer of the operator whose vehicle is asked for; without `vehicle_id` for the first that was asked."""

    yes: bool
    vehicle_id: Id | None = None
    reason: Reason = "bantuan antarinstansi"


class CallIn(In):
    """How a call-back went; who was reached is named in words, never by name: "ibu pasien"."""

    outcome: CallOutcome
    told: Annotated[str, StringConstraints(max_length=80, strip_whitespace=True)] = ""
    note: Text = ""


class ClosePromiseIn(In):
    """How a promise ends, and who was told."""

    outcome: Literal["handed_out", "not_needed"]
    told: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]


class HandOverIn(In):
    """To whom: a person's id, or the role that is on duty."""

    to: Id


class HeirOut(Out):
    """A colleague who can take promises over."""

    id: str
    name: str


class StockIn(In):
    """So many of a document have come."""

    subject: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]
    count: Annotated[int, Field(ge=1, le=500)]


class DeliverIn(In):
    """Where a document is brought."""

    to: Id | PointIn


class StepIn(In):
    """A driver's tap; `seq` orders one device's queue."""

    seq: Annotated[int, Field(ge=0, le=2**53)]
    device_time: datetime
    source: Literal["tap", "geofence", "tracker", "operator"] = "tap"
    reason: Reason | None = None


class OfferRequestOut(Out):
    """What a driver must know of the request."""

    id: str
    need: Need
    urgency: Urgency
    pickup: PointOut
    dropoff: PointOut | None
    note: str | None = None
    held: bool = False
    schedule_at: datetime | None = None
    family_left: bool = False


class OfferOut(Out):
    """The offer that stands: the server's now and an absolute expiry make the countdown."""

    assignment_id: str
    expires_at: datetime
    now: datetime
    eta_s: int | None
    distance_m: int | None
    offer_s: int
    request: OfferRequestOut


class DutyIn(In):
    """The driver goes on or off duty, or has finished cleaning."""

    duty: Literal["available", "off_duty", "cleaning", "out_of_service"]
    vehicle_id: Id | None = None
    at_base: bool = False
    auto_accept: bool | None = None
    seq: Annotated[int, Field(ge=0, le=2**53)]
    device_time: datetime


class FixIn(In):
    """One position; a driver's own vehicle needs no id."""

    vehicle_id: Id | None = None
    lon: Lon
    lat: Lat
    taken_at: datetime
    accuracy_m: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    speed_kph: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    heading: Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)] | None = None


class FixesIn(In):
    """A batch of positions."""

    fixes: list[FixIn] = Field(min_length=1, max_length=200)


class RefusedFixOut(Out):
    """A position that was not believed."""

    index: int
    reasons: list[str]


class FixesOut(Out):
    """How many positions were taken, and which were not and why."""

    taken: int
    refused: list[RefusedFixOut]


class VehicleOut(Out):
    """A vehicle as the map shows it; `no` is its number in binary position frames."""

    no: int
    id: str
    name: str
    plate: str
    vehicle_class: VehicleClass = Field(alias="class")
    agency: str
    base: str | None
    duty: Duty
    link: LinkHealth
    lon: float | None
    lat: float | None
    heading: float | None = None
    fix_age_s: int | None
    assignment_id: str | None
    assignment_state: AssignmentState | None = None
    request_id: str | None = None
    auto_accept: bool = False
    at_base: bool = False


class FacilityOut(Out):
    """A facility."""

    id: str
    kind: FacilityKind
    name: str
    lon: float
    lat: float
    agency: str | None
    phone: str | None


class MeOut(Out):
    """Who is signed in; a driver's own vehicle and the assignment it is on; `timezone` is the region's.

    `ageing_s` is for how long a request waits until it comes one level up (R24), for whoever watches the order.
    """

    id: str
    name: str
    role: Role
    phone: str | None
    agency: str | None
    facility: FacilityOut | None
    vehicle: VehicleOut | None
    assignment: AssignmentOut | None
    request: OfferRequestOut | None
    contact_phone: str | None = None
    now: datetime
    timezone: str
    ageing_s: float | None = None
    demo: bool
    roads: Literal["real", "sample", "none"]


class RouteOut(Out):
    """A GeoJSON LineString feature with the way's time, length and streets."""

    type: Literal["Feature"] = "Feature"
    geometry: dict[str, object]
    properties: dict[str, object]


class SnapshotOut(Out):
    """What a live page starts from."""

    vehicles: list[VehicleOut]
    requests: list[RequestSummaryOut]


class MessageOut(Out):
    """What is told to whom; the links let a person send or say it with one tap, where the number is theirs to see."""

    id: int
    request_id: str | None
    recipient: str
    label: str
    template: Template
    text: str
    state: MessageState
    made_at: datetime
    tries: int
    sent_at: datetime | None = None
    sent_by: str | None = None
    last_error: str | None = None
    chat_url: str | None = None
    call_url: str | None = None


class ProblemOut(Out):
    """An error: problem+json with a code for programs and an Indonesian title for people."""

    type: str = "about:blank"
    status: int
    code: str
    title: str
    facts: dict[str, object] = Field(default_factory=dict)
