"""The main roads of the sample network: cheapest ways through the plan between real places and over the bridges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from geo.sample.facts import list_bridges, list_villages
from geo.sample.plan import Floats, Ints, Plan, to_metres

RANKS = ("trunk", "primary", "secondary", "tertiary")
LOCAL = len(RANKS)
# What a road costs a metre where a main road of that rank already lies: later roads join earlier ones.
_JOINING = np.array((0.7, 0.6, 0.65, 0.75, 1.0))
_REACH_M = 20_000.0
# (end, end, bridge, places east of it, places west of it): invented courses of the two toll roads.
_TRUNKS = (
    (
        "Karang Tengah",
        "Jayanti",
        "tol-jakarta-merak",
        ((106.722, -6.214), (106.668, -6.216)),
        ((106.562, -6.216), (106.510, -6.212), (106.450, -6.200), (106.392, -6.203)),
    ),
    (
        "Ciputat",
        "Legok",
        "serpong-balaraja",
        ((106.742, -6.292), (106.700, -6.300)),
        ((106.610, -6.300), (106.560, -6.292)),
    ),
)


@dataclass(slots=True, kw_only=True)
class MainRoads:
    """For each edge of the plan: its place in RANKS (LOCAL where it is no main road), and its name."""

    rank: Ints
    name: list[str]
    edge_at: dict[tuple[int, int], int] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A main road to be laid between two junctions."""

    rank: int
    start: int
    end: int
    name: str


def main_roads(plan: Plan) -> MainRoads:
    """Trunks, then roads over bridges, then roads between kecamatan and between villages, each rank in turn."""
    at = cKDTree(plan.xy)
    centres = np.asarray(
        at.query(to_metres(np.array([(v.point.lon, v.point.lat) for v in list_villages()])))[1], np.int64
    )
    ways = [
        *_trunk_ways(at),
        *_bridge_ways(plan, centres),
        *_district_ways(plan, centres),
        *_village_ways(plan, centres),
    ]
    roads = MainRoads(
        rank=np.full(len(plan.edges), LOCAL, np.int64),
        name=[""] * len(plan.edges),
        edge_at={(u, v): edge for edge, (u, v) in enumerate(plan.edges.tolist())},
    )
    for rank in range(LOCAL):
        _lay(plan, roads, [way for way in ways if way.rank == rank])
    return roads


def _lay(plan: Plan, roads: MainRoads, ways: Sequence[Way]) -> None:
    """Give the edges of the cheapest way between the ends rank and name, where they have none yet."""
    count = len(plan.xy)
    cost = plan.length_m * _JOINING[roads.rank] * np.array((1.0, 1.05, 1.6))[plan.shape_class]
    both = np.vstack((plan.edges, plan.edges[:, ::-1]))
    graph = csr_array((np.concatenate((cost, cost)), (both[:, 0], both[:, 1])), shape=(count, count))
    for start in sorted({way.start for way in ways}):
        _, before = dijkstra(graph, indices=[start], return_predecessors=True, limit=_REACH_M)
        for way in (way for way in ways if way.start == start):
            here = way.end
            while here != start and before[0, here] >= 0:
                there = int(before[0, here])
                edge = roads.edge_at[min(here, there), max(here, there)]
                if roads.rank[edge] > way.rank:
                    roads.rank[edge], roads.name[edge] = way.rank, way.name
                here = there


def _trunk_ways(at: cKDTree) -> Iterator[Way]:
    bridge_ids = [bridge.id for bridge in list_bridges()]
    for start, end, bridge, east, west in _TRUNKS:
        number = bridge_ids.index(bridge)
        before, after = (np.atleast_1d(at.query(to_metres(np.array(stops)))[1]).tolist() for stops in (east, west))
        for u, v in pairwise([*before, 2 * number + 1, 2 * number, *after]):
            yield Way(rank=0, start=u, end=v, name=f"Jalan Contoh Lintas {start}–{end}")


def _bridge_ways(plan: Plan, centres: Ints) -> Iterator[Way]:
    """Over each bridge, from the nearest village centre on its own bank to that on the other."""
    nearest, villages = cKDTree(plan.xy[centres]), list_villages()
    for number, bridge in enumerate(list_bridges()):
        west, east = 2 * number, 2 * number + 1
        ends = [int(nearest.query(plan.xy[bank] + (shift, 0.0))[1]) for bank, shift in ((west, -500.0), (east, 500.0))]
        rank = RANKS.index(bridge.road_class)
        name = f"Jalan Contoh Raya {villages[ends[0]].name}–{villages[ends[1]].name}"
        yield Way(rank=rank, start=west, end=east, name=name)
        if rank > 0:
            yield Way(rank=rank, start=west, end=int(centres[ends[0]]), name=name)
            yield Way(rank=rank, start=east, end=int(centres[ends[1]]), name=name)


def _district_ways(plan: Plan, centres: Ints) -> Iterator[Way]:
    """Primary roads between close neighbours among the kecamatan, secondary roads between the other neighbours."""
    seats: dict[str, int] = {}
    villages = list_villages()
    for number, village in enumerate(villages):
        code = village.code[:8]
        if code not in seats or village.name == village.district:
            seats[code] = number
    numbers = list(seats.values())
    for u, v, kind in _neighbours(plan.xy[centres[numbers]]):
        start, end = villages[numbers[u]], villages[numbers[v]]
        yield Way(
            rank=1 + kind,
            start=int(centres[numbers[u]]),
            end=int(centres[numbers[v]]),
            name=f"Jalan Contoh Raya {start.district}–{end.district}",
        )


def _village_ways(plan: Plan, centres: Ints) -> Iterator[Way]:
    villages = list_villages()
    for u, v, kind in _neighbours(plan.xy[centres]):
        if kind == 0:
            name = f"Jalan Contoh Raya {villages[u].name}–{villages[v].name}"
            yield Way(rank=3, start=int(centres[u]), end=int(centres[v]), name=name)


def _neighbours(xy: Floats) -> Iterator[tuple[int, int, int]]:
    """Pairs of the relative neighbourhood graph (kind 0) and of the rest of the Gabriel graph (kind 1)."""
    triangles = Delaunay(xy).simplices
    pairs = {tuple(sorted((int(t[a]), int(t[b])))) for t in triangles for a, b in ((0, 1), (1, 2), (2, 0))}
    for u, v in sorted(pairs):
        far2 = float(((xy[u] - xy[v]) ** 2).sum())
        to_u, to_v = ((xy - xy[u]) ** 2).sum(1), ((xy - xy[v]) ** 2).sum(1)
        to_u[[u, v]] = np.inf
        if (to_u + to_v).min() >= far2:
            yield u, v, int(np.maximum(to_u, to_v).min() < far2)
