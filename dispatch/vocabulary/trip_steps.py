"""The trip of an assignment: its states and the steps between them, one row each, from which all else is derived.

A new step is a member of `Step`, a member of `AssignmentState` where it reaches a new state, their rows, and their
words in dispatch/words; the store, the desk, messages and pages follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class AssignmentState(StrEnum):
    """How far an assignment has come, in the order of a trip; then how else it may end."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    CLEARED = "cleared"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    STOOD_DOWN = "stood_down"


class Leg(StrEnum):
    """Where a vehicle on a trip heads: to the meeting where it hands over whom it carries."""

    PICKUP = "pickup"
    DESTINATION = "destination"
    MEETING = "meeting"


class Phase(StrEnum):
    """What a state means for the request: an offer, a promise to come, a trip under way, or the end."""

    OFFER = "offer"
    ASSIGNED = "assigned"
    UNDER_WAY = "under_way"
    SERVED = "served"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One state.

    `met`: the vehicle has reached the pick-up, so that it heads for the destination from here on. `aboard`: somebody is
    aboard, `loaded`: it drives with them. `stay_s`: how long a crew usually stays in it (this project's own figure);
    None where it drives or is over.
    `tells`: which message goes to whom when it is reached (recipient, key of dispatch/words). `mark`: its sign on maps.
    """

    phase: Phase
    met: bool = False
    aboard: bool = False
    loaded: bool = False
    stay_s: float | None = None
    tells: tuple[tuple[str, str], ...] = ()
    mark: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the vehicle can be on no other assignment."""
        return self.phase in (Phase.OFFER, Phase.ASSIGNED, Phase.UNDER_WAY)

    @property
    def is_going(self) -> bool:
        """Whether the driver has said yes and the trip is not over."""
        return self.phase in (Phase.ASSIGNED, Phase.UNDER_WAY)

    @property
    def leg(self) -> Leg | None:
        """Where the vehicle heads: None where it stays, or its trip is over."""
        if self.loaded:
            return Leg.DESTINATION
        return Leg.PICKUP if self.is_live and not self.met else None


_S = AssignmentState
STATES: Mapping[AssignmentState, StateRow] = MappingProxyType(
    {
        _S.OFFERED: StateRow(phase=Phase.OFFER, mark="◆"),
        _S.ACCEPTED: StateRow(phase=Phase.ASSIGNED, mark="●"),
        _S.EN_ROUTE: StateRow(phase=Phase.UNDER_WAY, tells=(("contact", "en_route"),), mark="●"),
        _S.ON_SCENE: StateRow(
            phase=Phase.UNDER_WAY, met=True, stay_s=600.0, tells=(("contact", "on_scene"),), mark="■"
        ),
        _S.TRANSPORTING: StateRow(
            phase=Phase.UNDER_WAY, met=True, aboard=True, loaded=True, tells=(("contact", "transporting"),), mark="■"
        ),
        _S.AT_DESTINATION: StateRow(
            phase=Phase.UNDER_WAY, met=True, aboard=True, stay_s=900.0, tells=(("contact", "at_destination"),), mark="■"
        ),
        _S.CLEARED: StateRow(
            phase=Phase.SERVED, met=True, tells=(("contact", "trip_over"), ("facility", "trip_over_facility"))
        ),
        _S.DECLINED: StateRow(phase=Phase.LOST),
        _S.EXPIRED: StateRow(phase=Phase.LOST),
        _S.WITHDRAWN: StateRow(phase=Phase.LOST),
        _S.STOOD_DOWN: StateRow(phase=Phase.LOST),
    }
)
LIVE = frozenset(state for state, row in STATES.items() if row.is_live)
GOING = frozenset(state for state, row in STATES.items() if row.is_going)
# The states of a trip in their order, from the driver's yes to the end.
TRAIL = tuple(state for state, row in STATES.items() if row.is_going or row.phase is Phase.SERVED)
LOADED = frozenset(state for state, row in STATES.items() if row.loaded)
ABOARD = frozenset(state for state, row in STATES.items() if row.aboard)
# A vehicle whose assignment ended so is not offered the same request again for `ask_again_s` (R23).
NOT_AGAIN = frozenset({_S.DECLINED, _S.EXPIRED, _S.STOOD_DOWN})
UNDO_WITHIN = timedelta(seconds=10)  # how long a tap can be taken back; nobody is told of it earlier
FIRST_CONTACT = -1  # the slot of a vehicle that goes ahead of another one (R04); the others are 0, 1, …
KEPT_UNTIL_BETTER = -2  # the slot of a vehicle that may not go any more and drives on until a better one has said yes
HANDS_OVER = -3  # the slot of a vehicle that keeps the patient until the one in slot 0 has them; of slot 1 it is -4, …
INSTEAD = -100  # the slot of a vehicle that is asked while another is on its way, whose place it takes with its yes


class Step(StrEnum):
    """What may be done to an assignment.

    `stand_down` frees a vehicle that can still go, `problem` is one that cannot go on.
    """

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    CLEAR = "clear"
    STAND_DOWN = "stand_down"
    PROBLEM = "problem"
    UNDO = "undo"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    ON_TO_PICKUP = "on_to_pickup"
    ON_TO_DESTINATION = "on_to_destination"


class StepSource(StrEnum):
    """Who or what took a step."""

    TAP = "tap"
    GEOFENCE = "geofence"
    TRACKER = "tracker"
    OPERATOR = "operator"
    DESK = "desk"
    CORRECTION = "correction"  # of an operator, afterwards


class StepCause(StrEnum):
    """Why the desk took a step that no driver took."""

    AUTO_ACCEPT = "auto_accept"
    REASSIGNED = "reassigned"
    SOONER_APPROVED = "sooner_approved"
    FAMILY_CANCELLED = "family_cancelled"
    RED_FIRST = "red_first"
    RED_DIVERTS = "red_diverts"
    FIRST_CONTACT_CARRIES = "first_contact_carries"
    CHANGED = "changed"
    BETTER_ACCEPTED = "better_accepted"
    ARRIVED_ITSELF = "arrived_itself"
    ALREADY_THERE = "already_there"
    APPROVAL_TAKEN_BACK = "approval_taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step: the states it leads from and to, and what it means.

    `event`: the kind of entry in the journal. `undoable`: the tap can be taken back within `UNDO_WITHIN`.
    `reopens`: the request needs another vehicle. `by_desk`: no person takes it.
    """

    leads_from: frozenset[AssignmentState]
    leads_to: AssignmentState
    event: str = "step_taken"
    undoable: bool = False
    reopens: bool = False
    by_desk: bool = False


def _from(*states: AssignmentState) -> frozenset[AssignmentState]:
    return frozenset(states)


STEPS: Mapping[Step, StepRow] = MappingProxyType(
    {
        # A yes that comes late is taken where nobody else was asked meanwhile.
        Step.ACCEPT: StepRow(leads_from=_from(_S.OFFERED, _S.EXPIRED), leads_to=_S.ACCEPTED, event="offer_accepted"),
        Step.DECLINE: StepRow(leads_from=_from(_S.OFFERED), leads_to=_S.DECLINED, event="offer_declined", reopens=True),
        Step.EN_ROUTE: StepRow(leads_from=_from(_S.ACCEPTED), leads_to=_S.EN_ROUTE, undoable=True),
        Step.ON_SCENE: StepRow(leads_from=_from(_S.EN_ROUTE), leads_to=_S.ON_SCENE, undoable=True),
        Step.TRANSPORTING: StepRow(leads_from=_from(_S.ON_SCENE), leads_to=_S.TRANSPORTING, undoable=True),
        Step.AT_DESTINATION: StepRow(leads_from=_from(_S.TRANSPORTING), leads_to=_S.AT_DESTINATION, undoable=True),
        # A trip without transport ends on the scene.
        Step.CLEAR: StepRow(leads_from=_from(_S.AT_DESTINATION, _S.ON_SCENE), leads_to=_S.CLEARED, undoable=True),
        # Who carries somebody is never freed.
        Step.STAND_DOWN: StepRow(leads_from=GOING - ABOARD, leads_to=_S.STOOD_DOWN, event="stood_down", reopens=True),
        Step.PROBLEM: StepRow(leads_from=GOING, leads_to=_S.STOOD_DOWN, event="problem_reported", reopens=True),
        Step.EXPIRE: StepRow(
            leads_from=_from(_S.OFFERED), leads_to=_S.EXPIRED, event="offer_expired", reopens=True, by_desk=True
        ),
        Step.WITHDRAW: StepRow(
            leads_from=_from(_S.OFFERED), leads_to=_S.WITHDRAWN, event="offer_withdrawn", by_desk=True
        ),
        # Another vehicle has reported the patient aboard.
        Step.HAND_OVER: StepRow(leads_from=LOADED, leads_to=_S.CLEARED, event="handed_over", by_desk=True),
        # The place where it stands is another one now.
        Step.ON_TO_PICKUP: StepRow(leads_from=_from(_S.ON_SCENE), leads_to=_S.EN_ROUTE, by_desk=True),
        Step.ON_TO_DESTINATION: StepRow(leads_from=_from(_S.AT_DESTINATION), leads_to=_S.TRANSPORTING, by_desk=True),
    }
)
# The steps of a person; `undo` has no row: where it leads is the state before.
TAKEN_BY_PEOPLE = tuple(step for step in Step if step is Step.UNDO or not STEPS[step].by_desk)


def undo_leads_to(state: AssignmentState, reached: Mapping[AssignmentState, object]) -> AssignmentState | None:
    """The state before `state` on a trip that has `reached` these; None where the tap to it cannot be taken back.

    An acceptance leaves a stamp too, so the state before is always among those that were reached, or `accepted`.
    """
    before = [
        came
        for step, row in STEPS.items()
        if row.undoable and row.leads_to is state
        for came in STATES
        if came in STEPS[step].leads_from
    ]
    return next((came for came in reversed(before) if came in reached), before[0] if before else None)


def steps_from(state: AssignmentState) -> tuple[Step, ...]:
    """The steps that lead on from a state, in the order of the trip; neither undo nor a late yes is among them."""
    if not STATES[state].is_live:
        return ()
    return tuple(step for step in Step if step is not Step.UNDO and state in STEPS[step].leads_from)


def until(state: AssignmentState) -> tuple[AssignmentState, ...]:
    """The states of a trip up to this one, in their order; none where it is not one of them."""
    return TRAIL[: TRAIL.index(state) + 1] if state in TRAIL else ()


class Report(StrEnum):
    """What a crew reports without taking a step."""

    NOBODY_THERE = "nobody_there"
    PATIENT_DIED = "patient_died"


# The states of a trip in which each can be reported.
REPORTS: Mapping[Report, frozenset[AssignmentState]] = MappingProxyType(
    {
        Report.NOBODY_THERE: _from(_S.ON_SCENE),
        Report.PATIENT_DIED: _from(_S.ON_SCENE, _S.TRANSPORTING, _S.AT_DESTINATION),
    }
)
