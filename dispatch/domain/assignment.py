"""The assignment of one vehicle to one request: from the offer to the end of the trip."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import cast

from dispatch.domain.arrival import Arrival, Foreseen
from dispatch.vocabulary.events import KINDS, EventKind, StepCorrected, StepUndone, TripEvent
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import (
    HANDS_OVER,
    INSTEAD,
    STATES,
    STEPS,
    UNDO_WITHIN,
    AssignmentState,
    Leg,
    Phase,
    StateRow,
    Step,
    StepCause,
    StepSource,
    steps_from,
    undo_leads_to,
    until,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCommand:
    """Somebody takes a step; `seq` orders one device's queue, `device_time` is its clock (aware UTC).

    `reason` is what a person wrote, `cause` why the desk takes it.
    """

    step: Step
    actor: str
    source: StepSource
    seq: int | None = None
    device_time: datetime | None = None
    reason: str | None = None
    cause: StepCause | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The three stamps of a step: the device's time, the server's, and the source."""

    device_time: datetime | None
    server_time: datetime
    source: StepSource

    @property
    def at(self) -> datetime:
        """When the step was taken: by the device's clock, unless that is ahead of the server's."""
        return min(self.device_time or self.server_time, self.server_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One vehicle asked to go, or going; `expires_at` is absolute, on the server's clock.

    `arrival` is as calculated when it was asked, `foreseen` as calculated on the way, where that is another time.
    """

    id: str
    request_id: str
    vehicle_id: str
    state: AssignmentState
    offered_at: datetime
    expires_at: datetime
    slot: int = 0
    last_seq: int | None = None
    reason: str | None = None
    stamps: Mapping[AssignmentState, Stamp] = field(default_factory=dict)
    arrival: Arrival | None = None
    foreseen: Foreseen | None = None
    version: int = 1

    @property
    def row(self) -> StateRow:
        """What its state means."""
        return STATES[self.state]

    @property
    def is_live(self) -> bool:
        """From offered to at_destination: the vehicle can be on no other."""
        return self.row.is_live

    @property
    def fills_slot(self) -> bool:
        """Whether its vehicle is asked, goes or has gone."""
        return self.row.phase is not Phase.LOST

    @property
    def stands(self) -> bool:
        """Whether its driver has said yes and not set out."""
        return self.state is AssignmentState.ACCEPTED

    @property
    def has_brought(self) -> bool:
        """Whether it is where it brings somebody, or was there and is free again."""
        return self.state is AssignmentState.AT_DESTINATION or self.row.phase is Phase.SERVED

    @property
    def counts_from(self) -> datetime:
        """The moment from which its arrival counts: the driver's yes, before that the offer."""
        yes = self.stamps.get(AssignmentState.ACCEPTED)
        return yes.server_time if yes is not None else self.offered_at

    @property
    def promised_at(self) -> datetime | None:
        """When it is at the pick-up by what was calculated when it was asked: what is said first.

        What it may stay before it sets out counts from the offer: a late answer makes a booked trip no later.
        """
        if self.arrival is None:
            return None
        wait_s = self.arrival.wait_s
        sets_out = max(self.counts_from, self.offered_at + timedelta(seconds=wait_s))
        return sets_out + timedelta(seconds=self.arrival.eta_s - wait_s)

    def arriving(self, arrival: Arrival, now: datetime) -> "Assignment":
        """The same with an arrival that was calculated now. An offer's counts from the driver's yes, still to come."""
        since = self.offered_at if arrival.wait_s else self.counts_from
        later_s = (now - since).total_seconds() if self.row.is_going or arrival.wait_s else 0.0
        return replace(self, arrival=arrival.later(later_s), version=self.version + 1)

    @property
    def leg(self) -> Leg | None:
        """Where it heads now; None where it stays, or its trip is over."""
        return Leg.MEETING if self.hands_over and self.row.loaded else self.row.leg

    @property
    def said(self) -> Foreseen | None:
        """What everybody is told of its arrival where it heads now; None where it heads nowhere or nobody knows."""
        leg, first_at = self.leg, self.promised_at
        if self.foreseen is not None and self.foreseen.leg is leg:
            return self.foreseen
        if leg is not Leg.PICKUP or first_at is None:
            return None
        return Foreseen(leg=leg, arrives_at=first_at, first_at=first_at, told_at=first_at, as_of=self.counts_from)

    @property
    def hands_over(self) -> bool:
        """Whether another vehicle is to take over whom it carries."""
        return INSTEAD < self.slot <= HANDS_OVER

    @property
    def arrives_at(self) -> datetime | None:
        """When it is expected where it heads now."""
        return self.said.arrives_at if self.said is not None else None


def decide(assignment: Assignment, command: StepCommand, now: datetime) -> TripEvent | Refusal:
    """What follows from a step: an event, or the reason why it is not carried out."""
    if command.seq is not None and assignment.last_seq is not None and command.seq <= assignment.last_seq:
        return Refusal(RefusalCode.SEQ_PASSED, {"seq": command.seq, "last_seq": assignment.last_seq})
    is_undo = command.step is Step.UNDO
    target = _target(assignment, command.step)
    if target is None:
        allowed = [step.value for step in steps_from(assignment.state) if not STEPS[step].by_desk]
        facts = {"step": command.step, "state": assignment.state, "allowed": allowed}
        return Refusal(RefusalCode.STEP_OUT_OF_ORDER, facts)
    if command.step is Step.EXPIRE and now < assignment.expires_at:
        return Refusal(RefusalCode.OFFER_STILL_STANDS, {"expires_at": assignment.expires_at.isoformat()})
    if is_undo and not _can_undo(assignment, command, now):
        return Refusal(RefusalCode.UNDO_TOO_LATE, {"within_s": UNDO_WITHIN.total_seconds()})
    kind = EventKind.STEP_UNDONE if is_undo else EventKind(STEPS[command.step].event)
    event = cast("type[TripEvent]", KINDS[kind])(
        at=now,
        request_id=assignment.request_id,
        assignment_id=assignment.id,
        vehicle_id=assignment.vehicle_id,
        actor=command.actor,
        state=target,
        source=command.source,
        device_time=command.device_time,
        seq=command.seq,
        reason=command.reason,
        cause=command.cause,
    )
    return replace(event, undone=assignment.state) if isinstance(event, StepUndone) else event


def _target(assignment: Assignment, step: Step) -> AssignmentState | None:
    if step is Step.UNDO:
        return undo_leads_to(assignment.state, assignment.stamps)
    row = STEPS[step]
    return row.leads_to if assignment.state in row.leads_from else None


def _can_undo(assignment: Assignment, command: StepCommand, now: datetime) -> bool:
    """A tap is taken back within seconds, by the server's clock or, for a queue sent later, by the device's.

    Where the server's clock was set back since the tap, it tells nothing about how long ago that was.
    """
    stamp = assignment.stamps[assignment.state]
    if stamp.source in (StepSource.CORRECTION, StepSource.DESK):
        return False  # that was no tap
    if timedelta(0) <= now - stamp.server_time <= UNDO_WITHIN:
        return True
    if command.device_time is None or stamp.device_time is None:
        return False
    return timedelta(0) <= command.device_time - stamp.device_time <= UNDO_WITHIN


def evolve(assignment: Assignment, event: TripEvent) -> Assignment:
    """The assignment after `event`; the same events always give the same assignment."""
    stamps, undone = dict(assignment.stamps), isinstance(event, StepUndone)
    is_back = not undone and event.state in until(assignment.state)  # to another place
    says_why = not isinstance(event, StepUndone | StepCorrected)
    if undone or not assignment.fills_slot:  # what is taken back leaves no stamp, nor an offer's end before a late yes
        stamps.pop(assignment.state, None)
    if is_back or isinstance(event, StepCorrected):
        stamps = {state: stamp for state, stamp in stamps.items() if state in until(event.state)}
    if isinstance(event, StepCorrected):
        stamps[event.corrected] = Stamp(event.since, event.at, event.source)
    elif not undone:
        stamps[event.state] = Stamp(event.device_time, event.at, event.source)
    return replace(
        assignment,
        state=event.state,
        stamps=MappingProxyType(stamps),
        last_seq=assignment.last_seq if event.seq is None else event.seq,
        reason=(event.reason if says_why else None) or assignment.reason,
        version=assignment.version + 1,
    )
