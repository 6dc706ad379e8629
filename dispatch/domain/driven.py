"""What was foreseen of a drive to a pick-up beside what it took, so that speeds can be learnt; it is nobody's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from dispatch.domain.arrival import Method
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import FixLimits
from dispatch.vocabulary.events import Event, RequestChanged, TransferBegun
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import VehicleClass

HOURS = 7 * 24  # hours of a week
_ROUND_M = 100.0
_ENDS = (AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE)
# Taken when it happened, and not told of it afterwards.
_SEEN = frozenset({StepSource.TAP, StepSource.GEOFENCE, StepSource.TRACKER})
# After these the vehicle drives elsewhere, at another time or otherwise than was foreseen.
_OTHERWISE = frozenset({Changed.PICKUP, Changed.SCHEDULE_AT, Changed.URGENCY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A drive to a pick-up, in whole seconds from the driver's yes until the vehicle is there.

    `month` is the first day of its month, `hour` the local hour of the week in which the driver said yes: 0 begins on
    Monday at midnight. Of what was expected `turnout_s` were for the crew to set out, which it did after `set_out_s`
    (None: nobody knows). `distance_m` is to the next 100.
    """

    month: date
    hour: int
    vehicle_class: VehicleClass
    metric: str
    method: Method
    low_s: int
    expected_s: int
    high_s: int
    turnout_s: int
    true_s: int
    set_out_s: int | None = None
    distance_m: int | None = None

    @property
    def is_inside(self) -> bool:
        """Whether it took as long as was said."""
        return self.low_s <= self.true_s <= self.high_s

    @property
    def ratio(self) -> float:
        """What it took by what was expected."""
        return self.true_s / max(1, self.expected_s)


class Uncounted(StrEnum):
    """Why nothing is learnt from a trip."""

    NOT_THERE = "not_there"  # it has not reached the pick-up
    UNFORESEEN = "unforeseen"  # nobody knows by which speeds it was foreseen, or it was not
    GIVEN = "given"  # somebody said when it arrives
    BOOKED = "booked"  # it was to be there at a time, and not as soon as it could
    CHANGED = "changed"  # it went elsewhere or otherwise than was foreseen
    NOT_SEEN = "not_seen"  # somebody told of the yes or the arrival afterwards, or put it right
    UNLIKELY = "unlikely"  # nobody drives so fast: a tap was at the wrong time


def judge_drive(
    trip: Assignment, vehicle_class: VehicleClass, events: Iterable[Event], zone: tzinfo
) -> Drive | Uncounted:
    """What is learnt from a trip's way to its pick-up; `events` are those of its request that say what became other.

    The measure is what was said at the driver's yes, which is what everybody was told first.
    """
    yes, set_out, there = (trip.stamps.get(state) for state in _ENDS)
    arrival = trip.arrival
    if there is None or yes is None:
        return Uncounted.NOT_THERE
    if arrival is not None and arrival.method is Method.GIVEN:
        return Uncounted.GIVEN
    if arrival is None or arrival.metric is None:
        return Uncounted.UNFORESEEN
    if arrival.wait_s:
        return Uncounted.BOOKED
    if any(trip.offered_at < event.at <= there.server_time and _is_otherwise(event) for event in events):
        return Uncounted.CHANGED
    if there.source not in _SEEN or yes.source is StepSource.CORRECTION:
        return Uncounted.NOT_SEEN
    true_s = (there.at - yes.at).total_seconds()
    if not _is_likely(true_s, arrival.distance_m):
        return Uncounted.UNLIKELY
    set_out_s = None
    if set_out is not None and set_out.source in _SEEN and yes.at <= set_out.at:
        left_s = (there.at - set_out.at).total_seconds()
        set_out_s = round(true_s - left_s) if _is_likely(left_s, arrival.distance_m) else None
    local = yes.at.astimezone(zone)
    return Drive(
        month=local.date().replace(day=1),
        hour=hour_of_week(local),
        vehicle_class=vehicle_class,
        metric=arrival.metric,
        method=arrival.method,
        low_s=round(arrival.eta_low_s),
        expected_s=round(arrival.eta_s),
        high_s=round(arrival.eta_high_s),
        turnout_s=round(arrival.turnout_s),
        true_s=round(true_s),
        set_out_s=set_out_s,
        distance_m=round(arrival.distance_m / _ROUND_M) * round(_ROUND_M) if arrival.distance_m is not None else None,
    )


def hour_of_week(local: datetime) -> int:
    """The hour of the week of a local time."""
    return local.weekday() * 24 + local.hour


def _is_likely(seconds: float, distance_m: float | None) -> bool:
    """Whether somebody can drive so far in so many seconds, by what is taken of a position."""
    return seconds >= 1.0 and (distance_m or 0.0) / seconds * 3.6 <= FixLimits().speed_kph


def _is_otherwise(event: Event) -> bool:
    if isinstance(event, RequestChanged):
        return not _OTHERWISE.isdisjoint(event.changed)
    return isinstance(event, TransferBegun)
