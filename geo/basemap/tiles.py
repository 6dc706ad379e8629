"""The project's own basemap: vector tiles cut once from a road network into a .pmtiles file."""

import contextlib
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely import STRtree

from geo.basemap.layers import NAMED_FROM, TileLayer, mercator, other_layers, road_layer
from geo.osm.features import BasemapLayers
from geo.point import Bounds
from geo.roads.network import Network
from geo.source import Progress
from geo.whole_file import whole_file

MIN_ZOOM, MAX_ZOOM = 6, 14
EXTENT = 4096
# pmtiles has no annotations.
_Writer: Any = Writer
_BUFFER = 96
# Tiles drawn beyond the roads on each side, so that a sea does not end with them.
_MARGIN_TILES = 2
# How far a line may be moved to save points, in units of the tile: a quarter of a pixel at 512 pixels.
_SIMPLIFY = 2.0
# An area smaller than four pixels by four is seen from the next zoom on.
_LEAST_AREA = 32.0 * 32.0
_AREAS = frozenset({"land", "water", "buildings"})
_MANY: dict[str, Any] = {
    **dict.fromkeys(_AREAS, shapely.multipolygons),
    **dict.fromkeys(("lines", "roads"), shapely.multilinestrings),
    "places": shapely.multipoints,
}


def tiles_path(roads: Path) -> Path:
    """Where the map of a network file lies."""
    return roads.with_suffix(".pmtiles")


def write_tiles(network: Network, layers: BasemapLayers | None, path: Path, progress: Progress) -> None:
    """Cut tiles of zoom 6 to 14 and write them beside `path`, then move them there.

    roads: class (as in geo.osm.tags), name (from zoom 12), sample. land and lines: kind. water: name. places: kind,
    name; a water's name has the kind `water`. The attribution of the network is kept in the file.
    """
    progress("joining the pieces of each road")
    with whole_file(path) as file, contextlib.ExitStack() as stack:
        writer: Any = _Writer(file)
        stack.callback(writer.tile_f.close)
        named = {zoom: road_layer(network, zoom) for zoom in (MIN_ZOOM, *sorted(set(NAMED_FROM.values())))}
        others = other_layers(layers or BasemapLayers())
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            roads = named[max(start for start in named if start <= zoom)]
            progress(f"map tiles, zoom {zoom} of {MAX_ZOOM}")
            for number, tile in _tiles([roads, *others], zoom, network.meta.bounds):
                writer.write_tile(number, tile)
        writer.finalize(_header(network), _metadata(network))
    progress(f"tiles written: {path.stat().st_size / 1e6:.1f} MB")


def _tiles(layers: Sequence[TileLayer], zoom: int, bounds: Bounds) -> Iterator[tuple[int, bytes]]:
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


def _drawn(layer: TileLayer, zoom: int) -> TileLayer:
    """What a zoom shows of a layer, in units of its tiles and no finer than they are, piece by piece."""
    shown = np.flatnonzero(layer.from_zoom <= zoom)
    scale = float(EXTENT * 2**zoom)
    pieces, of = shapely.get_parts(layer.shapes[shown], return_index=True)
    pieces = shapely.transform(pieces, lambda xy: xy * scale)
    if layer.name in _AREAS and zoom < MAX_ZOOM:
        seen = shapely.area(pieces) >= _LEAST_AREA
        pieces, of = pieces[seen], of[seen]
    pieces = shapely.simplify(pieces, _SIMPLIFY, preserve_topology=layer.name in _AREAS)
    return replace(layer, shapes=pieces, facts_of=layer.facts_of[shown[of]], from_zoom=layer.from_zoom[shown[of]])


def _cut(layer: TileLayer, tree: STRtree, x: int, y: int) -> dict[str, Any]:
    """The part of a layer in one tile, in its own units: lines and areas a little over its edge, points not."""
    left, top = x * EXTENT, y * EXTENT
    around, far = (0.0, EXTENT - 1e-6) if layer.name == "places" else (_BUFFER, EXTENT + _BUFFER)
    box = (left - around, top - around, left + far, top + far)
    numbers = np.sort(tree.query(shapely.box(*box), predicate="intersects"))
    clipped = shapely.clip_by_rect(layer.shapes[numbers], *box) if len(numbers) else np.array([], dtype=object)
    moved = shapely.transform(clipped, lambda xy: np.rint(xy - (left, top)))
    if layer.name in _AREAS:
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
            {"id": "land", "fields": {"kind": "String"}},
            {"id": "water", "fields": {"name": "String"}},
            {"id": "buildings", "fields": {}},
            {"id": "lines", "fields": {"kind": "String"}},
            {"id": "places", "fields": {"kind": "String", "name": "String"}},
        ],
    }


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """x and y of the tile in which a position lies."""
    x, y = mercator(np.array([(lon, lat)]))[0] * 2**zoom
    return int(x), int(y)
