"""What ended under a driver: an offer or a trip that is not theirs any more, and why, until it is read."""

from datetime import datetime, timedelta

from dispatch.desk.effects.steps import is_late_yes_of_use
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases.trips import takes_late_yes
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.reading.base import Out, PointOut, ends_out
from dispatch.reading.requests import trip_in_scope
from dispatch.vocabulary.events import HandedOver, OfferExpired, OfferWithdrawn, StoodDown, TripEvent
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, StepCause

_LATELY = timedelta(hours=12)  # of an offer that is older a late yes is nobody's; this project's own figure
_KINDS = (OfferExpired, OfferWithdrawn, StoodDown, HandedOver)


class EndedOut(Out):
    """An offer or a trip that somebody else ended, or that ran out: why, and how the request stands.

    `was_going`: its driver had said yes. `can_go`: a yes that comes now is still taken.
    """

    assignment_id: str
    at: datetime
    state: AssignmentState
    was_going: bool
    cause: StepCause | None
    reason: str | None
    request_state: RequestState
    need: Need
    pickup: PointOut
    can_go: bool


async def ended_out(unit: Unit, person: Person, assignment_id: str | None, lang: Lang) -> EndedOut | None:
    """How this trip of the driver's vehicle ended; without an id the last offer that ran out of what still waits.

    None where it goes on, where its own driver ended it, and where the same request is the vehicle's again. Raises
    NotFoundError for another vehicle's.
    """
    now = unit.clock.now()
    found = await unit.store.read(lambda books: _find(books, person, assignment_id, now, lang))
    if found is None or not found.can_go or await takes_late_yes(unit, found.assignment_id):
        return found
    return found.model_copy(update={"can_go": False}) if assignment_id is not None else None


def _find(books: Books, person: Person, assignment_id: str | None, now: datetime, lang: Lang) -> EndedOut | None:
    """The same as far as the books say; where the SOP keeps a vehicle from going is not judged yet."""
    trip = trip_in_scope(books, person, assignment_id)[0] if assignment_id is not None else _ran_out(books, person, now)
    if trip is None or trip.is_live:
        return None
    live = books.assignments.find_live(trip.vehicle_id)
    if live is not None and live.request_id == trip.request_id:
        return None
    entries = books.journal.list_of_kinds([trip.request_id], _KINDS)
    last = next((e.event for e in reversed(entries) if e.event.assignment_id == trip.id), None)
    if not isinstance(last, TripEvent) or last.state is not trip.state or last.actor == person.id:
        return None
    request, expired = books.requests.get(trip.request_id), trip.state is AssignmentState.EXPIRED
    return EndedOut.of(
        request.ask,
        assignment_id=trip.id,
        at=last.at,
        state=trip.state,
        was_going=AssignmentState.ACCEPTED in trip.stamps,
        cause=last.cause,
        reason=last.reason,
        request_state=request.state,
        pickup=ends_out(request.ask, lang)["pickup"],
        can_go=expired and is_late_yes_of_use(books, trip),
    )


def _ran_out(books: Books, person: Person, now: datetime) -> Assignment | None:
    """The last offer to the driver's vehicle that ran out, of a request for which a late yes is still of use."""
    mine = books.assignments.list_of_vehicle(person.vehicle, since=now - _LATELY) if person.vehicle is not None else []
    late = [a for a in mine if a.state is AssignmentState.EXPIRED and is_late_yes_of_use(books, a)]
    return late[-1] if late else None
