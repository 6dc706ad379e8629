"""Booked trips: the days on which they are repeated, which rides of a series are meant, and what one may lack."""

from enum import StrEnum


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Rides(StrEnum):
    """Which rides of a series are meant: this one, or this and all later ones."""

    THIS = "this"
    FOLLOWING = "following"
