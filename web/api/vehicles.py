"""Vehicles, facilities, ways along the road, and the basemap."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from dispatch.domain.people import FacilityKind
from dispatch.domain.trip import target_of
from dispatch.reading.base import Out
from dispatch.reading.requests import trip_in_scope
from dispatch.reading.vehicles import FacilityOut, VehicleOut, fleet_out
from dispatch.words.places import place_name
from geo.basemap.style import style
from web.context import Caller, Spoken, TheHouse
from web.errors import Problem, not_found

router = APIRouter(tags=["fleet"])


class RouteOut(Out):
    """A GeoJSON LineString feature with the way's time, length and streets."""

    type: Literal["Feature"] = "Feature"
    geometry: dict[str, object]
    properties: dict[str, object]


@router.get("/api/vehicles")
async def list_vehicles(house: TheHouse, person: Caller) -> list[VehicleOut]:
    """Every vehicle as the map shows it; staff read of those that are on a request of their own where they are."""
    vehicles = await house.unit.fleet.list_all()
    return await house.unit.store.read(lambda books: fleet_out(house.unit, books, person, vehicles))


@router.get("/api/facilities")
async def list_facilities(house: TheHouse, kind: FacilityKind | None = None) -> list[FacilityOut]:
    """Facilities by name."""
    facilities = await house.unit.store.read(lambda books: books.facilities.list_all())
    return [FacilityOut.of(facility, facility.point) for facility in facilities if kind in (None, facility.kind)]


@router.get("/api/route")
async def way(
    house: TheHouse, person: Caller, lang: Spoken, assignment: Annotated[str, Query(min_length=1, max_length=80)]
) -> RouteOut:
    """The way of an assignment's vehicle: to the pick-up and, once it is there, on to the drop-off."""
    unit = house.unit
    live, request = await unit.store.read(lambda books: trip_in_scope(books, person, assignment))
    vehicle = (await unit.fleet.some([live.vehicle_id]))[live.vehicle_id]
    target = target_of(live, request.ask)
    fix = vehicle.position(unit.clock.now())
    origin = fix.point if fix is not None else request.ask.pickup.point if live.row.met else None
    if origin is None or target is None:
        raise not_found()
    name = place_name(target, lang)
    speeds = vehicle.vehicle.metric_for(request.ask.metric)
    found = await unit.think(unit.roads.way, origin, target.point, speeds=speeds)
    if found is None:
        raise Problem(409, "no_way", {"target": name})
    return RouteOut(
        geometry={"type": "LineString", "coordinates": [[p.lon, p.lat] for p in found.points]},
        properties={
            "travel_s": round(found.travel_s),
            "distance_m": round(found.distance_m),
            "streets": list(found.streets),
            "method": found.method,
            "to": name,
        },
    )


@router.get("/style.json")
async def map_style(request: Request, house: TheHouse) -> dict[str, object]:
    """The map's style; its tiles are this server's own."""
    if house.tiles is None or house.roads_meta is None:
        raise Problem(404, "no_map")
    return style(str(request.base_url).rstrip("/"), house.roads_meta)


@router.get("/tiles/{z}/{x}/{y}.mvt")
async def tile(
    request: Request,
    house: TheHouse,
    z: Annotated[int, Path(ge=0, le=22)],
    x: Annotated[int, Path(ge=0, lt=2**22)],
    y: Annotated[int, Path(ge=0, lt=2**22)],
) -> Response:
    """One vector tile of the network in use."""
    data = house.tiles.get_tile(z, x, y) if house.tiles else None
    if data is None:
        return Response(status_code=204)
    assert house.tiles is not None
    headers = {"ETag": house.tiles.etag, "Cache-Control": "private, max-age=3600"}
    if request.headers.get("if-none-match") == house.tiles.etag:
        return Response(status_code=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(data, media_type="application/vnd.mapbox-vector-tile", headers=headers)
