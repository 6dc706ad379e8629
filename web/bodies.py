"""What bodies of the API have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class In(BaseModel):
    """A body that the API takes: an unknown field is an error, so that a typing mistake is never silently lost."""

    model_config = ConfigDict(extra="forbid")


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
