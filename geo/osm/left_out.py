"""What a reader of OpenStreetMap left out, by reason and length, with the longest of it as links."""

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, radians

from geo.point import M_PER_DEGREE

_LONGEST = 10
_LINK = "https://www.openstreetmap.org/way/"
# Nodes of a way as (id, x, y) in 1e-7 degrees.
Nodes = list[tuple[int, int, int]]


@dataclass(slots=True)
class LeftOut:
    """How many things were left out and how many metres of ways, by reason; the longest ways as metres, id, reason.

    unmeasured: ways of which it was not known yet where all their nodes lie, as id, nodes, reason, named.
    """

    count: Counter[str] = field(default_factory=Counter)
    metres: Counter[str] = field(default_factory=Counter)
    longest: list[tuple[int, int, str]] = field(default_factory=list)
    unmeasured: list[tuple[int, Nodes, str, bool]] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """One more thing that is no way, or a way that is kept in part."""
        self.count[reason] += 1

    def add_way(self, way: int, nodes: Nodes, reason: str, *, named: bool) -> None:
        """One more way; `named` if it is worth a look should it be one of the longest."""
        if all(_is_known(x, y) for _, x, y in nodes):
            self.add_metres(way, way_m(nodes), reason, named=named)
        else:
            self.unmeasured.append((way, nodes, reason, named))

    @property
    def unknown_nodes(self) -> set[int]:
        """The nodes of ways that are to be measured, of which it is not known where they lie."""
        return {number for _, nodes, _, _ in self.unmeasured for number, x, y in nodes if not _is_known(x, y)}

    def measure(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Count the ways that are to be measured, with the places of nodes that were found since."""
        for way, nodes, reason, named in self.unmeasured:
            found = [(number, *places.get(number, (x, y))) for number, x, y in nodes]
            self.add_metres(way, way_m(found), reason, named=named)
        self.unmeasured.clear()

    def add_metres(self, way: int, length_m: float, reason: str, *, named: bool) -> None:
        """As add_way, for a way, or a part of one, whose length is known."""
        metres = round(length_m)
        self.count[reason] += 1
        self.metres[reason] += metres
        if named and metres:
            keep = heapq.heappush if len(self.longest) < _LONGEST else heapq.heappushpop
            keep(self.longest, (metres, way, reason))

    @property
    def sentences(self) -> list[str]:
        """What a report says of it."""
        said = []
        for reason, count in sorted(self.count.items()):
            length = f" ({self.metres[reason] / 1000:,.1f} km)" if self.metres[reason] else ""
            said.append(f"left out: {count:,} {reason}{length}")
        for metres, way, reason in sorted(self.longest, reverse=True):
            said.append(f"of the longest: {metres / 1000:,.1f} km {_LINK}{way} ({reason})")
        return said


def way_m(nodes: Nodes) -> float:
    """Metres along the nodes whose places are known."""
    known = [(x, y) for _, x, y in nodes if _is_known(x, y)]
    if not known:
        return 0.0
    shrink = cos(radians(known[0][1] / 1e7))
    return sum(hypot((b[0] - a[0]) * shrink, b[1] - a[1]) for a, b in pairwise(known)) / 1e7 * M_PER_DEGREE


def _is_known(x: int, y: int) -> bool:
    return abs(x) <= 1_800_000_000 and abs(y) <= 900_000_000
