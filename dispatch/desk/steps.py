"""A step of an assignment inside a transaction, with what it means for the vehicle and for those who wait."""

from datetime import datetime, timedelta

from dispatch.desk.ports import Books, DueKind
from dispatch.domain.assignment import Assignment, AssignmentState, Step, StepCommand, StepSource, decide, evolve
from dispatch.domain.refusal import Refusal
from dispatch.domain.sop import Policy
from dispatch.domain.vehicle import Duty

_ENDS_OFFER = (Step.ACCEPT, Step.DECLINE, Step.EXPIRE, Step.WITHDRAW)
_FREES = (Step.CLEAR, Step.STAND_DOWN, Step.PROBLEM)


def take_step(
    books: Books, assignment: Assignment, command: StepCommand, now: datetime, policy: Policy
) -> Assignment | Refusal:
    """One step of an assignment with what it means for the vehicle; the caller settles the request afterwards."""
    if command.step is Step.UNDO and books.get_vehicle(assignment.vehicle_id).duty is Duty.OFF_DUTY:
        return Refusal("undo_too_late", {"duty": Duty.OFF_DUTY})  # the crew went home after its trip
    events = decide(assignment, command, now)
    if isinstance(events, Refusal):
        return events
    before = assignment.state
    for event in events:
        assignment = evolve(assignment, event)
        books.add_event(event)
    books.save_assignment(assignment)
    if command.step in _ENDS_OFFER:
        books.drop_due(DueKind.OFFER_EXPIRES, assignment.id)
    vehicle_id = assignment.vehicle_id
    if command.step is Step.DECLINE:
        books.leave_alone(vehicle_id, now + timedelta(seconds=policy.decline_lock_s))
    if command.step in (Step.ACCEPT, Step.EN_ROUTE):
        at_base = command.step is Step.ACCEPT and books.get_vehicle(vehicle_id).at_base
        books.set_duty(vehicle_id, Duty.COMMITTED, at_base=at_base, now=now)
    if command.step in _FREES:
        _free(books, assignment, command.step, now)
    if command.step is Step.UNDO and before is AssignmentState.CLEARED:
        books.set_duty(vehicle_id, Duty.COMMITTED, at_base=False, now=now)
    return assignment


def _free(books: Books, assignment: Assignment, step: Step, now: datetime) -> None:
    """The vehicle is on no trip any more: it is free, has to be cleaned first (R10), or cannot go on."""
    held = books.get_vehicle(assignment.vehicle_id)
    cleared = assignment.state is AssignmentState.CLEARED
    if step is Step.PROBLEM:
        duty = Duty.OUT_OF_SERVICE
    elif cleared and books.get_request(assignment.request_id).ask.patient.infectious:
        duty = Duty.CLEANING
    else:
        duty = Duty.AVAILABLE
    books.set_duty(assignment.vehicle_id, duty, at_base=False, now=now)
    if cleared:  # a crew that was only called back needs no rest (R22)
        books.set_history(assignment.vehicle_id, on_duty_since=held.on_duty_since, trip_ended_at=now)
    wake_waiting(books, now)


def wake_waiting(books: Books, now: datetime) -> None:
    """Something changed that could help: for whoever waits the search goes on at once."""
    books.hasten_due(DueKind.PROMISE_RETRY, now)


def let_go(books: Books, request_id: str, *, actor: str, reason: str, now: datetime, policy: Policy) -> None:
    """Withdraw what is offered and stand down who is on the way."""
    for assignment in books.list_assignments(request_id):
        if assignment.is_live:
            let_one_go(books, assignment, actor=actor, reason=reason, now=now, policy=policy)


def let_one_go(books: Books, assignment: Assignment, *, actor: str, reason: str, now: datetime, policy: Policy) -> None:
    """Withdraw an offer, or stand a vehicle down."""
    step = Step.WITHDRAW if assignment.state is AssignmentState.OFFERED else Step.STAND_DOWN
    command = StepCommand(step=step, actor=actor, source=StepSource.DESK, reason=reason)
    refusal = take_step(books, assignment, command, now, policy)
    assert not isinstance(refusal, Refusal), refusal
