"""What bodies of the API have in common."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from dispatch.desk.ports import Books
from dispatch.domain.request import Place
from dispatch.domain.trip import place_at, place_on_map
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
