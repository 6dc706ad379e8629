"""What a map shows beside the roads: names, water, ground, buildings and lines, each of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geo.point import Point


class PlaceKind(StrEnum):
    """How large a place is, largest first; a landmark is a building or yard that people steer by."""

    CITY = "city"
    DISTRICT = "district"
    VILLAGE = "village"
    HAMLET = "hamlet"
    HOSPITAL = "hospital"
    LANDMARK = "landmark"


class LandKind(StrEnum):
    """What covers the ground."""

    WOOD = "wood"
    GRASS = "grass"
    FARM = "farm"
    PARK = "park"
    CEMETERY = "cemetery"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    INDUSTRY = "industry"
    SAND = "sand"


class LineKind(StrEnum):
    """Lines that are no roads: borders of cities (and larger), of districts and of villages among them."""

    RIVER = "river"
    STREAM = "stream"
    RAIL = "rail"
    TRAM = "tram"
    CITY_BORDER = "city_border"
    DISTRICT_BORDER = "district_border"
    VILLAGE_BORDER = "village_border"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLabel:
    """A name and where to write it; `within` names what it is a part of, `shape` is its area in degrees if known."""

    name: str
    kind: PlaceKind
    point: Point
    within: str = ""
    shape: Polygon | MultiPolygon | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterArea:
    """A river or sea with its outline in degrees, and where to write its name."""

    name: str
    shape: Polygon | MultiPolygon
    label_at: tuple[Point, ...] = ()


def _no_shapes() -> NDArray[Any]:
    return np.zeros(0, object)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasemapLayers:
    """What a map shows beside the roads; land, buildings and lines are arrays of shapely geometries in degrees."""

    water: tuple[WaterArea, ...] = ()
    places: tuple[PlaceLabel, ...] = ()
    land: Mapping[LandKind, NDArray[Any]] = field(default_factory=dict)
    lines: Mapping[LineKind, NDArray[Any]] = field(default_factory=dict)
    buildings: NDArray[Any] = field(default_factory=_no_shapes)
