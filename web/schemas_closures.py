"""The wire of road closures: GeoJSON in and out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from dispatch.domain.closure import MOST_POINTS, NOTE_LENGTH
from dispatch.vocabulary.places import Cause
from web.schemas import In, Lat, Lon, Out

Position = tuple[Lon, Lat]


def _ring(corners: list[Position]) -> list[Position]:
    """A ring ends where it begins, as GeoJSON has it."""
    if corners[0] != corners[-1] or len(set(corners)) < 3:
        raise ValueError("a ring has at least 3 different corners and ends with the first one again")
    return corners


def _line(points: list[Position]) -> list[Position]:
    if len(set(points)) < 2:
        raise ValueError("a line has at least 2 different points")
    return points


Ring = Annotated[list[Position], Field(min_length=4, max_length=MOST_POINTS + 1), AfterValidator(_ring)]


class PolygonIn(In):
    """An area, by one ring: every street with some part inside is closed."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=1)]


class LineStringIn(In):
    """A line along or across streets: those that it meets are closed."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2, max_length=MOST_POINTS), AfterValidator(_line)]


class GeoPointIn(In):
    """A point: the nearest street is closed."""

    type: Literal["Point"]
    coordinates: Position


class ClosureIn(In):
    """What is closed and why; with `until` it opens by itself."""

    reason: Cause
    note: Annotated[str, StringConstraints(max_length=NOTE_LENGTH, strip_whitespace=True)] | None = None
    shape: Annotated[PolygonIn | LineStringIn | GeoPointIn, Field(discriminator="type")]
    until: datetime | None = None


class PolygonOut(Out):
    """An area."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: list[list[tuple[float, float]]]


class LineStringOut(Out):
    """A line."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[tuple[float, float]]


class GeoPointOut(Out):
    """A point."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class ClosurePropertiesOut(Out):
    """Why, since when and until when. `streets` counts those it closes, both directions as one; null without roads."""

    reason: Cause
    note: str | None
    streets: int | None
    created_at: datetime
    created_by: str
    until: datetime | None
    ended_at: datetime | None
    ended_by: str | None


class ClosureOut(Out):
    """A closure as a GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Annotated[PolygonOut | LineStringOut | GeoPointOut, Field(discriminator="type")]
    properties: ClosurePropertiesOut


class ClosuresOut(Out):
    """What is closed now, the oldest first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ClosureOut]
