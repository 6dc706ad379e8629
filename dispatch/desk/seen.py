"""What was seen of trips under way and said to who waits: kept in memory alone, so that a restart begins anew."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.domain.assignment import Assignment
from dispatch.domain.vehicle import VehicleNow
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.trip_steps import AssignmentState, Leg
from geo.point import Point, distance_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a vehicle on a trip was seen, since when, and in which state of the trip."""

    point: Point
    since: datetime
    state: AssignmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """When the arrival of a trip was calculated last (None: not yet), and over which roads.

    `heading` is where it headed then, None where nowhere. `as_of` is when the vehicle was where that was calculated
    from. `held` is the vehicle as the store had it: one that is another object has changed, and maybe its trip. What
    is said of a vehicle that has not set out holds `until` then.
    """

    held: VehicleNow
    heading: tuple[Leg, Point] | None
    roads_turn: int
    at: datetime | None = None
    as_of: datetime | None = None
    until: datetime | None = None

    @property
    def leg(self) -> Leg | None:
        """Where the trip headed."""
        return self.heading[0] if self.heading is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was decided last for a request that waits: the number it is kept under, its outcome, and its gist."""

    decision_id: int
    outcome: Outcome
    gist: int


def moves_away(seen: Seen | None, trip: Assignment, here: Point, to: Point, policy: Policy) -> bool:
    """Whether a vehicle is clearly farther from where it goes than where it was seen before in the same state."""
    if seen is None or seen.state is not trip.state:
        return False
    return distance_m(here, to) > distance_m(seen.point, to) + policy.moving_away_m
