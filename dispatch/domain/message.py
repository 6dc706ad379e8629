"""A message of the outbox: what is said to whom, when, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Template(StrEnum):
    """What is said beside the steps of a trip, whose keys `STATES[...].tells` has; dispatch.words says it."""

    RECEIVED = "received"
    BOOKED = "booked"
    BOOKING_UNCERTAIN = "booking_uncertain"
    BOOKING_UNCERTAIN_HERE = "booking_uncertain_here"
    BOOKING_PAPERS = "booking_papers"
    BOOKING_SURE = "booking_sure"
    RETURN_ASKED = "return_asked"
    RETURN_BOOKED = "return_booked"
    RETURN_ON_CALL = "return_on_call"
    WAIT_THERE = "wait_there"
    WAIT_OVER = "wait_over"
    OFFER = "offer"
    OFFER_AUTO = "offer_auto"
    OFFER_UNANSWERED = "offer_unanswered"
    OFFER_WITHDRAWN = "offer_withdrawn"
    COMING = "coming"
    COMING_TO_FACILITY = "coming_to_facility"
    REPLACED = "replaced"
    VEHICLE_LOST = "vehicle_lost"
    LET_GO = "let_go"
    APPROVAL_ASKED = "approval_asked"
    HELP_ASKED = "help_asked"
    APPROVAL_REMINDED = "approval_reminded"
    APPROVAL_SILENT = "approval_silent"
    APPROVAL_NOBODY = "approval_nobody"
    APPROVAL_HEARD = "approval_heard"
    REFUSAL_HEARD = "refusal_heard"
    APPROVAL_TAKEN_BACK = "approval_taken_back"
    APPROVAL_TAKEN_BACK_FACILITY = "approval_taken_back_facility"
    PROMISE_MADE = "promise_made"
    DOCUMENT_PROMISED = "document_promised"
    PROMISE_REMINDED = "promise_reminded"
    PROMISE_OVERDUE = "promise_overdue"
    PROMISE_BESIDE = "promise_beside"
    PROMISE_LATE = "promise_late"
    POLICE_NOTICE = "police_notice"
    OWNER_NOTICE = "owner_notice"
    OPERATOR_NOTICE = "operator_notice"
    ESCALATED = "escalated"
    TRIP_NOTICED = "trip_noticed"
    VEHICLE_PROPOSED = "vehicle_proposed"
    DIVERTED = "diverted"
    ARRIVES_LATER = "arrives_later"
    ARRIVES_LATER_FACILITY = "arrives_later_facility"
    PATIENT_DIED = "patient_died"
    PATIENT_DIED_ON_SCENE = "patient_died_on_scene"
    DEATH_CONFIRMED = "death_confirmed"
    DEATH_NOT_CONFIRMED = "death_not_confirmed"
    ONWARD = "onward"
    MET_NOBODY = "met_nobody"
    CORRECTED = "corrected"
    CORRECTED_FOR_DRIVER = "corrected_for_driver"
    TRANSFER = "transfer"
    TRANSFER_FOR_DRIVER = "transfer_for_driver"
    TRANSFER_FOR_FACILITY = "transfer_for_facility"
    HANDED_OVER = "handed_over"
    CHANGED = "changed"
    CHANGED_FOR_DRIVER = "changed_for_driver"
    CHANGED_FOR_FACILITY = "changed_for_facility"
    FAMILY_NEEDS_NOTHING = "family_needs_nothing"
    FAMILY_LEFT = "family_left"
    STOCK_CAME = "stock_came"
    ENDED_COMPLETED = "ended_completed"
    ENDED_CANCELLED = "ended_cancelled"
    ENDED_DUPLICATE = "ended_duplicate"
    ENDED_UNFOUNDED = "ended_unfounded"
    ENDED_FACILITY = "ended_facility"


class MessageState(StrEnum):
    """Linked: no gateway is set, a person sends it with one tap. Dropped: it was overtaken by what happened."""

    QUEUED = "queued"
    SENT = "sent"
    LINKED = "linked"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the outbox; `facts` are codes and values, and hold nobody's name and no phone number: both are
    looked up when it is sent.

    `key` is unique: whatever would be said twice under one key is said once. `template` is a `Template` or a key of a
    step's `tells`. It is sent between `send_after` and `drop_after`. `tries` also is the version that is compared when
    it is claimed. `sent_by` is None for a gateway.
    """

    id: int = 0
    key: str
    seq: int
    made_at: datetime
    recipient: str
    template: str
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    state: MessageState = MessageState.QUEUED
    tries: int = 0
    send_after: datetime
    drop_after: datetime | None = None
    sent_at: datetime | None = None
    sent_by: str | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Queued messages of this request (of one vehicle, if any) or assignment that say one of `templates` need no longer
    be sent.
    """

    templates: frozenset[str]
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
