"""What one may drive because of whence one came, as a graph in which only turns are forbidden: copies of edges
remember.

A row of two edges that nobody may ever drive is a forbidden turn, and needs nothing more. For the others, some edges
get copies over the same street: who has driven the beginning of a forbidden row is on the copy of its last edge from
which the rest of the row cannot be driven; who takes a turn that is forbidden to some, or at some hours, comes onto a
copy that is shut to those, or then. It is the automaton of Aho and Corasick over edges (as in Villeneuve and
Desaulniers, "The shortest path problem with forbidden paths", EJOR 2005), so that rows hold beside and within others.

What is only for who starts or ends there, and not for who drives through, is driven in two ways: on the edge itself by
who is on the way out, to edges that are as deep behind gates or less (geo.roads.depth), and on a copy by who has come
to something deeper, and may not come out again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.roads.depth import Depth
from geo.roads.turns import FORBIDDEN

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Who:
    """For whom a row is forbidden: the bits of kinds of trip, and at which hours as they are written ("": always)."""

    bits: int
    hours: str = ""


Rows = Mapping[tuple[int, ...], frozenset[Who]]
# The longest beginning of a row that has been driven, what forbids the last turn of it to some, and the bits of those
# on the way in.
_State = tuple[tuple[int, ...], frozenset[Who], int]


@dataclass(slots=True)
class Bans:
    """Copies of edges, numbered on from the last edge: of which edge each is (c,), for whom it is shut, and when, and
    the bits of those who are on the way in.

    turns (t, 3): edge, following edge, FORBIDDEN.
    """

    copy_of: list[int] = field(default_factory=list)
    shut: list[frozenset[Who]] = field(default_factory=list)
    entered: list[int] = field(default_factory=list)
    turns: _Ints = field(default_factory=lambda: np.zeros((0, 3), np.int64))


def forbid(rows: Rows, u: _Ints, v: _Ints, depth: Depth, shut: NDArray[np.uint8]) -> Bans:
    """The copies and forbidden turns by which each of `rows`, of at least two edges (M,) that follow one another, is
    driven by nobody for whom it is forbidden, and nobody drives on from what is less deep to what is deeper and then to
    what is less deep again.

    depth (M, modes): as geo.roads.depth says. shut (M,): bits of those for whom an edge is shut.
    """
    always = Who((1 << depth.out.shape[1]) - 1)
    simple = {row for row, whom in rows.items() if len(row) == 2 and always in whom}
    others = {row: whom for row, whom in rows.items() if row not in simple}
    local = depth.local & ~shut
    inner = np.flatnonzero(local)
    if not others and not len(inner):
        return Bans(turns=_as_turns(simple))
    machine = _Machine(rows, always, depth, local.tolist(), shut.tolist())
    nodes = {int(u[edge]) for row in others for edge in row[1:]} | {int(v[edge]) for row in others for edge in row}
    out = np.flatnonzero(np.isin(u, v[inner]))
    leaving = _edges_at(u, nodes.union(u[inner].tolist(), v[inner].tolist(), v[out].tolist()))
    number: dict[_State, int] = {}
    order: list[_State] = []
    # Who comes to a copy from where; and all onto which one comes from an edge or copy.
    goes: dict[int, dict[int, int | None]] = {}
    firsts = {row[at] for row in others for at in range(len(row) - 1)}
    firsts.update(inner.tolist(), np.flatnonzero(np.isin(v, u[inner])).tolist())
    queue: list[tuple[int, _State]] = [(edge, ((edge,), frozenset(), 0)) for edge in sorted(firsts)]
    for here, state in queue:
        goes[here] = {}
        for edge in leaving[int(v[state[0][-1]])]:
            then = machine.step(state, edge)
            if then is None or then == ((edge,), frozenset(), 0):
                goes[here][edge] = None if then is None else edge
                continue
            if then not in number:
                number[then] = len(u) + len(order)
                order.append(then)
                queue.append((number[then], then))
            goes[here][edge] = number[then]
    return Bans(
        copy_of=[state[0][-1] for state in order],
        shut=[state[1] for state in order],
        entered=[state[2] for state in order],
        turns=_as_turns(simple | set(_not_gone(goes, order, u, v, len(u)))),
    )


class _Machine:
    """From the beginning of a row to the next by one edge more."""

    def __init__(self, rows: Rows, always: Who, depth: Depth, local: list[int], shut: list[int]) -> None:
        self._rows, self._always = rows, always
        self._local, self._shut = local, shut
        self._out, self._into = depth.out.tolist(), depth.into.tolist()
        self._longest = max(map(len, rows), default=2)
        self._beginnings = {row[:length] for row in rows for length in range(2, len(row))}

    def step(self, state: _State, edge: int) -> _State | None:
        """The state after an edge, None where nobody may ever drive on to it."""
        driven = (*state[0], edge)[-self._longest :]
        ends = [driven[at:] for at in range(len(driven) - 1)]
        whom = frozenset[Who]().union(*(self._rows.get(row, frozenset()) for row in ends))
        through = state[2] & ~self._shut[edge] & _lower(self._into[edge], self._into[state[0][-1]])
        if self._always in whom or through | self._shut[edge] == self._always.bits:
            return None
        if through:
            whom |= {Who(through)}
        return next((row for row in ends if row in self._beginnings), (edge,)), whom, self._enter(state, edge)

    def _enter(self, state: _State, edge: int) -> int:
        """The bits of those who are on an edge that they may not come out of again."""
        before = state[0][-1]
        comes_in = _lower(self._out[before], self._out[edge]) & ~self._shut[before]
        entered = self._local[edge] & (state[2] | comes_in)
        # Those to whom the edge before is shut are none: they count so that the fewest copies do.
        return entered | (self._local[edge] & self._shut[before] if entered else 0)


def _lower(depth: list[int], than: list[int]) -> int:
    """The bits of those for whom one depth is less than another."""
    return sum(1 << mode for mode, (one, other) in enumerate(zip(depth, than, strict=True)) if one < other)


def _edges_at(node: _Ints, nodes: Iterable[int]) -> Mapping[int, list[int]]:
    """The edges (numbers into `node`) at each of some nodes."""
    found: dict[int, list[int]] = defaultdict(list)
    wanted = np.fromiter(nodes, np.int64)
    for edge in np.flatnonzero(np.isin(node, wanted)).tolist():
        found[int(node[edge])].append(edge)
    return found


def _not_gone(
    goes: Mapping[int, Mapping[int, int | None]], order: list[_State], u: _Ints, v: _Ints, count: int
) -> Iterable[tuple[int, int]]:
    """The turns between edges and copies at one node that are not those of `goes`."""
    last = [state[0][-1] for state in order]
    copies: dict[int, list[int]] = defaultdict(list)
    for position, edge in enumerate(last):
        copies[edge].append(count + position)
    # Edges that are in no row drive on to edges, and to no copy.
    for here, onto in goes.items():
        for edge, then in onto.items():
            yield from ((here, other) for other in (edge, *copies[edge]) if other != then)
    entering = _edges_at(v, {int(u[edge]) for edge in copies})
    for edge, there in list(copies.items()):
        for before in entering[int(u[edge])]:
            if before not in goes:
                yield from ((before, other) for other in there)


def _as_turns(pairs: Iterable[tuple[int, int]]) -> _Ints:
    return np.array([(first, then, FORBIDDEN) for first, then in sorted(pairs)], np.int64).reshape(-1, 3)
