"""A booked trip before its time: looked at the evening before and until its search begins."""

from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.choosing.unlocks import unlocks_of
from dispatch.desk.command import DESK
from dispatch.desk.effects.keeping import keep, look_again, lose, overlapping
from dispatch.desk.effects.promising import close_promise, open_promise
from dispatch.desk.ports import Books, Due, DueKind, LostRaceError, find
from dispatch.desk.record import checklist_of
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.reserving import first_of, seek
from dispatch.domain.booking import CALL_WITHIN, LOOK_EVERY, SEEK_EVERY, begins_at, evening_before
from dispatch.domain.promise import CALL_BACK_WITHIN
from dispatch.domain.request import Request
from dispatch.vocabulary.events import BookingUncertain, Reserved
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import RESERVED_AGAIN, TOLD_REQUESTER, PromiseState, Why
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState


async def look(unit: Unit, due: Due) -> None:
    """Whether a booked trip still has its vehicle, and may have it; else another one is sought.

    Where none is found and the trip is near, operator and requester are told, once, and a call is owed.
    """

    async def attempt() -> Work[None]:
        now = unit.clock.now()
        request = await unit.store.read(lambda books: find(books.requests.get, due.subject))
        if request is None or request.state is not RequestState.SCHEDULED or request.ask.on_call:
            return lambda books: books.timers.drop(due.kind, due.subject)
        if request.ask.waits and request.reserved is None:  # the one that brings the patient there is still to come
            return lambda books: look_again(books, due.subject, now + LOOK_EVERY)
        decision = await seek(unit, request.ask, but=request.id, choose=request.reserved)
        policy = await unit.store.read(lambda books: unit.policy(books, now))

        def work(books: Books) -> None:
            current = books.requests.get(request.id)
            if current != request:
                raise LostRaceError(f"request {request.id} has changed since it was looked at")
            _look(books, current, decision, policy, now)

        return work

    if isinstance(await unit.commit(attempt), Refusal):
        raise LostRaceError(f"request {due.subject} is changed too often to be looked at")


def _look(books: Books, request: Request, decision: Decision, policy: Policy, now: datetime) -> None:
    at, zone = request.ask.schedule_at, decision.moment.local.tzinfo
    assert at is not None
    assert zone is not None
    uncertain = _is_known(books, request)
    if request.reserved is None or not _may_go(decision, request.reserved):
        request, found = lose(books, request, now), first_of(decision)
        if found is not None:
            if overlapping(books, found, at, now, but=request.id) is not None:
                raise LostRaceError(f"{found} has been reserved since this was decided")
            request = keep(books, request, found, now, again=uncertain)
    owed = books.promises.find_open(request.id)
    if uncertain and request.reserved is not None and owed is not None and owed.why is Why.BOOKING_UNCERTAIN:
        outcome = PromiseState.SOLVED
        close_promise(books, request.id, outcome, outcome=RESERVED_AGAIN, told=TOLD_REQUESTER, now=now)
    evening, begins = evening_before(at, policy.booking_look_h, zone), begins_at(request.ask, policy.schedule_lead_s)
    if now >= evening:
        _tell(books, request, decision, begins, now)
    again = SEEK_EVERY if request.reserved is None else LOOK_EVERY
    look_at = max(evening, now + again) if now >= evening else evening
    books.timers.drop(DueKind.BOOKING, request.id)
    if now < begins:  # a last time as it begins, should the clock be set back meanwhile
        look_again(books, request.id, min(look_at, begins))


def _is_known(books: Books, request: Request) -> bool:
    """Whether somebody was told that no vehicle is kept, and none has been since."""
    known = False
    for entry in books.journal.list_of_kinds([request.id], [BookingUncertain, Reserved]):
        known = isinstance(entry.event, BookingUncertain) and (entry.event.no_vehicle or known)
    return known


def _may_go(decision: Decision, vehicle_id: str) -> bool:
    """Whether the vehicle is the one that would go, or may go without anybody's yes."""
    verdict = decision.assess_if_considered(vehicle_id)
    return verdict is not None and verdict.eligible and not verdict.needs


def _papers_due(decision: Decision) -> tuple[Document, ...]:
    """The papers that are to be there before a trip out of the region, and are not yet; within it they may follow."""
    if decision.ask.leaves is None:
        return ()
    known = {document.value: document for document in Document}
    return tuple(known[item.code] for item in checklist_of(decision, unlocks_of(decision)) if item.code in known)


def _tell(books: Books, request: Request, decision: Decision, begins: datetime, now: datetime) -> None:
    """What the trip lacks is told once; that it has no vehicle again, where one had been found meanwhile."""
    told = [entry.event for entry in books.journal.list_of_kinds([request.id], [BookingUncertain])]
    heard = {paper for event in told if isinstance(event, BookingUncertain) for paper in event.documents}
    fresh = tuple(paper for paper in _papers_due(decision) if paper not in heard)
    untold = request.reserved is None and not _is_known(books, request)
    if not untold and not fresh:
        return
    rule = next((unlock.rule for unlock in unlocks_of(decision)), None) if untold else None
    event = BookingUncertain(rule=rule, no_vehicle=untold, documents=fresh, at=now, actor=DESK)
    books.journal.add(event.about(request.id))
    if untold:
        due_at = max(now + CALL_BACK_WITHIN, min(now + CALL_WITHIN, begins))
        open_promise(books, request, Why.BOOKING_UNCERTAIN, now, due_at=due_at)
