"""Areas that are reached in time, for the desk: from a point, and from the nearest of the free vehicles."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.desk.road_ports import Area, Coverage, Starts
from dispatch.vocabulary.needs import Metric
from geo.areas import isochrone as geo_areas
from geo.areas.ground import OFF_ROAD_KPH, Ground
from geo.areas.reach import Reach, reach_from
from geo.point import Point
from geo.search.stand import stand
from geo.search.standing import Standing

_DECIMALS = 6  # of a degree: a decimetre


def find_isochrone(
    roads: Standing, ground: Ground, origin: Point, *, minutes: Sequence[float], speeds: Metric
) -> tuple[Area, ...] | None:
    """The ground within each limit, in their order, the way to the road counted; None where no road is near."""
    reach, count = _reach(roads, [origin], speeds)
    if not count:
        return None
    return tuple(
        _area(0.0, limit, found)
        for limit, found in zip(minutes, geo_areas.isochrone(ground, reach, minutes), strict=True)
    )


def find_coverage(roads: Standing, ground: Ground, starts: Starts, *, minutes: Sequence[float]) -> Coverage:
    """How soon the nearest of the vehicles is everywhere, their ways to the road counted, each as it drives itself."""
    reached = [_reach(roads, list(starts.get(metric, {}).values()), metric) for metric in starts or (Metric.CAR,)]
    found = geo_areas.coverage(ground, [reach for reach, _ in reached], minutes)
    return Coverage(
        vehicles=sum(count for _, count in reached),
        bands=tuple(_area(band.from_minutes, band.to_minutes, band.area) for band in found.bands),
        within=found.within,
        farthest_s=found.farthest_s,
        farthest=Point(lon=found.farthest[0], lat=found.farthest[1]) if found.farthest else None,
        unreached_m=found.unreached_m,
    )


def _reach(roads: Standing, points: Sequence[Point], speeds: Metric) -> tuple[Reach, int]:
    """Arrival times from the points that are near a road, and how many these are."""
    snaps = roads.snapper.snap(np.array([at.lon for at in points]), np.array([at.lat for at in points]))
    index: NDArray[np.int64] = np.flatnonzero(snaps.edge >= 0)
    ready_ms = snaps.some(index).access_ms(OFF_ROAD_KPH)
    metric = roads.engine.metric(speeds)
    places = stand(roads.engine.network, metric.weights, metric.inner, snaps, index, leaves=True)
    return reach_from(metric.custom, metric.weights, places, ready_ms), len(index)


def _area(from_minutes: float, to_minutes: float | None, area: shapely.MultiPolygon) -> Area:
    rounded = shapely.transform(area, lambda degrees: np.round(degrees, _DECIMALS))
    polygons = tuple(
        tuple(tuple((x, y) for x, y in ring.coords) for ring in (polygon.exterior, *polygon.interiors))
        for polygon in rounded.geoms
    )
    return Area(from_minutes=from_minutes, to_minutes=to_minutes, polygons=polygons)
