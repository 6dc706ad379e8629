"""What the desk notices about a trip inside a transaction: the operator is told once of each thing."""

from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.events import TripNoticed
from dispatch.vocabulary.notices import Notice


def noticed(books: Books, assignment: Assignment) -> set[Notice]:
    """What the operator has been told of this trip."""
    entries = books.journal.list_of_kinds([assignment.request_id], [TripNoticed])
    events = (entry.event for entry in entries if entry.event.assignment_id == assignment.id)
    return {event.what for event in events if isinstance(event, TripNoticed)}


def notice(books: Books, assignment: Assignment, what: Notice, now: datetime, actor: str = DESK) -> None:
    """Tell the operator, unless that was told of this trip."""
    if what not in noticed(books, assignment):
        event = TripNoticed(what=what, at=now, actor=actor)
        books.journal.add(
            event.about(assignment.request_id, assignment_id=assignment.id, vehicle_id=assignment.vehicle_id)
        )
