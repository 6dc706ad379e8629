"""Carrying a decision out inside one transaction: offers, approvals, a promise, journal and timers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import uuid4

from dispatch.desk.command import DESK
from dispatch.desk.ports import Approval, Books, Due, DueKind, LostRaceError
from dispatch.desk.record import facts_of
from dispatch.desk.search import Decision
from dispatch.desk.standing import unfilled_of
from dispatch.desk.steps import take_step
from dispatch.desk.summary import summarise
from dispatch.domain.assignment import Assignment, AssignmentState, Step, StepCommand, StepSource
from dispatch.domain.events import Event, EventKind
from dispatch.domain.next_step import OUT_OF_STOCK, AskApproval, OfferTo
from dispatch.domain.promise import (
    LADDER,
    RETRY_EVERY,
    STOCK_WITHIN,
    PromiseKind,
    make_promise,
    remind_at,
    retried,
)
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import Request, Urgency
from dispatch.domain.sop import Policy
from dispatch.domain.vehicle import FRESH, Duty

STAFF, OPERATOR, SUPERVISOR = LADDER


def offer_s(request: Request, policy: Policy) -> float:
    """Seconds that a driver has to answer, by urgency and by whether the trip is booked (R23)."""
    if request.ask.urgency is Urgency.RED:
        return policy.offer_red_s
    return policy.offer_scheduled_s if request.ask.schedule_at is not None else policy.offer_other_s


@dataclass(frozen=True, slots=True)
class Written:
    """A decision with its words and its facts, written out before the transaction that carries it out."""

    decision: Decision
    summary: dict[str, object]
    facts: bytes


def write_down(decision: Decision, zone: tzinfo) -> Written:
    """The decision with all that is kept of it."""
    return Written(decision, summarise(decision, zone), facts_of(decision))


def carry_out(books: Books, request: Request, written: Written) -> None:
    """Do what the decision says, and write down why. The caller settles the request's state afterwards.

    Raises:
        LostRaceError: if the request does not need any more what was decided for it.
    """
    decision, summary = written.decision, written.summary
    now, step = decision.at, decision.step
    if unfilled_of(books, request, now).slots != decision.unfilled.slots:
        raise LostRaceError(f"request {request.id} stands otherwise than when it was decided")
    if not (step.offers or step.asks or step.promise or step.search_at):
        return  # nothing is unfilled, and nobody can be sent ahead
    books.add_decision(request.id, now, summary, written.facts)
    facts = {name: summary.get(name) for name in ("outcome", "chosen", "sentence")}
    _write(books, EventKind.DECISION_MADE, now, request.id, facts)
    for offer in step.offers:
        make_offer(books, request, offer, decision, actor=DESK)
    _ask_notices(books, request, summary, now)
    if step.search_at is not None:
        books.set_due(Due(kind=DueKind.SCHEDULED, subject=request.id, at=step.search_at))
        return
    if step.promise == OUT_OF_STOCK:
        open_promise(books, request, step.promise, now)
        return
    if step.asks or step.promise:
        # A vehicle that becomes free meanwhile is better than waiting for a yes: the search goes on beside it.
        books.set_due(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now + RETRY_EVERY))
    if step.promise is not None:
        promise_call_back(books, request, step.promise, now)
    for asked in step.asks:
        _ask_approval(books, request, asked, now)
    watch_long(books, request.id, now, decision.sop.policy)


def watch_long(books: Books, request_id: str, now: datetime, policy: Policy) -> None:
    """From now on somebody is told where nobody says yes for long."""
    if books.find_due(DueKind.SEARCH_LONG, request_id) is None:
        long_at = now + timedelta(seconds=policy.searching_to_operator_s)
        books.set_due(Due(kind=DueKind.SEARCH_LONG, subject=request_id, at=long_at))


def _write(books: Books, kind: EventKind, now: datetime, request_id: str, facts: Mapping[str, object]) -> None:
    books.add_event(Event(kind=kind, at=now, request_id=request_id, actor=DESK, facts=facts))


def _ask_notices(books: Books, request: Request, summary: dict[str, object], now: datetime) -> None:
    """Whoever a rule wants to be told is told once: the police of a request, the owner of each vehicle (R11, R20)."""
    told = [e.event for e in books.list_events_of(request.id) if e.event.kind is EventKind.NOTICE_ASKED]
    asked = {(event.facts.get("whom"), event.vehicle_id) for event in told}
    wanted, chosen = summary.get("notified"), summary.get("chosen")
    vehicle_id = str(chosen[0]) if isinstance(chosen, list) and chosen else None
    for whom in wanted if isinstance(wanted, list) else ():
        of = vehicle_id if whom == "owner" else None
        if (whom, of) not in asked:
            books.add_event(
                Event(
                    kind=EventKind.NOTICE_ASKED,
                    at=now,
                    request_id=request.id,
                    vehicle_id=of,
                    actor=DESK,
                    facts={"whom": whom},
                )
            )


def make_offer(books: Books, request: Request, offer: OfferTo, decision: Decision, *, actor: str) -> Assignment:
    """Ask a vehicle to go. Without an acknowledged delivery the offer lasts ten seconds longer (R23).

    Where its driver takes every offer, and the vehicle reports its position, it goes at once.

    Raises:
        LostRaceError: if the vehicle went off duty since it was decided, or its driver declined another request.
    """
    now, policy = decision.at, decision.sop.policy
    held, seen = books.get_vehicle(offer.vehicle_id), decision.find_vehicle(offer.vehicle_id)
    if held.duty is not Duty.AVAILABLE:
        raise LostRaceError(f"{offer.vehicle_id} is not on duty any more")
    if seen is not None and held.left_alone_until != seen.left_alone_until:
        raise LostRaceError(f"{offer.vehicle_id} is to be left alone, or not any more, since this was decided")
    lasts_s = offer_s(request, policy) + policy.offer_undelivered_s
    assignment = Assignment(
        id=f"T-{uuid4().hex[:12]}",
        request_id=request.id,
        vehicle_id=offer.vehicle_id,
        slot=offer.slot,
        state=AssignmentState.OFFERED,
        offered_at=now,
        expires_at=now + timedelta(seconds=lasts_s),
    )
    books.add_assignment(assignment, decision.arrivals.get(offer.vehicle_id))
    books.set_due(Due(kind=DueKind.OFFER_EXPIRES, subject=assignment.id, at=assignment.expires_at))
    vehicle = decision.find_vehicle(offer.vehicle_id)
    fix = vehicle.position(now) if vehicle is not None else None
    takes = vehicle is not None and vehicle.auto_accept and fix is not None and now - fix.taken_at <= FRESH
    books.add_event(
        Event(
            kind=EventKind.OFFER_MADE,
            at=now,
            request_id=request.id,
            assignment_id=assignment.id,
            vehicle_id=offer.vehicle_id,
            actor=actor,
            facts={"expires_at": assignment.expires_at.isoformat(), "slot": offer.slot, "auto": takes},
        )
    )
    if not takes:
        return assignment
    accept = StepCommand(step=Step.ACCEPT, actor=DESK, source=StepSource.DESK, reason="terima otomatis")
    taken = take_step(books, assignment, accept, now, policy)
    assert not isinstance(taken, Refusal), taken
    return taken


def _ask_approval(books: Books, request: Request, wanted: AskApproval, now: datetime) -> None:
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
    books.add_event(
        Event(
            kind=EventKind.APPROVAL_ASKED,
            at=now,
            request_id=request.id,
            vehicle_id=wanted.vehicle_id,
            actor=DESK,
            facts={"rule": wanted.rule, "approver": wanted.approver},
        )
    )


def promise_call_back(books: Books, request: Request, why: str, now: datetime) -> None:
    """Open a promise, or note on the one that stands that the search was tried again."""
    standing = books.find_open_promise(request.id)
    if standing is not None:
        promise = retried(standing, now)
        books.save_promise(promise)
        _write(books, EventKind.PROMISE_RETRIED, now, request.id, {"retries": promise.retries})
        return
    open_promise(books, request, why, now)


def open_promise(books: Books, request: Request, why: str, now: datetime) -> None:
    """Write down who owes whom a call-back, by when: a vehicle the operator, a document the facility that gives it.

    Where one is owed already, as for a document whose vehicle does not go, that one stands.
    """
    if books.find_open_promise(request.id) is not None:
        return
    ask = request.ask
    document = not ask.needs_vehicle
    due_at = (ask.due_at or now + STOCK_WITHIN) if document else None
    promise = make_promise(
        promise_id=f"J-{uuid4().hex[:12]}",
        request_id=request.id,
        owner=STAFF if document and ask.requester else OPERATOR,
        why=why,
        now=now,
        kind=PromiseKind.DOCUMENT if document else PromiseKind.VEHICLE,
        due_at=due_at,
    )
    books.add_promise(promise)
    books.set_due(Due(kind=DueKind.PROMISE_DUE, subject=promise.id, at=remind_at(promise)))
    facts = {"why": why, "owner": promise.owner, "due_at": promise.due_at.isoformat(), "kind": promise.kind.value}
    _write(books, EventKind.PROMISE_MADE, now, request.id, facts)


def escalate(books: Books, request: Request, why: str, now: datetime, policy: Policy) -> None:
    """Tell the operator, and the next time the supervisor, that nobody goes yet; somebody owes a call from now on."""
    since_yes: list[EventKind] = []
    for entry in books.list_events_of(request.id):
        since_yes = [] if entry.event.kind is EventKind.OFFER_ACCEPTED else [*since_yes, entry.event.kind]
    to = SUPERVISOR if EventKind.ESCALATED in since_yes else OPERATOR
    _write(books, EventKind.ESCALATED, now, request.id, {"to": to, "why": why})
    again_at = now + timedelta(seconds=policy.supervisor_after_s)
    books.set_due(Due(kind=DueKind.SEARCH_LONG, subject=request.id, at=again_at))
    open_promise(books, request, why, now)
