"""Reading what a map shows beside the roads from an OpenStreetMap file: water, ground, buildings, borders, names."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from geo.osm.coast import sea_of
from geo.osm.deleted import deleted_in
from geo.osm.features import BasemapLayers, LandKind, LineKind, PlaceKind, PlaceLabel, WaterArea
from geo.osm.ground import BORDERS, KEYS, is_building, is_water, land_of, level_of, line_of, place_of
from geo.osm.text import each_of, tags_of
from geo.point import Bounds, Point
from geo.source import BuildError, Progress, one_line

# Beyond the roads, so that a river does not end with them.
_MARGIN_DEGREES = 0.05
_SAY_EVERY = 100_000
# Of an area smaller than this (a tenth of a square kilometre in square degrees) a map writes no water's name.
_NAMED_WATER = 8e-6
# A border of villages need not be finer than this (some five metres) to say where a point lies.
_BORDER_DEGREES = 5e-5


@dataclass(slots=True)
class _Read:
    """What has been read, as WKB until all of it is there."""

    land: dict[LandKind, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[LineKind, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    buildings: list[bytes] = field(default_factory=list)
    water: list[tuple[str, bytes]] = field(default_factory=list)
    coast: list[bytes] = field(default_factory=list)
    spots: list[tuple[str, PlaceKind, float, float]] = field(default_factory=list)
    named: list[tuple[str, PlaceKind, bytes]] = field(default_factory=list)
    towns: list[tuple[str, PlaceKind, bytes]] = field(default_factory=list)
    broken: int = 0


def read_layers(path: Path, bounds: Bounds, progress: Progress) -> BasemapLayers:
    """The layers of a file within the bounds of its roads (west, south, east, north in degrees) and a little around.
    Raises BuildError if the file cannot be read.
    """
    west, south, east, north = bounds
    box = (west - _MARGIN_DEGREES, south - _MARGIN_DEGREES, east + _MARGIN_DEGREES, north + _MARGIN_DEGREES)
    read = _Read()
    progress(f"reading water, ground, buildings and names of {path.name}")
    try:
        objects = osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.KeyFilter(*KEYS))
        factory = osmium.geom.WKBFactory()
        for count, one in enumerate(each_of(objects, deleted_in(path)), 1):
            _take(one, factory, read, box)
            if count % _SAY_EVERY == 0:
                progress(f"{count:,} things beside the roads looked at")
    except RuntimeError as error:
        raise BuildError(f"{path} cannot be read as OpenStreetMap data: {error}") from error
    layers = _layers(read, box, progress)
    land = sum(len(shapes) for shapes in layers.land.values())
    progress(
        f"{len(layers.water):,} waters, {land:,} areas of ground, {len(layers.buildings):,} buildings, "
        f"{len(layers.places):,} names"
    )
    if read.broken:
        progress(f"left out: {read.broken:,} outlines that do not close or cross themselves")
    return layers


def _take(one: Any, factory: Any, read: _Read, box: Bounds) -> None:  # noqa: ANN401 - osmium lends its own types
    tags = tags_of(one)
    if one.is_node():
        kind, lon, lat = place_of(tags), one.location.lon, one.location.lat
        if kind is not None and box[0] <= lon <= box[2] and box[1] <= lat <= box[3]:
            read.spots.append((one_line(tags["name"]), kind, lon, lat))
    elif one.is_way():
        _take_way(one, tags, read, box)
    elif one.is_area():
        try:
            _take_area(one, tags, factory, read)
        except (osmium.InvalidLocationError, RuntimeError):
            # An outline whose points lie beyond the file: the map shows the rest.
            read.broken += 1


def _take_way(way: Any, tags: dict[str, str], read: _Read, box: Bounds) -> None:  # noqa: ANN401
    kind = line_of(tags)
    is_coast = tags.get("natural") == "coastline"
    if kind is None and not is_coast:
        return
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if len(points) < 2:
        return
    lon, lat = zip(*points, strict=True)
    if max(lon) < box[0] or min(lon) > box[2] or max(lat) < box[1] or min(lat) > box[3]:
        return
    line = shapely.to_wkb(shapely.LineString(points))
    if is_coast:
        read.coast.append(line)
    if kind is not None:
        read.lines[kind].append(line)


def _take_area(area: Any, tags: dict[str, str], factory: Any, read: _Read) -> None:  # noqa: ANN401
    land, level, place = land_of(tags), level_of(tags), place_of(tags)
    water, building = is_water(tags), is_building(tags)
    if not (land or level or place or water or building):
        return
    shape = bytes.fromhex(factory.create_multipolygon(area))
    name = one_line(tags.get("name", ""))
    if water:
        read.water.append((name, shape))
    elif land is not None:
        read.land[land].append(shape)
    if building:
        read.buildings.append(shape)
    if level is not None and name:
        read.towns.append((name, level, shape))
    elif place is not None:
        read.named.append((name, place, shape))


def _layers(read: _Read, box: Bounds, progress: Progress) -> BasemapLayers:
    water, of = _shapes([shape for _, shape in read.water], box)
    waters = [_water(shape, read.water[row][0]) for shape, row in zip(water.tolist(), of.tolist(), strict=True)]
    coast = np.asarray(shapely.from_wkb(read.coast), object)
    waters += [WaterArea(name="", shape=shape) for shape in sea_of(coast, box, progress)]
    lines = {kind: _shapes(found, box)[0] for kind, found in read.lines.items() if kind not in BORDERS.values()}
    return BasemapLayers(
        water=tuple(waters),
        places=tuple(_labels(read, box)),
        land={kind: _shapes(found, box)[0] for kind, found in read.land.items()},
        lines=lines | _borders(read, box),
        buildings=_shapes(read.buildings, box)[0],
    )


def _shapes(raw: list[bytes], box: Bounds) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Geometries that reach into the box, cut to it, and which of the raw ones they are."""
    shapes = np.asarray(shapely.from_wkb(raw), object).reshape(-1)
    rows = np.flatnonzero(shapely.intersects(shapes, shapely.box(*box)))
    shapes = shapes[rows]
    reaching = ~shapely.contains_properly(shapely.box(*box), shapes)
    shapes[reaching] = shapely.clip_by_rect(shapely.make_valid(shapes[reaching]), *box)
    whole = ~shapely.is_empty(shapes)
    return shapes[whole], rows[whole]


def _borders(read: _Read, box: Bounds) -> dict[LineKind, NDArray[Any]]:
    """Each border once, as that of the largest that ends there."""
    borders: dict[LineKind, NDArray[Any]] = {}
    drawn: Any = shapely.MultiLineString()
    for level, kind in BORDERS.items():
        areas = np.asarray(shapely.from_wkb([shape for _, of, shape in read.towns if of is level]), object)
        lines = np.asarray(shapely.from_wkb(read.lines.get(kind, [])), object)
        every = shapely.union_all(np.concatenate((shapely.boundary(areas), lines)))
        mine = shapely.clip_by_rect(shapely.difference(every, drawn), *box)
        if not mine.is_empty:
            borders[kind] = np.asarray(shapely.get_parts(shapely.line_merge(mine)), object)
        drawn = shapely.union(drawn, every)
    return borders


def _water(shape: Any, name: str) -> WaterArea:  # noqa: ANN401
    at = shapely.point_on_surface(shape) if name and shape.area > _NAMED_WATER else None
    return WaterArea(name=name, shape=shape, label_at=() if at is None else (Point(lon=at.x, lat=at.y),))


def _labels(read: _Read, box: Bounds) -> list[PlaceLabel]:
    """Names with their places; a name that stands as a point within its area is written once, at the point."""
    towns, of = _shapes([shape for *_, shape in read.towns], box)
    towns = shapely.simplify(towns, _BORDER_DEGREES)
    tree = shapely.STRtree(towns)
    about = [read.towns[row][:2] for row in of.tolist()]
    spots = list(read.spots)
    shapes, rows = _shapes([shape for *_, shape in read.named], box)
    for at, row in zip(shapely.point_on_surface(shapes).tolist(), rows.tolist(), strict=True):
        spots.append((*read.named[row][:2], at.x, at.y))
    labels: list[PlaceLabel] = []
    seen: set[tuple[str, PlaceKind, float, float]] = set()
    written: dict[int, tuple[float, float]] = {}
    for name, kind, lon, lat in spots:
        inside = tree.query(shapely.Point(lon, lat), predicate="intersects").tolist()
        own = [number for number in inside if about[number][0] == name]
        if own and kind not in (PlaceKind.HOSPITAL, PlaceKind.LANDMARK):
            written |= dict.fromkeys(own, (lon, lat))
            continue
        # A building and the point in it, or a door and the yard: one name.
        place = (name, kind, round(lon, 3), round(lat, 3))
        if place not in seen:
            seen.add(place)
            within = _larger(kind, inside, about)
            labels.append(PlaceLabel(name=name, kind=kind, point=Point(lon=lon, lat=lat), within=within))
    for number, (shape, (name, kind)) in enumerate(zip(towns.tolist(), about, strict=True)):
        middle = shapely.point_on_surface(shape)
        lon, lat = written.get(number, (middle.x, middle.y))
        around = tree.query(middle, predicate="intersects").tolist()
        within = _larger(kind, [other for other in around if other != number], about)
        labels.append(PlaceLabel(name=name, kind=kind, point=Point(lon=lon, lat=lat), within=within, shape=shape))
    return labels


def _larger(kind: PlaceKind, inside: list[int], about: list[tuple[str, PlaceKind]]) -> str:
    """The smallest area around that is larger than the thing itself."""
    order = list(PlaceKind)
    larger = [about[number] for number in inside if order.index(about[number][1]) < order.index(kind)]
    return max(larger, key=lambda found: order.index(found[1]))[0] if larger else ""
