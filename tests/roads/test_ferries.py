"""Two islands and a ferry between them: by it the one is reached from the other, and nobody is met on it."""

import json
from collections.abc import Mapping
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from geo.areas.ground import Ground
from geo.osm.access import passage_of
from geo.osm.duration import read_duration_s
from geo.osm.tags import FERRY, ROAD_CLASSES
from geo.places.region import RegionPlaces
from geo.point import Point
from geo.roads.closures import closed_edges
from geo.roads.ferries import BOARDING_MS
from geo.roads.network import Doors, Network, open_network, write_network
from geo.roads.speeds import METRICS, Caps
from geo.roads.traffic import Slice, under
from geo.search.engine import Engine
from geo.search.snap import Snapper
from geo.shape import Shape, ShapeKind
from tests.roads import tiny
from tests.roads.osm_town import ROAD, Tags, Way, streets, town, xml

# Streets round a block on either island, 3 km of them (a step is some 111 m), and a pier at 2 and at 5.
WEST = {1: (0, 0), 2: (10, 0), 3: (10, 4), 4: (0, 4)}
EAST = {5: (60, 0), 6: (70, 0), 7: (70, 4), 8: (60, 4)}
MIDWAY = {9: (35, -10)}
ISLANDS: dict[int, Way] = {10: ([1, 2, 3, 4, 1], ROAD), 11: ([5, 6, 7, 8, 5], ROAD)}
LINE: Tags = {"route": "ferry", "name": "Penyeberangan Contoh", "duration": "1:00"}
HOUR_MS = 3_600_000


def built(
    folder: Path,
    tags: Tags = LINE,
    *,
    ferries: bool = True,
    more: Mapping[int, Way] | None = None,
    nodes: Mapping[int, tuple[float, float]] | None = None,
    turn_costs: str = "osm",
) -> tuple[Network, list[str]]:
    """The two islands with a ferry by 9 (and whatever else), read back from the file."""
    ways = {**ISLANDS, 20: ([2, 9, 5], tags), **(more or {})}
    text = xml({**WEST, **EAST, **MIDWAY, **(nodes or {})}, ways)
    net, said = town(folder, text, ferries=ferries, turn_costs=turn_costs)
    write_network(net, folder / "kota.roads")
    return open_network(folder / "kota.roads"), said


def degrees(*places: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = zip(*((tiny.WEST + tiny.STEP * x, tiny.SOUTH + tiny.STEP * y) for x, y in places), strict=True)
    return np.array(lon), np.array(lat)


def travel_ms(net: Network, start: tuple[float, float], end: tuple[float, float], metric: str = "car") -> int | None:
    snapper = Snapper(net)
    found = Engine(net).nearest(
        snapper.snap_doors(*degrees(end)), snapper.snap(*degrees(start)), None, most=1, metric=metric
    )
    return int(found.travel_ms[0]) if len(found.index) else None


def of_ferry(net: Network, metric: str = "car") -> list[int]:
    return sorted(net.metrics[metric][net.edge_class == ROAD_CLASSES.index(FERRY)].tolist())


@pytest.mark.parametrize("turn_costs", ["osm", "none"])
def test_an_island_is_reached_by_its_ferry_where_ferries_are_asked_for_and_else_not(
    tmp_path: Path, turn_costs: str
) -> None:
    net, said = built(tmp_path, turn_costs=turn_costs)
    # By both quays' corners alone: no street is driven.
    assert travel_ms(net, WEST[2], EAST[5]) == HOUR_MS + BOARDING_MS
    assert travel_ms(net, EAST[5], WEST[2]) == HOUR_MS + BOARDING_MS
    assert of_ferry(net) == [HOUR_MS + BOARDING_MS] * 2
    assert ("Penyeberangan Contoh", (10.0, 0.0), (60.0, 0.0)) in streets(net)
    assert "1 stretches of ferry are in (6.0 km)" in said
    assert "1 ferries take their own duration, and 15 minutes of waiting at the quay (an estimate)" in said
    assert set(net.meta.report) <= set(said)
    without, said = built(tmp_path, ferries=False, turn_costs=turn_costs)
    assert travel_ms(without, WEST[2], EAST[5]) is None
    assert of_ferry(without) == []
    assert "left out: 1 ferries, for they were not asked for (6.0 km)" in said
    assert not any("of the longest" in line or "stretches of ferry" in line for line in said)


def test_a_ferry_takes_all_alike_at_every_hour_and_whatever_a_hearse_may_drive(tmp_path: Path) -> None:
    net, _ = built(tmp_path)
    peak = Slice(name="pagi", days=frozenset(range(7)), since=time(0), until=time(0), main=3.0, side=3.0)
    for roads in (net, under(net, peak, None), under(net, peak, None, Caps(town_kph=2.0, open_kph=2.0))):
        for metric in METRICS:
            assert of_ferry(roads, metric) == [HOUR_MS + BOARDING_MS] * 2


def test_nobody_stands_on_a_ferry_and_no_ground_and_no_name_is_found_there(tmp_path: Path) -> None:
    net, _ = built(tmp_path)
    assert (net.edge_doors == Doors.NONE).sum() == 2
    snapper = Snapper(net)
    at = degrees((35, -10), (12, 0), (11, 0))
    for snaps in (snapper.snap(*at), snapper.snap_doors(*at)):
        assert snaps.edge[0] == -1
        assert (net.edge_doors[snaps.edge[1:]] == Doors.SOME).all()
    ground = Ground(net)
    assert (net.edge_doors[ground.edge] == Doors.SOME).all()
    region = RegionPlaces(net, snapper, [])
    lon, lat = degrees((35, -10))
    assert region.near(Point(lon=float(lon[0]), lat=float(lat[0]))).street == ""
    assert len(region.index) == 0


def test_a_closure_over_a_ferry_takes_it_out(tmp_path: Path) -> None:
    net, _ = built(tmp_path)
    lon, lat = degrees((20, 9), (20, -20))
    line = Shape(kind=ShapeKind.LINE, points=tuple(Point(lon=x, lat=y) for x, y in zip(lon, lat, strict=True)))
    shut = closed_edges(net, [line])
    assert (shut == (net.edge_doors == Doors.NONE)).all()
    assert travel_ms(under(net, None, shut), WEST[1], EAST[6]) is None


def test_a_ferry_without_a_duration_goes_at_the_pace_of_ferries(tmp_path: Path) -> None:
    net, said = built(tmp_path, {"route": "ferry"})
    ferry = net.edge_class == ROAD_CLASSES.index(FERRY)
    expected = net.edge_length_m[ferry] / (15.0 / 3.6) * 1000 + BOARDING_MS
    assert net.metrics["car"][ferry] == pytest.approx(expected, abs=1)
    assert any("as long as 15 km/h need (an estimate)" in line for line in said)


@pytest.mark.parametrize(
    ("duration", "reason"),
    [
        ("sejam", "durations of ferries that cannot be read"),
        ("P20M", "durations of ferries that cannot be read"),
        ("00:00:30", "durations of ferries that would be slower or faster than any"),
        ("PT900H", "durations of ferries that would be slower or faster than any"),
    ],
)
def test_a_duration_that_is_none_or_that_no_ferry_takes_is_counted_and_not_believed(
    tmp_path: Path, duration: str, reason: str
) -> None:
    net, said = built(tmp_path, {"route": "ferry", "duration": duration})
    assert f"left out: 1 {reason}" in said
    assert HOUR_MS * 0.3 < of_ferry(net)[0] - BOARDING_MS < HOUR_MS * 0.5


def test_a_duration_is_shared_by_length_and_one_waits_only_where_one_comes_from_a_road(tmp_path: Path) -> None:
    # The ferry calls at 9, where another one begins that leads to a third island.
    third = {30: (35, -60), 31: (45, -60), 32: (45, -64), 33: (35, -64)}
    more: dict[int, Way] = {
        12: ([30, 31, 32, 33, 30], ROAD),
        21: ([9, 30], {"route": "ferry", "duration": "40"}),
    }
    net, said = built(tmp_path, {"route": "ferry", "duration": "PT1H"}, more=more, nodes=third)
    assert "3 stretches of ferry are in (11.5 km)" in said
    half = HOUR_MS // 2
    assert of_ferry(net) == pytest.approx(
        [half, half, HOUR_MS * 2 / 3, half + BOARDING_MS, half + BOARDING_MS, HOUR_MS * 2 / 3 + BOARDING_MS], rel=1e-3
    )
    assert travel_ms(net, third[30], WEST[2]) == pytest.approx(HOUR_MS * 7 / 6 + BOARDING_MS, rel=1e-3)


def test_a_ferry_that_the_area_cuts_keeps_its_pace_and_ends_at_the_border(tmp_path: Path) -> None:
    west, south = tiny.WEST, tiny.SOUTH
    ring = [
        [west + tiny.STEP * x, south + tiny.STEP * y] for x, y in ((-1, -20), (40, -20), (40, 9), (-1, 9), (-1, -20))
    ]
    (tmp_path / "daerah.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    text = xml({**WEST, **EAST, **MIDWAY}, {**ISLANDS, 20: ([2, 9, 5], LINE)})
    net, _ = town(tmp_path, text, area=tmp_path / "daerah.geojson", ferries=True)
    assert of_ferry(net) == pytest.approx([HOUR_MS // 2, HOUR_MS // 2 + BOARDING_MS], rel=1e-3)


def test_a_ferry_to_nowhere_is_no_island_of_its_own(tmp_path: Path) -> None:
    far = {40: (0, -90), 41: (99, -90)}
    net, said = built(tmp_path, LINE, more={22: ([40, 41], {"route": "ferry"})}, nodes=far)
    assert "1 stretches of ferry are in (6.0 km)" in said
    assert any(line.startswith("1 stretches of ferry are not in, for no way leads there and back (") for line in said)
    assert net.node_lat.min() > tiny.SOUTH - tiny.STEP


def test_a_ferry_longer_than_anybody_is_sent_for_is_left_out_and_the_roads_are_built(tmp_path: Path) -> None:
    net, said = built(tmp_path, LINE, more={22: ([6, 50], {"route": "ferry"})}, nodes={50: (5_000, 0)})
    assert of_ferry(net) == [HOUR_MS + BOARDING_MS] * 2
    assert any(line.startswith("left out: 1 ferries of more than 500 km (") for line in said)


@pytest.mark.parametrize(
    ("tags", "taken_by"),
    [
        ({}, "car siren hearse"),
        ({"motor_vehicle": "yes", "foot": "yes"}, "car siren hearse"),
        ({"access": "yes", "foot": "yes"}, "car siren hearse"),
        ({"foot": "yes"}, ""),
        ({"foot": "yes", "bicycle": "Yes"}, ""),
        ({"bicycle": "no"}, "car siren hearse"),
        ({"foot": "yes", "hgv": "yes"}, "car siren hearse"),
        ({"foot": "yes", "emergency": "yes"}, "siren"),
        ({"access": "no"}, ""),
        ({"access": "no", "motorcar": "yes"}, "car siren hearse"),
        ({"vehicle": "no"}, ""),
        ({"motor_vehicle": "no", "emergency": "designated"}, "siren"),
        ({"maxheight": "2.4"}, "car siren hearse"),
        ({"area": "yes"}, ""),
        ({"highway": "residential"}, "car siren hearse"),
    ],
)
def test_who_is_taken_by_a_ferry(tags: dict[str, str], taken_by: str) -> None:
    given = {key: value.lower() for key, value in tags.items()}
    for passage in passage_of({"route": "ferry", **given}):
        assert " ".join(metric for metric, may in zip(METRICS, passage, strict=True) if may) == taken_by


@pytest.mark.parametrize("access", ["private", "destination"])
def test_a_quay_in_a_yard_that_nobody_drives_through_is_no_end_of_the_way(tmp_path: Path, access: str) -> None:
    quays = {52: (12, 0), 55: (58, 0)}
    yard: Tags = {**ROAD, "access": access}
    ways = {**ISLANDS, 12: ([2, 52], yard), 13: ([55, 5], yard), 20: ([52, 9, 55], LINE)}
    net, _ = town(tmp_path, xml({**WEST, **EAST, **MIDWAY, **quays}, ways), ferries=True)
    for metric in METRICS:
        found = travel_ms(net, WEST[1], EAST[6], metric)
        assert found is not None
        assert found > HOUR_MS + BOARDING_MS


def test_a_ferry_that_takes_no_cars_or_is_too_low_is_counted_with_its_length(tmp_path: Path) -> None:
    _, said = built(tmp_path, {**LINE, "motor_vehicle": "no"})
    assert "left out: 1 ferries that take no cars (6.0 km)" in said
    _, said = built(tmp_path, {**LINE, "maxheight": "1.8"})
    assert "left out: 1 roads that are too narrow, low or weak (6.0 km)" in said


def test_a_ferry_one_way_is_taken_that_way(tmp_path: Path) -> None:
    back = {21: ([5, 2], {**LINE, "oneway": "yes", "duration": "2:00"})}
    net, _ = built(tmp_path, {**LINE, "oneway": "yes"}, more=back)
    assert travel_ms(net, WEST[2], EAST[5]) == HOUR_MS + BOARDING_MS
    assert travel_ms(net, EAST[5], WEST[2]) == 2 * HOUR_MS + BOARDING_MS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45", 2_700),
        ("1:30", 5_400),
        ("01:30", 5_400),
        ("100:00", 360_000),
        ("0:45:30", 2_730),
        ("01:30:00", 5_400),
        (" PT1H30M ", 5_400),
        ("PT20M", 1_200),
        ("pt90s", 90),
        ("P1DT2H", 93_600),
        ("P1W", 604_800),
        ("PT1.5H", 5_400),
        ("PT1,5H", 5_400),
        ("20 min", 1_200),
        ("8 hours", 28_800),
        ("1 h 30 minutes", 5_400),
        ("1h30", 5_400),
        ("1 h 05", 3_900),
        ("2 days", 172_800),
    ],
)
def test_a_duration_is_read_as_the_wiki_writes_it(text: str, seconds: float) -> None:
    assert read_duration_s(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "00:00", "P", "PT", "P20M", "P1Y", "sejam", "1:30 h", "-20", "3 months", "1:2:3:4"),
        *("1:90", "1:60:00", "1h90"),
    ],
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert np.isnan(read_duration_s(text))


@pytest.mark.parametrize(("hours", "counted"), [("24/7", 0), ("06:00-22:00", 1), ("Mo-Su 00:00-24:00", 0), ("pagi", 1)])
def test_hours_of_a_ferry_are_counted(tmp_path: Path, hours: str, counted: int) -> None:
    ways = {**ISLANDS, 20: ([2, 9, 5], {"route": "ferry", "opening_hours": hours})}
    _, said = town(tmp_path, xml({**WEST, **EAST, **MIDWAY}, ways), ferries=True)
    assert said.count("left out: 1 hours at which a ferry sails: it is taken to sail at all") == counted


def test_a_ferry_without_its_whole_way_in_the_file_goes_at_the_pace_of_ferries(tmp_path: Path) -> None:
    # 99 is not in the file: how much of the hour the rest takes is not known.
    ways = {**ISLANDS, 20: ([2, 9, 5], {"route": "ferry"}), 21: ([2, 9, 5, 99], LINE)}
    net, said = town(tmp_path, xml({**WEST, **EAST, **MIDWAY}, ways), ferries=True)
    assert any(line.startswith("2 ferries take as long as 15 km/h need") for line in said)
    assert len(of_ferry(net)) == 8
