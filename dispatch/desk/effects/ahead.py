"""Whether a vehicle of a red is a first contact (R04), or was one before it had the patient aboard."""

from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request
from dispatch.vocabulary.events import OfferMade, RequestChanged
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import FIRST_CONTACT


def went_ahead(books: Books, trip: Assignment) -> bool:
    """Whether a vehicle was asked to go ahead of another one, or has been ahead since the request was changed."""
    said = (entry.event for entry in books.journal.list_of_kinds([trip.request_id], [OfferMade, RequestChanged]))
    return any(
        (isinstance(event, OfferMade) and event.assignment_id == trip.id and event.slot == FIRST_CONTACT)
        or (isinstance(event, RequestChanged) and trip.id in event.ahead)
        for event in said
    )


def carries_alone(books: Books, request: Request) -> Assignment | None:
    """The first contact that drives a red to its destination with nobody behind it any more."""
    if request.ask.urgency is not Urgency.RED or request.state in ENDS:
        return None
    carrying = (a for a in books.assignments.list_of(request.id) if a.slot >= 0 and a.row.loaded)
    return next((a for a in carrying if went_ahead(books, a)), None)
