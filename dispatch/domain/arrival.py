"""When a vehicle could be at a place, and how that was found."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How an arrival time was found."""

    ROADS = "roads"
    STRAIGHT_LINE = "straight_line"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a vehicle could be at the pick-up: expected, low and high, in seconds from now.

    `distance_m` are the metres of the way, None where nobody has asked for them yet: they cost more than the time.
    """

    eta_s: float
    eta_low_s: float
    eta_high_s: float
    distance_m: float | None = None
    method: Method
