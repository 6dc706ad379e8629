"""The style draws every class of road from our own tiles, asks nobody else, and keeps the attribution."""

import json
from typing import Any

import pytest

from geo.basemap.style import style
from geo.osm.features import LandKind, LineKind, PlaceKind
from geo.osm.tags import ROAD_CLASSES
from tests.sample_region import sample

LAYERS = ("land", "water", "buildings", "lines", "roads", "places")
Style = dict[str, Any]


@pytest.fixture(scope="module")
def map_style() -> Style:
    return style("https://jemput.example", sample().meta)


def test_tiles_come_from_this_server_only_and_letters_from_the_page(map_style: Style) -> None:
    assert "glyphs" not in map_style
    assert "sprite" not in map_style
    assert json.dumps(map_style).count("://") == 1
    assert map_style["sources"]["roads"]["tiles"] == ["https://jemput.example/tiles/{z}/{x}/{y}.mvt"]


def test_the_attribution_of_the_roads_stands_in_the_source(map_style: Style) -> None:
    assert map_style["sources"]["roads"]["attribution"] == sample().meta.attribution


def test_every_class_of_road_is_drawn_once_with_its_edge_under_all_roads(map_style: Style) -> None:
    lines = [layer for layer in map_style["layers"] if layer["type"] == "line" and layer["source-layer"] == "roads"]
    for casing in (True, False):
        drawn = [name for layer in lines if layer["id"].endswith("-casing") is casing for name in layer["filter"][2][1]]
        assert sorted(drawn) == sorted(ROAD_CLASSES)
    ids = [layer["id"] for layer in lines]
    assert max(i for i, name in enumerate(ids) if name.endswith("-casing")) < ids.index("service")


def test_every_layer_draws_from_a_layer_of_the_tiles_with_the_font_that_the_page_loads(map_style: Style) -> None:
    assert len({layer["id"] for layer in map_style["layers"]}) == len(map_style["layers"])
    for layer in map_style["layers"]:
        assert layer["type"] == "background" or layer["source-layer"] in LAYERS
        if layer["type"] == "symbol":
            assert layer["layout"]["text-font"] == ["Noto Sans"]


def test_every_kind_of_ground_line_and_place_is_drawn(map_style: Style) -> None:
    for layer, kinds in (("land", LandKind), ("lines", LineKind), ("places", PlaceKind)):
        drawn = {
            each["filter"][2] for each in map_style["layers"] if each.get("source-layer") == layer and "filter" in each
        }
        assert set(kinds) <= drawn


def test_the_style_says_that_the_roads_are_a_sample(map_style: Style) -> None:
    assert map_style["metadata"]["jemput:sample"] is True
    assert "contoh" in map_style["name"]
