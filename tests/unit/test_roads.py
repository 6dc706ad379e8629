"""The desk's roads over a network: vehicles that move, hours that turn, streets that close, all at once."""

import threading
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.desk.road_ports import Roads, SpeedCaps
from dispatch.domain.arrival import Arrival
from dispatch.roads.network import NetworkRoads
from dispatch.roads.straight import StraightRoads
from dispatch.vocabulary.needs import Metric
from geo.point import M_PER_DEGREE, Point
from geo.roads.foot import WALK_KPH
from geo.roads.network import Network
from geo.roads.traffic import Slice
from geo.shape import Shape, ShapeKind
from tests.roads import tiny
from tests.roads.osm_town import ROAD, town, xml

WEEKDAY_MORNING, SUNDAY = datetime(2026, 11, 23, 7), datetime(2026, 11, 22, 7)
PEAK = Slice(name="pagi", days=frozenset(range(5)), since=time(6), until=time(9), main=2.0, side=1.5)


def at(x: float, y: float = 0.0) -> Point:
    """A point of the tiny grid: streets lie along y = 0 and its like."""
    return Point(lon=tiny.WEST + tiny.STEP * x, lat=tiny.SOUTH + tiny.STEP * y)


def block() -> Network:
    """Two streets side by side, joined at their ends, 1 km a piece, and dead ends beyond: 8-0-1-2-3-9 and 4-5-6-7; at
    36 km/h."""
    nodes = [(0, 0), (10, 0), (20, 0), (30, 0), (0, 10), (10, 10), (20, 10), (30, 10), (-5, 0), (35, 0)]
    along = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), (0, 4), (3, 7), (8, 0), (3, 9)]
    return tiny.network(nodes, tiny.both(*((a, b, 1_000.0) for a, b in along)), turn_costs="osm")


def turn(roads: NetworkRoads, local: datetime, caps: SpeedCaps | None = None) -> None:
    """The hour, with a hearse's usual caps unless said otherwise."""
    roads.turn_to(local, caps or SpeedCaps())


def seconds(roads: NetworkRoads, to: Point, vehicles: Mapping[str, Point], most: int | None = None) -> dict[str, float]:
    found = roads.arrivals(to, {Metric.CAR: vehicles}, most=most)
    return {name: arrival.eta_s for name, arrival in found.items()}


def test_vehicles_are_found_where_they_are_asked_about_whatever_was_said_before() -> None:
    roads = NetworkRoads(block())
    assert seconds(roads, at(5), {"A": at(15), "B": at(25)}) == pytest.approx({"A": 100.0, "B": 200.0}, abs=0.5)
    turn(roads, SUNDAY)
    roads.follow({"A": at(25), "B": at(8)})
    assert seconds(roads, at(5), {"A": at(25), "B": at(8)}) == pytest.approx({"B": 30.0, "A": 200.0}, abs=0.5)
    assert seconds(roads, at(5), {"A": at(6)}) == pytest.approx({"A": 10.0}, abs=0.5)
    assert list(seconds(roads, at(5), {"A": at(25), "B": at(8)}, most=1)) == ["B"]


def test_the_crew_s_walk_to_a_door_in_an_alley_is_in_the_arrival_and_in_the_way(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (3, 0), 3: (6, 0), 4: (3, 2)}
    ways = {10: ([1, 2, 3], ROAD), 20: ([2, 4], {"highway": "path"})}
    roads = NetworkRoads(town(tmp_path, xml(nodes, ways))[0])
    door, mouth, fleet = at(3, 2), at(3, 0), {Metric.CAR: {"A": at(1), "B": at(5.5)}}
    walk_m = 2 * tiny.STEP * M_PER_DEGREE
    turned = False
    while True:
        near, far = (roads.arrivals(to, fleet, most=None) for to in (mouth, door))
        for name, to_mouth in near.items():
            assert to_mouth.walk_m == pytest.approx(0.0, abs=0.1)
            assert far[name].walk_m == pytest.approx(walk_m, rel=0.001)
            assert far[name].eta_s - to_mouth.eta_s == pytest.approx(walk_m / (WALK_KPH / 3.6), abs=0.2)
        metres = [roads.metres(to, fleet)["A"] for to in (mouth, door)]
        ways_there = [roads.way(at(1), to, speeds=Metric.CAR) for to in (mouth, door)]
        assert metres[1] - metres[0] == pytest.approx(walk_m, rel=0.001)
        assert ways_there[0] is not None
        assert ways_there[1] is not None
        assert ways_there[1].travel_s - ways_there[0].travel_s == pytest.approx(walk_m / (WALK_KPH / 3.6), abs=0.2)
        if turned:
            break
        turn(roads, SUNDAY)  # from now on vehicles stand in buckets
        turned = True


def test_a_question_aside_moves_nobody() -> None:
    roads = NetworkRoads(block())
    turn(roads, SUNDAY)
    roads.follow({"A": at(15)})
    aside = roads.aside().arrivals(at(5), {Metric.CAR: {"A": at(6), "C": at(25)}}, most=None)
    assert {name: round(arrival.eta_s) for name, arrival in aside.items()} == {"A": 10, "C": 200}
    assert seconds(roads, at(5), {"A": at(15)}) == pytest.approx({"A": 100.0}, abs=0.5)


def test_more_vehicles_than_there_was_room_for_are_all_found() -> None:
    roads = NetworkRoads(block())
    turn(roads, SUNDAY)
    fleet = {f"V{number:04}": at(30 * number / 700) for number in range(700)}
    found = seconds(roads, at(0), fleet)
    assert len(found) == 700
    assert list(found) == sorted(fleet)
    turn(roads, SUNDAY)
    assert seconds(roads, at(0), fleet) == pytest.approx(found)


def test_the_hour_makes_ways_longer_and_shorter_again() -> None:
    roads = NetworkRoads(block(), (PEAK,))
    for local, expected in ((SUNDAY, 100.0), (WEEKDAY_MORNING, 150.0), (SUNDAY, 100.0)):
        turn(roads, local)
        assert seconds(roads, at(5), {"A": at(15)}) == pytest.approx({"A": expected}, abs=0.5)
        way = roads.way(at(15), at(5), speeds=Metric.CAR)
        assert way is not None
        assert way.travel_s == pytest.approx(expected, abs=0.5)


def test_a_hearse_keeps_to_the_caps_of_the_policy_and_nobody_else_does() -> None:
    roads = NetworkRoads(block())
    fleet = {"A": at(15)}
    for caps, hearse_s in ((SpeedCaps(), 100.0), (SpeedCaps(town_kph=18, open_kph=18), 200.0), (SpeedCaps(), 100.0)):
        turn(roads, SUNDAY, caps)
        found = roads.arrivals(at(5), {Metric.HEARSE: fleet}, most=None)
        assert found["A"].eta_s == pytest.approx(hearse_s, abs=0.5)
        assert seconds(roads, at(5), fleet) == pytest.approx({"A": 100.0}, abs=0.5)


def test_over_a_closed_street_nobody_is_sent_and_when_it_opens_all_are_as_before() -> None:
    roads = NetworkRoads(block())
    turn(roads, SUNDAY)
    fleet = {"A": at(25), "B": at(5, 10)}
    before = seconds(roads, at(5), fleet)
    assert before == pytest.approx({"A": 200.0, "B": 200.0}, abs=0.5)
    roads.close([Shape(kind=ShapeKind.LINE, points=(at(15, -1), at(15, 1)))])
    for prepared in (False, True):
        if prepared:
            turn(roads, SUNDAY)
        # A goes round by the other street: 0.5 + 1 + 3 + 1 + 0.5 km.
        assert seconds(roads, at(5), fleet) == pytest.approx({"A": 600.0, "B": 200.0}, abs=0.5)
    roads.close([])
    assert seconds(roads, at(5), fleet) == pytest.approx(before)


def test_a_house_in_a_flooded_street_gets_the_vehicle_that_comes_nearest_and_one_in_it_comes_out() -> None:
    roads = NetworkRoads(block())
    turn(roads, SUNDAY)
    roads.close([Shape(kind=ShapeKind.LINE, points=(at(15, -1), at(15, 1)))])
    turn(roads, SUNDAY)
    found = roads.arrivals(at(12), {Metric.CAR: {"A": at(5), "S": at(11)}}, most=None)
    # To the end of the open street at 10, and 200 m of 0.111 km a step on foot of 15 km/h; S stands 100 m in it.
    assert found["A"].eta_s == pytest.approx(50.0 + 2 * 111.2 / (15 / 3.6), abs=1.5)
    assert found["S"].eta_s == pytest.approx(3 * 111.2 / (15 / 3.6), abs=1.5)


def test_where_the_own_street_is_closed_further_on_its_open_part_is_still_driven() -> None:
    # One street without any junction between its ends: 0 - 1 - 2 - 3, and the way back by 4.
    nodes = [(0, 0), (10, 0), (20, 0), (30, 0), (15, 20), (-5, 0), (35, 0)]
    joined = [(0, 1, 1_000.0), (1, 2, 1_000.0), (2, 3, 1_000.0), (3, 4, 3_000.0), (4, 0, 3_000.0)]
    streets = [*joined, (5, 0, 500.0), (3, 6, 500.0)]
    roads = NetworkRoads(tiny.network(nodes, tiny.both(*streets), turn_costs="osm"))
    turn(roads, SUNDAY)
    roads.close([Shape(kind=ShapeKind.LINE, points=(at(25, -1), at(25, 1)))])
    turn(roads, SUNDAY)
    fleet = {"before": at(2), "near": at(12), "beyond": at(32)}
    found = seconds(roads, at(18), fleet)
    assert found["near"] == pytest.approx(60.0, abs=0.5)
    assert found["before"] == pytest.approx(160.0, abs=0.5)
    assert found["beyond"] > 700.0
    assert list(seconds(roads, at(18), fleet, most=1)) == ["near"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.floats(0, 30), st.sampled_from((0, 10))), max_size=12))
def test_after_any_moves_the_answer_is_that_of_roads_that_were_never_told_before(moves) -> None:
    told = NetworkRoads(block())
    turn(told, SUNDAY)
    where: dict[str, Point] = {}
    for name, x, y in moves:
        where[name] = at(x, y)
        told.follow({name: where[name]})
    fresh = NetworkRoads(block()).aside().arrivals(at(7, 10), {Metric.SIREN: where}, most=None)
    found = told.arrivals(at(7, 10), {Metric.SIREN: where}, most=None)
    assert {n: a.eta_s for n, a in found.items()} == pytest.approx({n: a.eta_s for n, a in fresh.items()})
    metres = told.metres(at(7, 10), {Metric.SIREN: where})
    assert metres == pytest.approx({n: a.distance_m for n, a in fresh.items()}, abs=0.5)


def test_answers_stay_right_while_vehicles_move_hours_turn_and_streets_close_in_other_threads() -> None:
    roads = NetworkRoads(block(), (PEAK,))
    turn(roads, SUNDAY)
    over = threading.Event()
    changes: list[None] = []
    drives: list[None] = []
    flood = Shape(kind=ShapeKind.LINE, points=(at(15, -1), at(15, 1)))

    def change() -> None:
        while not over.is_set():
            turn(roads, WEEKDAY_MORNING if len(changes) % 2 else SUNDAY)
            roads.close([flood] if len(changes) % 3 == 0 else [])
            changes.append(None)

    def drive() -> None:
        while not over.is_set():
            roads.follow({f"M{number}": at((len(drives) + number) % 30) for number in range(100)})
            drives.append(None)

    threads = [threading.Thread(target=work) for work in (change, drive)]
    for thread in threads:
        thread.start()
    # On an empty road 60 s, in the peak 90 s; the closure is elsewhere.
    answers, asked = set(), 0
    while asked < 300 or len(changes) < 30 or len(drives) < 30:
        answers.add(round(seconds(roads, at(2), {"A": at(8)})["A"]))
        asked += 1
    over.set()
    for thread in threads:
        thread.join()
    assert answers <= {60, 90}


def ends(found: Mapping[str, Arrival]) -> list[tuple[float, str]]:
    return [(arrival.eta_s, name) for name, arrival in found.items()]


SLOW = SpeedCaps(town_kph=18, open_kph=18)
ANYWHERE = st.tuples(st.sampled_from(Metric), st.floats(-5, 35), st.sampled_from((0, 0.5, 10)))
FLEETS = st.dictionaries(st.sampled_from([f"V{number}" for number in range(8)]), ANYWHERE)


def by_how(fleet: Mapping[str, tuple[Metric, float, float]]) -> dict[Metric, dict[str, Point]]:
    starts: dict[Metric, dict[str, Point]] = {}
    for name, (metric, x, y) in fleet.items():
        starts.setdefault(metric, {})[name] = at(x, y)
    return starts


@settings(max_examples=60, deadline=None)
@given(FLEETS, st.none() | st.integers(0, 5), st.booleans(), st.sampled_from(("network", "aside", "straight")))
def test_a_question_about_vehicles_that_drive_differently_is_answered_as_one_about_each_kind(
    fleet, most, prepared, kind
) -> None:
    roads: Roads = StraightRoads() if kind == "straight" else NetworkRoads(block())
    if prepared:
        roads.turn_to(SUNDAY, SLOW)
    if kind == "aside":
        roads = roads.aside()
    starts, to = by_how(fleet), at(12, 0.3)
    alone = [pair for metric, some in starts.items() for pair in ends(roads.arrivals(to, {metric: some}, most=None))]
    found = ends(roads.arrivals(to, starts, most=most))
    assert [eta_s for eta_s, _ in found] == pytest.approx([eta_s for eta_s, _ in sorted(alone)[:most]], abs=0.002)
    assert {(name, eta_s) for eta_s, name in found} <= {(name, eta_s) for eta_s, name in alone}
    metres = roads.metres(to, starts)
    assert metres.keys() == {name for _, name in alone}


@settings(max_examples=60, deadline=None)
@given(FLEETS, st.lists(st.tuples(st.floats(-5, 35), st.sampled_from((0, 10))), max_size=4), st.floats(-5, 35))
def test_apart_is_whoever_cannot_come_by_any_road_however_many_are_sooner(fleet, closed, x) -> None:
    roads = NetworkRoads(block())
    turn(roads, SUNDAY, SLOW)
    roads.close([Shape(kind=ShapeKind.LINE, points=(at(along, y - 1), at(along, y + 1))) for along, y in closed])
    fleet = {**fleet, "lost": (Metric.CAR, 500.0, 500.0)}
    starts = by_how(fleet)
    for to in (at(x), at(400.0)):
        assert roads.apart(to, starts) == fleet.keys() - roads.arrivals(to, starts, most=None).keys()


def test_over_the_water_no_road_leads_and_over_the_bridge_one_way_alone() -> None:
    """Two islands, each a street of 5 km between two others, and a bridge that is driven from the first alone."""
    nodes = [(0, 0), (50, 0), (60, 0), (110, 0), (0, 30), (50, 30)]
    streets = [*tiny.both((0, 1, 5_000.0), (2, 3, 5_000.0), (4, 5, 5_000.0)), (1, 2, 1_000.0)]
    net = tiny.network(nodes, streets, turn_costs="osm")
    roads = NetworkRoads(net)
    fleet = {"here": at(20), "there": at(80), "beyond": at(20, 30)}
    assert roads.apart(at(10), {Metric.SIREN: fleet}) == {"there", "beyond"}
    assert roads.apart(at(90), {Metric.CAR: fleet}) == roads.apart(at(90), {Metric.HEARSE: fleet})
    assert roads.apart(at(10, 30), {Metric.CAR: fleet}) == {"here", "there"}
