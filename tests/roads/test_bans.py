"""Forbidden rows and roads that are not driven through: one drives by copies and turns just what is not forbidden."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.roads.bans import Bans, Rows, Who, forbid
from geo.roads.depth import Depth
from geo.roads.turns import FORBIDDEN

Row = tuple[int, ...]
Edges = list[tuple[int, int]]
CAR, SIREN = 1, 2
BOTH = Who(CAR | SIREN)
NONE = np.zeros(2, np.uint8)
OPEN = Depth(np.zeros((2, 2), np.int64), np.zeros((2, 2), np.int64))
WHOM = st.sampled_from([BOTH, BOTH, Who(CAR), Who(SIREN), Who(CAR | SIREN, "07:00-09:00")])


@dataclass(frozen=True)
class Net:
    """Edges, forbidden rows, how deep each edge is for car and siren on the way out and in, and to whom it is shut."""

    edges: Edges
    rows: Rows
    out: list[tuple[int, int]]
    into: list[tuple[int, int]]
    shut: list[int]


def goes_through(row: Row, net: Net, bit: int) -> bool:
    """Whether one comes to something deeper, and from there to what is less deep."""
    mode = (CAR, SIREN).index(bit)
    way_in = False
    for before, edge in pairwise(row):
        if way_in and net.into[edge][mode] < net.into[before][mode]:
            return True
        deep = net.out[edge][mode] > 0 or net.into[edge][mode] > 0
        way_in = deep and (way_in or net.out[edge][mode] > net.out[before][mode])
    return False


def free(net: Net, bit: int, hours: str) -> set[Row]:
    """The rows of at most six edges that may be driven by who has this bit at these hours, edge by edge."""
    rows, edges = net.rows, net.edges
    longest = max(map(len, rows), default=2)
    waiting: list[Row] = [(edge,) for edge in range(len(edges)) if not net.shut[edge] & bit]
    found: set[Row] = set()
    while waiting:
        row = waiting.pop()
        found.add(row)
        if len(row) == 6:
            continue
        for then in range(len(edges)):
            longer = (*row, then)
            parts = [longer[-n:] for n in range(2, longest + 1)]
            whom = [who for part in parts for who in rows.get(part, ())]
            if edges[row[-1]][1] != edges[then][0] or any(w.bits & bit and w.hours in ("", hours) for w in whom):
                continue
            if not net.shut[then] & bit and not goes_through(longer, net, bit):
                waiting.append(longer)
    return found


def driven(bans: Bans, net: Net, bit: int, hours: str) -> set[Row]:
    """The same over edges and copies, each as the edge that it is or is a copy of; nobody begins on a copy."""
    edges = net.edges
    of = [*range(len(edges)), *bans.copy_of]
    shut = [bool(net.shut[edge] & bit) for edge in of]
    shut[len(edges) :] = [
        a or b
        for a, b in zip(
            shut[len(edges) :],
            [any(w.bits & bit and w.hours in ("", hours) for w in whom) for whom in bans.shut],
            strict=True,
        )
    ]
    forbidden = {(a, b) for a, b, cost in bans.turns.tolist() if cost == FORBIDDEN}
    rows: list[Row] = [(edge,) for edge in range(len(edges)) if not shut[edge]]
    found: set[Row] = set()
    while rows:
        row = rows.pop()
        name = tuple(of[one] for one in row)
        # Nobody drives the same street in two ways: the copies are no second choice.
        assert name not in found
        found.add(name)
        if len(row) < 6:
            rows += [
                (*row, then)
                for then in range(len(of))
                if edges[of[row[-1]]][1] == edges[of[then]][0] and not shut[then] and (row[-1], then) not in forbidden
            ]
    return found


@st.composite
def nets(draw: st.DrawFn) -> Net:
    edges = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=7, unique=True))
    rows: dict[Row, frozenset[Who]] = {}
    for _ in range(draw(st.integers(0, 5))):
        row = [draw(st.integers(0, len(edges) - 1))]
        for _ in range(draw(st.integers(1, 3))):
            onward = [e for e, (u, _) in enumerate(edges) if u == edges[row[-1]][1]]
            if onward:
                row.append(draw(st.sampled_from(onward)))
        if len(row) > 1:
            rows[tuple(row)] = frozenset(draw(st.lists(WHOM, min_size=1, max_size=2)))
    deep = st.lists(
        st.sampled_from([(0, 0), (0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]), min_size=len(edges), max_size=len(edges)
    )
    out = draw(deep)
    shut = st.lists(st.sampled_from([0, 0, 0, CAR, SIREN]), min_size=len(edges), max_size=len(edges))
    return Net(edges, rows, out, draw(st.one_of(st.just(out), deep)), draw(shut))


@settings(max_examples=200, deadline=None)
@given(net=nets())
def test_on_any_net_one_drives_over_edges_and_copies_what_is_not_forbidden_and_nothing_else(net: Net) -> None:
    u, v = np.array(net.edges, np.int64).T
    bans = forbid(net.rows, u, v, Depth(np.array(net.out), np.array(net.into)), np.array(net.shut, np.uint8))
    for bit in (CAR, SIREN):
        for hours in ("", "07:00-09:00"):
            assert driven(bans, net, bit, hours) == free(net, bit, hours)


def test_a_plain_turn_needs_no_copy() -> None:
    bans = forbid({(0, 1): frozenset({BOTH})}, np.array([0, 1]), np.array([1, 2]), OPEN, NONE)
    assert bans.copy_of == []
    assert bans.turns.tolist() == [[0, 1, FORBIDDEN]]
