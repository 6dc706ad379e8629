"""A crew's report that its patient has died: how far it is, and whose word answers it."""

from enum import StrEnum


class DeathState(StrEnum):
    """A report is no finding: it waits for a doctor's word, which confirms it or says that the patient lives."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    ALIVE = "alive"


class WhoseWord(StrEnum):
    """The receiving facility's own, a doctor's by phone, or the crew's, which takes its report back."""

    FACILITY = "facility"
    DOCTOR = "doctor"
    CREW = "crew"
