"""Where snapped positions stand on the directed edges of a network: both directions of a two-way street."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads.graph import CLOSED_MS, Weights
from geo.roads.network import Network
from geo.search.snap import Snaps


@dataclass(frozen=True, slots=True, eq=False)
class Stands:
    """Places on directed edges: edge (n,), fraction from its start (n,), and the row of the position asked for (n,)."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    of: NDArray[np.int64]


def stand(network: Network, weights: Weights, snaps: Snaps, index: NDArray[np.int64]) -> Stands:
    """The places of the snapped positions named by `index` (n,), none off the roads; none along closed edges."""
    edge, fraction = snaps.edge[index], snaps.fraction[index]
    twin = network.edge_twin[edge]
    two = np.flatnonzero(twin >= 0)
    edges = np.concatenate((edge, twin[two]))
    open_ = weights.edge_ms[edges] < CLOSED_MS
    edges = edges[open_]
    fractions = np.concatenate((fraction, 1.0 - fraction[two]))[open_]
    of = np.concatenate((np.arange(len(index)), two))[open_]
    if weights.graph.turn_aware:
        return Stands(edges, fractions, of)
    # Who stands on a node at the end of one direction stands there in the other too, also if the two round apart.
    other = network.edge_twin[edges]
    ms = np.floor(weights.edge_ms[edges] * fractions + 0.5)
    at_end = ms == weights.edge_ms[edges]
    beyond = np.flatnonzero((other >= 0) & (at_end | (ms == 0)))
    return Stands(
        np.concatenate((edges, other[beyond])),
        np.concatenate((fractions, np.where(at_end[beyond], 0.0, 1.0))),
        np.concatenate((of, of[beyond])),
    )
