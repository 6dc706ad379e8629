"""Names of places: what a map writes beside the roads, and finding a place by its name."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry import MultiPolygon, Polygon

from geo.point import Point


class PlaceKind(StrEnum):
    """How large a place is, largest first."""

    CITY = "city"
    DISTRICT = "district"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLabel:
    """A name and where to write it."""

    name: str
    kind: PlaceKind
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterArea:
    """A river or sea with its outline in degrees, and where to write its name."""

    name: str
    shape: Polygon | MultiPolygon
    label_at: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BasemapLayers:
    """What a map shows beside the roads."""

    water: tuple[WaterArea, ...] = ()
    places: tuple[PlaceLabel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """Something that can be searched for: `detail` says which of several of one name it is."""

    name: str
    detail: str
    point: Point


def find_places(text: str, places: Iterable[NamedPlace], limit: int = 10) -> tuple[NamedPlace, ...]:
    """Those whose name or detail has every word of the text as the beginning of a word, best first.

    A place whose name begins with the text comes before one that has it further on; then shorter names come first.
    """
    wanted = _words(text)
    if not wanted:
        return ()
    found = []
    for place in places:
        name = _words(place.name)
        every = name + _words(place.detail)
        if all(any(word.startswith(part) for word in every) for part in wanted):
            begins = " ".join(name).startswith(" ".join(wanted))
            in_name = all(any(word.startswith(part) for word in name) for part in wanted)
            found.append((not begins, not in_name, len(place.name), place.name, place.detail, place))
    return tuple(entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1])[:limit])


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char)).split()
