"""Which streets a shape closes: by hand on a grid, on random networks and real ones against shapely."""

from math import cos, radians, sin

import numpy as np
import pytest
import shapely
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.point import Point
from geo.roads.closures import LINE_REACH_M, POINT_REACH_M, closed_edges, count_closed
from geo.roads.network import Network
from geo.shape import Shape, ShapeKind
from geo.source import BuildError
from tests.roads import tiny
from tests.roads.conftest import RealNetwork

M = 6_371_009.0 * np.pi / 180.0
# Three by three nodes: rows 0-2, 3-5, 6-8, all streets both ways, each a step of 0.001 degrees (about 110 m).
GRID = [(x, y) for y in range(3) for x in range(3)]
STREETS = tiny.both(
    *((at, at + 1, 110.0) for at in (0, 1, 3, 4, 6, 7)),
    *((at, at + 3, 110.0) for at in range(6)),
)


def at(x: float, y: float) -> Point:
    """A place of the grid of the tiny networks, in steps."""
    return Point(lon=tiny.WEST + tiny.STEP * x, lat=tiny.SOUTH + tiny.STEP * y)


def area(*corners: tuple[float, float]) -> Shape:
    return Shape(kind=ShapeKind.AREA, points=tuple(at(*corner) for corner in corners))


def line(*corners: tuple[float, float]) -> Shape:
    return Shape(kind=ShapeKind.LINE, points=tuple(at(*corner) for corner in corners))


def point(x: float, y: float) -> Shape:
    return Shape(kind=ShapeKind.POINT, points=(at(x, y),))


def pairs(net: Network, *shapes: Shape) -> set[tuple[int, int]]:
    """The closed edges as (from, to)."""
    closed = closed_edges(net, shapes)
    assert closed.shape == (net.edge_count,)
    return set(zip(net.edge_from[closed].tolist(), net.edge_to[closed].tolist(), strict=True))


def ways(*streets: tuple[int, int]) -> set[tuple[int, int]]:
    """Both ways of these streets."""
    return {way for u, v in streets for way in ((u, v), (v, u))}


@pytest.fixture(scope="module")
def grid() -> Network:
    return tiny.network(GRID, STREETS)


def test_an_area_closes_the_streets_with_some_part_inside_and_no_other(grid: Network) -> None:
    round_the_middle = area((0.8, 0.8), (1.2, 0.8), (1.2, 1.2), (0.8, 1.2))
    assert pairs(grid, round_the_middle) == ways((1, 4), (3, 4), (4, 5), (4, 7))
    inside_a_block = area((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    assert pairs(grid, inside_a_block) == set()


def test_a_street_through_an_area_is_closed_though_both_its_ends_lie_outside(grid: Network) -> None:
    assert pairs(grid, area((0.4, -0.1), (0.6, -0.1), (0.5, 0.1))) == ways((0, 1))


def test_an_area_whose_border_crosses_itself_closes_both_its_halves(grid: Network) -> None:
    bow_tie = area((0.4, -0.2), (0.6, 1.2), (0.4, 1.2), (0.6, -0.2))
    assert pairs(grid, bow_tie) == ways((0, 1), (3, 4))


def test_a_line_across_closes_the_street_it_crosses(grid: Network) -> None:
    assert pairs(grid, line((0.5, -0.3), (0.5, 0.3))) == ways((0, 1))
    assert pairs(grid, line((0.5, -0.3), (0.5, 2.3))) == ways((0, 1), (3, 4), (6, 7))


def test_a_line_along_a_street_closes_it_though_no_hand_hits_its_middle(grid: Network) -> None:
    beside = 3.0 / (tiny.STEP * M)  # 3 m
    assert pairs(grid, line((0.2, beside), (0.8, beside))) == ways((0, 1))
    far_beside = 12.0 / (tiny.STEP * M)
    assert pairs(grid, line((0.2, far_beside), (0.8, far_beside))) == set()


def test_a_point_closes_the_one_nearest_street_and_none_that_is_far(grid: Network) -> None:
    metre = 1.0 / (tiny.STEP * M)
    assert pairs(grid, point(0.5, 10 * metre)) == ways((0, 1))
    assert pairs(grid, point(0.5, (POINT_REACH_M - 1) * metre)) == ways((0, 1))
    assert pairs(grid, point(0.5, (POINT_REACH_M + 1) * metre)) == set()
    assert pairs(grid, point(500.0, 500.0)) == set()


def test_a_one_way_street_has_no_other_way_to_close() -> None:
    net = tiny.one_way()
    assert pairs(net, line((0.5, -0.3), (0.5, 0.3))) == {(0, 1)}


def test_several_shapes_close_what_each_closes_and_none_closes_nothing(grid: Network) -> None:
    across, middle = line((0.5, -0.3), (0.5, 0.3)), point(1.0, 1.4)
    assert pairs(grid, across, middle) == ways((0, 1), (4, 7))
    assert pairs(grid) == set()
    assert (count_closed(grid, across), count_closed(grid, point(0.5, 0.5))) == (1, 0)


def far_m(net: Network, shape: Shape, *, shrunk_m: float = 0.0) -> NDArray[np.float64]:
    """How far each edge (M,) lies from a shape, by shapely; the area may be made smaller first."""
    middle = radians(sum(p.lat for p in shape.points) / len(shape.points))
    plane = np.array([cos(middle) * M, M])
    own = [(p.lon * plane[0], p.lat * plane[1]) for p in shape.points]
    make = {ShapeKind.AREA: shapely.Polygon, ShapeKind.LINE: shapely.LineString, ShapeKind.POINT: shapely.Point}
    drawn = make[shape.kind](own[0] if shape.kind is ShapeKind.POINT else own)
    if shrunk_m:
        drawn = drawn.buffer(-shrunk_m)
    bends = np.column_stack((net.shape_lon, net.shape_lat)) / 1e7 * plane
    streets = shapely.linestrings(bends, indices=np.repeat(np.arange(net.edge_count), np.diff(net.shape_start)))
    # A loop without extent is no street.
    return np.where(shapely.length(streets) > 0, shapely.distance(drawn, streets), np.inf)


SLACK_M = 0.05  # this near to the reach, rounding decides


def agree(net: Network, shape: Shape) -> None:
    """The closed streets are those that lie within reach of the shape; of a point, one of the nearest."""
    found = set(np.flatnonzero(closed_edges(net, [shape])).tolist())
    streets = {frozenset((edge, int(net.edge_twin[edge])) if net.edge_twin[edge] >= 0 else (edge,)) for edge in found}
    assert found == set().union(*streets), "a street is closed one way only"
    assert count_closed(net, shape) == len(streets)
    far = far_m(net, shape)
    if shape.kind is ShapeKind.POINT:
        assert len(streets) <= 1
        assert all(min(far[edge] for edge in street) <= far.min() + SLACK_M for street in streets)
        assert streets or far.min() > POINT_REACH_M - SLACK_M
        assert not streets or far.min() < POINT_REACH_M + SLACK_M
        return
    if shape.kind is ShapeKind.LINE:
        surely = set(np.flatnonzero(far <= LINE_REACH_M - SLACK_M).tolist())
        reach_m = LINE_REACH_M
    else:
        # What lies in the area but for its outermost 5 cm.
        surely = set(np.flatnonzero(far_m(net, shape, shrunk_m=SLACK_M) == 0.0).tolist())
        reach_m = 0.0
    assert surely <= found
    assert all(min(far[edge] for edge in street) <= reach_m + SLACK_M for street in streets)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Some streets between nodes of a crooked grid, one-way and two-way, parallel ones and loops among them."""
    count = draw(st.integers(2, 9))
    wobble = st.floats(-0.4, 0.4)
    nodes = [(at % 3 + draw(wobble), at // 3 + draw(wobble)) for at in range(count)]
    ring = [(at, (at + 1) % count, 100.0) for at in range(count)]
    end = st.integers(0, count - 1)
    chords = draw(st.lists(st.tuples(end, end, st.booleans()), max_size=8))
    streets = [*ring, *(one for u, v, two in chords for one in (tiny.both((u, v, 90.0)) if two else [(u, v, 90.0)]))]
    try:
        return tiny.network(nodes, streets, turn_costs=draw(st.sampled_from(["osm", "none"])))
    except BuildError:
        reject()


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """A shape in and around the grid."""
    step = st.integers(-1_000, 3_000).map(lambda thousandth: thousandth / 1_000)
    place = st.tuples(step, step)
    match draw(st.sampled_from(list(ShapeKind))):
        case ShapeKind.POINT:
            return point(*draw(place))
        case ShapeKind.LINE:
            return line(*draw(st.lists(place, min_size=2, max_size=6, unique=True)))
        case ShapeKind.AREA:
            # Corners by their angle about a middle that lies inside: a border that never crosses itself.
            x, y = draw(place)
            sides = [draw(st.integers(third * 120, third * 120 + 50)) for third in range(3)]
            angles = sorted({*sides, *draw(st.lists(st.integers(0, 359), max_size=5))})
            reach = st.integers(50, 1_500).map(lambda thousandth: thousandth / 1_000)
            turns = [(radians(angle), draw(reach)) for angle in angles]
            return area(*((x + r * cos(a), y + r * sin(a)) for a, r in turns))


@settings(max_examples=300, deadline=None)
@given(networks(), shapes())
def test_the_closed_streets_are_those_that_shapely_finds_one_by_one(net: Network, shape: Shape) -> None:
    agree(net, shape)


@pytest.mark.roads
@pytest.mark.parametrize("name", ["jakarta", "porto"])
def test_on_real_roads_the_closed_streets_are_those_that_shapely_finds(real: RealNetwork, name: str) -> None:
    net = real(name, "osm")
    rng = np.random.default_rng(7)
    for node in rng.integers(0, net.node_count, 4):
        x, y = float(net.node_lon[node]), float(net.node_lat[node])
        around = [
            (x + r * cos(a), y + r * sin(a)) for a, r in zip((0, 1, 2, 4, 5), rng.uniform(5e-4, 5e-3, 5), strict=True)
        ]
        places = tuple(Point(lon=lon, lat=lat) for lon, lat in around)
        for shape in (
            Shape(kind=ShapeKind.AREA, points=places),
            Shape(kind=ShapeKind.LINE, points=places),
            Shape(kind=ShapeKind.POINT, points=places[:1]),
        ):
            agree(net, shape)
