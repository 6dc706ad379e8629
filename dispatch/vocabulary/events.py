"""What happened: one frozen class a kind, its fields its facts; audit, live pages, messages and replays read them.

A fact is never a person's name or phone number, and never a sentence of the product: codes and values, beside what
people and packs wrote. A field with a default may be missing in entries of earlier versions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum, auto
from types import MappingProxyType
from typing import ClassVar

from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Document, Need, Urgency
from dispatch.vocabulary.notices import Changed, Notice
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import CallOutcome, PromiseKind, PromiseState, Whom, Why
from dispatch.vocabulary.request_states import FamilyWord, Outcome, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Leg, StepCause, StepSource
from dispatch.vocabulary.vehicle_classes import Duty


class EventKind(StrEnum):
    """What kind of thing happened: the word that the journal and the API use."""

    REQUEST_RECEIVED = auto()
    DECISION_MADE = auto()
    OFFER_MADE = auto()
    OFFER_DELIVERED = auto()
    OFFER_ACCEPTED = auto()
    OFFER_DECLINED = auto()
    OFFER_EXPIRED = auto()
    OFFER_WITHDRAWN = auto()
    STEP_TAKEN = auto()
    STEP_UNDONE = auto()
    STEP_CORRECTED = auto()
    STOOD_DOWN = auto()
    PROBLEM_REPORTED = auto()
    TRANSFER_BEGUN = auto()
    HANDED_OVER = auto()
    APPROVAL_ASKED = auto()
    APPROVAL_GIVEN = auto()
    APPROVAL_REFUSED = auto()
    APPROVAL_TAKEN_BACK = auto()
    APPROVAL_REMINDED = auto()
    OVERRIDDEN = auto()
    SOP_SUBMITTED = auto()
    SOP_APPROVED = auto()
    SOP_RETURNED = auto()
    SOP_PUBLISHED = auto()
    PROMISE_MADE = auto()
    PROMISE_RETRIED = auto()
    PROMISE_CALLED = auto()
    PROMISE_REMINDED = auto()
    PROMISE_OVERDUE = auto()
    PROMISE_HANDED_OVER = auto()
    PROMISE_CLOSED = auto()
    STOCK_CAME = auto()
    NOTICE_ASKED = auto()
    ESCALATED = auto()
    TRIP_NOTICED = auto()
    VEHICLE_PROPOSED = auto()
    PROPOSAL_OVER = auto()
    DIVERTED = auto()
    DEATH_ANSWERED = auto()
    ARRIVAL_CHANGED = auto()
    FAMILY_SAID = auto()
    REQUEST_CHANGED = auto()
    RESERVED = auto()
    INCIDENT_OPENED = auto()
    INCIDENT_JOINED = auto()
    INCIDENT_LEFT = auto()
    INCIDENT_CLOSED = auto()
    RESERVATION_LOST = auto()
    BOOKING_UNCERTAIN = auto()
    RETURN_ADDED = auto()
    RETURN_CALLED = auto()
    NOTED = auto()
    HELD = auto()
    REQUEST_ENDED = auto()
    DUTY_CHANGED = auto()
    ROAD_CLOSED = auto()
    ROAD_OPENED = auto()


_KINDS: dict[EventKind, type["Event"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The head of every event: when (aware UTC), about what, and who did it (a person's id, or the desk's own name)."""

    kind: ClassVar[EventKind]  # the class's own name
    at: datetime
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
    actor: str | None = None

    def __init_subclass__(cls) -> None:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if name in EventKind.__members__.values():
            cls.kind = EventKind(name)
            _KINDS[cls.kind] = cls

    def about(self, request_id: str, *, assignment_id: str | None = None, vehicle_id: str | None = None) -> "Event":
        """The same event about a request, its assignment and its vehicle."""
        return replace(
            self, request_id=request_id, assignment_id=assignment_id, vehicle_id=vehicle_id or self.vehicle_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSeries(Event):
    """What was done to `rides` rides of a series in one act; it is told once, of the ride that the others go `along`
    with."""

    rides: int = 1
    along: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived(OfSeries):
    """Somebody asked for something; of what is booked the first time and the last. `onward_of` is the request whose
    patient died, where it is for the body."""

    need: Need | None = None
    urgency: Urgency | None = None
    onward_of: str | None = None
    schedule_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(Event):
    """What was decided; the decision itself is kept beside. `sentence` is of entries before 0.2 alone.

    `again`: it was searched again for who waits, and that decision still says what there is to say.
    """

    outcome: Outcome
    chosen: tuple[str, ...] = ()
    decision_id: int | None = None
    sentence: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """A vehicle was asked; `auto`: its driver takes every offer."""

    expires_at: datetime
    slot: int = 0
    auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDelivered(Event):
    """The offer reached the driver's phone; from now on the seconds of R23 count."""

    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TripEvent(Event):
    """An assignment is in another state: by which source, when by the device's clock, in which place of its queue.

    `reason` is what a person wrote, `cause` why the desk did it.
    """

    state: AssignmentState
    source: StepSource
    device_time: datetime | None = None
    seq: int | None = None
    reason: str | None = None
    cause: StepCause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(TripEvent):
    """The driver goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(TripEvent):
    """The driver cannot go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(TripEvent):
    """The driver did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(TripEvent):
    """The desk took the offer back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken(TripEvent):
    """A step of the trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUndone(TripEvent):
    """A tap was taken back: `undone` is the state that was left, None in entries before 0.2."""

    undone: AssignmentState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCorrected(TripEvent):
    """An operator put a step right: it is `corrected` since then, and the trip, which `was` in another state or in the
    same, is in `state`.

    `wrong` is the state that was tapped wrongly, `wrong_at` when, `heard_at` when the server first heard of any state
    that the trip is not in after all; None where a step was forgotten.
    """

    corrected: AssignmentState
    since: datetime
    was: AssignmentState
    wrong: AssignmentState | None = None
    wrong_at: datetime | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodDown(TripEvent):
    """The vehicle is called back and can still go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemReported(TripEvent):
    """The vehicle cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBegun(Event):
    """Another vehicle is to take the patient over from this one, at a place that the request has as its pick-up."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(TripEvent):
    """Another vehicle has the patient aboard; this one's trip is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited(Event):
    """Somebody's yes to a vehicle under a rule; `approver` is a role (of `agency`, if any) or own_operator."""

    rule: str
    approver: str
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Awaited):
    """It is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalReminded(Awaited):
    """Whoever was asked for a yes has not answered yet; `nobody` holds the office."""

    nobody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """A person's word on a vehicle under a rule, with the reason and the SOP's clause."""

    rule: str
    reason: str
    clause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Judged):
    """An approver's answer; `heard_at` is when somebody heard it by phone, None where the approver gave it in person.

    `agency` is the one of which it was asked, if it was of one alone.
    """

    approver: str | None = None
    agency: str | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven(Answered):
    """The approver said yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRefused(Answered):
    """The approver said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTakenBack(Answered):
    """The approver said yes before, and no now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden(Judged):
    """An operator acted against a rule that allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SopEvent(Event):
    """Something about a version of an agency's SOP."""

    agency: str
    version: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SopSubmitted(SopEvent):
    """A draft waits for the second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SopApproved(SopEvent):
    """The second person agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SopReturned(SopEvent):
    """The second person sent it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SopPublished(SopEvent):
    """The version is in force from `effective_from`."""

    effective_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(Event):
    """A call-back is owed; `owner` is a role or a person's id."""

    why: Why
    owner: str
    due_at: datetime
    owed: PromiseKind = PromiseKind.VEHICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRetried(Event):
    """The search was tried again."""

    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCalled(Event):
    """A call-back was made; `told` is who was reached, in words."""

    outcome: CallOutcome
    whom: Whom
    told: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseReminded(Event):
    """Its owner is reminded before it is due: `to` is the role, `person` who owes it by name, `beside` who is told too.

    Before 0.2 `to` was a person's id where one owed it by name.
    """

    to: str
    due_at: datetime
    person: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOverdue(Event):
    """Nobody called in time: it goes one step up, and `beside` is told too. `again`: that time was over before."""

    to: str
    level: int
    due_at: datetime | None = None
    again: bool = False
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseHandedOver(Event):
    """Somebody of this role owes it from now on."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseClosed(Event):
    """It ended: with what, and who was told (a person's words, or a code of vocabulary.promises)."""

    outcome: str
    told: str
    state: PromiseState


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCame(Event):
    """A document came in for somebody who waits for it, at this place of the call list; the call is owed by then."""

    subject: str
    place: int = 1
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAsked(Event):
    """A rule wants somebody to be told; `rule` is None in entries before 0.2."""

    whom: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """Somebody of this role is told that nobody goes yet."""

    to: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class TripNoticed(Event):
    """The desk noticed something about a trip; the operator is told once. `aboard`: a patient was, by then."""

    what: Notice
    aboard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathAnswered(Event):
    """A crew's report that its patient has died was answered: whose word it was; `aboard` as with the report."""

    confirmed: bool
    whose: WhoseWord
    aboard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalChanged(Event):
    """A vehicle arrives at another time than was said: `before` (None: none was said of this leg), from now on
    `arrives_at`.

    `later_min` are minutes beyond what was said first of this leg, less than none where it is sooner. `notable`: who
    waits for it is told.
    """

    leg: Leg
    arrives_at: datetime
    before: datetime | None = None
    later_min: int = 0
    notable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent(Event):
    """Operators alone hear of what is proposed to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoonerEvent(ProposalEvent):
    """A vehicle would be with a red in `eta_s`, without it somebody is in `without_s` (None: nobody comes).

    It leaves its `trip` to the request `taken_from`, which waits `waits_s` longer then (None: nobody else can go
    there); all three are None of a free one. `instead_of` is the vehicle that is on its way and gives its place.
    """

    eta_s: int
    without_s: int | None = None
    taken_from: str | None = None
    trip: str | None = None
    waits_s: int | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleProposed(SoonerEvent):
    """The operator is asked to send it; `again`: that was proposed before."""

    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOver(ProposalEvent):
    """What was proposed is not so any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverted(SoonerEvent):
    """The desk sends it by itself, as the policy says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySaid(Event):
    """The family's word on its link."""

    said: FamilyWord


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanged(OfSeries):
    """What was asked for is something else now: the fields of the request that changed.

    `ahead` are the assignments of vehicles that may not go alone any more and are first contacts since; `booked_at` is
    the new time, where that changed.
    """

    changed: tuple[Changed, ...]
    booked_at: datetime | None = None
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved(Event):
    """A vehicle is kept for a booked time; `again`: somebody had been told that none was. It `waits` there for it."""

    again: bool = False
    waits: bool = False
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationLost(Event):
    """The vehicle that was kept for a booked time is not kept any more; `waited`: it was waiting there for it."""

    waited: bool = False
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingUncertain(Event):
    """What a booked trip lacks that is near: a vehicle that could be kept for it, where one `rule` keeps most of them
    from going, and papers that are due before."""

    no_vehicle: bool = False
    rule: str | None = None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAdded(Event):
    """A kept request has a way back from now on, at a time or `on_call` from then on."""

    schedule_at: datetime
    on_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCalled(Event):
    """Who waits for the way back is ready for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent(Event):
    """Something about an incident; its name and note stay out, for they may speak of people."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(IncidentEvent):
    """Several requests come from one event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentJoined(IncidentEvent):
    """A request comes from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLeft(IncidentEvent):
    """A request does not come from it after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(IncidentEvent):
    """The event is over; its requests go on by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """A note was added; its text lies with the contact. `delivers`: the document goes to the house."""

    delivers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The destination waits, or no longer does."""

    on: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEnded(OfSeries):
    """How a request ended, who was told (a person's words, or a code of vocabulary.promises), and why."""

    state: RequestState
    told: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChanged(Event):
    """A vehicle's duty; `shift_over`: the desk ended a shift that nobody ended. `reason` is of entries before 0.2."""

    duty: Duty
    at_base: bool = False
    shift_over: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEvent(Event):
    """A closure of roads; its note stays out, for it may speak of people."""

    closure: str
    cause: Cause
    streets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadClosed(RoadEvent):
    """Nobody drives there from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadOpened(RoadEvent):
    """It is open again."""


KINDS: Mapping[EventKind, type[Event]] = MappingProxyType(_KINDS)
_HEAD = frozenset(field.name for field in fields(Event))


def facts_of(event: Event) -> dict[str, object]:
    """The facts alone, by the names of the fields that are not the head's."""
    return {field.name: getattr(event, field.name) for field in fields(event) if field.name not in _HEAD}
