"""The tail: reads on in the journal, and writes down who is told what, with the cursor in the same transaction."""

import logging
from datetime import datetime, timedelta

from dispatch.desk.ports import Books, JournalEntry, LostRaceError, NotFoundError, Store
from dispatch.domain.assignment import Assignment
from dispatch.domain.message import Message
from dispatch.domain.vehicle import Vehicle
from dispatch.tell.plan import Known, Tellings, messages_for
from dispatch.vocabulary.events import Event
from dispatch.vocabulary.trip_steps import AssignmentState

_BATCH = 200
_log = logging.getLogger(__name__)


async def tell_on(store: Store) -> bool:
    """Plan the messages of the next entries; returns whether there were any. What is written is short: rows alone.

    Raises StoreUnavailableError.
    """
    told, last, planned = await store.read(_plan)
    if last == told:
        return False

    def keep(books: Books) -> None:
        books.outbox.move_told_seq(told, last)
        for telling in planned:
            if isinstance(telling, Message):
                books.outbox.add(telling)
            else:
                books.outbox.drop(telling)

    try:
        await store.write(keep)
    except LostRaceError:
        _log.debug("another process has told the journal up to here")
    return True


def _plan(books: Books) -> tuple[int, int, Tellings]:
    told = books.outbox.get_told_seq()
    entries = books.journal.list_after(told, _BATCH)
    planned = tuple(telling for entry in entries for telling in _tellings(books, entry))
    return told, entries[-1].seq if entries else told, planned


def _tellings(books: Books, entry: JournalEntry) -> Tellings:
    """One entry that cannot be understood is passed over: whoever waits behind it is told all the same."""
    try:
        return messages_for(entry.seq, entry.event, known_of(books, entry.event))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        _log.warning("journal entry %d (%s) is told to nobody: %s", entry.seq, entry.event.kind, type(error).__name__)
        return ()


def known_of(books: Books, event: Event) -> Known:
    """What the books say around an event."""
    ask = None
    assignments: list[Assignment] = []
    if event.request_id is not None:
        try:
            ask = books.requests.get(event.request_id).ask
        except NotFoundError:
            ask = None
        assignments = books.assignments.list_of(event.request_id)
    vehicle = _find_vehicle(books, event.vehicle_id)
    actor = books.people.find(event.actor) if event.actor else None
    return Known(
        facility=ask.requester if ask else None,
        need=ask.need.value if ask else None,
        agency=vehicle.agency if vehicle else None,
        has_base=vehicle is not None and vehicle.base is not None,
        own_act=actor is not None and actor.vehicle is not None and actor.vehicle == event.vehicle_id,
        had_trip=any(a.state is AssignmentState.CLEARED for a in assignments),
        going=tuple(a.vehicle_id for a in assignments if a.is_live and a.state is not AssignmentState.OFFERED),
        arrives_at=next((_arrives_at(books, a) for a in assignments if a.id == event.assignment_id), None),
    )


def _arrives_at(books: Books, assignment: Assignment) -> datetime | None:
    arrival = books.find_arrival(assignment.id)
    return assignment.offered_at + timedelta(seconds=arrival.eta_s) if arrival else None


def _find_vehicle(books: Books, vehicle_id: str | None) -> Vehicle | None:
    if vehicle_id is None:
        return None
    try:
        return books.vehicles.get(vehicle_id).vehicle
    except NotFoundError:
        return None
