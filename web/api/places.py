"""Finding a place by what somebody types or pastes, and saying where a position is."""

from functools import lru_cache
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from dispatch.bootstrap import House
from dispatch.domain.people import Facility, Person
from dispatch.reading.base import Out
from dispatch.vocabulary.languages import Lang
from dispatch.words.places import detail_of, name_of, place_hint, warning_of
from dispatch.words.tables import phrase
from geo.places.index import Hit, PlaceIndex, best_of
from geo.places.online import OSM_SEARCH_ATTRIBUTION, OnlineError
from geo.places.pasted import INDONESIA, Pasted, read_pasted
from geo.places.place import FoundKind, NamedPlace
from geo.places.region import Nearby, RegionPlaces
from geo.point import Point
from web.bodies import In, Lat, Lon
from web.context import Caller, Spoken, TheHouse
from web.errors import Problem

router = APIRouter(tags=["places"])
_LONGEST = 200  # of a name that is searched; a pasted link may be longer


class SpotOut(Out):
    """A GeoJSON point, in degrees."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class FoundFactsOut(Out):
    """What is known of a place. `say`: what to tell of it before a vehicle goes there, or empty."""

    name: str
    detail: str
    kind: FoundKind | Literal["point"]
    facility: str | None = None
    score: float = 1.0
    road_m: float | None = None
    outside: bool = False
    say: str = ""


class FoundOut(Out):
    """A GeoJSON feature: a place."""

    type: Literal["Feature"] = "Feature"
    geometry: SpotOut
    properties: FoundFactsOut


class PlacesOut(Out):
    """A GeoJSON FeatureCollection, best first. `say`: what to do next; `wider`: whether `wide` would ask further."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[FoundOut]
    say: str = ""
    wider: bool = False
    attribution: str = ""


class Asked(In):
    """The question: a text, or a position."""

    q: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    limit: Annotated[int, Field(ge=1, le=20)] = 8
    wide: bool = False


@router.get("/api/geocode")
async def geocode(house: TheHouse, person: Caller, lang: Spoken, asked: Annotated[Asked, Query()]) -> PlacesOut:
    """Places for a text `q` (a name, coordinates, a map's link), or the street and village of `lon` and `lat`.

    A text is looked up in the region's own index; with `wide=true` also by the Nominatim server of the settings, to
    which it alone is sent. Of places that fit alike the one nearest to the caller's facility comes first.
    """
    text = (asked.q or "").strip()
    if asked.lon is not None and asked.lat is not None and asked.q is None:
        return PlacesOut(features=[_spot(house, Point(lon=asked.lon, lat=asked.lat), "", lang)])
    if not text or asked.lon is not None or asked.lat is not None:
        raise Problem(422, "invalid_place_query")
    pasted = read_pasted(text, house.places.bounds if house.places else INDONESIA)
    if pasted:
        return _pasted(house, pasted, lang)
    if len(text) > _LONGEST:
        raise Problem(422, "invalid_place_query")
    return await _search(house, person, text, asked, lang)


def _pasted(house: House, pasted: Pasted, lang: Lang) -> PlacesOut:
    if pasted.point is None:
        assert pasted.trouble is not None
        return PlacesOut(features=[], say=phrase(lang, "places.trouble", pasted.trouble))
    say = place_hint("swapped", lang) if pasted.swapped else ""
    return PlacesOut(features=[_spot(house, pasted.point, pasted.name, lang)], say=say)


async def _search(house: House, person: Person, text: str, asked: Asked, lang: Lang) -> PlacesOut:
    facilities = await house.unit.store.read(lambda books: books.facilities.list_all())
    here = next((facility.point for facility in facilities if facility.id == person.facility), None)
    limit = asked.limit
    features = await run_in_threadpool(_find, house, tuple(facilities), text, limit, here, lang)
    say, attribution = "", ""
    if asked.wide and house.online is not None:
        try:
            further = await run_in_threadpool(house.online.find, text, limit)
            features += [_hit(house, Hit(place=place, score=0.0), lang) for place in further]
            attribution = OSM_SEARCH_ATTRIBUTION if further else ""
        except OnlineError:
            say = place_hint("online_silent", lang)
    return PlacesOut(
        features=features,
        say=say or ("" if features else place_hint("nothing_found", lang)),
        wider=house.online is not None and not asked.wide,
        attribution=attribution,
    )


def _find(
    house: House, facilities: tuple[Facility, ...], text: str, limit: int, here: Point | None, lang: Lang
) -> list[FoundOut]:
    found = [_facility_index(house.places, facilities).find(text, limit, here)]
    if house.places is not None:
        found.append(house.places.index.find(text, limit, here))
    return [_hit(house, hit, lang) for hit in best_of(found, limit, here)]


@lru_cache(maxsize=2)
def _facility_index(places: RegionPlaces | None, facilities: tuple[Facility, ...]) -> PlaceIndex:
    points = [facility.point for facility in facilities]
    details = places.details(points) if places else [""] * len(points)
    return PlaceIndex(
        [
            NamedPlace(name=each.name, detail=detail, point=each.point, kind=FoundKind.FACILITY, id=each.id)
            for each, detail in zip(facilities, details, strict=True)
        ]
    )


def _hit(house: House, hit: Hit, lang: Lang) -> FoundOut:
    place = hit.place
    facts = FoundFactsOut.of(hit, place, facility=place.id or None)
    return _feature(house, place.point, facts, _near(house, place.point), lang)


def _spot(house: House, point: Point, name: str, lang: Lang) -> FoundOut:
    nearby = _near(house, point)
    called = name or name_of(nearby or Nearby(), point.lon, point.lat, lang)
    detail = detail_of(nearby) if nearby else ""
    # A village is not named twice.
    facts = FoundFactsOut(name=called, detail="" if detail == called else detail, kind="point")
    return _feature(house, point, facts, nearby, lang)


def _near(house: House, point: Point) -> Nearby | None:
    return house.places.near(point) if house.places else None


def _feature(house: House, point: Point, facts: FoundFactsOut, nearby: Nearby | None, lang: Lang) -> FoundOut:
    if nearby is not None and house.places is not None:
        facts.road_m = None if nearby.road_m is None else round(nearby.road_m, 1)
        facts.outside = nearby.outside
        facts.say = warning_of(nearby, house.places.limit_m, lang)
    return FoundOut(geometry=SpotOut(coordinates=(point.lon, point.lat)), properties=facts)
