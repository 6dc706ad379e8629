"""What a map's tiles hold: roads joined by class and name, and the layers beside them, each with its first zoom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm.features import BasemapLayers, LandKind, LineKind, PlaceKind
from geo.osm.tags import ROAD_CLASSES
from geo.roads.network import Network

NAMED_FROM = {name: 14 if name in ("residential", "living_street", "service", "road") else 12 for name in ROAD_CLASSES}
_ROADS_FROM = {
    "motorway": 6, "motorway_link": 11, "trunk": 6, "trunk_link": 11, "primary": 8, "primary_link": 12,
    "secondary": 9, "secondary_link": 12, "tertiary": 11, "tertiary_link": 13, "unclassified": 13,
    "residential": 13, "road": 13, "living_street": 13, "service": 14, "ferry": 8,
}  # fmt: skip
_PLACES_FROM = {
    PlaceKind.CITY: 6, PlaceKind.DISTRICT: 10, PlaceKind.VILLAGE: 12, PlaceKind.HAMLET: 13, PlaceKind.HOSPITAL: 12,
    PlaceKind.LANDMARK: 14,
}  # fmt: skip
_LINES_FROM = {
    LineKind.RIVER: 9, LineKind.STREAM: 13, LineKind.RAIL: 10, LineKind.TRAM: 14, LineKind.CITY_BORDER: 7,
    LineKind.DISTRICT_BORDER: 10, LineKind.VILLAGE_BORDER: 13,
}  # fmt: skip
_LAND_FROM = {LandKind.WOOD: 8, LandKind.FARM: 9, LandKind.SAND: 10, LandKind.INDUSTRY: 11, LandKind.PARK: 10}
_OTHER_LAND_FROM = 12
_BUILDINGS_FROM = 14
_WATER_FROM = 6
_WATER_NAMES_FROM = 10


@dataclass(frozen=True, slots=True)
class TileLayer:
    """Features of one layer: geometries in Web Mercator from 0 to 1, y down, or in units of a zoom's tiles.

    `facts_of` says for each shape which of the `facts` it has; `from_zoom` from which zoom it is shown.
    """

    name: str
    shapes: NDArray[Any]
    facts: list[dict[str, object]]
    facts_of: NDArray[np.int64]
    from_zoom: NDArray[np.int64]


def mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees (n, 2) as x and y from 0 to 1 in Web Mercator, y down."""
    x = lonlat[:, 0] / 360.0 + 0.5
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    return np.column_stack((x, y))


def road_layer(network: Network, zoom: int) -> TileLayer:
    """One feature for each class and name (where the zoom writes it), both directions of a street as one line."""
    edges, count = network.streets, np.diff(network.shape_start)
    mine = np.repeat(np.isin(np.arange(network.edge_count), edges), count)
    points = mercator(np.column_stack((network.shape_lon, network.shape_lat))[mine] / 1e7)
    lines = np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(edges)), count[edges])))
    named = np.array([NAMED_FROM[name] <= zoom for name in ROAD_CLASSES])[network.edge_class[edges]]
    name = np.where(named, network.edge_name[edges], -1)
    keys, group = np.unique(np.column_stack((network.edge_class[edges], name)), axis=0, return_inverse=True)
    order = np.argsort(group.reshape(-1), kind="stable")
    parts = np.split(lines[order], np.cumsum(np.bincount(group.reshape(-1)))[:-1])
    classes = [ROAD_CLASSES[number] for number in keys[:, 0].tolist()]
    texts = [network.names[number] if number >= 0 else "" for number in keys[:, 1].tolist()]
    facts: list[dict[str, object]] = [
        {"class": road_class, "sample": network.meta.sample} | ({"name": text} if text else {})
        for road_class, text in zip(classes, texts, strict=True)
    ]
    merged = np.array([shapely.line_merge(shapely.multilinestrings(part)) for part in parts], dtype=object)
    return _layer("roads", merged, facts, [_ROADS_FROM[name] for name in classes])


def other_layers(layers: BasemapLayers) -> list[TileLayer]:
    """Everything beside the roads: land (kind), buildings, lines (kind), water (name) and places (kind, name)."""
    water = [area.shape for area in layers.water]
    spots = [(one.name, str(one.kind), one.point, _PLACES_FROM[one.kind]) for one in layers.places]
    spots += [(area.name, "water", at, _WATER_NAMES_FROM) for area in layers.water for at in area.label_at]
    points = shapely.points(np.array([(at.lon, at.lat) for _, _, at, _ in spots]).reshape(-1, 2))
    names: list[dict[str, object]] = [{"name": area.name} if area.name else {} for area in layers.water]
    facts: list[dict[str, object]] = [{"name": name, "kind": kind} for name, kind, *_ in spots]
    land = {str(kind): (shapes, _LAND_FROM.get(kind, _OTHER_LAND_FROM)) for kind, shapes in layers.land.items()}
    lines = {str(kind): (shapes, _LINES_FROM[kind]) for kind, shapes in layers.lines.items()}
    return [
        _kinds("land", land),
        _layer("water", _projected(np.array(water, dtype=object)), names, [_WATER_FROM] * len(water)),
        _kinds("buildings", {"": (layers.buildings, _BUILDINGS_FROM)}),
        _kinds("lines", lines),
        _layer("places", _projected(np.asarray(points)), facts, [zoom for *_, zoom in spots]),
    ]


def _projected(shapes: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.transform(shapes, mercator), object)


def _kinds(name: str, kinds: dict[str, tuple[NDArray[Any], int]]) -> TileLayer:
    """One feature for each kind."""
    found = [shapes for shapes, _ in kinds.values()]
    counts = [len(shapes) for shapes in found]
    return TileLayer(
        name,
        _projected(np.concatenate(found) if found else np.zeros(0, object)),
        [{"kind": kind} if kind else {} for kind in kinds],
        np.repeat(np.arange(len(kinds)), counts),
        np.repeat(np.array([zoom for _, zoom in kinds.values()], np.int64), counts),
    )


def _layer(name: str, shapes: NDArray[Any], facts: list[dict[str, object]], from_zoom: Sequence[int]) -> TileLayer:
    return TileLayer(name, shapes, facts, np.arange(len(shapes)), np.array(from_zoom, np.int64))
