"""The sample region: public facts about Tangerang Raya, written down with their sources.

Names, kinds and positions of villages and facilities are facts (column `source` of each of the tables). The roads over
them are this project's own invention (geo.sample.roads), say so in every name, and must never be presented as real.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo.point import Point

REGION = "Tangerang Raya (jaringan contoh)"
ATTRIBUTION = (
    "Jalan contoh buatan Jemput – bukan jalan sebenarnya; desa: Kemendagri/BIG via cahyadsn/wilayah_boundaries"
)
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


@cache
def list_villages() -> tuple[SampleVillage, ...]:
    """The 432 kelurahan and desa, in the order of their codes."""
    return tuple(
        SampleVillage(**row | {"area_km2": float(row["area_km2"])}, point=point)
        for row, point in _placed("villages.csv")
    )


@cache
def list_facilities() -> tuple[SampleFacility, ...]:
    """The puskesmas, hospitals, mosques, cemeteries and bases, each with the source of its position."""
    return tuple(SampleFacility(**row, point=point) for row, point in _placed("facilities.csv"))


@cache
def list_bridges() -> tuple[SampleBridge, ...]:
    """The crossings of the Cisadane, from the south to the mouth."""
    return tuple(SampleBridge(**row, point=point) for row, point in _placed("bridges.csv"))


def river_course() -> NDArray[np.float64]:
    """The middle of the Cisadane from the south to the sea, without corners: (n, 2) lon, lat in degrees."""
    course = np.array([(point.lon, point.lat) for _, point in _placed("river.csv")])
    return _rounded(_rounded(_rounded(course)))


def region_outline() -> Polygon:
    """The simplified outline of Tangerang Raya in degrees."""
    return Polygon([(point.lon, point.lat) for _, point in _placed("outline.csv")])


def region_coast() -> list[tuple[float, float]]:
    """The part of the outline that is the coast, from west to east: lon, lat in degrees."""
    return [(point.lon, point.lat) for row, point in _placed("outline.csv") if row["edge"] == "coast"]


def _placed(table: str) -> Iterator[tuple[dict[str, Any], Point]]:
    """The rows of a table, each with its position."""
    for row in csv.DictReader((files("geo.sample") / "tables" / table).read_text("utf-8").splitlines()):
        point = Point(lon=float(row.pop("lon")), lat=float(row.pop("lat")))
        yield row, point


def _rounded(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """One round of Chaikin's corner cutting: rivers have no corners."""
    early = course[:-1] * 0.75 + course[1:] * 0.25
    late = course[:-1] * 0.25 + course[1:] * 0.75
    return np.vstack((course[:1], np.column_stack((early, late)).reshape(-1, 2), course[-1:]))
