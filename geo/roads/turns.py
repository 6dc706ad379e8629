"""Which edge may follow which, and at what cost: the turn-aware meaning of a network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# The u_turn_penalty of OSRM's car profile (profiles/car.lua, BSD-2-Clause).
U_TURN_MS = 20_000
FORBIDDEN = -1
# At a node that more edges leave turns cost nothing: who stands there has so many ways on (geo.search.label_kernels).
# Real crossings have six at most (Porto, Jakarta).
MOST_WAYS_ON = 8
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """The allowed turns, by first edge: edge (t,) int64, the edge that follows (t,) int64, cost_ms (t,) int64."""

    first: NDArray[np.int64]
    then: NDArray[np.int64]
    cost_ms: NDArray[np.int64]


def allowed_turns(
    edge_from: NDArray[np.integer],
    edge_to: NDArray[np.integer],
    edge_twin: NDArray[np.integer],
    street: NDArray[np.integer],
    marks: NDArray[np.integer],
    rules: _Ints,
) -> Turns:
    """All turns from the end of an edge that `rules` do not forbid: (r, 3) edge, following edge, ms or FORBIDDEN.

    street (m,): the edge itself, or that of which it is a copy; a copy has the twin of its street. marks (m,): who
    may drive an edge, as a number. A turn costs what its rule says, else nothing. Turning round onto the edge's twin
    costs U_TURN_MS more and is allowed except where a two-way road simply goes on for all the same.
    """
    count = len(edge_from)
    order = np.argsort(edge_from, kind="stable")
    start = np.searchsorted(edge_from[order], np.arange(int(edge_to.max()) + 2))
    ways = (start[edge_to + 1] - start[edge_to]).astype(np.int64)
    first = np.repeat(np.arange(count), ways)
    within = np.arange(len(first)) - np.repeat(np.cumsum(ways) - ways, ways)
    then = order[start[edge_to[first]] + within]
    cost = _rule_cost(first * count + then, rules[:, 0] * count + rules[:, 1], rules[:, 2])
    round_ = edge_twin[first] == street[then]
    free = cost != FORBIDDEN
    others = np.bincount(first[free & ~round_], minlength=count)
    goes_on = two_way_on(edge_from, edge_to, edge_twin, street, marks)[edge_to[first]] & (others[first] == 1)
    allowed = free & ~(round_ & goes_on)
    cost = cost + np.where(round_, U_TURN_MS, 0)
    return Turns(first[allowed], then[allowed], cost[allowed])


def two_way_on(
    edge_from: NDArray[np.integer],
    edge_to: NDArray[np.integer],
    edge_twin: NDArray[np.integer],
    street: NDArray[np.integer],
    marks: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """Whether each node lies within a two-way road that simply goes on: two edges in, two out, twins of each other, all
    with the same marks.
    """
    count = int(max(edge_from.max(), edge_to.max())) + 1
    real = street == np.arange(len(street))
    ins, outs = np.bincount(edge_to[real], minlength=count), np.bincount(edge_from[real], minlength=count)
    twinned = np.bincount(edge_to[real & (edge_twin >= 0)], minlength=count)
    looped = np.bincount(edge_to[real & (edge_from == edge_to)], minlength=count)
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    for end in (edge_from[real], edge_to[real]):
        np.minimum.at(least, end, marks[real])
        np.maximum.at(most, end, marks[real])
    alike = least == most
    within: NDArray[np.bool_] = (ins == 2) & (outs == 2) & (twinned == 2) & (looped == 0) & alike
    return within


def _rule_cost(turn: _Ints, ruled: _Ints, cost_ms: _Ints) -> _Ints:
    """What the rules say of each turn, FORBIDDEN before any cost, else the dearest; 0 where they say nothing."""
    cost = np.zeros(len(turn), np.int64)
    if not len(ruled):
        return cost
    # Sorted so that of several rules for one turn the first is the one that counts.
    order = np.lexsort((-np.where(cost_ms == FORBIDDEN, np.iinfo(np.int64).max, cost_ms), ruled))
    keys, first = np.unique(ruled[order], return_index=True)
    at = np.minimum(np.searchsorted(keys, turn), len(keys) - 1)
    return np.where(keys[at] == turn, cost_ms[order][first[at]], cost)
