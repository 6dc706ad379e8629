"""What turns, bends and traffic lights cost in time, by the roads' geometry.

A turn by an angle costs the turn penalty of OSRM's car profile (profiles/car.lua, BSD-2-Clause): a logistic curve from
nothing for who goes straight on, over 3.75 s at a right angle, to 7.5 s for who turns about; left and right alike. It
is charged where there is a choice of streets; within a road the same curve is the price of a sharp bend. A traffic
light costs the uniform delay C (1 - g/C)^2 / 2 (Webster 1958, as in the Indonesian manual MKJI 1997) of a cycle C of
60 s, half of it green: 7.5 s.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo.roads.table import RoadTable
from geo.roads.turns import MOST_WAYS_ON

SIGNAL_MS = 7_500
_DEAREST_MS = 7_500.0
_STEEPNESS = 13.0
# A turn that costs less is none: the roads go straight on.
_LEAST_MS = 100
_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Shapes = Sequence[NDArray[np.floating]]


def priced(table: RoadTable) -> RoadTable:
    """The same roads with what their turns and bends cost; of no roads nothing."""
    if not len(table.u):
        return table
    u, v = np.asarray(table.u, np.int64), np.asarray(table.v, np.int64)
    rules = np.concatenate((table.turns, turn_rules(u, v, table.shapes, len(u) - len(table.copies))))
    return replace(table, turns=rules, bend_ms=bends_ms(u, v, table.shapes))


def turning_ms(degrees: _Floats) -> _Ints:
    """The price of turning by so many degrees (n,), 0 to 180, to either side; 0 where it is next to nothing."""
    ms = np.rint(_DEAREST_MS / (1.0 + np.exp(_STEEPNESS * (0.5 - degrees / 180.0)))).astype(np.int64)
    return np.where(ms < _LEAST_MS, 0, ms)


def turn_rules(u: _Ints, v: _Ints, shapes: _Shapes, first_copy: int) -> _Ints:
    """What turns cost at nodes where three streets or more meet: (r, 3) edge, the edge that follows, ms.

    u and v are the nodes (m,) of edges whose shapes are (n, 2) lon, lat in travel order; those from first_copy on are
    copies of others, and no streets more. Turning back onto the street
    that one came by is none of these (geo.roads.turns.U_TURN_MS).
    """
    count = len(u)
    order = np.argsort(u, kind="stable")
    start = np.searchsorted(u[order], np.arange(int(max(u.max(), v.max())) + 2))
    streets = np.bincount(u[:first_copy], minlength=len(start))
    meets = (_streets(u, v)[v] >= 3) & (streets[v] <= MOST_WAYS_ON)
    ways = np.where(meets, start[v + 1] - start[v], 0)
    first = np.repeat(np.arange(count), ways)
    within = np.arange(len(first)) - np.repeat(np.cumsum(ways) - ways, ways)
    then = order[start[v[first]] + within]
    on = u[first] != v[then]
    first, then = first[on], then[on]
    departing, arriving = _ends(shapes)
    ms = turning_ms(_between(arriving[first], departing[then]))
    return np.column_stack((first, then, ms))[ms > 0]


def bends_ms(u: _Ints, v: _Ints, shapes: _Shapes) -> _Ints:
    """What the bends of each edge (m,) cost: those within it, and that at its end where a road simply goes on."""
    sizes = np.array([len(shape) for shape in shapes], np.int64)
    points = np.concatenate(shapes)
    last = np.cumsum(sizes) - 1
    steps = _directions(points)
    inner = np.ones(
        max(len(points) - 2, 0), np.bool_
    )  # between the steps before and after each point but the outermost
    at_ends = np.concatenate((last[:-1], last[:-1] + 1)) - 1
    inner[at_ends[(at_ends >= 0) & (at_ends < len(inner))]] = False
    ms = np.zeros(len(points), np.int64)
    ms[1:-1] = np.where(inner, turning_ms(_between(steps[:-1], steps[1:])), 0)
    within = np.add.reduceat(ms, np.concatenate(([0], last[:-1] + 1)))
    return within + _goes_on_ms(u, v, shapes)


def _goes_on_ms(u: _Ints, v: _Ints, shapes: _Shapes) -> _Ints:
    """The bend from each edge (m,) into the only one that leads on from its end to another node; else 0."""
    departing, arriving = _ends(shapes)
    order = np.argsort(u, kind="stable")
    start = np.searchsorted(u[order], np.arange(int(max(u.max(), v.max())) + 2))
    found = np.zeros(len(u), np.int64)
    simple = np.flatnonzero(_streets(u, v)[v] == 2)
    for nth in range(int((start[v[simple] + 1] - start[v[simple]]).max(initial=0))):
        at = start[v[simple]] + nth
        there = at < start[v[simple] + 1]
        edge, then = simple[there], order[at[there]]
        on = v[then] != u[edge]
        edge, then = edge[on], then[on]
        found[edge] = turning_ms(_between(arriving[edge], departing[then]))
    return found


def _streets(u: _Ints, v: _Ints) -> _Ints:
    """How many nodes each node is joined to, by whatever direction."""
    count = int(max(u.max(), v.max())) + 1
    low, high = np.minimum(u, v), np.maximum(u, v)
    pairs = np.unique((low * count + high)[low != high])
    return np.bincount(pairs // count, minlength=count) + np.bincount(pairs % count, minlength=count)


def _ends(shapes: _Shapes) -> tuple[_Floats, _Floats]:
    """The directions (m,) in which edges begin and end, in degrees."""
    first = np.array([(*shape[0], *shape[1]) for shape in shapes], np.float64)
    last = np.array([(*shape[-2], *shape[-1]) for shape in shapes], np.float64)
    return _direction(first), _direction(last)


def _directions(points: NDArray[np.floating]) -> _Floats:
    return _direction(np.column_stack((points[:-1], points[1:])))


def _direction(steps: NDArray[np.floating]) -> _Floats:
    """The direction (n,) of steps (n, 4) from lon, lat to lon, lat, in degrees from east against the clock."""
    east = (steps[:, 2] - steps[:, 0]) * np.cos(np.radians(steps[:, 1]))
    found: _Floats = np.degrees(np.arctan2(steps[:, 3] - steps[:, 1], east))
    return found


def _between(before: _Floats, after: _Floats) -> _Floats:
    """The angle (n,) between two directions, 0 to 180."""
    found: _Floats = np.abs((after - before + 180.0) % 360.0 - 180.0)
    return found
