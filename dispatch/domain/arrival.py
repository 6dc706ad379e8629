"""When a vehicle could be at a place, and how that was found."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.vocabulary.trip_steps import Leg

# Arrivals are said in minutes: what differs by less than this is the same time to everybody, and is not said anew.
SAID_ANEW = timedelta(minutes=1)
# This project's choice: a walk of so many metres is said. What is less is a yard, or how exactly a pin was put.
WORTH_A_WORD_M = 50.0


class Method(StrEnum):
    """How an arrival time was found."""

    ROADS = "roads"
    STRAIGHT_LINE = "straight_line"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a vehicle could be at the pick-up: expected, low and high, in seconds from now.

    `wait_s` is how long the vehicle may stay before it sets out, so as to be there at a booked time and not before.
    Of the expected time `turnout_s` are for the crew to set out; `metric` are the speeds that it was found by.
    `distance_m` are the metres of the way, None where nobody has asked for them yet: they cost more than the time; of
    these the crew goes `walk_m` from where the vehicle stops to the door.
    """

    eta_s: float
    eta_low_s: float
    eta_high_s: float
    distance_m: float | None = None
    method: Method
    wait_s: float = 0.0
    turnout_s: float = 0.0
    metric: str | None = None
    walk_m: float = 0.0

    def not_before(self, seconds: float) -> "Arrival":
        """The arrival of a vehicle that is to be there in so many seconds and could be there sooner."""
        wait_s = max(0.0, seconds - self.eta_s)
        return replace(self.later(wait_s), wait_s=wait_s) if wait_s else self

    def later(self, seconds: float) -> "Arrival":
        """The same arrival as seconds from an earlier moment, so many seconds before."""
        return replace(
            self,
            eta_s=self.eta_s + seconds,
            eta_low_s=self.eta_low_s + seconds,
            eta_high_s=self.eta_high_s + seconds,
            wait_s=self.wait_s + seconds if self.wait_s else 0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """When a vehicle on a trip arrives where it heads, as everybody is told now; all times are aware UTC.

    `first_at` was said first of this leg, `told_at` is the latest time that a message told to who waits, and `as_of`
    when the vehicle was where this was calculated from.
    """

    leg: Leg
    arrives_at: datetime
    first_at: datetime
    told_at: datetime
    as_of: datetime

    @property
    def later_min(self) -> int:
        """Minutes between what was said first and now, as clocks show the two; less than none where it is sooner."""
        return round((_minute(self.arrives_at) - _minute(self.first_at)).total_seconds() / 60.0)


def foresee(before: Foreseen | None, arrives_at: datetime, *, leg: Leg, as_of: datetime, notable_s: float) -> Foreseen:
    """What is told from now on; `before` is what was, of whatever leg, and is told on where nothing is different.

    A time that is at least `notable_s` later than what messages told is told by one; what is sooner again is not, so
    that each of these steps is told once.
    """
    if before is None or before.leg is not leg:
        return Foreseen(leg=leg, arrives_at=arrives_at, first_at=arrives_at, told_at=arrives_at, as_of=as_of)
    if abs(arrives_at - before.arrives_at) < SAID_ANEW:
        return before
    notable = arrives_at - before.told_at >= timedelta(seconds=notable_s)
    return replace(before, arrives_at=arrives_at, told_at=arrives_at if notable else before.told_at, as_of=as_of)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
