"""Vehicles in the buckets of a hierarchy: the soonest eligible ones, found in microseconds while all of them move.

Each vehicle's label (the hubs over which every way from its vertex leads) is entered in the hubs' buckets, sorted; a
target climbs to its own hubs and reads their buckets until nothing soonest can follow. Where few are eligible, their
own labels are read instead, so that the rare vehicle is found as fast as the common one. After the bucket-based search
in Buchhold and Wagner, "Nearest-Neighbor Queries in Customizable Contraction Hierarchies and Applications" (SEA 2021).
"""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.search import bucket_kernels, label_kernels
from geo.search.hierarchy import NEVER, Customized, Hierarchy
from geo.search.label_kernels import SIDES

__all__ = ["SIDES", "Buckets", "Soonest", "warm_up"]

# So many vehicles change their labels before the lock is released, so that a question can be answered between.
_AT_ONCE = 64
# Beyond this share of all labels it is faster to make all of them anew, each bucket sorted once.
_ANEW = 0.25
# See bucket_kernels.soonest.
_LABELS_COST_LESS = 0.1

_Ints = NDArray[np.int64]
_Whole = NDArray[np.integer[Any]]
_Eligible = NDArray[np.bool_] | _Whole | None
_NOWHERE = np.zeros((3, 0), np.int64)


class Soonest(NamedTuple):
    """The vehicles found, soonest first, equal ones by number: vehicle and travel_ms (without wait), (n,) each."""

    vehicle: NDArray[np.int64]
    travel_ms: NDArray[np.int64]


class _Labels(NamedTuple):
    """Labels and buckets as label_kernels describes them, and the weights that they hold for."""

    custom: Customized
    slots: NDArray[np.int32]
    hubs: NDArray[np.int32]
    buckets: NDArray[np.int32]
    keys: NDArray[np.int64]
    used: NDArray[np.int64]


class Buckets:
    """`count` vehicles, numbered from 0, under one set of weights; one lock is held for microseconds at a time.

    A vehicle stands on up to SIDES places, each a vertex, the ms until it is there and the street that leads there
    (the two directions of one street, as a rule); before its first place it is nowhere and never found.
    """

    def __init__(self, custom: Customized, count: int) -> None:
        if count < 0:
            raise ValueError(f"there cannot be {count} vehicles")
        vertices = custom.hierarchy.vertex_count
        self.count = count
        self._scratch = np.full((2, vertices), NEVER, np.int32)
        self._mark = np.full(vertices, -1, np.int32)
        self._hub = np.empty((3, vertices), np.int32)
        self._all, self._eligible = np.ones(count, np.bool_), np.zeros(count, np.bool_)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._keep(_filled(custom, label_kernels.empty_slots(count)))

    def place(
        self, index: ArrayLike, vertices: ArrayLike, streets: ArrayLike, ms: ArrayLike, wait_ms: ArrayLike | None = None
    ) -> None:
        """Put vehicles (n,) on places (n, P), P at most SIDES: vertices, -1 for none, and the ms until each is reached.

        streets (n, P): numbers of the directed streets on which the vehicle is bound for the vertices, -1 for none.
        wait_ms (n,), none when None, pass before a vehicle moves and count in who is soonest. Along the same street
        only ms change and this is a write; labels are made for vertices that are new to the vehicle. All vertices -1
        takes a vehicle away. Raises ValueError, and changes nothing, for a bad number.
        """
        who = self._vehicles(index)
        places = (*self._places(who, vertices, streets, ms), _waits(len(who), wait_ms))
        with self._writing:
            if len(who) > _AT_ONCE:
                slots = self._labels.slots.copy()
                many = label_kernels.place(who, *places, slots, np.empty(len(who) * SIDES, np.int64))
                if many > _ANEW * np.count_nonzero(slots[:, 0] >= 0):
                    anew = _filled(self._labels.custom, slots)
                    with self._lock:
                        self._keep(anew)
                    return
            for at in range(0, len(who), _AT_ONCE):
                some = slice(at, at + _AT_ONCE)
                self._change(label_kernels.move, who[some], *(column[some] for column in places))

    def move(self, kernel: Callable[..., Any], *given: object) -> None:
        """Put vehicles where a compiled move that begins with `given` and goes on as label_kernels.move puts them.

        Nothing is looked at for bad numbers here.
        """
        with self._writing:
            self._change(kernel, *given)

    def nearest(
        self, target: ArrayLike, *, most: int | None, eligible: _Eligible = None, on: ArrayLike = _NOWHERE
    ) -> Soonest:
        """The `most` soonest eligible vehicles (all when None) to a target: (2, n) vertices and the ms from each to it.

        eligible: (count,) bool or (m,) indices, None for all. on (3, s): streets that the target is on, the vertices
        that they lead to and the ms from the target on to those: who is on the same street before the target comes
        straight. Who cannot come is left out. Raises ValueError for a bad number.
        """
        net = self._labels.custom.hierarchy
        vertices, streets = _rows(2, target), _rows(3, on)
        if streets.size and streets[0].min() < 0:
            raise ValueError(f"streets that the target is on are numbered from 0: {streets[0].min()} given")
        seeds = np.array(net.seeds(*vertices), np.int32)
        ahead = np.array((streets[0], *net.seeds(*streets[1:])), np.int64)
        return Soonest(*self.ask(bucket_kernels.soonest, most, eligible, seeds, ahead))

    def ask(self, kernel: Callable[..., Any], most: int | None, eligible: _Eligible, *given: object) -> Any:  # noqa: ANN401  # as the kernel answers
        """What a compiled search that begins with `given` and goes on as bucket_kernels.soonest answers."""
        if most is not None and most < 0:
            raise ValueError(f"there cannot be {most} soonest vehicles")
        marks = self._all if eligible is None else eligible
        if marks.dtype.kind != "b":
            index, marks = self._vehicles(marks), np.zeros(self.count, np.bool_)
            marks[index] = True
        if marks.shape != self._all.shape:
            raise ValueError(f"{self.count} vehicles take as many marks of who is eligible, not {marks.shape}")
        with self._lock:
            # One own array for all questions is among the arguments that are kept ready, and of the kind for which the
            # loops are compiled, whatever is given.
            self._eligible[:] = marks
            return kernel(*given, self.count if most is None else most, *self._searched)

    def _change(self, kernel: Callable[..., Any], *given: object) -> None:
        labels = self._labels
        with self._lock:
            custom, dist = labels.custom, self._scratch[0]
            hubs, keys = kernel(*given, *labels[1:], self._mark, *custom.forward, *custom.backward, dist, *self._hub)
            self._keep(labels._replace(hubs=hubs, keys=keys))

    def _keep(self, labels: _Labels) -> None:
        self._labels = labels
        # Kept ready: where the processor's caches are cold, to gather it takes longer than to find the soonest.
        fixed = _LABELS_COST_LESS, self._eligible, self._scratch, *labels.custom.backward
        self._searched = (*fixed, labels.slots, labels.hubs, labels.buckets, labels.keys)

    def _vehicles(self, given: ArrayLike) -> _Ints:
        index = np.atleast_1d(np.asarray(given))
        if index.size and (index.dtype.kind not in "iu" or index.min() < 0 or index.max() >= self.count):
            raise ValueError(f"vehicles are numbered 0 to {self.count - 1}: {index.min()} to {index.max()} given")
        return index.astype(np.int64)

    def _places(self, who: _Ints, *given: ArrayLike) -> list[NDArray[np.int32]]:
        """Ranks, streets and ms."""
        columns = [np.asarray(one) for one in given]
        shape = columns[0].shape
        if len(shape) != 2 or any(one.shape != shape for one in columns) or shape[0] != len(who) or shape[1] > SIDES:
            raise ValueError(f"{len(who)} vehicles take as many rows of up to {SIDES} vertices, streets and ms")
        vertices, streets, ms = columns
        there = vertices != -1
        if streets.size and (streets.dtype.kind not in "iu" or streets.min() < -1 or streets.max() >= 2**31):
            raise ValueError(f"streets are whole numbers from -1: {streets.min()} to {streets.max()} given")
        ranks, offset = np.full(shape, -1, np.int32), np.zeros(shape, np.int32)
        ranks[there], offset[there] = self._labels.custom.hierarchy.seeds(vertices[there], ms[there])
        return [ranks, streets.astype(np.int32), offset]


def warm_up(progress: Callable[[str], None]) -> None:
    """Compile all loops of the hierarchy and its buckets, or load them where an earlier start kept them on disk."""
    progress("preparing the road hierarchy; the first time this takes about half a minute")
    hierarchy = Hierarchy.build(np.array([0, 1, 2], np.int32), np.array([1, 0], np.int32), np.array([0, 1], np.int32))
    custom = hierarchy.customize(np.array([1, 1], np.int32))
    custom.way(0, 0, 1, 0)
    custom.times_from(0, 0)
    custom.matrix(0, 1)
    buckets = Buckets(custom, 1)
    buckets.place(0, [[0]], [[0]], [[0]])
    buckets.nearest([[1], [0]], most=1)
    progress("the road hierarchy is ready")


def _filled(custom: Customized, slots: NDArray[np.int32]) -> _Labels:
    """All labels made anew, in arrays of their own, so that questions can be answered by the old ones meanwhile."""
    return _Labels(custom, slots, *label_kernels.fill(slots, *custom.forward, *custom.backward))


def _rows(rows: int, given: ArrayLike) -> _Ints:
    """Whole numbers, as many in each row: (rows, n)."""
    try:
        table = np.asarray(given)
    except ValueError:
        table = np.zeros(0)
    if table.ndim != 2 or len(table) != rows or (table.size and table.dtype.kind not in "iu"):
        raise ValueError(f"vertices, streets and ms are whole numbers, as many of one as of the other, in {rows} rows")
    # As the loops are compiled for: a question must not wait for them to be compiled for another kind of array.
    return np.require(table, np.int64, ("C", "A", "W"))


def _waits(count: int, given: ArrayLike | None) -> NDArray[np.int32]:
    """The ms (count,) that as many vehicles wait."""
    if given is None:
        return np.zeros(count, np.int32)
    waits = np.asarray(given)
    if waits.shape != (count,) or waits.dtype.kind not in "iu":
        raise ValueError(f"{count} vehicles take as many wait_ms, whole ones")
    if count and not (waits.min() >= 0 and waits.max() < NEVER):
        raise ValueError(f"wait_ms go from 0 to {NEVER - 1}: {waits.min()} to {waits.max()} given")
    return waits.astype(np.int32)
