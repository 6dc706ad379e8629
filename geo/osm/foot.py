"""Reading where one may walk, and the water that nobody walks through, from an OpenStreetMap file."""

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.osm.access import PRIVATE, SHUT
from geo.osm.deleted import Object, deleted_in
from geo.osm.ground import is_water
from geo.osm.read import UNKNOWN, find_places
from geo.osm.tags import BY_WORD, ROADS, Tags, read_tags, road_of, words_of
from geo.osm.text import each_of, members_of, tags_of
from geo.point import Bounds

_WATER_KEYS = ("natural", "waterway", "landuse")
# No pavement runs along these: one walks there only where a word says so.
_NOT_WALKED = frozenset({"motorway", "motorway_link", "busway"})
_WALKED = (frozenset(ROADS) | BY_WORD | {"steps", "corridor"}) - _NOT_WALKED
# A pavement belongs to its street, which is walked and driven itself.
_SIDEWALK = "sidewalk"
# What shuts a way to cars for others' sake does not shut it to who walks.
_SHUT = SHUT - {"foot", "dismount", "use_sidepath"}
# What is narrower is stepped over, or has a plank at every house that no map shows.
_WIDE = frozenset({"river", "canal"})
_EARTH: Bounds = (-math.inf, -math.inf, math.inf, math.inf)


@dataclass(slots=True)
class Lines:
    """Ways as rows of points: those of way i are first[i] to first[i+1] of refs, x and y (1e-7 degrees)."""

    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    x: "array[int]" = field(default_factory=lambda: array("q"))
    y: "array[int]" = field(default_factory=lambda: array("q"))

    def take(self, nodes: Iterable[Any], box: tuple[float, ...]) -> bool:
        """Keep a way of two points or more of which one lies in the box, or perhaps does; whether it was kept."""
        points = [(node.ref, node.x, node.y) for node in nodes]
        west, south, east, north = box
        if len(points) < 2 or not any(
            x == UNKNOWN or (west <= x <= east and south <= y <= north) for _, x, y in points
        ):
            return False
        for column, values in zip((self.refs, self.x, self.y), zip(*points, strict=True), strict=True):
            column.extend(values)
        self.first.append(len(self.refs))
        return True

    @property
    def unknown(self) -> list[int]:
        """The rows of which it is not known where they lie."""
        return np.flatnonzero(np.frombuffer(self.x, np.int64) == UNKNOWN).tolist() if self.x else []

    @property
    def points(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """The number, place in degrees (NaN where it is not known) and way of each row."""
        if not self.refs:
            return np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0, np.int64)
        raw = np.column_stack((np.frombuffer(self.x, np.int64), np.frombuffer(self.y, np.int64)))
        known = (np.abs(raw[:, 0]) <= 1_800_000_000) & (np.abs(raw[:, 1]) <= 900_000_000)
        way = np.repeat(np.arange(len(self.first) - 1), np.diff(np.asarray(self.first)))
        return np.frombuffer(self.refs, np.int64), np.where(known[:, None], raw / 1e7, np.nan), way


@dataclass(slots=True)
class OsmFoot:
    """The ways that one may walk and which of them are steps, and the banks and middles of wide water."""

    ways: Lines = field(default_factory=Lines)
    steps: list[bool] = field(default_factory=list)
    water: Lines = field(default_factory=Lines)


def read_foot(path: Path, bounds: Bounds | None = None) -> OsmFoot:
    """What a file holds of it, of which some point lies within the bounds: west, south, east, north in degrees. Raises
    RuntimeError if it cannot be read.
    """
    box = tuple(degrees * 1e7 for degrees in bounds or _EARTH)
    found = OsmFoot()
    deleted = deleted_in(path)
    banks = _banks(path, deleted)
    for way in _ways(path, deleted, osmium.filter.KeyFilter("highway", *_WATER_KEYS)):
        tags = read_tags(tags_of(way))
        if may_walk(tags):
            if found.ways.take(way.nodes, box):
                found.steps.append(road_of(tags) == "steps")
        elif is_wide_water(tags):
            found.water.take(way.nodes, box)
            banks.discard(way.id)
    if banks:
        for way in _ways(path, deleted, osmium.filter.IdFilter(sorted(banks)) if min(banks) > 0 else None):
            if way.id in banks:
                found.water.take(way.nodes, box)
    _place(path, found)
    return found


def may_walk(tags: Tags) -> bool:
    """Whether one may walk along a way; what belongs to a street that is walked itself is none of its own."""
    highway = road_of(tags)
    if _SIDEWALK in (tags.get("footway"), tags.get("path")):
        return False
    said = frozenset(words_of(tags.get("foot", "")))
    if said:
        return highway in _WALKED | _NOT_WALKED and not said <= _SHUT | PRIVATE
    words = frozenset(words_of(tags.get("access", "")))
    # Whoever is let in by car is on foot too; a private path leads to somebody else's door.
    shut = _SHUT if highway in ROADS else _SHUT | PRIVATE
    return highway in _WALKED and not (words and words <= shut)


def is_wide_water(tags: Tags) -> bool:
    """Whether a way is the bank or the middle of water that is not stepped over, and above the ground."""
    if tags.get("tunnel", "no") != "no" or tags.get("covered", "no") != "no":
        return False
    return tags.get("waterway") in _WIDE or tags.get("natural") == "coastline" or is_water(tags)


def _banks(path: Path, deleted: frozenset[Object]) -> set[int]:
    """The ways that are the outlines of water areas."""
    relations = osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter(*_WATER_KEYS))
    return {
        number
        for one in each_of(relations, deleted)
        if is_water(read_tags(tags_of(one)))
        for kind, _, number in members_of(one)
        if kind == "w"
    }


def _ways(path: Path, deleted: frozenset[Object], kept: Any) -> Iterable[Any]:  # noqa: ANN401 - osmium's own types
    entities = osmium.osm.NODE | osmium.osm.WAY
    file = osmium.FileProcessor(str(path), entities).with_locations()
    file = file.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    return each_of(file if kept is None else file.with_filter(kept), deleted)


def _place(path: Path, found: OsmFoot) -> None:
    """Look once more for the places that come after their ways in the file."""
    rows = [(lines, row) for lines in (found.ways, found.water) for row in lines.unknown]
    places = find_places(path, {lines.refs[row] for lines, row in rows})
    for lines, row in rows:
        lines.x[row], lines.y[row] = places.get(lines.refs[row], (UNKNOWN, UNKNOWN))
