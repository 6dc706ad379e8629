"""What is missing, broken or across the 180th meridian: it is kept, counted or refused with what to do."""

import json
import re
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from geo.osm.area import read_area
from geo.osm.layers import read_layers
from geo.roads.build_osm import build_from_osm
from geo.search.engine import Engine
from geo.search.snap import Snapper
from geo.source import BuildError
from tests.roads.osm_town import CROSS, RING, ROAD, Relation, restriction, streets, town, xml

Ring = list[list[float]]


def box(west: float, east: float) -> Ring:
    return [[west, -17.0], [east, -17.0], [east, -16.0], [west, -16.0], [west, -17.0]]


def area(folder: Path, *rings: Ring) -> Path:
    path = folder / "daerah.geojson"
    path.write_text(json.dumps({"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}))
    return path


ACROSS = [
    [box(179.9, 180.1)],  # goes on beyond 180
    [box(-180.1, -179.9)],
    [box(539.9, 540.1)],
    [box(179.9, -179.9)],  # begins anew
    [box(179.9, 180.0), box(-180.0, -179.9)],  # cut in two
]


@pytest.mark.parametrize("rings", ACROSS)
def test_an_area_across_the_180th_meridian_is_both_its_sides(tmp_path: Path, rings: list[Ring]) -> None:
    found = read_area(area(tmp_path, *rings))
    assert shapely.bounds(found).tolist() == pytest.approx([-180.0, -17.0, 180.0, -16.0])
    assert shapely.area(found) == pytest.approx(0.2)


def test_a_hole_across_the_meridian_is_a_hole_and_a_box_round_the_earth_is_the_earth(tmp_path: Path) -> None:
    hole = [[179.95, -16.8], [-179.95, -16.8], [-179.95, -16.2], [179.95, -16.2], [179.95, -16.8]]
    path = tmp_path / "daerah.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [box(179.9, -179.9), hole]}))
    assert shapely.area(read_area(path)) == pytest.approx(0.2 - 0.06)
    assert shapely.area(read_area(area(tmp_path, box(-180.0, 180.0)))) == pytest.approx(360.0)


@pytest.mark.parametrize("ring", [box(900.0, 901.0), box(-200.0, 200.0), [[0, 80], [1, 80], [1, 91], [0, 80]]])
def test_an_area_that_is_not_on_the_earth_is_refused(tmp_path: Path, ring: Ring) -> None:
    with pytest.raises(BuildError, match="takes a GeoJSON polygon"):
        read_area(area(tmp_path, ring))


def across(folder: Path) -> Path:
    """A road from 179.97 over the meridian to -179.97, a node each 1/100 degree, and a side street at either end."""
    places = {**{n: 179.97 + n / 100 for n in range(3)}, **{n: -179.99 + (n - 3) / 100 for n in range(3, 6)}}
    nodes = [f"<node id='{n + 1}' version='1' lon='{lon:.5f}' lat='-16.5'/>" for n, lon in places.items()]
    nodes += [f"<node id='{n}' version='1' lon='{lon}' lat='-16.48'/>" for n, lon in ((8, 179.97), (9, -179.97))]
    way = "<way id='{}' version='1'>{}<tag k='highway' v='residential'/></way>"
    ways = [
        way.format(number, "".join(f"<nd ref='{ref}'/>" for ref in refs))
        for number, refs in ((1, (1, 2, 3, 4, 5, 6)), (2, (1, 8)), (3, (6, 9)))
    ]
    (folder / "kota.osm").write_text(f"<osm version='0.6'>{''.join((*nodes, *ways))}</osm>")
    return folder / "kota.osm"


@pytest.mark.parametrize("rings", [*ACROSS, None])
def test_roads_on_both_sides_of_the_meridian_are_refused_with_what_to_do(
    tmp_path: Path, rings: list[Ring] | None
) -> None:
    within = None if rings is None else area(tmp_path, *rings)
    with pytest.raises(BuildError, match=r"both sides of the 180th meridian.*build one of either side"):
        build_from_osm(across(tmp_path), lambda _: None, region="Kota", area=within)


@pytest.mark.parametrize(
    ("ring", "west", "east", "start", "end"),
    [
        (box(179.9, 180.0), 179.97, 179.99, 179.9705, 179.9895),
        (box(-180.1, -180.0), 179.97, 179.99, 179.9705, 179.9895),  # the same ground
        (box(180.0, 180.1), -179.99, -179.97, -179.9705, -179.9895),
        (box(-180.0, -179.9), -179.99, -179.97, -179.9705, -179.9895),
    ],
)
def test_of_either_side_nothing_is_lost_and_it_is_driven(
    tmp_path: Path, ring: Ring, west: float, east: float, start: float, end: float
) -> None:
    net = build_from_osm(across(tmp_path), lambda _: None, region="Kota", area=area(tmp_path, ring))
    assert net.meta.bounds == pytest.approx((west, -16.5, east, -16.48))
    snapper = Snapper(net)
    here, there = (snapper.snap(np.array([lon]), np.array([-16.5001])) for lon in (start, end))
    found = Engine(net).nearest(there, here, None, most=1, metric="car")
    assert found.distance_m[0] == pytest.approx(0.019 * 111_195 * np.cos(np.radians(16.5)), rel=1e-3)


def test_what_is_not_in_the_file_is_counted_by_reason(tmp_path: Path) -> None:
    rules: list[Relation] = [
        restriction("no_left_turn", 11, 2, 14),
        restriction("no_left_turn", 77, 2, 14),
        restriction("no_left_turn", 11, 99, 14),
        (
            [("way", 11, "from"), ("way", 78, "via"), ("way", 14, "to")],
            {"type": "restriction", "restriction": "no_u_turn"},
        ),
        ([("relation", 5, "via")], {"type": "restriction", "restriction": "no_u_turn"}),
        ([], {"type": "restriction", "restriction": "no_u_turn"}),
    ]
    lost = {
        40: ([90, 91, 92], ROAD),
        41: ([1, 93, 3], ROAD),
        42: ([1], ROAD),
        43: ([], ROAD),
        44: ([6, 7], ROAD),
        45: ([90, 91], {"highway": "footway"}),
    }
    nodes = {**CROSS, 6: (5, 5), 7: (5, 5)}
    net, said = town(tmp_path, xml(nodes, {**RING, **lost}, rules))
    assert streets(net) == streets(town(tmp_path, xml(CROSS, RING))[0])
    assert "4 points of roads lie outside the file" in said
    assert "left out: 4 roads without two points in a row in the file" in said
    assert "left out: 1 roads of no length" in said
    assert "left out: 1 ways that are no roads for cars" in said
    assert "left out: 3 turn restrictions between ways that are not in the network" in said
    assert "left out: 2 turn restrictions without their from, via and to" in said


def test_what_is_left_out_has_its_length_in_whatever_order_the_file_is(tmp_path: Path) -> None:
    lost = {
        40: ([1, 3], {"highway": "footway"}),
        41: ([4, 5], {**ROAD, "access": "no"}),
        42: ([3, 1], {"route": "ferry"}),
        43: ([4, 90, 5], {**ROAD, "access": "no"}),
    }
    text = xml(CROSS, {**RING, **lost})
    lines = text.splitlines()
    below = re.sub(r"(id|ref)='(\d+)'", r"\1='-\2'", text)
    for other in (text, "\n".join([lines[0], *lines[-2:0:-1], lines[-1]]), below):
        _, said = town(tmp_path, other)
        assert "left out: 1 ways that are no roads for cars (0.2 km)" in said
        assert "left out: 2 roads that are shut to all (0.4 km)" in said
        assert "left out: 1 ferries, for they were not asked for (0.2 km)" in said
        assert sum(line.startswith("of the longest: 0.2 km") for line in said) == 2


def packed(folder: Path, text: str, old: bytes, new: bytes) -> Path:
    """A .osm.pbf of a town in which some bytes are others."""
    (folder / "kota.osm").write_text(text)
    path = folder / "rusak.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for one in osmium.FileProcessor(str(folder / "kota.osm")):
            writer.add(one)
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    return path


@pytest.mark.parametrize("where", ["name", "key", "role", "node", "relation"])
def test_bytes_that_are_no_text_anywhere_lose_no_road(tmp_path: Path, where: str) -> None:
    about: dict[str, str] = {"name": "????"} if where == "name" else {"????": "x"} if where == "key" else {}
    rule = restriction("no_left_turn", 11, 2, 14, **({"note": "????"} if where == "relation" else {}))
    nodes = {4: {"barrier": "gate", "name": "????"}} if where == "node" else {}
    text = xml(CROSS, {**RING, 30: ([1, 4], {**ROAD, **about})}, [rule], nodes)
    if where == "role":
        text = text.replace("role='via'", "role='????'")
    path = packed(tmp_path, text, b"????", b"\xc9\xff\xfet")
    said: list[str] = []
    net = build_from_osm(path, said.append, region="Kota")
    read_layers(path, net.meta.bounds, said.append)
    assert net.edge_count == 14
    counted = "left out: 1 turn restrictions without their from, via and to" in said
    assert ("1 turns are forbidden by 1 restrictions" in said, counted) == (where != "role", where == "role")


def test_a_name_of_any_script_and_length_is_kept_on_one_line(tmp_path: Path) -> None:
    name = "\u202bشارع\u202c \u2028 Jalan 🚑 " + "panjang " * 100
    net, _ = town(tmp_path, xml(CROSS, {**RING, 30: ([1, 4], {**ROAD, "name": name})}))
    assert net.names == ("", "\u202bشارع\u202c Jalan 🚑 " + " ".join(["panjang"] * 100))


@pytest.mark.parametrize("key", ["name", "note"])
def test_a_text_longer_than_openstreetmap_allows_is_refused_with_what_to_do(tmp_path: Path, key: str) -> None:
    text = xml(CROSS, {**RING, 30: ([1, 4], {**ROAD, key: "x" * 5_000})})
    with pytest.raises(BuildError, match=r"too long.*shorten it in an editor"):
        town(tmp_path, text)


def test_bytes_that_are_no_text_in_an_editor_s_file_are_refused_with_their_line(tmp_path: Path) -> None:
    text = xml(CROSS, {**RING, 30: ([1, 4], {**ROAD, "name": "????"})}).encode().replace(b"????", b"\xc9\xff\xfe ")
    (tmp_path / "kota.osm").write_bytes(text)
    with pytest.raises(BuildError, match="XML parsing error at line 13"):
        build_from_osm(tmp_path / "kota.osm", lambda _: None, region="Kota")


@pytest.mark.parametrize(
    ("tags", "counted"),
    [
        ({"maxspeed": "pelan", "maxspeed:forward": "cepat"}, "1 limits that cannot be read"),
        ({"maxspeed": "signals"}, None),
        ({"maxspeed": "30 mph; 40"}, None),
        ({"width": "sempit"}, "1 widths, heights and weights that cannot be read"),
        ({"maxweight": "ringan", "maxheight": "tinggi"}, "1 widths, heights and weights that cannot be read"),
        ({"maxweight": "unsigned", "maxaxleload": "8 t"}, None),
        ({"maxheight": "default", "maxwidth": "2,5 m"}, None),
        ({"oneway": "kadang"}, "1 words on one-way traffic that cannot be read"),
        ({"oneway:emergency": "No"}, None),
    ],
)
def test_what_is_said_of_a_road_and_cannot_be_read_is_counted(
    tmp_path: Path, tags: dict[str, str], counted: str | None
) -> None:
    net, said = town(tmp_path, xml(CROSS, {**RING, 30: ([1, 4], {**ROAD, **tags})}))
    assert net.edge_count == 14
    assert [line for line in said if "cannot be read" in line] == ([f"left out: {counted}"] if counted else [])
