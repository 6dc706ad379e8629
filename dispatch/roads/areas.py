"""Areas that are reached in time, for the desk: from a point, and from the nearest of the free vehicles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.desk.road_ports import Area, Coverage
from geo.areas import isochrone as geo_areas
from geo.areas.ground import OFF_ROAD_KPH, Ground
from geo.areas.reach import Reach, reach_from
from geo.point import Point
from geo.roads.graph import Weights
from geo.roads.network import Network
from geo.search.hierarchy import Customized
from geo.search.snap import Snapper
from geo.search.stand import stand

_DECIMALS = 6  # of a degree: a decimetre


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRoads:
    """The roads of one network under one metric: `custom` is customized with `weights`; `ground` is the network's."""

    network: Network
    weights: Weights
    custom: Customized
    snapper: Snapper
    ground: Ground


def find_isochrone(roads: AreaRoads, origin: Point, minutes: Sequence[float]) -> tuple[Area, ...] | None:
    """The ground within each limit, in their order, the way to the road counted; None where no road is near."""
    reach, count = _reach(roads, [origin])
    if not count:
        return None
    return tuple(
        _area(0.0, limit, found)
        for limit, found in zip(minutes, geo_areas.isochrone(roads.ground, reach, minutes), strict=True)
    )


def find_coverage(roads: AreaRoads, vehicles: Mapping[str, Point], minutes: Sequence[float]) -> Coverage:
    """How soon the nearest of the vehicles is everywhere, their ways to the road counted."""
    reach, count = _reach(roads, list(vehicles.values()))
    found = geo_areas.coverage(roads.ground, reach, minutes)
    return Coverage(
        vehicles=count,
        bands=tuple(_area(band.from_minutes, band.to_minutes, band.area) for band in found.bands),
        within=found.within,
        farthest_s=found.farthest_s,
        farthest=Point(lon=found.farthest[0], lat=found.farthest[1]) if found.farthest else None,
        unreached_m=found.unreached_m,
    )


def warm_up_areas(roads: AreaRoads) -> None:
    """Compile the loops for a network as it was opened, or load them where an earlier start kept them on disk."""
    here = Point(lon=float(roads.network.node_lon[0]), lat=float(roads.network.node_lat[0]))
    find_isochrone(roads, here, [1.0])


def _reach(roads: AreaRoads, points: Sequence[Point]) -> tuple[Reach, int]:
    """Arrival times from the points that are near a road, and how many these are."""
    snaps = roads.snapper.snap(np.array([at.lon for at in points]), np.array([at.lat for at in points]))
    index: NDArray[np.int64] = np.flatnonzero(snaps.edge >= 0)
    ready_ms = snaps.some(index).access_ms(OFF_ROAD_KPH)
    places = stand(roads.network, roads.weights, snaps, index)
    return reach_from(roads.custom, roads.weights, places, ready_ms), len(index)


def _area(from_minutes: float, to_minutes: float | None, area: shapely.MultiPolygon) -> Area:
    rounded = shapely.transform(area, lambda degrees: np.round(degrees, _DECIMALS))
    polygons = tuple(
        tuple(tuple((x, y) for x, y in ring.coords) for ring in (polygon.exterior, *polygon.interiors))
        for polygon in rounded.geoms
    )
    return Area(from_minutes=from_minutes, to_minutes=to_minutes, polygons=polygons)
