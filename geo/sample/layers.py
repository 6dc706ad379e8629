"""What a map of the sample region shows beside the roads: the Cisadane, the Java Sea, and the names of places."""

from collections.abc import Iterator

import numpy as np
from shapely.geometry import LineString, Polygon

from geo.osm.features import BasemapLayers, PlaceKind, PlaceLabel, WaterArea
from geo.point import Point
from geo.sample.facts import AGENCY_NAMES, list_villages, region_coast, river_course

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


def _sea() -> Polygon:
    """What lies north of the coast of the region and, more coarsely, of its neighbours."""
    return Polygon([*_WESTERN_COAST, *region_coast(), *_EASTERN_COAST])


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
