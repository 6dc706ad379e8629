"""The sample region: public facts about Tangerang Raya written down with their sources, and made-up roads over them.

Names, kinds and positions of villages and facilities are facts (column `source` of each table in sample_data). The
roads are this project's own invention, say so in every name, and must never be presented as real.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from geo.places import BasemapLayers, PlaceKind, PlaceLabel, WaterArea
from geo.point import Point

if TYPE_CHECKING:
    from geo.network import Network

REGION = "Tangerang Raya (jaringan contoh)"
ATTRIBUTION = (
    "Jalan contoh buatan Jemput – bukan jalan sebenarnya; desa: Kemendagri/BIG via cahyadsn/wilayah_boundaries"
)
RIVER_WIDTH_M = 80.0
_METRES_PER_DEGREE = 110_600.0
# General knowledge, to a kilometre or two: the map's background beyond the region, closed far out at sea.
_WESTERN_COAST = (
    (105.4, -4.6),
    (105.95, -5.92),
    (106.05, -5.88),
    (106.12, -6.03),
    (106.22, -5.99),
    (106.27, -5.94),
    (106.3, -5.98),
    (106.33, -6.04),
)
_EASTERN_COAST = ((106.85, -6.12), (106.97, -6.09), (107.02, -5.93), (107.3, -5.96), (107.6, -6.2), (107.9, -4.6))
AGENCY_NAMES = {
    "kota-tangerang": "Kota Tangerang",
    "kabupaten-tangerang": "Kabupaten Tangerang",
    "tangerang-selatan": "Kota Tangerang Selatan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleVillage:
    """A kelurahan or desa: its official code, its kecamatan, whose area it is, its middle and its size."""

    code: str
    name: str
    district: str
    agency: str
    point: Point
    area_km2: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFacility:
    """A place that exists; `kind` is puskesmas, hospital, mosque, cemetery or base, `agency` whose area it lies in."""

    id: str
    kind: str
    name: str
    agency: str
    point: Point
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBridge:
    """A crossing of the Cisadane, at an approximate position; the only places where sample roads cross it."""

    id: str
    name: str
    road_class: str
    point: Point
    source: str


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = files("geo").joinpath("sample_data", table).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _point(row: dict[str, str]) -> Point:
    return Point(lon=float(row["lon"]), lat=float(row["lat"]))


@cache
def list_villages() -> tuple[SampleVillage, ...]:
    """The 432 kelurahan and desa, in the order of their codes."""
    return tuple(
        SampleVillage(
            code=row["code"],
            name=row["name"],
            district=row["district"],
            agency=row["agency"],
            point=_point(row),
            area_km2=float(row["area_km2"]),
            source=row["source"],
        )
        for row in _rows("villages.csv")
    )


@cache
def list_facilities() -> tuple[SampleFacility, ...]:
    """The puskesmas, hospitals, mosques, cemeteries and bases, each with the source of its position."""
    return tuple(
        SampleFacility(
            id=row["id"],
            kind=row["kind"],
            name=row["name"],
            agency=row["agency"],
            point=_point(row),
            source=row["source"],
        )
        for row in _rows("facilities.csv")
    )


@cache
def list_bridges() -> tuple[SampleBridge, ...]:
    """The crossings of the Cisadane, from the south to the mouth."""
    return tuple(
        SampleBridge(
            id=row["id"],
            name=row["name"],
            road_class=row["road_class"],
            point=_point(row),
            source=row["source"],
        )
        for row in _rows("bridges.csv")
    )


def river_course() -> NDArray[np.float64]:
    """The middle of the Cisadane from the south to the sea, without corners: (n, 2) lon, lat in degrees."""
    course = np.array([(float(row["lon"]), float(row["lat"])) for row in _rows("river.csv")])
    return _rounded(_rounded(_rounded(course)))


def region_outline() -> Polygon:
    """The simplified outline of Tangerang Raya in degrees."""
    return Polygon([(float(row["lon"]), float(row["lat"])) for row in _rows("outline.csv")])


def sample_layers() -> BasemapLayers:
    """What a map shows beside the roads: the Cisadane, the Java Sea, and the names of places."""
    middle = LineString(river_course()).simplify(1e-5)
    spots = [middle.interpolate(part, normalized=True) for part in np.linspace(0.06, 0.94, 12)]
    return BasemapLayers(
        water=(
            WaterArea(name="Laut Jawa", shape=_sea(), label_at=(Point(lon=106.47, lat=-5.985),)),
            WaterArea(
                name="Cisadane",
                shape=middle.buffer(RIVER_WIDTH_M / 2 / _METRES_PER_DEGREE, quad_segs=4),
                label_at=tuple(Point(lon=spot.x, lat=spot.y) for spot in spots),
            ),
        ),
        places=tuple(_labels()),
    )


def sample_network(progress: Callable[[str], None]) -> "Network":
    """The made-up road network over the real villages: the same bytes each time, about 20,000 nodes."""
    from geo.sample_roads import build_sample  # it stands on the facts of this module

    return build_sample(progress)


def _rounded(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """One round of Chaikin's corner cutting: rivers have no corners."""
    early = course[:-1] * 0.75 + course[1:] * 0.25
    late = course[:-1] * 0.25 + course[1:] * 0.75
    return np.vstack((course[:1], np.column_stack((early, late)).reshape(-1, 2), course[-1:]))


def _sea() -> Polygon:
    """What lies north of the coast of the region and, more coarsely, of its neighbours."""
    coast = [(float(row["lon"]), float(row["lat"])) for row in _rows("outline.csv") if row["edge"] == "coast"]
    return Polygon([*_WESTERN_COAST, *coast, *_EASTERN_COAST])


def _labels() -> Iterator[PlaceLabel]:
    villages = list_villages()
    for agency, name in AGENCY_NAMES.items():
        yield _middle(name, PlaceKind.CITY, [v.point for v in villages if v.agency == agency])
    for code in sorted({v.code[:8] for v in villages}):
        inside = [v for v in villages if v.code.startswith(code)]
        yield _middle(inside[0].district, PlaceKind.DISTRICT, [v.point for v in inside])
    for village in villages:
        within = f"Kec. {village.district}"
        yield PlaceLabel(name=village.name, kind=PlaceKind.VILLAGE, point=village.point, within=within)


def _middle(name: str, kind: PlaceKind, points: list[Point]) -> PlaceLabel:
    lon = sum(point.lon for point in points) / len(points)
    lat = sum(point.lat for point in points) / len(points)
    return PlaceLabel(name=name, kind=kind, point=Point(lon=round(lon, 4), lat=round(lat, 4)))
