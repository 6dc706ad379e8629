"""Where a vehicle stops for a door, and how far the crew walks from there: along foot ways, over no water.

A stop is a point of a street where a door may be. The walk from it goes along the walking network and off it at its
ends: straight to the door, and straight over a gap of a few metres between the end of a way and a street. Metres off
all ways weigh more, for they lead through yards and walls; of all stops the one whose walk weighs least is taken, and
straight to the nearest street is a walk too, whose time alone is not counted at walking pace.
"""

import threading

import numpy as np
from numpy.typing import NDArray

from geo.point import Bounds
from geo.roads.foot import WALK_KPH, Footways
from geo.search import walk_kernels
from geo.search.cells import Shapes, along_of, cells_of

# These four are this project's choice.
OFF_WAYS_WEIGHT = 5  # between two streets 100 m apart, one goes along an alley rather than through 20 m of houses
LOOK_M = 500.0  # so far from a door there may be a way to it
GAP_M = 15.0  # an alley that ends so near to a street leads to it, though nobody has drawn the last step
MOST_M = 3_000.0  # what a walk weighs at most, some 36 minutes: beyond that the street that is nearest is said
MS_PER_M = 3_600.0 / WALK_KPH

_Floats = NDArray[np.float64]
# As geo.search.snap has them: cells of the streets with doors that are open, and where on its edge each point is.
_Streets = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32], _Floats]


class Walks:
    """Finds the stop for a door; it holds a lock, for it works in arrays that are made once."""

    def __init__(self, foot: Footways, streets: Shapes, bounds: Bounds) -> None:
        """`streets` are all edges of the network that are driven, whichever of them are open."""
        count, ways = len(foot.node_lon), len(foot.tail)
        shapes = foot.shape_start, foot.shape_lon, foot.shape_lat
        every = np.arange(ways, dtype=np.int32)
        cells = cells_of(shapes, every, bounds, limit_m=LOOK_M)
        node = np.concatenate((foot.tail, foot.head))
        first = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=count)))).astype(np.int64)
        arcs = np.concatenate((every, every))[np.argsort(node, kind="stable")]
        graph = foot.tail, foot.head, foot.length_m, foot.ms, first, arcs, foot.node_lon, foot.node_lat
        water = foot.water_start, foot.water_lon, foot.water_lat
        courses = np.arange(len(foot.water_start) - 1, dtype=np.int32)
        self._streets, self._water = streets, cells_of(water, courses, bounds, limit_m=LOOK_M)
        self._walks = (*cells, along_of(shapes), *graph)
        self._weights = np.array((OFF_WAYS_WEIGHT, MS_PER_M, LOOK_M, GAP_M, MOST_M * MS_PER_M))
        far = np.full(count, walk_kernels.FAR, np.int64)
        self._room = far, np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
        self._lock = threading.Lock()

    def put_stops(
        self,
        lon: _Floats,
        lat: _Floats,
        snapped: tuple[NDArray[np.int32], _Floats, _Floats, NDArray[np.int64]],
        streets: _Streets,
    ) -> NDArray[np.bool_]:
        """Put the stops of doors (n,) in degrees in place of what they snap to, and say which doors (n,) that changed.

        snapped: edge, fraction of it, metres to the door (along the walk, where there is one) and ms on foot, each
        (n,). streets: those with doors that are open.
        """
        with self._lock:
            changed: NDArray[np.bool_] = walk_kernels.stops(
                lon, lat, *snapped, streets, self._streets, self._walks, self._water, self._weights, self._room
            )
        return changed


def is_walked(foot: Footways) -> bool:
    """Whether there is anything that a walk may depend on."""
    return len(foot.tail) > 0 or len(foot.water_start) > 1
