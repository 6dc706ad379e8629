"""What happened: the entries of the journal, from which audit, live pages and replays are fed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What kind of thing happened."""

    REQUEST_RECEIVED = "request_received"
    DECISION_MADE = "decision_made"
    OFFER_MADE = "offer_made"
    OFFER_DELIVERED = "offer_delivered"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    OFFER_WITHDRAWN = "offer_withdrawn"
    STEP_TAKEN = "step_taken"
    STOOD_DOWN = "stood_down"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"
    OVERRIDDEN = "overridden"
    SOP_SUBMITTED = "sop_submitted"
    SOP_APPROVED = "sop_approved"
    SOP_RETURNED = "sop_returned"
    SOP_PUBLISHED = "sop_published"
    PROMISE_MADE = "promise_made"
    PROMISE_RETRIED = "promise_retried"
    PROMISE_CALLED = "promise_called"
    PROMISE_REMINDED = "promise_reminded"
    PROMISE_OVERDUE = "promise_overdue"
    PROMISE_HANDED_OVER = "promise_handed_over"
    PROMISE_CLOSED = "promise_closed"
    STOCK_CAME = "stock_came"
    NOTICE_ASKED = "notice_asked"
    ESCALATED = "escalated"
    STEP_UNDONE = "step_undone"
    PROBLEM_REPORTED = "problem_reported"
    FAMILY_SAID = "family_said"
    NOTED = "noted"
    HELD = "held"
    REQUEST_ENDED = "request_ended"
    DUTY_CHANGED = "duty_changed"
    ROAD_CLOSED = "road_closed"
    ROAD_OPENED = "road_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `facts` hold JSON values and never a person's name or phone number."""

    kind: EventKind
    at: datetime
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
    actor: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
