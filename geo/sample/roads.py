"""The sample road network: made-up roads over the real villages and the Cisadane, the same each time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import intersects, linestrings

from geo.roads.build import build_network
from geo.roads.network import Network
from geo.roads.table import Origin, RoadTable
from geo.sample.facts import ATTRIBUTION, REGION, list_villages
from geo.sample.plan import Bools, Floats, Ints, Plan, chance, make_plan, spanning, to_degrees
from geo.sample.streets import bend, name_streets, one_way, pair_ends, streets_of
from geo.sample.ways import LOCAL, RANKS, MainRoads, main_roads
from geo.source import Progress

SOURCE = "Jemput sample generator; not real roads"
SOURCE_DATE = "2026-01-01"
_LONG_M = 280.0
_DENSE_KM2 = 1.6


def sample_network(progress: Progress) -> Network:
    """The made-up road network over the real villages: the same bytes each time, about 20,000 nodes."""
    progress("laying out the sample region (made-up roads over real villages)")
    plan = make_plan()
    progress(f"{len(plan.xy):,} junctions; choosing roads")
    roads = main_roads(plan)
    built = _built(plan, roads)
    progress(f"{int(built.sum()):,} roads; bending and naming them")
    table = _table(plan, roads, built)
    origin = Origin(region=REGION, source=SOURCE, source_date=SOURCE_DATE, attribution=ATTRIBUTION, sample=True)
    network = build_network(table, origin, progress)
    # The moment of building would make two runs differ; made-up roads keep one date.
    return replace(network, meta=replace(network.meta, built_at=f"{SOURCE_DATE}T00:00:00+00:00"))


def _built(plan: Plan, roads: MainRoads) -> Bools:
    """Main roads, most close neighbours, some further ones, and whatever it takes to reach every junction."""
    luck = chance(np.arange(len(plan.edges)), 21)
    short = plan.length_m < _LONG_M
    close = (plan.shape_class == 0) & (luck < np.where(short, 0.93, 0.86))
    further = (plan.shape_class == 1) & (luck < np.where(short, 0.22, 0.08))
    main = roads.rank < LOCAL
    cost = plan.length_m * np.where(main, 0.01, 1.0) * np.array((1.0, 1.2, 3.0))[plan.shape_class]
    return np.asarray(main | close | further | spanning(plan, cost))


def _smoothed(plan: Plan, edges: Ints, rank: Ints, dry: Bools) -> Floats:
    """Junctions on main roads drawn towards the middle of their neighbours on the road, so that the road flows.

    `dry` edges must not come to touch the water: where one would, its junctions stay.
    """
    xy = plan.xy.copy()
    for top in (0, 1, 3):
        along = edges[rank <= top]
        for _ in range(4):
            total = np.zeros_like(xy)
            np.add.at(total, along[:, 0], xy[along[:, 1]])
            np.add.at(total, along[:, 1], xy[along[:, 0]])
            moves = (np.bincount(along.ravel(), minlength=len(xy)) == 2) & ~plan.fixed
            xy[moves] = 0.6 * xy[moves] + 0.4 * total[moves] / 2
    stays = np.zeros(len(xy), np.bool_)
    while True:
        wet = dry & intersects(linestrings(xy[edges]), plan.water) & ~stays[edges].all(axis=1)
        if not wet.any():
            return xy
        stays[edges[wet]] = True
        xy[stays] = plan.xy[stays]


def _table(plan: Plan, roads: MainRoads, built: Bools) -> RoadTable:
    villages = list_villages()
    edges, rank, dry = plan.edges[built], roads.rank[built], plan.bridge[built] < 0
    village = plan.village[edges[:, 0]]
    rural = np.array([v.agency == "kabupaten-tangerang" for v in villages])[village]
    rank = np.where((rank == LOCAL) & ~(rural & (plan.length_m[built] > _LONG_M)), LOCAL + 1, rank)
    xy = _smoothed(plan, edges, rank, dry)
    onward = pair_ends(xy, edges, rank)
    lines = bend(xy, edges, onward)
    which = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    for edge in np.flatnonzero(dry & intersects(linestrings(np.vstack(lines), indices=which), plan.water)).tolist():
        lines[edge] = xy[edges[edge]]
    street = streets_of(edges, onward)
    main_names = [name for name, chosen in zip(roads.name, built.tolist(), strict=True) if chosen]
    names = name_streets(street, main_names, [villages[number].name for number in village.tolist()])
    dense = np.array([v.area_km2 < _DENSE_KM2 and v.agency == "kota-tangerang" for v in villages])[village]
    way = one_way(edges, onward, street, dense & (rank > LOCAL))
    return _directed(edges, lines, rank, names, way, to_degrees(xy))


def _directed(
    edges: Ints, lines: Sequence[Floats], rank: Ints, names: Sequence[str], way: Ints, nodes: Floats
) -> RoadTable:
    """Each street as one directed edge for every direction in which it may be driven."""
    shapes = [to_degrees(line) for line in lines]
    length_m = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    forth, back = np.flatnonzero(way >= 0), np.flatnonzero(way <= 0)
    which = np.concatenate((forth, back)).tolist()
    classes = (*RANKS, "unclassified", "residential")
    return RoadTable(
        lon=nodes[:, 0],
        lat=nodes[:, 1],
        u=np.concatenate((edges[forth, 0], edges[back, 1])),
        v=np.concatenate((edges[forth, 1], edges[back, 0])),
        length_m=np.round(length_m[which], 1),
        highway=[classes[rank[edge]] for edge in which],
        name=[names[edge] for edge in which],
        speed_kph=np.full(len(which), np.nan),
        shapes=[*(shapes[edge] for edge in forth.tolist()), *(shapes[edge][::-1] for edge in back.tolist())],
    )
