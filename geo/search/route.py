"""The way along the road between two positions, with geometry, length and street names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.search.engine import Engine
from geo.search.snap import Snaps


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """points: (n, 2) lon, lat in travel order; `streets` in order, a street once in a row, unnamed ones left out."""

    points: NDArray[np.float64]
    travel_ms: int
    distance_m: float
    streets: tuple[str, ...]


def find_route(engine: Engine, origin: Snaps, target: Snaps, *, metric: str) -> Route | None:
    """The quickest way from one snapped position to another, or None where there is none."""
    drive = engine.way(origin, target, metric=metric)
    if drive is None:
        return None
    network = engine.network
    lines = [_part(network.shape(edge), start, end) for edge, start, end in drive.pieces]
    points = np.concatenate(lines)
    moved = np.concatenate(([True], np.any(np.diff(points, axis=0) != 0.0, axis=1)))
    streets: list[str] = []
    for edge, start, end in drive.pieces:
        name = network.names[network.edge_name[edge]]
        if name and start < end and streets[-1:] != [name]:
            streets.append(name)
    return Route(points[moved], drive.travel_ms, drive.distance_m, tuple(streets))


def _part(shape: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """The part of a line between two fractions of its length."""
    scale = np.array([np.cos(np.radians(shape[0, 1])), 1.0])
    steps = np.hypot(*(np.diff(shape, axis=0) * scale).T)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    if along[-1] == 0.0:
        return shape[:1]
    along /= along[-1]
    inner = shape[(along > start) & (along < end)]
    cut = [[np.interp(at, along, shape[:, 0]), np.interp(at, along, shape[:, 1])] for at in (start, end)]
    return np.vstack((cut[:1], inner, cut[1:]))
