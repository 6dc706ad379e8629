"""Travel times for the desk by the roads of a network, under the traffic of the hour."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dispatch.desk.road_ports import Area, Coverage, Roads, SpeedCaps, Starts, Way
from dispatch.domain.arrival import Arrival, Method
from dispatch.roads.areas import find_coverage, find_isochrone
from dispatch.roads.spread import Spread, spread_at
from dispatch.vocabulary.needs import Metric
from geo.areas.ground import OFF_ROAD_KPH, Ground
from geo.point import Point
from geo.roads.closures import closed_edges, count_closed
from geo.roads.network import Network
from geo.roads.speeds import HEARSE_CAPS, METRICS, Caps
from geo.roads.traffic import Slice, slice_at, streets_shut_at, under
from geo.search.engine import Engine
from geo.search.joined import joined
from geo.search.nearest import Arrivals
from geo.search.route import find_route
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing, warm_up
from geo.shape import Shape

_ROOM = 256  # for so many vehicles there is room at first
_AT_ONCE = 64  # so many move before a question is let in between


class AsideRoads(Roads):
    """The roads as they are at a moment, for vehicles that are given with the question and nowhere kept."""

    def __init__(self, engine: Engine, snapper: Snapper, spread: Spread) -> None:
        self._engine, self._snapper, self._spread = engine, snapper, spread

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals by road, with the ways from the position to the road and on to the door."""
        ids = sorted(vehicles)
        snaps = _snap(self._snapper, *(vehicles[name] for name in ids))
        target = _door(self._snapper, to)
        # The way to the road counts in the order too, so the search knows it; the way to the door is everybody's.
        wait_ms = snaps.access_ms(OFF_ROAD_KPH)
        found = self._engine.nearest(target, snaps, None, most=most, metric=metric, wait_ms=wait_ms)
        return _arrivals([ids[at] for at in found.index], found, target, metric, self._spread)

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        """The quickest way by road, from door to door."""
        start, target = _snap(self._snapper, origin), _door(self._snapper, to)
        route = find_route(self._engine, start, target, metric=speeds)
        if route is None:
            return None
        access_m = float(start.distance_m[0] + target.distance_m[0])
        access_ms = int(start.access_ms(OFF_ROAD_KPH)[0] + target.door_ms(OFF_ROAD_KPH)[0])
        along = tuple(Point(lon=float(lon), lat=float(lat)) for lon, lat in route.points)
        return Way(
            points=(origin, *along, to),
            travel_s=(route.travel_ms + access_ms) / 1000.0,
            distance_m=route.distance_m + access_m,
            streets=route.streets,
            method=Method.ROADS,
        )

    def metres(self, to: Point, starts: Starts) -> dict[str, float]:
        """The length of the quickest way of each, without drawing it."""
        target, found = _door(self._snapper, to), dict[str, float]()
        for metric, vehicles in starts.items():
            snaps = _snap(self._snapper, *vehicles.values())
            for at, name in enumerate(vehicles):
                start = snaps.some(slice(at, at + 1))
                drive = self._engine.way(start, target, metric=metric)
                if drive is not None:
                    found[name] = drive.distance_m + float(start.distance_m[0] + target.distance_m[0])
        return found

    def apart(self, to: Point, starts: Starts) -> frozenset[str]:
        """The vehicles from where no road leads there, by the parts of the network that is theirs."""
        target, found = _door(self._snapper, to), list[str]()
        for metric, vehicles in starts.items():
            is_joined = joined(self._engine, _snap(self._snapper, *vehicles.values()), target, metric=metric)
            found += (name for name, comes in zip(vehicles, is_joined.tolist(), strict=True) if not comes)
        return frozenset(found)


class NetworkRoads(Roads):
    """By the roads of one network; positions farther from any road than the snapper's limit cannot come.

    Vehicles stand in the buckets of the engine and are moved when they are asked about elsewhere, or before (`follow`).
    Where traffic or what is closed changes, other roads take the place of these.
    """

    def __init__(self, network: Network, slices: Sequence[Slice] = ()) -> None:
        self.network, self.snapper = network, Snapper(network)
        self.kind = "sample" if network.meta.sample else "real"
        self._slices = slices
        self._slice: Slice | None = None
        self._spread = spread_at(None)
        self._caps = HEARSE_CAPS
        self._shut: NDArray[np.bool_] | None = None
        self._standing = Standing(Engine(network), self.snapper, _ROOM, access_kph=OFF_ROAD_KPH)
        self._numbers: dict[str, int] = {}
        self._ids: list[str] = []
        self._points: list[Point] = []
        self._moving, self._changing = threading.Lock(), threading.Lock()

    def warm_up(self, progress: Callable[[str], None]) -> None:
        """Make the loops of the search ready, so that the first question does not wait for them."""
        warm_up(self._standing.engine, self.snapper, progress)
        here = Point(lon=float(self.network.node_lon[0]), lat=float(self.network.node_lat[0]))
        snap = _snap(self.snapper, here)
        self._standing.engine.matrix(snap, snap, metric=min(self.network.metrics))
        self.isochrone(here, minutes=[1.0], speeds=Metric(min(self.network.metrics)))

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """The soonest arrivals by road, with the ways from the position to the road and on to the door."""
        with self._moving:
            numbers = self._move(vehicles)
            standing, spread = self._standing, self._spread
        found, target = standing.nearest_at(to.lon, to.lat, numbers, most=most, metric=metric)
        return _arrivals([self._ids[at] for at in found.index], found, target, metric, spread)

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        """The quickest way by road, from door to door."""
        return self.aside().way(origin, to, speeds=speeds)

    def metres(self, to: Point, starts: Starts) -> dict[str, float]:
        """The length of the quickest way of each."""
        return self.aside().metres(to, starts)

    def apart(self, to: Point, starts: Starts) -> frozenset[str]:
        """The vehicles from where no road leads there now."""
        return self.aside().apart(to, starts)

    def aside(self) -> Roads:
        """These roads as they are now, for vehicles that are not where they are asked about."""
        return AsideRoads(self._standing.engine, self._standing.snapper, self._spread)

    def follow(self, positions: Mapping[str, Point]) -> None:
        """Vehicles are there now."""
        given = iter(positions.items())
        while some := dict(islice(given, _AT_ONCE)):
            with self._moving:
                self._move(some)

    def turn_to(self, local: datetime, caps: SpeedCaps) -> bool:
        """Traffic is as at this local time, and hearses keep to these caps."""
        with self._changing:
            now = slice_at(self._slices, local), Caps(town_kph=caps.town_kph, open_kph=caps.open_kph)
            is_other = now != (self._slice, self._caps)
            if is_other:
                self._slice, self._caps = now
                self._change()
        standing = self._standing
        for metric in METRICS:
            standing.prepare(metric)
            standing.engine.metric(metric).part  # noqa: B018 - made ready for who asks what is apart
        return is_other

    def close(self, shapes: Sequence[Shape]) -> None:
        """Nobody drives what these shapes close; who is there starts from the nearest open street."""
        shut = closed_edges(self.network, shapes)
        with self._changing:
            self._shut = shut if shut.any() else None
            self._change()

    def count_closed(self, shape: Shape) -> int | None:
        """How many streets a shape would close, both directions of one counted once."""
        return count_closed(self.network, shape)

    def isochrone(self, from_: Point, *, minutes: Sequence[float], speeds: Metric) -> tuple[Area, ...] | None:
        """The ground within each limit from a point by road; None where no road is near."""
        return find_isochrone(self._standing, self._ground, from_, minutes=minutes, speeds=speeds)

    def coverage(self, starts: Starts, *, minutes: Sequence[float]) -> Coverage:
        """How soon the nearest vehicle is everywhere by road, each as it drives itself."""
        return find_coverage(self._standing, self._ground, starts, minutes=minutes)

    @cached_property
    def _ground(self) -> Ground:
        return Ground(self.network)

    def _change(self) -> None:
        """Other roads take the place of these at once; searches take a little longer until `turn_to` fills buckets."""
        before = self._standing
        engine = Engine(under(self.network, self._slice, self._shut, self._caps), before.engine.hierarchy)
        shut = streets_shut_at(self.network, self._slice)
        shut = shut if self._shut is None else shut | self._shut
        snapper = self.snapper.without(shut) if shut.any() else self.snapper
        anew = before.over(engine, snapper, before.count)
        with self._moving:
            if self._standing.count > anew.count:  # many have come meanwhile
                anew = anew.over(engine, snapper, self._standing.count)
            anew.catch_up(self._standing)
            self._standing, self._spread = anew, spread_at(self._slice)

    def _move(self, positions: Mapping[str, Point]) -> NDArray[np.int64]:
        """The numbers of vehicles, of whom those that are elsewhere than before have been moved."""
        numbers, moved = [], []
        for name, point in positions.items():
            number = self._numbers.get(name)
            if number is None:
                number = self._numbers[name] = len(self._ids)
                self._ids.append(name)
                self._points.append(point)
                moved.append(number)
            elif self._points[number] is not point and self._points[number] != point:
                self._points[number] = point
                moved.append(number)
            numbers.append(number)
        if len(self._ids) > self._standing.count:
            before = self._standing
            self._standing = before.over(before.engine, before.snapper, 2 * len(self._ids))
        if moved:
            lon, lat = _lon_lat(self._points[number] for number in moved)
            self._standing.move(np.array(moved), lon, lat)
        return np.array(numbers, np.int64)


def _lon_lat(points: Iterable[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    both = np.array([(point.lon, point.lat) for point in points], np.float64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def _snap(snapper: Snapper, *points: Point) -> Snaps:
    return snapper.snap(*_lon_lat(points))


def _door(snapper: Snapper, point: Point) -> Snaps:
    return snapper.snap_doors(*_lon_lat([point]))


def _arrivals(ids: Sequence[str], found: Arrivals, target: Snaps, metric: str, spread: Spread) -> dict[str, Arrival]:
    """What was found, by id, with the ways from the position to the road and from there to the door."""
    arrivals: dict[str, Arrival] = {}
    walk_m, door_s = float(target.distance_m[0]), float(target.door_ms(OFF_ROAD_KPH)[0]) / 1000.0
    for name, travel_ms, distance_m, off in zip(ids, found.travel_ms, found.distance_m, found.access_m, strict=True):
        travel_s = float(travel_ms) / 1000.0 + float(off) / (OFF_ROAD_KPH / 3.6) + door_s
        arrivals[name] = Arrival(
            eta_s=travel_s,
            eta_low_s=travel_s * spread.low,
            eta_high_s=travel_s * spread.high,
            distance_m=None if np.isnan(distance_m) else float(distance_m) + float(off) + walk_m,
            method=Method.ROADS,
            metric=metric,
            walk_m=walk_m,
        )
    return arrivals
