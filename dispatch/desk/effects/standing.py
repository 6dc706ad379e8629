"""What a request has at this moment: which of its slots are unfilled, and the state that follows from all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.choosing.next_step import Unfilled
from dispatch.desk.command import DESK
from dispatch.desk.effects.asking import withdraw_asked
from dispatch.desk.effects.keeping import kept_no_more, lose
from dispatch.desk.effects.promising import close_promise
from dispatch.desk.effects.staying import nobody_stayed
from dispatch.desk.ports import Books, DueKind
from dispatch.domain.approval import waited_for
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask, Request, Standing, request_state, unfilled_slots
from dispatch.vocabulary.events import RequestEnded
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.promises import TOLD_REQUESTER, PromiseState
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, INSTEAD, AssignmentState


def unfilled_of(books: Books, request: Request, now: datetime, *, leaving: str | None = None) -> Unfilled:
    """What a request still needs; `leaving` is an assignment that is just about to end."""
    return needs_of(request.wanted, [a for a in books.assignments.list_of(request.id) if a.id != leaving], now)


def needs_of(wanted: int, trips: Sequence[Assignment], now: datetime) -> Unfilled:
    """What a request with these trips still needs."""
    counted = [a for a in trips if a.fills_slot]
    main = next((a for slot in (0, INSTEAD) for a in counted if a.slot == slot), None)
    ahead = any(a.slot == FIRST_CONTACT or a.hands_over for a in counted)
    return Unfilled(
        slots=unfilled_slots(wanted, trips),
        first_contact=not ahead and (main is None or not main.row.met),
        main_eta_s=_eta_s(main, now) if main is not None else None,
    )


def yields_to(ask: Ask, held: Assignment, other: Request) -> bool:
    """Whether a vehicle that is `held` for another request may be asked for this one: its driver has not answered yet,
    and this one goes before the other."""
    return held.state is AssignmentState.OFFERED and goes_before(ask, other.ask)


def is_divertible(held: Assignment, other: Request, ask: Ask) -> bool:
    """Whether the vehicle of a lower request may be taken for this one by the desk or proposed: it is on its way there,
    and not there yet."""
    return held.row.is_going and not held.row.met and goes_before(ask, other.ask)


def goes_before(ask: Ask, other: Ask) -> bool:
    """Whether a life is at stake here and not there."""
    return ask.urgency is Urgency.RED and other.urgency is not Urgency.RED


def _eta_s(assignment: Assignment, now: datetime) -> float:
    """When a vehicle that goes already is expected, in seconds from now."""
    at = assignment.arrives_at
    return max(0.0, (at - now).total_seconds()) if at is not None else 0.0


def settle(
    books: Books,
    request: Request,
    now: datetime,
    *,
    end: RequestState | None = None,
    told: str = TOLD_REQUESTER,
    reason: str | None = None,
    by: str = DESK,
    reopened: bool = False,
    rides: int = 1,
    along: str | None = None,
) -> Request:
    """Bring the request's state, its timers and its promise in line with what it has. Of `rides` that end in one act
    the others go `along` with the one that is told.

    Raises:
        NothingStandsError: if an open request has nothing, so that the transaction is rolled back.
    """
    assignments = books.assignments.list_of(request.id)
    promise = books.promises.find_open(request.id)
    standing = Standing(
        wanted=request.wanted,
        end=end or (request.state if request.state in ENDS and not reopened else None),
        assignments=tuple(assignments),
        approval_asked=bool(waited_for(a for a in books.approvals.list_of(request.id) if a.is_asked)),
        scheduled=books.timers.find(DueKind.SCHEDULED, request.id) is not None,
        promised=promise is not None,
    )
    state = request_state(standing)
    ended = state in ENDS
    if ended or not unfilled_slots(request.wanted, assignments):
        books.timers.drop(DueKind.PROMISE_RETRY, request.id)
    if ended or is_solved(request, assignments):
        books.timers.drop(DueKind.SEARCH_LONG, request.id)
        if ended or not any(a.is_live and a.slot >= 0 and not a.row.met for a in assignments):
            withdraw_asked(books, books.approvals.list_of(request.id))
        if promise is not None and (ended or not promise.owes_a_word):
            outcome = PromiseState.WITHDRAWN if ended and state is not RequestState.COMPLETED else PromiseState.SOLVED
            close_promise(books, request.id, outcome, outcome=state.value, told=told, now=now)
    if ended:
        if request.ask.waits and request.state is RequestState.SCHEDULED:
            request = lose(books, request, now)  # a driver who waits for it need not any longer
        for kind in (DueKind.SCHEDULED, DueKind.BOOKING, DueKind.SOONER):
            books.timers.drop(kind, request.id)
    if ended and request.reserved is not None:
        kept_no_more(books, request, now)
    if state is RequestState.COMPLETED:
        nobody_stayed(books, request, now)
    if state is request.state:
        return request
    settled = replace(request, state=state, version=request.version + 1, ended_at=now if ended else None)
    books.requests.save(settled)
    if ended:
        ended_as = RequestEnded(state=state, told=told, reason=reason, rides=rides, along=along, at=now, actor=by)
        books.journal.add(ended_as.about(request.id))
    return settled


def is_solved(request: Request, assignments: list[Assignment]) -> bool:
    """Whether for every slot a vehicle has said yes."""
    going = [a for a in assignments if a.state is not AssignmentState.OFFERED]
    return not unfilled_slots(request.wanted, going)
