"""A road closure: streets that nobody drives for a while, why, and until when."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from geo.point import Point, distance_m
from geo.shape import Shape

# This project's own figures: more than anybody draws, and little enough for the roads to follow at once.
MOST_POINTS = 200
MOST_EXTENT_M = 50_000.0
MOST_OPEN = 200
LONGEST = timedelta(days=30)
NOTE_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What is closed and since when; with `until` it opens by itself.

    `streets` counts those that were closed with it, None where no roads are loaded. `created_by` and `ended_by` are
    ids of people, or the desk's own name where its time had come.
    """

    id: str
    reason: Cause
    shape: Shape
    created_at: datetime
    created_by: str
    streets: int | None
    note: str | None = None
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether the closure still stands."""
        return self.ended_at is None


def judge_closure(shape: Shape, note: str | None, until: datetime | None, now: datetime) -> Refusal | None:
    """What keeps this from being closed now: a shape or a time beyond its bounds."""
    if len(shape.points) > MOST_POINTS:
        return Refusal(RefusalCode.CLOSURE_MANY_POINTS, {"most": MOST_POINTS})
    lons, lats = [point.lon for point in shape.points], [point.lat for point in shape.points]
    extent_m = distance_m(Point(lon=min(lons), lat=min(lats)), Point(lon=max(lons), lat=max(lats)))
    # Half way round the earth the corners of a box lie close together again.
    if extent_m > MOST_EXTENT_M or max(lons) - min(lons) > 180.0:
        return Refusal(RefusalCode.CLOSURE_TOO_WIDE, {"most_km": round(MOST_EXTENT_M / 1000)})
    if note is not None and len(note) > NOTE_LENGTH:
        return Refusal(RefusalCode.CLOSURE_LONG_NOTE, {"most": NOTE_LENGTH})
    if until is not None and not now < until <= now + LONGEST:
        return Refusal(RefusalCode.CLOSURE_UNTIL, {"most_days": LONGEST.days})
    return None


def opened(closure: Closure, by: str, now: datetime) -> Closure | Refusal:
    """The streets may be driven again."""
    if not closure.is_open:
        return Refusal(
            RefusalCode.CLOSURE_OVER, {"ended_at": closure.ended_at.isoformat() if closure.ended_at else None}
        )
    return replace(closure, ended_at=now, ended_by=by, version=closure.version + 1)
