"""What a reader of OpenStreetMap left out, by reason and length, with the longest of it as links."""

import heapq
from collections import Counter
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
    """How many things were left out and how many metres of ways, by reason; the longest ways as metres, id, reason."""

    count: Counter[str] = field(default_factory=Counter)
    metres: Counter[str] = field(default_factory=Counter)
    longest: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """One more thing that is no way, or a way that is kept in part."""
        self.count[reason] += 1

    def add_way(self, way: int, nodes: Nodes, reason: str, *, named: bool) -> None:
        """One more way; `named` if it is worth a look should it be one of the longest."""
        self.add_metres(way, way_m(nodes), reason, named=named)

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
    known = [(x, y) for _, x, y in nodes if abs(x) <= 1_800_000_000 and abs(y) <= 900_000_000]
    if not known:
        return 0.0
    shrink = cos(radians(known[0][1] / 1e7))
    return sum(hypot((b[0] - a[0]) * shrink, b[1] - a[1]) for a, b in pairwise(known)) / 1e7 * M_PER_DEGREE
