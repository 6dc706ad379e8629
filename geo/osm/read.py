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

from geo.osm.access import ACCESS_KEYS, HOURS_KEYS, NOWHERE, Passage, narrowed, passage_of, passes
from geo.osm.left_out import LeftOut
from geo.osm.limits import SIZES, Size
from geo.osm.tags import (
    RESTRICTION_KEYS,
    RESTRICTION_KINDS,
    RESTRICTION_TYPES,
    ROAD_CLASSES,
    light_of,
    limits_kph,
    read_tags,
    restriction_of,
    road_of,
    share_of_pace,
)
from geo.osm.text import tags_of
from geo.point import Bounds
from geo.source import BuildError, Progress, one_line

_EARTH: Bounds = (-math.inf, -math.inf, math.inf, math.inf)
_SAY_EVERY = 50_000
_UNKNOWN = 2**31 - 1  # what osmium gives for a coordinate that it does not know
_KEYS = ("highway", "barrier", "maxwidth", "maxheight", *ACCESS_KEYS, *RESTRICTION_KEYS, "restriction:conditional")


@dataclass(frozen=True, slots=True)
class Way:
    """A drivable way: its number, class, name, who may drive along and against its nodes, how fast at most in km/h (or
    infinite), and which share of its class's pace it is driven at.
    """

    number: int
    highway: str
    name: str
    along: Passage
    against: Passage
    along_kph: float
    against_kph: float
    share: float


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction with a node as its via: its kind such as `no_left_turn`, and its ways' numbers."""

    kind: str
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]


@dataclass(slots=True)
class OsmRoads:
    """What a file holds of roads. The nodes of ways[i] are rows first[i] to first[i+1] of ref, lon and lat.

    lon and lat are in degrees, NaN where the file does not say where a node lies. blocked: nodes that nobody passes;
    passed: those that not all pass, and which of MODES do. signals: nodes with a traffic light, and whether it is for
    who drives along the way's nodes and against them. left_out: what was not taken over, by reason.
    """

    ways: list[Way] = field(default_factory=list)
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    x: "array[int]" = field(default_factory=lambda: array("q"))
    y: "array[int]" = field(default_factory=lambda: array("q"))
    blocked: set[int] = field(default_factory=set)
    passed: dict[int, tuple[bool, ...]] = field(default_factory=dict)
    signals: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
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
    path: Path, progress: Progress, bounds: Bounds | None = None, sizes: Mapping[str, Size] = SIZES
) -> OsmRoads:
    """The roads of a file, of which some point lies within the bounds: west, south, east, north in degrees; `sizes` are
    those of the vehicles by kind of trip. Raises BuildError if it cannot be read, or holds no roads or not where they
    lie.
    """
    roads = OsmRoads()
    try:
        objects = osmium.FileProcessor(str(path)).with_locations()
        roads.date = (objects.header.get("osmosis_replication_timestamp") or "unknown")[:10]
        found = iter(objects.with_filter(osmium.filter.KeyFilter(*_KEYS)))
        _take(found, roads, progress, bounds or _EARTH, sizes)
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
    wanted = np.unique(roads.ref[unknown])
    if not len(wanted):
        return
    file = osmium.FileProcessor(str(path), osmium.osm.NODE)
    nodes: Iterable[Any] = file.with_filter(osmium.filter.IdFilter(wanted.tolist())) if wanted[0] > 0 else file
    missing = set(wanted.tolist())
    found = {node.id: (node.location.x, node.location.y) for node in nodes if node.id in missing}
    for row in np.flatnonzero(unknown).tolist():
        roads.x[row], roads.y[row] = found.get(roads.refs[row], (roads.x[row], roads.y[row]))


def _take(
    objects: Iterator[Any], roads: OsmRoads, progress: Progress, bounds: Bounds, sizes: Mapping[str, Size]
) -> None:
    box = tuple(degrees * 1e7 for degrees in bounds)
    for one in objects:
        if one.is_node():
            tags = read_tags(tags_of(one))
            passed = passes(tags, sizes)
            if (light := light_of(tags)) != (False, False):
                roads.signals[one.id] = light
            if not any(passed):
                roads.blocked.add(one.id)
            elif not all(passed):
                roads.passed[one.id] = passed
        elif one.is_way():
            if _take_way(one, roads, box, sizes) and len(roads.ways) % _SAY_EVERY == 0:
                progress(f"{len(roads.ways):,} roads read")
        else:
            _take_restriction(one, roads)


def _take_way(
    way: Any,  # noqa: ANN401 - osmium lends its own types
    roads: OsmRoads,
    box: tuple[float, ...],
    sizes: Mapping[str, Size],
) -> bool:
    """Keep a way if it is a road with a point within the box, in 1e-7 degrees; whether it was kept."""
    tags = read_tags(tags_of(way))
    if "highway" not in tags:
        return False
    nodes = [(node.ref, node.x, node.y) for node in way.nodes]
    west, south, east, north = box
    # A node whose place is not known yet (_find_places) may lie anywhere.
    if not any(x == _UNKNOWN or (west <= x <= east and south <= y <= north) for _, x, y in nodes):
        return False
    along, against = passage_of(tags)
    if along == against == NOWHERE:
        is_road = road_of(tags) in ROAD_CLASSES
        reason = "roads that are shut to all" if is_road else "ways that are no roads for cars"
        roads.left_out.add_way(way.id, nodes, reason, named=is_road)
        return False
    along, against = narrowed(along, tags, sizes), narrowed(against, tags, sizes)
    if along == against == NOWHERE:
        roads.left_out.add_way(way.id, nodes, "roads that are too narrow or low", named=True)
        return False
    if any(key in tags for key in HOURS_KEYS):
        roads.left_out.add("words on who may use a road at which hours")
    along_kph, against_kph = limits_kph(tags)
    name = one_line(tags.get("name") or tags.get("ref") or "")
    roads.ways.append(Way(way.id, road_of(tags), name, along, against, along_kph, against_kph, share_of_pace(tags)))
    for column, values in zip((roads.refs, roads.x, roads.y), zip(*nodes, strict=True), strict=True):
        column.extend(values)
    roads.first.append(len(roads.refs))
    return True


def _take_restriction(relation: Any, roads: OsmRoads) -> None:  # noqa: ANN401 - as above
    tags = read_tags(tags_of(relation))
    if tags.get("type") not in RESTRICTION_TYPES:
        return
    kind = restriction_of(tags)
    if any(f"{key}:conditional" in tags for key in RESTRICTION_KEYS):
        roads.left_out.add("turn restrictions that hold at some hours alone")
    if kind is None:
        return
    by_role: dict[tuple[str, str], list[int]] = {}
    for member in relation.members:
        by_role.setdefault((member.type, member.role.strip().lower()), []).append(member.ref)
    from_ways, to_ways = by_role.get(("w", "from"), []), by_role.get(("w", "to"), [])
    via = by_role.get(("n", "via"), [])
    if kind not in RESTRICTION_KINDS:
        roads.left_out.add("turn restrictions of a kind that forbids nothing")
    elif ("w", "via") in by_role:
        roads.left_out.add("turn restrictions over a way instead of a node")
    elif len(via) != 1 or not from_ways or not to_ways:
        roads.left_out.add("turn restrictions without their from, via and to")
    elif (len(from_ways) > 1 and kind != "no_entry") or (len(to_ways) > 1 and kind != "no_exit"):
        roads.left_out.add("turn restrictions with several from or to")
    else:
        roads.restrictions.append(Restriction(kind, tuple(from_ways), via[0], tuple(to_ways)))
