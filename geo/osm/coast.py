"""The sea of a map: OpenStreetMap draws coasts as lines with the land on their left (wiki: Tag:natural=coastline)."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.point import Bounds
from geo.source import Progress

# A point so far to the side of the coast, in degrees (some ten metres), is in the sea or on the land.
_ASIDE = 1e-4


def sea_of(coast: NDArray[Any], box: Bounds, progress: Progress) -> list[Any]:
    """The areas of a box (west, south, east, north in degrees) that lie to the right of the lines of the coast.

    Where the coast neither closes nor crosses the box nothing can be told, and nothing is drawn.
    """
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(coast))) if len(coast) else coast
    if not len(lines):
        return []
    inside = shapely.box(*box)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([*lines, inside.exterior])]))
    faces = faces[shapely.intersects(inside, shapely.point_on_surface(faces))]
    votes = np.zeros(len(faces), np.int64)
    tree = shapely.STRtree(faces)
    for side, vote in ((1.0, 1), (-1.0, -1)):
        beside = _beside(shapely.get_parts(coast), side * _ASIDE)
        _, face = tree.query(shapely.points(beside), predicate="within")
        votes += vote * np.bincount(face, minlength=len(faces))
    told = [face for face, vote in zip(faces.tolist(), votes.tolist(), strict=True) if vote > 0]
    if not told:
        progress("left out: the sea, whose coast ends within the file")
    return told


def _beside(lines: NDArray[Any], aside: float) -> NDArray[np.float64]:
    """A point to the right of (or, where negative, left of) the middle of each stretch."""
    found = []
    for line in lines:
        points = shapely.get_coordinates(line)
        step = np.diff(points, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        step, middle = step[length > 0], ((points[1:] + points[:-1]) / 2)[length > 0]
        right = np.column_stack((step[:, 1], -step[:, 0])) / length[length > 0][:, None]
        found.append(middle + right * aside)
    return np.concatenate(found)
