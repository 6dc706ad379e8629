"""The plan of the sample roads: where the junctions lie and which pairs of them could be joined.

Nothing is drawn by lot: every choice comes from a hash of a number, so the same tables give the same plan.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree
from shapely import contains_xy, covers, intersects, linestrings, points, prepare
from shapely import distance as distances
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint

from geo.sample.facts import SampleVillage, list_bridges, list_facilities, list_villages, region_outline, river_course

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ORIGIN = (106.6, -6.19)
_DEGREE_M = (111_320.0 * float(np.cos(np.radians(6.19))), 110_580.0)
_TOWN_M = (2_500.0, -2_000.0)
_WATER_M = 45.0
_WESTWARD = np.array((1.5, 0.0))
_BANK_M = 75.0
_DRY_M = 115.0
_DOOR_M = 45.0


@dataclass(slots=True, kw_only=True)
class Plan:
    """Junctions in metres (n, 2), the village of each, and the edges (m, 2) that may be built.

    `fixed` junctions keep their place; `bridge` is the number of the bridge an edge is, else -1; `shape_class` is 0 for
    an edge of the relative neighbourhood graph, 1 for a further one of the Gabriel graph, 2 for any other. No edge but
    a bridge touches the `water`.
    """

    xy: Floats
    village: Ints
    fixed: Bools
    edges: Ints
    length_m: Floats
    bridge: Ints
    shape_class: Ints
    water: Polygon


def to_metres(lonlat: Floats) -> Floats:
    """Degrees (n, 2) to metres east and north of the middle of the region (true to 0.2 % within it)."""
    return (np.asarray(lonlat, np.float64) - _ORIGIN) * _DEGREE_M


def to_degrees(xy: Floats) -> Floats:
    """The inverse of to_metres."""
    return xy / _DEGREE_M + _ORIGIN


def chance(numbers: NDArray[np.integer], salt: int) -> Floats:
    """A number in [0, 1) for each integer, evenly spread and always the same (the mixing step of SplitMix64)."""
    mixed = np.asarray(numbers).astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11), np.float64) / 2**53


def make_plan() -> Plan:
    """Junctions for every village, one at every facility and two at every bridge, and the edges between them."""
    river = LineString(to_metres(river_course()))
    land = Polygon(to_metres(np.array(region_outline().exterior.coords)))
    centres = to_metres(np.array([(v.point.lon, v.point.lat) for v in list_villages()]))
    banks = _banks(river)
    fixed = np.vstack((banks, _doors(river)))
    grid = _streets(centres, land, river)
    grid = grid[cKDTree(fixed).query(grid)[0] > 70.0]
    grid = grid[_thinned(grid, 62.0)]
    xy = np.vstack((fixed, grid))
    edges, shape_class = _candidates(xy, len(banks) // 2)
    lines = linestrings(xy[edges])
    water = river.buffer(_WATER_M, quad_segs=3)
    prepare(water)
    prepare(land)
    bridge = np.where((edges[:, 0] // 2 == edges[:, 1] // 2) & (edges[:, 1] < len(banks)), edges[:, 0] // 2, -1)
    allowed = (bridge >= 0) | (~intersects(water, lines) & covers(land, lines))
    edges = edges[allowed]
    return Plan(
        xy=xy,
        village=np.asarray(cKDTree(centres).query(xy)[1], np.int64),
        fixed=np.arange(len(xy)) < len(fixed),
        edges=edges,
        length_m=np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T),
        bridge=bridge[allowed],
        shape_class=shape_class[allowed],
        water=water,
    )


def _banks(river: LineString) -> Floats:
    """Two junctions for each bridge, the western bank first; trunks cross east to west, others square to the water."""
    both = []
    for bridge in list_bridges():
        at = river.project(ShapelyPoint(to_metres(np.array((bridge.point.lon, bridge.point.lat)))))
        middle, before, after = (np.array(river.interpolate(at + step).coords[0]) for step in (0.0, -60.0, 60.0))
        along = (after - before) / np.hypot(*(after - before))
        square = np.array((-along[1], along[0]))
        across = square - _WESTWARD if bridge.road_class == "trunk" else square
        across = across / float(across @ square)
        both += [middle + _BANK_M * across, middle - _BANK_M * across]
    return np.array(both)


def _doors(river: LineString) -> Floats:
    """A junction near each facility, away from the water; neighbours share one."""
    at = to_metres(np.array([(f.point.lon, f.point.lat) for f in list_facilities()]))
    turn = 2 * np.pi * chance(np.arange(len(at)), 1)
    doors = at + _DOOR_M * np.column_stack((np.cos(turn), np.sin(turn)))
    wet = distances(points(doors), river) < _DRY_M
    doors[wet] = 2 * at[wet] - doors[wet]
    doors = doors[distances(points(doors), river) >= _BANK_M]
    return doors[_thinned(doors, 70.0)]


def _streets(centres: Floats, land: Polygon, river: LineString) -> Floats:
    """The lattices of all villages, each cut to the places that are nearest to its own middle, on dry land."""
    tree = cKDTree(centres)
    parts = []
    for number, (village, centre) in enumerate(zip(list_villages(), centres, strict=True)):
        at = _lattice(number, village, centre)
        parts.append(at[tree.query(at)[1] == number])
    grid = np.vstack(parts)
    grid = grid[contains_xy(land, grid[:, 0], grid[:, 1])]
    return grid[distances(points(grid), river) > _DRY_M]


def _lattice(number: int, village: SampleVillage, centre: Floats) -> Floats:
    """A turned, stretched, bent and jittered lattice; in the country close about two hamlets and thin in the fields."""
    whim = chance(np.arange(number * 8, number * 8 + 8), 7)
    rural = village.agency == "kabupaten-tangerang"
    size_m = 1000.0 * sqrt(village.area_km2)
    town = max(0.0, 1.0 - float(np.hypot(*(centre - _TOWN_M))) / 15_000.0)
    wanted = (
        (14.0 + 11.0 * size_m / 1000.0) * (0.75 + 0.5 * whim[0] + 1.4 * town)
        if rural
        else 19.0 + 24.0 * size_m / 1000.0
    )
    step = min(size_m / sqrt(wanted), (150.0 + 50.0 * whim[1]) if rural else 215.0)
    count = int(1.3 * size_m / step) + 2
    cell = np.stack(np.meshgrid(*[np.arange(-count, count + 1)] * 2, indexing="ij"), -1).reshape(-1, 2)
    keys = (number * 4096 + cell[:, 0] + 1024) * 4096 + cell[:, 1] + 1024
    jitter = np.column_stack((chance(keys, 2), chance(keys, 3))) - 0.5
    turn = 0.9 * np.sin(centre[0] / 5200.0) + 0.9 * np.cos(centre[1] / 4300.0) + 0.5 * whim[2]
    turned = np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))))
    stretch = np.array((1.0 + 0.4 * (whim[3] - 0.4), 1.0 - 0.4 * (whim[3] - 0.4)))
    away = (cell * stretch + 0.42 * jitter) * step @ turned
    away = away + 0.5 * step * np.sin((away + centre)[:, ::-1] / (3.1 * step))
    share = wanted * step**2 / size_m**2
    hamlet = size_m * 0.42 * np.array((np.cos(7.0 * whim[4]), np.sin(7.0 * whim[4])))
    near = np.exp(-(away**2).sum(1) / (2 * share * (0.30 * size_m) ** 2))
    near += (0.3 + 0.6 * whim[5]) * np.exp(-((away - hamlet) ** 2).sum(1) / (2 * share * (0.17 * size_m) ** 2))
    keep = np.clip(near + (0.30 + town) * share, 0.0, 1.0) if rural else np.clip(share, 0.0, 0.94)
    return np.asarray(centre + away[chance(keys, 6) < keep])


def _thinned(xy: Floats, apart_m: float) -> Bools:
    """Keep the earlier one of any two points closer than that."""
    keep = np.ones(len(xy), np.bool_)
    for early, late in sorted(cKDTree(xy).query_pairs(apart_m)):
        if keep[early]:
            keep[late] = False
    return keep


def _candidates(xy: Floats, bridge_count: int) -> tuple[Ints, Ints]:
    """Delaunay edges with the bridges, sorted, and how closely neighboured the ends of each are.

    Gabriel and relative neighbourhood conditions are judged against the third corners of the two triangles alone.
    """
    triangles = Delaunay(xy).simplices
    pairs = np.vstack([triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    third = np.concatenate([triangles[:, c] for c in (2, 0, 1)])
    pairs = np.sort(pairs, axis=1)
    far2 = ((xy[pairs[:, 0]] - xy[pairs[:, 1]]) ** 2).sum(1)
    a2, b2 = (((xy[pairs[:, end]] - xy[third]) ** 2).sum(1) for end in (0, 1))
    worse = np.where(a2 + b2 < far2, 2, np.where(np.maximum(a2, b2) < far2, 1, 0))
    bridges = np.column_stack((np.arange(bridge_count) * 2, np.arange(bridge_count) * 2 + 1))
    edges, which = np.unique(np.vstack((pairs, bridges)), axis=0, return_inverse=True)
    shape_class = np.zeros(len(edges), np.int64)
    np.maximum.at(shape_class, which.reshape(-1)[: len(pairs)], worse)
    return edges.astype(np.int64), shape_class


def spanning(plan: Plan, cost: Floats) -> Bools:
    """The edges of a cheapest tree that joins everything that can be joined."""
    count = len(plan.xy)
    tree = minimum_spanning_tree(coo_array((cost, (plan.edges[:, 0], plan.edges[:, 1])), shape=(count, count)).tocsr())
    rows, columns = tree.nonzero()
    chosen = set(zip(rows.tolist(), columns.tolist(), strict=True))
    return np.array([(u, v) in chosen for u, v in plan.edges.tolist()])
