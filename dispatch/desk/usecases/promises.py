"""The ledger of promises: calls that were made, hand-overs, documents that came in, and how each promise ended."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.promising import call_by, close_promise
from dispatch.desk.effects.series import end_along, unserved_with
from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.desk.unit import Unit, Work, command, transaction
from dispatch.domain.aboard import carrying
from dispatch.domain.people import heirs_of
from dispatch.domain.promise import (
    CALL_AGAIN_AFTER,
    CALL_BACK_WITHIN,
    ESCALATE_EVERY,
    Call,
    Promise,
    called,
    handed_over,
    overdue,
    remind_at,
    stands_beside,
)
from dispatch.domain.request import Place, judge_ask
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.events import (
    Noted,
    PromiseCalled,
    PromiseHandedOver,
    PromiseOverdue,
    PromiseReminded,
    StockCame,
)
from dispatch.vocabulary.promises import LADDER, OPERATOR, CallOutcome, CloseOutcome, PromiseKind, PromiseState
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState

# With these a promise ends; its request goes on where it has something else, and ends so where it has nothing.
_ENDS = {
    CloseOutcome.HANDED_OUT: RequestState.COMPLETED,
    CloseOutcome.NOT_NEEDED: RequestState.CANCELLED_BY_REQUESTER,
}


async def stock_came(
    unit: Unit, subject: str, *, facility: str | None, count: int, by: Command
) -> tuple[str, ...] | Refusal:
    """So many of a document have come: those who waited longest are to be called first, and now.

    Returns the promises' ids in the order of the calls.
    """
    now = unit.clock.now()

    def work(books: Books) -> str:
        waiting = [(promise, books.requests.get(promise.request_id).ask) for promise in books.promises.list_open()]
        mine = [p for p, ask in waiting if ask.subject == subject and facility in (None, ask.requester)]
        first = sorted(mine, key=lambda promise: (promise.made_at, promise.id))[:count]
        for place, held in enumerate(first, 1):
            promise = replace(held, due_at=now + CALL_AGAIN_AFTER * place, version=held.version + 1)
            books.promises.save(promise)
            call_by(books, promise, promise.due_at)
            came = StockCame(subject=subject, place=place, due_at=promise.due_at, at=now, actor=by.actor.id)
            books.journal.add(came.about(promise.request_id))
        return " ".join(promise.id for promise in first)

    return _ids(await unit.once_at(by, work))


async def deliver(unit: Unit, request_id: str, to: Place, *, by: Command) -> str | Refusal:
    """A document goes to the house: from now on a vehicle that may carry it is searched for."""

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        held = await unit.store.read(lambda books: books.requests.get(request_id))
        asked = replace(held, ask=replace(held.ask, deliver=True, dropoff=to))
        refusal = judge_ask(asked.ask)
        written = await unit.write_down(await unit.search_again(asked, now))

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if refusal is not None:
                return refusal
            if current.state is not RequestState.WAITING or current.ask.deliver:
                return Refusal(RefusalCode.NOT_TO_DELIVER, {"state": current.state})
            changed = replace(current, ask=asked.ask, version=current.version + 1)
            books.requests.save(changed)
            _becomes_a_vehicle(books, request_id, now)
            books.journal.add(Noted(delivers=True, at=now, actor=by.actor.id).about(request_id))
            carry_out(books, changed, written)
            settle(books, changed, now)
            return request_id

        return work

    return await unit.once(by, attempt)


@command
def log_call(
    _: Unit,
    books: Books,
    now: datetime,
    promise_id: str,
    outcome: CallOutcome,
    *,
    told: str,
    text: str,
    by: Command,
) -> str | Refusal:
    """Write down how a call-back went; whom to try next, and by when, follows from it. Returns the promise's id."""
    promise = books.promises.get(promise_id)
    call = Call(promise_id=promise_id, at=now, by=by.actor.id, whom=promise.whom, outcome=outcome, told=told, note=text)
    requester = books.requests.get(promise.request_id).ask.requester
    facility = books.facilities.find(requester) if requester else None
    search = books.timers.find(DueKind.SCHEDULED, promise.request_id)  # until then there is nothing new to say
    has_facility = facility is not None and facility.phone is not None
    after = called(promise, call, has_facility=has_facility, again_at=search.at if search is not None else None)
    if isinstance(after, Refusal):
        return after
    books.promises.add_call(call)
    books.promises.save(after)
    call_by(books, after, remind_at(after) if outcome is CallOutcome.TOLD else now + CALL_AGAIN_AFTER)
    made = PromiseCalled(outcome=outcome, whom=promise.whom, told=told or None, at=now, actor=by.actor.id)
    books.journal.add(made.about(promise.request_id))
    if outcome is CallOutcome.TOLD and promise.owes_a_word:  # that was all; what else is owed stays
        settle(books, books.requests.get(promise.request_id), now, told=told)
    return promise_id


@command
def close(
    _: Unit, books: Books, now: datetime, promise_id: str, outcome: CloseOutcome, *, told: str, by: Command
) -> str | Refusal:
    """End a promise with its outcome and who was told. What is still needed is promised on."""
    promise = books.promises.get(promise_id)
    if not promise.is_open:
        return Refusal(RefusalCode.PROMISE_CLOSED, {"state": promise.state})
    request = books.requests.get(promise.request_id)
    end = _ENDS[outcome]
    if end is RequestState.COMPLETED and promise.kind is not PromiseKind.DOCUMENT:
        return Refusal(RefusalCode.PROMISE_STILL_OWED, {"state": request.state})
    trips = books.assignments.list_of(request.id)
    if any(a.is_live for a in trips):
        return Refusal(RefusalCode.VEHICLE_UNDER_WAY, {"state": request.state})
    if stranded := carrying(trips):
        return stranded
    state = PromiseState.KEPT if end is RequestState.COMPLETED else PromiseState.WITHDRAWN
    close_promise(books, request.id, state, outcome=outcome.value, told=told, now=now, actor=by.actor.id)
    others = unserved_with(books, request, Rides.THIS) if end is not RequestState.COMPLETED else ()
    settle(books, request, now, end=end, told=told, rides=1 + len(others))
    end_along(books, request, others, now, told, by.actor.id)
    return promise_id


async def hand_over(unit: Unit, to: str, *, by: Command) -> tuple[str, ...] | Refusal:
    """At the end of a shift: everything that this person owes is owed by a role or by one of this person's heirs.

    Returns the promises' ids.
    """
    now = unit.clock.now()

    def work(books: Books) -> str | Refusal:
        if to not in LADDER and to not in {heir.id for heir in heirs_of(by.actor, books.people.list_all())}:
            return Refusal(RefusalCode.HAND_OVER_TO_WHOM, {"to": to})
        role = to if to in LADDER else by.actor.role.value
        mine = books.promises.list_open(owner=by.actor.id)
        for promise in mine:
            after = handed_over(promise, to)
            assert not isinstance(after, Refusal), after
            books.promises.save(after)
            books.journal.add(PromiseHandedOver(to=role, at=now, actor=by.actor.id).about(promise.request_id))
        return " ".join(promise.id for promise in mine)

    return _ids(await unit.once_at(by, work))


@command
def take_over(_: Unit, books: Books, now: datetime, promise_id: str, *, by: Command) -> str | Refusal:
    """The person who takes a promise owes its call from now on, by name."""
    after = handed_over(books.promises.get(promise_id), by.actor.id)
    if isinstance(after, Refusal):
        return after
    books.promises.save(after)
    event = PromiseHandedOver(to=by.actor.role.value, at=now, actor=by.actor.id)
    books.journal.add(event.about(after.request_id))
    return promise_id


@transaction
def promise_due(unit: Unit, books: Books, now: datetime, due: Due) -> None:
    """Its owner is reminded before the time, and after it the promise goes one step up."""
    books.timers.drop(due.kind, due.subject)
    promise = books.promises.get(due.subject)
    if not promise.is_open:
        return
    if now < promise.due_at:
        call_by(books, promise, promise.due_at)
        by_name = None if promise.owner in LADDER else promise.owner
        to = _role_of(books, promise)
        beside = stands_beside(promise, now.astimezone(unit.zone))
        reminded = PromiseReminded(to=to, person=by_name, due_at=promise.due_at, beside=beside, at=now, actor=DESK)
        books.journal.add(reminded.about(promise.request_id))
        return
    promise = overdue(promise)
    books.promises.save(promise)
    call_by(books, promise, now + (ESCALATE_EVERY if promise.level < len(LADDER) - 1 else CALL_BACK_WITHIN))
    before = (entry.event for entry in books.journal.list_of_kinds([promise.request_id], [PromiseOverdue]))
    passed = PromiseOverdue(
        to=promise.owner,
        level=promise.level,
        due_at=promise.due_at,
        again=any(isinstance(event, PromiseOverdue) and event.due_at == promise.due_at for event in before),
        beside=stands_beside(promise, now.astimezone(unit.zone)),
        at=now,
        actor=DESK,
    )
    books.journal.add(passed.about(promise.request_id))


def _role_of(books: Books, promise: Promise) -> str:
    """The role that owes it, also where a person does by name."""
    if promise.owner in LADDER:
        return promise.owner
    person = books.people.find(promise.owner)
    return person.role.value if person is not None else LADDER[promise.level]


def _ids(result: str | Refusal) -> tuple[str, ...] | Refusal:
    return result if isinstance(result, Refusal) else tuple(result.split())


def _becomes_a_vehicle(books: Books, request_id: str, now: datetime) -> None:
    """What was owed as a document is owed as a vehicle now, and so within its time."""
    promise = books.promises.find_open(request_id)
    assert promise is not None, "a document that waits is promised"
    due_at = now + CALL_BACK_WITHIN
    owed: Promise = replace(
        promise, kind=PromiseKind.VEHICLE, owner=OPERATOR, due_at=due_at, version=promise.version + 1
    )
    books.promises.save(owed)
    call_by(books, owed, remind_at(owed))
