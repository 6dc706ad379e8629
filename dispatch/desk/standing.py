"""What a request stands on: which of its slots are unfilled, and the state that follows from all of it."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, DueKind
from dispatch.domain.assignment import FIRST_CONTACT, Assignment, AssignmentState
from dispatch.domain.eligibility import OWN_OPERATOR
from dispatch.domain.events import Event, EventKind
from dispatch.domain.next_step import Unfilled
from dispatch.domain.promise import PromiseState, closed
from dispatch.domain.request import ENDS, Request, RequestState, Standing, request_state, unfilled_slots

_ON_THE_WAY = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE)


def unfilled_of(books: Books, request: Request, now: datetime, *, leaving: str | None = None) -> Unfilled:
    """What a request still needs; `leaving` is an assignment that is just about to end."""
    assignments = [a for a in books.list_assignments(request.id) if a.id != leaving]
    counted = [a for a in assignments if a.is_live or a.state is AssignmentState.CLEARED]
    main = next((a for a in counted if a.slot == 0), None)
    ahead = any(a.slot == FIRST_CONTACT for a in counted)
    return Unfilled(
        slots=unfilled_slots(request.wanted, assignments),
        first_contact=not ahead and (main is None or main.state in _ON_THE_WAY),
        main_eta_s=_eta_s(books, main, now) if main is not None else None,
    )


def _eta_s(books: Books, assignment: Assignment, now: datetime) -> float:
    """When a vehicle that goes already is expected, in seconds from now."""
    arrival = books.find_arrival(assignment.id)
    gone_s = (now - assignment.offered_at).total_seconds()
    return max(0.0, arrival.eta_s - gone_s) if arrival is not None else 0.0


def settle(
    books: Books,
    request: Request,
    now: datetime,
    *,
    end: RequestState | None = None,
    told: str = "",
    reopened: bool = False,
) -> Request:
    """Bring the request's state, its timers and its promise in line with what stands for it.

    Raises:
        NothingStandsError: if nothing stands, so that the transaction is rolled back.
    """
    assignments = books.list_assignments(request.id)
    promise = books.find_open_promise(request.id)
    standing = Standing(
        wanted=request.wanted,
        end=end or (request.state if request.state in ENDS and not reopened else None),
        assignments=tuple(assignments),
        approval_asked=any(a.state == "asked" and a.approver != OWN_OPERATOR for a in books.list_approvals(request.id)),
        scheduled=books.find_due(DueKind.SCHEDULED, request.id) is not None,
        promised=promise is not None,
    )
    state = request_state(standing)
    ended = state in ENDS
    if ended or not unfilled_slots(request.wanted, assignments):
        books.drop_due(DueKind.PROMISE_RETRY, request.id)
    if ended or _is_solved(request, assignments):
        books.drop_due(DueKind.SEARCH_LONG, request.id)
        _withdraw_asked(books, request.id)
        if promise is not None:
            outcome = PromiseState.WITHDRAWN if ended and state is not RequestState.COMPLETED else PromiseState.SOLVED
            close_promise(books, request.id, outcome, outcome=state.value, told=told or "requester", now=now)
    if ended:
        books.drop_due(DueKind.SCHEDULED, request.id)
    if state is request.state:
        return request
    settled = replace(request, state=state, version=request.version + 1, ended_at=now if ended else None)
    books.save_request(settled)
    if ended:
        facts = {"state": state.value, "told": told or "requester"}
        books.add_event(Event(kind=EventKind.REQUEST_ENDED, at=now, request_id=request.id, actor=DESK, facts=facts))
    return settled


def _withdraw_asked(books: Books, request_id: str) -> None:
    """Nobody's yes is waited for any more; it may be asked for again should the vehicle be lost."""
    for approval in books.list_approvals(request_id):
        if approval.state == "asked":
            books.put_approval(replace(approval, state="withdrawn"))


def _is_solved(request: Request, assignments: list[Assignment]) -> bool:
    """Whether for every slot a vehicle has said yes."""
    going = [a for a in assignments if a.state is not AssignmentState.OFFERED]
    return not unfilled_slots(request.wanted, going)


def close_promise(
    books: Books, request_id: str, state: PromiseState, *, outcome: str, told: str, now: datetime, actor: str = DESK
) -> None:
    """End the open promise of a request with its outcome and who was told."""
    promise = books.find_open_promise(request_id)
    assert promise is not None
    books.save_promise(closed(promise, state, outcome=outcome, told=told, now=now))
    books.drop_due(DueKind.PROMISE_DUE, promise.id)
    facts = {"outcome": outcome, "told": told, "state": state.value}
    books.add_event(Event(kind=EventKind.PROMISE_CLOSED, at=now, request_id=request_id, actor=actor, facts=facts))
