"""What benchmarks share: the network of a file, its edges by the node that they leave, the time of a call."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.roads.network import Network, NetworkFileError, open_network

P = ParamSpec("P")
T = TypeVar("T")


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


def cpu_ms(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[float, T]:
    """The CPU ms of one call in this process, and what it returned."""
    began = time.process_time_ns()
    found = work(*args, **kwargs)
    return (time.process_time_ns() - began) / 1e6, found
