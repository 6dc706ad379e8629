"""What benchmarks take of a network file, and its edges by the node that they leave, as any plain Dijkstra has them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.roads.network import Network, NetworkFileError, open_network


def leaving(network: Network) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """start (N+1,) and edge (M,) int32: the edges edge[start[v]:start[v+1]] leave node v."""
    start = np.zeros(network.node_count + 1, np.int32)
    np.cumsum(np.bincount(network.edge_from, minlength=network.node_count), out=start[1:])
    return start, np.argsort(network.edge_from, kind="stable").astype(np.int32)


def open_roads(path: Path) -> Network:
    """The network of a file; ends the benchmark with what is wrong where it is none."""
    try:
        return open_network(path)
    except NetworkFileError as error:
        raise SystemExit(str(error)) from error
