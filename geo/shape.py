"""A shape drawn on the map, an area, a line or a point: it means the streets there."""

from dataclasses import dataclass
from enum import StrEnum

from geo.point import Point


class ShapeKind(StrEnum):
    """What a shape is."""

    AREA = "area"
    LINE = "line"
    POINT = "point"


FEWEST = {ShapeKind.AREA: 3, ShapeKind.LINE: 2, ShapeKind.POINT: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The corners of an area (its first one is not said again at the end), of a line, or the one point. Raises
    ValueError if there are too few different points for its kind, or a point of more than one.
    """

    kind: ShapeKind
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        fewest = FEWEST[self.kind]
        if len(set(self.points)) < fewest or (self.kind is ShapeKind.POINT and len(self.points) > 1):
            exactly = "exactly" if self.kind is ShapeKind.POINT else "at least"
            raise ValueError(f"{self.kind.value} takes {exactly} {fewest} different points, got {len(self.points)}")
