"""The tail: reads on in the journal, and writes down who is told what, with the cursor in the same transaction."""

import logging

from dispatch.desk.ports import Books, JournalEntry, LostRaceError, Store, find
from dispatch.domain.aboard import was_picked_up
from dispatch.domain.message import Message
from dispatch.tell.plan import Known, Tellings, messages_for
from dispatch.vocabulary.deaths import DeathState
from dispatch.vocabulary.events import Event, HandedOver, RequestEnded, StepCorrected, StepTaken, StepUndone, TripEvent
from dispatch.vocabulary.trip_steps import STATES, Phase

_BATCH = 200
_log = logging.getLogger(__name__)


async def tell_on(store: Store) -> bool:
    """Plan the messages of the next entries; returns whether there were any, also such that nobody can read.

    What is written is short: rows alone.

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
    part = books.journal.list_after(told, _BATCH)
    planned = tuple(telling for entry in part.entries for telling in _tellings(books, entry))
    return told, part.last, planned


def _tellings(books: Books, entry: JournalEntry) -> Tellings:
    """One entry that cannot be told is passed over: whoever waits behind it is told all the same."""
    try:
        return messages_for(entry.seq, entry.event, known_of(books, entry))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        _log.warning("journal entry %d (%s) is told to nobody: %s", entry.seq, entry.event.kind, type(error).__name__)
        return ()


def known_of(books: Books, entry: JournalEntry) -> Known:
    """What the books say around an event."""
    event = entry.event
    request = find(books.requests.get, event.request_id)
    held = find(books.vehicles.get, event.vehicle_id)
    assignments = books.assignments.list_of(request.id) if request else []
    actor = books.people.find(event.actor) if event.actor and held else None
    return Known(
        facility=request.ask.requester if request else None,
        to_facility=request.ask.dropoff.facility if request and request.ask.dropoff else None,
        death_reported=request is not None and _death_reported(books, event),
        need=request.ask.need if request else None,
        agency=held.vehicle.agency if held else None,
        has_base=held is not None and held.vehicle.base is not None,
        own_act=actor is not None and actor.vehicle == event.vehicle_id,
        aboard=any(a.id == event.assignment_id and was_picked_up(a) for a in assignments),
        had_trip=isinstance(event, RequestEnded) and _had_trip(books, entry),
        going=tuple(a.vehicle_id for a in assignments if a.row.is_going),
        arrives_at=next((a.promised_at for a in assignments if a.id == event.assignment_id), None),
    )


def _death_reported(books: Books, event: Event) -> bool:
    """Whether the crew of this trip says that its patient has died, and nobody has answered yet."""
    reports = books.deaths.list_of(event.request_id or "") if isinstance(event, StepTaken | StepCorrected) else []
    return any(one.assignment_id == event.assignment_id and one.state is DeathState.REPORTED for one in reports)


def _had_trip(books: Books, entry: JournalEntry) -> bool:
    """Whether a trip had been driven to its end by then: since then that end may have been undone."""
    kinds = (StepTaken, StepUndone, StepCorrected, HandedOver)
    steps = books.journal.list_of_kinds([entry.event.request_id or ""], kinds)
    last = {
        step.event.assignment_id: step.event.state
        for step in steps
        if step.seq < entry.seq and isinstance(step.event, TripEvent)
    }
    return any(STATES[state].phase is Phase.SERVED for state in last.values())
