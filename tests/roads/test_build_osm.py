"""Networks from OpenStreetMap files: what becomes an edge, what stops a car, which turns are forbidden."""

import bz2
import gzip
import json
import re
from pathlib import Path

import numpy as np
import osmium
import pytest

from geo.osm.area import read_area
from geo.osm.layers import read_layers
from geo.osm.tags import ROAD_CLASSES
from geo.roads.build_osm import build_from_osm
from geo.roads.graph import CLOSED_MS
from geo.roads.network import open_network, write_network
from geo.roads.speeds import METRICS, Caps
from geo.roads.traffic import SLICES, under
from geo.roads.turns import FORBIDDEN
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper
from geo.source import BuildError
from tests.roads.conftest import RealNetwork
from tests.roads.osm_town import ARMS, CROSS, RING, ROAD, restriction, streets, town, turns, xml
from tests.roads.tiny import SOUTH, STEP, WEST
from tests.shared import shared_data


def test_ways_are_cut_where_they_meet_and_keep_the_points_between(tmp_path: Path) -> None:
    # 1-6-2-3 is one way with a bend at 6; 4-2 meets it at 2.
    nodes = {**CROSS, 6: (0.5, 0.2)}
    ways = {1: ([1, 6, 2, 3], {**ROAD, "name": "Jalan A"}), 2: ([4, 2], {**ROAD, "name": "Jalan B"})}
    net, said = town(tmp_path, xml(nodes, ways))
    assert streets(net) == [
        ("Jalan A", (0, 0), (1, 0)),
        ("Jalan A", (1, 0), (0, 0)),
        ("Jalan A", (1, 0), (2, 0)),
        ("Jalan A", (2, 0), (1, 0)),
        ("Jalan B", (1, 0), (1, 1)),
        ("Jalan B", (1, 1), (1, 0)),
    ]
    edge = int(np.flatnonzero(np.diff(net.shape_start) == 3)[0])
    assert np.round((net.shape(edge) - (WEST, SOUTH)) / STEP, 3).tolist() == [[0, 0], [0.5, 0.2], [1, 0]]
    metres = STEP * np.pi / 180 * 6_371_009
    assert net.edge_length_m[edge] == pytest.approx(
        2 * np.hypot(0.5 * np.cos(np.radians(SOUTH)), 0.2) * metres, rel=1e-4
    )
    assert (net.edge_twin >= 0).all()
    assert "0 turns are forbidden by 0 restrictions" in said


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({}, {(1, 2), (2, 1)}),
        ({"oneway": "yes"}, {(1, 2)}),
        ({"oneway": "1"}, {(1, 2)}),
        ({"oneway": "-1"}, {(2, 1)}),
        ({"oneway": "no", "junction": "roundabout"}, {(1, 2), (2, 1)}),
        ({"junction": "roundabout"}, {(1, 2)}),
        ({"junction": "circular"}, {(1, 2)}),
        ({"highway": "motorway"}, {(1, 2)}),
        ({"highway": "motorway", "oneway": "no"}, {(1, 2), (2, 1)}),
        ({"highway": "motorway_link"}, {(1, 2), (2, 1)}),
        ({"oneway": "alternating"}, {(1, 2), (2, 1)}),
        ({"oneway": "reversible"}, set()),
    ],
)
def test_a_way_is_driven_in_the_directions_of_its_tags(
    tmp_path: Path, tags: dict[str, str], directions: set[tuple[int, int]]
) -> None:
    # The street in question, 1-2, has a two-way street beside it, and one more leads on from 2: all hangs together.
    ways = {1: ([1, 2], {**ROAD, "name": "X", **tags}), 2: ([1, 4, 2], ROAD), 3: ([2, 3], ROAD)}
    net, _ = town(tmp_path, xml(CROSS, ways))
    place = {1: (0, 0), 2: (1, 0)}
    named = {(u, v) for name, u, v in streets(net) if name == "X"}
    assert named == {(place[u], place[v]) for u, v in directions}


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({}, True),
        ({"access": "destination"}, True),
        ({"access": "customers"}, True),
        ({"access": "permissive"}, True),
        ({"access": "private"}, True),
        ({"access": "no"}, False),
        ({"motor_vehicle": "no"}, False),
        ({"access": "no", "motor_vehicle": "destination"}, True),
        ({"motor_vehicle": "agricultural;forestry"}, False),
        ({"motor_vehicle": "agricultural;destination"}, True),
        ({"access": "private", "emergency": "yes"}, True),
        ({"emergency": "no"}, False),
        ({"area": "yes"}, False),
        ({"route": "ferry"}, False),
        ({"highway": "service"}, True),
        ({"highway": "footway"}, False),
        ({"highway": "track"}, False),
        ({"highway": "pedestrian", "emergency": "designated"}, True),
        ({"highway": "construction"}, False),
        ({"highway": "unclassified;tertiary"}, True),
    ],
)
def test_only_roads_that_an_emergency_vehicle_may_use_are_taken(
    tmp_path: Path, tags: dict[str, str], kept: bool
) -> None:
    ways = {1: ([1, 2], {**ROAD, "name": "X", **tags}), 2: ([2, 3], ROAD)}
    net, said = town(tmp_path, xml(CROSS, ways))
    assert any(name == "X" for name, _, _ in streets(net)) == kept
    assert any(line.startswith("left out: 1 ") for line in said) != kept


ALL, NOBODY, SIREN = ("car", "siren", "hearse"), (), ("siren",)


@pytest.mark.parametrize(
    ("tags", "passing"),
    [
        ({"barrier": "bollard"}, NOBODY),
        ({"barrier": "block"}, NOBODY),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ALL),
        ({"barrier": "bollard", "emergency": "yes"}, SIREN),
        ({"barrier": "bollard", "access": "private"}, NOBODY),
        ({"barrier": "bollard", "bollard": "rising"}, ALL),
        ({"barrier": "bollard", "bollard": "removable"}, NOBODY),
        ({"barrier": "Bollard ", "bollard": "Rising"}, ALL),
        ({"barrier": "chain"}, NOBODY),
        ({"barrier": "chain", "locked": "no"}, ALL),
        ({"barrier": "kerb", "kerb": "lowered"}, ALL),
        ({"barrier": "kerb", "kerb": "raised"}, NOBODY),
        ({"barrier": "kerb", "kerb": "raised", "highway": "crossing"}, ALL),
        ({"barrier": "gate"}, ALL),
        ({"barrier": "lift_gate", "access": "private", "emergency": "no"}, NOBODY),
        ({"barrier": "bollard", "amenity": "bench"}, NOBODY),
        ({"barrier": "gate", "entrance": "yes"}, ALL),
        ({"barrier": "gate", "access": "no"}, NOBODY),
        ({"barrier": "gate", "access": "no", "emergency": "yes"}, SIREN),
        ({"barrier": "gate", "emergency": "no"}, NOBODY),
        ({"barrier": "toll_booth"}, ALL),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, NOBODY),
        ({"barrier": "height_restrictor", "maxheight": "2.4"}, ("hearse",)),
        ({"barrier": "height_restrictor", "maxheight": "4 m"}, ALL),
        ({"maxwidth": "1.5"}, NOBODY),
        ({"highway": "crossing"}, ALL),
        ({"access": "no"}, NOBODY),
        ({"motor_vehicle": "no", "emergency": "yes"}, SIREN),
        ({"access": "no", "motor_vehicle": "yes"}, ALL),
        ({"amenity": "parking", "access": "no"}, ALL),
    ],
)
def test_what_stands_at_a_node_stops_those_whom_it_lets_not_pass(
    tmp_path: Path, tags: dict[str, str], passing: tuple[str, ...]
) -> None:
    # 1-2-3 with the barrier at 2; a way round 1-4-3 keeps both sides together, and streets lead on from 1 and 3.
    nodes = {**CROSS, 6: (-1, 0), 7: (3, 0)}
    ways = {1: ([1, 2, 3], ROAD), 2: ([1, 4, 3], ROAD), 3: ([1, 6], ROAD), 4: ([3, 7], ROAD)}
    net, said = town(tmp_path, xml(nodes, ways, node_tags={2: tags}))
    west, east = ((WEST + 0.9 * STEP, SOUTH), (WEST + 1.1 * STEP, SOUTH))
    snaps = Snapper(net).snap(np.array([west[0], east[0]]), np.array([west[1], east[1]]))
    search = NearestSearch(net)
    here, there = snaps.some(slice(0, 1)), snaps.some(slice(1, 2))
    for origin, target in ((here, there), (there, here)):
        metres = {m: float(search.nearest(target, origin, None, most=1, metric=m).distance_m[0]) for m in METRICS}
        assert tuple(metric for metric in METRICS if metres[metric] < 30) == passing
        assert all(metres[metric] > 200 for metric in METRICS if metric not in passing)
    assert ("1 barriers stop a car" in said) == (passing == NOBODY)
    assert ("1 nodes are not open to all vehicles" in said) == (passing not in (NOBODY, ALL))
    # Only where not all pass there is something more on the way, close to it.
    assert (net.edge_length_m.min() < 5) == (passing not in (NOBODY, ALL))


@pytest.mark.parametrize(
    ("tags", "through"),
    [
        ({"barrier": "gate", "access": "private"}, NOBODY),
        ({"barrier": "lift_gate", "motor_vehicle": "private"}, NOBODY),
        ({"barrier": "entrance", "access": "permit"}, NOBODY),
        ({"barrier": "gate", "access": "private", "amenity": "parking_entrance"}, NOBODY),
        ({"barrier": "gate", "access": "destination"}, SIREN),
        ({"barrier": "bollard", "access": "destination"}, SIREN),
        ({"barrier": "gate", "access": "private", "emergency": "yes"}, SIREN),
        ({"highway": "crossing", "vehicle": "private"}, NOBODY),
        ({"amenity": "parking_entrance", "access": "private"}, ALL),
        ({"barrier": "gate"}, ALL),
    ],
)
def test_behind_private_gates_one_comes_to_every_door_and_drives_through_to_none(
    tmp_path: Path, tags: dict[str, str], through: tuple[str, ...]
) -> None:
    # 6-1-2-3-7 with a gate at 1 and one at 3, a yard 2-5 behind them, and a way round 6-4-7.
    nodes = {**CROSS, 6: (-1, 0), 7: (3, 0)}
    ways = {1: ([6, 1, 2, 3, 7], ROAD), 2: ([2, 5], ROAD), 3: ([6, 4, 7], ROAD), 4: ([4, 8], ROAD)}
    net, said = town(tmp_path, xml({**nodes, 8: (1, 3)}, ways, node_tags={1: tags, 3: tags}))
    assert ("2 nodes are not open to all vehicles" in said) == (through != ALL)
    x, y = np.array([-0.9, 2.9, 1.0]), np.array([0.0, 0.0, -0.9])
    west, east, yard = (Snapper(net).snap(WEST + STEP * x, SOUTH + STEP * y).some(slice(n, n + 1)) for n in range(3))
    search = NearestSearch(net)
    for metric in METRICS:
        for one, other in ((west, east), (east, west)):
            round_m = float(search.nearest(other, one, None, most=1, metric=metric).distance_m[0])
            assert (round_m < 430) == (metric in through)
            # To the yard and from it by the next gate.
            for start, end in ((one, yard), (yard, one)):
                found = search.nearest(end, start, None, most=1, metric=metric)
                assert found.distance_m[0] == pytest.approx(2.8 * STEP * 111_195, rel=0.01)


def test_a_private_gate_drawn_on_a_crossing_shuts_no_street_of_it(tmp_path: Path) -> None:
    plain, _ = town(tmp_path, xml(CROSS, RING))
    net, _ = town(tmp_path, xml(CROSS, RING, node_tags={2: {"barrier": "gate", "access": "private"}}))
    assert streets(net) == streets(plain)
    assert not net.edge_local.any()


def test_one_barrier_after_another_lets_those_pass_whom_both_let(tmp_path: Path) -> None:
    nodes = {**CROSS, 6: (-1, 0), 7: (3, 0), 8: (1.01, 0)}
    ways = {1: ([1, 2, 8, 3], ROAD), 2: ([1, 4, 3], ROAD), 3: ([1, 6], ROAD), 4: ([3, 7], ROAD)}
    tags = {2: {"barrier": "block", "emergency": "yes"}, 8: {"maxheight": "2.4"}}
    net, _ = town(tmp_path, xml(nodes, ways, node_tags=tags))
    along = np.flatnonzero((net.node_lat[net.edge_from] == net.node_lat[net.edge_to]) & (net.edge_length_m < 5))
    shut = sorted([m for m in METRICS if net.metrics[m][edge] >= CLOSED_MS] for edge in along.tolist())
    # Both directions of what leads over each node, and of the piece between them.
    # A car does not come to that: its one side stops it, and its other side too.
    assert shut == [["car"], ["car"], ["car", "hearse"], ["car", "hearse"], ["car", "siren"], ["car", "siren"]]


def test_two_roads_that_meet_at_a_bollard_are_apart(tmp_path: Path) -> None:
    ways = {**ARMS, 20: ([1, 4], ROAD), 21: ([4, 3], ROAD), 22: ([3, 5], ROAD)}
    net, _ = town(tmp_path, xml(CROSS, ways, node_tags={2: {"barrier": "block"}}))
    # Each arm has a dead end of its own at 2: eight nodes instead of five.
    assert net.node_count == 8


def test_speeds_are_read_by_direction_and_zones_and_a_sign_of_a_city_is_the_law_of_indonesia(tmp_path: Path) -> None:
    ways = {
        1: ([1, 2], {"highway": "Primary ", "maxspeed": "30", "maxspeed:backward": "20 mph", "name": "A"}),
        2: ([2, 3], {"highway": "trunk", "maxspeed": " id:Residential", "name": "B"}),
        3: ([2, 4], {**ROAD, "maxspeed": "signals", "name": "C"}),
        4: ([2, 5], {**ROAD, "maxspeed": "60", "surface": " Gravel", "name": "D"}),
    }
    net, _ = town(tmp_path, xml(CROSS, ways))
    kph = net.edge_length_m / (net.metrics["car"] / 1000) * 3.6
    by_name: dict[str, list[float]] = {"A": [], "B": [], "C": [], "D": []}
    for name, speed in zip(net.edge_name.tolist(), kph.tolist(), strict=True):
        by_name[net.names[name]].append(round(speed, 1))
    assert by_name["A"] == [30.0, 32.2]
    assert by_name["B"] == [30.0, 30.0]
    assert by_name["C"] == [30.0, 30.0]
    assert by_name["D"] == [21.0, 21.0]
    assert {ROAD_CLASSES[c] for c in net.edge_class} == {"primary", "trunk", "residential"}


def test_an_area_cuts_the_roads_at_its_border(tmp_path: Path) -> None:
    def square(east: float) -> dict[str, object]:
        west = WEST - STEP
        ring = [[west, SOUTH - STEP], [east, SOUTH - STEP], [east, SOUTH + STEP], [west, SOUTH + STEP]]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}

    area = tmp_path / "daerah.geojson"
    text = xml({1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0)}, {1: ([1, 2, 3, 4], ROAD)})
    for content in (
        square(WEST + 2.5 * STEP),
        {"type": "Feature", "properties": {}, "geometry": square(WEST + 2.5 * STEP)},
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}, "geometry": square(WEST + 2.5 * STEP)}],
        },
    ):
        area.write_text(json.dumps(content))
        net, _ = town(tmp_path, text, area=area)
        assert net.meta.bounds == pytest.approx((WEST, SOUTH, WEST + 2 * STEP, SOUTH))
    area.write_text(json.dumps(square(WEST - 0.5 * STEP)))
    with pytest.raises(BuildError, match="holds no roads that a car may use within the area"):
        town(tmp_path, text, area=area)
    # A triangle above the road, whose frame holds the road but which itself does not.
    corner = [[WEST - STEP, SOUTH + STEP], [WEST + 9 * STEP, SOUTH + STEP], [WEST + 9 * STEP, SOUTH - STEP]]
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [[*corner, corner[0]]]}))
    with pytest.raises(BuildError, match="no road lies within the area: it takes lon, lat in degrees"):
        town(tmp_path, text, area=area)
    for wrong in ("", "{}", '{"type": "Point", "coordinates": [106.8, -6.2]}', "not json"):
        area.write_text(wrong)
        with pytest.raises(BuildError, match=r"daerah\.geojson"):
            read_area(area)


def test_a_road_whose_points_lie_outside_the_file_ends_there(tmp_path: Path) -> None:
    nodes = {number: at for number, at in CROSS.items() if number != 5}
    net, said = town(tmp_path, xml(nodes, {1: ([1, 2, 3], ROAD), 2: ([4, 2, 5], ROAD)}))
    assert "1 points of roads lie outside the file" in said
    assert net.node_count == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("kota.osm.pbf", b"", "cannot be read as OpenStreetMap data"),
        ("kota.osm.pbf", b"no such file at all" * 50, "cannot be read as OpenStreetMap data"),
        ("kota.osm", b"", "cannot be read as OpenStreetMap data"),
        ("kota.osm", b"<html></html>", "cannot be read as OpenStreetMap data"),
        ("kota.osm", xml(CROSS, ARMS).encode()[:-40], "cannot be read as OpenStreetMap data"),
        ("kota.txt", b"halo", "Could not detect file format"),
        ("kota.osm", xml({}, {}).encode(), "holds no roads that a car may use"),
        ("kota.osm", xml(CROSS, {1: ([1, 2], {"highway": "path"})}).encode(), "holds no roads that a car may use"),
        ("kota.osm", xml({}, ARMS).encode(), "does not say where its roads lie"),
        ("kota.osm", xml(CROSS, {1: ([1, 2], {**ROAD, "oneway": "yes"})}).encode(), "do not hang together"),
    ],
)
def test_a_broken_empty_or_wrong_file_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BuildError, match=message):
        build_from_osm(path, lambda _: None, region="Kota")


def test_objects_in_any_order_with_ids_below_nothing_are_the_same_town(tmp_path: Path) -> None:
    rules = [restriction("no_left_turn", 11, 2, 14)]
    text = xml(CROSS, RING, rules, {4: {"barrier": "bollard"}})
    plain, _ = town(tmp_path, text)
    lines = text.splitlines()
    backwards = "\n".join([lines[0], *lines[-2:0:-1], lines[-1]])
    below = re.sub(r"(id|ref)='(\d+)'", r"\1='-\2'", text)
    for other in (backwards, below, re.sub(r"(id|ref)='(\d+)'", r"\1='-\2'", backwards)):
        again, _ = town(tmp_path, other)
        assert streets(again) == streets(plain)
        assert np.count_nonzero(again.turn_cost_ms == FORBIDDEN) == 1
        assert np.count_nonzero(plain.turn_cost_ms == FORBIDDEN) == 1
        assert sorted(again.metrics["car"].tolist()) == sorted(plain.metrics["car"].tolist())


def test_two_nodes_in_a_place_of_which_one_has_a_barrier_stop_a_car(tmp_path: Path) -> None:
    nodes = {**CROSS, 6: CROSS[2]}
    ways = {1: ([1, 2, 6, 3], ROAD), 2: ([1, 4, 3], ROAD)}
    net, said = town(tmp_path, xml(nodes, ways, node_tags={6: {"barrier": "block"}}))
    assert "1 barriers stop a car" in said
    assert streets(net).count(("", (0, 0), (1, 0))) == 1
    assert all((net.edge_to == node).sum() == 1 for node in np.flatnonzero(np.abs(net.node_lon - WEST - STEP) < 1e-9))


def test_what_is_left_out_is_told_by_reason_and_length_with_links_to_the_longest(tmp_path: Path) -> None:
    far = {number: (number - 10, 5) for number in range(10, 24)}
    shut = {50 + n: ([10, 11 + n], {**ROAD, "access": "no"}) for n in range(12)}
    more = {
        70: ([1, 3], {"highway": "footway"}),
        71: ([1, 10], {**ROAD, "width": "1"}),
        72: ([1, 4], {**ROAD, "motor_vehicle:conditional": "no @ (SH)"}),
        73: ([1, 5], {**ROAD, "motor_vehicle:conditional": "yes @ (06:00-09:00)"}),
    }
    rule = restriction("", 11, 2, 14, **{"restriction:conditional": "no_left_turn @ (snow)"})
    del rule[1]["restriction"]  # type: ignore[attr-defined]
    net, said = town(tmp_path, xml({**CROSS, **far}, {**RING, **shut, **more}, [rule]))
    assert set(net.meta.report) <= set(said)
    assert "left out: 12 roads that are shut to all (8.6 km)" in said
    assert "left out: 1 ways that are no roads for cars (0.2 km)" in said
    assert "left out: 1 roads that are too narrow, low or weak (0.6 km)" in said
    assert "left out: 1 words on who may use a road at hours that cannot be read" in said
    assert "left out: 1 words on hours at which a road is shut to nobody more" in said
    assert "left out: 1 turn restrictions at hours that cannot be read" in said
    links = [line for line in said if line.startswith("of the longest: ")]
    assert len(links) == 10
    assert links[0] == "of the longest: 1.3 km https://www.openstreetmap.org/way/61 (roads that are shut to all)"
    assert any("way/71 (roads that are too narrow, low or weak)" in line for line in links)
    assert not any("way/70" in line for line in links)


def test_the_same_town_as_pbf_gives_the_same_network(tmp_path: Path) -> None:
    rules = [restriction("no_left_turn", 11, 2, 14)]
    plain, _ = town(tmp_path, xml(CROSS, RING, rules, {4: {"barrier": "bollard"}}))
    packed = tmp_path / "kota.osm.pbf"
    with osmium.SimpleWriter(str(packed)) as writer:
        for one in osmium.FileProcessor(str(tmp_path / "kota.osm")):
            writer.add(one)
    again = build_from_osm(packed, lambda _: None, region="Kota")
    assert streets(again) == streets(plain)
    assert turns(again) == turns(plain) != set()
    assert again.metrics["car"].tolist() == plain.metrics["car"].tolist()


@pytest.mark.parametrize("mark", ["action='delete'", "visible='false'"])
@pytest.mark.parametrize("name", ["kota.osm", "kota.osm.gz", "kota.osm.bz2"])
def test_what_an_editor_has_deleted_is_none(tmp_path: Path, mark: str, name: str) -> None:
    ways = {**RING, 30: ([4, 5], {**ROAD, "name": "Lama"}), 31: ([1, 4], {**ROAD, "name": "Baru"})}
    lake = ([4, 2, 3, 4], {"natural": "water", "name": "Telaga"})
    rules = [restriction("no_left_turn", 11, 2, 14), restriction("no_left_turn", 13, 2, 14)]
    text = xml({**CROSS, 9: (0.5, 0.5)}, {**ways, 40: lake}, rules, {9: {"place": "hamlet", "name": "delete"}})
    for gone in ("<way id='30'", "<way id='40'", "<relation id='1'"):
        text = text.replace(gone, f"{gone} {mark}")
    text = text.replace("<way id='31'", "<way id='31' action='modify'")
    path, plain = tmp_path / name, text.encode()
    path.write_bytes({".gz": gzip.compress(plain), ".bz2": bz2.compress(plain)}.get(path.suffix, plain))
    said: list[str] = []
    net = build_from_osm(path, said.append, region="Kota")
    assert {street for street, _, _ in streets(net)} == {"", "Baru"}
    assert "1 turns are forbidden by 1 restrictions" in said
    assert not len(read_layers(path, net.meta.bounds, said.append).water)


def test_names_in_another_encoding_are_read_and_nothing_of_their_ways_is_lost(tmp_path: Path) -> None:
    text = xml(
        CROSS, {**RING, 22: ([1, 4], ROAD), 11: ([1, 2], {**ROAD, "name": "Jalan ????", "oneway:motor_vehicle": "yes"})}
    )
    (tmp_path / "latin.osm").write_text(text.replace("UTF-8", "ISO-8859-1").replace("????", "\xc9t\xe9"), "latin-1")
    (tmp_path / "kota.osm").write_text(text)
    with osmium.SimpleWriter(osmium.io.File(str(tmp_path / "kota.osm.pbf"), "pbf,pbf_compression=none")) as writer:
        for one in osmium.FileProcessor(str(tmp_path / "kota.osm")):
            writer.add(one)
    packed = (tmp_path / "kota.osm.pbf").read_bytes()
    assert packed.count(b"????") == 1
    (tmp_path / "kota.osm.pbf").write_bytes(packed.replace(b"????", b"\xc9t\xe9 "))
    for name in ("latin.osm", "kota.osm.pbf"):
        net = build_from_osm(tmp_path / name, lambda _: None, region="Kota")
        assert [edge for edge in streets(net) if edge[0]] == [("Jalan \xc9t\xe9", (0, 0), (1, 0))]
        read_layers(tmp_path / name, net.meta.bounds, lambda _: None)


@pytest.mark.roads
def test_a_damaged_extract_is_refused(tmp_path: Path) -> None:
    whole = shared_data("roads/helsinki/Helsinki.osm.pbf").read_bytes()
    for content in (whole[: len(whole) // 2], whole[:1000] + b"\xff" * 50 + whole[1050:]):
        (tmp_path / "kota.osm.pbf").write_bytes(content)
        with pytest.raises(BuildError, match=r"kota\.osm\.pbf cannot be read as OpenStreetMap data"):
            build_from_osm(tmp_path / "kota.osm.pbf", lambda _: None, region="Kota")


@pytest.mark.roads
def test_porto_has_its_restrictions_one_way_streets_and_little_cut_off(real: RealNetwork) -> None:
    net = real("porto", "osm")
    assert net.meta.source_date == "2015-06-06"
    through = (net.edge_local == 0) & ~np.isin(np.arange(net.edge_count), net.edge_copy)
    forbidden = (net.turn_cost_ms == FORBIDDEN) & through[net.turn_from] & through[net.turn_to]
    assert 330 < np.count_nonzero(forbidden) < 400
    assert 0 < np.count_nonzero(net.edge_local) < 0.02 * net.edge_count
    assert net.meta.cut_off_edges < 0.01 * net.edge_count
    one_way_m = net.edge_length_m[net.edge_twin < 0].sum() / net.edge_length_m.sum()
    assert 0.08 < one_way_m < 0.25
    assert net.graph.turn_aware
    assert not real("porto", "none").graph.turn_aware


def test_the_network_knows_what_is_shut_for_whom(tmp_path: Path) -> None:
    ways = {
        1: ([1, 2], {**ROAD, "name": "A", "access": "destination"}),
        2: ([2, 3], {**ROAD, "name": "B", "oneway": "yes", "oneway:emergency": "no"}),
        3: ([3, 4, 2], ROAD),
        4: ([2, 5], {**ROAD, "name": "C", "access": "private"}),
    }
    net, _ = town(tmp_path, xml(CROSS, ways))
    write_network(net, tmp_path / "kota.roads")
    net = open_network(tmp_path / "kota.roads")
    about: dict[str, set[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for edge in np.setdiff1d(np.arange(net.edge_count), net.edge_copy).tolist():
        shut = tuple(metric for metric in METRICS if net.metrics[metric][edge] >= CLOSED_MS)
        inner = tuple(metric for metric in METRICS if net.inner(metric)[edge] == 1)
        about.setdefault(net.names[net.edge_name[edge]], set()).add((shut, inner))
    assert about == {
        "A": {((), ("car", "hearse"))},
        "B": {((), ()), (("car", "hearse"), ())},
        "C": {((), METRICS)},
        "": {((), ())},
    }
    # What is shut stays shut at every hour and under other caps.
    for hour in (None, SLICES[0], SLICES[2]):
        changed = under(net, hour, None, Caps(town_kph=20.0, open_kph=50.0))
        for metric in METRICS:
            assert ((changed.metrics[metric] >= CLOSED_MS) == (net.metrics[metric] >= CLOSED_MS)).all()
