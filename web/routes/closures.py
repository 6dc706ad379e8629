"""Closing roads, and opening them again."""

from fastapi import APIRouter

from dispatch.domain.closure import Closure
from dispatch.vocabulary.refusals import Refusal
from geo.point import Point
from geo.shape import Shape, ShapeKind
from web import schemas_closures as s
from web.context import By, TheHouse, utc
from web.errors import refused

router = APIRouter(prefix="/api/closures", tags=["closures"])


@router.get("")
async def list_closures(house: TheHouse) -> s.ClosuresOut:
    """What is closed now."""
    return s.ClosuresOut(features=[closure_out(closure) for closure in await house.desk.closures()])


@router.post("", status_code=201)
async def close_road(body: s.ClosureIn, house: TheHouse, by: By) -> s.ClosureOut:
    """From this answer on nobody is sent over these streets."""
    until = utc(body.until) if body.until is not None else None
    return _answer(
        await house.desk.close_road(shape_of(body.shape), body.reason, note=body.note or None, until=until, by=by)
    )


@router.post("/{closure_id}/open")
async def open_road(closure_id: str, house: TheHouse, by: By) -> s.ClosureOut:
    """From this answer on these streets are driven again."""
    return _answer(await house.desk.open_road(closure_id, by=by))


def _answer(result: Closure | Refusal) -> s.ClosureOut:
    if isinstance(result, Refusal):
        raise refused(result)
    return closure_out(result)


def shape_of(geometry: s.PolygonIn | s.LineStringIn | s.GeoPointIn) -> Shape:
    """What was drawn; the corner that a ring says twice is kept once."""
    match geometry:
        case s.PolygonIn():
            kind, positions = ShapeKind.AREA, geometry.coordinates[0][:-1]
        case s.LineStringIn():
            kind, positions = ShapeKind.LINE, geometry.coordinates
        case s.GeoPointIn():
            kind, positions = ShapeKind.POINT, [geometry.coordinates]
    return Shape(kind=kind, points=tuple(Point(lon=lon, lat=lat) for lon, lat in positions))


def closure_out(closure: Closure) -> s.ClosureOut:
    """A closure as a feature."""
    positions = [(point.lon, point.lat) for point in closure.shape.points]
    geometry: s.PolygonOut | s.LineStringOut | s.GeoPointOut
    match closure.shape.kind:
        case ShapeKind.AREA:
            geometry = s.PolygonOut(coordinates=[[*positions, positions[0]]])
        case ShapeKind.LINE:
            geometry = s.LineStringOut(coordinates=positions)
        case ShapeKind.POINT:
            geometry = s.GeoPointOut(coordinates=positions[0])
    names = ("reason", "note", "streets", "created_at", "created_by", "until", "ended_at", "ended_by")
    properties = s.ClosurePropertiesOut(**{name: getattr(closure, name) for name in names})
    return s.ClosureOut(id=closure.id, geometry=geometry, properties=properties)
