"""Vehicles that stand on the roads and move, in the buckets of each metric, so that questions find them at once."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.search import standing_kernels
from geo.search.buckets import Buckets, Soonest
from geo.search.engine import Engine
from geo.search.nearest import Arrivals
from geo.search.snap import Snapper, Snaps

# So many move before the lock is released, so that a question can be answered between.
_AT_ONCE = 64

_Ints = NDArray[np.int64]
_Eligible = NDArray[np.bool_] | _Ints | None


class _Ready(NamedTuple):
    """The buckets of one metric, and what standing_kernels take of its roads for a question and for a move."""

    buckets: Buckets
    asking: tuple[Any, ...]
    leaving: tuple[Any, ...]


class Standing:
    """`count` vehicles, numbered from 0, on an engine's roads; nowhere until they are moved somewhere.

    From where it is to the road a vehicle goes `access_kph`; that time counts in who is soonest.
    """

    def __init__(self, engine: Engine, snapper: Snapper, count: int, *, access_kph: float) -> None:
        self.engine, self.snapper, self.count = engine, snapper, count
        self._access_kph = access_kph
        self._position = np.full((2, count), np.nan)
        self._snaps = Snaps(np.full(count, -1, np.int32), np.zeros(count), np.zeros(count))
        self._ready: dict[str, _Ready] = {}
        self._lock = threading.Lock()
        self._preparing = threading.Lock()

    def move(self, index: _Ints, lon: NDArray[Any], lat: NDArray[Any]) -> None:
        """Put vehicles (n,), each once, at positions (n,) in degrees; far from any road or at NaN they are nowhere."""
        with self._lock:
            self._position[:, index] = lon, lat
        self.place(index, self.snapper.snap(lon, lat))

    def place(self, index: _Ints, snaps: Snaps) -> None:
        """Put vehicles (n,), each once, at snapped positions."""
        for at in range(0, len(index), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            who, placed = index[part], snaps.some(part)
            with self._lock:
                self._snaps.edge[who] = placed.edge
                self._snaps.fraction[who] = placed.fraction
                self._snaps.distance_m[who] = placed.distance_m
                wait_ms = self._wait_ms(placed)
                for ready in self._ready.values():
                    ready.buckets.move(
                        standing_kernels.move, who, placed.edge, placed.fraction, wait_ms, *ready.leaving
                    )

    def prepare(self, metric: str) -> None:
        """Put all into the buckets of a metric; until then questions are answered by searches that take longer.

        Raises KeyError for an unknown metric.
        """
        chosen = self.engine.metric(metric)
        with self._preparing:
            if metric in self._ready:
                return
            with self._lock:
                before = self._snaps.some(np.arange(self.count))
            buckets, ranked = Buckets(chosen.custom, self.count), chosen.ranked()
            self._put(buckets, np.arange(self.count), before, metric)
            with self._lock:
                now = self._snaps
                same = (before.edge == now.edge) & (before.fraction == now.fraction)
                index = np.flatnonzero(~(same & (before.distance_m == now.distance_m)))
                self._put(buckets, index, now.some(index), metric)
                self._ready[metric] = _Ready(buckets, asking=(*self.snapper.door_parts, *ranked), leaving=ranked)

    def nearest(self, target: Snaps, eligible: _Eligible, *, most: int | None, metric: str) -> Arrivals:
        """The `most` soonest of the eligible, a mask (count,) or numbers, all when None, to the one snapped position.

        As NearestSearch.nearest; distance_m is the length of the way. Raises KeyError for an unknown metric.
        """
        soonest = self._soonest(target, eligible, most, metric)
        if soonest is None:
            return self._search(target, eligible, most, metric)
        found, placed = soonest
        return Arrivals(*found, self.engine.metres(placed, target, metric), placed.distance_m)

    def nearest_at(
        self, lon: float, lat: float, eligible: _Eligible, *, most: int | None, metric: str
    ) -> tuple[Arrivals, Snaps]:
        """As `nearest` to a door in degrees, in one compiled call as a rule, and where that snaps.

        distance_m is NaN where no way was walked for its length.
        """
        walked = self.snapper.walk(lon, lat)
        if walked is not None:
            return self._from_stop(walked, eligible, most, metric), walked
        ready = self._ready.get(metric)
        if ready is not None:
            with self._lock:
                answer, edge, fraction, metres = ready.buckets.ask(
                    standing_kernels.ask, most, eligible, lon, lat, *ready.asking
                )
                placed = None if answer is None or edge < 0 else self._snaps.some(answer[0])
            if placed is not None:
                target = Snaps(np.array([edge], np.int32), np.array([fraction]), np.array([metres]))
                return Arrivals(answer[0], answer[1], np.full(len(placed), np.nan), placed.distance_m), target
        target = self.snapper.snap_doors(np.array([lon]), np.array([lat]))
        if ready is not None and answer is not None:  # far from every road but perhaps a motorway
            return self.nearest(target, eligible, most=most, metric=metric), target
        return self._search(target, eligible, most, metric), target

    def over(self, engine: Engine, snapper: Snapper, count: int) -> "Standing":
        """The same vehicles, with room for `count`, on other roads, not prepared for any metric."""
        other = Standing(engine, snapper, count, access_kph=self._access_kph)
        other.catch_up(self)
        return other

    def positions(self) -> NDArray[np.float64]:
        """Where all are: (2, count) lon and lat in degrees, NaN for those that were never moved."""
        with self._lock:
            return self._position.copy()

    def catch_up(self, before: "Standing") -> None:
        """Move the vehicles that are elsewhere than in the one that this one is made from."""
        position = before.positions()
        index = np.flatnonzero((self._position[:, : before.count] != position).any(axis=0) & ~np.isnan(position[0]))
        self.move(index, position[0, index], position[1, index])

    def _put(self, buckets: Buckets, index: _Ints, snaps: Snaps, metric: str) -> None:
        buckets.place(index, *self.engine.metric(metric).leave(snaps), self._wait_ms(snaps))

    def _wait_ms(self, snaps: Snaps) -> NDArray[np.int32]:
        return snaps.access_ms(self._access_kph).astype(np.int32)

    def _soonest(
        self, target: Snaps, eligible: _Eligible, most: int | None, metric: str
    ) -> tuple[Soonest, Snaps] | None:
        """The soonest from the buckets and where they stand, None where these are not ready or do not know the way."""
        if metric not in self._ready:
            return None
        ways = self.engine.metric(metric).arrive(target)
        if ways.is_cut:
            return None
        with self._lock:
            found = self._ready[metric].buckets.nearest(ways.seeds, most=most, eligible=eligible, on=ways.on)
            return found, self._snaps.some(found.vehicle)

    def _from_stop(self, target: Snaps, eligible: _Eligible, most: int | None, metric: str) -> Arrivals:
        """As `nearest`, but no way is walked for its length."""
        soonest = self._soonest(target, eligible, most, metric)
        if soonest is None:
            return self._search(target, eligible, most, metric)
        found, stands = soonest
        return Arrivals(*found, np.full(len(stands), np.nan), stands.distance_m)

    def _search(self, target: Snaps, eligible: _Eligible, most: int | None, metric: str) -> Arrivals:
        """Outwards from the target: that waits for nothing to be made ready, and knows every piece of a cut street."""
        mask = np.zeros(self.count, np.bool_)
        mask[slice(None) if eligible is None else eligible] = True
        with self._lock:
            wait_ms = self._snaps.access_ms(self._access_kph)
            return self.engine.search.nearest(target, self._snaps, mask, most=most, metric=metric, wait_ms=wait_ms)


def warm_up(engine: Engine, snapper: Snapper, progress: Callable[[str], None]) -> None:
    """Compile all loops that answers are found by, or load them where an earlier start kept them on disk."""
    progress("preparing the road search; the first time this takes about a minute")
    network, metric = engine.network, min(engine.network.metrics)
    one, lon, lat = np.zeros(1, np.int64), network.node_lon[:1], network.node_lat[:1]
    standing = Standing(engine, snapper, 1, access_kph=1.0)
    target = snapper.snap(lon, lat)
    standing.nearest(target, one, most=1, metric=metric)
    standing.prepare(metric)
    standing.move(one, lon, lat)
    standing.nearest(target, one, most=1, metric=metric)
    standing.nearest_at(float(lon[0]), float(lat[0]), one, most=1, metric=metric)
    for most in (1, None):
        engine.nearest(target, target, None, most=most, metric=metric)
    progress("the road search is ready")
