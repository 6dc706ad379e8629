"""Vehicles, facilities, ways along the road, and the basemap."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import FacilityKind, Person
from dispatch.domain.request import Place
from dispatch.domain.request import Request as Asked
from dispatch.domain.vehicle import VehicleNow
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState
from geo.basemap.style import style
from geo.point import Point
from web import schemas as s
from web.context import Caller, TheHouse
from web.errors import Problem, not_found
from web.routes.drivers import speeds_of
from web.views import facility_out, vehicle_out

router = APIRouter(tags=["fleet"])
_LOADED = (AssignmentState.ON_SCENE, AssignmentState.TRANSPORTING, AssignmentState.AT_DESTINATION)


async def fleet_out(house: House) -> list[s.VehicleOut]:
    """Every vehicle with its number, in the order of ids."""
    now = house.desk.clock.now()
    vehicles = await house.desk.fleet()
    live = await house.store.read(lambda books: books.assignments.list_live())
    on = {assignment.vehicle_id: assignment for assignment in live}
    return [vehicle_out(no, vehicle, on.get(vehicle.id), now, house.desk.limits) for no, vehicle in enumerate(vehicles)]


@router.get("/api/vehicles")
async def list_vehicles(house: TheHouse) -> list[s.VehicleOut]:
    """Every vehicle as the map shows it."""
    return await fleet_out(house)


@router.get("/api/facilities")
async def list_facilities(house: TheHouse, kind: FacilityKind | None = None) -> list[s.FacilityOut]:
    """Facilities by name."""
    facilities = await house.store.read(lambda books: books.facilities.list_all())
    return [facility_out(facility) for facility in facilities if kind in (None, facility.kind)]


@router.get("/api/route")
async def way(
    house: TheHouse, person: Caller, assignment: Annotated[str, Query(min_length=1, max_length=80)]
) -> s.RouteOut:
    """The way of an assignment's vehicle: to the pick-up and, once it is there, on to the drop-off."""

    def look(books: Books) -> tuple[Assignment, Asked]:
        found = books.assignments.get(assignment)
        return found, books.requests.get(found.request_id)

    live, request = await house.store.read(look)
    _judge_scope(person, live, request)
    vehicle = (await house.desk.vehicles([live.vehicle_id]))[live.vehicle_id]
    loaded = live.state in _LOADED
    target = request.ask.dropoff if loaded else request.ask.pickup
    origin = _origin(house, vehicle, request, loaded=loaded)
    if origin is None or target is None:
        raise not_found()
    speeds = speeds_of(request.ask.need, request.ask.urgency, loaded=loaded)
    found = house.desk.roads.way(origin, target.point, speeds=speeds)
    if found is None:
        raise Problem(409, "no_way", "Belum ada jalan ke tujuan ini pada peta.", {"target": _name(target)})
    return s.RouteOut(
        geometry={"type": "LineString", "coordinates": [[p.lon, p.lat] for p in found.points]},
        properties={
            "travel_s": round(found.travel_s),
            "distance_m": round(found.distance_m),
            "streets": list(found.streets),
            "method": found.method,
            "to": _name(target),
        },
    )


def _name(place: Place) -> str:
    return place.name


def _judge_scope(person: Person, live: Assignment, request: Asked) -> None:
    foreign_driver = person.role is Role.DRIVER and live.vehicle_id != person.vehicle
    foreign_staff = person.role is Role.STAFF and request.ask.requester != person.facility
    if foreign_driver or foreign_staff:
        raise not_found()


def _origin(house: House, vehicle: VehicleNow, request: Asked, *, loaded: bool) -> Point | None:
    fix = vehicle.position(house.desk.clock.now())
    if fix is not None:
        return fix.point
    return request.ask.pickup.point if loaded else None


@router.get("/style.json")
async def map_style(request: Request, house: TheHouse) -> dict[str, object]:
    """The map's style; its tiles are this server's own."""
    if house.tiles is None or house.roads_meta is None:
        raise Problem(404, "no_map", "Belum ada peta: jalankan jemput roads build, lalu atur JEMPUT_ROADS.")
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
