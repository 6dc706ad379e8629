"""Areas that are reached in time: held against every place of small networks one by one, and whole on a real one."""

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.areas.ground import OFF_ROAD_KPH, Ground
from geo.areas.isochrone import Coverage, coverage, isochrone, without_overlap
from geo.areas.reach import FAR, Reach
from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.search.snap import Snaps
from tests.roads import tiny
from tests.roads.conftest import RealNetwork
from tests.roads.test_nearest import cities, one
from tests.roads.test_reach import customized, reach_of

Floats = NDArray[np.float64]
M_PER_DEGREE = 6_371_009.0 * np.pi / 180.0
NOBODY = Snaps(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
# Half a cell along the road to a place, a cell's corner off it, and what a simpler border may lose.
SLACK_CELLS = 3.0


def spaced(net: Network, times: int = 10, slower: int = 30) -> Network:
    """The same streets, so many times as long as they are drawn and driven so much slower: blocks of 1.1 km."""

    def apart(values: NDArray[np.int32], origin: float) -> NDArray[np.int32]:
        return (origin + (values - origin) * times).astype(values.dtype)

    west, south, east, north = net.meta.bounds
    size_lon, size_lat = max(east - west, 1e-4) * times, max(north - south, 1e-4) * times
    return replace(
        net,
        meta=replace(net.meta, bounds=(west, south, west + size_lon, south + size_lat)),
        shape_lon=apart(net.shape_lon, west * 1e7),
        shape_lat=apart(net.shape_lat, south * 1e7),
        edge_length_m=net.edge_length_m * times,
        metrics=MappingProxyType(
            {name: np.where(ms < CLOSED_MS, ms * slower, ms).astype(np.int32) for name, ms in net.metrics.items()}
        ),
    )


def closed(net: Network, *streets: tuple[int, int]) -> Network:
    weights = {name: ms.copy() for name, ms in net.metrics.items()}
    for u, v in streets:
        for ms in weights.values():
            ms[(net.edge_from == u) & (net.edge_to == v)] = CLOSED_MS
    return replace(net, metrics=MappingProxyType(weights))


class Places:
    """Places all along the roads in metres from the south-west, with their times; what areas are held against."""

    def __init__(self, net: Network, reach: Reach) -> None:
        west, south, _, north = net.meta.bounds
        self.origin, self.shrink = (west, south), np.cos(np.radians((south + north) / 2.0))
        parts = np.linspace(0.0, 1.0, 81)
        edges = np.repeat(np.arange(net.edge_count, dtype=np.int32), len(parts))
        ends = [net.shape_start[:-1], net.shape_start[1:] - 1]  # all streets of these networks are straight
        start, end = (np.column_stack((net.shape_lon[at], net.shape_lat[at])) / 1e7 for at in ends)
        fraction = np.tile(parts, net.edge_count)
        self.lonlat = start[edges] + (end - start)[edges] * fraction[:, None]
        self.at = self.metres(self.lonlat)
        ms = reach.at(edges, fraction)
        self.time_s = np.where(ms < FAR, ms / 1000.0, np.inf)
        length = np.hypot(*self.metres(end - start + self.origin).T)
        self.half_cell_s = (np.minimum(1.0, 50.0 / np.maximum(length, 1e-9)) * reach.weights.edge_ms / 1000.0)[edges]

    def metres(self, lonlat: Floats) -> Floats:
        return (lonlat - self.origin) * (M_PER_DEGREE * self.shrink, M_PER_DEGREE)

    def about(self, lonlat: Floats, limit_s: float) -> tuple[Floats, Floats]:
        """The soonest arrival at points by road and straight off it, and the metres to a road reached in the limit."""
        apart = np.hypot(*(self.metres(lonlat)[:, None, :] - self.at[None, :, :]).transpose(2, 0, 1))
        soonest = (self.time_s + apart / (OFF_ROAD_KPH / 3.6)).min(axis=1)
        return soonest, np.where(self.time_s <= limit_s, apart, np.inf).min(axis=1)


def inside(area: shapely.Geometry, lonlat: Floats) -> NDArray[np.bool_]:
    return np.asarray(shapely.contains_xy(area, lonlat[:, 0], lonlat[:, 1]), np.bool_)


@settings(max_examples=150, deadline=None)
@given(cities(), st.lists(st.floats(0.5, 25.0), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_what_is_well_within_a_limit_is_inside_and_what_is_well_beyond_it_outside(city, minutes, seed: int) -> None:
    net, starts = spaced(city[0]), city[1]
    reach, ground = reach_of(net, starts), Ground(net)
    assert (ground.cell_m, ground.off_road_m) == (100.0, 200.0)
    places, rng = Places(net, reach), np.random.default_rng(seed)
    west, south, east, north = net.meta.bounds
    anywhere = np.column_stack([rng.uniform(a - 0.01, b + 0.01, 300) for a, b in ((west, east), (south, north))])
    asked = np.concatenate((anywhere, places.lonlat[:: max(1, len(places.lonlat) // 200)]))
    slack_s = SLACK_CELLS * ground.cell_s
    for limit, area in zip(minutes, isochrone(ground, reach, minutes), strict=True):
        assert area.is_valid
        well = places.time_s + places.half_cell_s + slack_s <= limit * 60.0
        assert inside(area, places.lonlat[well]).all()
        soonest, off_m = places.about(asked, max(minutes) * 60.0)
        within = inside(area, asked)
        assert (soonest[within] <= limit * 60.0 + slack_s).all()
        assert (off_m[within] <= ground.off_road_m + SLACK_CELLS * ground.cell_m).all()


@settings(max_examples=100, deadline=None)
@given(cities(), st.lists(st.floats(0.0, 25.0), min_size=2, max_size=5))
def test_a_larger_limit_contains_a_smaller_one_and_bands_cover_all_roads_without_overlap(city, minutes) -> None:
    net, starts = spaced(city[0]), city[1]
    reach, ground = reach_of(net, starts), Ground(net)
    areas = isochrone(ground, reach, sorted(minutes))
    for less, more in pairwise(areas):
        assert shapely.difference(less, more).area <= 1e-12 * (1.0 + less.area)
    found = coverage(ground, [reach], minutes)
    bands = [band.area for band in found.bands]
    assert all(band.is_valid for band in bands)
    whole = shapely.union_all(bands)
    assert whole.area == pytest.approx(sum(band.area for band in bands), rel=1e-9)
    assert inside(whole, Places(net, reach).lonlat).all()
    assert [band.from_minutes for band in found.bands] == [0.0, *sorted(set(minutes))]
    assert [band.to_minutes for band in found.bands] == [*sorted(set(minutes)), None]


@settings(max_examples=100, deadline=None)
@given(cities())
def test_the_figures_are_those_of_all_places_on_the_roads(city) -> None:
    net, starts = spaced(city[0]), city[1]
    reach, ground = reach_of(net, starts), Ground(net)
    # Both directions of a street are one road, on which the sooner counts.
    street = (net.edge_twin < 0) | (net.edge_twin > np.arange(net.edge_count))
    parts = (np.arange(400) + 0.5) / 400
    edges = np.repeat(np.flatnonzero(street).astype(np.int32), len(parts))
    ms = reach.at(edges, np.tile(parts, street.sum()), net.edge_twin[edges])
    metres = net.edge_length_m[edges] / len(parts)
    found = coverage(ground, [reach], [2, 5, 10])
    total = metres.sum()
    if total == 0.0:
        return
    # A street is cut into pieces of 50 m or less; each can be wrong by the one in which the limit is reached.
    other_m = np.where(net.edge_twin < 0, 0.0, net.edge_length_m[net.edge_twin])
    pieces = np.maximum(1.0, np.ceil(np.maximum(net.edge_length_m, other_m) / 50.0))
    one_piece = float((net.edge_length_m / pieces)[street].sum()) / total
    for limit, share in found.within:
        assert share == pytest.approx(metres[ms <= limit * 60_000].sum() / total, abs=one_piece + 1e-9)
    assert found.unreached_m == pytest.approx(metres[ms >= FAR].sum(), abs=one_piece * total + 1e-6)
    there = ms[ms < FAR]
    if found.farthest_s is None:
        assert metres[ms < FAR].sum() <= one_piece * total
    else:
        slowest_ms = (reach.weights.edge_ms / pieces)[reach.weights.edge_ms < CLOSED_MS].max()
        assert found.farthest_s == pytest.approx(there.max() / 1000.0, abs=slowest_ms / 1000.0)


def test_a_one_way_street_is_a_trap_behind_one_and_is_reached_only_all_the_way_round() -> None:
    net = spaced(tiny.one_way(), slower=30)  # 300 s a side
    ground = Ground(net)
    area = isochrone(ground, reach_of(net, tiny.on(net, (0, 1, 0.9))), [4])[0]
    west, south, step = tiny.WEST, tiny.SOUTH, tiny.STEP * 10
    ahead, behind = (west + step, south + 0.3 * step), (west + 0.3 * step, south)
    assert inside(area, np.array([ahead, behind])).tolist() == [True, False]
    # The piece behind is the last to be reached.
    round_ = isochrone(ground, reach_of(net, tiny.on(net, (0, 1, 0.9))), [15, 25])
    assert [inside(one, np.array([behind])).item() for one in round_] == [False, True]


def test_behind_a_closed_bridge_nothing_is_reached_and_a_start_there_stays_on_its_bank() -> None:
    net = closed(spaced(tiny.broken_bridge()), (1, 2), (3, 0))
    ground = Ground(net)
    middle = [(tiny.WEST + 10 * tiny.STEP * at, tiny.SOUTH) for at in (0.5, 1.5, 2.5)]
    for start, expected in (((0, 1, 0.5), [True, False, False]), ((2, 3, 0.5), [False, False, True])):
        reach = reach_of(net, tiny.on(net, start))
        assert inside(isochrone(ground, reach, [60])[0], np.array(middle)).tolist() == expected
        found = coverage(ground, [reach], [60])
        assert [inside(band.area, np.array(middle)).tolist() for band in found.bands] == [
            expected,
            [not one for one in expected],
        ]
        assert found.unreached_m == pytest.approx(1000 + 500 + 20000)
        assert found.within[0][1] == pytest.approx(1000 / 22500)


def test_a_start_on_a_closed_street_reaches_nothing() -> None:
    net = closed(spaced(tiny.one_way()), (0, 1))
    reach, ground = reach_of(net, tiny.on(net, (0, 1, 0.5))), Ground(net)
    assert isochrone(ground, reach, [60])[0].is_empty
    found = coverage(ground, [reach], [60])
    assert (found.farthest_s, found.farthest, found.within) == (None, None, ((60, 0.0),))
    assert found.unreached_m == pytest.approx(4000)


def test_without_vehicles_all_ground_is_beyond_the_last_limit() -> None:
    net = spaced(tiny.one_way())
    ground = Ground(net)
    found = coverage(ground, [reach_of(net, NOBODY)], [5, 10])
    assert [band.area.is_empty for band in found.bands] == [True, True, False]
    assert isochrone(ground, reach_of(net, NOBODY), [5])[0].is_empty


def test_a_yard_within_a_block_stays_a_hole_and_a_spot_of_a_few_cells_stays_a_spot() -> None:
    net = spaced(tiny.one_way(), times=7)  # sides of 780 m: 400 m off the road each, a yard of 380 m is left
    reach, ground = reach_of(net, tiny.on(net, (0, 1, 0.5))), Ground(net)
    spot, block = isochrone(ground, reach, [0.7, 60])
    cell = (ground.cell_m / M_PER_DEGREE) ** 2
    assert 1.0 < spot.area / cell < 12.0
    assert [len(polygon.interiors) for polygon in block.geoms] == [1]
    yard = shapely.Polygon(block.geoms[0].interiors[0])
    assert yard.area / cell == pytest.approx(3.8**2, rel=0.1)


def test_in_no_time_no_ground_is_reached() -> None:
    net = spaced(tiny.one_way())
    reach, ground = reach_of(net, tiny.on(net, (0, 1, 0.5))), Ground(net)
    none, some = isochrone(ground, reach, [0, 5])
    assert none.is_empty
    assert not some.is_empty


def test_areas_come_in_the_order_of_the_limits_and_the_same_limit_twice_is_the_same_area() -> None:
    net = spaced(tiny.one_way())
    reach, ground = reach_of(net, tiny.on(net, (0, 1, 0.5))), Ground(net)
    large, small, again = isochrone(ground, reach, [10, 5, 10])
    assert large.equals(again)
    assert large.contains(small)


@pytest.mark.parametrize("minutes", [[], [-1], [float("nan")], [5, float("inf")]])
def test_a_limit_that_is_no_number_of_minutes_is_refused(minutes: list[float]) -> None:
    net = spaced(tiny.one_way())
    reach, ground = reach_of(net, tiny.on(net, (0, 1, 0.5))), Ground(net)
    with pytest.raises(ValueError, match="limits are minutes"):
        isochrone(ground, reach, minutes)
    with pytest.raises(ValueError, match="limits are minutes"):
        coverage(ground, [reach], minutes)


def test_a_cell_of_no_width_is_refused() -> None:
    with pytest.raises(ValueError, match="metres wide"):
        Ground(tiny.one_way(), cell_m=0.0)


def test_what_several_rings_claim_is_left_to_the_first_and_nothing_is_lost() -> None:
    rings: list[shapely.Geometry] = [shapely.box(west, 0.0, west + 1.01, 1.0) for west in (0.0, 1.0, 2.0)]
    apart = without_overlap(rings)
    assert shapely.equals(apart[0], rings[0])
    assert shapely.equals(shapely.union_all(apart), shapely.union_all(rings))
    assert shapely.area(apart).sum() == pytest.approx(3.01)
    fitting: list[shapely.Geometry] = [shapely.box(west, 0.0, west + 1.0, 1.0) for west in (0.0, 1.0)]
    assert without_overlap(fitting) is fitting


@settings(max_examples=60, deadline=None)
@given(cities())
def test_many_reach_what_each_of_them_reaches_alone(city) -> None:
    net, starts = spaced(city[0]), city[1]
    ground = Ground(net)
    together = reach_of(net, starts)
    alone = [reach_of(net, one(starts, at)) for at in range(len(starts))]
    soonest = np.min([ground.times(reach) for reach in alone], axis=0)
    assert np.array_equal(ground.times(together), soonest)
    area = isochrone(ground, together, [6])[0]
    width = 0.9 * ground.cell_m / M_PER_DEGREE
    for reach in alone:
        assert shapely.difference(isochrone(ground, reach, [6])[0].buffer(-2 * width), area.buffer(width)).is_empty


@pytest.mark.roads
@pytest.mark.parametrize("count", [1, 30])
def test_in_balikpapan_bands_are_valid_and_do_not_overlap(real: RealNetwork, count: int) -> None:
    net = real("balikpapan", "osm")
    rng = np.random.default_rng(count)
    starts = Snaps(rng.integers(0, net.edge_count, count).astype(np.int32), rng.random(count), np.zeros(count))
    reach, ground = reach_of(net, starts, custom=customized(net)), Ground(net)
    limits = (5, 8, 10, 15, 20, 30)
    found: Coverage = coverage(ground, [reach], limits)
    bands = [band.area for band in found.bands]
    assert all(shapely.is_valid(bands))
    assert shapely.union_all(bands).area == pytest.approx(shapely.area(bands).sum(), rel=1e-9)
    shares = [share for _, share in found.within]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < shares[-1] <= 1.0
    place_ms = ground.times(reach)
    assert found.farthest_s == place_ms.max() / 1000.0
    within = isochrone(ground, reach, limits)
    places = np.array([ground.position(at) for at in range(0, len(place_ms), 7)])
    well = place_ms[::7] + 90_000 <= 10 * 60_000
    assert well.any()
    assert inside(within[2], places[well]).all()
    assert all(more.buffer(1e-9).contains(less) for less, more in pairwise(within))
