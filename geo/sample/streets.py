"""From edges to streets in the sample network: what runs straight on, where it bends, what it is called, one-ways."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.sample.plan import Bools, Floats, Ints, chance

_STRAIGHT_ON = np.cos(np.radians(48.0))


def pair_ends(xy: Floats, edges: Ints, rank: Ints) -> Ints:
    """For each end of each edge (m, 2) the edge that continues it straight on over the junction, or -1."""
    onward = np.full(edges.shape, -1, np.int64)
    at: list[list[tuple[int, int]]] = [[] for _ in range(len(xy))]
    for edge, (u, v) in enumerate(edges.tolist()):
        at[u].append((edge, 0))
        at[v].append((edge, 1))
    away = xy[edges[:, 1]] - xy[edges[:, 0]]
    away = away / np.hypot(*away.T)[:, None]
    for ends in at:
        choices = []
        for i, (one, side) in enumerate(ends):
            for other, other_side in ends[i + 1 :]:
                straight = float(-(away[one] @ away[other]) * (1 if side == other_side else -1))
                if straight > _STRAIGHT_ON and abs(int(rank[one]) - int(rank[other])) <= 1:
                    choices.append((int(rank[one] != rank[other]), -straight, one, side, other, other_side))
        for _, _, one, side, other, other_side in sorted(choices):
            if onward[one, side] < 0 and onward[other, other_side] < 0:
                onward[one, side], onward[other, other_side] = other, one
    return onward


def bend(xy: Floats, edges: Ints, onward: Ints) -> list[Floats]:
    """Each edge as a line (n, 2) from its first to its second end, curved where a street bends (cubic Hermite)."""
    chord = xy[edges[:, 1]] - xy[edges[:, 0]]
    length = np.hypot(*chord.T)[:, None]
    along = chord / length
    leaving, arriving = _tangents(xy, edges, onward, along)
    bent = length[:, 0] * (np.hypot(*(leaving - along).T) + np.hypot(*(arriving - along).T))
    pieces = np.where(bent < 12.0, 1, np.minimum(2 + (length[:, 0] / 90.0).astype(np.int64), 8))
    lines: list[Floats] = [xy[ends] for ends in edges]
    for count in range(2, int(pieces.max()) + 1):
        some = np.flatnonzero(pieces == count)
        t = (np.arange(1, count) / count)[None, :, None]
        start, end = xy[edges[some, 0], None], xy[edges[some, 1], None]
        pull = 0.9 * length[some, None]
        middle = (2 * t**3 - 3 * t**2 + 1) * start + (t**3 - 2 * t**2 + t) * pull * leaving[some, None]
        middle = middle + (3 * t**2 - 2 * t**3) * end + (t**3 - t**2) * pull * arriving[some, None]
        for edge, line in zip(some.tolist(), np.concatenate((start, middle, end), axis=1), strict=True):
            lines[edge] = line
    return lines


def _tangents(xy: Floats, edges: Ints, onward: Ints, along: Floats) -> tuple[Floats, Floats]:
    """Directions at both ends: half-way between the edge itself and the one that continues it."""
    both = []
    for side, sign in ((0, -1.0), (1, 1.0)):
        other, junction = onward[:, side], edges[:, side]
        far = np.where(edges[other, 0] == junction, edges[other, 1], edges[other, 0])
        on = sign * (xy[far] - xy[junction])
        middle = along + on / np.maximum(np.hypot(*on.T), 1e-9)[:, None]
        middle = middle / np.maximum(np.hypot(*middle.T), 1e-9)[:, None]
        both.append(np.where(other[:, None] >= 0, middle, along))
    return both[0], both[1]


def streets_of(edges: Ints, onward: Ints) -> Ints:
    """The number of the street of each edge: edges that continue each other are one street."""
    count = len(edges)
    one, side = np.nonzero(onward >= 0)
    graph = coo_array((np.ones(len(one), np.int8), (one, onward[one, side])), shape=(count, count))
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1], np.int64)


def name_streets(street: Ints, main_names: Sequence[str], village_names: Sequence[str]) -> list[str]:
    """Main roads keep their names; other streets are numbered within the village of their middle edge."""
    names = list(main_names)
    members: dict[int, list[int]] = {}
    for edge, number in enumerate(street.tolist()):
        if not names[edge]:
            members.setdefault(number, []).append(edge)
    counter: Counter[str] = Counter()
    for inside in members.values():
        village = village_names[inside[len(inside) // 2]]
        counter[village] += 1
        for edge in inside:
            names[edge] = f"Jalan Contoh {village} {counter[village]}"
    return names


def one_way(edges: Ints, onward: Ints, street: Ints, may_be: Bools) -> Ints:
    """1 where an edge may be driven only from its first to its second end, -1 only the other way, else 0.

    A fifth of the streets that may be one-way are; those without which some place could not be left again are not.
    """
    way = np.zeros(len(edges), np.int64)
    chosen = may_be & (chance(street, 11) < 0.2) & (np.bincount(street)[street] >= 2)
    for edge in np.flatnonzero(chosen).tolist():
        if way[edge] == 0:
            _point_along(edge, 1 if chance(street[edge : edge + 1], 12)[0] < 0.5 else -1, edges, onward, chosen, way)
    nodes = int(edges.max()) + 1
    while True:
        forth, back = edges[way >= 0], edges[way <= 0][:, ::-1]
        both = np.vstack((forth, back))
        graph = coo_array((np.ones(len(both), np.int8), (both[:, 0], both[:, 1])), shape=(nodes, nodes)).tocsr()
        label = connected_components(graph, directed=True, connection="strong")[1]
        lost = label != np.bincount(label).argmax()
        cut = (way != 0) & (lost[edges[:, 0]] | lost[edges[:, 1]])
        if not cut.any():
            return way
        way[cut] = 0


def _point_along(edge: int, sign: int, edges: Ints, onward: Ints, chosen: Bools, way: Ints) -> None:
    """Give the whole street one direction, walking from an edge of it both ways."""
    way[edge] = sign
    for side in (0, 1):
        here, leaving = edge, side
        while (there := int(onward[here, leaving])) >= 0 and chosen[there] and way[there] == 0:
            junction = int(edges[here, leaving])
            entered = 0 if int(edges[there, 0]) == junction else 1
            way[there] = way[here] if entered != leaving else -way[here]
            here, leaving = there, 1 - entered
