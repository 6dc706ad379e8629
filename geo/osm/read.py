"""Reading the drivable roads, their barriers and turn restrictions from an OpenStreetMap file (.osm.pbf, .osm)."""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.osm.access import (
    ACCESS_KEYS,
    HOURS_KEYS,
    NOWHERE,
    Access,
    Passage,
    narrowed,
    passage_of,
    passes,
    unread_one_way,
)
from geo.osm.deleted import deleted_in
from geo.osm.duration import read_duration_s
from geo.osm.hours import clauses, is_always, read_hours, settled
from geo.osm.left_out import LeftOut, Nodes, way_m
from geo.osm.limits import SIZES, Size, unread_size
from geo.osm.restrictions import CONDITIONAL_KEYS, KEYS, TYPES, Restriction, read_restriction
from geo.osm.tags import (
    FERRY,
    ROADS,
    SLOWING_KEYS,
    SPEED_KEYS,
    Tags,
    in_tunnel,
    is_speed,
    light_of,
    limits_kph,
    read_tags,
    road_of,
)
from geo.osm.text import each_of, members_of, tags_of
from geo.point import Bounds
from geo.source import BuildError, Progress, one_line

_EARTH: Bounds = (-math.inf, -math.inf, math.inf, math.inf)
_SAY_EVERY = 50_000
_LONGEST_FERRY_M = 500_000.0  # nobody is sent for by a longer one
FEW_POINTS = "roads without two points in a row in the file"
UNKNOWN = 2**31 - 1  # what osmium gives for a coordinate that it does not know
_KEYS = (
    "highway",
    "route",
    "crossing",
    "barrier",
    "maxwidth",
    "maxheight",
    "maxweight",
    "maxaxleload",
    *ACCESS_KEYS,
    *KEYS,
    *CONDITIONAL_KEYS,
)


# Which of MODES something is shut to.
Shutting = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A drivable way: its number, class, name, who may drive along and against its nodes, limits there (NaN for none).

    slowing: what is said of it by SLOWING_KEYS.
    closed: the hours as they are written at which it is shut to some who may drive there else, and to whom along it and
    against it. tunnel: it runs where nobody's door can be. duration_s: what a ferry takes, NaN where that is not said.
    """

    number: int
    highway: str
    name: str
    along: Passage
    against: Passage
    along_limit_kph: float
    against_limit_kph: float
    slowing: tuple[tuple[str, str], ...] = ()
    closed: tuple[tuple[str, Shutting, Shutting], ...] = ()
    tunnel: bool = False
    duration_s: float = math.nan


@dataclass(slots=True)
class OsmRoads:
    """What a file holds of roads. The nodes of ways[i] are rows first[i] to first[i+1] of ref, lon and lat.

    lon and lat are in degrees, NaN where the file does not say where a node lies. blocked: nodes that nobody passes;
    passed: those that are not open to all, and what each of MODES may do there. signals: nodes with a traffic light,
    and whether it is for who drives along the way's nodes and against them. left_out: what was not taken over.
    points: the numbers of ways that are a single point.
    """

    ways: list[Way] = field(default_factory=list)
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    x: "array[int]" = field(default_factory=lambda: array("q"))
    y: "array[int]" = field(default_factory=lambda: array("q"))
    blocked: set[int] = field(default_factory=set)
    passed: dict[int, Passage] = field(default_factory=dict)
    signals: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    points: set[int] = field(default_factory=set)
    left_out: LeftOut = field(default_factory=LeftOut)
    date: str = "unknown"

    @property
    def ref(self) -> NDArray[np.int64]:
        """Numbers of the ways' nodes."""
        return np.frombuffer(self.refs, np.int64)

    @property
    def lonlat(self) -> NDArray[np.float64]:
        """Where they lie: (n, 2)."""
        raw = np.column_stack((np.frombuffer(self.x, np.int64), np.frombuffer(self.y, np.int64)))
        known = (np.abs(raw[:, 0]) <= 1_800_000_000) & (np.abs(raw[:, 1]) <= 900_000_000)
        return np.where(known[:, None], raw / 1e7, np.nan)


def read_osm(
    path: Path,
    progress: Progress,
    bounds: Bounds | None = None,
    sizes: Mapping[str, Size] = SIZES,
    *,
    ferries: bool = False,
) -> OsmRoads:
    """The roads of a file, with its ferries if wanted, of which some point lies within the bounds: west, south, east,
    north in degrees; `sizes` are those of the vehicles by kind of trip. Raises BuildError if it cannot be read, or
    holds no roads or not where they lie.
    """
    roads = OsmRoads()
    try:
        objects = osmium.FileProcessor(str(path)).with_locations()
        roads.date = (objects.header.get("osmosis_replication_timestamp") or "unknown")[:10]
        found = each_of(objects.with_filter(osmium.filter.KeyFilter(*_KEYS)), deleted_in(path))
        _take(found, roads, progress, bounds or _EARTH, sizes, ferries=ferries)
        _find_places(path, roads)
    except RuntimeError as error:
        raise BuildError(
            f"{path} cannot be read as OpenStreetMap data: {error}. It takes an .osm.pbf or .osm file, whole as it was "
            "downloaded: fetch it again, for instance from a mirror of OpenStreetMap extracts"
        ) from error
    if not roads.ways:
        within = "" if bounds is None else " within the area"
        raise BuildError(f"{path} holds no roads that a car may use{within}: check that it covers your region")
    if np.isnan(roads.lonlat).all():
        raise BuildError(f"{path} does not say where its roads lie: it holds none of their nodes")
    return roads


def _find_places(path: Path, roads: OsmRoads) -> None:
    """Look once more for the nodes whose places were not known when their ways came: those that come after them in the
    file, and those with ids below nothing, which editors give to what is new.
    """
    unknown = np.isnan(roads.lonlat[:, 0])
    found = find_places(path, {*roads.ref[unknown].tolist(), *roads.left_out.unknown_nodes})
    for row in np.flatnonzero(unknown).tolist():
        roads.x[row], roads.y[row] = found.get(roads.refs[row], (roads.x[row], roads.y[row]))
    roads.left_out.measure(found)


def find_places(path: Path, missing: set[int]) -> dict[int, tuple[int, int]]:
    """Where nodes of a file lie, in 1e-7 degrees; those that it does not hold are left out."""
    if not missing:
        return {}
    file = osmium.FileProcessor(str(path), osmium.osm.NODE)
    nodes: Iterable[Any] = file.with_filter(osmium.filter.IdFilter(sorted(missing))) if min(missing) > 0 else file
    return {node.id: (node.location.x, node.location.y) for node in each_of(nodes) if node.id in missing}


def _take(
    objects: Iterator[Any],
    roads: OsmRoads,
    progress: Progress,
    bounds: Bounds,
    sizes: Mapping[str, Size],
    *,
    ferries: bool,
) -> None:
    box = tuple(degrees * 1e7 for degrees in bounds)
    for one in objects:
        if one.is_node():
            tags = read_tags(tags_of(one))
            passed = passes(tags, sizes)
            if (light := light_of(tags)) != (False, False):
                roads.signals[one.id] = light
            if passed == NOWHERE:
                roads.blocked.add(one.id)
            elif min(passed) < Access.OPEN:
                roads.passed[one.id] = passed
        elif one.is_way():
            if _take_way(one, roads, box, sizes, ferries=ferries) and len(roads.ways) % _SAY_EVERY == 0:
                progress(f"{len(roads.ways):,} roads read")
        elif (tags := read_tags(tags_of(one))).get("type") in TYPES:
            roads.restrictions += read_restriction(tags, members_of(one), roads.left_out)


def _take_way(
    way: Any,  # noqa: ANN401 - osmium lends its own types
    roads: OsmRoads,
    box: tuple[float, ...],
    sizes: Mapping[str, Size],
    *,
    ferries: bool,
) -> bool:
    """Keep a way if it is a road with a point within the box, in 1e-7 degrees; whether it was kept."""
    tags = settled(read_tags(tags_of(way)), HOURS_KEYS)
    if not (road := road_of(tags)):
        return False
    nodes = [(node.ref, node.x, node.y) for node in way.nodes]
    if len(nodes) < 2:
        roads.left_out.add(FEW_POINTS)
        if nodes:
            roads.points.add(way.id)
        return False
    west, south, east, north = box
    # A node whose place is not known yet (_find_places) may lie anywhere.
    if not any(x == UNKNOWN or (west <= x <= east and south <= y <= north) for _, x, y in nodes):
        return False
    along, against = passage_of(tags)
    if (reason := _left_out(road, along, against, nodes, ferries=ferries)) is not None:
        roads.left_out.add_way(way.id, nodes, reason, named=road in ROADS)
        return False
    along, against = narrowed(along, tags, sizes), narrowed(against, tags, sizes)
    if along == against == NOWHERE:
        roads.left_out.add_way(way.id, nodes, "roads that are too narrow, low or weak", named=True)
        return False
    _count_unread(tags, roads.left_out)
    closed = _closed_at(tags, along, against, roads.left_out)
    slowing = tuple((key, tags[key]) for key in SLOWING_KEYS if key in tags)
    name = one_line(tags.get("name") or tags.get("ref") or "")
    duration_s = read_duration_s(tags.get("duration", "")) if road == FERRY else math.nan
    if road == FERRY and "duration" in tags and math.isnan(duration_s):
        roads.left_out.add("durations of ferries that cannot be read")
    if road == FERRY and "opening_hours" in tags and not is_always(tags["opening_hours"]):
        roads.left_out.add("hours at which a ferry sails: it is taken to sail at all")
    limits, tunnel = limits_kph(tags), in_tunnel(tags)
    roads.ways.append(Way(way.id, road, name, along, against, *limits, slowing, closed, tunnel, duration_s))
    for column, values in zip((roads.refs, roads.x, roads.y), zip(*nodes, strict=True), strict=True):
        column.extend(values)
    roads.first.append(len(roads.refs))
    return True


def _count_unread(tags: Tags, left_out: LeftOut) -> None:
    """Count what is said of a way that is kept and cannot be read."""
    if any(key in tags and not is_speed(tags[key]) for key in SPEED_KEYS):
        left_out.add("limits that cannot be read")
    if unread_size(tags):
        left_out.add("widths, heights and weights that cannot be read")
    if unread_one_way(tags):
        left_out.add("words on one-way traffic that cannot be read")


def _left_out(road: str, along: Passage, against: Passage, nodes: Nodes, *, ferries: bool) -> str | None:
    """Why a way is left out, None where it is not."""
    if road == FERRY and not ferries:
        return "ferries, for they were not asked for"
    if road == FERRY and way_m(nodes) > _LONGEST_FERRY_M:
        return f"ferries of more than {_LONGEST_FERRY_M / 1000:.0f} km"
    if not along == against == NOWHERE:
        return None
    if road == FERRY:
        return "ferries that take no cars"
    return "roads that are shut to all" if road in ROADS else "ways that are no roads for cars"


def _closed_at(
    tags: Tags, along: Passage, against: Passage, left_out: LeftOut
) -> tuple[tuple[str, Shutting, Shutting], ...]:
    """At which hours a way is shut, and to whom along and against its nodes, of those who may drive there else.

    A road that opens at some hours alone stays shut.
    """
    found = []
    for key in HOURS_KEYS:
        if key not in tags:
            continue
        said = clauses(tags[key])
        if said is None or any(read_hours(hours) is None for _, hours in said):
            left_out.add("words on who may use a road at hours that cannot be read")
            continue
        closes = False
        for value, hours in said:
            then = passage_of({**tags, key.removesuffix(":conditional"): value})
            shut = [
                tuple(a is not Access.SHUT and b is Access.SHUT for a, b in zip(now, at_hours, strict=True))
                for now, at_hours in zip((along, against), then, strict=True)
            ]
            if any(shut[0]) or any(shut[1]):
                found.append((hours, shut[0], shut[1]))
                closes = True
        if not closes:
            left_out.add("words on hours at which a road is shut to nobody more")
    return tuple(found)
