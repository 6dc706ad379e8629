"""Tiles show every road where it lies, are written whole or not at all, and are served only from a whole file."""

import gzip
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from geo.basemap.store import TilesError, TileStore
from geo.basemap.tiles import EXTENT, tile_of, write_tiles
from geo.osm.features import BasemapLayers
from geo.osm.tags import ROAD_CLASSES
from geo.sample.facts import list_bridges, list_villages
from geo.sample.layers import sample_layers
from tests.roads.tiny import both, network
from tests.sample_region import sample

CIKOKOL = (106.6280, -6.2001)
TINY = network([(0, 0), (1, 0), (1, 1)], both((0, 1, 111.0), (1, 2, 111.0)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TileStore:
    path = tmp_path_factory.mktemp("tiles") / "sample.pmtiles"
    write_tiles(sample(), sample_layers(), path, lambda _: None)
    assert path.stat().st_size < 5_000_000
    return TileStore(path)


def content(store: TileStore, z: int, x: int, y: int) -> dict[str, Any]:
    tile = store.get_tile(z, x, y)
    assert tile is not None
    decoded: dict[str, Any] = mapbox_vector_tile.decode(gzip.decompress(tile), default_options={"y_coord_down": True})
    return decoded


def at(store: TileStore, z: int, lon: float, lat: float) -> dict[str, Any]:
    return content(store, z, *tile_of(lon, lat, z))


def classes(tile: dict[str, Any]) -> set[str]:
    return {feature["properties"]["class"] for feature in tile["roads"]["features"]}


def within(lon: float, lat: float, zoom: int) -> Point:
    """The position in units of its tile."""
    x = (lon / 360.0 + 0.5) * 2**zoom
    y = (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**zoom
    return Point((x % 1.0) * EXTENT, (y % 1.0) * EXTENT)


def drawn_roads(tile: dict[str, Any], road_class: str, name: str | None) -> list[Any]:
    return [
        shape(feature["geometry"])
        for feature in tile["roads"]["features"]
        if feature["properties"]["class"] == road_class and feature["properties"].get("name") == name
    ]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_road_is_drawn_where_it_lies_with_its_class_and_name(store: TileStore, data: st.DataObject) -> None:
    network = sample()
    edge = data.draw(st.integers(0, network.edge_count - 1))
    line = network.shape(edge)
    lon, lat = line[data.draw(st.integers(0, len(line) - 1))]
    road_class, name = ROAD_CLASSES[network.edge_class[edge]], network.names[network.edge_name[edge]]
    lines = drawn_roads(at(store, 14, lon, lat), road_class, name)
    # Four units are two metres and a half.
    assert min(line.distance(within(lon, lat, 14)) for line in lines) < 4.0


def test_a_map_of_the_whole_region_shows_main_roads_and_one_of_a_town_its_streets(store: TileStore) -> None:
    assert classes(at(store, 6, *CIKOKOL)) == {"trunk"}
    assert classes(at(store, 10, *CIKOKOL)) == {"trunk", "primary", "secondary"}
    assert "residential" not in classes(at(store, 12, *CIKOKOL))
    assert "residential" in classes(at(store, 13, *CIKOKOL))


def test_the_tile_of_cikokol_holds_its_name_its_streets_and_the_river(store: TileStore) -> None:
    village = next(village for village in list_villages() if village.name == "Cikokol")
    tile = at(store, 14, village.point.lon, village.point.lat)
    names = {feature["properties"]["name"] for feature in tile["places"]["features"]}
    assert "Cikokol" in names
    assert any("Cikokol" in f["properties"].get("name", "") for f in tile["roads"]["features"])
    assert all(feature["properties"]["sample"] is True for feature in tile["roads"]["features"])
    assert [f["properties"]["name"] for f in at(store, 14, *CIKOKOL)["water"]["features"]] == ["Cisadane"]


def test_a_bridge_lies_in_the_water(store: TileStore) -> None:
    for bridge in list_bridges():
        tile = at(store, 14, bridge.point.lon, bridge.point.lat)
        here = within(bridge.point.lon, bridge.point.lat, 14)
        assert any(shape(f["geometry"]).buffer(2).contains(here) for f in tile["water"]["features"]), bridge.id


def test_every_name_is_written_in_one_tile_only(store: TileStore) -> None:
    left, top = tile_of(106.2, -5.8, 12)
    right, bottom = tile_of(106.9, -6.5, 12)
    seen: Counter[tuple[str, str]] = Counter()
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            if store.get_tile(12, x, y) is not None:
                for feature in content(store, 12, x, y).get("places", {"features": []})["features"]:
                    points = shape(feature["geometry"])
                    seen[feature["properties"]["kind"], feature["properties"]["name"]] += len(
                        getattr(points, "geoms", [points])
                    )
    wanted = Counter((str(place.kind), place.name) for place in sample_layers().places)
    for water in sample_layers().water:
        wanted["water", water.name] = len(water.label_at)
    assert seen == wanted


def test_roads_without_further_layers_make_tiles_too(tmp_path: Path) -> None:
    path = tmp_path / "bare.pmtiles"
    write_tiles(TINY, None, path, lambda _: None)
    assert set(at(TileStore(path), 14, TINY.node_lon[0], TINY.node_lat[0])) == {"roads"}


def test_the_same_map_gives_the_same_tag_and_another_one_another(tmp_path: Path) -> None:
    first, again, other = (tmp_path / f"{name}.pmtiles" for name in ("first", "again", "other"))
    write_tiles(TINY, sample_layers(), first, lambda _: None)
    write_tiles(TINY, sample_layers(), again, lambda _: None)
    write_tiles(TINY, BasemapLayers(), other, lambda _: None)
    assert TileStore(again).etag == TileStore(first).etag
    assert TileStore(other).etag != TileStore(first).etag


def test_an_interruption_leaves_the_former_file_and_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    path.write_bytes(b"the former map")

    def stop(line: str) -> None:
        if "zoom 12" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tiles(TINY, sample_layers(), path, stop)
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.pmtiles"]
    assert path.read_bytes() == b"the former map"


@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "cut short", "directory"])
def test_a_file_that_is_no_whole_map_is_refused_with_its_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "broken.pmtiles"
    if damage == "directory":
        path.mkdir()
    elif damage == "cut short":
        write_tiles(TINY, BasemapLayers(), path, lambda _: None)
        path.write_bytes(path.read_bytes()[:-20])
    elif damage != "missing":
        path.write_bytes(b"" if damage == "empty" else b"PMTiles no, something else" * 40)
    with pytest.raises(TilesError, match=r"broken\.pmtiles"):
        TileStore(path)


def test_where_nothing_is_drawn_there_is_no_tile(store: TileStore) -> None:
    assert store.get_tile(14, *tile_of(110.0, -7.0, 14)) is None
    assert store.get_tile(15, *tile_of(*CIKOKOL, 15)) is None
    assert store.get_tile(3, 6, 4) is None
    assert store.get_tile(8, -1, 5) is None
    assert store.get_tile(8, 5, 2**8) is None


def test_the_attribution_and_the_mark_of_a_sample_are_kept_in_the_file(store: TileStore) -> None:
    assert store.metadata["attribution"] == sample().meta.attribution
    assert store.metadata["sample"] is True


def test_many_threads_read_the_same_tiles(store: TileStore) -> None:
    left, top = tile_of(106.5, -6.1, 13)
    wanted = [(13, x, y) for x in range(left, left + 6) for y in range(top, top + 6)] * 8
    alone = [store.get_tile(*key) for key in wanted]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda key: store.get_tile(*key), wanted)) == alone
