"""Carrying a decision out inside one transaction: offer, approval or promise, journal, timers, state."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from dispatch.desk.ports import Answer, Approval, Books, Due, DueKind, RequestFilter
from dispatch.desk.record import facts_of
from dispatch.desk.search import Decision
from dispatch.domain.assignment import Assignment, AssignmentState, Step, StepCommand, StepSource, decide, evolve
from dispatch.domain.directory import Person
from dispatch.domain.eligibility import OWN_OPERATOR
from dispatch.domain.events import Event, EventKind
from dispatch.domain.next_step import AskApproval, OfferTo, PromiseCallBack
from dispatch.domain.promise import RETRY_EVERY, PromiseState, make_promise
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Request, RequestState, Standing, Urgency, request_state
from dispatch.domain.sop import Policy
from dispatch.domain.vehicle import Duty

DESK = "desk"
_WOKEN = 200  # the newest that wait; the others are tried again within five minutes all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who commands, and the client-made key under which a repeat gets the first answer."""

    actor: Person
    key: str | None = None
    fingerprint: str = ""


def find_first(books: Books, by: Command) -> str | Refusal | None:
    """The subject of the first answer to this command, a refusal if its key was used for another, else None."""
    if by.key is None:
        return None
    answer = books.find_answer(f"{by.actor.id}:{by.key}")
    if answer is None:
        return None
    if answer.fingerprint != by.fingerprint:
        return Refusal("idempotency_key_reused", {"key": by.key})
    return answer.body


def keep_first(books: Books, by: Command, subject: str, now: datetime) -> None:
    """Remember under the command's key what it was about."""
    if by.key is not None:
        answer = Answer(fingerprint=by.fingerprint, status=200, body=subject)
        books.keep_answer(f"{by.actor.id}:{by.key}", answer, now)


def offer_s(request: Request, policy: Policy) -> float:
    """Seconds that a driver has to answer, by urgency (R23)."""
    return policy.offer_red_s if request.ask.urgency is Urgency.RED else policy.offer_other_s


def carry_out(books: Books, request: Request, decision: Decision, summary: dict[str, object]) -> None:
    """Do what the decision says, and write down why. The caller settles the request's state afterwards."""
    now = decision.at
    books.add_decision(request.id, now, summary, facts_of(decision))
    chosen = summary.get("chosen")
    books.add_event(
        Event(
            kind=EventKind.DECISION_MADE,
            at=now,
            request_id=request.id,
            actor=DESK,
            facts={"outcome": summary.get("outcome"), "chosen": chosen, "sentence": summary.get("sentence")},
        )
    )
    match decision.step:
        case OfferTo(vehicle_id=vehicle_id):
            make_offer(books, request, vehicle_id, decision, actor=DESK)
        case AskApproval(beside=beside):
            for asked in (decision.step, *beside):
                _ask_approval(books, request, asked, now)
        case PromiseCallBack(why=why, beside=beside):
            _promise(books, request, why, now)
            for asked in beside:
                _ask_approval(books, request, asked, now)


def make_offer(books: Books, request: Request, vehicle_id: str, decision: Decision, *, actor: str) -> Assignment:
    """Ask a vehicle to go. Without an acknowledged delivery the offer lasts ten seconds longer (R23)."""
    now, policy = decision.at, decision.sop.policy
    lasts_s = offer_s(request, policy) + policy.offer_undelivered_s
    assignment = Assignment(
        id=f"T-{uuid4().hex[:12]}",
        request_id=request.id,
        vehicle_id=vehicle_id,
        state=AssignmentState.OFFERED,
        offered_at=now,
        expires_at=now + timedelta(seconds=lasts_s),
    )
    books.add_assignment(assignment, decision.arrivals.get(vehicle_id))
    books.set_due(Due(kind=DueKind.OFFER_EXPIRES, subject=assignment.id, at=assignment.expires_at))
    books.add_event(
        Event(
            kind=EventKind.OFFER_MADE,
            at=now,
            request_id=request.id,
            assignment_id=assignment.id,
            vehicle_id=vehicle_id,
            actor=actor,
            facts={"expires_at": assignment.expires_at.isoformat()},
        )
    )
    return assignment


def _ask_approval(books: Books, request: Request, wanted: AskApproval, now: datetime) -> None:
    # A vehicle that becomes free meanwhile is better than waiting for a yes: the search goes on beside it.
    books.set_due(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now + RETRY_EVERY))
    asked = [a for a in books.list_approvals(request.id) if a.state == "asked"]
    if any(a.vehicle_id == wanted.vehicle_id and a.rule == wanted.rule for a in asked):
        return
    books.put_approval(
        Approval(
            id=f"S-{uuid4().hex[:12]}",
            request_id=request.id,
            vehicle_id=wanted.vehicle_id,
            rule=wanted.rule,
            approver=wanted.approver,
            state="asked",
            asked_at=now,
        )
    )
    facts = {"rule": wanted.rule, "approver": wanted.approver}
    books.add_event(
        Event(
            kind=EventKind.APPROVAL_ASKED,
            at=now,
            request_id=request.id,
            vehicle_id=wanted.vehicle_id,
            actor=DESK,
            facts=facts,
        )
    )


def _promise(books: Books, request: Request, why: str, now: datetime) -> None:
    standing = books.find_open_promise(request.id)
    if standing is None:
        promise = make_promise(
            promise_id=f"J-{uuid4().hex[:12]}", request_id=request.id, owner="operator", why=why, now=now
        )
        books.add_promise(promise)
        kind = EventKind.PROMISE_MADE
        facts: dict[str, object] = {"why": why, "owner": promise.owner, "due_at": promise.due_at.isoformat()}
    else:
        promise = replace(
            standing, retries=standing.retries + 1, retry_at=now + RETRY_EVERY, version=standing.version + 1
        )
        books.save_promise(promise)
        kind, facts = EventKind.PROMISE_RETRIED, {"retries": promise.retries}
    books.set_due(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=promise.retry_at))
    books.add_event(Event(kind=kind, at=now, request_id=request.id, actor=DESK, facts=facts))


def take_step(books: Books, assignment: Assignment, command: StepCommand, now: datetime) -> Assignment | Refusal:
    """One step of an assignment with what it means for the vehicle; the caller settles the request afterwards."""
    events = decide(assignment, command, now)
    if isinstance(events, Refusal):
        return events
    for event in events:
        assignment = evolve(assignment, event)
        books.add_event(event)
    books.save_assignment(assignment)
    if command.step in (Step.ACCEPT, Step.DECLINE, Step.EXPIRE, Step.WITHDRAW):
        books.drop_due(DueKind.OFFER_EXPIRES, assignment.id)
    if command.step in (Step.ACCEPT, Step.EN_ROUTE):
        at_base = command.step is Step.ACCEPT and books.get_vehicle(assignment.vehicle_id).at_base
        books.set_duty(assignment.vehicle_id, Duty.COMMITTED, at_base=at_base, now=now)
    if command.step in (Step.CLEAR, Step.STAND_DOWN):
        patient = books.get_request(assignment.request_id).ask.patient
        dirty = patient.infectious and command.step is Step.CLEAR
        held = books.get_vehicle(assignment.vehicle_id)
        books.set_duty(assignment.vehicle_id, Duty.CLEANING if dirty else Duty.AVAILABLE, at_base=False, now=now)
        if command.step is Step.CLEAR:  # a crew that was only called back needs no rest (R22)
            books.set_history(assignment.vehicle_id, on_duty_since=held.on_duty_since, trip_ended_at=now)
        wake_waiting(books, now)
    return assignment


def wake_waiting(books: Books, now: datetime) -> None:
    """Something changed that could help: every waiting request is searched again at once."""
    waiting = RequestFilter(states=frozenset({RequestState.WAITING, RequestState.AWAITING_APPROVAL}), limit=_WOKEN)
    for request in books.list_requests(waiting):
        books.set_due(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now))


def let_go(books: Books, request_id: str, *, actor: str, reason: str, now: datetime) -> None:
    """Withdraw what is offered and stand down who is on the way."""
    for assignment in books.list_assignments(request_id):
        if not assignment.is_live:
            continue
        step = Step.WITHDRAW if assignment.state is AssignmentState.OFFERED else Step.STAND_DOWN
        command = StepCommand(step=step, actor=actor, source=StepSource.DESK, reason=reason)
        refusal = take_step(books, assignment, command, now)
        assert not isinstance(refusal, Refusal), refusal


def settle(
    books: Books, request: Request, now: datetime, *, end: RequestState | None = None, told: str = ""
) -> Request:
    """Bring the request's state in line with what stands for it.

    Raises:
        NothingStandsError: if nothing stands, so that the transaction is rolled back.
    """
    promise = books.find_open_promise(request.id)
    assignments = tuple(books.list_assignments(request.id))
    standing = Standing(
        end=end or (request.state if request.state in ENDS else None),
        assignments=assignments,
        approval_asked=any(a.state == "asked" and a.approver != OWN_OPERATOR for a in books.list_approvals(request.id)),
        promised=promise is not None,
    )
    state = request_state(standing)
    if state is request.state:
        return request
    if state not in (RequestState.WAITING, RequestState.AWAITING_APPROVAL):
        books.drop_due(DueKind.PROMISE_RETRY, request.id)
        if promise is not None and state is not RequestState.SEARCHING:
            _close_promise(books, request, state, now)
    ended = state in ENDS
    settled = replace(request, state=state, version=request.version + 1, ended_at=now if ended else None)
    books.save_request(settled)
    if ended:
        facts = {"state": state.value, "told": told or "requester"}
        books.add_event(Event(kind=EventKind.REQUEST_ENDED, at=now, request_id=request.id, actor=DESK, facts=facts))
    return settled


def _close_promise(books: Books, request: Request, state: RequestState, now: datetime) -> None:
    promise = books.find_open_promise(request.id)
    assert promise is not None
    outcome = PromiseState.WITHDRAWN if state in ENDS else PromiseState.SOLVED
    books.save_promise(replace(promise, state=outcome, version=promise.version + 1))
    facts = {"outcome": outcome.value}
    books.add_event(Event(kind=EventKind.PROMISE_CLOSED, at=now, request_id=request.id, actor=DESK, facts=facts))
