"""Forbidden rows of edges as a graph in which only turns are forbidden: copies of edges remember whence one came.

A row of two edges that nobody may ever drive is a forbidden turn, and needs nothing more. For the others, some edges
get copies over the same street: who has driven the beginning of a forbidden row is on the copy of its last edge from
which the rest of the row cannot be driven; who takes a turn that is forbidden to some, or at some hours, comes onto a
copy that is shut to those, or then. It is the automaton of Aho and Corasick over edges (as in Villeneuve and
Desaulniers, "The shortest path problem with forbidden paths", EJOR 2005), so that rows hold beside and within others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.roads.turns import FORBIDDEN

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Who:
    """For whom a row is forbidden: the bits of kinds of trip, and at which hours as they are written ("": always)."""

    bits: int
    hours: str = ""


Rows = Mapping[tuple[int, ...], frozenset[Who]]
# The longest beginning of a row that has been driven, and what forbids the last turn of it to some.
_State = tuple[tuple[int, ...], frozenset[Who]]


@dataclass(slots=True)
class Bans:
    """Copies of edges, numbered on from the last edge: of which edge each is (c,), and for whom it is shut, and when.

    turns (t, 3): edge, following edge, FORBIDDEN.
    """

    copy_of: list[int] = field(default_factory=list)
    shut: list[frozenset[Who]] = field(default_factory=list)
    turns: _Ints = field(default_factory=lambda: np.zeros((0, 3), np.int64))


def forbid(rows: Rows, u: _Ints, v: _Ints, everybody: int) -> Bans:
    """The copies and forbidden turns by which each of `rows`, of at least two edges (M,) that follow one another, is
    driven by nobody for whom it is forbidden; `everybody` is the bits of all.
    """
    always = Who(everybody)
    simple = {row for row, whom in rows.items() if len(row) == 2 and always in whom}
    others = {row: whom for row, whom in rows.items() if row not in simple}
    if not others:
        return Bans(turns=_as_turns(simple))
    machine = _Machine(rows, always)
    nodes = {int(u[edge]) for row in others for edge in row[1:]} | {int(v[edge]) for row in others for edge in row}
    leaving = _edges_at(u, nodes)
    number: dict[_State, int] = {}
    order: list[_State] = []
    # Who comes to a copy from where; and all onto which one comes from an edge or copy.
    goes: dict[int, dict[int, int | None]] = {}
    firsts = sorted({row[at] for row in others for at in range(len(row) - 1)})
    queue: list[tuple[int, _State]] = [(edge, ((edge,), frozenset())) for edge in firsts]
    for here, state in queue:
        goes[here] = {}
        for edge in leaving[int(v[state[0][-1]])]:
            then = machine.step(state, edge)
            if then is None or then == ((edge,), frozenset()):
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
        turns=_as_turns(simple | set(_not_gone(goes, order, u, v, len(u)))),
    )


class _Machine:
    """From the beginning of a row to the next by one edge more."""

    def __init__(self, rows: Rows, always: Who) -> None:
        self._rows, self._always = rows, always
        self._longest = max(map(len, rows))
        self._beginnings = {row[:length] for row in rows for length in range(2, len(row))}

    def step(self, state: _State, edge: int) -> _State | None:
        """The state after an edge, None where nobody may ever drive on to it."""
        driven = (*state[0], edge)[-self._longest :]
        ends = [driven[at:] for at in range(len(driven) - 1)]
        whom = frozenset[Who]().union(*(self._rows.get(row, frozenset()) for row in ends))
        if self._always in whom:
            return None
        return next((row for row in ends if row in self._beginnings), (edge,)), whom


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
