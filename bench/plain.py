"""A network's edges sorted by the node that they leave: nodes as vertices, as any plain Dijkstra takes them."""

import numpy as np
from numpy.typing import NDArray

from geo.network import Network


def leaving(network: Network) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """start (N+1,) and edge (M,) int32: the edges edge[start[v]:start[v+1]] leave node v."""
    start = np.zeros(network.node_count + 1, np.int32)
    np.cumsum(np.bincount(network.edge_from, minlength=network.node_count), out=start[1:])
    return start, np.argsort(network.edge_from, kind="stable").astype(np.int32)
