"""Yeses inside a transaction: asked for, answered, needed no longer; with each goes the timer of who is silent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.choosing.next_step import AskApproval
from dispatch.desk.command import DESK
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.vocabulary.events import ApprovalAsked
from dispatch.vocabulary.policy import Policy


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


def withdraw_asked(books: Books, approvals: Iterable[Approval]) -> None:
    """Nobody's yes is needed any more; it may be asked for again should the vehicle be lost."""
    for approval in approvals:
        if approval.is_asked:
            books.timers.drop(DueKind.APPROVER_SILENT, approval.id)
            books.approvals.put(replace(approval, state=ApprovalState.WITHDRAWN))
