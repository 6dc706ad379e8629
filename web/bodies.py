"""What bodies of the API have in common."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from dispatch.desk.ports import Books
from dispatch.domain.request import Ask, Place
from dispatch.domain.trip import place_at, place_on_map, way_back
from geo.areas.area import Areas
from geo.point import Point
from web.errors import Problem

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]
Text = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, strip_whitespace=True)]
Count = Annotated[int, Field(ge=1, le=20)]  # of patients, living or dead
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]

# Before and after these nobody dispatches, and a time zone may have offsets with seconds, which ISO 8601 cannot say.
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2200, 1, 1, tzinfo=UTC)


# Control characters beside tab and line feed, and signs that turn the direction of what follows them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class In(BaseModel):
    """A body that the API takes: an unknown field is an error, so that a typing mistake is never silently lost.

    No text holds signs that nobody sees, and that would make a screen show something else than what was kept.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _is_seen(cls, value: object) -> object:
        if isinstance(value, str) and _UNSEEN.search(value):
            raise ValueError("take the control characters out of the text")
        return value


class PointIn(In):
    """A place that is no known facility."""

    lon: Lon
    lat: Lat
    name: Text | None = None


def place_of(books: Books, areas: Areas, where: str | PointIn, field: str) -> Place:
    """A place of a body, looked up. Raises a 422 problem for an unknown facility."""
    if isinstance(where, PointIn):
        return place_on_map(Point(lon=where.lon, lat=where.lat), where.name, areas)
    facility = books.facilities.find(where)
    if facility is None:
        raise Problem(422, "unknown_facility", {"field": field})
    return place_at(facility, areas)


def utc(at: datetime) -> datetime:
    """A time of a body in UTC. Raises a 422 problem for one without a zone or beyond the calendar."""
    if at.tzinfo is None:
        raise Problem(422, "invalid_zone")
    if not _FIRST_DAY <= at.replace(tzinfo=UTC) <= _LAST_DAY:
        raise Problem(422, "invalid_time")
    return at.astimezone(UTC)


class ReturnIn(In):
    """The way back of a trip: `at` its time, or, where nobody knows it yet, not before `after`. Where it `waits` the
    vehicle that brings the patient there stays for it."""

    at: datetime | None = None
    after: datetime | None = None
    waits: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.at is None) is (self.after is None):
            raise ValueError("a way back has a time (at) or an earliest time (after)")
        return self

    def way(self, areas: Areas) -> Callable[[Ask], Ask]:
        """What is asked for the way back of a trip. Raises a 422 problem for a time without a zone."""
        at = self.at or self.after
        assert at is not None
        return partial(way_back, areas=areas, at=utc(at), on_call=self.at is None, waits=self.waits)
