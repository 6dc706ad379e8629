"""Asking for a vehicle, and what operators and approvers do about a request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from secrets import token_urlsafe
from uuid import uuid4

from dispatch.desk.carry_out import carry_out, make_offer, watch_long, write_down
from dispatch.desk.command import Command, find_first, keep_first
from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Approval, Books, Contact, NotFoundError, RequestFilter
from dispatch.desk.record import Recorded, read_facts
from dispatch.desk.search import Decision, Tried
from dispatch.desk.standing import settle
from dispatch.desk.steps import let_one_go
from dispatch.desk.summary import summarise, write_verdict
from dispatch.desk.views import RequestView, view_of
from dispatch.domain.assignment import Assignment, AssignmentState
from dispatch.domain.directory import Person, Role
from dispatch.domain.eligibility import LEFT_ALONE_RULE, OWN_OPERATOR
from dispatch.domain.events import EventKind
from dispatch.domain.next_step import OfferTo
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Ask, Request, RequestState, judge_ask, unfilled_slots
from dispatch.domain.sop import OverridableBy


class Intake(DeskCore):
    """Commands return what they made, or a Refusal; a repeat under the same key returns the first result."""

    __slots__ = ()

    async def suggest(self, ask: Ask, at: datetime | None = None) -> dict[str, object] | Refusal:
        """A decision that keeps nothing."""
        refusal = judge_ask(ask)
        if refusal is not None:
            return refusal
        decision = await self._search(ask, at or self.clock.now(), Tried())
        return summarise(decision, self.zone)

    async def receive(self, ask: Ask, contact: Contact, *, choose: str | None, by: Command) -> RequestView | Refusal:
        """Keep a request and act on it: an offer, an approval asked, or a promise."""
        refusal = judge_ask(ask)
        if refusal is not None:
            return refusal

        async def attempt() -> Callable[[Books], RequestView | Refusal]:
            now = self.clock.now()
            decision = await self._search(ask, now, Tried(choose=choose))
            written = write_down(decision, self.zone)
            request = Request(
                id=f"P-{uuid4().hex[:12]}",
                ask=ask,
                state=RequestState.SEARCHING,
                created_at=now,
                created_by=by.actor.id,
                wanted=decision.wanted,
            )

            def work(books: Books) -> RequestView | Refusal:
                first = find_first(books, by)
                if isinstance(first, Refusal):
                    return first
                if first is not None:
                    return view_of(books, first)
                books.add_request(request, contact, track_token=token_urlsafe(24))
                facts = {"need": ask.need.value, "urgency": ask.urgency.value}
                note(books, EventKind.REQUEST_RECEIVED, now, by.actor, request_id=request.id, facts=facts)
                carry_out(books, request, written)
                settle(books, request, now)
                keep_first(books, by, request.id, now)
                return view_of(books, request.id)

            return work

        return await self._commit(attempt)

    async def view(self, request_id: str) -> RequestView:
        """One request with all that stands for it. Raises NotFoundError."""
        return await self.store.read(lambda books: view_of(books, request_id))

    async def list_requests(self, which: RequestFilter) -> list[RequestView]:
        """Requests, newest first."""

        def work(books: Books) -> list[RequestView]:
            return [view_of(books, request.id) for request in books.list_requests(which)]

        return await self.store.read(work)

    async def candidates(self, request_id: str) -> dict[str, object] | Refusal:
        """The search for a kept request as it would go now; nothing is changed."""
        request = await self.store.read(lambda books: books.get_request(request_id))
        return summarise(await self._search_again(request, self.clock.now()), self.zone)

    async def verdict(self, request_id: str, vehicle_id: str) -> dict[str, object]:
        """What every rule said of a vehicle in the request's last decision, from the facts kept with it.

        Raises NotFoundError where nothing was decided, or the vehicle was not considered.
        """

        def kept(books: Books) -> tuple[Request, Recorded]:
            facts = books.find_last_facts(request_id)
            if facts is None:
                raise NotFoundError(f"no decision on {request_id}")
            return books.get_request(request_id), read_facts(facts)

        request, recorded = await self.store.read(kept)
        packs = await self.store.read(lambda books: self.packs(books))
        return write_verdict(request.ask, recorded, packs, vehicle_id)

    async def assign(
        self, request_id: str, vehicle_id: str, *, override: tuple[str, str] | None, by: Command
    ) -> RequestView | Refusal:
        """An operator offers the request to this vehicle, against a rule only where the rule allows it."""

        async def attempt() -> Callable[[Books], RequestView | Refusal]:
            now = self.clock.now()
            request = await self.store.read(lambda books: books.get_request(request_id))
            decision = await self._search_again(request, now)

            def work(books: Books) -> RequestView | Refusal:
                first = find_first(books, by)
                if first is not None:
                    return first if isinstance(first, Refusal) else view_of(books, first)
                current = books.get_request(request_id)
                if current.state in ENDS:
                    return Refusal("request_ended", {"state": current.state})
                refusal = _judge_choice(books, decision, vehicle_id, override, by.actor)
                if refusal is not None:
                    return refusal
                slot = _make_room(books, current, by.actor, decision)
                if override is not None and _objects(decision, vehicle_id, override[0]):
                    facts = {
                        "rule": override[0],
                        "reason": override[1],
                        "clause": _clause(decision, vehicle_id, override[0]),
                    }
                    note(
                        books,
                        EventKind.OVERRIDDEN,
                        now,
                        by.actor,
                        request_id=request_id,
                        vehicle_id=vehicle_id,
                        facts=facts,
                    )
                offer = OfferTo(vehicle_id=vehicle_id, slot=slot)
                make_offer(books, current, offer, decision, actor=by.actor.id)
                watch_long(books, request_id, now, decision.sop.policy)
                settle(books, current, now)
                keep_first(books, by, request_id, now)
                return view_of(books, request_id)

            return work

        return await self._commit(attempt)

    async def approve(
        self, request_id: str, *, rule: str, yes: bool, reason: str, by: Command, vehicle_id: str | None = None
    ) -> RequestView | Refusal:
        """The approver's word: on yes the vehicle is offered at once, on no the search goes on without it.

        Where a rule asks for several vehicles and `vehicle_id` does not say which, it is the first of the actor's own
        agency, or the first.
        """

        async def attempt() -> Callable[[Books], RequestView | Refusal]:
            now = self.clock.now()
            request, asked = await self.store.read(
                lambda books: (books.get_request(request_id), _asked(books, request_id, rule, vehicle_id, by.actor))
            )
            decision = await self._search_again(request, now, answered=asked, yes=yes)
            slower = None
            if asked is not None and yes and not decision.unfilled.slots:
                decision, slower = await self._instead_of_slower(request, asked, decision)
            written = write_down(decision, self.zone)

            def work(books: Books) -> RequestView | Refusal:
                first = find_first(books, by)
                if first is not None:
                    return first if isinstance(first, Refusal) else view_of(books, first)
                if asked is None or asked not in books.list_approvals(request_id):
                    return Refusal("no_such_approval", {"rule": rule})
                refusal = _judge_approver(books, asked, by.actor)
                if refusal is not None:
                    return refusal
                books.put_approval(replace(asked, state="given" if yes else "refused", reason=reason))
                kind = EventKind.APPROVAL_GIVEN if yes else EventKind.APPROVAL_REFUSED
                facts = {
                    "rule": rule,
                    "reason": reason,
                    "clause": _clause(decision, asked.vehicle_id, rule),
                    "approver": by.actor.role.value,
                }
                note(books, kind, now, by.actor, request_id=request_id, vehicle_id=asked.vehicle_id, facts=facts)
                current = books.get_request(request_id)
                if slower is not None:
                    policy = decision.sop.policy
                    let_one_go(
                        books, slower, actor=by.actor.id, reason="disetujui yang lebih cepat", now=now, policy=policy
                    )
                if decision.unfilled.slots:
                    carry_out(books, current, written)
                settle(books, current, now)
                keep_first(books, by, request_id, now)
                return view_of(books, request_id)

            return work

        return await self._commit(attempt)

    async def _instead_of_slower(
        self, request: Request, asked: Approval, decision: Decision
    ) -> tuple[Decision, Assignment | None]:
        """Whoever has the yes goes instead of a later one that has not answered yet."""
        held = await self.store.read(lambda books: books.list_assignments(request.id))
        slower = next((a for a in held if a.state is AssignmentState.OFFERED and a.slot >= 0), None)
        if slower is None:
            return decision, None
        other = await self._search_again(request, decision.at, leaving=slower, answered=asked, yes=True)
        soon, late = other.arrivals.get(asked.vehicle_id), other.arrivals.get(slower.vehicle_id)
        chosen = [offer.vehicle_id for offer in other.step.offers[:1]] == [asked.vehicle_id]
        if chosen and soon is not None and (late is None or soon.eta_s < late.eta_s):
            return other, slower
        return decision, None

    async def answer_for_own(
        self, request_id: str, *, yes: bool, vehicle_id: str | None, reason: str, by: Command
    ) -> RequestView | Refusal:
        """The operator of an asked agency answers for its vehicle, whichever rule asks for that (R26, R27)."""
        answered, approvals = await self.store.read(
            lambda books: (find_first(books, by), _own_asked(books, request_id, by.actor, vehicle_id))
        )
        if answered is not None:
            return answered if isinstance(answered, Refusal) else await self.view(answered)
        if not approvals:
            return Refusal("no_such_approval", {"agency": by.actor.agency or ""})
        first = approvals[0]
        return await self.approve(
            request_id, rule=first.rule, vehicle_id=first.vehicle_id, yes=yes, reason=reason, by=by
        )


def _asked(books: Books, request_id: str, rule: str, vehicle_id: str | None, actor: Person) -> Approval | None:
    """The approval that is meant: of this vehicle, else of the actor's own agency, else the first."""
    standing = [
        approval
        for approval in books.list_approvals(request_id)
        if approval.rule == rule and approval.state == "asked" and vehicle_id in (None, approval.vehicle_id)
    ]
    own = [a for a in standing if books.get_vehicle(a.vehicle_id).vehicle.agency == actor.agency]
    return next(iter([*own, *standing]), None)


def _own_asked(books: Books, request_id: str, actor: Person, vehicle_id: str | None) -> list[Approval]:
    """What is asked of the actor's own agency. Raises NotFoundError for an unknown request."""
    books.get_request(request_id)
    return [
        approval
        for approval in books.list_approvals(request_id)
        if approval.state == "asked"
        and approval.approver == OWN_OPERATOR
        and vehicle_id in (None, approval.vehicle_id)
        and books.get_vehicle(approval.vehicle_id).vehicle.agency == actor.agency
    ]


def _judge_approver(books: Books, asked: Approval, actor: Person) -> Refusal | None:
    """Whether the rule names this person: by role, and for R26 as operator of the vehicle's own agency."""
    if asked.approver == OWN_OPERATOR:
        if actor.role is not Role.OPERATOR:
            return Refusal("not_the_approver", {"approver": Role.OPERATOR.value})
        agency = books.get_vehicle(asked.vehicle_id).vehicle.agency
        return None if actor.agency == agency else Refusal("not_your_agency", {"agency": agency})
    if actor.role.value != asked.approver:
        return Refusal("not_the_approver", {"approver": asked.approver})
    return None


def _next_free(books: Books, decision: Decision) -> str | None:
    """The next candidate that may go at once, for whoever came second."""
    ready = (c.vehicle_id for c in decision.candidates if c.eligible and not c.needs and c.arrival is not None)
    return next((name for name in ready if books.find_live_assignment(name) is None), None)


def _make_room(books: Books, request: Request, actor: Person, decision: Decision) -> int:
    """The slot that an operator's choice fills: one that nobody goes for, else the one whose driver has not said yes,
    else the first; whoever has it is let go."""
    assignments = [a for a in books.list_assignments(request.id) if a.is_live and a.slot >= 0]
    empty = unfilled_slots(request.wanted, assignments)
    if empty:
        return empty[0]
    leaving = min(assignments, key=lambda a: (a.state is not AssignmentState.OFFERED, a.slot))
    policy = decision.sop.policy
    let_one_go(books, leaving, actor=actor.id, reason="dialihkan", now=decision.at, policy=policy)
    return leaving.slot


def _clause(decision: Decision, vehicle_id: str, rule: str) -> str | None:
    """The sentence of the SOP under which somebody said yes, or against which somebody acted."""
    if decision.find_vehicle(vehicle_id) is None:
        return None
    agency = next((f.agency for f in decision.assess(vehicle_id).findings if f.rule == rule), "")
    found = decision.sop.find_rule(agency, rule)
    return found.clause if found else None


def _objects(decision: Decision, vehicle_id: str, rule: str) -> bool:
    """Whether this rule keeps the vehicle from going: only then it is acted against."""
    if decision.find_vehicle(vehicle_id) is None:
        return False
    return rule in decision.assess(vehicle_id).blocking


def _judge_choice(
    books: Books, decision: Decision, vehicle_id: str, override: tuple[str, str] | None, actor: Person
) -> Refusal | None:
    """Whether this person may send this vehicle: the SOP has no objection, or one that they may override."""
    books.get_vehicle(vehicle_id)
    held = books.find_live_assignment(vehicle_id)
    if held is not None:
        facts = {"vehicle_id": vehicle_id, "request_id": held.request_id, "next": _next_free(books, decision)}
        return Refusal("vehicle_taken", facts)
    findings = decision.assess(vehicle_id).findings if decision.find_vehicle(vehicle_id) else ()
    # Whoever declined just now may be asked all the same: the operator has called.
    objections = [finding for finding in findings if finding.blocks and finding.rule != LEFT_ALONE_RULE]
    unsaid = [finding.rule for finding in objections if override is None or finding.rule != override[0]]
    if unsaid:
        return Refusal("rule_objects", {"vehicle_id": vehicle_id, "rules": unsaid})
    for finding in objections:
        rule = decision.sop.find_rule(finding.agency, finding.rule)
        allowed = rule.overridable_by if rule else OverridableBy.NOBODY
        if allowed.value != actor.role.value:
            return Refusal("not_overridable", {"rule": finding.rule, "overridable_by": allowed.value})
    needs = decision.assess(vehicle_id).needs if findings else ()
    for need in needs:
        if (vehicle_id, need.rule) not in decision.tried.approved:
            return Refusal("approval_needed", {"vehicle_id": vehicle_id, "rule": need.rule, "approver": need.approver})
    return None
