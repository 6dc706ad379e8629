"""Doors are on streets, vehicles anywhere: nobody lives on a motorway or in a tunnel while another road is near."""

from pathlib import Path

import numpy as np
import pytest

from geo.osm.tags import ROAD_CLASSES
from geo.point import M_PER_DEGREE
from geo.roads.network import Network, open_network, write_network
from geo.search.engine import Engine
from geo.search.snap import Snapper
from geo.search.standing import Standing
from tests.roads import tiny
from tests.roads.osm_town import ROAD, town, xml

# Streets 1-2-3-4 round a block; the toll road 5-6 runs 0.2 steps north of it, and on to the east.
NODES = {1: (0, 0), 2: (2, 0), 3: (2, 1), 4: (0, 1), 5: (0, 1.2), 6: (20, 1.2)}
TOLL = {"highway": "motorway", "oneway": "no"}
LINK = {"highway": "motorway_link", "oneway": "no"}
WAYS = {10: ([1, 2, 3, 4, 1], ROAD), 11: ([5, 6], TOLL), 12: ([5, 4], LINK)}
BEHIND_THE_WALL, FAR_FROM_STREETS = (1.0, 1.15), (10.0, 1.15)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder: Path = tmp_path_factory.mktemp("doors")
    return town(folder, xml(NODES, WAYS))[0]


def degrees(place: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([tiny.WEST + tiny.STEP * place[0]]), np.array([tiny.SOUTH + tiny.STEP * place[1]])


def class_at(net: Network, edge: np.ndarray) -> str:
    return str([*ROAD_CLASSES][net.edge_class[edge[0]]])


def test_a_house_behind_the_wall_of_a_toll_road_is_on_its_street_and_a_vehicle_there_on_the_toll_road(
    net: Network,
) -> None:
    snapper, at = Snapper(net), degrees(BEHIND_THE_WALL)
    assert class_at(net, snapper.snap(*at).edge) == "motorway"
    door = snapper.snap_doors(*at)
    assert class_at(net, door.edge) == "residential"
    assert door.distance_m[0] == pytest.approx(0.15 * tiny.STEP * M_PER_DEGREE, rel=0.01)


def test_where_no_street_is_near_a_motorway_is_taken_for_a_door(net: Network) -> None:
    snapper, at = Snapper(net), degrees(FAR_FROM_STREETS)
    assert class_at(net, snapper.snap_doors(*at).edge) == "motorway"
    assert snapper.snap_doors(*at).fraction == snapper.snap(*at).fraction


def test_where_the_street_beside_is_closed_the_next_one_that_is_near_is_the_door(net: Network) -> None:
    snapper, at = Snapper(net), degrees(BEHIND_THE_WALL)
    first = int(snapper.snap_doors(*at).edge[0])
    shut = np.isin(np.arange(net.edge_count), (first, int(net.edge_twin[first])))
    again = snapper.without(shut).snap_doors(*at)
    assert class_at(net, again.edge) == "residential"
    assert again.edge[0] != first


@pytest.mark.parametrize(
    ("tags", "no_doors"),
    [
        ({"tunnel": "yes"}, True),
        ({"tunnel": "Avalanche_protector "}, True),
        ({"tunnel": "no"}, False),
        ({"tunnel": "building_passage"}, False),
        ({"tunnel": "culvert"}, False),
        ({"covered": "yes"}, False),
    ],
)
def test_a_house_above_a_tunnel_is_on_its_street_and_a_vehicle_there_in_the_tunnel(
    tmp_path: Path, tags: dict[str, str], no_doors: bool
) -> None:
    below = {**ROAD, "name": "Bawah", **tags}
    built, _ = town(tmp_path, xml(NODES, {10: WAYS[10], 11: ([5, 6], below), 12: ([5, 4], ROAD)}))
    write_network(built, tmp_path / "kota.roads")
    net = open_network(tmp_path / "kota.roads")
    snapper = Snapper(net)

    def street(edge: np.ndarray) -> str:
        return str(net.names[net.edge_name[edge[0]]])

    assert street(snapper.snap(*degrees(BEHIND_THE_WALL)).edge) == "Bawah"
    assert (street(snapper.snap_doors(*degrees(BEHIND_THE_WALL)).edge) == "") == no_doors
    assert street(snapper.snap_doors(*degrees(FAR_FROM_STREETS)).edge) == "Bawah"


@pytest.mark.parametrize("place", [BEHIND_THE_WALL, FAR_FROM_STREETS, (500.0, 500.0)])
def test_a_question_in_degrees_is_one_about_the_door_before_and_after_vehicles_are_in_their_buckets(
    net: Network, place: tuple[float, float]
) -> None:
    snapper, (lon, lat) = Snapper(net), degrees(place)
    standing = Standing(Engine(net), snapper, 2, access_kph=5.0)
    lons, lats = zip(degrees((0, 0)), degrees((6, 1.2)), strict=True)
    standing.move(np.arange(2), np.concatenate(lons), np.concatenate(lats))
    door = snapper.snap_doors(lon, lat)
    expected = standing.nearest(door, None, most=2, metric="car")
    for _ in range(2):
        found, target = standing.nearest_at(lon[0], lat[0], None, most=2, metric="car")
        assert (found.index.tolist(), found.travel_ms.tolist()) == (
            expected.index.tolist(),
            expected.travel_ms.tolist(),
        )
        assert (target.edge, target.fraction) == (door.edge, door.fraction)
        standing.prepare("car")
