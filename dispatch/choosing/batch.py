"""Serving several open requests at once: who comes first is served first, and together they wait least."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

# How much a minute of waiting weighs by the place in the order (red, yellow, body, stable, booked); own figures.
WEIGHTS = (8.0, 4.0, 2.0, 1.0, 1.0)


def assign_together(
    needs: Sequence[tuple[str, int]], arrivals: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[str, ...]]:
    """Which vehicles each request gets.

    `needs` are (request, level), once for every vehicle that it needs, in the order in which they are served;
    `arrivals` are seconds by request and vehicle of those that may go at once. As many as possible are served, in that
    order: nobody is left out for somebody behind; among all ways to do so the one whose weighted waiting is least.
    """
    vehicles = sorted({vehicle for found in arrivals.values() for vehicle in found})
    if not needs or not vehicles:
        return {}
    seconds = np.full((len(needs), len(vehicles)), np.inf)
    for row, (request, _) in enumerate(needs):
        for column, vehicle in enumerate(vehicles):
            seconds[row, column] = arrivals.get(request, {}).get(vehicle, np.inf)
    served = _served(np.isfinite(seconds))
    if not served:
        return {}
    weights = np.array([WEIGHTS[min(level, len(WEIGHTS) - 1)] for _, level in needs])
    cost = seconds[served] * weights[served, None]
    finite = np.isfinite(cost)
    # A pair that cannot be costs more than any set of pairs that can.
    cost = np.where(finite, cost, cost[finite].sum() + 1.0)
    rows, columns = linear_sum_assignment(cost)
    found: dict[str, tuple[str, ...]] = {}
    for row, column in sorted(zip(rows.tolist(), columns.tolist(), strict=True)):
        request = needs[served[row]][0]
        found[request] = (*found.get(request, ()), vehicles[column])
    return found


def _served(able: NDArray[np.bool_]) -> list[int]:
    """The rows that can be served at once, taken greedily in their order by augmenting paths.

    The sets of rows that can be matched are the independent sets of a (transversal) matroid, so that taking each row
    that still fits leaves nobody out for somebody behind.
    """
    holder = [-1] * able.shape[1]

    def place(row: int, seen: set[int]) -> bool:
        for column in np.flatnonzero(able[row]).tolist():
            if column in seen:
                continue
            seen.add(column)
            if holder[column] < 0 or place(holder[column], seen):
                holder[column] = row
                return True
        return False

    return [row for row in range(able.shape[0]) if place(row, set())]
