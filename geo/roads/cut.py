"""Ways of OpenStreetMap cut into pieces between their junctions, without pieces of no length."""

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.osm.access import MODES, Access, Passage
from geo.osm.read import OsmRoads
from geo.point import EARTH_M, M_PER_DEGREE
from geo.source import BuildError

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
# What stands for no node; the ids of editors are below nothing too.
_NO_REF = np.iinfo(np.int64).min
# So far from a node that is not open to all ends what leads to it.
_STEP_M = 2.0


class Cut:
    """The ways cut into pieces between junctions: rows start to end of the ways' points, and the numbers of their ends.

    A node is a junction where roads meet, where a road ends or leaves the area, and where a barrier stands. At a
    barrier every piece has an end of its own, so that no way leads across; where it is not open to all, the last step
    to it is a piece of its own, and `passed` (pieces, modes) says to whom. Nodes in one place that a way joins are one.
    """

    def __init__(self, roads: OsmRoads, inside: shapely.Geometry | None) -> None:
        ref, lonlat, way = _points(roads)
        passed = _gates(roads.passed, ref, way)
        self.ref, self.lonlat, way, beside = _beside_some(passed, ref, lonlat, way)
        ref, rows = self.ref, len(self.ref)
        known = ~np.isnan(self.lonlat[:, 0])
        if inside is not None:
            shapely.prepare(inside)
            known &= shapely.contains_xy(inside, self.lonlat[:, 0], self.lonlat[:, 1])
            if not known.any():
                raise BuildError(
                    "no road lies within the area: it takes lon, lat in degrees, within the region of the file"
                )
        self.without_place = int(np.isnan(self.lonlat[:, 0]).sum())
        onward = np.zeros(rows, np.bool_)
        onward[:-1] = known[:-1] & known[1:] & (way[:-1] == way[1:])
        back = np.concatenate(([False], onward[:-1]))
        node = _one_of_a_place(ref, self.lonlat, onward)
        _, of, uses = np.unique(np.where(known, node, _NO_REF), return_inverse=True, return_counts=True)
        of = of.reshape(-1)
        # A barrier at one of several nodes in a place stops a car at all of them.
        stopped = np.zeros(len(uses), np.bool_)
        stopped[of[np.isin(ref, np.fromiter(roads.blocked, np.int64, len(roads.blocked))) & known]] = True
        blocked = stopped[of]
        # Steps of no length, from a node to itself, lead nowhere: they are parts of the pieces around them.
        step = np.zeros(rows, np.bool_)
        step[:-1] = onward[:-1] & (of[:-1] == of[1:])
        junction = known & (onward | back) & ((uses[of] > 1) | blocked | beside | ~onward | ~back)
        at = np.flatnonzero(junction)
        goes_on = onward[at[:-1]] & ~step[at[:-1]]
        self.start, self.end = at[:-1][goes_on], at[1:][goes_on]
        self.way = way[self.start]
        self.passed = _passed(passed, ref, self.start, self.end)
        # Two rows of ends; at a barrier each its own number beyond those of the nodes.
        ends = np.concatenate((self.start, self.end))
        number = of[ends].astype(np.int64)
        shut = blocked[ends]
        number[shut] = rows + np.arange(int(shut.sum()))
        numbers, first, self.node = np.unique(number, return_index=True, return_inverse=True)
        self.node = self.node.reshape(-1)
        self.node_row = ends[first]
        # Which node each id of the file has become; of those that a barrier stops none.
        here = np.isin(of, numbers)
        self.node_of_ref = dict(zip(ref[here].tolist(), np.searchsorted(numbers, of[here]).tolist(), strict=True))
        self.barriers = len(np.unique(of[ends[shut]]))

    @property
    def running_m(self) -> _Floats:
        """Great-circle metres from the first point of all to each; only differences within a way mean something."""
        return running_m(self.lonlat)

    @property
    def lengths_m(self) -> _Floats:
        """Great-circle metres of each piece."""
        running = self.running_m
        metres: _Floats = running[self.end] - running[self.start]
        return metres


def running_m(lonlat: _Floats) -> _Floats:
    """Great-circle metres along points (n, 2) in degrees, from the first of all to each."""
    lon, lat = np.radians(lonlat).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    step = np.nan_to_num(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
    running: _Floats = np.concatenate((np.zeros(min(1, len(lonlat))), np.cumsum(step)))
    return running


def _points(roads: OsmRoads) -> tuple[_Ints, _Floats, _Ints]:
    """The id, place and way of each point of the ways; what comes twice in a row comes once."""
    ref, lonlat = roads.ref, roads.lonlat
    way = np.repeat(np.arange(len(roads.ways)), np.diff(np.asarray(roads.first)))
    again = np.zeros(len(ref), np.bool_)
    again[1:] = (ref[1:] == ref[:-1]) & (way[1:] == way[:-1])
    return ref[~again], lonlat[~again], way[~again]


def _gates(passed: Mapping[int, Passage], ref: _Ints, way: _Ints) -> Mapping[int, Passage]:
    """The nodes that are not open to all. A private gate drawn where three streets meet stands on one of them, and
    nobody knows on which: it makes nothing private.
    """
    joins = way[:-1] == way[1:]
    steps = np.append(joins, False).astype(np.int64) + np.insert(joins, 0, False)
    at = np.flatnonzero(np.isin(ref, np.fromiter(passed, np.int64, len(passed))))
    number, place = np.unique(ref[at], return_inverse=True)
    crossings = number[np.bincount(place.reshape(-1), weights=steps[at], minlength=len(number)) > 2]
    found = dict(passed)
    for node in crossings.tolist():
        car, siren, hearse = (Access.OPEN if may is Access.LOCAL else may for may in passed[node])
        found[node] = car, siren, hearse
    return {node: passage for node, passage in found.items() if min(passage) < Access.OPEN}


def _beside_some(
    passed: Mapping[int, Passage], ref: _Ints, lonlat: _Floats, way: _Ints
) -> tuple[_Ints, _Floats, _Ints, NDArray[np.bool_]]:
    """The points with more of them close before and after each node that is not open to all, and which are those."""
    at = np.flatnonzero(np.isin(ref, np.fromiter(passed, np.int64, len(passed))))
    # Each new point as the row it is close to and the one it lies towards; those after a node before those ahead of the
    # next, which may be in the same gap.
    near = np.concatenate((at[at + 1 < len(ref)], at[at > 0]))
    towards = np.concatenate((at[at + 1 < len(ref)] + 1, at[at > 0] - 1))
    step = lonlat[towards] - lonlat[near]
    metres = np.hypot(step[:, 0] * np.cos(np.radians(lonlat[near, 1])), step[:, 1]) * M_PER_DEGREE
    real = (way[near] == way[towards]) & (metres > 0.0)
    near, towards, step, metres = near[real], towards[real], step[real], metres[real]
    place = lonlat[near] + step * np.minimum(_STEP_M / metres, 1 / 3)[:, None]
    gap = np.maximum(near, towards)
    return (
        np.insert(ref, gap, _NO_REF + 1 + np.arange(len(gap))),
        np.insert(lonlat, gap, place, axis=0),
        np.insert(way, gap, way[near]),
        np.insert(np.zeros(len(ref), np.bool_), gap, True),
    )


def _passed(passed: Mapping[int, Passage], ref: _Ints, start: _Ints, end: _Ints) -> NDArray[np.uint8]:
    """What each may do at the nodes of each piece (pieces, modes): Access."""
    may = np.full((len(start), len(MODES)), Access.OPEN, np.uint8)
    at = np.flatnonzero(np.isin(ref, np.fromiter(passed, np.int64, len(passed))))
    for row in at.tolist():
        # A row is in the piece that it ends and in the one that it starts, or within one.
        last = int(np.searchsorted(start, row, side="right")) - 1
        for piece in (last - 1, last):
            if piece >= 0 and start[piece] <= row <= end[piece]:
                may[piece] = np.minimum(may[piece], passed[int(ref[row])])
    return may


def _one_of_a_place(ref: _Ints, lonlat: _Floats, onward: NDArray[np.bool_]) -> _Ints:
    """The id (n,) that stands for each point's node: one for all nodes in a place that ways join without a length."""
    at = np.flatnonzero(onward[:-1] & (lonlat[:-1] == lonlat[1:]).all(axis=1))
    if not len(at):
        return ref
    refs, number = np.unique(np.concatenate((ref[at], ref[at + 1])), return_inverse=True)
    tail, head = np.split(number.reshape(-1), 2)
    joined = coo_array((np.ones(len(at), np.int8), (tail, head)), shape=(len(refs), len(refs)))
    _, label = connected_components(joined, directed=False)
    _, first = np.unique(label, return_index=True)
    place = np.minimum(np.searchsorted(refs, ref), len(refs) - 1)
    return np.where(refs[place] == ref, refs[first[label[place]]], ref)
