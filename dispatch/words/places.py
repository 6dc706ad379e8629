"""Words about places: where a position lies, what an unnamed place is called, what to do with a text that is none."""

from dispatch.domain.request import Place
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.places import Spot
from dispatch.words.tables import phrase
from geo.places.region import Nearby

# Nearer than this one stands in the street; farther from any road a driver wants to know it.
_IN_THE_STREET_M = 60.0
_FAR_M = 150.0


def place_name(place: Place, lang: Lang) -> str:
    """What a place is called; one that nobody named is what it is."""
    return place.name or phrase(lang, "places.spot", place.spot or Spot.ON_MAP)


def place_hint(key: str, lang: Lang) -> str:
    """What to do next: nothing_found, swapped or online_silent."""
    return phrase(lang, "places.say", key)


def name_of(nearby: Nearby, lon: float, lat: float, lang: Lang) -> str:
    """What a position is called: its street, or what it is near, or its coordinates."""
    if nearby.street:
        near = nearby.street_m <= _IN_THE_STREET_M
        return nearby.street if near else phrase(lang, "places.say", "near", street=nearby.street)
    return nearby.village or f"{lat:.5f}, {lon:.5f}"


def detail_of(nearby: Nearby) -> str:
    """The village and what it is a part of."""
    return ", ".join(part for part in (nearby.village, nearby.within) if part)


def warning_of(nearby: Nearby, limit_m: float, lang: Lang) -> str:
    """What a driver should know before he goes there; empty where all is well."""
    if nearby.outside:
        return phrase(lang, "places.say", "outside")
    if nearby.road_m is None:
        return phrase(lang, "places.say", "no_road", km=f"{limit_m / 1000:.0f}")
    if nearby.road_m > _FAR_M:
        return phrase(lang, "places.say", "far", m=f"{round(nearby.road_m, -1):.0f}")
    return ""
