"""Asking for a vehicle, and what operators and approvers do about a request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from uuid import uuid4

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command
from dispatch.desk.effects.carry_out import carry_out, make_offer, put_decision, watch_long
from dispatch.desk.effects.overriding import write_override
from dispatch.desk.effects.places import make_room
from dispatch.desk.effects.promising import open_promise
from dispatch.desk.effects.sending import judge_choice
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, LostRaceError
from dispatch.desk.search import walked
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.desk.usecases.reserving import reserve
from dispatch.desk.usecases.serving import list_before, serve
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Contact, Request, judge_ask, judge_time
from dispatch.vocabulary.events import ApprovalGiven, ApprovalRefused, RequestReceived
from dispatch.vocabulary.promises import OWN_OPERATOR, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, StepCause


async def suggest(unit: Unit, ask: Ask, at: datetime | None = None) -> DecisionRecord | Refusal:
    """A decision that keeps nothing."""
    refusal = judge_ask(ask)
    if refusal is not None:
        return refusal
    return await unit.record(await unit.search(ask, at or unit.clock.now(), Tried()))


async def receive(unit: Unit, ask: Ask, contact: Contact, *, choose: str | None = None, by: Command) -> str | Refusal:
    """Keep a request and act on it: an offer, an approval asked, or a promise. Returns its id."""
    refusal = judge_ask(ask)
    if refusal is not None:
        return refusal

    request_id = f"P-{uuid4().hex[:12]}"
    served: set[str] = set()  # those before it, each at most once: nobody is kept from asking by them

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        late = judge_time(ask, now)  # asked in here: a repeat that comes when its time is over gets the first answer
        if late is not None:
            return lambda _: late
        newcomer = Request(id=request_id, ask=ask, state=RequestState.SEARCHING, created_at=now, created_by=by.actor.id)
        add = await add_new(unit, newcomer, served, choose=choose)

        def work(books: Books) -> str:
            add(books, contact)
            return request_id

        return work

    return await unit.once(by, attempt)


async def add_new(
    unit: Unit, newcomer: Request, served: set[str], *, choose: str | None = None, onward_of: str | None = None
) -> Callable[[Books, Contact], None]:
    """Search for a new request, and what keeps it and acts on it inside a transaction.

    Those that stand before it are served first, each at most once; `served` has them from one attempt to the next. The
    family of one for a body, `onward_of` the request whose patient died, is rung and asked where to.
    """
    now, ask = newcomer.created_at, newcomer.ask
    policy = await unit.store.read(lambda books: unit.policy(books, now))
    before = await unit.store.read(lambda books: list_before(books, newcomer, policy, now))
    if before - served:
        await serve(unit, before - served)
        served.update(before)
    decision = await weigh(unit, newcomer.id, await unit.search(ask, now, Tried(choose=choose)))
    written = await unit.write_down(decision)
    request = replace(newcomer, wanted=decision.wanted)

    def add(books: Books, contact: Contact) -> None:
        if list_before(books, request, policy, now) - served:
            raise LostRaceError("somebody who stands before it is to be served first")
        books.requests.add(request, contact, track_token=token_urlsafe(24))
        received = RequestReceived(
            need=ask.need, urgency=ask.urgency, onward_of=onward_of, at=now, actor=newcomer.created_by
        )
        books.journal.add(received.about(request.id))
        if onward_of is not None:
            open_promise(books, request, Why.DESTINATION, now)
        carry_out(books, request, written)
        settle(books, request, now)

    return add


async def candidates(unit: Unit, request_id: str) -> DecisionRecord:
    """The search for a kept request as it would go now; nothing is changed. Raises NotFoundError."""
    request = await unit.store.read(lambda books: books.requests.get(request_id))
    return await unit.record(await unit.search_again(request, unit.clock.now()))


async def assign(
    unit: Unit, request_id: str, vehicle_id: str, *, override: tuple[str, str] | None, by: Command
) -> str | Refusal:
    """An operator offers the request to this vehicle, against a rule (rule, reason) only where the rule allows it."""

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request = await unit.store.read(lambda books: books.requests.get(request_id))
        decision = await unit.search_again(request, now)
        if decision.step.search_at is not None:
            return partial(
                reserve, decision=decision, request_id=request_id, vehicle_id=vehicle_id, override=override, by=by
            )
        decision = await unit.think(walked, decision, unit.roads, vehicle_id)
        chosen = replace(decision, step=NextStep(offers=(OfferTo(vehicle_id=vehicle_id),)))
        written = await unit.write_down(chosen)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current.state in ENDS:
                return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
            refusal = judge_choice(books, decision, vehicle_id, override, by.actor)
            if refusal is not None:
                return refusal
            slot = make_room(books, current, now, decision.sop.policy, actor=by.actor.id)
            if isinstance(slot, Refusal):
                return slot
            about = {"request_id": request_id, "vehicle_id": vehicle_id}
            write_override(books, decision.objections(vehicle_id), decision.sop, override, by.actor, now, **about)
            put_decision(books, request_id, written, by.actor.id)
            make_offer(books, current, OfferTo(vehicle_id=vehicle_id, slot=slot), decision, actor=by.actor.id)
            watch_long(books, request_id, now, decision.sop.policy)
            settle(books, current, now)
            return request_id

        return work

    return await unit.once(by, attempt)


async def approve(
    unit: Unit,
    request_id: str,
    *,
    rule: str,
    yes: bool,
    reason: str,
    by: Command,
    vehicle_id: str | None = None,
) -> str | Refusal:
    """The approver's word: on yes the vehicle is offered at once, on no the search goes on without it.

    Where a rule asks for several vehicles and `vehicle_id` does not say which, it is the first of the actor's own
    agency, or the first.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, asked = await unit.store.read(
            lambda books: (books.requests.get(request_id), _asked(books, request_id, vehicle_id, by.actor, rule))
        )
        state = ApprovalState.GIVEN if yes else ApprovalState.REFUSED
        answered = replace(asked, state=state, reason=reason) if asked else None
        decision = await unit.search_again(request, now, answered=answered)
        slower = None
        if answered is not None and yes and not decision.unfilled.slots:
            decision, slower = await _instead_of_slower(unit, request, answered, decision)
        decision = await weigh(unit, request_id, decision)
        written = await unit.write_down(decision)

        def work(books: Books) -> str | Refusal:
            if asked is None or answered is None or asked not in books.approvals.list_of(request_id):
                return Refusal(RefusalCode.NO_SUCH_APPROVAL, {"rule": rule})
            refusal = _judge_approver(books, asked, by.actor)
            if refusal is not None:
                return refusal
            books.approvals.put(answered)
            said = (ApprovalGiven if yes else ApprovalRefused)(
                rule=rule,
                reason=reason,
                clause=_clause(decision, asked.vehicle_id, rule),
                approver=by.actor.role.value,
                at=now,
                actor=by.actor.id,
            )
            books.journal.add(said.about(request_id, vehicle_id=asked.vehicle_id))
            current, policy = books.requests.get(request_id), decision.sop.policy
            if slower is not None:
                release(books, [slower], actor=by.actor.id, cause=StepCause.SOONER_APPROVED, now=now, policy=policy)
            if decision.unfilled.slots:
                carry_out(books, current, written)
            settle(books, current, now)
            return request_id

        return work

    return await unit.once(by, attempt)


async def _instead_of_slower(
    unit: Unit, request: Request, given: Approval, decision: Decision
) -> tuple[Decision, Assignment | None]:
    """The vehicle that has the yes goes instead of a later one whose driver has not answered yet."""
    held = await unit.store.read(lambda books: books.assignments.list_of(request.id))
    slower = next((a for a in held if a.state is AssignmentState.OFFERED and a.slot >= 0), None)
    if slower is None:
        return decision, None
    leaving = replace(slower, state=AssignmentState.WITHDRAWN)
    other = await unit.search_again(request, decision.at, leaving=leaving, answered=given)
    soon, late = other.arrivals.get(given.vehicle_id), other.arrivals.get(slower.vehicle_id)
    chosen = [offer.vehicle_id for offer in other.step.offers[:1]] == [given.vehicle_id]
    if chosen and soon is not None and (late is None or soon.eta_s < late.eta_s):
        return other, slower
    return decision, None


async def answer_for_own(
    unit: Unit, request_id: str, *, yes: bool, vehicle_id: str | None, reason: str, by: Command
) -> str | Refusal:
    """The operator of an asked agency answers for its vehicle, whichever rule asks for that (R26, R27)."""
    own = await unit.store.read(lambda books: _asked(books, request_id, vehicle_id, by.actor))
    if own is None:  # a repeat of the answer finds none either, and gets the first one's
        refusal = Refusal(RefusalCode.NO_SUCH_APPROVAL, {"agency": by.actor.agency or ""})
        return await unit.once_at(by, lambda _: refusal)
    return await approve(unit, request_id, rule=own.rule, vehicle_id=own.vehicle_id, yes=yes, reason=reason, by=by)


def _asked(
    books: Books, request_id: str, vehicle_id: str | None, actor: Person, rule: str | None = None
) -> Approval | None:
    """The approval that is meant: of this vehicle, else of the actor's own agency, else the first.

    Without a rule only what is asked of the actor's own agency. Raises NotFoundError for an unknown request.
    """
    books.requests.get(request_id)
    asked = [a for a in books.approvals.list_of(request_id) if a.is_asked and vehicle_id in (None, a.vehicle_id)]
    own = [a for a in asked if books.vehicles.get(a.vehicle_id).vehicle.agency == actor.agency]
    if rule is None:
        return next((a for a in own if a.approver == OWN_OPERATOR), None)
    return next((a for a in (*own, *asked) if a.rule == rule), None)


def _judge_approver(books: Books, asked: Approval, actor: Person) -> Refusal | None:
    """Whether the rule names this person: by role, and for R26 as operator of the vehicle's own agency."""
    if asked.approver == OWN_OPERATOR:
        if actor.role is not Role.OPERATOR:
            return Refusal(RefusalCode.NOT_THE_APPROVER, {"approver": Role.OPERATOR.value})
        agency = books.vehicles.get(asked.vehicle_id).vehicle.agency
        return None if actor.agency == agency else Refusal(RefusalCode.NOT_YOUR_AGENCY, {"agency": agency})
    if actor.role.value != asked.approver:
        return Refusal(RefusalCode.NOT_THE_APPROVER, {"approver": asked.approver})
    return None


def _clause(decision: Decision, vehicle_id: str, rule: str) -> str | None:
    """The sentence of the SOP under which somebody said yes, or against which somebody acted."""
    verdict = decision.assess_if_considered(vehicle_id)
    if verdict is None:
        return None
    agency = next((f.agency for f in verdict.findings if f.rule == rule), "")
    found = decision.sop.find_rule(agency, rule)
    return found.clause if found else None
