"""The two directions of a street."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def twins(
    edge_from: NDArray[np.int64], edge_to: NDArray[np.int64], shapes: Sequence[NDArray[np.int32]]
) -> NDArray[np.int32]:
    """For each edge the one that runs over the same points the other way, or -1."""
    twin = np.full(len(edge_from), -1, np.int32)
    waiting: dict[tuple[int, int, bytes], list[int]] = {}
    for edge, shape in enumerate(shapes):
        u, v = int(edge_from[edge]), int(edge_to[edge])
        others = waiting.get((v, u, shape[::-1].tobytes()))
        if others:
            other = others.pop()
            twin[edge], twin[other] = other, edge
        else:
            waiting.setdefault((u, v, shape.tobytes()), []).append(edge)
    return twin
