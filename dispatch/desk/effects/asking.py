"""Yeses inside a transaction: asked for, answered, needed no longer; with each goes the timer of who is silent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.choosing.next_step import AskApproval
from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.events import ApprovalAsked
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import OWN_OPERATOR
from dispatch.vocabulary.trip_steps import AssignmentState


def ask_approval(books: Books, request_id: str, wanted: AskApproval, now: datetime, policy: Policy) -> None:
    """Ask somebody for a yes; who is silent for `approver_silent_s` is reminded."""
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
    silent_at = now + timedelta(seconds=policy.approver_silent_s)
    books.timers.set(Due(kind=DueKind.APPROVER_SILENT, subject=approval.id, at=silent_at))
    event = ApprovalAsked(rule=wanted.rule, approver=wanted.approver, agency=wanted.agency, at=now, actor=DESK)
    books.journal.add(event.about(request_id, vehicle_id=wanted.vehicle_id))


def keep_answer(books: Books, answered: Approval) -> None:
    """Somebody has answered: whoever else is asked the same needs not answer any more."""
    books.timers.drop(DueKind.APPROVER_SILENT, answered.id)
    books.approvals.put(answered)
    others = books.approvals.list_of(answered.request_id)
    withdraw_asked(books, [a for a in others if a.id != answered.id and a.is_same_question(answered)])


def is_of_use(
    request: Request,
    trips: Iterable[Assignment],
    asked: AskApproval | Approval,
    eta_s: float | None,
    at: datetime,
    policy: Policy,
) -> bool:
    """Whether a yes still helps although a driver has said yes for every place: the vehicle that arrives `eta_s` after
    this moment would be there much sooner than the last of those on their way, and a life is at stake or only its own
    operator is asked (R26)."""
    coming = [a.arrives_at for a in trips if a.is_live and a.slot >= 0 and not a.row.met]
    latest = max((when for when in coming if when is not None), default=None)
    if latest is None or eta_s is None:
        return False
    may = request.ask.urgency is Urgency.RED or asked.approver == OWN_OPERATOR
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
    late = (a for a in asked if not is_of_use(request, trips, a, eta_s[a.vehicle_id], now, policy))
    withdraw_asked(books, late)


def withdraw_asked(books: Books, approvals: Iterable[Approval]) -> None:
    """Nobody's yes is needed any more; it may be asked for again should the vehicle be lost."""
    for approval in approvals:
        if approval.is_asked:
            books.timers.drop(DueKind.APPROVER_SILENT, approval.id)
            books.approvals.put(replace(approval, state=ApprovalState.WITHDRAWN))
