"""What a crew reports of its trip without taking a step: nobody is there, or the patient has died."""

from datetime import datetime, timedelta

from dispatch.desk.command import Command
from dispatch.desk.effects.noticing import notice
from dispatch.desk.effects.promising import call_by, open_promise
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit, command
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import REPORTS, Report


@command
def report(unit: Unit, books: Books, now: datetime, assignment_id: str, what: Report, *, by: Command) -> str | Refusal:
    """The crew's word: course, siren and urgency stay as they are; the operator is told. Returns the assignment's id.

    Where nobody is there, somebody rings whoever asked within `nobody_there_s`, and the vehicle stays until then. That
    a patient has died is no finding: the receiving facility is told, and the family is not until it is confirmed.
    """
    assignment = books.assignments.get(assignment_id)
    if assignment.state not in REPORTS[what]:
        facts = {"step": what, "state": assignment.state, "allowed": [state.value for state in REPORTS[what]]}
        return Refusal(RefusalCode.STEP_OUT_OF_ORDER, facts)
    notice(books, assignment, Notice(what.value), now, by.actor.id)
    if what is Report.NOBODY_THERE:
        request, policy = books.requests.get(assignment.request_id), unit.policy(books, now)
        due_at = now + timedelta(seconds=policy.nobody_there_s)
        open_promise(books, request, Why.NOBODY_THERE, now, due_at=due_at)
        promise = books.promises.find_open(request.id)
        if promise is not None:
            call_by(books, promise, min(due_at, promise.due_at))
    return assignment_id
