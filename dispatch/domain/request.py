"""A request: what is needed, where from, where to, for whom, and how far it has come."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.needs import Death, Document, Leaves, Metric, Need, Urgency, metric_for
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import STATE_OF_PHASE, RequestState
from dispatch.vocabulary.trip_steps import INSTEAD
from geo.point import Point

MOST_AHEAD = timedelta(days=90)  # of a booked time; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point with the words a driver needs to find it; `agency` is whose area it lies in, where known.

    Where nobody gave it a `name` (then it is empty), `spot` says what it is.
    """

    point: Point
    name: str
    facility: str | None = None
    agency: str | None = None
    spot: Spot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What dispatch must know of a patient; never who it is. Who is `guarded` is restless or watched over."""

    living: bool = True
    can_sit: bool = False
    special_care: bool = False
    oxygen: bool = False
    ventilator: bool = False
    incubator: bool = False
    labour: bool = False
    guarded: bool = False
    infectious: bool = False
    death: Death | None = None
    count: int = 1
    resident_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks for: the input of every decision. `distance_km` is the straight line to the drop-off.

    `subject` is the document that is owed, by `due_at` if that was said; it is fetched by whom it is for unless
    `deliver` brings it to the house. A trip that is `on_call` waits until somebody says that it is time; its
    `schedule_at` is the earliest time at which that is expected; once it was `called` it is when that was said. For a
    way back that `waits` the vehicle that brings the patient there stays.
    """

    need: Need
    urgency: Urgency
    pickup: Place
    dropoff: Place | None = None
    patient: Patient = field(default_factory=Patient)
    documents: frozenset[Document] = frozenset()
    requester: str | None = None
    schedule_at: datetime | None = None
    has_phone: bool = True
    leaves: Leaves | None = None
    distance_km: float | None = None
    subject: str | None = None
    due_at: datetime | None = None
    deliver: bool = False
    on_call: bool = False
    waits: bool = False
    called: bool = False

    @property
    def booked_at(self) -> datetime | None:
        """The booked time as people read it: who was called for is fetched now."""
        return None if self.called else self.schedule_at

    @property
    def needs_vehicle(self) -> bool:
        """Whether a vehicle is looked for: not for a document that is fetched."""
        return self.need is not Need.DOCUMENT or self.deliver

    @property
    def metric(self) -> Metric:
        """How its trip is driven by a vehicle that can; how a certain one drives says `Vehicle.metric_for`."""
        return metric_for(self.need, self.urgency)


def judge_ask(ask: Ask) -> Refusal | None:
    """A contradiction between need and patient, or None."""
    if ask.need is Need.BODY and ask.patient.living:
        return Refusal(RefusalCode.BODY_BUT_LIVING, {"need": ask.need})
    if ask.need is not Need.BODY and not ask.patient.living:
        return Refusal(RefusalCode.LIVING_NEED_BUT_DEAD, {"need": ask.need})
    if ask.patient.living and ask.patient.death is not None:
        return Refusal(RefusalCode.DEATH_OF_LIVING, {"death": ask.patient.death})
    if (ask.need is Need.DOCUMENT) is not (ask.subject is not None):
        return Refusal(RefusalCode.SUBJECT_OF_DOCUMENT, {"need": ask.need})
    if ask.deliver and ask.dropoff is None:
        return Refusal(RefusalCode.DELIVER_WHERE, {})
    return None


def judge_time(ask: Ask, now: datetime) -> Refusal | None:
    """A booked time lies ahead, and not too far."""
    if ask.schedule_at is not None and not now < ask.schedule_at <= now + MOST_AHEAD:
        return Refusal(RefusalCode.SCHEDULE_BOUNDS, {"days": MOST_AHEAD.days})
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it is kept; `version` grows with every change.

    `wanted` is how many vehicles it needs (R09), `held` says that its destination waits (R11), never its search.
    `reserved` is the vehicle that is kept for a booked time, or waits there for it; `duplicate_of` the request that it
    was the same as; `incident` the one event that it comes from. `series` is the first ride of the series that it is a
    ride of, `returns` the ride that it is the way back of.
    """

    id: str
    ask: Ask
    state: RequestState
    created_at: datetime
    created_by: str
    ended_at: datetime | None = None
    wanted: int = 1
    held: bool = False
    reserved: str | None = None
    duplicate_of: str | None = None
    incident: str | None = None
    series: str | None = None
    returns: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A vehicle that is kept for a booked request, at its time."""

    vehicle_id: str
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call back; kept apart from the request and never written to journal or log."""

    phone: str
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which requests to list: newest first, at most `limit`, those before the cursor (created_at, id)."""

    states: frozenset[RequestState] | None = None
    facility: str | None = None
    incident: str | None = None
    since: datetime | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that a request stands on at one moment; its state follows from it and from nothing else."""

    wanted: int = 1
    end: RequestState | None = None
    assignments: tuple[Assignment, ...] = ()
    approval_asked: bool = False
    scheduled: bool = False
    promised: bool = False


class NothingStandsError(Exception):
    """An open request would stand on nothing: promise 1 would be broken, so the transaction must not commit."""


def request_state(standing: Standing) -> RequestState:
    """The one state of a request (promise 1: a solution or a promise): that of the vehicle that has come farthest.

    Raises:
        NothingStandsError: if the request is open and nothing stands for it, or for one of its vehicles.
    """
    if standing.end is not None:
        return standing.end
    missing = unfilled_slots(standing.wanted, standing.assignments)
    if missing and not (standing.approval_asked or standing.scheduled or standing.promised):
        raise NothingStandsError("an open request needs an offer, an assignment, an approval, a schedule or a promise")
    phases = {assignment.row.phase for assignment in standing.assignments}
    farthest = next((state for phase, state in STATE_OF_PHASE.items() if phase in phases), None)
    if farthest is not None:
        return farthest
    if not missing:
        return RequestState.COMPLETED
    if standing.approval_asked:
        return RequestState.AWAITING_APPROVAL
    if standing.scheduled:
        return RequestState.SCHEDULED
    return RequestState.WAITING


def unfilled_slots(wanted: int, assignments: Iterable[Assignment]) -> tuple[int, ...]:
    """The slots for which no vehicle is asked, goes or has gone; a first contact fills none (R04).

    Who is asked instead of another one fills a slot only where that one is lost.
    """
    taken = [a.slot for a in assignments if a.fills_slot]
    missing = tuple(slot for slot in range(wanted) if slot not in taken)
    return missing[taken.count(INSTEAD) :]
