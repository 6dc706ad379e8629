"""How far a request has come, and how it may end; there is no state for "no"."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from dispatch.vocabulary.trip_steps import Phase


class RequestState(StrEnum):
    """How far a request has come."""

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
OPEN = frozenset(RequestState) - ENDS
RUNNING = OPEN - {RequestState.SCHEDULED}  # what is booked for later has a list of its own
# The state of a request whose vehicle that has come farthest is in this phase, the farthest first.
STATE_OF_PHASE: Mapping[Phase, RequestState] = MappingProxyType(
    {
        Phase.UNDER_WAY: RequestState.IN_PROGRESS,
        Phase.ASSIGNED: RequestState.ASSIGNED,
        Phase.OFFER: RequestState.SEARCHING,
    }
)


class Outcome(StrEnum):
    """What a decision comes to."""

    OFFER = "offer"
    OFFERS = "offers"
    APPROVAL = "approval"
    SCHEDULE = "schedule"
    PROMISE = "promise"


class FamilyWord(StrEnum):
    """What the family can say on its link."""

    NO_LONGER_NEEDED = "no_longer_needed"
    LEFT = "left"
