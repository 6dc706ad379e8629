"""What the desk notices about a trip inside a transaction: the operator is told once of each thing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.death import is_coming
from dispatch.vocabulary.events import PromiseCalled, TripNoticed
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import AssignmentState


def noticed(books: Books, assignment: Assignment) -> set[Notice]:
    """What the operator has been told of this trip."""
    entries = books.journal.list_of_kinds([assignment.request_id], [TripNoticed])
    events = (entry.event for entry in entries if entry.event.assignment_id == assignment.id)
    return {event.what for event in events if isinstance(event, TripNoticed)}


def notice(books: Books, assignment: Assignment, what: Notice, now: datetime, actor: str = DESK) -> None:
    """Tell the operator, unless that was told of this trip."""
    if what not in noticed(books, assignment):
        write_notice(books, assignment, what, now, actor)


def write_notice(books: Books, assignment: Assignment, what: Notice, now: datetime, actor: str) -> None:
    """Tell the operator, whether that was told before or not."""
    event = TripNoticed(what=what, aboard=is_coming(assignment), at=now, actor=actor)
    books.journal.add(event.about(assignment.request_id, assignment_id=assignment.id, vehicle_id=assignment.vehicle_id))


def stays_until(books: Books, trip: Assignment, policy: Policy) -> datetime | None:
    """Until when a vehicle stays whose crew found nobody: whoever asked is rung, or `nobody_there_s` are over.

    None where nobody reported that of this trip, or somebody has rung since.
    """
    since: datetime | None = None
    for entry in books.journal.list_of_kinds([trip.request_id], [TripNoticed, PromiseCalled]):
        event = entry.event
        if isinstance(event, PromiseCalled) and since is not None:
            return None
        if isinstance(event, TripNoticed) and (event.what, event.assignment_id) == (Notice.NOBODY_THERE, trip.id):
            since = event.at
    return since + timedelta(seconds=policy.nobody_there_s) if since is not None else None


def judge_staying(books: Books, trips: Iterable[Assignment], now: datetime, policy: Policy) -> Refusal | None:
    """Why one of these vehicles cannot leave yet: it stands where its crew found nobody, and nobody has rung."""
    for trip in trips:
        until = stays_until(books, trip, policy) if trip.state is AssignmentState.ON_SCENE else None
        if until is not None and now < until:
            return Refusal(RefusalCode.STAYS_UNTIL_RUNG, {"vehicle_id": trip.vehicle_id, "until": until.isoformat()})
    return None
