"""What the desk notices about a trip inside a transaction: the operator is told once of each thing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.death import is_coming
from dispatch.domain.request import Request
from dispatch.vocabulary.deaths import DeathState
from dispatch.vocabulary.events import PromiseCalled, RequestChanged, TripNoticed
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.notices import Changed, Notice
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


def write_meeting(books: Books, ahead: Assignment, vehicle_id: str, now: datetime, actor: str) -> None:
    """Tell the operator, once of each vehicle, that it could meet a first contact which drives with the patient."""
    entries = books.journal.list_of_kinds([ahead.request_id], [TripNoticed])
    said = (
        (e.event.what, e.event.assignment_id, e.event.vehicle_id) for e in entries if isinstance(e.event, TripNoticed)
    )
    if (Notice.MAY_MEET, ahead.id, vehicle_id) not in said:
        event = TripNoticed(what=Notice.MAY_MEET, aboard=True, at=now, actor=actor)
        books.journal.add(event.about(ahead.request_id, assignment_id=ahead.id, vehicle_id=vehicle_id))


def _nobody_there(books: Books, trip: Assignment) -> tuple[datetime | None, bool]:
    """Since when a crew has found nobody at this place, and whether somebody has rung since."""
    since, is_rung = None, False
    for entry in books.journal.list_of_kinds([trip.request_id], [TripNoticed, PromiseCalled, RequestChanged]):
        event = entry.event
        if isinstance(event, RequestChanged) and Changed.PICKUP in event.changed:
            since = None
        if isinstance(event, PromiseCalled):
            is_rung = True
        if isinstance(event, TripNoticed) and (event.what, event.assignment_id) == (Notice.NOBODY_THERE, trip.id):
            since, is_rung = event.at, False
    return since, is_rung


def stays_until(books: Books, trip: Assignment, policy: Policy) -> datetime | None:
    """Until when a vehicle stays whose crew found nobody: whoever asked is rung, or `nobody_there_s` are over.

    None where nobody reported that of this trip and place, or somebody has rung since.
    """
    since, is_rung = _nobody_there(books, trip)
    return since + timedelta(seconds=policy.nobody_there_s) if since is not None and not is_rung else None


def judge_staying(books: Books, trips: Iterable[Assignment], now: datetime, policy: Policy) -> Refusal | None:
    """Why one of these vehicles cannot leave yet: it stands where its crew found nobody, and nobody has rung."""
    for trip in trips:
        until = stays_until(books, trip, policy) if trip.state is AssignmentState.ON_SCENE else None
        if until is not None and now < until:
            return Refusal(RefusalCode.STAYS_UNTIL_RUNG, {"vehicle_id": trip.vehicle_id, "until": until.isoformat()})
    return None


def judge_treated(books: Books, request: Request, trip: Assignment) -> Refusal | None:
    """Why a trip is not over on the scene with nobody aboard: its request is served there only where the crew treated
    whoever called, or a doctor has confirmed the death there. Who goes ahead or beside others may leave it to them."""
    if trip.state is not AssignmentState.ON_SCENE or trip.slot < 0:
        return None
    deaths = books.deaths.list_of(request.id)
    died = any(one.assignment_id == trip.id and one.state is DeathState.CONFIRMED for one in deaths)
    treated = request.ask.need is Need.EMERGENCY and _nobody_there(books, trip)[0] is None
    return None if died or treated else Refusal(RefusalCode.NOBODY_CARRIED, {"need": request.ask.need})
