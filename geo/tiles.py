"""The project's own basemap: vector tiles cut once from a road network into a .pmtiles file, and served from it."""

import contextlib
import gzip
import math
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely import STRtree

from geo.map_style import style
from geo.network import Network
from geo.places import BasemapLayers, PlaceKind
from geo.speeds import ROAD_CLASSES

__all__ = ["EXTENT", "MAX_ZOOM", "MIN_ZOOM", "TileStore", "TilesError", "style", "tile_of", "write_tiles"]

MIN_ZOOM, MAX_ZOOM = 6, 14
EXTENT = 4096
# pmtiles has no annotations.
_Writer: Any = Writer
_Reader: Any = Reader
_MmapSource: Any = MmapSource
_BUFFER = 96
# Tiles drawn beyond the roads on each side, so that a sea does not end with them.
_MARGIN_TILES = 2
# How far a line may be moved to save points, in units of the tile: a quarter of a pixel at 512 pixels.
_SIMPLIFY = 2.0
_NAMED_FROM = {name: 14 if name in ("residential", "living_street", "service", "road") else 12 for name in ROAD_CLASSES}
_ROADS_FROM = {
    "motorway": 6, "motorway_link": 11, "trunk": 6, "trunk_link": 11, "primary": 8, "primary_link": 12,
    "secondary": 9, "secondary_link": 12, "tertiary": 11, "tertiary_link": 13, "unclassified": 13,
    "residential": 13, "road": 13, "living_street": 13, "service": 14,
}  # fmt: skip
_PLACES_FROM = {PlaceKind.CITY: 6, PlaceKind.DISTRICT: 10, PlaceKind.VILLAGE: 12}


_MANY: dict[str, Any] = {
    "roads": shapely.multilinestrings,
    "water": shapely.multipolygons,
    "places": shapely.multipoints,
}


class TilesError(Exception):
    """A file that holds no tiles; the message says how to make one."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Features of one layer: geometries in Web Mercator from 0 to 1, y down, or in units of a zoom's tiles.

    `facts_of` says for each shape which of the `facts` it has; `from_zoom` from which zoom it is shown.
    """

    name: str
    shapes: NDArray[Any]
    facts: list[dict[str, object]]
    facts_of: NDArray[np.int64]
    from_zoom: NDArray[np.int64]


def write_tiles(network: Network, layers: BasemapLayers | None, path: Path, progress: Callable[[str], None]) -> None:
    """Cut tiles of zoom 6 to 14 (layers roads, water, places) and write them beside `path`, then move them there.

    roads: class (as in geo.speeds), name (from zoom 12), sample. water: name. places: kind, name; a water's name has
    the kind `water`. The attribution of the network is kept in the file.
    """
    progress("joining the pieces of each road")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file, contextlib.ExitStack() as stack:
            writer: Any = _Writer(file)
            stack.callback(writer.tile_f.close)
            named = {zoom: _roads(network, zoom) for zoom in (MIN_ZOOM, *sorted(set(_NAMED_FROM.values())))}
            others = _others(layers or BasemapLayers())
            for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
                roads = named[max(start for start in named if start <= zoom)]
                progress(f"map tiles, zoom {zoom} of {MAX_ZOOM}")
                for number, tile in _tiles([roads, *others], zoom, network.meta.bounds):
                    writer.write_tile(number, tile)
            writer.finalize(_header(network), _metadata(network))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    progress(f"tiles written: {path.stat().st_size / 1e6:.1f} MB")


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    x = lonlat[:, 0] / 360.0 + 0.5
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    return np.column_stack((x, y))


def _roads(network: Network, zoom: int) -> _Layer:
    """One feature for each class and name (where the zoom writes it), both directions of a street as one line."""
    once = (network.edge_twin < 0) | (network.edge_twin > np.arange(network.edge_count))
    count = np.diff(network.shape_start)
    owner = np.repeat(np.arange(network.edge_count), count)
    mine = once[owner]
    points = _mercator(np.column_stack((network.shape_lon, network.shape_lat))[mine] / 1e7)
    edges = np.flatnonzero(once)
    lines = np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(edges)), count[edges])))
    named = np.array([_NAMED_FROM[name] <= zoom for name in ROAD_CLASSES])[network.edge_class[edges]]
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


def _others(layers: BasemapLayers) -> list[_Layer]:
    water = [shapely.transform(area.shape, _mercator) for area in layers.water]
    spots: list[tuple[str, str, float, float, int]] = [
        (place.name, place.kind, place.point.lon, place.point.lat, _PLACES_FROM[place.kind]) for place in layers.places
    ]
    for area in layers.water:
        spots += [(area.name, "water", at.lon, at.lat, 10) for at in area.label_at]
    at = _mercator(np.array([(lon, lat) for _, _, lon, lat, _ in spots]).reshape(-1, 2))
    names: list[dict[str, object]] = [{"name": area.name} for area in layers.water]
    facts: list[dict[str, object]] = [{"name": name, "kind": str(kind)} for name, kind, *_ in spots]
    return [
        _layer("water", np.array(water, dtype=object), names, [MIN_ZOOM] * len(water)),
        _layer("places", np.asarray(shapely.points(at)), facts, [zoom for *_, zoom in spots]),
    ]


def _layer(name: str, shapes: NDArray[Any], facts: list[dict[str, object]], from_zoom: Sequence[int]) -> _Layer:
    return _Layer(name, shapes, facts, np.arange(len(shapes)), np.array(from_zoom, np.int64))


def _tiles(
    layers: Sequence[_Layer], zoom: int, bounds: tuple[float, float, float, float]
) -> Iterator[tuple[int, bytes]]:
    """The tiles of one zoom that hold something, with their numbers, in the order of the file."""
    drawn = [_drawn(layer, zoom) for layer in layers]
    trees = [STRtree(layer.shapes) for layer in drawn]
    left, top = tile_of(bounds[0], bounds[3], zoom)
    right, bottom = tile_of(bounds[2], bounds[1], zoom)
    columns = range(max(left - _MARGIN_TILES, 0), min(right + _MARGIN_TILES + 1, 2**zoom))
    rows = range(max(top - _MARGIN_TILES, 0), min(bottom + _MARGIN_TILES + 1, 2**zoom))
    for number, x, y in sorted((zxy_to_tileid(zoom, x, y), x, y) for x in columns for y in rows):
        found = [_cut(layer, tree, x, y) for layer, tree in zip(drawn, trees, strict=True)]
        content = [layer for layer in found if layer["features"]]
        if content:
            tile = mapbox_vector_tile.encode(content, default_options={"y_coord_down": True, "extents": EXTENT})
            yield number, gzip.compress(tile, 6, mtime=0)


def _drawn(layer: _Layer, zoom: int) -> _Layer:
    """What a zoom shows of a layer, in units of its tiles and no finer than they are, piece by piece."""
    shown = np.flatnonzero(layer.from_zoom <= zoom)
    scale = float(EXTENT * 2**zoom)
    pieces, of = shapely.get_parts(layer.shapes[shown], return_index=True)
    pieces = shapely.transform(pieces, lambda xy: xy * scale)
    pieces = shapely.simplify(pieces, _SIMPLIFY, preserve_topology=layer.name == "water")
    return replace(layer, shapes=pieces, facts_of=layer.facts_of[shown[of]], from_zoom=layer.from_zoom[shown[of]])


def _cut(layer: _Layer, tree: STRtree, x: int, y: int) -> dict[str, Any]:
    """The part of a layer in one tile, in its own units: lines and areas a little over its edge, points not."""
    left, top = x * EXTENT, y * EXTENT
    around, far = (0.0, EXTENT - 1e-6) if layer.name == "places" else (_BUFFER, EXTENT + _BUFFER)
    box = (left - around, top - around, left + far, top + far)
    numbers = np.sort(tree.query(shapely.box(*box), predicate="intersects"))
    clipped = shapely.clip_by_rect(layer.shapes[numbers], *box) if len(numbers) else np.array([], dtype=object)
    moved = shapely.transform(clipped, lambda xy: np.rint(xy - (left, top)))
    if layer.name == "water":
        moved = shapely.buffer(moved, 0.0)
    together: dict[int, list[Any]] = {}
    for number, shape in zip(numbers.tolist(), moved, strict=True):
        if not shape.is_empty:
            together.setdefault(int(layer.facts_of[number]), []).extend(shapely.get_parts(shape))
    features = [{"geometry": _MANY[layer.name](s), "properties": layer.facts[row]} for row, s in together.items()]
    return {"name": layer.name, "features": features}


def _header(network: Network) -> dict[str, Any]:
    west, south, east, north = (round(value * 1e7) for value in network.meta.bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 11,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(network: Network) -> dict[str, Any]:
    meta = network.meta
    return {
        "name": meta.region,
        "attribution": meta.attribution,
        "source": meta.source,
        "source_date": meta.source_date,
        "sample": meta.sample,
        "type": "baselayer",
        "vector_layers": [
            {"id": "roads", "fields": {"class": "String", "name": "String", "sample": "Boolean"}},
            {"id": "water", "fields": {"name": "String"}},
            {"id": "places", "fields": {"kind": "String", "name": "String"}},
        ],
    }


class TileStore:
    """Tiles of a .pmtiles file, read by any number of threads.

    Raises:
        TilesError: if the file cannot be read or is no such file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._reader = _Reader(_MmapSource(file))
                self.etag = f'"{_checksum(file):08x}"'
                size = path.stat().st_size
            header = self._reader.header()
            _judge_size(size, header["tile_data_offset"] + header["tile_data_length"])
            self.metadata: Mapping[str, Any] = self._reader.metadata()
            self.zooms: tuple[int, int] = (header["min_zoom"], header["max_zoom"])
        except (
            OSError,
            ValueError,
            LookupError,
            EOFError,
            zlib.error,
            MagicNumberNotFound,
            SpecVersionUnsupported,
        ) as e:
            raise TilesError(f"{path} holds no map tiles ({e!r}): delete it, the next start makes it anew") from e

    def get_tile(self, z: int, x: int, y: int) -> bytes | None:
        """A gzipped Mapbox Vector Tile, or None where the file has none."""
        if not (self.zooms[0] <= z <= self.zooms[1] and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        tile: bytes | None = self._reader.get(z, x, y)
        return tile


def _judge_size(size: int, wanted: int) -> None:
    if size != wanted:
        raise ValueError(f"{size} bytes where there should be {wanted}")


def _checksum(file: IO[bytes]) -> int:
    total = 0
    while block := file.read(1 << 20):
        total = zlib.crc32(block, total)
    return total


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """x and y of the tile in which a position lies."""
    y = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return int((lon / 360.0 + 0.5) * 2**zoom), int(y * 2**zoom)
