"""What is noticed about a trip, and what of a kept request can be changed: codes of the events that tell of it."""

from enum import StrEnum


class Notice(StrEnum):
    """What is so, or may be so, that a person should look at."""

    MAY_MEET = "may_meet"
    NOT_DEPARTED = "not_departed"
    NOT_MOVING = "not_moving"
    MOVING_AWAY = "moving_away"
    LATE = "late"
    SILENT = "silent"
    NOT_ENDED = "not_ended"
    NOBODY_THERE = "nobody_there"
    PATIENT_DIED = "patient_died"


class Changed(StrEnum):
    """What of a kept request can be changed."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"
    URGENCY = "urgency"
    PATIENT = "patient"
    DOCUMENTS = "documents"
    CONTACT = "contact"
    SCHEDULE_AT = "schedule_at"


class Mender(StrEnum):
    """Who can change what keeps a vehicle from going."""

    FAMILY = "family"
    AGENCY = "agency"
    OPERATOR = "operator"
