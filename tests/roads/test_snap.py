"""Snapping to roads against a search through every segment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.roads.network import Network
from geo.search.snap import Snapper
from geo.search.snap_kernels import AT_END_M
from tests.roads import tiny

M_PER_DEGREE = 6_371_009.0 * np.pi / 180.0


def distances_m(net: Network, lon: float, lat: float) -> np.ndarray:
    """Metres from a position to each edge (M,), through every segment, in the plane that touches the earth there."""
    scale = np.array([M_PER_DEGREE * np.cos(np.radians(lat)), M_PER_DEGREE])
    points = (np.column_stack((net.shape_lon / 1e7, net.shape_lat / 1e7)) - (lon, lat)) * scale
    step = np.diff(points, axis=0, append=points[-1:])
    square = np.maximum((step**2).sum(axis=1), 1e-30)
    t = np.clip(-(points * step).sum(axis=1) / square, 0.0, 1.0)[:, None]
    metres = np.hypot(*(points + t * step).T)
    metres[net.shape_start[1:] - 1] = np.inf  # from the last point of an edge no segment starts
    return np.minimum.reduceat(metres, net.shape_start[:-1])


def metres_of(net: Network, edge: int) -> float:
    """How long an edge is, in a plane."""
    shape = net.shape(edge)
    scale = np.array([np.cos(np.radians(shape[0, 1])), 1.0]) * M_PER_DEGREE
    return float(np.hypot(*(np.diff(shape, axis=0) * scale).T).sum())


def place(net: Network, edge: int, fraction: float) -> tuple[float, float]:
    """lon, lat at a fraction of an edge's length."""
    shape = net.shape(edge)
    scale = np.array([np.cos(np.radians(shape[0, 1])), 1.0])
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*(np.diff(shape, axis=0) * scale).T))))
    lon, lat = (float(np.interp(fraction * along[-1], along, shape[:, axis])) for axis in (0, 1))
    return lon, lat


def check(net: Network, snapper: Snapper, lon: np.ndarray, lat: np.ndarray) -> None:
    snaps = snapper.snap(lon, lat)
    for at in range(len(lon)):
        metres = distances_m(net, lon[at], lat[at])
        edge = int(snaps.edge[at])
        if metres.min() > snapper.max_distance_m:
            assert edge == -1
            continue
        assert snaps.distance_m[at] == pytest.approx(metres.min(), abs=1e-4)
        assert metres[edge] == pytest.approx(metres.min(), abs=1e-4)
        fraction = float(snaps.fraction[at])
        # Who is within AT_END_M of an end is there, so that between the two nobody is.
        length_m = metres_of(net, edge)
        assert fraction in (0.0, 1.0) or min(fraction, 1 - fraction) * length_m > AT_END_M - 1e-3
        on_road = place(net, edge, fraction)
        way = np.hypot((on_road[0] - lon[at]) * np.cos(np.radians(lat[at])), on_road[1] - lat[at]) * M_PER_DEGREE
        nearest_m = 0.01 + 1e-4 * metres.min()
        if fraction in (0.0, 1.0):
            assert metres.min() - nearest_m <= way <= metres.min() + AT_END_M + nearest_m
        else:
            assert way == pytest.approx(metres.min(), abs=nearest_m)


def test_a_position_beside_a_street_snaps_to_its_foot_with_the_fraction_and_the_distance() -> None:
    net = tiny.two_islands()
    snaps = Snapper(net).snap(np.array([tiny.WEST + 0.25 * tiny.STEP]), np.array([tiny.SOUTH - 0.0001]))
    assert (net.edge_from[snaps.edge[0]], net.edge_to[snaps.edge[0]]) == (0, 1)
    assert snaps.fraction[0] == pytest.approx(0.25)
    assert snaps.distance_m[0] == pytest.approx(0.0001 * M_PER_DEGREE)


def test_of_the_two_directions_of_a_street_the_lower_number_is_named() -> None:
    net = tiny.two_islands()
    snaps = Snapper(net).snap(net.node_lon, net.node_lat)
    assert np.all(snaps.edge < net.edge_twin[snaps.edge])


def test_who_is_farther_than_the_limit_is_off_the_roads_and_keeps_no_edge() -> None:
    net = tiny.one_way()
    north = tiny.SOUTH + tiny.STEP + np.array([0.0008, 0.0010]) / 1.0
    snaps = Snapper(net, max_distance_m=100.0).snap(np.full(2, tiny.WEST), north)
    assert (snaps.edge >= 0).tolist() == [True, False]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(np.nan, -6.2), (106.8, np.nan), (np.inf, -6.2), (106.8, -np.inf), (0.0, 0.0), (106.8, 90.0), (1e300, -6.2)],
)
def test_what_is_no_position_or_far_away_is_off_the_roads_at_once(lon: float, lat: float) -> None:
    snaps = Snapper(tiny.one_way()).snap(np.array([lon, tiny.WEST]), np.array([lat, tiny.SOUTH]))
    assert (snaps.edge >= 0).tolist() == [False, True]


def test_no_positions_give_no_snaps() -> None:
    assert len(Snapper(tiny.one_way()).snap(np.zeros(0), np.zeros(0))) == 0


offset = st.floats(-0.03, 0.03)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(offset, offset), min_size=3, max_size=6, unique=True),
    st.lists(st.tuples(offset, offset), min_size=1, max_size=10),
    st.sampled_from([50.0, 500.0, 2_000.0]),
)
def test_on_any_ring_of_streets_the_grid_finds_what_looking_everywhere_finds(
    corners: list[tuple[float, float]], positions: list[tuple[float, float]], limit_m: float
) -> None:
    count = len(corners)
    streets = [(at, (at + 1) % count, 100.0) for at in range(count)]
    net = tiny.network([(x / tiny.STEP, y / tiny.STEP) for x, y in corners], streets)
    lon, lat = (np.array([position[axis] for position in positions]) for axis in (0, 1))
    check(net, Snapper(net, max_distance_m=limit_m), tiny.WEST + lon, tiny.SOUTH + lat)


@pytest.mark.roads
def test_on_jakarta_the_grid_finds_what_looking_everywhere_finds(jakarta: Network, jakarta_snapper: Snapper) -> None:
    rng = np.random.default_rng(3)
    west, south, east, north = jakarta.meta.bounds
    lon, lat = rng.uniform(west - 0.02, east + 0.02, 100), rng.uniform(south - 0.02, north + 0.02, 100)
    close = rng.integers(jakarta.node_count, size=100)
    lon = np.concatenate((lon, jakarta.node_lon[close] + rng.normal(0, 1e-4, 100), jakarta.node_lon[close[:30]]))
    lat = np.concatenate((lat, jakarta.node_lat[close] + rng.normal(0, 1e-4, 100), jakarta.node_lat[close[:30]]))
    check(jakarta, jakarta_snapper, lon, lat)
