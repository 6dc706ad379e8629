"""How deep each edge lies behind signs and private gates: what one may drive through on the way from where to where.

In each part that hangs together the longest net of roads for all is driven through by everybody. Whatever else there
is has a depth: how many private stretches one has to pass to come there, and then how many that a sign alone keeps for
who has business there. One drives up from where one starts, to lesser depths or alike, and down again to where one
ends; so a town behind a gate is driven through by its own trips, and its private yards by none. A sign counts for less
than any gate, and a siren is let off signs alone: what a car may drive it may drive too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.osm.access import MODES, SIREN, Access

_Ints = NDArray[np.int64]
_Marks = NDArray[np.bool_]
# What a word on an edge means for a kind of trip, by how much it keeps out.
SHUT, PRIVATE, SIGNED, OPEN = range(4)
# The depth of a private stretch in stretches with a sign, of which nobody passes so many.
_GATE = 1 << 20
# What cannot be come to, or not be left, is the deepest.
_DEEPEST = _GATE << 20
_NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """How deep edges are on the way from them to the roads for all, and from these to them: (M, modes) each."""

    out: _Ints
    into: _Ints

    @property
    def local(self) -> NDArray[np.uint8]:
        """The bits (M,) of those who do not drive through each edge on the way between roads for all."""
        return np.packbits((self.out > 0) | (self.into > 0), axis=1, bitorder="little").reshape(-1)


class Streets:
    """Directed edges by the nodes at their ends u and v (M,), and their metres (M,)."""

    def __init__(self, u: _Ints, v: _Ints, length_m: NDArray[np.float64]) -> None:
        self._u, self._v, self._length_m = u, v, length_m
        self._nodes = int(max(u.max(), v.max())) + 1

    def depths(self, passage: NDArray[np.uint8]) -> Depth:
        """How deep edges are for each of MODES, by what it may do there (M, modes): 0 is what all drive through."""
        words = np.where(passage == Access.LOCAL, PRIVATE, np.where(passage == Access.OPEN, OPEN, SHUT))
        words[(passage == Access.LOCAL) & (passage[:, SIREN : SIREN + 1] == Access.OPEN)] = SIGNED
        out, into = (np.zeros(passage.shape, np.int64) for _ in range(2))
        main = np.zeros(len(passage), np.bool_)
        for mode in range(len(MODES)):
            if mode == SIREN:
                continue
            word = words[:, mode]
            # All kinds of trip drive through the same net where they can.
            seeds = self._main(word, main)
            main = main if mode else seeds
            start = np.where(seeds, 0, _NOWHERE)
            out[:, mode], into[:, mode] = self._from(start, word, back=True), self._from(start, word, back=False)
        # A siren goes by the depths of a car without the signs, and by its own where cars are shut out.
        word = words[:, SIREN]
        known = (words[:, 0] != SHUT) & (word != SHUT)
        part = self._parts(word != SHUT)
        alone = np.ones(self._nodes, np.bool_)
        alone[part[self._u[known]]] = False
        seeds = self._main(np.where(alone[part[self._u]], word, SHUT), main)
        for depth, back in ((out, True), (into, False)):
            start = np.where(known, depth[:, 0] // _GATE * _GATE, np.where(seeds, 0, _NOWHERE))
            depth[:, SIREN] = self._from(start, word, back=back)
        return Depth(np.where(words == SHUT, 0, out), np.where(words == SHUT, 0, into))

    def _main(self, word: _Ints, wanted: _Marks) -> _Marks:
        """The edges (M,) of the net of roads for all with most of what is `wanted` (M,), and else the longest, in each
        part that hangs together; where there is none for all, of those with a sign, and else of private ones.
        """
        part = self._parts(word > SHUT)
        within = (word > SHUT) & (part[self._u] == part[self._v])
        found = np.zeros(len(word), np.bool_)
        has_one = np.zeros(self._nodes, np.bool_)
        for least in (OPEN, SIGNED, PRIVATE):
            some = (word >= least) & within & ~has_one[part[self._u]]
            net = self._parts(some)
            some &= net[self._u] == net[self._v]
            if not some.any():
                continue
            of = net[self._u[some]]
            metres = np.bincount(of, self._length_m[some], self._nodes)
            wanted_m = np.bincount(of, (self._length_m * wanted)[some], self._nodes)
            nets, node = np.unique(of, return_index=True)
            of_part = part[self._u[some]][node]
            order = np.lexsort((metres[nets], wanted_m[nets], of_part))
            last = np.append(of_part[order][1:] != of_part[order][:-1], True)
            longest = np.full(self._nodes, _NOWHERE)
            longest[of_part[order[last]]] = nets[order[last]]
            found |= some & (net[self._u] == longest[part[self._u]])
            has_one[of_part] = True
        return found

    def _parts(self, used: _Marks) -> NDArray[np.int32]:
        """A number for each node of those from where each can come to the other over some edges."""
        tail, head = self._u[used], self._v[used]
        graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(self._nodes, self._nodes)).tocsr()
        label: NDArray[np.int32] = connected_components(graph, directed=True, connection="strong")[1]
        return label

    def _from(self, start: _Ints, word: _Ints, *, back: bool) -> _Ints:
        """The least depth (M,) at which each edge is come to from those whose `start` (M,) is known, which keep it, or
        at which these are come to from it (`back`): a gate or sign counts where one comes to it from what is none.
        """
        first, then = (self._v, self._u) if back else (self._u, self._v)
        known = start >= 0
        rest = np.flatnonzero(~known & (word != SHUT))
        if not len(rest):
            return np.where(known, start, 0)
        pays = np.select((word == PRIVATE, word == SIGNED), (_GATE, 1), 0)[rest]
        # A way out of a part, or into it, is none to the roads for all: nobody comes back by it.
        part = self._parts(word != SHUT)
        within = part[self._u] == part[self._v]
        # From a node one comes to what leads on from it, at the price of a word that one has not come by.
        order = np.argsort(first[rest], kind="stable")
        at = np.searchsorted(first[rest][order], np.arange(self._nodes + 1))
        ways = np.where(within[rest], at[then[rest] + 1] - at[then[rest]], 0)
        before = np.repeat(np.arange(len(rest)), ways)
        onto = order[np.repeat(at[then[rest]], ways) + np.arange(len(before)) - np.repeat(np.cumsum(ways) - ways, ways)]
        price = np.where(word[rest][before] == word[rest][onto], 0, pays[onto])
        # Those whose depth is known stand for a source, at each node by the least of theirs.
        least = np.full(self._nodes, _DEEPEST)
        ends = known & (word != SHUT) & within
        np.minimum.at(least, then[ends], start[ends])
        begins = np.flatnonzero(least[first[rest]] < _DEEPEST)
        # scipy takes a stored zero for a very short arc.
        graph: csr_array[np.float64, tuple[int, int]] = coo_array(
            (
                np.append(price, least[first[rest]][begins] + pays[begins]).astype(np.float64),
                (np.append(before, np.full(len(begins), len(rest))), np.append(onto, begins)),
            ),
            shape=(len(rest) + 1, len(rest) + 1),
        ).tocsr()
        far = dijkstra(graph, indices=len(rest))[:-1]  # type: ignore[call-overload]  # the stubs know no sparse array
        found = np.where(known, start, 0)
        found[rest] = np.where(np.isfinite(far), far, _DEEPEST).astype(np.int64)
        return found
