"""Where a vehicle was, and whether a report of it may be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from geo.point import Point, distance_m


class FixSource(StrEnum):
    """What sent a fix."""

    PAGE = "page"
    TRACKER = "tracker"
    BASE = "base"


class LinkHealth(StrEnum):
    """How fresh the last fix is; a separate axis from duty (R21)."""

    LIVE = "live"
    OLD = "old"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One reported position; `taken_at` is the device's time, `received_at` the server's, both aware UTC."""

    vehicle_id: str
    point: Point
    taken_at: datetime
    received_at: datetime
    source: FixSource = FixSource.PAGE
    accuracy_m: float | None = None
    speed_kph: float | None = None
    heading: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixLimits:
    """What a believable fix keeps to; the figures are this project's own.

    `live_s` and `old_s` follow R21 (5 and 30 minutes).
    """

    live_s: float = 300.0
    old_s: float = 1800.0
    future_s: float = 60.0
    past_s: float = 86_400.0
    accuracy_m: float = 1_000.0
    speed_kph: float = 200.0


@dataclass(frozen=True, slots=True)
class FixFault:
    """One reason not to believe a fix."""

    code: str
    facts: dict[str, object]


def judge_fix(fix: Fix, last: Fix | None, now: datetime, limits: FixLimits) -> tuple[FixFault, ...]:
    """Every reason not to apply `fix` after `last`; empty when it may be believed."""
    faults: list[FixFault] = []
    age_s = (now - fix.taken_at).total_seconds()
    if age_s < -limits.future_s:
        faults.append(FixFault("from_the_future", {"ahead_s": round(-age_s, 1)}))
    if age_s > limits.past_s:
        faults.append(FixFault("too_old", {"age_s": round(age_s, 1), "limit_s": limits.past_s}))
    if fix.accuracy_m is not None and fix.accuracy_m > limits.accuracy_m:
        faults.append(FixFault("too_inexact", {"accuracy_m": fix.accuracy_m, "limit_m": limits.accuracy_m}))
    if last is not None:
        faults += _judge_against_last(fix, last, limits)
    return tuple(faults)


def _judge_against_last(fix: Fix, last: Fix, limits: FixLimits) -> list[FixFault]:
    gap = fix.taken_at - last.taken_at
    if gap <= timedelta(0):
        return [FixFault("not_newer", {"behind_s": round(-gap.total_seconds(), 1)})]
    # Two inexact fixes may lie apart by the sum of their errors without any movement.
    slack_m = (fix.accuracy_m or 0.0) + (last.accuracy_m or 0.0) + 100.0
    moved_m = distance_m(fix.point, last.point) - slack_m
    speed_kph = moved_m / gap.total_seconds() * 3.6
    if speed_kph > limits.speed_kph:
        return [FixFault("impossible_speed", {"speed_kph": round(speed_kph), "limit_kph": limits.speed_kph})]
    return []


def link_health(fix: Fix | None, now: datetime, limits: FixLimits) -> LinkHealth:
    """Live, old or lost by the age of the last fix."""
    if fix is None:
        return LinkHealth.LOST
    age_s = (now - fix.taken_at).total_seconds()
    if age_s <= limits.live_s:
        return LinkHealth.LIVE
    return LinkHealth.OLD if age_s <= limits.old_s else LinkHealth.LOST
