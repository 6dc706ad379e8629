"""What bodies of the API have in common."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from dispatch.desk.ports import Books
from dispatch.domain.request import Ask, Place
from dispatch.domain.trip import place_at, place_on_map, way_back
from dispatch.vocabulary import bounds
from geo.areas.area import Areas
from geo.point import Point
from web.errors import Problem


def written(length: bounds.Bounds) -> StringConstraints:
    """A text that somebody writes, of so many signs."""
    return StringConstraints(min_length=length.least, max_length=length.most, strip_whitespace=True)


Id = Annotated[str, StringConstraints(min_length=bounds.ID.least, max_length=bounds.ID.most, pattern=bounds.ID_SIGNS)]
Phone = Annotated[str, StringConstraints(pattern=bounds.PHONE_SIGNS)]
Text = Annotated[str, written(bounds.TEXT)]
Reason = Annotated[str, written(bounds.REASON)]
Count = Annotated[int, Field(ge=bounds.COUNT.least, le=bounds.COUNT.most)]
Seq = Annotated[int, Field(ge=0, le=bounds.SEQ_MOST)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class In(BaseModel):
    """A body that the API takes: an unknown field is an error, so that a typing mistake is never silently lost.

    No text holds signs that nobody sees, and that would make a screen show something else than what was kept.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _is_seen(cls, value: object) -> object:
        if isinstance(value, str) and bounds.UNSEEN.search(value):
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
    if not bounds.FIRST_DAY <= at.replace(tzinfo=UTC) <= bounds.LAST_DAY:
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
