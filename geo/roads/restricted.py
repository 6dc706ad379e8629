"""Turn restrictions of OpenStreetMap as rows of edges that nobody, or not all, may drive."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from geo.osm.access import MODES
from geo.osm.restrictions import Restriction
from geo.roads.bans import Rows, Who

_Ints = NDArray[np.int64]
# The edges of a row, the nodes and the ways that it has come by.
_Driven = tuple[tuple[int, ...], frozenset[int], frozenset[int]]
# No restriction that anybody drives by goes over so many pieces of road; more are a slip of the pen.
_LONGEST = 32
# Nor are there so many ways over them; over a net of streets there are more than anybody can count.
_MOST_TRIED = 2_000


class Restricted:
    """The rows of some restrictions over the edges of ways.

    way, u, v (M,): the number of each edge's way, and its ends; node_of_ref: which node an id of the file has become;
    points: ways of no length, over which nobody has to drive.
    rows: what each row is forbidden to; why: how many restrictions were left out, by reason.
    """

    def __init__(
        self,
        restrictions: Sequence[Restriction],
        way: _Ints,
        u: _Ints,
        v: _Ints,
        node_of_ref: Mapping[int, int],
        points: AbstractSet[int],
    ) -> None:
        self._u, self._v, self._node_of_ref, self._points = u, v, node_of_ref, points
        named = {n for rule in restrictions for n in (*rule.from_ways, *rule.via_ways, *rule.to_ways)}
        self._of_way: dict[int, list[int]] = defaultdict(list)
        for edge in np.flatnonzero(np.isin(way, np.fromiter(named, np.int64))).tolist():
            self._of_way[int(way[edge])].append(edge)
        self._leaving: dict[int, list[int]] = defaultdict(list)
        only = [rule for rule in restrictions if rule.kind.startswith("only_")]
        nodes = {int(v[e]) for rule in only for n in (*rule.from_ways, *rule.via_ways) for e in self._of_way[n]}
        for edge in np.flatnonzero(np.isin(u, np.fromiter(nodes, np.int64))).tolist():
            self._leaving[int(u[edge])].append(edge)
        rows: dict[tuple[int, ...], set[Who]] = defaultdict(set)
        self.why: Counter[str] = Counter()
        for rule in restrictions:
            who = Who(sum(1 << MODES.index(mode) for mode in rule.modes), rule.hours)
            for row in self._rows_of(rule):
                rows[row].add(who)
        self.rows: Rows = {row: frozenset(whom) for row, whom in rows.items()}

    def _rows_of(self, rule: Restriction) -> set[tuple[int, ...]]:
        """The rows that a restriction forbids; none, and counted, where it is not clear which."""
        found: set[tuple[int, ...]] = set()
        for from_way in rule.from_ways:
            for to_way in rule.to_ways:
                driven = self._driven(rule, from_way, to_way)
                if driven is None:
                    self.why["turn restrictions over ways that are a net"] += 1
                    return set()
                if len(driven) > 1:
                    self.why["turn restrictions whose ways run on through the junction"] += 1
                    return set()
                found.update(driven)
        if not found:
            self.why["turn restrictions between ways that are not in the network"] += 1
        if rule.kind.startswith("no_"):
            return found
        # Who has come so far may go on by `to` and by nothing else.
        return {(*row[:-1], other) for row in found for other in self._leaving[int(self._v[row[-2]])]} - found

    def _driven(self, rule: Restriction, from_way: int, to_way: int) -> list[tuple[int, ...]] | None:
        """The rows of edges by which one drives from way to way over the via; None for too many to try."""
        if rule.via_node is not None:
            via = self._node_of_ref.get(rule.via_node, -1)
            firsts = [edge for edge in self._of_way[from_way] if self._v[edge] == via]
            thens = [edge for edge in self._of_way[to_way] if self._u[edge] == via]
            return [(first, then) for first in firsts for then in thens]
        step: dict[int, list[tuple[int, int]]] = defaultdict(list)
        via_ways = set(rule.via_ways) - self._points
        for way in via_ways:
            for edge in self._of_way[way]:
                step[int(self._u[edge])].append((edge, way))
        onto: dict[int, list[int]] = defaultdict(list)
        for edge in self._of_way[to_way]:
            onto[int(self._u[edge])].append(edge)
        stack: list[_Driven] = [((e,), frozenset({int(self._v[e])}), frozenset()) for e in self._of_way[from_way]]
        found: list[tuple[int, ...]] = []
        tried = 0
        while stack:
            tried += 1
            if tried > _MOST_TRIED:
                return None
            row, nodes, ways = stack.pop()
            here = int(self._v[row[-1]])
            if ways == via_ways:
                found += [(*row, then) for then in onto[here]]
            if len(row) < _LONGEST:
                for edge, way in step[here]:
                    if int(self._v[edge]) not in nodes:
                        stack.append(((*row, edge), nodes | {int(self._v[edge])}, ways | {way}))
        return found
