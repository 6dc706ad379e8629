"""Refusals: values that say why a command was not carried out, never exceptions; each code has a sentence in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto


class RefusalCode(StrEnum):
    """Why a command was not carried out."""

    BODY_BUT_LIVING = auto()
    LIVING_NEED_BUT_DEAD = auto()
    DEATH_OF_LIVING = auto()
    SUBJECT_OF_DOCUMENT = auto()
    DELIVER_WHERE = auto()
    NOT_TO_DELIVER = auto()
    REQUEST_ENDED = auto()
    SEQ_PASSED = auto()
    STEP_OUT_OF_ORDER = auto()
    OFFER_EXPIRED = auto()
    OFFER_STILL_STANDS = auto()
    UNDO_TOO_LATE = auto()
    NOT_TO_CORRECT = auto()
    CORRECTION_TIME = auto()
    VEHICLE_WENT_ON = auto()
    ON_DUTY_TRIP = auto()
    PATIENT_ABOARD = auto()
    NOT_SERVED = auto()
    CALL_FIRST = auto()
    STAYS_UNTIL_RUNG = auto()
    NO_PATIENT = auto()
    NO_DEATH_REPORT = auto()
    NOT_RECEIVING = auto()
    DEATH_NEEDS_DOCTOR = auto()
    HEARD_WHEN = auto()
    DUPLICATE_OF_WHAT = auto()
    VEHICLE_RESERVED = auto()
    NOTHING_CHANGED = auto()
    NEEDS_CHOICE = auto()
    SCHEDULE_BOUNDS = auto()
    VEHICLE_TAKEN = auto()
    NOT_LOWER = auto()
    NOTHING_TO_DIVERT = auto()
    RULE_OBJECTS = auto()
    NOT_OVERRIDABLE = auto()
    APPROVAL_NEEDED = auto()
    NO_SUCH_APPROVAL = auto()
    NOT_THE_APPROVER = auto()
    NOT_YOUR_AGENCY = auto()
    PROMISE_CLOSED = auto()
    PROMISE_STILL_OWED = auto()
    TOLD_WHOM = auto()
    VEHICLE_UNDER_WAY = auto()
    HAND_OVER_TO_WHOM = auto()
    MESSAGE_OVERTAKEN = auto()
    NO_STREET_HERE = auto()
    CLOSURE_MANY_POINTS = auto()
    CLOSURE_TOO_WIDE = auto()
    CLOSURE_LONG_NOTE = auto()
    CLOSURE_UNTIL = auto()
    CLOSURE_OVER = auto()
    MANY_CLOSURES = auto()
    EDITED_MEANWHILE = auto()
    DRAFT_HAS_PROBLEMS = auto()
    DRAFT_PUBLISHED = auto()
    SAME_PERSON = auto()
    NOT_SUBMITTED = auto()
    NOT_APPROVED = auto()
    NOT_A_PACK = auto()
    OTHER_AGENCYS_PACK = auto()
    IN_THE_PAST = auto()
    FAR_TIME = auto()
    VERSION_TAKEN = auto()
    VERSIONS_OVERLAP = auto()
    IDEMPOTENCY_KEY_REUSED = auto()
    SOMEBODY_WAS_FIRST = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code for programs, and the facts that its sentence may name."""

    code: RefusalCode
    facts: Mapping[str, object] = field(default_factory=dict)
