"""When a vehicle could be at a place, and how that was found."""

from dataclasses import dataclass, replace
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

    def later(self, seconds: float) -> "Arrival":
        """The same arrival as seconds from an earlier moment, so many seconds before."""
        return replace(
            self,
            eta_s=self.eta_s + seconds,
            eta_low_s=self.eta_low_s + seconds,
            eta_high_s=self.eta_high_s + seconds,
        )
