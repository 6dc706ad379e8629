"""Yeses inside a transaction: asked for, answered, needed no longer; with each goes the timer of who is silent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.choosing.decision import Decision
from dispatch.choosing.next_step import AskApproval
from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.approval import Approval, ApprovalState, lent_of
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.events import ApprovalAsked
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.trip_steps import AssignmentState


def ask_approval(books: Books, request_id: str, wanted: AskApproval, now: datetime, policy: Policy) -> None:
    """Ask somebody for a yes; who is silent for `approver_silent_s` is reminded. Where nobody holds the office there is
    nobody to wait for."""
    number = len(books.approvals.list_of(request_id)) + 1  # in the order of asking, which reminders keep
    approval = Approval(
        id=f"{request_id}-S{number:02}",
        request_id=request_id,
        vehicle_id=wanted.vehicle_id,
        rule=wanted.rule,
        approver=wanted.approver,
        agency=wanted.agency,
        state=ApprovalState.ASKED,
        asked_at=now,
    )
    books.approvals.put(approval)
    wait = timedelta(seconds=policy.approver_silent_s) if has_holder(books, approval) else timedelta(0)
    silent_at = now + wait
    books.timers.set(Due(kind=DueKind.APPROVER_SILENT, subject=approval.id, at=silent_at))
    event = ApprovalAsked(rule=wanted.rule, approver=wanted.approver, agency=wanted.agency, at=now, actor=DESK)
    books.journal.add(event.about(request_id, vehicle_id=wanted.vehicle_id))


def ask_once(books: Books, request: Request, wanted: AskApproval, decision: Decision) -> None:
    """Nobody is asked again for what is asked already, be it of somebody else. Whose turn had come for another vehicle
    under the same rule of its agency is asked for this one at once: the one before has had the time to answer."""
    earlier = books.approvals.list_of(request.id)
    if any(a.is_asked and a.vehicle_id == wanted.vehicle_id and a.rule == wanted.rule for a in earlier):
        return
    agency = books.vehicles.get(wanted.vehicle_id).vehicle.agency
    asked = {
        (a.approver, a.agency)
        for a in earlier
        if a.rule == wanted.rule and books.vehicles.get(a.vehicle_id).vehicle.agency == agency
    }
    rule = decision.sop.find_clause(wanted.rule, agency, request.ask.pickup.agency)
    order = rule.approvers_at(decision.moment.local) if rule is not None else ()
    also = (replace(wanted, approver=one.who, agency=one.agency) for one in order if (one.who, one.agency) in asked)
    for one in dict.fromkeys((wanted, *also)):
        ask_approval(books, request.id, one, decision.at, decision.sop.policy)


def has_holder(books: Books, asked: Approval) -> bool:
    """Whether somebody holds the office of which a yes is asked."""
    owner = books.vehicles.get(asked.vehicle_id).vehicle.agency
    return any(asked.is_of(person, owner) for person in books.people.list_all())


def keep_answer(books: Books, answered: Approval) -> None:
    """Somebody has answered: whoever else is asked the same needs not answer any more; after a no whoever is asked for
    that vehicle."""
    books.timers.drop(DueKind.APPROVER_SILENT, answered.id)
    books.approvals.put(answered)
    others = [a for a in books.approvals.list_of(answered.request_id) if a.vehicle_id == answered.vehicle_id]
    refused = answered.state is ApprovalState.REFUSED
    withdraw_asked(books, [a for a in others if a.id != answered.id and (refused or a.rule == answered.rule)])


def is_of_use(
    request: Request,
    trips: Iterable[Assignment],
    eta_s: float | None,
    at: datetime,
    policy: Policy,
    *,
    lent: bool,
) -> bool:
    """Whether a yes still helps although a driver has said yes for every place: the vehicle that arrives `eta_s` after
    this moment would be there much sooner than the last of those on their way, and a life is at stake or the vehicle
    is `lent` by its own operator (R26)."""
    coming = [a.arrives_at for a in trips if a.is_live and a.slot >= 0 and not a.row.met]
    latest = max((when for when in coming if when is not None), default=None)
    if latest is None or eta_s is None:
        return False
    may = request.ask.urgency is Urgency.RED or lent
    return may and (latest - at).total_seconds() - eta_s >= policy.much_sooner_s


def let_the_late_be(books: Books, request: Request, now: datetime, policy: Policy) -> None:
    """A driver has said yes, and nobody is missing: of those who are asked only whose vehicle would be there much
    sooner may still answer."""
    trips = books.assignments.list_of(request.id)
    asked = [a for a in books.approvals.list_of(request.id) if a.is_asked]
    if not asked or unfilled_slots(request.wanted, [a for a in trips if a.state is not AssignmentState.OFFERED]):
        return
    decision = books.decisions.find_last(request.id)
    eta_s = {a.vehicle_id: decision.eta_s(a.vehicle_id) if decision is not None else None for a in asked}
    lent = lent_of(books.approvals.list_of(request.id))

    def is_late(name: str) -> bool:
        return not is_of_use(request, trips, eta_s[name], now, policy, lent=name in lent)

    withdraw_asked(books, [a for a in asked if is_late(a.vehicle_id)])


def ask_no_more(books: Books, request: Request, decision: Decision) -> None:
    """No yes is asked for that lets nobody go: the vehicle is gone, or no rule asks for it any more."""
    asked = (a for a in books.approvals.list_of(request.id) if a.is_asked)
    withdraw_asked(books, [a for a in asked if not decision.would_let_go(a.vehicle_id, a.rule)])


def go_without(books: Books, vehicle_id: str, now: datetime, *, but: str | None = None) -> None:
    """The vehicle goes for one request, or for none at all: what its yes is asked for by others is judged anew at once
    where somebody is missing, and no longer asked where nobody is."""
    for asked in books.approvals.list_asked(vehicle_id):
        if asked.request_id == but:
            continue
        request = books.requests.get(asked.request_id)
        if unfilled_slots(request.wanted, books.assignments.list_of(request.id)):
            books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now))
        else:
            withdraw_asked(books, [asked])


def withdraw_asked(books: Books, approvals: Iterable[Approval]) -> None:
    """Nobody's yes is needed any more; it may be asked for again should the vehicle be lost."""
    for approval in approvals:
        if approval.is_asked:
            books.timers.drop(DueKind.APPROVER_SILENT, approval.id)
            books.approvals.put(replace(approval, state=ApprovalState.WITHDRAWN))
