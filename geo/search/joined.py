"""Which positions a road leads from to another, whoever is soonest."""

import numpy as np
from numpy.typing import NDArray

from geo.roads.graph import CLOSED_MS
from geo.search.engine import Engine
from geo.search.snap import Snaps


def joined(engine: Engine, vehicles: Snaps, target: Snaps, *, metric: str) -> NDArray[np.bool_]:
    """From which of n snapped positions (n,) a way leads to the one of `target`; from none off the roads.

    Within one part of the network (Metric.part) there is one; of the others every way is looked for.
    """
    found = np.zeros(len(vehicles), np.bool_)
    if target.edge[0] < 0 or not len(vehicles):
        return found
    chosen = engine.metric(metric)
    sides, seeds = chosen.leave(vehicles), chosen.arrive(target).seeds
    there = np.unique(chosen.part[seeds[0][seeds[1] < CLOSED_MS]])
    out = (sides.vertex >= 0) & (sides.ms < CLOSED_MS)
    found[:] = (out & np.isin(chosen.part[sides.vertex], there)).any(axis=1)
    left = np.flatnonzero(~found & (vehicles.edge >= 0))
    if len(left):
        found[left] = engine.matrix(vehicles.some(left), target, metric=metric)[:, 0] < CLOSED_MS
    return found
