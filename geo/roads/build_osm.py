"""Building a road network from an OpenStreetMap file: ways cut at their junctions, with turn restrictions."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm.access import MODES, SIREN, Access
from geo.osm.area import read_area
from geo.osm.foot import read_foot
from geo.osm.limits import SIZES, Size
from geo.osm.read import FEW_POINTS, OsmRoads, Way, read_osm
from geo.roads.bans import forbid
from geo.roads.build import build_network
from geo.roads.cut import Cut
from geo.roads.depth import Streets
from geo.roads.ferries import Ferries
from geo.roads.network import Doors, Network
from geo.roads.restricted import Restricted
from geo.roads.signals import waits_ms
from geo.roads.speeds import bits, pace_kph
from geo.roads.table import Origin, RoadTable
from geo.roads.turning import priced
from geo.roads.turns import MOST_WAYS_ON
from geo.roads.walking import walking_network
from geo.source import BuildError, Progress

_Floats = NDArray[np.float64]
_Passages = NDArray[np.uint8]


def build_from_osm(
    path: Path,
    progress: Progress,
    *,
    region: str,
    area: Path | None = None,
    turn_costs: str = "osm",
    sizes: Mapping[str, Size] = SIZES,
    ferries: bool = False,
) -> Network:
    """The roads of an .osm.pbf or .osm file, with its ferries if wanted, within the polygons of a GeoJSON file where
    one is given, for vehicles of these sizes. Raises BuildError, saying what is wrong with a file and what to do.
    """
    inside = None if area is None else read_area(area)
    progress(f"reading {path.name}")
    bounds = None if inside is None else tuple(shapely.bounds(inside).tolist())
    roads = read_osm(path, progress, bounds, sizes, ferries=ferries)
    progress(f"{len(roads.ways):,} roads with {len(roads.restrictions):,} turn restrictions; cutting them at junctions")
    table = _table(roads, inside, turn_costs)
    progress("reading where one walks")
    table.foot, said = walking_network(read_foot(path, bounds), inside, roads.blocked | roads.passed.keys())
    table.report = (*table.report, *said)
    for sentence in table.report:
        progress(sentence)
    origin = Origin(region=region, source=f"OpenStreetMap ({path.name})", source_date=roads.date)
    return build_network(priced(table), origin, progress, turn_costs=turn_costs)


def _table(roads: OsmRoads, inside: shapely.Geometry | None, turn_costs: str) -> RoadTable:
    cut = Cut(roads, inside)
    _count_lost(roads, cut)
    pieces = len(cut.start)
    if not pieces:
        raise BuildError("no road has two points within the area: check that it covers the file's region")
    # Of each piece what each of MODES may do along it and against it: (pieces, 2, modes).
    passage = np.array([(way.along, way.against) for way in roads.ways], np.uint8)[cut.way]
    passage = np.minimum(passage, cut.passed[:, None, :])
    if turn_costs != "osm":
        passage = _let_through(passage, roads, cut)
    # Both directions of a piece come one after the other.
    piece, backward = np.divmod(np.arange(2 * pieces), 2)
    driven = (passage[piece, backward] != Access.SHUT).any(axis=1)
    if not driven.any():
        raise BuildError("no vehicle may drive any of the roads: check that the file holds more than paths and gates")
    piece, backward = piece[driven], backward[driven]
    passage, backward = passage[piece, backward], backward.astype(np.bool_)
    tail, head = cut.node[:pieces][piece], cut.node[pieces:][piece]
    u, v = np.where(backward, head, tail), np.where(backward, tail, head)
    ways = [roads.ways[number] for number in cut.way[piece].tolist()]
    lines = [cut.lonlat[s : e + 1] for s, e in zip(cut.start.tolist(), cut.end.tolist(), strict=True)]
    numbers = np.array([way.number for way in ways], np.int64)
    banned = Restricted(roads.restrictions, numbers, u, v, cut.node_of_ref, roads.points)
    depth = Streets(u, v, cut.lengths_m[piece]).depths(passage)
    rows = banned.rows if turn_costs == "osm" else {}
    bans = forbid(rows, u, v, depth, bits(passage == Access.SHUT))
    copies = np.array(bans.copy_of, np.int64)
    # Rows of the columns, those of copies after all others.
    row = np.append(np.arange(len(u)), copies)
    ferried = Ferries(roads, cut)
    wait_ms, ferry_ms = (
        ms[piece[row], backward[row].astype(np.int64)] for ms in (waits_ms(roads.signals, cut), ferried.ms)
    )
    turned = zip(piece[row].tolist(), backward[row].tolist(), strict=True)
    shut = bits(passage == Access.SHUT)[row]
    hours = _hours(ways, backward, row)
    for copy, whom in enumerate(bans.shut, len(u)):
        for who in whom:
            if who.hours:
                hours.append((copy, who.bits, who.hours))
            else:
                shut[copy] |= who.bits
    tunnels = np.array([way.tunnel for way in ways], np.bool_)
    return RoadTable(
        lon=cut.lonlat[cut.node_row, 0],
        lat=cut.lonlat[cut.node_row, 1],
        u=u[row],
        v=v[row],
        length_m=cut.lengths_m[piece][row],
        highway=[ways[of].highway for of in row.tolist()],
        name=[ways[of].name for of in row.tolist()],
        speed_kph=_paces(ways, backward, in_town=False)[row],
        town_kph=_paces(ways, backward, in_town=True)[row],
        wait_ms=wait_ms,
        ferry_ms=ferry_ms,
        shapes=[lines[p][::-1] if b else lines[p] for p, b in turned],
        turns=bans.turns,
        shut=shut,
        doors=np.where(tunnels, Doors.LAST, Doors.SOME).astype(np.uint8)[row],
        local=depth.local[row] & ~np.append(np.zeros(len(u), np.uint8), np.array(bans.entered, np.uint8)),
        copies=copies,
        hours=hours,
        report=(*ferried.report, *_report(roads, cut, banned), *_too_many_ways(u, v[row], bans.turns)),
    )


def _hours(ways: list[Way], backward: NDArray[np.bool_], row: NDArray[np.int64]) -> list[tuple[int, int, str]]:
    """At which hours edges are shut, given by the row of what each is a direction of: the edge, to whom and when."""
    return [
        (edge, int(bits(np.array([closed[1 + bool(backward[of])]], np.bool_))[0]), closed[0])
        for edge, of in enumerate(row.tolist())
        for closed in ways[of].closed
    ]


def _paces(ways: list[Way], backward: NDArray[np.bool_], *, in_town: bool) -> NDArray[np.float64]:
    limits = (way.against_limit_kph if back else way.along_limit_kph for way, back in zip(ways, backward, strict=True))
    return np.array(
        [pace_kph(way.highway, k, way.slowing, in_town=in_town) for way, k in zip(ways, limits, strict=True)]
    )


def _let_through(passage: _Passages, roads: OsmRoads, cut: Cut) -> _Passages:
    """What may be driven (pieces, 2, modes) where a network knows nodes alone, and so nothing of whence one came.

    Private ways are shut and counted, so that nobody is led through them; where a sign alone forbids to drive through,
    so that sirens may, everybody is let in.
    """
    signed = passage[..., SIREN : SIREN + 1] == Access.OPEN
    found = np.where(passage == Access.LOCAL, np.where(signed, Access.OPEN, Access.SHUT), passage).astype(np.uint8)
    lost = (passage != Access.SHUT).any(axis=(1, 2)) & (found == Access.SHUT).all(axis=(1, 2))
    number, way = np.unique(cut.way[lost], return_inverse=True)
    metres = np.bincount(way.reshape(-1), weights=cut.lengths_m[lost], minlength=len(number))
    for at, length_m in zip(number.tolist(), metres.tolist(), strict=True):
        roads.left_out.add_metres(roads.ways[at].number, length_m, "private ways", named=True)
    return found


def _count_lost(roads: OsmRoads, cut: Cut) -> None:
    """Count the ways of which nothing is left, but for those that lie beyond the area, and note those of no length."""
    lonlat, first = roads.lonlat, np.asarray(roads.first)
    for at in np.setdiff1d(np.arange(len(roads.ways)), cut.way).tolist():
        points = lonlat[first[at] : first[at + 1]]
        if np.isnan(points).any():
            roads.left_out.add(FEW_POINTS)
        elif (points == points[0]).all():
            roads.left_out.add("roads of no length")
            roads.points.add(roads.ways[at].number)


def _too_many_ways(u: NDArray[np.int64], v: NDArray[np.int64], turns: NDArray[np.int64]) -> tuple[str, ...]:
    """A sentence on crossings from which a search may not know all ways on: it keeps so many, and where no turn is
    forbidden three stand for all.
    """
    count = len(np.intersect1d(np.flatnonzero(np.bincount(u) > MOST_WAYS_ON), v[turns[:, 0]]))
    what = f"crossings of more than {MOST_WAYS_ON} streets with forbidden turns, where a vehicle may miss a way on"
    return (f"{count:,} {what}",) if count else ()


def _report(roads: OsmRoads, cut: Cut, banned: Restricted) -> tuple[str, ...]:
    held = len(roads.restrictions) - banned.why.total()
    said = [f"{len(banned.rows):,} turns are forbidden by {held:,} restrictions"]
    for what, count in (
        ("over ways instead of a node", sum(bool(rule.via_ways) for rule in roads.restrictions)),
        ("at some hours alone", sum(bool(rule.hours) for rule in roads.restrictions)),
        ("not for sirens", sum(MODES[SIREN] not in rule.modes for rule in roads.restrictions)),
    ):
        if count:
            said.append(f"{count:,} of the restrictions are {what}")
    said.append(f"{cut.barriers:,} barriers stop a car")
    if roads.passed:
        said.append(f"{len(roads.passed):,} nodes are not open to all vehicles")
    if cut.without_place:
        said.append(f"{cut.without_place:,} points of roads lie outside the file")
    roads.left_out.count.update(banned.why)
    said += roads.left_out.sentences
    return tuple(said)
