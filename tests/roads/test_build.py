"""Building networks: tables, GraphML and bad input that says the file, the line and what to do."""

import gzip
import socket
from pathlib import Path

import numpy as np
import osmnx
import pandas as pd
import pytest

from geo.osm.tags import ROAD_CLASSES
from geo.roads import build_osmnx as build
from geo.roads.build import build_network
from geo.roads.build_osmnx import build_from_graphml
from geo.roads.build_tables import build_from_tables
from geo.roads.network import Doors, Network
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.source import BuildError
from tests.roads import tiny
from tests.shared import shared_data

NODES = "node,lon,lat\na,106.8,-6.2\nb,106.801,-6.2\nc,106.801,-6.199\nd,107.5,-6.5\n"
EDGES = """u,v,length_m,highway,name,maxspeed,geometry_lonlat
a,b,110.5,primary,Jalan Contoh,40,106.8 -6.2;106.8005 -6.2001;106.801 -6.2
b,a,110.5,primary,Jalan Contoh,40,106.801 -6.2;106.8005 -6.2001;106.8 -6.2
b,c,111,residential,NA,,
c,a,160,footway,,0,
a,d,90000,trunk,Jauh,,
"""


def tables(tmp_path: Path, nodes: str = NODES, edges: str = EDGES) -> Network:
    (tmp_path / "nodes.csv").write_text(nodes)
    (tmp_path / "edges.csv").write_text(edges)
    said: list[str] = []
    return build_from_tables(tmp_path / "nodes.csv", tmp_path / "edges.csv", tiny.ORIGIN, said.append)


def test_tables_become_a_network_with_names_classes_speeds_lines_and_twins(tmp_path: Path) -> None:
    net = tables(tmp_path)
    assert (net.node_count, net.edge_count) == (3, 4)
    assert (net.meta.cut_off_nodes, net.meta.cut_off_edges) == (1, 1)
    assert [net.names[name] for name in net.edge_name] == ["Jalan Contoh", "Jalan Contoh", "NA", ""]
    assert [ROAD_CLASSES[index] for index in net.edge_class] == ["primary", "primary", "residential", "service"]
    assert net.edge_twin.tolist() == [1, 0, -1, -1]
    assert net.metrics["car"].tolist() == [9_945, 9_945, 13_320, 38_400]
    assert net.shape(0).tolist() == [[106.8, -6.2], [106.8005, -6.2001], [106.801, -6.2]]
    assert net.shape(2).tolist() == [[106.801, -6.2], [106.801, -6.199]]
    assert net.meta.bounds == (106.8, -6.2001, 106.801, -6.199)


def test_packed_tables_give_the_same_network(tmp_path: Path) -> None:
    plain = tables(tmp_path)
    for name in ("nodes", "edges"):
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress((tmp_path / f"{name}.csv").read_bytes()))
    packed = build_from_tables(tmp_path / "nodes.csv.gz", tmp_path / "edges.csv.gz", tiny.ORIGIN, lambda _: None)
    assert packed.metrics["car"].tolist() == plain.metrics["car"].tolist()


def test_the_build_says_what_it_read_and_what_was_cut_off(tmp_path: Path) -> None:
    tables(tmp_path)
    said: list[str] = []
    build_from_tables(tmp_path / "nodes.csv", tmp_path / "edges.csv", tiny.ORIGIN, said.append)
    assert said[1:] == [
        "4 nodes, 5 edges read",
        "cut off, for no way leads there and back: 1 nodes and 1 edges (90.0 km, 99.5%, in 1 pieces)",
        "cut off near lat -6.20000, lon 106.80000: 90.0 km of directed road",
        "joining the pieces of road between which there is no choice",
        "ordering 3 vertices, which is done once for a network",
        "the vertices are in order",
    ]


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        ("", EDGES, r"nodes\.csv cannot be read as CSV"),
        ("node,lon,lat\n", EDGES, r"nodes\.csv has a heading but no rows"),
        ("id,lon,lat\n1,2,3\n", EDGES, r"nodes\.csv lacks the columns node; it has id, lon, lat"),
        (NODES, "u,v,highway\na,b,road\n", r"edges\.csv lacks the columns length_m"),
        (NODES, EDGES.splitlines()[0], r"edges\.csv has a heading but no rows"),
        (NODES.replace("106.801,-6.199", ",-6.199"), EDGES, r"nodes\.csv line 4: lon is ''.*-180 to 180"),
        (NODES.replace("-6.5", "nan"), EDGES, r"nodes\.csv line 5: lat is 'nan'"),
        (NODES.replace("107.5", "700000.0"), EDGES, r"nodes\.csv line 5: lon is '700000.0'"),
        (NODES + "a,106.9,-6.2\n", EDGES, r"nodes\.csv line 6: node 'a' is there twice"),
        (
            NODES,
            EDGES.replace("b,c,111", "b,x,111"),
            r"edges\.csv line 4: v names node 'x', which the node table lacks",
        ),
        (NODES, EDGES.replace("111", "-111"), r"edges\.csv line 4: length_m is '-111'"),
        (NODES, EDGES.replace("111", "inf"), r"edges\.csv line 4: length_m is 'inf'"),
        (NODES, EDGES.replace("111", ""), r"edges\.csv line 4: length_m is ''"),
        (NODES, EDGES.replace(",0,", ",fast,"), r"edges\.csv line 5: maxspeed is 'fast'.*1 to 200"),
        (NODES, EDGES.replace(",0,", ",-3,"), r"edges\.csv line 5: maxspeed is '-3'"),
        (NODES, EDGES.replace("106.8005 -6.2001", "106.8005"), r"edges\.csv line 2: geometry_lonlat takes"),
        (NODES, EDGES.replace("106.8005 -6.2001", "106.8005 nan"), r"edges\.csv line 2: geometry_lonlat takes"),
    ],
)
def test_a_bad_table_is_refused_with_its_file_line_and_remedy(
    tmp_path: Path, nodes: str, edges: str, message: str
) -> None:
    with pytest.raises(BuildError, match=message):
        tables(tmp_path, nodes, edges)


def test_a_missing_or_damaged_table_is_refused_with_its_name(tmp_path: Path) -> None:
    tables(tmp_path)
    with pytest.raises(BuildError, match=r"away\.csv cannot be read"):
        build_from_tables(tmp_path / "away.csv", tmp_path / "edges.csv", tiny.ORIGIN, lambda _: None)
    packed = gzip.compress(NODES.encode() * 50)
    for damaged in (packed[:-20], packed[:12] + b"\xff" * 20 + packed[32:], b"no gzip at all"):
        (tmp_path / "nodes.csv.gz").write_bytes(damaged)
        with pytest.raises(BuildError, match=r"nodes\.csv\.gz cannot be read"):
            build_from_tables(tmp_path / "nodes.csv.gz", tmp_path / "edges.csv", tiny.ORIGIN, lambda _: None)


def test_only_the_largest_part_in_which_all_reach_all_is_kept() -> None:
    # 0-1-2 is a ring; 3 is reached but leads nowhere; 4 leads in but is not reached; 5-6 stand alone.
    grid = [(0, 0), (1, 0), (1, 1), (2, 0), (-1, 0), (5, 5), (6, 5)]
    streets = [(4, 0, 10), (0, 1, 10), (1, 2, 10), (1, 3, 10), (2, 0, 10), *tiny.both((5, 6, 10))]
    net = tiny.network(grid, streets, [(1, 2, -1), (2, 4, 7_000), (1, 3, -1)])
    assert list(zip(net.edge_from.tolist(), net.edge_to.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0)]
    assert (net.meta.cut_off_nodes, net.meta.cut_off_edges) == (4, 4)
    # The rule into the dead end went with it; the others keep their meaning under the new numbers.
    assert list(zip(net.turn_from, net.turn_to, net.turn_cost_ms, strict=True)) == [(0, 1, -1), (1, 2, 7_000)]


def test_parallel_streets_keep_each_their_own_twin() -> None:
    net = tiny.network([(0, 0), (1, 0)], [(0, 1, 100), (0, 1, 100), (1, 0, 100), (1, 0, 100), (0, 1, 100)])
    twin = net.edge_twin.tolist()
    assert sorted(twin) == [-1, 0, 1, 2, 3]
    assert all(other < 0 or twin[other] == edge for edge, other in enumerate(twin))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("length_m", -1.0, "edge 1: the length is -1, it takes 0 to 500000 metres"),
        ("length_m", np.nan, "edge 1: the length is nan"),
        ("lon", 200.0, "node 1: the longitude is 200"),
        ("lat", np.nan, "node 1: the latitude is nan"),
        ("speed_kph", 0.0, "edge 1: the speed is 0, it takes 1 to 200 km/h"),
        ("u", 9, "an edge's u names a node that is not in the node table"),
        ("turns", [[0, 99, -1]], "a turn names an edge that is not in the edge table"),
        ("shapes", [np.full((2, 2), np.nan)] * 4, "edge 1: its line takes"),
    ],
)
def test_columns_that_make_no_sense_are_refused(column: str, value: object, message: str) -> None:
    table = tiny.table(tiny.SQUARE, [(0, 1, 1), (1, 2, 1), (2, 3, 1), (3, 0, 1)])
    if isinstance(value, list):
        setattr(table, column, np.array(value) if column == "turns" else value)
    else:
        getattr(table, column)[0] = value
    with pytest.raises(BuildError, match=message):
        build_network(table, tiny.ORIGIN, lambda _: None)


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<key id="x" for="node" attr.name="x" attr.type="string"/><key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="l" for="edge" attr.name="length" attr.type="string"/>
<key id="h" for="edge" attr.name="highway" attr.type="string"/>
<key id="n" for="edge" attr.name="name" attr.type="string"/>
<key id="s" for="edge" attr.name="maxspeed" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">epsg:4326</data>
<node id="1"><data key="x">106.8</data><data key="y">-6.2</data></node>
<node id="2"><data key="x">106.801</data><data key="y">-6.2</data></node>
<edge source="1" target="2" id="0"><data key="l">100.0</data><data key="h">['primary', 'secondary']</data>
<data key="n">['Jalan Satu', 'Jalan Dua']</data><data key="s">['36', '20']</data></edge>
<edge source="2" target="1" id="0"><data key="l">100.0</data><data key="h">residential</data>
<data key="s">10 mph</data></edge>
</graph></graphml>
"""


def graphml(tmp_path: Path, text: str) -> Network:
    (tmp_path / "kota.graphml").write_text(text)
    return build_from_graphml(tmp_path / "kota.graphml", tiny.ORIGIN, lambda _: None)


def test_of_several_tags_in_a_graphml_the_first_is_taken_and_miles_are_turned_into_kilometres(tmp_path: Path) -> None:
    net = graphml(tmp_path, GRAPHML)
    assert [net.names[name] for name in net.edge_name] == ["Jalan Satu", ""]
    assert [ROAD_CLASSES[index] for index in net.edge_class] == ["primary", "residential"]
    assert net.metrics["car"].tolist() == [10_000, round(100 / (10 * 1.609344 / 3.6) * 1000)]
    assert net.edge_twin.tolist() == [1, 0]


def test_a_tunnel_of_a_graphml_has_no_doors(tmp_path: Path) -> None:
    key = '<key id="t" for="edge" attr.name="tunnel" attr.type="string"/><graph '
    net = graphml(tmp_path, GRAPHML.replace("<graph ", key).replace("10 mph", '10 mph</data><data key="t">yes'))
    assert net.edge_doors.tolist() == [Doors.SOME, Doors.LAST]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as an osmnx GraphML file"),
        ("<html></html>", "cannot be read as an osmnx GraphML file"),
        (GRAPHML[:900], "cannot be read as an osmnx GraphML file"),
        (GRAPHML.replace('"length"', '"duration"'), "is no GraphML file of osmnx: it lacks 'length'"),
        (GRAPHML.replace('"x" attr.type', '"lon" attr.type'), "is no GraphML file of osmnx: it lacks 'x'"),
        (GRAPHML.replace(">106.8<", ">700000.0<"), "the longitude is 700000, it takes -180 to 180 degrees"),
        (GRAPHML.replace(">106.8<", ">timur<"), "cannot be read as an osmnx GraphML file"),
    ],
)
def test_a_file_that_is_no_graphml_of_osmnx_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        graphml(tmp_path, text)


def test_a_place_without_a_connection_is_refused_with_the_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(osmnx.settings, "use_cache", False)
    with pytest.raises(BuildError, match=r"could not be fetched.*--pbf, --graphml or --nodes and --edges"):
        build.build_from_place("Kota Contoh", lambda _: None)


@pytest.mark.roads
def test_jakarta_uses_the_assumed_speeds_of_its_table_and_pairs_its_two_way_streets(jakarta: Network) -> None:
    rows = pd.read_csv(
        shared_data("roads/jakarta/jakarta_drive_edges.csv.gz"), keep_default_na=False, dtype={"name": str}
    )
    expected = np.maximum(1, np.rint(rows["length_m"] / (rows["assumed_kmh"] / 3.6) * 1000)).to_numpy(np.int64)
    kept = np.sort(jakarta.metrics["car"])
    assert np.isin(kept, expected).all()
    assert 0.9 < (jakarta.edge_twin >= 0).mean() < 0.96
    two_way = np.flatnonzero(jakarta.edge_twin >= 0)
    assert (jakarta.edge_from[jakarta.edge_twin[two_way]] == jakarta.edge_to[two_way]).all()


@pytest.mark.roads
def test_balikpapan_is_driven_from_end_to_end(balikpapan: Network) -> None:
    snaps = Snapper(balikpapan).snap(balikpapan.node_lon, balikpapan.node_lat)
    assert snaps.distance_m.max() < 0.05
    found = NearestSearch(balikpapan).nearest(
        Snaps(snaps.edge[:1], snaps.fraction[:1], snaps.distance_m[:1]), snaps, None, most=None, metric="car"
    )
    assert len(found.index) == balikpapan.node_count
    assert "Jalan" in " ".join(balikpapan.names)
