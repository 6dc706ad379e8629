"""Approvers' answers: in person, or by phone through whoever heard them; taken back; and what is done about silence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.choosing.next_step import AskApproval, NextStep, OfferTo
from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.asking import ask_approval, has_holder, is_of_use, keep_answer
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.proposing import propose
from dispatch.desk.effects.standing import needs_of, settle
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, Due, LostRaceError
from dispatch.desk.unit import Unit, Work, transaction
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.aboard import was_picked_up
from dispatch.domain.approval import HEARD_WITHIN, Approval, ApprovalState, Heard
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.rules.sop import Rule
from dispatch.vocabulary.events import ApprovalGiven, ApprovalRefused, ApprovalReminded, ApprovalTakenBack
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.promises import OWN_OPERATOR
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import INSTEAD, KEPT_UNTIL_BETTER, AssignmentState, StepCause


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What an answer does: who is offered, perhaps `instead` of one on its way, whose offer ends for it, and who drives
    on until a better one goes."""

    decision: Decision
    withdrawn: Assignment | None = None
    cause: StepCause | None = None
    until_better: Assignment | None = None
    instead: bool = False


async def approve(
    unit: Unit,
    request_id: str,
    *,
    rule: str,
    yes: bool,
    reason: str,
    by: Command,
    vehicle_id: str | None = None,
    heard: Heard | None = None,
) -> str | Refusal:
    """The approver's word: on yes the vehicle is offered at once, on no the search goes on without it.

    Where a rule asks for several vehicles and `vehicle_id` does not say which, it is the first of the actor's own
    agency, or the first. Who `heard` the answer by phone writes it down, and it takes effect as if it were given in
    person; the approver may say otherwise in person. A yes is taken back by a no as long as nobody was picked up: an
    offer is withdrawn, and who is under way drives on until a better one goes, as after a change.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()

        def look(books: Books) -> tuple[Request, Approval | None, list[Assignment]]:
            asked = _asked(books, request_id, vehicle_id, by.actor, rule, yes=yes, heard=heard)
            return books.requests.get(request_id), asked, books.assignments.list_of(request_id)

        request, asked, trips = await unit.store.read(look)
        if asked is None:
            return lambda _: Refusal(RefusalCode.NO_SUCH_APPROVAL, {"rule": rule})
        answered = asked.answered(yes=yes, reason=reason, by=by.actor.id, heard=heard)
        lost = _loses(asked, answered, trips)
        plan = await _plan(unit, request, answered, trips, lost, now)
        plan = replace(plan, decision=await weigh(unit, request_id, plan.decision))
        written = await unit.write_down(plan.decision)

        def work(books: Books) -> str | Refusal:
            if asked not in books.approvals.list_of(request_id):
                return Refusal(RefusalCode.NO_SUCH_APPROVAL, {"rule": rule})
            current, policy = books.requests.get(request_id), plan.decision.sop.policy
            refusal = _judge(books, current, asked, by.actor, heard, now) or _judge_carried(lost)
            if refusal is not None:
                return refusal
            if books.assignments.list_of(request_id) != trips:
                raise LostRaceError(f"the trips of {request_id} have changed since this was decided")
            keep_answer(books, answered)
            _write(books, plan.decision, asked, answered, by.actor, now)
            if plan.withdrawn is not None:
                release(books, [plan.withdrawn], actor=by.actor.id, cause=plan.cause, now=now, policy=policy)
            if plan.until_better is not None:
                trip = plan.until_better
                books.assignments.save(replace(trip, slot=KEPT_UNTIL_BETTER, version=trip.version + 1))
            if plan.decision.unfilled.slots or plan.instead:
                carry_out(books, current, written)
            else:
                propose(books, current, plan.decision)
            settle(books, current, now)
            return request_id

        return work

    return await unit.once(by, attempt)


async def answer_for_own(
    unit: Unit, request_id: str, *, yes: bool, vehicle_id: str | None, reason: str, by: Command
) -> str | Refusal:
    """The operator of an asked agency answers for its vehicle, whichever rule asks for that (R26, R27)."""
    own = await unit.store.read(lambda books: _asked(books, request_id, vehicle_id, by.actor, yes=yes))
    if own is None:  # a repeat of the answer finds none either, and gets the first one's
        refusal = Refusal(RefusalCode.NO_SUCH_APPROVAL, {"agency": by.actor.agency or ""})
        return await unit.once_at(by, lambda _: refusal)
    return await approve(unit, request_id, rule=own.rule, vehicle_id=own.vehicle_id, yes=yes, reason=reason, by=by)


@transaction
def approver_silent(unit: Unit, books: Books, now: datetime, due: Due) -> None:
    """Whoever was asked has not answered, or holds the office no longer: a reminder, and who comes next in the rule's
    order is asked beside."""
    books.timers.drop(due.kind, due.subject)
    asked = books.approvals.get(due.subject)
    if not asked.is_asked:
        return
    event = ApprovalReminded(
        rule=asked.rule,
        approver=asked.approver,
        agency=asked.agency,
        nobody=not has_holder(books, asked),
        at=now,
        actor=DESK,
    )
    books.journal.add(event.about(asked.request_id, vehicle_id=asked.vehicle_id))
    rule = _rule_of(unit, books, asked, now)
    others = [a for a in books.approvals.list_of(asked.request_id) if a.is_asked and a.is_same_question(asked)]
    known = {(a.approver, a.agency) for a in others}
    order = rule.approvers_at(now.astimezone(unit.zone)) if rule is not None else ()
    deputy = next((one for one in order if (one.who, one.agency) not in known), None)
    if deputy is not None:
        wanted = AskApproval(vehicle_id=asked.vehicle_id, rule=asked.rule, approver=deputy.who, agency=deputy.agency)
        ask_approval(books, asked.request_id, wanted, now, unit.policy(books, now))


def _rule_of(unit: Unit, books: Books, asked: Approval, now: datetime) -> Rule | None:
    """The rule that asks for a yes, as it is in force now."""
    agency = books.vehicles.get(asked.vehicle_id).vehicle.agency
    area = books.requests.get(asked.request_id).ask.pickup.agency
    return unit.sop(books, now).find_clause(asked.rule, agency, area)


async def _plan(
    unit: Unit,
    request: Request,
    answered: Approval,
    trips: Sequence[Assignment],
    lost: Assignment | None,
    now: datetime,
) -> _Plan:
    decision = await unit.search_again(request, now, answered=answered)
    if answered.state is ApprovalState.GIVEN:
        if decision.unfilled.slots:
            return _Plan(decision=decision)
        return await _instead(unit, request, answered, trips, decision)
    if lost is None:
        return _Plan(decision=decision)
    going = lost.row.is_going
    if going and any(a.is_live and a.slot == KEPT_UNTIL_BETTER for a in trips):
        return _Plan(decision=decision)  # of several only one gives its place up; this one keeps it
    decision = decision.filling(needs_of(request.wanted, [a for a in trips if a.id != lost.id], now))
    if going:
        return _Plan(decision=decision, until_better=lost)
    return _Plan(decision=decision, withdrawn=lost, cause=StepCause.APPROVAL_TAKEN_BACK)


async def _instead(
    unit: Unit, request: Request, given: Approval, trips: Sequence[Assignment], decision: Decision
) -> _Plan:
    """The vehicle that has the yes goes instead of a later one that has not answered yet: of several the last."""
    offered = [a for a in trips if a.state is AssignmentState.OFFERED and a.slot >= 0]
    slower = max(offered, key=lambda a: (a.arrives_at is None, a.arrives_at or decision.at, a.id), default=None)
    if slower is None:
        return _beside(request, given, trips, decision)
    leaving = replace(slower, state=AssignmentState.WITHDRAWN)
    other = await unit.search_again(request, decision.at, leaving=leaving, answered=given)
    soon, late = other.arrivals.get(given.vehicle_id), other.arrivals.get(slower.vehicle_id)
    chosen = [offer.vehicle_id for offer in other.step.offers[:1]] == [given.vehicle_id]
    if chosen and soon is not None and (late is None or soon.eta_s < late.eta_s):
        return _Plan(decision=other, withdrawn=slower, cause=StepCause.SOONER_APPROVED)
    return _Plan(decision=decision)


def _beside(request: Request, given: Approval, trips: Sequence[Assignment], decision: Decision) -> _Plan:
    """Where everybody has said yes, the vehicle that has the approver's is asked instead of one on its way if it would
    be there much sooner; for a red that is proposed to the operator."""
    name, arrival = given.vehicle_id, decision.arrivals.get(given.vehicle_id)
    ready = next((c for c in decision.candidates if c.vehicle_id == name and c.eligible), None)
    busy = any(a.is_live and (a.slot in (INSTEAD, KEPT_UNTIL_BETTER) or a.hands_over) for a in trips)
    if request.ask.urgency is Urgency.RED or ready is None or arrival is None or busy:
        return _Plan(decision=decision)
    able = all((name, need.rule) in decision.tried.approved for need in ready.needs)
    sooner = is_of_use(
        request, trips, arrival.eta_s, decision.at, decision.sop.policy, lent=given.approver == OWN_OPERATOR
    )
    if not able or not sooner or name in decision.tried.vehicles:
        return _Plan(decision=decision)
    step = NextStep(offers=(OfferTo(vehicle_id=name, slot=INSTEAD),))
    return _Plan(decision=replace(decision, step=step), instead=True)


def _loses(asked: Approval, answered: Approval, trips: Sequence[Assignment]) -> Assignment | None:
    """The offer or trip that stood on a yes which is taken back."""
    if asked.state is not ApprovalState.GIVEN or answered.state is ApprovalState.GIVEN:
        return None
    return next((a for a in trips if a.is_live and a.slot >= 0 and a.vehicle_id == asked.vehicle_id), None)


def _asked(
    books: Books,
    request_id: str,
    vehicle_id: str | None,
    actor: Person,
    rule: str | None = None,
    *,
    yes: bool,
    heard: Heard | None = None,
) -> Approval | None:
    """The approval that is meant: one that waits before one that is answered otherwise; what is asked of this person
    first, then of the actor's own agency, else the first.

    Without a rule only what is asked of the actor's own agency. Raises NotFoundError for an unknown request.
    """
    books.requests.get(request_id)
    found: list[tuple[tuple[bool, bool, bool], Approval]] = []
    for one in books.approvals.list_of(request_id):
        owner = books.vehicles.get(one.vehicle_id).vehicle.agency
        fits = rule == one.rule if rule is not None else one.approver == OWN_OPERATOR and owner == actor.agency
        fits = fits and vehicle_id in (None, one.vehicle_id)
        as_whom = heard is None or one.is_heard_as(heard)
        if fits and as_whom and one.may_become(yes=yes, heard=heard is not None):
            mine = heard is None and one.is_of(actor, owner)
            found.append(((not one.is_asked, not mine, owner != actor.agency), one))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _judge(
    books: Books, request: Request, asked: Approval, actor: Person, heard: Heard | None, now: datetime
) -> Refusal | None:
    """Whether this person may say it: the one of whom it is asked, or who heard it within the time of the request."""
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    if heard is not None:
        since, until = min(request.created_at, now) - HEARD_WITHIN, now + HEARD_WITHIN  # the clock may have gone back
        if since <= heard.at <= until:
            return None
        return Refusal(RefusalCode.HEARD_BOUNDS, {"since": since.isoformat(), "until": until.isoformat()})
    owner = books.vehicles.get(asked.vehicle_id).vehicle.agency
    if asked.is_of(actor, owner):
        return None
    named = Role.OPERATOR.value if asked.approver == OWN_OPERATOR else asked.approver
    if actor.role.value != named:
        return Refusal(RefusalCode.NOT_THE_APPROVER, {"approver": named})
    return Refusal(RefusalCode.NOT_YOUR_AGENCY, {"agency": asked.agency or owner})


def _judge_carried(lost: Assignment | None) -> Refusal | None:
    """Whoever was picked up is brought to the end, whatever is said afterwards."""
    if lost is None or not was_picked_up(lost):
        return None
    return Refusal(RefusalCode.PATIENT_ABOARD, {"vehicle_id": lost.vehicle_id})


def _write(books: Books, decision: Decision, asked: Approval, answered: Approval, actor: Person, now: datetime) -> None:
    """What was said stands in the journal, with the clause; by phone with the approver whose word it is."""
    yes, before = answered.state is ApprovalState.GIVEN, asked.state
    kind = ApprovalGiven if yes else ApprovalTakenBack if before is ApprovalState.GIVEN else ApprovalRefused
    said = kind(
        rule=asked.rule,
        reason=answered.reason or "",
        clause=_clause(decision, asked.vehicle_id, asked.rule),
        approver=asked.approver if answered.is_heard else actor.role.value,
        agency=asked.agency,
        heard_at=answered.heard_at,
        at=now,
        actor=actor.id,
    )
    books.journal.add(said.about(asked.request_id, vehicle_id=asked.vehicle_id))


def _clause(decision: Decision, vehicle_id: str, rule: str) -> str | None:
    """The sentence of the SOP under which somebody said yes, or against which somebody acted."""
    verdict = decision.assess_if_considered(vehicle_id)
    if verdict is None:
        return None
    agency = next((f.agency for f in verdict.findings if f.rule == rule), "")
    found = decision.sop.find_rule(agency, rule)
    return found.clause if found else None
