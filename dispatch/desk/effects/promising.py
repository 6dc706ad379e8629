"""Promises inside a transaction: opened, tried again, passed on and closed."""

from datetime import datetime, timedelta
from uuid import uuid4

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.promise import STOCK_WITHIN, Promise, closed, make_promise, remind_at, retried
from dispatch.domain.request import Request
from dispatch.vocabulary.events import Escalated, OfferAccepted, PromiseClosed, PromiseMade, PromiseRetried
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import OPERATOR, STAFF, SUPERVISOR, PromiseKind, PromiseState, Why


def promise_call_back(books: Books, request: Request, why: Why, now: datetime) -> None:
    """Open a promise, or note on the one that is open that the search was tried again."""
    open_one = books.promises.find_open(request.id)
    if open_one is None:
        open_promise(books, request, why, now)
        return
    promise = retried(open_one)
    books.promises.save(promise)
    books.journal.add(PromiseRetried(retries=promise.retries, at=now, actor=DESK).about(request.id))


def open_promise(books: Books, request: Request, why: Why, now: datetime, *, due_at: datetime | None = None) -> None:
    """Write down who owes whom a call-back, by when: a vehicle the operator, a document the facility that gives it.

    Where one is owed already, as for a document whose vehicle does not go, that one stays.
    """
    if books.promises.find_open(request.id) is not None:
        return
    ask = request.ask
    document = not ask.needs_vehicle
    promise = make_promise(
        promise_id=f"J-{uuid4().hex[:12]}",
        request_id=request.id,
        owner=STAFF if document and ask.requester else OPERATOR,
        why=why,
        now=now,
        kind=PromiseKind.DOCUMENT if document else PromiseKind.VEHICLE,
        due_at=(ask.due_at or now + STOCK_WITHIN) if document else due_at,
    )
    books.promises.add(promise)
    call_by(books, promise, remind_at(promise))
    made = PromiseMade(why=why, owner=promise.owner, due_at=promise.due_at, owed=promise.kind, at=now, actor=DESK)
    books.journal.add(made.about(request.id))


def call_by(books: Books, promise: Promise, at: datetime) -> None:
    """Look at the promise again at this time: its owner is reminded, or it goes one step up."""
    books.timers.set(Due(kind=DueKind.PROMISE_DUE, subject=promise.id, at=at))


def close_promise(
    books: Books, request_id: str, state: PromiseState, *, outcome: str, told: str, now: datetime, actor: str = DESK
) -> None:
    """End the open promise of a request with its outcome and who was told."""
    promise = books.promises.find_open(request_id)
    assert promise is not None
    books.promises.save(closed(promise, state, outcome=outcome, told=told, now=now))
    books.timers.drop(DueKind.PROMISE_DUE, promise.id)
    books.journal.add(PromiseClosed(outcome=outcome, told=told, state=state, at=now, actor=actor).about(request_id))


def escalate(books: Books, request: Request, why: Why, now: datetime, policy: Policy) -> None:
    """Tell the operator, and the next time the supervisor, that nobody goes yet; somebody owes a call from now on."""
    to = SUPERVISOR if escalations(books, [request.id]) else OPERATOR
    books.journal.add(Escalated(to=to, why=why, at=now, actor=DESK).about(request.id))
    again_at = now + timedelta(seconds=policy.supervisor_after_s)
    books.timers.set(Due(kind=DueKind.SEARCH_LONG, subject=request.id, at=again_at))
    open_promise(books, request, why, now)


def escalations(books: Books, request_ids: list[str]) -> dict[str, Escalated]:
    """By request which role was last told that nobody goes, and why, since a driver last said yes."""
    found: dict[str, Escalated] = {}
    for entry in books.journal.list_of_kinds(request_ids, [OfferAccepted, Escalated]):
        request_id = entry.event.request_id or ""
        if isinstance(entry.event, Escalated):
            found[request_id] = entry.event
        else:
            found.pop(request_id, None)
    return found
