"""Closing roads, and opening them again: GeoJSON in and out."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.desk.usecases import closures
from dispatch.domain.closure import MOST_POINTS, NOTE_LENGTH, Closure
from dispatch.reading.base import Out
from dispatch.vocabulary.places import Cause
from geo.point import Point
from geo.shape import Shape, ShapeKind
from web.bodies import In, Lat, Lon, utc
from web.context import By, TheHouse, done

router = APIRouter(prefix="/api/closures", tags=["closures"])
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


@router.get("")
async def list_closures(house: TheHouse) -> ClosuresOut:
    """What is closed now."""
    return ClosuresOut(features=[closure_out(closure) for closure in await house.unit.store.read(_open)])


@router.post("", status_code=201)
async def close_road(body: ClosureIn, house: TheHouse, by: By) -> ClosureOut:
    """From this answer on nobody is sent over these streets."""
    until = utc(body.until) if body.until is not None else None
    closed = await closures.close_road(
        house.unit, shape_of(body.shape), body.reason, note=body.note or None, until=until, by=by
    )
    return await _read(house, done(closed))


@router.post("/{closure_id}/open")
async def open_road(closure_id: str, house: TheHouse, by: By) -> ClosureOut:
    """From this answer on these streets are driven again."""
    return await _read(house, done(await closures.open_road(house.unit, closure_id, by=by)))


def _open(books: Books) -> list[Closure]:
    return books.closures.list_open()


async def _read(house: House, closure_id: str) -> ClosureOut:
    return closure_out(await house.unit.store.read(lambda books: books.closures.get(closure_id)))


def shape_of(geometry: PolygonIn | LineStringIn | GeoPointIn) -> Shape:
    """What was drawn; the corner that a ring says twice is kept once."""
    match geometry:
        case PolygonIn():
            kind, positions = ShapeKind.AREA, geometry.coordinates[0][:-1]
        case LineStringIn():
            kind, positions = ShapeKind.LINE, geometry.coordinates
        case GeoPointIn():
            kind, positions = ShapeKind.POINT, [geometry.coordinates]
    return Shape(kind=kind, points=tuple(Point(lon=lon, lat=lat) for lon, lat in positions))


def closure_out(closure: Closure) -> ClosureOut:
    """A closure as a feature."""
    positions = [(point.lon, point.lat) for point in closure.shape.points]
    geometry: PolygonOut | LineStringOut | GeoPointOut
    match closure.shape.kind:
        case ShapeKind.AREA:
            geometry = PolygonOut(coordinates=[[*positions, positions[0]]])
        case ShapeKind.LINE:
            geometry = LineStringOut(coordinates=positions)
        case ShapeKind.POINT:
            geometry = GeoPointOut(coordinates=positions[0])
    return ClosureOut(id=closure.id, geometry=geometry, properties=ClosurePropertiesOut.of(closure))
