"""Building a road network from an OpenStreetMap file: ways cut at their junctions, with turn restrictions."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm.access import Access
from geo.osm.read import OsmRoads, Restriction, read_osm
from geo.point import EARTH_M
from geo.roads.network import Network
from geo.roads.speeds import bits
from geo.roads.table import Origin, RoadTable, build_network
from geo.roads.turns import FORBIDDEN
from geo.source import BuildError, Progress

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


def build_from_osm(
    path: Path, progress: Progress, *, region: str, area: Path | None = None, turn_costs: str = "osm"
) -> Network:
    """The roads of an .osm.pbf or .osm file, within the polygons of a GeoJSON file where one is given. Raises
    BuildError, saying what is wrong with a file and what to do.
    """
    inside = None if area is None else read_polygon(area)
    progress(f"reading {path.name}")
    roads = read_osm(path, progress, None if inside is None else tuple(shapely.bounds(inside).tolist()))
    progress(f"{len(roads.ways):,} roads with {len(roads.restrictions):,} turn restrictions; cutting them at junctions")
    table = _table(roads, inside)
    for sentence in table.report:
        progress(sentence)
    origin = Origin(region=region, source=f"OpenStreetMap ({path.name})", source_date=roads.date)
    return build_network(table, origin, progress, turn_costs=turn_costs)


def read_polygon(path: Path) -> shapely.Geometry:
    """The polygons of a GeoJSON file as one geometry, in degrees. Raises BuildError if it holds none."""
    try:
        shape = shapely.from_geojson(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, shapely.errors.ShapelyError) as error:
        raise BuildError(f"{path} cannot be read as GeoJSON: {error}") from error
    parts = [part for part in _flat(shape) if isinstance(part, shapely.Polygon) and part.area > 0]
    if not parts or not all(part.is_valid for part in parts):
        raise BuildError(f"{path} takes a GeoJSON polygon (lon, lat in degrees) that does not cross itself")
    return shapely.union_all(parts)


def _flat(shape: shapely.Geometry | None) -> list[shapely.Geometry]:
    if isinstance(shape, shapely.geometry.base.BaseMultipartGeometry):
        return [part for inner in shape.geoms for part in _flat(inner)]
    return [] if shape is None else [shape]


class _Cut:
    """The ways cut into pieces between junctions: rows start to end of the ways' nodes, and the numbers of their ends.

    A node is a junction where roads meet, where a road ends or leaves the area, and where a barrier stands. At a
    barrier every piece has an end of its own, so that no way leads across.
    """

    def __init__(self, roads: OsmRoads, inside: shapely.Geometry | None) -> None:
        ref, self.lonlat = roads.ref, roads.lonlat
        rows = len(ref)
        way = np.repeat(np.arange(len(roads.ways)), np.diff(np.asarray(roads.first)))
        known = ~np.isnan(self.lonlat[:, 0])
        if inside is not None:
            shapely.prepare(inside)
            known &= shapely.contains_xy(inside, self.lonlat[:, 0], self.lonlat[:, 1])
            if not known.any():
                raise BuildError(
                    "no road lies within the area: it takes lon, lat in degrees, within the region of the file"
                )
        self.without_place = int(np.isnan(self.lonlat[:, 0]).sum())
        onward = np.zeros(rows, np.bool_)
        onward[:-1] = known[:-1] & known[1:] & (way[:-1] == way[1:])
        back = np.concatenate(([False], onward[:-1]))
        _, of, uses = np.unique(np.where(known, ref, -1), return_inverse=True, return_counts=True)
        blocked = np.isin(ref, np.fromiter(roads.blocked, np.int64, len(roads.blocked)))
        junction = known & (onward | back) & ((uses[of] > 1) | blocked | ~onward | ~back)
        at = np.flatnonzero(junction)
        goes_on = onward[at]
        self.start, self.end = at[:-1][goes_on[:-1]], at[1:][goes_on[:-1]]
        self.way = way[self.start]
        # Two rows of ends; at a barrier each its own number beyond those of the nodes.
        ends = np.concatenate((self.start, self.end))
        number = of.reshape(-1)[ends].astype(np.int64)
        shut = blocked[ends]
        number[shut] = rows + np.arange(int(shut.sum()))
        numbers, first, self.node = np.unique(number, return_index=True, return_inverse=True)
        self.node = self.node.reshape(-1)
        self.node_row = ends[first]
        self.node_ref = np.where(numbers < rows, ref[self.node_row], -1)
        self.barriers = len(np.unique(ref[ends[shut]]))


def _table(roads: OsmRoads, inside: shapely.Geometry | None) -> RoadTable:
    cut = _Cut(roads, inside)
    pieces = len(cut.start)
    if not pieces:
        raise BuildError("no road has two points within the area: check that it covers the file's region")
    # Of each piece what each of MODES may do along it and against it: (pieces, 2, modes).
    passage = np.array([(way.along, way.against) for way in roads.ways], np.uint8)[cut.way]
    # Both directions of a piece come one after the other.
    piece, backward = np.divmod(np.arange(2 * pieces), 2)
    driven = (passage[piece, backward] != Access.SHUT).any(axis=1)
    piece, backward = piece[driven], backward[driven]
    passage, backward = passage[piece, backward], backward.astype(np.bool_)
    tail, head = cut.node[:pieces][piece], cut.node[pieces:][piece]
    u, v = np.where(backward, head, tail), np.where(backward, tail, head)
    ways = [roads.ways[number] for number in cut.way[piece].tolist()]
    along_kph = np.array([way.along_kph for way in ways])
    against_kph = np.array([way.against_kph for way in ways])
    lines = [cut.lonlat[s : e + 1] for s, e in zip(cut.start.tolist(), cut.end.tolist(), strict=True)]
    numbers = np.array([way.number for way in ways], np.int64)
    turns, why = _turns(roads.restrictions, numbers, u, v, cut.node_ref)
    return RoadTable(
        lon=cut.lonlat[cut.node_row, 0],
        lat=cut.lonlat[cut.node_row, 1],
        u=u,
        v=v,
        length_m=_lengths_m(cut)[piece],
        highway=[way.highway for way in ways],
        name=[way.name for way in ways],
        speed_kph=np.where(backward, against_kph, along_kph),
        shapes=[lines[p][::-1] if b else lines[p] for p, b in zip(piece.tolist(), backward.tolist(), strict=True)],
        turns=turns,
        shut=bits(passage == Access.SHUT),
        local=bits(passage == Access.LOCAL),
        report=_report(roads, cut, turns, why),
    )


def _lengths_m(cut: _Cut) -> _Floats:
    """Great-circle metres of each piece."""
    lon, lat = np.radians(cut.lonlat).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    step = np.nan_to_num(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
    running = np.concatenate(([0.0], np.cumsum(step)))
    metres: _Floats = running[cut.end] - running[cut.start]
    return metres


def _turns(
    restrictions: list[Restriction], way: _Ints, u: _Ints, v: _Ints, node_ref: _Ints
) -> tuple[_Ints, Counter[str]]:
    """Forbidden pairs of edges (t, 3), and how many restrictions were left out, by reason."""
    wanted = {rule.via for rule in restrictions}
    ref_of = node_ref.tolist()
    entering: dict[tuple[int, int], list[int]] = defaultdict(list)
    leaving: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for edge, (number, tail, head) in enumerate(zip(way.tolist(), u.tolist(), v.tolist(), strict=True)):
        if ref_of[head] in wanted:
            entering[ref_of[head], number].append(edge)
        if ref_of[tail] in wanted:
            leaving[ref_of[tail]].append((number, edge))
    forbidden: set[tuple[int, int]] = set()
    why: Counter[str] = Counter()
    for rule in restrictions:
        firsts = [entering[rule.via, number] for number in rule.from_ways]
        thens = [[edge for number, edge in leaving[rule.via] if number == wants] for wants in rule.to_ways]
        if not any(firsts) or not any(thens):
            why["turn restrictions between ways that are not in the network"] += 1
        elif any(len(edges) > 1 for edges in (*firsts, *thens)):
            why["turn restrictions whose ways run on through the junction"] += 1
        else:
            allowed = {edge for edges in thens for edge in edges}
            onto = allowed if rule.kind.startswith("no_") else {edge for _, edge in leaving[rule.via]} - allowed
            forbidden |= {(first, then) for edges in firsts for first in edges for then in onto}
    turns = np.array([(first, then, FORBIDDEN) for first, then in sorted(forbidden)], np.int64).reshape(-1, 3)
    return turns, why


def _report(roads: OsmRoads, cut: _Cut, turns: _Ints, why: Counter[str]) -> tuple[str, ...]:
    said = [f"{len(turns):,} turns are forbidden by {len(roads.restrictions) - why.total():,} restrictions"]
    said.append(f"{cut.barriers:,} barriers stop a car")
    if cut.without_place:
        said.append(f"{cut.without_place:,} points of roads lie outside the file")
    said += [f"left out: {count:,} {reason}" for reason, count in sorted((roads.left_out + why).items())]
    return tuple(said)
