"""A request: what is needed, where from, where to, for whom, and how far it has come."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.domain.assignment import Assignment, AssignmentState
from dispatch.domain.refusal import Refusal
from geo.point import Point


class Need(StrEnum):
    """What the vehicle is needed for."""

    EMERGENCY = "emergency"
    REFERRAL = "referral"
    TRANSPORT = "transport"
    BODY = "body"
    DOCUMENT = "document"


class Urgency(StrEnum):
    """Triage colour; a body has green and its own place in the order (R24)."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


URGENCY_OF_NEED = {
    Need.EMERGENCY: Urgency.RED,
    Need.REFERRAL: Urgency.YELLOW,
    Need.TRANSPORT: Urgency.GREEN,
    Need.BODY: Urgency.GREEN,
    Need.DOCUMENT: Urgency.GREEN,
}


class Death(StrEnum):
    """How somebody died, as far as dispatch must know (R11)."""

    NATURAL = "natural"
    UNNATURAL = "unnatural"
    UNIDENTIFIED = "unidentified"


class Leaves(StrEnum):
    """How far a trip goes out: of the city or district, or of the province."""

    CITY = "city"
    PROVINCE = "province"


DOCUMENTS = ("death_letter", "ktp", "rt_rw", "health_letter", "kkp_letter")


class RequestState(StrEnum):
    """How far a request has come; there is no state for "no"."""

    SEARCHING = "searching"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    COMPLETED = "completed"
    CANCELLED_BY_REQUESTER = "cancelled_by_requester"
    DUPLICATE = "duplicate"
    UNFOUNDED = "unfounded"


ENDS = frozenset(
    {
        RequestState.COMPLETED,
        RequestState.CANCELLED_BY_REQUESTER,
        RequestState.DUPLICATE,
        RequestState.UNFOUNDED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point with the words a driver needs to find it; `agency` is whose area it lies in, where known."""

    point: Point
    name: str
    facility: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What dispatch must know of a patient; never who it is."""

    living: bool = True
    can_sit: bool = False
    special_care: bool = False
    oxygen: bool = False
    infectious: bool = False
    death: Death | None = None
    count: int = 1
    resident_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks for: the input of every decision. `distance_km` is the straight line to the drop-off.

    `subject` is the document that is owed, by `due_at` if that was said; it is fetched by whom it is for unless
    `deliver` brings it to the house.
    """

    need: Need
    urgency: Urgency
    pickup: Place
    dropoff: Place | None = None
    patient: Patient = field(default_factory=Patient)
    documents: frozenset[str] = frozenset()
    requester: str | None = None
    schedule_at: datetime | None = None
    has_phone: bool = True
    leaves: Leaves | None = None
    distance_km: float | None = None
    subject: str | None = None
    due_at: datetime | None = None
    deliver: bool = False

    @property
    def needs_vehicle(self) -> bool:
        """Whether a vehicle is looked for: not for a document that is fetched."""
        return self.need is not Need.DOCUMENT or self.deliver


def judge_ask(ask: Ask) -> Refusal | None:
    """A contradiction between need and patient, or None."""
    if ask.need is Need.BODY and ask.patient.living:
        return Refusal("body_but_living", {"need": ask.need})
    if ask.need is not Need.BODY and not ask.patient.living:
        return Refusal("living_need_but_dead", {"need": ask.need})
    if ask.patient.living and ask.patient.death is not None:
        return Refusal("death_of_living", {"death": ask.patient.death})
    if (ask.need is Need.DOCUMENT) is not (ask.subject is not None):
        return Refusal("subject_of_document", {"need": ask.need})
    if ask.deliver and ask.dropoff is None:
        return Refusal("deliver_where", {})
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it is kept; `version` grows with every change.

    `wanted` is how many vehicles it needs (R09), `held` says that its destination waits (R11), never its search.
    """

    id: str
    ask: Ask
    state: RequestState
    created_at: datetime
    created_by: str
    ended_at: datetime | None = None
    wanted: int = 1
    held: bool = False
    version: int = 1


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


_PROGRESS = (
    (RequestState.IN_PROGRESS, frozenset({
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
        AssignmentState.TRANSPORTING,
        AssignmentState.AT_DESTINATION,
    })),
    (RequestState.ASSIGNED, frozenset({AssignmentState.ACCEPTED})),
    (RequestState.SEARCHING, frozenset({AssignmentState.OFFERED})),
)  # fmt: skip


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
    states = {assignment.state for assignment in standing.assignments}
    for state, marks in _PROGRESS:
        if states & marks:
            return state
    if not missing:
        return RequestState.COMPLETED
    if standing.approval_asked:
        return RequestState.AWAITING_APPROVAL
    if standing.scheduled:
        return RequestState.SCHEDULED
    return RequestState.WAITING


def unfilled_slots(wanted: int, assignments: Iterable[Assignment]) -> tuple[int, ...]:
    """The slots for which no vehicle is asked, goes or has gone; a first contact fills none (R04)."""
    filled = {a.slot for a in assignments if a.is_live or a.state is AssignmentState.CLEARED}
    return tuple(slot for slot in range(wanted) if slot not in filled)
