"""Building a road network from an OpenStreetMap file: ways cut at their junctions, with turn restrictions."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm.access import SIREN, Access
from geo.osm.limits import SIZES, Size
from geo.osm.read import OsmRoads, Restriction, read_osm
from geo.roads.cut import Cut
from geo.roads.network import Network
from geo.roads.speeds import bits
from geo.roads.table import Origin, RoadTable, build_network
from geo.roads.turns import FORBIDDEN
from geo.source import BuildError, Progress

_Ints = NDArray[np.int64]


def build_from_osm(
    path: Path,
    progress: Progress,
    *,
    region: str,
    area: Path | None = None,
    turn_costs: str = "osm",
    sizes: Mapping[str, Size] = SIZES,
) -> Network:
    """The roads of an .osm.pbf or .osm file, within the polygons of a GeoJSON file where one is given, for vehicles of
    these sizes. Raises BuildError, saying what is wrong with a file and what to do.
    """
    inside = None if area is None else read_polygon(area)
    progress(f"reading {path.name}")
    roads = read_osm(path, progress, None if inside is None else tuple(shapely.bounds(inside).tolist()), sizes)
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


def _table(roads: OsmRoads, inside: shapely.Geometry | None) -> RoadTable:
    cut = Cut(roads, inside)
    pieces = len(cut.start)
    if not pieces:
        raise BuildError("no road has two points within the area: check that it covers the file's region")
    # Of each piece what each of MODES may do along it and against it: (pieces, 2, modes).
    passage = np.array([(way.along, way.against) for way in roads.ways], np.uint8)[cut.way]
    passed = np.where(cut.passed[:, None, :], passage, Access.SHUT)
    passage = _known_to_searches(passed)
    _count_private(roads, cut, (passed != Access.SHUT).any(axis=(1, 2)) & (passage == Access.SHUT).all(axis=(1, 2)))
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
    turns, why = _turns(roads.restrictions, numbers, u, v, cut.node_of_ref)
    return RoadTable(
        lon=cut.lonlat[cut.node_row, 0],
        lat=cut.lonlat[cut.node_row, 1],
        u=u,
        v=v,
        length_m=cut.lengths_m[piece],
        highway=[way.highway for way in ways],
        name=[way.name for way in ways],
        speed_kph=np.where(backward, against_kph, along_kph),
        shapes=[lines[p][::-1] if b else lines[p] for p, b in zip(piece.tolist(), backward.tolist(), strict=True)],
        turns=turns,
        shut=bits(passage == Access.SHUT),
        report=_report(roads, cut, turns, why),
    )


def _known_to_searches(passage: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What may be driven (pieces, 2, modes) by searches that know no ways for those alone who begin or end there.

    Private ways are shut, so that nobody is led through them; where a sign alone forbids to drive through, so that
    sirens may, everybody is let in.
    """
    signed = passage[..., SIREN : SIREN + 1] == Access.OPEN
    return np.where(passage == Access.LOCAL, np.where(signed, Access.OPEN, Access.SHUT), passage).astype(np.uint8)


def _count_private(roads: OsmRoads, cut: Cut, lost: NDArray[np.bool_]) -> None:
    """Count the ways with pieces (pieces,) that are left out, for nobody may drive through them."""
    number, way = np.unique(cut.way[lost], return_inverse=True)
    metres = np.bincount(way.reshape(-1), weights=cut.lengths_m[lost], minlength=len(number))
    for at, length_m in zip(number.tolist(), metres.tolist(), strict=True):
        roads.left_out.add_metres(roads.ways[at].number, length_m, "private ways", named=True)


def _turns(
    restrictions: list[Restriction], way: _Ints, u: _Ints, v: _Ints, node_of_ref: Mapping[int, int]
) -> tuple[_Ints, Counter[str]]:
    """Forbidden pairs of edges (t, 3), and how many restrictions were left out, by reason."""
    wanted = {node_of_ref.get(rule.via, -1) for rule in restrictions}
    entering: dict[tuple[int, int], list[int]] = defaultdict(list)
    leaving: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for edge, (number, tail, head) in enumerate(zip(way.tolist(), u.tolist(), v.tolist(), strict=True)):
        if head in wanted:
            entering[head, number].append(edge)
        if tail in wanted:
            leaving[tail].append((number, edge))
    forbidden: set[tuple[int, int]] = set()
    why: Counter[str] = Counter()
    for rule in restrictions:
        via = node_of_ref.get(rule.via, -1)
        firsts = [entering[via, number] for number in rule.from_ways]
        thens = [[edge for number, edge in leaving[via] if number == wants] for wants in rule.to_ways]
        if not any(firsts) or not any(thens):
            why["turn restrictions between ways that are not in the network"] += 1
        elif any(len(edges) > 1 for edges in (*firsts, *thens)):
            why["turn restrictions whose ways run on through the junction"] += 1
        else:
            allowed = {edge for edges in thens for edge in edges}
            onto = allowed if rule.kind.startswith("no_") else {edge for _, edge in leaving[via]} - allowed
            forbidden |= {(first, then) for edges in firsts for first in edges for then in onto}
    turns = np.array([(first, then, FORBIDDEN) for first, then in sorted(forbidden)], np.int64).reshape(-1, 3)
    return turns, why


def _report(roads: OsmRoads, cut: Cut, turns: _Ints, why: Counter[str]) -> tuple[str, ...]:
    said = [f"{len(turns):,} turns are forbidden by {len(roads.restrictions) - why.total():,} restrictions"]
    said.append(f"{cut.barriers:,} barriers stop a car")
    if roads.passed:
        said.append(f"{len(roads.passed):,} nodes let only some vehicles pass")
    if cut.without_place:
        said.append(f"{cut.without_place:,} points of roads lie outside the file")
    roads.left_out.count.update(why)
    said += roads.left_out.sentences
    return tuple(said)
