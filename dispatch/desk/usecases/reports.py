"""What a crew reports of its trip without taking a step: nobody is there, or the patient has died."""

from datetime import datetime, timedelta
from uuid import uuid4

from dispatch.desk.command import Command
from dispatch.desk.effects.noticing import stays_until, write_notice
from dispatch.desk.effects.promising import call_by, open_promise
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit, command
from dispatch.domain.assignment import Assignment
from dispatch.domain.death import DeathReport, has_patient
from dispatch.domain.request import Request
from dispatch.vocabulary.deaths import DeathState
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import REPORTS, Report


@command
def report(unit: Unit, books: Books, now: datetime, assignment_id: str, what: Report, *, by: Command) -> str | Refusal:
    """The crew's word: course, siren and urgency stay as they are; the operator is told. Returns the assignment's id.

    Where nobody is there, somebody rings whoever asked within `nobody_there_s`, and the vehicle stays until then. That
    a patient has died is no finding: the receiving facility is told, and the family is not until it is confirmed
    (`deaths.confirm_death`).
    """
    assignment = books.assignments.get(assignment_id)
    if assignment.state not in REPORTS[what]:
        facts = {"step": what, "state": assignment.state, "allowed": [state.value for state in REPORTS[what]]}
        return Refusal(RefusalCode.STEP_OUT_OF_ORDER, facts)
    request = books.requests.get(assignment.request_id)
    if what is Report.PATIENT_DIED:
        if not has_patient(request.ask):
            return Refusal(RefusalCode.NO_PATIENT, {"need": request.ask.need})
        _report_death(books, request, assignment, now, by.actor.id)
    else:
        policy = unit.policy(books, now)
        if stays_until(books, assignment, policy) is None:  # also where somebody was rung, and came not
            write_notice(books, assignment, Notice.NOBODY_THERE, now, by.actor.id)
        due_at = now + timedelta(seconds=policy.nobody_there_s)
        open_promise(books, request, Why.NOBODY_THERE, now, due_at=due_at)
        promise = books.promises.find_open(request.id)
        if promise is not None:
            call_by(books, promise, min(due_at, promise.due_at))
    return assignment_id


def _report_death(books: Books, request: Request, trip: Assignment, now: datetime, actor: str) -> None:
    """Kept until a doctor's word answers it: one of a trip at a time, and of a request as many as it has patients."""
    reports = [one for one in books.deaths.list_of(request.id) if one.state is not DeathState.ALIVE]
    waits = any(one.assignment_id == trip.id and one.state is DeathState.REPORTED for one in reports)
    if waits or len(reports) >= request.ask.patient.count:
        return  # a button that is pressed twice counts once
    books.deaths.add(
        DeathReport(
            id=f"M-{uuid4().hex[:12]}",
            request_id=request.id,
            assignment_id=trip.id,
            reported_at=now,
            reported_by=actor,
        )
    )
    write_notice(books, trip, Notice.PATIENT_DIED, now, actor)
