"""What is reached in time, as areas on the map: from a point, and from the nearest free vehicle."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from dispatch.bootstrap import House
from dispatch.desk.road_ports import Area, RoadAreas
from dispatch.domain.vehicle import by_metric
from dispatch.reading.base import Out
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.point import Point
from web.bodies import Lat, Lon
from web.context import TheHouse
from web.errors import Problem

router = APIRouter(tags=["areas"])
_MOST_LIMITS = 6
_COVERAGE = "5,8,10,15,20,30"
_ONE = r"[0-9]{1,2}(\.[0-9])?"

# Minutes as numbers between commas, and these may repeat.
Limits = list[Annotated[str, Field(max_length=40, pattern=rf"^{_ONE}(,{_ONE}){{0,5}}$")]]
Position = tuple[float, float]


class AreaShapeOut(Out):
    """A GeoJSON MultiPolygon, in degrees."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: tuple[tuple[tuple[Position, ...], ...], ...]


class AreaFactsOut(Out):
    """The ground after more than from_minutes and within to_minutes; null: later or never."""

    from_minutes: float
    to_minutes: float | None


class AreaOut(Out):
    """A GeoJSON feature: an area."""

    type: Literal["Feature"] = "Feature"
    geometry: AreaShapeOut
    properties: AreaFactsOut


class IsochroneOut(Out):
    """A GeoJSON FeatureCollection, the largest area first, so that the smaller ones are drawn over it."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[AreaOut]


class WithinOut(Out):
    """The share of the length of all roads that is reached within a limit, from 0 to 1."""

    minutes: float
    share: float


class CoverageFactsOut(Out):
    """How many free vehicles were counted, how much of the roads they reach in time, and where they come last."""

    vehicles: int
    within: list[WithinOut]
    farthest_s: float | None
    farthest: Position | None
    unreached_m: float


class CoverageOut(Out):
    """A GeoJSON FeatureCollection of bands that do not overlap, the soonest first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[AreaOut]
    properties: CoverageFactsOut


@router.get("/api/isochrone")
async def isochrone(
    house: TheHouse,
    lon: Lon,
    lat: Lat,
    minutes: Annotated[Limits, Query(min_length=1, max_length=_MOST_LIMITS)],
    speeds: Metric = Metric.CAR,
) -> IsochroneOut:
    """How far one comes from a point within each of `minutes`: 1 to 60, up to six of them."""
    limits = _numbers(minutes)
    areas = _areas_of(house)
    origin = Point(lon=lon, lat=lat)
    async with house.area_turns:
        found = await asyncio.to_thread(areas.isochrone, origin, minutes=limits, speeds=speeds)
    if found is None:
        raise Problem(409, "far_from_roads")
    return IsochroneOut(features=[_feature(area) for area in reversed(found)])


@router.get("/api/coverage")
async def coverage(
    house: TheHouse,
    classes: Annotated[list[VehicleClass], Query(alias="class", max_length=len(VehicleClass))] = [],  # noqa: B006
    minutes: Annotated[Limits, Query(min_length=1, max_length=_MOST_LIMITS)] = [_COVERAGE],  # noqa: B006
    speeds: Metric = Metric.CAR,
) -> CoverageOut:
    """How soon the nearest free vehicle, of any class or of those that `class` names, is in every part of the region.

    Each drives as it would on a trip of such `speeds`: with sirens if it has them, a hearse within its caps. The bands
    lie between `minutes`: 1 to 60, up to six of them; the last is what is beyond.
    """
    limits = _numbers(minutes)
    areas = _areas_of(house)
    now = house.unit.clock.now()
    free = [
        (vehicle.vehicle, fix.point)
        for vehicle in await house.unit.fleet.list_all()
        if vehicle.is_free and (not classes or vehicle.vehicle.vehicle_class in classes)
        if (fix := vehicle.position(now)) is not None
    ]
    async with house.area_turns:
        found = await asyncio.to_thread(areas.coverage, by_metric(free, speeds), minutes=limits)
    facts = CoverageFactsOut.of(
        found,
        within=[WithinOut(minutes=limit, share=round(share, 4)) for limit, share in found.within],
        farthest=(found.farthest.lon, found.farthest.lat) if found.farthest else None,
        unreached_m=round(found.unreached_m, 1),
    )
    return CoverageOut(features=[_feature(area) for area in found.bands], properties=facts)


def _numbers(minutes: list[str]) -> list[float]:
    """The limits, rising, each once. Raises a 422 problem for one that is out of bounds, or too many."""
    limits = sorted({float(one) for part in minutes for one in part.split(",")})
    if len(limits) > _MOST_LIMITS or not (limits[0] >= 1.0 and limits[-1] <= 60.0):
        raise Problem(422, "invalid_minutes")
    return limits


def _areas_of(house: House) -> RoadAreas:
    if house.road_areas is None:
        raise Problem(409, "no_roads")
    return house.road_areas


def _feature(area: Area) -> AreaOut:
    return AreaOut(
        geometry=AreaShapeOut(coordinates=area.polygons),
        properties=AreaFactsOut.of(area),
    )
