"""The assignment of one vehicle to one request: from the offer to the end of the trip."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from dispatch.domain.events import Event, EventKind
from dispatch.domain.refusal import Refusal


class AssignmentState(StrEnum):
    """How far an assignment has come."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    CLEARED = "cleared"
    STOOD_DOWN = "stood_down"


LIVE = frozenset(
    {
        AssignmentState.OFFERED,
        AssignmentState.ACCEPTED,
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
        AssignmentState.TRANSPORTING,
        AssignmentState.AT_DESTINATION,
    }
)


FIRST_CONTACT = -1  # the slot of a vehicle that goes ahead of another one (R04); the others are 0, 1, …
UNDO_WITHIN = timedelta(seconds=10)  # how long a tap can be taken back (screens.md)


class Step(StrEnum):
    """What may be done to an assignment; the words of POST /api/assignments/ID/STEP and the desk's own two.

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


class StepSource(StrEnum):
    """Who or what took a step."""

    TAP = "tap"
    GEOFENCE = "geofence"
    TRACKER = "tracker"
    OPERATOR = "operator"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCommand:
    """Somebody takes a step; `seq` orders one device's queue, `device_time` is its clock (aware UTC)."""

    step: Step
    actor: str
    source: StepSource
    seq: int | None = None
    device_time: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The three stamps of a step: the device's time, the server's, and the source."""

    device_time: datetime | None
    server_time: datetime
    source: StepSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One vehicle asked to go, or going; `expires_at` is absolute, on the server's clock."""

    id: str
    request_id: str
    vehicle_id: str
    state: AssignmentState
    offered_at: datetime
    expires_at: datetime
    slot: int = 0
    last_seq: int | None = None
    reason: str | None = None
    stamps: MappingProxyType[AssignmentState, Stamp] = field(default_factory=lambda: MappingProxyType({}))
    version: int = 1

    @property
    def is_live(self) -> bool:
        """From offered to at_destination: the vehicle can be on no other."""
        return self.state in LIVE


_S = AssignmentState
TRANSITIONS: MappingProxyType[Step, MappingProxyType[AssignmentState, AssignmentState]] = MappingProxyType(
    {
        step: MappingProxyType(moves)
        for step, moves in {
            Step.ACCEPT: {_S.OFFERED: _S.ACCEPTED},
            Step.DECLINE: {_S.OFFERED: _S.DECLINED},
            Step.EXPIRE: {_S.OFFERED: _S.EXPIRED},
            Step.WITHDRAW: {_S.OFFERED: _S.WITHDRAWN},
            Step.EN_ROUTE: {_S.ACCEPTED: _S.EN_ROUTE},
            Step.ON_SCENE: {_S.EN_ROUTE: _S.ON_SCENE},
            Step.TRANSPORTING: {_S.ON_SCENE: _S.TRANSPORTING},
            Step.AT_DESTINATION: {_S.TRANSPORTING: _S.AT_DESTINATION},
            # A trip without transport ends on the scene.
            Step.CLEAR: {_S.AT_DESTINATION: _S.CLEARED, _S.ON_SCENE: _S.CLEARED},
            Step.STAND_DOWN: dict.fromkeys(LIVE - {_S.OFFERED}, _S.STOOD_DOWN),
            Step.PROBLEM: dict.fromkeys(LIVE - {_S.OFFERED}, _S.STOOD_DOWN),
            Step.UNDO: {
                _S.EN_ROUTE: _S.ACCEPTED,
                _S.ON_SCENE: _S.EN_ROUTE,
                _S.TRANSPORTING: _S.ON_SCENE,
                _S.AT_DESTINATION: _S.TRANSPORTING,
                _S.CLEARED: _S.AT_DESTINATION,
            },
        }.items()
    }
)


def allowed_steps(state: AssignmentState) -> tuple[Step, ...]:
    """The steps that lead on from `state`, in the order of the trip."""
    return tuple(step for step in Step if step is not Step.UNDO and state in TRANSITIONS[step])


def decide(assignment: Assignment, command: StepCommand, now: datetime) -> tuple[Event, ...] | Refusal:
    """What follows from a step: events, or the reason why it is not carried out."""
    if command.seq is not None and assignment.last_seq is not None and command.seq <= assignment.last_seq:
        return Refusal("seq_passed", {"seq": command.seq, "last_seq": assignment.last_seq})
    target = _target(assignment, command.step)
    if target is None:
        allowed = [step.value for step in allowed_steps(assignment.state)]
        return Refusal("step_out_of_order", {"step": command.step, "state": assignment.state, "allowed": allowed})
    if command.step is Step.ACCEPT and now > assignment.expires_at:
        late_s = round((now - assignment.expires_at).total_seconds(), 1)
        return Refusal("offer_expired", {"late_s": late_s})
    if command.step is Step.EXPIRE and now < assignment.expires_at:
        return Refusal("offer_still_stands", {"expires_at": assignment.expires_at.isoformat()})
    if command.step is Step.UNDO and not _can_undo(assignment, command, now):
        return Refusal("undo_too_late", {"within_s": UNDO_WITHIN.total_seconds()})
    facts: dict[str, object] = {
        "state": target.value,
        "source": command.source.value,
        "device_time": command.device_time.isoformat() if command.device_time else None,
        "seq": command.seq,
        "reason": command.reason,
    }
    return (
        Event(
            kind=_kind(command.step),
            at=now,
            request_id=assignment.request_id,
            assignment_id=assignment.id,
            vehicle_id=assignment.vehicle_id,
            actor=command.actor,
            facts=facts,
        ),
    )


def _target(assignment: Assignment, step: Step) -> AssignmentState | None:
    target = TRANSITIONS[step].get(assignment.state)
    if target is AssignmentState.AT_DESTINATION and step is Step.UNDO and target not in assignment.stamps:
        return AssignmentState.ON_SCENE  # it was cleared on the scene
    return target


def _can_undo(assignment: Assignment, command: StepCommand, now: datetime) -> bool:
    """A tap is taken back within seconds, by the server's clock or, for a queue sent later, by the device's.

    Where the server's clock was set back since the tap, it tells nothing about how long ago that was.
    """
    stamp = assignment.stamps[assignment.state]
    if timedelta(0) <= now - stamp.server_time <= UNDO_WITHIN:
        return True
    if command.device_time is None or stamp.device_time is None:
        return False
    return timedelta(0) <= command.device_time - stamp.device_time <= UNDO_WITHIN


def _kind(step: Step) -> EventKind:
    match step:
        case Step.ACCEPT:
            return EventKind.OFFER_ACCEPTED
        case Step.DECLINE:
            return EventKind.OFFER_DECLINED
        case Step.EXPIRE:
            return EventKind.OFFER_EXPIRED
        case Step.WITHDRAW:
            return EventKind.OFFER_WITHDRAWN
        case Step.STAND_DOWN:
            return EventKind.STOOD_DOWN
        case Step.PROBLEM:
            return EventKind.PROBLEM_REPORTED
        case Step.UNDO:
            return EventKind.STEP_UNDONE
        case Step.EN_ROUTE | Step.ON_SCENE | Step.TRANSPORTING | Step.AT_DESTINATION | Step.CLEAR:
            return EventKind.STEP_TAKEN
        case _:
            assert_never(step)


def evolve(assignment: Assignment, event: Event) -> Assignment:
    """The assignment after `event`; the same events always give the same assignment."""
    state = AssignmentState(str(event.facts["state"]))
    if event.kind is EventKind.STEP_UNDONE:
        kept = {reached: stamp for reached, stamp in assignment.stamps.items() if reached is not assignment.state}
        seq = event.facts.get("seq")
        return replace(
            assignment,
            state=state,
            stamps=MappingProxyType(kept),
            last_seq=assignment.last_seq if seq is None else int(str(seq)),
            version=assignment.version + 1,
        )
    device_time = event.facts.get("device_time")
    stamp = Stamp(
        datetime.fromisoformat(str(device_time)) if device_time else None,
        event.at,
        StepSource(str(event.facts["source"])),
    )
    seq = event.facts.get("seq")
    reason = event.facts.get("reason")
    return replace(
        assignment,
        state=state,
        stamps=MappingProxyType({**assignment.stamps, state: stamp}),
        last_seq=assignment.last_seq if seq is None else int(str(seq)),
        reason=assignment.reason if reason is None else str(reason),
        version=assignment.version + 1,
    )
