"""The commands over road networks as one types them: what they say, what they leave behind, how they end."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.cli.roads import sizes_of_trips
from geo.roads.graph import CLOSED_MS
from geo.roads.network import open_network
from tests.roads.osm_town import CROSS, RING, ROAD, restriction, xml
from tests.roads.tiny import SOUTH, STEP, WEST
from tests.shared import shared_data

JEMPUT = str(Path(sys.executable).with_name("jemput"))


def jemput(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([JEMPUT, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def kota(tmp_path: Path) -> Path:
    (tmp_path / "kota.osm").write_text(xml(CROSS, RING, [restriction("no_left_turn", 11, 2, 14)]))
    return tmp_path


def test_a_file_becomes_a_network_that_says_what_it_holds_and_answers(kota: Path) -> None:
    built = jemput(kota, "roads", "build", "--pbf", "kota.osm", "--out", "kota.roads", "--region", "Kota Contoh")
    assert built.returncode == 0, built.stderr
    assert "1 turns are forbidden by 1 restrictions" in built.stderr
    assert "kota.roads: 5 nodes, 12 edges" in built.stderr
    info = jemput(kota, "roads", "info", "kota.roads")
    assert info.returncode == 0
    assert "Kota Contoh" in info.stdout
    assert "1 forbidden, turn costs osm" in info.stdout
    assert "0 barriers stop a car" in info.stdout
    (kota / "where.csv").write_text(f"id,lon,lat\nA1,{WEST},{SOUTH}\nA2,{WEST + 2 * STEP},{SOUTH}\n")
    to = f"{WEST + STEP:.5f},{SOUTH + 0.9 * STEP:.5f}"
    answer = jemput(kota, "nearest", "--roads", "kota.roads", "--to", to, "--vehicles", "where.csv", "--json")
    rows = json.loads(answer.stdout)
    # As the crow flies both are as far, but A1 must not turn left.
    assert [row["vehicle_id"] for row in rows] == ["A2", "A1"]
    assert rows[0]["travel_s"] < rows[1]["travel_s"]


def test_a_fleet_of_narrow_vehicles_is_built_for_by_its_setting(kota: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {**RING, 30: ([3, 6], {**ROAD, "maxwidth": "1.2", "maxweight": "1.5"})}
    (kota / "kota.osm").write_text(xml({**CROSS, 6: (3, 0)}, ways))
    build = ("roads", "build", "--pbf", "kota.osm", "--out", "kota.roads")
    assert "left out: 1 roads that are too narrow, low or weak" in jemput(kota, *build).stderr
    monkeypatch.setenv("JEMPUT_VEHICLE_SIZES", '{"siren": [0.9, 1.5, 0.4]}')
    assert "6 nodes, 14 edges" in jemput(kota, *build).stderr
    net = open_network(kota / "kota.roads")
    assert {name: int((ms >= CLOSED_MS).sum()) for name, ms in net.metrics.items()} == {
        "car": 2,
        "siren": 0,
        "hearse": 2,
    }


def test_ferries_are_taken_if_asked_for_and_told(kota: Path) -> None:
    ways = {**RING, 30: ([3, 6], {"route": "ferry"}), 31: ([6, 7], ROAD)}
    (kota / "kota.osm").write_text(xml({**CROSS, 6: (9, 0), 7: (10, 0)}, ways))
    build = ("roads", "build", "--pbf", "kota.osm", "--out", "kota.roads")
    assert "left out: 1 ferries, for they were not asked for (0.8 km)" in jemput(kota, *build).stderr
    said = jemput(kota, *build, "--ferries").stderr
    assert "7 nodes, 16 edges" in said
    assert "1 stretches of ferry are in (0.8 km)" in said
    assert "1 stretches of ferry are in (0.8 km)" in jemput(kota, "roads", "info", "kota.roads").stdout
    wrong = jemput(kota, "roads", "build", "--place", "Kota", "--out", "x.roads", "--ferries")
    assert (wrong.returncode, "--ferries" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        ({}, {}),
        ({"siren": (1.8, 2.2)}, {"siren": (1.8, 2.2)}),
        ({"hearse": (1.8, 2.2)}, {"hearse": (1.8, 2.2)}),
        ({"emergency_ambulance": (2.1, 2.4)}, dict.fromkeys(("hearse", "car", "siren"), (2.1, 2.4))),
        ({"village_car": (1.6, 1.9)}, dict.fromkeys(("hearse", "car"), (1.6, 1.9))),
        (
            {"emergency_ambulance": (2.1, 2.4, 4.2), "village_car": (1.6, 1.9), "car": (1.7, 2.0, 2.5)},
            {"hearse": (2.1, 2.4, 4.2), "car": (1.7, 2.0, 2.5), "siren": (2.1, 2.4, 4.2)},
        ),
        (
            {"emergency_ambulance": (2.1, 2.4), "village_car": (1.6, 2.6), "car": (1.7, 2.0)},
            {"hearse": (2.1, 2.6), "car": (1.7, 2.0), "siren": (2.1, 2.4)},
        ),
    ],
)
def test_sizes_by_class_are_those_of_the_trips_on_which_the_class_goes(
    given: dict[str, tuple[float, ...]], sizes: dict[str, tuple[float, ...]]
) -> None:
    assert sizes_of_trips(given) == sizes


def test_without_turn_costs_the_network_is_the_plain_node_based_one(kota: Path) -> None:
    jemput(kota, "roads", "build", "--pbf", "kota.osm", "--out", "kota.roads", "--turn-costs", "none")
    assert not open_network(kota / "kota.roads").graph.turn_aware
    assert "turn costs none" in jemput(kota, "roads", "info", "kota.roads").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "x.roads"],
        ["--out", "x.roads", "--pbf", "kota.osm", "--place", "Kota"],
        ["--out", "x.roads", "--nodes", "kota.osm"],
        ["--out", "x.roads", "--place", "Kota", "--area", "kota.osm"],
        ["--out", "x.roads", "--pbf", "nothing.osm.pbf"],
        ["--out", "x.roads", "--pbf", "kota.osm", "--turn-costs", "some"],
    ],
)
def test_a_wrong_choice_of_source_is_refused_and_nothing_is_written(kota: Path, words: list[str]) -> None:
    ran = jemput(kota, "roads", "build", *words)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert [path.name for path in kota.iterdir()] == ["kota.osm"]


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"<osm version='0.6'></osm>"])
def test_a_file_that_is_no_map_ends_with_a_sentence_and_the_old_network_stays(kota: Path, content: bytes) -> None:
    (kota / "wrong.osm").write_bytes(content)
    (kota / "kota.roads").write_bytes(b"the old one")
    ran = jemput(kota, "roads", "build", "--pbf", "wrong.osm", "--out", "kota.roads")
    assert ran.returncode == 1
    assert "wrong.osm" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr
    assert (kota / "kota.roads").read_bytes() == b"the old one"
    assert sorted(path.name for path in kota.iterdir()) == ["kota.osm", "kota.roads", "wrong.osm"]


def test_a_folder_that_is_not_there_is_said_before_anything_is_lost(kota: Path) -> None:
    ran = jemput(kota, "roads", "build", "--pbf", "kota.osm", "--out", "away/kota.roads")
    assert ran.returncode == 1
    assert "away" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr


@pytest.mark.roads
@pytest.mark.parametrize("line", ["reading porto.osm.pbf", "cutting them at junctions", "joining the pieces"])
def test_an_interruption_at_any_step_leaves_the_old_network_and_no_half_file(tmp_path: Path, line: str) -> None:
    porto = shared_data("roads/porto/porto.osm.pbf")
    (tmp_path / "porto.roads").write_bytes(b"the old one")
    command = [JEMPUT, "roads", "build", "--pbf", str(porto), "--out", "porto.roads"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as building:
        assert building.stderr is not None
        for said in building.stderr:
            if line in said:
                building.send_signal(signal.SIGINT)
                break
        rest = building.stderr.read()
    assert building.returncode == 130, rest
    assert "interrupted: porto.roads is as it was before" in rest
    assert "Traceback" not in rest
    assert (tmp_path / "porto.roads").read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["porto.roads"]


@pytest.mark.roads
def test_an_interruption_while_the_map_is_drawn_leaves_the_new_network_and_the_old_map(tmp_path: Path) -> None:
    porto = shared_data("roads/porto/porto.osm.pbf")
    (tmp_path / "porto.pmtiles").write_bytes(b"the old map")
    command = [JEMPUT, "roads", "build", "--pbf", str(porto), "--out", "porto.roads"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as building:
        assert building.stderr is not None
        for said in building.stderr:
            if "map tiles, zoom" in said:
                building.send_signal(signal.SIGINT)
                break
        rest = building.stderr.read()
    assert building.returncode == 130, rest
    assert "porto.roads is written, but not its map" in rest
    assert open_network(tmp_path / "porto.roads").edge_count > 100_000
    assert (tmp_path / "porto.pmtiles").read_bytes() == b"the old map"
    assert {path.name for path in tmp_path.iterdir()} == {"porto.roads", "porto.pmtiles", "porto.places.geojson"}


def test_a_single_street_there_and_back_is_a_network(tmp_path: Path) -> None:
    (tmp_path / "gang.osm").write_text(xml(CROSS, {1: ([1, 2], ROAD)}))
    assert jemput(tmp_path, "roads", "build", "--pbf", "gang.osm", "--out", "gang.roads").returncode == 0
    assert open_network(tmp_path / "gang.roads").graph.vertex_count == 2


@pytest.mark.parametrize(
    ("to", "row", "code", "said"),
    [
        ("nan,2", "A1,106.6,-6.2", 2, "--to takes LON,LAT"),
        ("106.6,inf", "A1,106.6,-6.2", 2, "--to takes LON,LAT"),
        ("106.6,-6.2", "A1,nan,-6.2", 1, "where.csv line 2: a row has id, lon and lat, in degrees"),
        ("106.6,-6.2", "A1,106.6,-96.2", 1, "where.csv line 2: a row has id, lon and lat, in degrees"),
    ],
)
def test_a_position_that_is_none_is_refused(kota: Path, to: str, row: str, code: int, said: str) -> None:
    jemput(kota, "roads", "build", "--pbf", "kota.osm", "--out", "kota.roads")
    (kota / "where.csv").write_text(f"id,lon,lat\n{row}\n")
    answer = jemput(kota, "nearest", "--roads", "kota.roads", "--to", to, "--vehicles", "where.csv")
    assert (answer.returncode, answer.stdout) == (code, "")
    assert said in answer.stderr


@pytest.mark.parametrize(
    ("east", "north", "walk_m", "said"),
    [
        (1.0, 2.5, 166.8, "no vehicle comes to the door, 167 m on foot (120 s)"),
        (-0.5, 0.0, 55.3, "no way leads to the door, 55 m straight from the street"),
        (0.5, 0.1, 11.1, None),
        (0.0, -30.0, None, "no road is near, the nearest is 3,2"),
    ],
)
def test_an_answer_says_how_far_the_crew_walks(
    kota: Path, east: float, north: float, walk_m: float | None, said: str | None
) -> None:
    (kota / "kota.osm").write_text(xml({**CROSS, 6: (1, 3)}, {**RING, 40: ([4, 6], {"highway": "path"})}))
    jemput(kota, "roads", "build", "--pbf", "kota.osm", "--out", "kota.roads")
    (kota / "where.csv").write_text(f"id,lon,lat\nA1,{WEST},{SOUTH}\n")
    to = f"{WEST + STEP * east:.7f},{SOUTH + STEP * north:.7f}"
    ask = ("nearest", "--roads", "kota.roads", "--to", to, "--vehicles", "where.csv")
    plain, answer = jemput(kota, *ask), jemput(kota, *ask, "--json")
    rows = json.loads(answer.stdout)
    assert [row["walk_m"] for row in rows] == ([] if walk_m is None else [pytest.approx(walk_m, abs=0.5)])
    assert [line.split("\t")[3] for line in plain.stdout.splitlines()] == [str(row["walk_m"]) for row in rows]
    assert (said in answer.stderr) if said else (answer.stderr == "")
