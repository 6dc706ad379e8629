"""A step of an assignment inside a transaction, with what it means for the vehicle and for those who wait."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.desk.effects.asking import go_without
from dispatch.desk.effects.keeping import look_at_kept
from dispatch.desk.effects.staying import goes_on_after_all, leave, stay
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.aboard import was_picked_up
from dispatch.domain.assignment import Assignment, StepCommand, decide, evolve
from dispatch.domain.booking import begins_at
from dispatch.domain.correction import Correction, decide_correction
from dispatch.domain.request import unfilled_slots
from dispatch.vocabulary.events import OfferDeclined, ProblemReported, TripEvent
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, OPEN
from dispatch.vocabulary.trip_steps import (
    INSTEAD,
    KEPT_UNTIL_BETTER,
    STATES,
    AssignmentState,
    Phase,
    Step,
    StepCause,
    StepSource,
)
from dispatch.vocabulary.vehicle_classes import Duty

LONGEST = timedelta(days=1)  # from the offer of a trip to its diversion; this project's own figure
_RELEASES = {AssignmentState.OFFERED: Step.WITHDRAW, AssignmentState.AT_DESTINATION: Step.CLEAR}


def take_step(
    books: Books, assignment: Assignment, command: StepCommand, now: datetime, policy: Policy
) -> Assignment | Refusal:
    """One step of an assignment with what it means for the vehicle; the caller settles the request afterwards."""
    vehicle_id = assignment.vehicle_id
    if command.step is Step.UNDO and books.vehicles.get(vehicle_id).duty is Duty.OFF_DUTY:
        return Refusal(RefusalCode.UNDO_TOO_LATE, {"duty": Duty.OFF_DUTY})  # the crew went home after its trip
    event = decide(assignment, command, now)
    if isinstance(event, Refusal):
        return event
    if assignment.row.phase is Phase.LOST and not is_late_yes_of_use(books, assignment):
        return offer_is_over(assignment, now)
    return _follow(books, assignment, event, now, policy)


def offer_is_over(offer: Assignment, now: datetime) -> Refusal:
    """Why a yes to an offer that has ended is not taken any more."""
    return Refusal(RefusalCode.OFFER_EXPIRED, {"late_s": round((now - offer.expires_at).total_seconds(), 1)})


def correct_step(
    books: Books, assignment: Assignment, correction: Correction, now: datetime, policy: Policy
) -> Assignment | Refusal:
    """A step that was tapped wrongly is put right, with what it means for the vehicle as if it had been tapped so."""
    event = decide_correction(assignment, correction, now)
    if isinstance(event, Refusal):
        return event
    if not assignment.is_live and STATES[event.state].is_live:
        vehicle_id = assignment.vehicle_id
        duty, other = books.vehicles.get(vehicle_id).duty, books.assignments.find_live(vehicle_id)
        if duty not in (Duty.AVAILABLE, Duty.CLEANING) or other is not None:
            return Refusal(RefusalCode.VEHICLE_WENT_ON, {"vehicle_id": vehicle_id, "duty": duty})
    return _follow(books, assignment, event, now, policy)


def _follow(books: Books, assignment: Assignment, event: TripEvent, now: datetime, policy: Policy) -> Assignment:
    """What the assignment is after an event of its trip, with what that means for the vehicle and for who waits."""
    before, vehicle_id = assignment.row, assignment.vehicle_id
    assignment = evolve(assignment, event)
    books.journal.add(event)
    books.assignments.save(assignment)
    if before.phase is Phase.OFFER:
        books.timers.drop(DueKind.OFFER_EXPIRES, assignment.id)
    if isinstance(event, OfferDeclined) and not _was_diverted(books, assignment):
        books.vehicles.leave_alone(vehicle_id, now + timedelta(seconds=policy.decline_lock_s))
    if before.phase is Phase.SERVED and assignment.is_live:
        goes_on_after_all(books, assignment)
    if not before.is_going and assignment.row.is_going:
        leave(books, vehicle_id, now, but=assignment.request_id)
        go_without(books, vehicle_id, now, but=assignment.request_id)
    if before.is_going and not assignment.row.is_going:
        _free(books, assignment, event, now)
    elif not before.is_going and assignment.row.is_going:
        # A vehicle that was at its base is there still when its driver says yes, and not when an end is undone.
        at_base = before.phase in (Phase.OFFER, Phase.LOST) and books.vehicles.get(vehicle_id).at_base
        books.vehicles.set_duty(vehicle_id, Duty.COMMITTED, at_base=at_base, now=now)
        books.vehicles.set_to_clean(vehicle_id, on=False)  # its trip goes on
    elif STATES[assignment.state].phase is Phase.UNDER_WAY and before.phase is Phase.ASSIGNED:
        books.vehicles.set_duty(vehicle_id, Duty.COMMITTED, at_base=False, now=now)
    _wake_way_back(books, assignment, now, policy)
    if before.is_live and not assignment.is_live:
        for kind in (DueKind.WATCH, DueKind.HAND_OVER):
            books.timers.drop(kind, assignment.id)
        wake_waiting(books, now)
    elif assignment.row.is_going:
        red = books.requests.get(assignment.request_id).ask.urgency is Urgency.RED
        watch_at = now + timedelta(seconds=_quiet_s(assignment.state, policy, red=red))
        books.timers.set(Due(kind=DueKind.WATCH, subject=assignment.id, at=watch_at))
        if red and not before.is_going:
            books.timers.set(Due(kind=DueKind.SOONER, subject=assignment.request_id, at=now))
    return assignment


def _was_diverted(books: Books, declined: Assignment) -> bool:
    """Whether the offer took its vehicle from a trip to another request that waits: who declines a red has not declined
    that one, and may be asked for it again at once."""
    if books.requests.get(declined.request_id).ask.urgency is not Urgency.RED:
        return False
    trips = books.assignments.list_of_vehicle(declined.vehicle_id, since=declined.offered_at - LONGEST)
    return any(
        a.request_id != declined.request_id
        and a.state is AssignmentState.STOOD_DOWN
        and a.stamps[a.state].server_time == declined.offered_at
        and books.requests.get(a.request_id).state in OPEN
        for a in trips
    )


def _wake_way_back(books: Books, there: Assignment, now: datetime, policy: Policy) -> None:
    """Where somebody was brought there, a way back whose time is near need not wait for that any more."""
    request = books.requests.get(there.request_id)
    rides = books.requests.list_series(request.series) if request.series is not None and there.has_brought else []
    for ride in rides:
        timer = books.timers.find(DueKind.SCHEDULED, ride.id) if ride.returns == request.id else None
        if timer is not None and not ride.ask.on_call:
            books.timers.set(replace(timer, at=max(now, begins_at(ride.ask, policy.schedule_lead_s))))


def _quiet_s(state: AssignmentState, policy: Policy, *, red: bool) -> float:
    """Seconds in which nothing can be amiss after a step to this state, so that the trip is looked at only then.

    A trip that drives from here on is looked at now, so that it is known where it was.
    """
    if state is AssignmentState.ACCEPTED:
        return policy.depart_red_s if red else policy.depart_other_s
    return policy.trip_ends_s if state is AssignmentState.AT_DESTINATION else 0.0


def is_late_yes_of_use(books: Books, late: Assignment) -> bool:
    """Whether a yes that comes after its time is still of use: the slot is empty, and the vehicle free; or it was to go
    instead of one that is on its way still, and nobody else is asked for that."""
    request = books.requests.get(late.request_id)
    if request.state in ENDS or not books.vehicles.get(late.vehicle_id).is_free:
        return False
    trips = books.assignments.list_of(request.id)
    if late.slot == INSTEAD:
        live = [a for a in trips if a.is_live]
        beside = any(a.slot in (INSTEAD, KEPT_UNTIL_BETTER) or a.hands_over for a in live)
        on_its_way = any(a.slot >= 0 and a.row.is_going and not a.row.met for a in live)
        return bool(unfilled_slots(request.wanted, trips)) or (on_its_way and not beside)
    return all(other.slot != late.slot or not other.fills_slot for other in trips)


def _free(books: Books, assignment: Assignment, event: TripEvent, now: datetime) -> None:
    """The vehicle is on no trip any more: it is free, has to be cleaned first (R10), or cannot go on; what is due then
    stays due until it is done."""
    held = books.vehicles.get(assignment.vehicle_id)
    cleared = assignment.state is AssignmentState.CLEARED
    carried = cleared or was_picked_up(assignment)
    to_clean = carried and books.requests.get(assignment.request_id).ask.patient.infectious
    books.vehicles.set_to_clean(assignment.vehicle_id, on=to_clean)
    if isinstance(event, ProblemReported):
        duty = Duty.OUT_OF_SERVICE
        books.vehicles.set_broke_at(assignment.vehicle_id, now)
    else:
        duty = Duty.CLEANING if to_clean else Duty.AVAILABLE
    books.vehicles.set_duty(assignment.vehicle_id, duty, at_base=False, now=now)
    if duty is Duty.OUT_OF_SERVICE:
        look_at_kept(books, assignment.vehicle_id, now)
        go_without(books, assignment.vehicle_id, now)
    stays = duty is not Duty.OUT_OF_SERVICE and stay(books, assignment, now)
    if cleared and not stays:  # a crew that was only called back needs no rest (R22), nor yet one that is at its task
        books.vehicles.set_history(assignment.vehicle_id, on_duty_since=held.on_duty_since, trip_ended_at=now)


def wake_waiting(books: Books, now: datetime) -> None:
    """Something changed that could help: for every request that waits the search goes on at this time, and for every
    red to which somebody is on the way it is asked who would be sooner."""
    for kind in (DueKind.PROMISE_RETRY, DueKind.SOONER):
        books.timers.hasten(kind, now)


def judge_anew(books: Books, now: datetime, *, since: datetime) -> None:
    """Other rules hold `since` then: whoever waits is searched for at that time, and every kept vehicle looked at now,
    since a booked trip is judged by what is published for its own time."""
    wake_waiting(books, max(now, since))
    look_at_kept(books, None, now)


def release(
    books: Books,
    assignments: Iterable[Assignment],
    *,
    actor: str,
    now: datetime,
    policy: Policy,
    reason: str | None = None,
    cause: StepCause | None = None,
) -> None:
    """Withdraw what of these is offered, and stand the vehicles of the others that are live down; the trip of one that
    stands at its destination is over."""
    for assignment in assignments:
        if assignment.is_live:
            step = _RELEASES.get(assignment.state, Step.STAND_DOWN)
            command = StepCommand(step=step, actor=actor, source=StepSource.DESK, reason=reason, cause=cause)
            refusal = take_step(books, assignment, command, now, policy)
            assert not isinstance(refusal, Refusal), refusal
