"""The part of a road table from every place of which every other can be reached, and a report of what lies outside."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.roads.turns import allowed_turns

_NAMED_PIECES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Which nodes (N,) and edges (M,) are kept."""

    nodes: NDArray[np.bool_]
    edges: NDArray[np.bool_]


def largest_by_nodes(u: NDArray[np.int64], v: NDArray[np.int64], node_count: int) -> Part:
    """The largest set of nodes each of which reaches each, whatever the turns."""
    _, label = _components(u, v, node_count, connection="strong")
    nodes = label == np.bincount(label).argmax()
    return Part(nodes, nodes[u] & nodes[v])


def largest_by_turns(
    u: NDArray[np.int64], v: NDArray[np.int64], twin: NDArray[np.int32], rules: NDArray[np.int64], node_count: int
) -> Part:
    """The largest set of edges from the end of each of which each can be driven, by the allowed turns."""
    kept = np.arange(len(u))
    number = np.empty(len(u), np.int64)
    while True:
        number[:] = -1
        number[kept] = np.arange(len(kept))
        here = (number[rules[:, 0]] >= 0) & (number[rules[:, 1]] >= 0)
        mine = np.column_stack((number[rules[here, 0]], number[rules[here, 1]], rules[here, 2]))
        twins = np.where(twin[kept] >= 0, number[twin[kept]], -1)
        turns = allowed_turns(u[kept], v[kept], twins, mine)
        _, label = _components(turns.first, turns.then, len(kept), connection="strong")
        stays = label == np.bincount(label).argmax()
        # A way less is a choice less, which may forbid turning round somewhere: so again, until nothing is lost.
        if stays.all():
            break
        kept = kept[stays]
    # A single edge from which no turn leads anywhere is no part.
    edges = (number >= 0) & (len(turns.first) > 0)
    nodes = np.zeros(node_count, np.bool_)
    nodes[u[edges]] = True
    nodes[v[edges]] = True
    return Part(nodes, edges)


def enclosed(
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    length_m: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    is_local: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which open edges (M,) can only be come to, or only be left, over local ones: nobody drives through those either.

    In each part of what hangs together the longest net of open edges is what one drives through.
    """
    used = np.flatnonzero(is_open | is_local)
    if not is_local.any() or not is_open.any():
        return np.zeros(len(u), np.bool_)
    count = int(max(u.max(), v.max())) + 1
    _, part = _components(u[used], v[used], count, connection="weak")
    _, net = _components(u[is_open], v[is_open], count, connection="strong")
    within = is_open & (net[u] == net[v])
    metres = np.bincount(net[u[within]], weights=length_m[within], minlength=int(net.max()) + 1)
    nodes = np.lexsort((metres[net], part))
    last = np.append(part[nodes][1:] != part[nodes][:-1], True)
    longest = np.zeros(int(part.max()) + 1, np.int64)
    longest[part[nodes[last]]] = net[nodes[last]]
    through = (net[u] == longest[part[u]]) & (net[v] == longest[part[v]])
    behind: NDArray[np.bool_] = is_open & ~through
    return behind


def report_lost(
    part: Part, u: NDArray[np.int64], v: NDArray[np.int64], length_m: NDArray[np.float64], lonlat: NDArray[np.float64]
) -> tuple[str, ...]:
    """Sentences on what is cut off: how much, in how many pieces, and where the largest of them lie."""
    lost = np.flatnonzero(~part.edges)
    if not len(lost):
        return ("nothing is cut off",)
    count, label = _components(u[lost], v[lost], len(lonlat), connection="weak")
    of = label[u[lost]]
    metres = np.bincount(of, weights=length_m[lost], minlength=count)
    pieces = np.unique(of)
    lost_m = float(length_m[lost].sum())
    size = f"{lost_m / 1000:,.1f} km, {lost_m / max(float(length_m.sum()), 1.0):.1%}, in {len(pieces):,} pieces"
    nodes = int((~part.nodes).sum())
    said = [f"cut off, for no way leads there and back: {nodes:,} nodes and {len(lost):,} edges ({size})"]
    for piece in pieces[np.argsort(-metres[pieces], kind="stable")][:_NAMED_PIECES]:
        lon, lat = lonlat[u[lost[of == piece]]].mean(axis=0)
        said.append(f"cut off near lat {lat:.5f}, lon {lon:.5f}: {metres[piece] / 1000:,.1f} km of directed road")
    return tuple(said)


def _components(
    tail: NDArray[np.int64], head: NDArray[np.int64], count: int, *, connection: Literal["weak", "strong"]
) -> tuple[int, NDArray[np.int32]]:
    graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count)).tocsr()
    found, label = connected_components(graph, directed=True, connection=connection)
    return int(found), label
