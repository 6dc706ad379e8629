"""Road networks of a few streets, each named by what it proves, on a grid of 0.001 degrees near the equator."""

from collections.abc import Iterable, Sequence

import numpy as np

from geo.roads.build import build_network
from geo.roads.network import Network
from geo.roads.table import Origin, RoadTable
from geo.search.snap import Snaps

ORIGIN = Origin(region="Contoh", source="made by hand", source_date="2026-01-01", sample=True)
WEST, SOUTH, STEP = 106.8, -6.2, 0.001

# A street is (from, to, metres); each is one direction.
Street = tuple[int, int, float]


def both(*streets: Street) -> list[Street]:
    """Each street and the same the other way."""
    return [one for u, v, metres in streets for one in ((u, v, metres), (v, u, metres))]


def table(
    nodes: Sequence[tuple[float, float]], streets: Sequence[Street], turns: Iterable[tuple[int, int, int]] = ()
) -> RoadTable:
    """Nodes as (column, row) of the grid; all streets residential, straight and named after their ends."""
    lon = np.array([WEST + STEP * x for x, _ in nodes])
    lat = np.array([SOUTH + STEP * y for _, y in nodes])
    u, v = (np.array([street[end] for street in streets], np.int64) for end in (0, 1))
    return RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=np.array([metres for _, _, metres in streets], np.float64),
        highway=["residential"] * len(streets),
        name=[f"Jalan {min(a, b)}-{max(a, b)}" for a, b, _ in streets],
        speed_kph=np.full(len(streets), 36.0),  # 10 m/s: 100 m take 10,000 ms
        shapes=[np.array([[lon[a], lat[a]], [lon[b], lat[b]]]) for a, b in zip(u, v, strict=True)],
        turns=np.array(list(turns), np.int64).reshape(-1, 3),
    )


def network(
    nodes: Sequence[tuple[float, float]],
    streets: Sequence[Street],
    turns: Iterable[tuple[int, int, int]] = (),
    *,
    turn_costs: str = "none",
) -> Network:
    return build_network(table(nodes, streets, turns), ORIGIN, lambda _: None, turn_costs=turn_costs)


def on(net: Network, *places: tuple[int, int, float]) -> Snaps:
    """Positions as (from, to, fraction) on the first edge between two nodes."""
    edges = [int(np.flatnonzero((net.edge_from == u) & (net.edge_to == v))[0]) for u, v, _ in places]
    fractions = [fraction for _, _, fraction in places]
    return Snaps(np.array(edges, np.int32), np.array(fractions, np.float64), np.zeros(len(places)))


SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]


def one_way() -> Network:
    """A one-way ring 0 > 1 > 2 > 3 > 0 of 100 m sides."""
    return network(SQUARE, [(0, 1, 100), (1, 2, 100), (2, 3, 100), (3, 0, 100)])


def broken_bridge() -> Network:
    """Two banks joined by a bridge 1-2 that is only open from 1 to 2, and a long way round back 3 > 0."""
    return network([(0, 0), (1, 0), (2, 0), (3, 0)], [*both((0, 1, 100), (2, 3, 100)), (1, 2, 50), (3, 0, 2000)])


def two_islands() -> Network:
    """A ring of four nodes and, without a bridge, a pair of nodes; the build keeps the ring."""
    return network([*SQUARE, (5, 5), (6, 5)], both((0, 1, 100), (1, 2, 100), (2, 3, 100), (3, 0, 100), (4, 5, 90)))


def upstream_same_edge() -> Network:
    """A long one-way street 0 > 1 of 1,000 m with a way back 1 > 0 elsewhere of 3,000 m through node 2."""
    return network([(0, 0), (10, 0), (5, 5)], [(0, 1, 1000), (1, 2, 1500), (2, 0, 1500)])


def no_left_turn(turn_costs: str = "osm") -> Network:
    """A cross whose street 1 > 0 must not be left towards 3."""
    streets = both((1, 0, 100), (0, 2, 100), (0, 3, 100), (0, 4, 100), (3, 2, 250))
    return network([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)], streets, [(0, 4, -1)], turn_costs=turn_costs)


def only_straight_on(turn_costs: str = "osm") -> Network:
    """The same cross, where who comes by 1 > 0 must go on to 2 and may not turn round either."""
    streets = both((1, 0, 100), (0, 2, 100), (0, 3, 100), (0, 4, 100), (3, 2, 250))
    rules = [(0, 1, -1), (0, 4, -1), (0, 6, -1)]
    return network([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)], streets, rules, turn_costs=turn_costs)


def u_turn_at_dead_end(turn_costs: str = "osm") -> Network:
    """A one-way ring 0 > 1 > 2 > 0 with a dead-end street 1-3 through node 4; 0 > 1 must not go on to 2."""
    grid = [(0, 0), (1, 0), (0, 1), (3, 0), (2, 0)]
    streets = [(0, 1, 100), (1, 2, 100), (2, 0, 100), *both((1, 4, 50), (4, 3, 50))]
    return network(grid, streets, [(0, 1, -1)], turn_costs=turn_costs)
