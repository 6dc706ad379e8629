"""The style draws every class of road from our own tiles, asks nobody else, and keeps the attribution."""

import json

from geo.basemap.style import style
from geo.osm.features import LandKind, LineKind, PlaceKind
from geo.osm.tags import ROAD_CLASSES
from tests.sample_region import sample

LAYERS = ("land", "water", "buildings", "lines", "roads", "places")
STYLE = style("https://jemput.example", sample().meta)


def test_tiles_come_from_this_server_only_and_letters_from_the_page() -> None:
    assert "glyphs" not in STYLE
    assert "sprite" not in STYLE
    assert json.dumps(STYLE).count("://") == 1
    assert STYLE["sources"]["roads"]["tiles"] == ["https://jemput.example/tiles/{z}/{x}/{y}.mvt"]


def test_the_attribution_of_the_roads_stands_in_the_source() -> None:
    assert STYLE["sources"]["roads"]["attribution"] == sample().meta.attribution


def test_every_class_of_road_is_drawn_once_with_its_edge_under_all_roads() -> None:
    lines = [layer for layer in STYLE["layers"] if layer["type"] == "line" and layer["source-layer"] == "roads"]
    for casing in (True, False):
        drawn = [name for layer in lines if layer["id"].endswith("-casing") is casing for name in layer["filter"][2][1]]
        assert sorted(drawn) == sorted(ROAD_CLASSES)
    ids = [layer["id"] for layer in lines]
    assert max(i for i, name in enumerate(ids) if name.endswith("-casing")) < ids.index("service")


def test_every_layer_draws_from_a_layer_of_the_tiles_with_the_font_that_the_page_loads() -> None:
    assert len({layer["id"] for layer in STYLE["layers"]}) == len(STYLE["layers"])
    for layer in STYLE["layers"]:
        assert layer["type"] == "background" or layer["source-layer"] in LAYERS
        if layer["type"] == "symbol":
            assert layer["layout"]["text-font"] == ["Noto Sans"]


def test_every_kind_of_ground_line_and_place_is_drawn() -> None:
    for layer, kinds in (("land", LandKind), ("lines", LineKind), ("places", PlaceKind)):
        drawn = {
            each["filter"][2] for each in STYLE["layers"] if each.get("source-layer") == layer and "filter" in each
        }
        assert set(kinds) <= drawn


def test_the_style_says_that_the_roads_are_a_sample() -> None:
    assert STYLE["metadata"]["jemput:sample"] is True
    assert "contoh" in STYLE["name"]
