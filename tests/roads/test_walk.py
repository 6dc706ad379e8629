"""Where no vehicle comes to a door the crew walks: along foot ways, over no water, from the stop with the least."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.point import M_PER_DEGREE
from geo.roads.foot import STEPS_KPH, WALK_KPH
from geo.roads.network import Network, open_network, write_network
from geo.search.engine import Engine
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing
from geo.search.walk import GAP_M, LOOK_M, MOST_M, MS_PER_M, OFF_WAYS_WEIGHT
from tests.roads import tiny
from tests.roads.osm_town import ROAD, Relation, Tags, Way, town, xml

STEP_M = tiny.STEP * M_PER_DEGREE
# Two streets, 1-2-3 in the south and 4-5-6 in the north, joined in the west; 7, 8 and 9 lie between 2 and 5.
NODES = {1: (0, 0), 2: (3, 0), 3: (6, 0), 4: (0, 3), 5: (3, 3), 6: (6, 3), 7: (3, 1), 8: (3, 2), 9: (4, 1)}
STREETS: dict[int, Way] = {
    10: ([1, 2, 3], {**ROAD, "name": "Selatan"}),
    11: ([4, 5, 6], {**ROAD, "name": "Utara"}),
    12: ([1, 4], {**ROAD, "name": "Barat"}),
}
GANG: Tags = {"highway": "footway"}
# Nearer to Utara than to Selatan.
DOOR = (3.05, 1.9)


def degrees(place: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([tiny.WEST + tiny.STEP * place[0]]), np.array([tiny.SOUTH + tiny.STEP * place[1]])


def built(folder: Path, ways: dict[int, Way], **more: dict[int, Tags]) -> Network:
    return town(folder, xml(NODES, {**STREETS, **ways}, node_tags=more.get("node_tags")))[0]


def street(net: Network, snaps: Snaps) -> str:
    return str(net.names[net.edge_name[snaps.edge[0]]])


def walk(net: Network, place: tuple[float, float]) -> tuple[object, object, object]:
    """The street of the stop, the metres to the door and the seconds on foot."""
    door = Snapper(net).snap_doors(*degrees(place))
    assert door.walk_ms is not None
    return street(net, door), float(door.distance_m[0]), float(door.walk_ms[0]) / 1000


def seconds(metres: float, kph: float = WALK_KPH) -> float:
    return metres / (kph / 3.6)


def test_a_door_in_an_alley_is_reached_from_its_end_and_not_through_the_houses_behind(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], GANG)})
    metres = (1.9 + 0.05) * STEP_M
    assert walk(net, DOOR) == (
        "Selatan",
        pytest.approx(metres, rel=0.01),
        pytest.approx(seconds(metres), rel=0.01),
    )
    stop = Snapper(net).snap_doors(*degrees(DOOR))
    there = Snapper(net).snap(*degrees((3, 0)))
    assert (stop.edge[0], stop.fraction[0]) == (there.edge[0], there.fraction[0])


def test_without_a_way_on_foot_it_is_the_nearest_street_as_ever(tmp_path: Path) -> None:
    net = built(tmp_path, {})
    snapper = Snapper(net)
    door, nearest = snapper.snap_doors(*degrees(DOOR)), snapper.snap(*degrees(DOOR))
    assert door.walk_ms is not None
    assert door.walk_ms.tolist() == [0]
    for one, other in ((door.edge, nearest.edge), (door.fraction, nearest.fraction)):
        assert one.tolist() == other.tolist()
    assert door.distance_m.tolist() == nearest.distance_m.tolist()
    assert door.door_ms(15.0).tolist() == nearest.access_ms(15.0).tolist()


@pytest.mark.parametrize("place", [(1.0, 0.1), (1.0, -0.1), (2.9, 0.02), (3.0, 3.4), (-0.2, 1.5)])
def test_a_door_at_a_street_keeps_its_place_whatever_foot_ways_there_are(
    tmp_path: Path, place: tuple[float, float]
) -> None:
    net = built(tmp_path, {20: ([2, 7, 8, 5], GANG)})
    snapper = Snapper(net)
    door, nearest = snapper.snap_doors(*degrees(place)), snapper.snap(*degrees(place))
    assert door.edge.tolist() == nearest.edge.tolist()
    assert door.fraction.tolist() == nearest.fraction.tolist()
    assert door.distance_m.tolist() == nearest.distance_m.tolist()
    assert door.walk_ms is not None
    assert not door.walk_ms.any()
    assert snapper.walk(*(float(at[0]) for at in degrees(place))) is None


def test_of_two_ends_of_an_alley_the_nearer_one_is_taken(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8, 5], GANG)})
    assert walk(net, DOOR)[:2] == ("Utara", pytest.approx(1.15 * STEP_M, rel=0.01))
    assert walk(net, (3.05, 1.4))[:2] == ("Selatan", pytest.approx(1.45 * STEP_M, rel=0.01))


def test_steps_take_longer_so_that_a_longer_way_without_them_is_walked(tmp_path: Path) -> None:
    stairs = built(tmp_path, {20: ([2, 7, 8], GANG), 21: ([8, 5], {"highway": "steps"})})
    assert walk(stairs, DOOR) == (
        "Utara",
        pytest.approx(1.15 * STEP_M, rel=0.01),
        pytest.approx(seconds(STEP_M, STEPS_KPH) + seconds(0.15 * STEP_M), rel=0.01),
    )
    assert walk(stairs, (3.05, 1.6))[0] == "Selatan"


RIVER: Tags = {"waterway": "river"}


def river(*nodes: int, tags: Tags = RIVER) -> dict[int, Way]:
    return {30: ([*nodes], tags)}


WET = {**NODES, 41: (-1, 2.4), 42: (3, 2.4), 43: (7, 2.4), 44: (7, 2.6), 45: (-1, 2.6)}


@pytest.mark.parametrize(
    ("ways", "relations", "stops"),
    [
        (river(41, 42, 43), (), "Selatan"),
        (river(41, 43), (), "Selatan"),
        (river(41, 43, 44, 45, 41, tags={"natural": "water"}), (), "Selatan"),
        (river(41, 43, tags={"waterway": "stream"}), (), "Utara"),
        (river(41, 43, tags={"waterway": "canal", "tunnel": "culvert"}), (), "Utara"),
        (
            {30: ([41, 42, 43, 44], {}), 31: ([44, 45, 41], {})},
            [([("way", 30, "outer"), ("way", 31, "outer")], {"type": "multipolygon", "natural": "water"})],
            "Selatan",
        ),
    ],
)
def test_a_river_is_not_crossed_to_the_nearest_street(
    tmp_path: Path, ways: dict[int, Way], relations: Sequence[Relation], stops: str
) -> None:
    far = {k: v for k, v in STREETS.items() if k != 12} | {12: ([1, 40, 4], {**ROAD, "name": "Barat"})}
    nodes = {**WET, 40: (-8, 1.5)}
    net = town(tmp_path, xml(nodes, {**far, **ways}, relations))[0]
    name, metres, on_foot = walk(net, (3.0, 2.2))
    assert name == stops
    assert metres == pytest.approx((2.2 if stops == "Selatan" else 0.8) * STEP_M, rel=0.01)
    assert on_foot == 0


def test_over_a_bridge_one_walks_though_the_street_lies_across_the_river(tmp_path: Path) -> None:
    bridge: Way = ([8, 5], {"highway": "path", "bridge": "yes"})
    net = town(tmp_path, xml(WET, {**STREETS, 20: bridge, **river(41, 43)}))[0]
    assert walk(net, (2.8, 2.0))[:2] == ("Utara", pytest.approx(1.2 * STEP_M, rel=0.01))


def test_who_is_all_round_in_water_is_said_to_be_at_the_nearest_street_as_ever(tmp_path: Path) -> None:
    moat = river(41, 43, 44, 45, 41, tags={"natural": "water"})
    nodes = {**WET, 41: (1, 2.4), 45: (1, 2.6)}
    net = town(tmp_path, xml(nodes, {**STREETS, **moat}))[0]
    assert walk(net, (2.0, 2.5)) == ("Utara", pytest.approx(0.5 * STEP_M, rel=0.01), 0)


def test_an_island_of_foot_ways_leads_nowhere(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([7, 8], GANG)})
    assert walk(net, DOOR) == ("Utara", pytest.approx(1.1 * STEP_M, rel=0.01), 0)


def test_an_alley_that_ends_a_few_metres_from_a_street_leads_to_it(tmp_path: Path) -> None:
    near = {**NODES, 50: (3, 10 / STEP_M)}
    net = town(tmp_path, xml(near, {**STREETS, 20: ([50, 7, 8], GANG)}))[0]
    assert walk(net, DOOR)[:2] == ("Selatan", pytest.approx(1.95 * STEP_M, rel=0.01))
    canal: Way = ([60, 61], {"waterway": "canal"})
    nodes = {**near, 60: (2, 5 / STEP_M), 61: (5, 5 / STEP_M)}
    net = town(tmp_path, xml(nodes, {**STREETS, 20: ([50, 7, 8], GANG), 30: canal}))[0]
    assert walk(net, DOOR)[0] == "Utara"


def test_an_alley_that_is_too_long_is_not_walked(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (3, 0), 3: (0, 1), 4: (3, 60), 5: (8, 60), 6: (8, 0.5), 7: (3, 50)}
    ways: dict[int, Way] = {10: ([3, 1, 2], ROAD), 20: ([2, 7, 4, 5, 6], GANG)}
    net = town(tmp_path, xml(nodes, ways))[0]
    door = Snapper(net).snap_doors(*degrees((8, 1)))
    assert door.walk_ms is not None
    assert door.walk_ms.tolist() == [0]
    assert door.distance_m[0] == pytest.approx(np.hypot(5, 1) * STEP_M, rel=0.02)


@pytest.mark.parametrize(
    ("tags", "walks"),
    [
        ({"highway": "path"}, True),
        ({"highway": "pedestrian"}, True),
        ({"highway": "corridor"}, True),
        ({"highway": "track"}, True),
        ({"highway": "cycleway"}, True),
        ({"highway": "bridleway"}, True),
        ({"highway": "residential", "width": "1.2"}, True),
        ({"highway": "residential", "motor_vehicle": "no"}, True),
        ({"highway": "service", "access": "private", "motor_vehicle": "no"}, True),
        ({"highway": "footway", "access": "no", "foot": "yes"}, True),
        ({"highway": "footway", "access": "private", "foot": "designated"}, True),
        ({"highway": "footway", "foot": "no"}, False),
        ({"highway": "footway", "foot": "private"}, False),
        ({"highway": "path", "access": "private"}, False),
        ({"highway": "path", "access": "members"}, False),
        ({"highway": "footway", "foot": "private, permit"}, False),
        ({"highway": "footway", "access": "No "}, False),
        ({"highway": "footway", "footway": "sidewalk"}, False),
        ({"highway": "proposed"}, False),
        ({"highway": "busway"}, False),
        ({"highway": "busway", "foot": "yes"}, True),
        ({"highway": "service", "access": "military"}, False),
        ({"railway": "rail"}, False),
    ],
)
def test_what_is_walked_by_its_tags(tmp_path: Path, tags: Tags, walks: bool) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], tags)})
    assert walk(net, DOOR)[0] == ("Selatan" if walks else "Utara")


def test_behind_bollards_one_walks_from_these_on(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], ROAD)}, node_tags={7: {"barrier": "bollard"}})
    name, metres, on_foot = walk(net, DOOR)
    assert name == ""
    assert metres == pytest.approx(0.95 * STEP_M, rel=0.01)
    assert on_foot == pytest.approx(seconds(0.95 * STEP_M), rel=0.01)


def test_an_alley_of_which_the_street_is_closed_is_walked_from_where_vehicles_come(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], GANG)})
    snapper = Snapper(net)
    south = np.array([net.names[name] == "Selatan" for name in net.edge_name])
    shut = snapper.without(south)
    # Along the closed street, which is walked, to where an open one begins.
    stop = shut.snap_doors(*degrees((3.05, 0.9)))
    assert street(net, stop) == "Barat"
    assert stop.distance_m[0] == pytest.approx(3.95 * STEP_M, rel=0.02)


def test_what_is_walked_comes_back_from_its_file(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], GANG)})
    write_network(net, tmp_path / "net")
    assert walk(open_network(tmp_path / "net"), DOOR) == walk(net, DOOR)


def test_vehicles_that_stand_ready_and_those_given_come_to_the_same_stop(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], GANG)})
    snapper, engine = Snapper(net), Engine(net)
    lon, lat = (np.concatenate(both) for both in zip(*map(degrees, ((1, 0), (5, 3), (0, 2))), strict=True))
    vehicles, target = snapper.snap(lon, lat), snapper.snap_doors(*degrees(DOOR))
    given_all = engine.nearest(target, vehicles, None, most=None, metric="car")
    assert given_all.index.tolist() == [0, 2, 1]
    standing = Standing(engine, snapper, 3, access_kph=np.inf)
    standing.move(np.arange(3), lon, lat)
    lon_to, lat_to = (float(at[0]) for at in degrees(DOOR))
    for _ in range(2):
        found, stop = standing.nearest_at(lon_to, lat_to, None, most=None, metric="car")
        assert found.index.tolist() == given_all.index.tolist()
        assert found.travel_ms.tolist() == given_all.travel_ms.tolist()
        assert stop.edge.tolist() == target.edge.tolist()
        assert stop.walk_ms is not None
        assert target.walk_ms is not None
        assert stop.walk_ms.tolist() == target.walk_ms.tolist()
        standing.prepare("car")


def test_doors_that_are_no_numbers_are_nowhere(tmp_path: Path) -> None:
    net = built(tmp_path, {20: ([2, 7, 8], GANG)})
    lon, lat = degrees(DOOR)
    doors = Snapper(net).snap_doors(np.array([np.nan, lon[0], lon[0] + 3]), np.array([lat[0], lat[0], np.nan]))
    assert (doors.edge >= 0).tolist() == [False, True, False]
    assert doors.door_ms(15.0).tolist()[::2] == [0, 0]


def nearest(lines: list[np.ndarray], lon: float, lat: float) -> list[tuple[float, float, float, float]]:
    """For each step of each line the metres to it, the place in degrees, and where on the line's length that is."""
    scale = np.array([M_PER_DEGREE * np.cos(np.radians(lat)), M_PER_DEGREE])
    found = []
    for line in lines:
        xy = (line - (lon, lat)) * scale
        steps = np.diff(xy, axis=0)
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*steps.T))))
        for a, step, begins, length in zip(xy[:-1], steps, along[:-1], np.hypot(*steps.T), strict=True):
            t = float(np.clip(-(a @ step) / max(step @ step, 1e-12), 0, 1))
            at = a + t * step
            found.append((float(np.hypot(*at)), *(at / scale + (lon, lat)), (begins + t * length) / along[-1]))
    return found


def least_walks(net: Network, lon: float, lat: float) -> tuple[float, list[tuple[float, float]]]:
    """What straight to the nearest street weighs, and of every stop on foot what its walk weighs and takes, in ms."""
    foot = net.foot
    starts = foot.water_start.tolist()
    points = np.column_stack((foot.water_lon, foot.water_lat)) / 1e7
    water = shapely.MultiLineString([points[a:b] for a, b in pairwise(starts)])

    def dry(*line: tuple[float, float]) -> bool:
        return not shapely.LineString(line).intersects(water)

    streets = [net.shape(edge) for edge in net.streets.tolist()]
    straight = [off for off, x, y, _ in nearest(streets, lon, lat) if off < LOOK_M and dry((lon, lat), (x, y))]
    graph = nx.Graph()
    for u, v, ms in zip(foot.tail.tolist(), foot.head.tolist(), foot.ms.tolist(), strict=True):
        if ms < graph.get_edge_data(u, v, {"ms": MOST_M * MS_PER_M})["ms"]:
            graph.add_edge(u, v, ms=ms)
    lines = [
        np.column_stack((foot.shape_lon[a:b], foot.shape_lat[a:b])) / 1e7
        for a, b in pairwise(foot.shape_start.tolist())
    ]
    whole: dict[int, tuple[float, float]] = {}
    for way, line in enumerate(lines):
        for off, x, y, at in nearest([line], lon, lat):
            if off >= LOOK_M or not dry((lon, lat), (x, y)):
                continue
            for node, part in ((int(foot.tail[way]), at), (int(foot.head[way]), 1 - at)):
                begin = round(off * MS_PER_M) * OFF_WAYS_WEIGHT + round(part * foot.ms[way])
                for there, ms in nx.single_source_dijkstra_path_length(graph, node, weight="ms").items():
                    on_foot = round(off * MS_PER_M) + round(part * foot.ms[way]) + ms
                    whole[there] = min(whole.get(there, (np.inf, np.inf)), (begin + ms, on_foot))
    stops = []
    for node, (cost, on_foot) in whole.items():
        here = foot.node_lon[node] / 1e7, foot.node_lat[node] / 1e7
        gap, x, y, _ = min(nearest(streets, *here))
        if gap <= GAP_M and (gap < 0.01 or dry(here, (x, y))):
            stops.append((cost + OFF_WAYS_WEIGHT * gap * MS_PER_M, on_foot + gap * MS_PER_M))
    return min(straight, default=np.inf) * OFF_WAYS_WEIGHT * MS_PER_M, stops


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_stop_is_that_of_the_least_walk_on_any_foot_ways(tmp_path: Path, data: st.DataObject) -> None:
    def places(*beside: float) -> st.SearchStrategy[tuple[float, float]]:
        """On a grid of its own, so that no door lies on a bank and no way ends on one."""
        tenths = st.integers(1, 38)
        return st.tuples(tenths, tenths).map(lambda at: (at[0] / 10 + beside[0], at[1] / 10 + beside[1]))

    corners = {1: (0, 0), 2: (4, 0), 3: (4, 4)}
    nodes = corners | dict(enumerate(data.draw(st.lists(places(0, 0), min_size=6, max_size=6, unique=True)), 10))
    numbers = st.sampled_from(sorted(nodes))
    pairs = data.draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8))
    kinds = data.draw(st.lists(st.sampled_from(["path", "steps", "footway"]), min_size=8, max_size=8))
    ways: dict[int, Way] = {100: ([1, 2, 3], ROAD)}
    ways |= {101 + at: (list(pair), {"highway": kinds[at]}) for at, pair in enumerate(pairs) if pair[0] != pair[1]}
    banks = data.draw(st.lists(places(0.033, 0.071), min_size=2, max_size=4, unique=True))
    nodes |= dict(enumerate(banks, 50))
    ways[200] = ([at for at in nodes if at >= 50], RIVER)
    net = town(tmp_path, xml(nodes, ways))[0]
    lon, lat = (float(at[0]) for at in degrees(data.draw(places(0.057, 0.019))))
    straight, stops = least_walks(net, lon, lat)
    stop = Snapper(net).snap_doors(np.array([lon]), np.array([lat]))
    assert stop.walk_ms is not None
    took, least = int(stop.walk_ms[0]), min(stops, default=(np.inf, np.inf))
    # Whole ms are rounded by each in its own place, and each such ms weighs five times off the ways.
    near = 3 * OFF_WAYS_WEIGHT
    if took:
        assert any(cost <= least[0] + near and abs(on_foot - took) <= near for cost, on_foot in stops)
        assert least[0] < straight - MS_PER_M + near
    else:
        assert min(straight - MS_PER_M, MOST_M * MS_PER_M) <= least[0] + near
