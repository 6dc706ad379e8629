"""What lies beside the roads of an OpenStreetMap file is read as it is, within the region, and cut into tiles."""

import gzip
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from geo.basemap.store import TileStore
from geo.basemap.tiles import tile_of, write_tiles
from geo.osm.features import BasemapLayers, LandKind, LineKind, PlaceKind
from geo.osm.ground import land_of, line_of, place_of
from geo.osm.layers import read_layers
from geo.places.file import PlacesFileError, read_places, write_places
from geo.places.villages import Villages
from geo.source import BuildError
from tests.roads.ground_town import ground_town
from tests.roads.osm_town import town
from tests.roads.tiny import SOUTH, STEP, WEST

BOUNDS = (WEST, SOUTH, WEST + 9 * STEP, SOUTH + 9 * STEP)


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + STEP * x, SOUTH + STEP * y


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> BasemapLayers:
    path = tmp_path_factory.mktemp("ground") / "kota.osm"
    path.write_text(ground_town(), "utf-8")
    return read_layers(path, BOUNDS, lambda _: None)


def is_wet(layers: BasemapLayers, x: float, y: float) -> bool:
    return any(shapely.intersects_xy(area.shape, *at(x, y)) for area in layers.water)


def test_a_lake_of_several_ways_has_its_island(layers: BasemapLayers) -> None:
    assert is_wet(layers, 1.5, 1.5)
    assert not is_wet(layers, 2, 2)


def test_the_sea_lies_to_the_right_of_the_coast_and_nowhere_else(layers: BasemapLayers) -> None:
    assert is_wet(layers, 5, 9.6)
    assert is_wet(layers, -3, 30)
    assert not is_wet(layers, 5, 9.4)
    assert not is_wet(layers, 5, -3)


def test_a_yard_a_house_and_a_stream_above_the_ground_are_there(layers: BasemapLayers) -> None:
    assert set(layers.land) == {LandKind.HOSPITAL}
    assert len(layers.buildings) == 1
    (stream,) = layers.lines[LineKind.STREAM]
    assert stream.distance(shapely.Point(*at(4, 4))) < 1e-9


def test_a_border_between_two_villages_is_drawn_once(layers: BasemapLayers) -> None:
    borders = shapely.MultiLineString(layers.lines[LineKind.VILLAGE_BORDER].tolist())
    assert borders.length == pytest.approx(shapely.union_all(borders).length)
    assert borders.distance(shapely.Point(*at(4.5, 3))) < 1e-9


def test_names_stand_once_where_they_were_put_and_know_what_they_are_part_of(layers: BasemapLayers) -> None:
    found = {(label.name, label.kind): label for label in layers.places}
    assert len(found) == len(layers.places) == 5
    village = found["Sukabaru", PlaceKind.VILLAGE]
    assert (village.point.lon, village.point.lat) == pytest.approx(at(2, 7))
    assert village.within == "Kecamatan Contoh"
    assert village.shape is not None
    assert found["Masjid Al A'zhom Contoh", PlaceKind.LANDMARK].within == "Karang Contoh"
    assert ("RS Contoh Sehat", PlaceKind.HOSPITAL) in found


def test_a_position_lies_in_the_village_whose_area_holds_it_though_another_name_is_nearer(
    layers: BasemapLayers,
) -> None:
    villages = Villages(layers.places)
    rows = villages.find(np.array([at(4.4, 7), at(4.6, 7), at(900, 900)]))
    assert [villages.labels[row].name if row >= 0 else None for row in rows] == ["Sukabaru", "Karang Contoh", None]


def test_names_survive_their_file(layers: BasemapLayers, tmp_path: Path) -> None:
    path = tmp_path / "kota.places.geojson"
    write_places(layers.places, path)
    again = read_places(path)
    assert [(label.name, label.kind, label.within) for label in again] == [
        (label.name, label.kind, label.within) for label in layers.places
    ]
    for one, other in zip(again, layers.places, strict=True):
        assert (one.point.lon, one.point.lat) == pytest.approx((other.point.lon, other.point.lat), abs=1e-6)
        assert (one.shape is None) == (other.shape is None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"features":[{"properties":{"name":"X","kind":"planet"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        '{"features":[{"properties":{"kind":"village"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        '{"features":[{"properties":{"name":"X","kind":"village"},"geometry":{"type":"Nothing","coordinates":[]}}]}',
        '{"features":[{"properties":{"name":"X","kind":"city"},"geometry":{"type":"MultiPoint","coordinates":[]}}]}',
    ],
)
def test_a_file_that_holds_no_places_is_refused_with_its_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "kota.places.geojson"
    path.write_text(text)
    with pytest.raises(PlacesFileError, match=r"kota\.places\.geojson.*Mend it"):
        read_places(path)


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kota.osm"
    path.write_text("<html>busy</html>")
    with pytest.raises(BuildError, match="cannot be read"):
        read_layers(path, BOUNDS, lambda _: None)


def test_tiles_hold_every_layer_of_the_file(layers: BasemapLayers, tmp_path: Path) -> None:
    network, _ = town(tmp_path, ground_town())
    write_tiles(network, layers, tmp_path / "kota.pmtiles", lambda _: None)
    store = TileStore(tmp_path / "kota.pmtiles")
    seen: dict[str, set[object]] = {}
    (left, top), (right, bottom) = tile_of(*at(-1, 20), 14), tile_of(*at(10, -1), 14)
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            tile = store.get_tile(14, x, y)
            if tile is not None:
                for name, layer in mapbox_vector_tile.decode(gzip.decompress(tile)).items():
                    kinds = {feature["properties"].get("kind") for feature in layer["features"]}
                    seen.setdefault(name, set()).update(kinds)
    assert set(seen) == {"land", "water", "buildings", "lines", "roads", "places"}
    assert seen["lines"] == {"stream", "village_border", "district_border"}
    assert seen["places"] == {"village", "district", "landmark", "hospital"}


def test_tags_are_told_apart() -> None:
    assert land_of({"landuse": "forest"}) is LandKind.WOOD
    assert land_of({"landuse": "nothing known"}) is None
    assert line_of({"railway": "rail", "tunnel": "yes"}) is None
    assert line_of({"boundary": "administrative", "admin_level": "5"}) is LineKind.CITY_BORDER
    assert place_of({"place": "hamlet"}) is None
    assert place_of({"amenity": "doctors", "name": "Praktik Contoh"}) is PlaceKind.LANDMARK
    assert place_of({"amenity": "clinic", "name": "Klinik Contoh"}) is PlaceKind.HOSPITAL
