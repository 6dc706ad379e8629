"""A request with all that stands for it, as pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.desk.ports import Approval, Books, Contact, JournalEntry
from dispatch.domain.assignment import Assignment
from dispatch.domain.promise import Promise
from dispatch.domain.ranking import Arrival
from dispatch.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request with its assignments and their arrivals, approvals, promise, last decision and journal."""

    request: Request
    assignments: tuple[tuple[Assignment, Arrival | None], ...]
    approvals: tuple[Approval, ...]
    promise: Promise | None
    decision: Mapping[str, object] | None
    entries: tuple[JournalEntry, ...]
    contact: Contact
    track_token: str


def view_of(books: Books, request_id: str) -> RequestView:
    """The view of one request. Raises NotFoundError."""
    request = books.get_request(request_id)
    return RequestView(
        request=request,
        assignments=tuple((a, books.find_arrival(a.id)) for a in books.list_assignments(request_id)),
        approvals=tuple(books.list_approvals(request_id)),
        promise=books.find_open_promise(request_id),
        decision=books.find_last_decision(request_id),
        entries=tuple(books.list_events_of(request_id)),
        contact=books.get_contact(request_id),
        track_token=books.get_track_token(request_id),
    )
