"""The sample region tells the truth about places, and its made-up roads are plausible, marked, and always the same."""

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry import LineString, Point, Polygon, shape
from shapely.ops import split

from geo.osm.tags import ROAD_CLASSES
from geo.point import Point as Place
from geo.point import distance_m
from geo.roads.network import write_network
from geo.sample import facts as region
from geo.sample.layers import sample_layers
from geo.sample.plan import to_degrees, to_metres
from geo.search.engine import Engine
from geo.search.route import find_route
from geo.search.snap import Snapper
from tests.sample_region import sample
from tests.shared import shared_data

FACILITIES = region.list_facilities()
AGENCY_OF_CODE = {"36.03": "kabupaten-tangerang", "36.71": "kota-tangerang", "36.74": "tangerang-selatan"}
BRIDGE_NEAR_M = 160.0


@cache
def river() -> LineString:
    return LineString(to_metres(region.river_course()))


@cache
def banks() -> tuple[Polygon, Polygon]:
    """The region cut in two along the Cisadane: the western and the eastern part, in metres."""
    outline = shapely.transform(region.region_outline(), to_metres).buffer(200.0)
    parts = [part for part in split(outline, river()).geoms if isinstance(part, Polygon)]
    west, east = sorted(parts, key=lambda part: part.area)[-2:]
    assert west.area + east.area > 0.999 * outline.area
    return (west, east) if west.centroid.x < east.centroid.x else (east, west)


@cache
def crossings() -> np.ndarray:
    """Which directed edges cross the middle of the river."""
    network = sample()
    owner = np.repeat(np.arange(network.edge_count), np.diff(network.shape_start))
    points = to_metres(np.column_stack((network.shape_lon, network.shape_lat)) / 1e7)
    return np.flatnonzero(shapely.intersects(shapely.linestrings(points, indices=owner), river()))


@cache
def search():
    network = sample()
    return Snapper(network), Engine(network)


def side(place) -> int:
    here = to_metres(np.array([(place.lon, place.lat)]))[0]
    return [bank.contains(Point(here)) for bank in banks()].index(True)


def test_there_are_enough_places_of_every_kind():
    kinds = Counter(facility.kind for facility in FACILITIES)
    assert kinds["puskesmas"] >= 90
    assert kinds["hospital"] >= 30
    assert kinds["mosque"] >= 30
    assert kinds["cemetery"] >= 5
    assert kinds["base"] >= 5
    assert len(region.list_villages()) == 432


def test_every_place_has_an_id_of_its_own_a_source_and_a_position_of_its_own():
    assert len({facility.id for facility in FACILITIES}) == len(FACILITIES)
    assert len({(f.point.lon, f.point.lat) for f in FACILITIES}) == len(FACILITIES)
    for rows in (FACILITIES, region.list_villages(), region.list_bridges()):
        assert all(row.source for row in rows)


def test_every_place_lies_in_the_region_and_out_of_the_river():
    outline = region.region_outline()
    assert outline.is_valid
    for facility in FACILITIES:
        assert outline.contains(Point(facility.point.lon, facility.point.lat)), facility.id
        assert river().distance(Point(to_metres(np.array([(facility.point.lon, facility.point.lat)]))[0])) > 60


def test_a_place_with_a_public_source_stands_where_that_source_puts_it():
    with shared_data("facilities/tangerang.csv").open() as file:
        real = {(r["kind"], round(float(r["lon"]), 4), round(float(r["lat"]), 4)): r for r in csv.DictReader(file)}
    sourced = [f for f in FACILITIES if "ours" not in f.source]
    assert len(sourced) > 170
    for facility in sourced:
        row = real[(facility.kind, facility.point.lon, facility.point.lat)]
        assert row["source"] == facility.source
        assert row["kabkota"].removeprefix("Kab. ").removeprefix("Kota ") in region.AGENCY_NAMES[facility.agency]


def test_every_village_is_a_real_one_and_its_middle_lies_within_it():
    real = json.loads(shared_data("boundaries/kelurahan_desa_tangerang_raya.geojson").read_text())["features"]
    borders = {feature["properties"]["kode"]: shape(feature["geometry"]) for feature in real}
    assert {village.code for village in region.list_villages()} == set(borders)
    for village in region.list_villages():
        assert village.agency == AGENCY_OF_CODE[village.code[:5]]
        assert borders[village.code].buffer(2e-4).contains(Point(village.point.lon, village.point.lat)), village.name


def test_the_cisadane_runs_between_the_kecamatan_that_it_divides():
    for village in region.list_villages():
        if village.district in ("Karawaci", "Kelapa Dua", "Pagedangan", "Pakuhaji", "Cibodas"):
            if village.name != "Koang Jaya":  # its middle lies on the bank
                assert side(village.point) == 0, village.name
        elif village.district in ("Tangerang", "Pinang", "Serpong", "Serpong Utara", "Teluknaga", "Neglasari"):
            assert side(village.point) == 1, village.name


def test_the_roads_are_marked_as_a_sample_everywhere():
    network = sample()
    assert network.meta.sample
    assert "contoh" in network.meta.region
    assert "not real roads" in network.meta.source
    assert "bukan jalan sebenarnya" in network.meta.attribution
    used = {network.names[number] for number in network.edge_name.tolist()}
    assert all(name.startswith("Jalan Contoh ") for name in used)


def test_about_twenty_thousand_junctions_hang_together_with_nothing_cut_off():
    network = sample()
    assert 18_000 < network.node_count < 22_000
    assert network.meta.cut_off_nodes == network.meta.cut_off_edges == 0


def test_two_runs_give_the_same_bytes(tmp_path):
    here = tmp_path / "here.roads"
    write_network(sample(), here)
    script = (
        "from pathlib import Path; import sys; from geo.roads.network import write_network;"
        "from geo.sample.roads import sample_network; write_network(sample_network(lambda _: None), Path(sys.argv[1]))"
    )
    there = tmp_path / "there.roads"
    subprocess.run(
        [sys.executable, "-c", script, str(there)], check=True, env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"}
    )
    assert hashlib.sha256(here.read_bytes()).digest() == hashlib.sha256(there.read_bytes()).digest()


def test_every_facility_is_near_a_road():
    snapper, _ = search()
    at = np.array([(f.point.lon, f.point.lat) for f in FACILITIES])
    snaps = snapper.snap(at[:, 0], at[:, 1])
    far = [(f.id, d) for f, d in zip(FACILITIES, snaps.distance_m.tolist(), strict=True) if not d <= 150.0]
    assert far == []


def test_each_bridge_carries_one_road_and_no_road_crosses_elsewhere():
    network = sample()
    bridges = region.list_bridges()
    carried: Counter[str] = Counter()
    for edge in crossings().tolist():
        over = LineString(to_metres(network.shape(edge))).intersection(river()).centroid
        spot = to_degrees(np.array([(over.x, over.y)]))[0]
        near = [b.id for b in bridges if distance_m(b.point, Place(lon=spot[0], lat=spot[1])) < BRIDGE_NEAR_M]
        assert near, f"edge {edge} crosses the river at {spot}"
        carried[near[0]] += 1
    assert carried == {bridge.id: 2 for bridge in bridges}


def test_without_the_bridges_the_banks_are_apart_and_each_hangs_together():
    network = sample()
    stays = np.ones(network.edge_count, np.bool_)
    stays[crossings()] = False
    graph = coo_array(
        (np.ones(int(stays.sum())), (network.edge_from[stays], network.edge_to[stays])),
        shape=(network.node_count, network.node_count),
    ).tocsr()
    at = to_metres(np.column_stack((network.node_lon, network.node_lat)))
    bank = np.where(shapely.contains_xy(banks()[0], at[:, 0], at[:, 1]), 0, 1)
    count, label = connected_components(graph, directed=False)
    for part in range(count):
        assert len(set(bank[label == part].tolist())) == 1, "a way from bank to bank that is no bridge"
    assert np.sort(np.bincount(label))[-2:].sum() > 0.99 * network.node_count


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FACILITIES), st.sampled_from(FACILITIES))
def test_a_way_between_two_facilities_crosses_the_river_on_a_bridge_or_not_at_all(start, end):
    snapper, engine = search()
    origin, target = (snapper.snap(np.array([f.point.lon]), np.array([f.point.lat])) for f in (start, end))
    route = find_route(engine, origin, target, metric="car")
    assert route is not None
    if len(route.points) < 2:
        return
    over = [
        spot
        for spot in shapely.get_parts(LineString(to_metres(route.points)).intersection(river()))
        if not spot.is_empty
    ]
    assert (len(over) % 2 == 1) == (side(start.point) != side(end.point))
    for spot in over:
        lonlat = to_degrees(np.array([(spot.centroid.x, spot.centroid.y)]))[0]
        here = Place(lon=lonlat[0], lat=lonlat[1])
        assert min(distance_m(here, bridge.point) for bridge in region.list_bridges()) < BRIDGE_NEAR_M


def test_no_road_leaves_the_region_or_runs_into_the_sea():
    network = sample()
    at = np.column_stack((network.shape_lon, network.shape_lat)) / 1e7
    land = region.region_outline().buffer(0.0012)
    assert shapely.contains_xy(land, at[:, 0], at[:, 1]).all()
    sea = next(area.shape for area in sample_layers().water if area.name == "Laut Jawa").buffer(-0.0012)
    assert not shapely.contains_xy(sea, at[:, 0], at[:, 1]).any()


def test_only_some_streets_in_town_are_one_way():
    network = sample()
    one_way = np.flatnonzero(network.edge_twin < 0)
    assert 300 < len(one_way) < 2_000
    assert {ROAD_CLASSES[network.edge_class[edge]] for edge in one_way.tolist()} == {"residential"}


def test_the_map_names_every_village_kecamatan_and_city_once_and_its_water():
    layers = sample_layers()
    kinds = Counter(place.kind.value for place in layers.places)
    assert kinds == {"village": 432, "district": 49, "city": 3}
    assert {area.name for area in layers.water} == {"Cisadane", "Laut Jawa"}
    for area in layers.water:
        assert area.shape.is_valid
        assert all(area.shape.contains(Point(at.lon, at.lat)) for at in area.label_at)


def test_the_cisadane_is_about_eighty_metres_wide_on_the_map():
    water = next(area.shape for area in sample_layers().water if area.name == "Cisadane")
    metres = shapely.transform(water, to_metres)
    assert metres.area / river().length == pytest.approx(80.0, rel=0.05)
