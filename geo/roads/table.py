"""Roads as columns: what every source is read into, and what a network is built from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.roads.foot import Footways
from geo.roads.turns import FORBIDDEN
from geo.source import FASTEST_KPH, SLOWEST_KPH, BuildError

OSM_ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
# At the slowest speed the longest edge still fits into 32 bits of milliseconds.
LONGEST_M = 500_000.0
DEAREST_TURN_MS = 3_600_000


@dataclass(slots=True, kw_only=True)
class RoadTable:
    """Nodes and directed edges as columns; `u` and `v` are positions in the node columns.

    speed_kph is how fast one drives, and town_kph how fast where it is in town (None: alike); NaN where only the class
    tells. shapes are (n, 2) arrays of lon, lat in travel order, n >= 2.
    turns is (t, 3): edge, following edge (both as rows of the edge columns), cost in ms or -1 for a forbidden turn.
    wait_ms and bend_ms (m,) are the wait at lights and the price of bends on each edge; None for nothing of the kind.
    ferry_ms (m,): what a ferry takes, with the wait for it, in place of all this; 0 where it is as fast as its class.
    shut and local: (m,) of bits by metric (geo.roads.speeds): in which the edge is shut, or only for who starts there
    (who ends there comes by a copy); None for nowhere. doors (m,): of geo.roads.network.Doors, where more is known than
    the class tells. report: sentences on what of the source the table leaves out.
    copies (c,): of which edge each of the last c is a copy (geo.roads.bans), with its own rules and marks.
    hours: edges that are shut at hours: the edge, in which metrics as bits, and the hours as they are written.
    foot: where one walks, None where the source does not know.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    length_m: NDArray[np.float64]
    highway: Sequence[str]
    name: Sequence[str]
    speed_kph: NDArray[np.float64]
    shapes: Sequence[NDArray[np.float64]]
    town_kph: NDArray[np.float64] | None = None
    wait_ms: NDArray[np.int64] | None = None
    bend_ms: NDArray[np.int64] | None = None
    ferry_ms: NDArray[np.int64] | None = None
    turns: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    shut: NDArray[np.uint8] | None = None
    local: NDArray[np.uint8] | None = None
    doors: NDArray[np.uint8] | None = None
    copies: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    hours: Sequence[tuple[int, int, str]] = ()
    foot: Footways | None = None
    report: tuple[str, ...] = ()

    @property
    def street(self) -> NDArray[np.int64]:
        """The edge itself, or that of which it is a copy: (m,)."""
        return np.append(np.arange(len(self.u) - len(self.copies)), self.copies)

    @property
    def marks(self) -> NDArray[np.int64]:
        """Who may drive each edge (m,), and when, as a number: of a copy that of its street."""
        found = np.zeros(len(self.u), np.int64)
        for bits in (self.local, self.shut):
            found = found * 256 + (0 if bits is None else bits.astype(np.int64))
        at_hours: dict[int, set[tuple[int, str]]] = defaultdict(set)
        for edge, whom, text in self.hours:
            at_hours[edge].add((whom, text))
        alike: dict[frozenset[tuple[int, str]], int] = {}
        for edge, hours in at_hours.items():
            found[edge] += 2**16 * alike.setdefault(frozenset(hours), len(alike) + 1)
        return found[self.street]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the file will say of where its data comes from."""

    region: str
    source: str
    source_date: str
    attribution: str = OSM_ATTRIBUTION
    sample: bool = False


def judge(table: RoadTable) -> None:
    """Raises BuildError, saying which row, if a length, a position, a speed or a turn makes no sense."""
    if not len(table.lon) or not len(table.u):
        raise BuildError("there are no roads: it takes at least one edge between two nodes")
    for name in ("u", "v"):
        ends = getattr(table, name)
        if ends.min() < 0 or ends.max() >= len(table.lon):
            raise BuildError(f"an edge's {name} names a node that is not in the node table")
    _must(table.length_m, "edge", "the length", (0.0, LONGEST_M), "metres")
    _must(table.lon, "node", "the longitude", (-180.0, 180.0), "degrees")
    _must(table.lat, "node", "the latitude", (-90.0, 90.0), "degrees")
    known = np.where(np.isnan(table.speed_kph), SLOWEST_KPH, table.speed_kph)
    _must(known, "edge", "the speed", (SLOWEST_KPH, FASTEST_KPH), "km/h")
    for row, shape in enumerate(table.shapes):
        if len(shape) < 2 or not np.all(np.abs(shape) <= (180.0, 90.0)):
            raise BuildError(f"edge {row + 1}: its line takes at least two points of lon, lat in degrees")
    edges, cost_ms = table.turns[:, :2], table.turns[:, 2]
    if ((edges < 0) | (edges >= len(table.u))).any():
        raise BuildError("a turn names an edge that is not in the edge table")
    if ((cost_ms < FORBIDDEN) | (cost_ms > DEAREST_TURN_MS)).any():
        raise BuildError(f"a turn costs -1 (forbidden) or 0 to {DEAREST_TURN_MS} ms")


def _must(values: NDArray[np.float64], thing: str, what: str, between: tuple[float, float], unit: str) -> None:
    low, high = between
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BuildError(f"{thing} {row + 1}: {what} is {values[row]:g}, it takes {low:g} to {high:g} {unit}")
