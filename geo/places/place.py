"""A place that can be searched for by its name."""

from dataclasses import dataclass
from enum import StrEnum

from geo.point import Point


class FoundKind(StrEnum):
    """What a search finds, in the order in which equals are listed."""

    FACILITY = "facility"
    VILLAGE = "village"
    DISTRICT = "district"
    CITY = "city"
    STREET = "street"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """Something that can be searched for: `detail` says which of several of one name it is, `id` whose it is."""

    name: str
    detail: str
    point: Point
    kind: FoundKind = FoundKind.LANDMARK
    id: str = ""
