"""The parts of a road table in each of which every place can be reached from every other, and a report of the rest."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.roads.turns import Turns, allowed_turns

# This project's choice: a part with more directed road than this (two km of two-way street) is an island or a town cut
# off and stays; what is less is a car park or a slip of the pen. The longest part always stays.
LEAST_PART_M = 4_000.0
_NAMED_PIECES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Which nodes (N,) and edges (M,) are kept, and the directed metres of each part of them, the longest first."""

    nodes: NDArray[np.bool_]
    edges: NDArray[np.bool_]
    lengths_m: tuple[float, ...]


def parts_by_nodes(u: NDArray[np.int64], v: NDArray[np.int64], length_m: NDArray[np.float64], node_count: int) -> Part:
    """The sets of nodes each of which reaches each of its set, whatever the turns; edges between sets are left out."""
    _, label = _components(u, v, node_count, connection="strong")
    within = label[u] == label[v]
    of = np.where(within, label[u], -1)
    stays, lengths = _long(of, length_m)
    nodes = np.zeros(node_count, np.bool_)
    nodes[u[stays]] = True
    return Part(nodes, stays, lengths)


def parts_by_turns(
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    twin: NDArray[np.int32],
    street: NDArray[np.int64],
    local: NDArray[np.bool_],
    marks: NDArray[np.int64],
    rules: NDArray[np.int64],
    length_m: NDArray[np.float64],
    node_count: int,
) -> Part:
    """The sets of edges from the end of each of which each of its set can be driven, by the allowed turns.

    A street stays to which one comes from such a set in one direction and by which one leaves for it in the other, and
    the edge onto which nobody can drive: who stands on the street may set out by it. street (M,): of which edge each is
    a copy, or itself; it stays if a copy does. local (M,): edges, and copies of these, that one leaves by the edge and
    comes to by a copy. marks (M,): as allowed_turns takes them.
    """
    kept = np.arange(len(u))
    number = np.empty(len(u), np.int64)
    while True:
        number[:] = -1
        number[kept] = np.arange(len(kept))
        here = (number[rules[:, 0]] >= 0) & (number[rules[:, 1]] >= 0)
        mine = np.column_stack((number[rules[here, 0]], number[rules[here, 1]], rules[here, 2]))
        twins = np.where(twin[kept] >= 0, number[twin[kept]], -1)
        streets = number[street[kept]]
        turns = allowed_turns(u[kept], v[kept], twins, streets, marks[kept], mine)
        is_copy = streets != np.arange(len(kept))
        copies = np.flatnonzero(local[kept] & is_copy)
        tails = np.concatenate((turns.first, copies, streets[copies]))
        heads = np.concatenate((turns.then, streets[copies], copies))
        _, label = _components(tails, heads, len(kept), connection="strong")
        # A single edge that does not lead to itself is no part.
        single = np.bincount(label)[label] == 1
        single[turns.first[turns.first == turns.then]] = False
        part = _with_twins(tails, heads, np.where(single, -1, label), twins, length_m[kept])
        if is_copy.any():
            # A copy that only those are on who set out there is of the part of its street.
            whole = np.full(len(kept), -1, np.int64)
            np.maximum.at(whole, streets, part)
            part = whole[streets]
            part[~_joined(turns, part, streets, twins, local[kept], length_m[kept])] = -1
        stays, lengths = _long(part, length_m[kept])
        stays[streets[stays]] = True
        # A way less is a choice less, which may forbid turning round somewhere: so again, until nothing is lost.
        if stays.all() or not stays.any():
            break
        kept = kept[stays]
    edges = np.zeros(len(u), np.bool_)
    edges[kept[stays]] = True
    nodes = np.zeros(node_count, np.bool_)
    nodes[u[edges]] = True
    nodes[v[edges]] = True
    return Part(nodes, edges, lengths)


def _with_twins(
    tail: NDArray[np.integer],
    head: NDArray[np.integer],
    part: NDArray[np.integer],
    twin: NDArray[np.int64],
    length_m: NDArray[np.float64],
) -> NDArray[np.integer]:
    """The part of each edge (M,), -1 for none, with the streets to which one comes from it in one direction and by
    which one leaves for it in the same or the other: turns lead from tail to head.
    """
    found = part.copy()
    outside = (part[tail] < 0) | (part[head] < 0)
    tail, head = tail[outside], head[outside]
    for one in np.unique(part[_long(part, length_m)[0]]).tolist():
        within = part == one
        open_ = within | (part < 0)
        some = open_[tail] & open_[head]
        come, left = _spread(within, tail[some], head[some]), _spread(within, head[some], tail[some])
        both = (come | (come[twin] & (twin >= 0))) & (left | (left[twin] & (twin >= 0)))
        found[(found < 0) & both & (come | left)] = one
    return found


def _joined(
    turns: Turns,
    part: NDArray[np.integer],
    street: NDArray[np.int64],
    twin: NDArray[np.int64],
    local: NDArray[np.bool_],
    length_m: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which edges (M,) of parts stay where some are copies: from the heart of its part, the longest net of roads for
    all or else of any, one comes to each street in one direction at least, and in one from it to the heart. One leaves
    a local edge by itself and comes to it by a copy, which one need not come out of.
    """
    count = len(part)
    _, net = _components(turns.first, turns.then, count, connection="strong")
    metres = np.bincount(net, weights=length_m) + np.bincount(net, weights=~local) * length_m.sum()
    order = np.lexsort((metres[net], part))
    last = np.append(part[order][1:] != part[order][:-1], True)
    hearts = np.full(int(part.max()) + 2, -1, np.int64)
    hearts[part[order[last]]] = net[order[last]]
    heart = (part >= 0) & (net == hearts[part])
    within = part[turns.first] == part[turns.then]
    tail, head = turns.first[within], turns.then[within]
    come, left = _spread(heart, tail, head), _spread(heart, head, tail)
    reached = np.zeros(count, np.bool_)
    reached[street[come]] = True
    two_way = twin >= 0
    good = (reached | (reached[twin] & two_way)) & (left | (left[twin] & two_way)) & (reached | left)
    # Who sets out from a street comes by copies that nobody else is on.
    come = _spread(heart | good, tail, head)
    stays: NDArray[np.bool_] = good[street] & (left | (come & (local | (street == np.arange(count)))))
    return stays


def _spread(of: NDArray[np.bool_], tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.bool_]:
    """What is led to from some edges (M,) by turns from tail to head, with these."""
    found = of.copy()
    open_ = ~(of[tail] & of[head])
    tail, head = tail[open_], head[open_]
    while True:
        onto = head[found[tail] & ~found[head]]
        if not len(onto):
            return found
        found[onto] = True


def _long(of: NDArray[np.integer], length_m: NDArray[np.float64]) -> tuple[NDArray[np.bool_], tuple[float, ...]]:
    """Which edges belong to parts with more than a bagatelle of road, or to the longest, and how long these parts are.

    of (M,): the part of each edge, -1 for none.
    """
    there = of >= 0
    if not there.any():
        return there, ()
    metres = np.bincount(of[there], weights=length_m[there])
    edges = np.bincount(of[there])
    # Of parts of one length, as none at all may have, the one with most edges.
    longest = np.lexsort((-edges, -metres))[0]
    long = metres > LEAST_PART_M
    long[longest] = True
    return there & long[of], tuple(sorted(metres[long].tolist(), reverse=True))


def report_lost(
    part: Part, u: NDArray[np.int64], v: NDArray[np.int64], length_m: NDArray[np.float64], lonlat: NDArray[np.float64]
) -> tuple[str, ...]:
    """Sentences on what is cut off of the first edges (m,): how much, in how many pieces, where the largest lie."""
    apart = _report_parts(part)
    lost = np.flatnonzero(~part.edges[: len(u)])
    if not len(lost):
        return (*apart, "nothing is cut off")
    count, label = _components(u[lost], v[lost], len(lonlat), connection="weak")
    of = label[u[lost]]
    metres = np.bincount(of, weights=length_m[lost], minlength=count)
    pieces = np.unique(of)
    lost_m = float(length_m[lost].sum())
    size = f"{lost_m / 1000:,.1f} km, {lost_m / max(float(length_m.sum()), 1.0):.1%}, in {len(pieces):,} pieces"
    nodes = int((~part.nodes).sum())
    said = [*apart, f"cut off, for no way leads there and back: {nodes:,} nodes and {len(lost):,} edges ({size})"]
    for piece in pieces[np.argsort(-metres[pieces], kind="stable")][:_NAMED_PIECES]:
        lon, lat = lonlat[u[lost[of == piece]]].mean(axis=0)
        said.append(f"cut off near lat {lat:.5f}, lon {lon:.5f}: {metres[piece] / 1000:,.1f} km of directed road")
    return tuple(said)


def _report_parts(part: Part) -> tuple[str, ...]:
    if len(part.lengths_m) < 2:
        return ()
    main, *others = (metres / 1000 for metres in part.lengths_m)
    longest = ", ".join(f"{km:,.1f}" for km in others[:_NAMED_PIECES])
    size = f"beside {main:,.1f} km of directed road there are {len(others):,} more, the longest {longest} km"
    return (f"{len(part.lengths_m):,} parts with no way there and back between them: {size}",)


def _components(
    tail: NDArray[np.int64], head: NDArray[np.int64], count: int, *, connection: Literal["weak", "strong"]
) -> tuple[int, NDArray[np.int32]]:
    graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count)).tocsr()
    found, label = connected_components(graph, directed=True, connection=connection)
    return int(found), label
