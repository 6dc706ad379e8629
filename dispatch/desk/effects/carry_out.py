"""Carrying a decision out inside one transaction: offers, approvals, a promise, journal and timers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from dispatch.choosing.decision import Decision
from dispatch.choosing.later import may_change_at
from dispatch.choosing.next_step import OfferTo
from dispatch.choosing.proposal import Proposal
from dispatch.desk.command import DESK
from dispatch.desk.effects.asking import ask_no_more, ask_once, is_of_use, let_the_late_be
from dispatch.desk.effects.keeping import look_again, take_from_booked
from dispatch.desk.effects.places import take_place
from dispatch.desk.effects.promising import open_promise, promise_call_back
from dispatch.desk.effects.proposing import propose
from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.effects.standing import is_solved, settle, unfilled_of, yields_to
from dispatch.desk.effects.steps import release, take_step
from dispatch.desk.ports import Books, Due, DueKind, LostRaceError
from dispatch.desk.record import Written
from dispatch.desk.seen import Said
from dispatch.domain.approval import lent_of
from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.booking import evening_before
from dispatch.domain.promise import RETRY_EVERY
from dispatch.domain.request import Request
from dispatch.domain.vehicle import FRESH
from dispatch.vocabulary.events import DecisionMade, NoticeAsked, OfferDelivered, OfferMade
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepCause, StepSource
from dispatch.vocabulary.vehicle_classes import Duty

OWNER = "owner"  # of those whom a rule wants to be told, the only one that depends on the vehicle (R20)


def offer_s(request: Request, policy: Policy, now: datetime) -> float:
    """Seconds that a driver has to answer, by urgency and by whether the trip's booked time is yet to come (R23)."""
    at = request.ask.schedule_at
    if request.ask.urgency is Urgency.RED:
        return policy.offer_red_s
    return policy.offer_scheduled_s if at is not None and now < at else policy.offer_other_s


def is_delivered(books: Books, offer: Assignment) -> bool:
    """Whether the offer has reached its driver."""
    events = (entry.event for entry in books.journal.list_of_kinds([offer.request_id], [OfferDelivered]))
    return any(event.assignment_id == offer.id for event in events)


def hasten_end(books: Books, request: Request, trip: Assignment, now: datetime, policy: Policy) -> None:
    """The request has changed: an offer that still stands lasts no longer than one that is made now."""
    if trip.state is not AssignmentState.OFFERED:
        return
    lasts_s = offer_s(request, policy, now) + (0.0 if is_delivered(books, trip) else policy.offer_undelivered_s)
    ends_at = now + timedelta(seconds=lasts_s)
    if ends_at < trip.expires_at:
        offer = books.assignments.get(trip.id)
        books.assignments.save(replace(offer, expires_at=ends_at, version=offer.version + 1))
        books.timers.set(Due(kind=DueKind.OFFER_EXPIRES, subject=trip.id, at=ends_at))


def carry_out(books: Books, request: Request, written: Written) -> None:
    """Do what the decision says, and write down why. The caller settles the request's state afterwards.

    Raises:
        LostRaceError: if the request does not need any more what was decided for it.
    """
    decision = written.decision
    now, step = decision.at, decision.step
    _still_needs(books, request, decision)
    ask_no_more(books, request, decision)
    if decision.proposal is not None and decision.proposal.by_desk:
        _divert(books, decision.proposal, now, decision.sop.policy)
    if not (step.offers or step.asks or step.promise or step.search_at):
        # Nothing is unfilled, and nobody can be sent ahead; who was asked instead of a lost one has not answered yet.
        if not is_solved(request, books.assignments.list_of(request.id)):
            watch_long(books, request.id, now, decision.sop.policy)
        propose(books, request, decision)
        return
    put_decision(books, request.id, written, DESK)
    for offer in step.offers:
        make_offer(books, request, offer, decision, actor=DESK)
    _ask_notices(books, request, written)
    _wait(books, request, decision)
    propose(books, request, decision)


def wait_on(books: Books, request: Request, decision: Decision, said: Said) -> None:
    """The same for a decision that offers nobody and says what the one before it said, which stands for it.

    Raises:
        LostRaceError: as above.
    """
    _still_needs(books, request, decision)
    ask_no_more(books, request, decision)
    again = DecisionMade(outcome=said.outcome, decision_id=said.decision_id, again=True, at=decision.at, actor=DESK)
    books.journal.add(again.about(request.id))
    _wait(books, request, decision)
    propose(books, request, decision)


def _still_needs(books: Books, request: Request, decision: Decision) -> None:
    if unfilled_of(books, request, decision.at).slots != decision.unfilled.slots:
        raise LostRaceError(f"request {request.id} needs something else than when it was decided")
    if decision.tried.there_first and not waits_for_way_there(books, request):
        raise LostRaceError(f"somebody has been brought to where {request.id} begins since this was decided")


def _wait(books: Books, request: Request, decision: Decision) -> None:
    """What follows where somebody is still missing: yeses asked for, a promise, and when it is looked at again."""
    now, step = decision.at, decision.step
    if step.search_at is not None:
        books.timers.set(Due(kind=DueKind.SCHEDULED, subject=request.id, at=step.search_at))
        look_at_evening(books, decision, request.id)
        return
    if step.promise is Why.OUT_OF_STOCK:
        open_promise(books, request, step.promise, now)
        return
    # Where drivers who take every offer go by now, nobody is asked for a yes that would come too late.
    trips, asks = books.assignments.list_of(request.id), step.asks
    if is_solved(request, trips):
        eta_s = {name: arrival.eta_s for name, arrival in decision.arrivals.items()}
        policy, lent = decision.sop.policy, lent_of(asks)
        asks = tuple(
            a
            for a in asks
            if is_of_use(request, trips, eta_s.get(a.vehicle_id), now, policy, lent=a.vehicle_id in lent)
        )
    if asks or step.promise:
        # A vehicle that becomes free meanwhile is better than waiting for a yes: the search goes on beside it.
        again_at = min(now + RETRY_EVERY, may_change_at(decision) or datetime.max.replace(tzinfo=UTC))
        books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=again_at))
    if step.promise is not None:
        promise_call_back(books, request, step.promise, now)
    for asked in asks:
        ask_once(books, request, asked, decision)
    watch_long(books, request.id, now, decision.sop.policy)


def look_at_evening(books: Books, decision: Decision, request_id: str) -> None:
    """A booked trip is looked at the evening before, or now where that is over already."""
    at, zone = decision.ask.schedule_at, decision.moment.local.tzinfo
    assert at is not None
    assert zone is not None
    if not decision.ask.on_call:
        look_again(books, request_id, max(decision.at, evening_before(at, decision.sop.policy.booking_look_h, zone)))


def put_decision(books: Books, request_id: str, written: Written, actor: str) -> None:
    """Keep the decision, and say so in the journal."""
    record, now = written.record, written.decision.at
    decision_id = books.decisions.add(request_id, now, record, written.facts)
    made = DecisionMade(outcome=record.outcome, chosen=record.chosen, decision_id=decision_id, at=now, actor=actor)
    books.journal.add(made.about(request_id))


def watch_long(books: Books, request_id: str, now: datetime, policy: Policy) -> None:
    """From now on somebody is told where no driver says yes for long."""
    if books.timers.find(DueKind.SEARCH_LONG, request_id) is None:
        long_at = now + timedelta(seconds=policy.searching_to_operator_s)
        books.timers.set(Due(kind=DueKind.SEARCH_LONG, subject=request_id, at=long_at))


def _ask_notices(books: Books, request: Request, written: Written) -> None:
    """Everybody whom a rule wants to be told is told once: the police of a request, the owner of each vehicle."""
    events = [entry.event for entry in books.journal.list_of_kinds([request.id], [NoticeAsked])]
    told = {(event.whom, event.vehicle_id) for event in events if isinstance(event, NoticeAsked)}
    chosen = written.record.chosen
    for notice in written.record.notices:
        of = chosen[0] if chosen and notice.whom == OWNER else None
        if (notice.whom, of) not in told:
            asked = NoticeAsked(whom=notice.whom, rule=notice.rule, at=written.decision.at, vehicle_id=of, actor=DESK)
            books.journal.add(asked.about(request.id))


def make_offer(books: Books, request: Request, offer: OfferTo, decision: Decision, *, actor: str) -> Assignment:
    """Ask a vehicle to go. Without an acknowledged delivery the offer lasts ten seconds longer (R23).

    Where its driver takes every offer, and the vehicle reports its position, it goes at once.

    Raises:
        LostRaceError: if the vehicle went off duty since it was decided, its driver declined another request, or it is
            asked for another one that must not yield.
    """
    now, policy = decision.at, decision.sop.policy
    held, seen = books.vehicles.get(offer.vehicle_id), decision.find_vehicle(offer.vehicle_id)
    if held.duty is not Duty.AVAILABLE:
        raise LostRaceError(f"{offer.vehicle_id} is not on duty any more")
    if seen is not None and held.left_alone_until != seen.left_alone_until:
        raise LostRaceError(f"{offer.vehicle_id} is to be left alone, or not any more, since this was decided")
    _take_from_lower(books, request, offer.vehicle_id, now, policy)
    booked_at = request.ask.schedule_at
    take_from_booked(books, offer.vehicle_id, max(now, booked_at or now), request.id, now)
    lasts_s = offer_s(request, policy, now) + policy.offer_undelivered_s
    assignment = Assignment(
        id=f"T-{uuid4().hex[:12]}",
        request_id=request.id,
        vehicle_id=offer.vehicle_id,
        slot=offer.slot,
        state=AssignmentState.OFFERED,
        offered_at=now,
        expires_at=now + timedelta(seconds=lasts_s),
        arrival=arrival_of(decision, offer.vehicle_id),
    )
    books.assignments.add(assignment)
    books.timers.set(Due(kind=DueKind.OFFER_EXPIRES, subject=assignment.id, at=assignment.expires_at))
    fix = seen.position(now) if seen is not None else None
    takes = seen is not None and seen.auto_accept and fix is not None and now - fix.taken_at <= FRESH
    made = OfferMade(expires_at=assignment.expires_at, slot=offer.slot, auto=takes, at=now, actor=actor)
    books.journal.add(made.about(request.id, assignment_id=assignment.id, vehicle_id=offer.vehicle_id))
    if not takes:
        return assignment
    accept = StepCommand(step=Step.ACCEPT, actor=DESK, source=StepSource.DESK, cause=StepCause.AUTO_ACCEPT)
    taken = take_step(books, assignment, accept, now, policy)
    assert not isinstance(taken, Refusal), taken
    placed = take_place(books, request, taken, now, policy)
    let_the_late_be(books, request, now, policy)
    return placed


def arrival_of(decision: Decision, vehicle_id: str) -> Arrival | None:
    """When the vehicle arrives: for a booked trip at its time, and not before."""
    arrival, at = decision.arrivals.get(vehicle_id), decision.ask.schedule_at
    if arrival is None or at is None:
        return arrival
    return arrival.not_before((at - decision.at).total_seconds())


def _take_from_lower(books: Books, request: Request, vehicle_id: str, now: datetime, policy: Policy) -> None:
    """An offer that nobody has answered never keeps a vehicle from a red: it is withdrawn, and its request goes on."""
    held = books.assignments.find_live(vehicle_id)
    if held is None:
        return
    other = books.requests.get(held.request_id)
    if not yields_to(request.ask, held, other):
        raise LostRaceError(f"{vehicle_id} is on request {other.id}")
    give_way(books, held, now, policy, actor=DESK)


def give_way(
    books: Books,
    held: Assignment,
    now: datetime,
    policy: Policy,
    *,
    actor: str,
    reason: str | None = None,
    cause: StepCause = StepCause.RED_FIRST,
) -> None:
    """The vehicle of a lower request is free for a red: that request is owed one, and searched again."""
    other = books.requests.get(held.request_id)
    release(books, [held], actor=actor, reason=reason, cause=cause, now=now, policy=policy)
    open_promise(books, other, Why.RED_FIRST, now)
    books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=other.id, at=now))
    watch_long(books, other.id, now, policy)
    settle(books, other, now)


def _divert(books: Books, found: Proposal, now: datetime, policy: Policy) -> None:
    """The desk takes the vehicle from its trip, which nobody has gone on with since it was decided."""
    assert found.trip is not None
    if books.assignments.get(found.trip.id) != found.trip:
        raise LostRaceError(f"{found.trip.id} has gone on since this was decided")
    give_way(books, found.trip, now, policy, actor=DESK, cause=StepCause.RED_DIVERTS)
