"""What the desk needs of the roads: travel times, ways, and areas that are reached in time."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.domain.arrival import Arrival
from dispatch.vocabulary.needs import Metric
from geo.point import Point
from geo.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way along the road: points in travel order, lon/lat, with time, length and street names."""

    points: tuple[Point, ...]
    travel_s: float
    distance_m: float
    streets: tuple[str, ...]
    method: str


# How vehicles drive, and where each of those starts, by id: dispatch.domain.vehicle.by_metric.
Starts = Mapping[Metric, Mapping[str, Point]]
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The ground that is reached after more than from_minutes and within to_minutes; None: later or never.

    polygons: the coordinates of a GeoJSON MultiPolygon, lon and lat in degrees.
    """

    from_minutes: float
    to_minutes: float | None
    polygons: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How soon the nearest of `vehicles` vehicles, those that stand near a road, is everywhere.

    bands: rising and without overlap, the last for what is beyond all limits. within: for each limit in minutes the
    share of the length of all roads that is reached by then. farthest_s, farthest: the latest arrival on any road and
    where, None where no road is reached. unreached_m: metres of road to which nobody comes.
    """

    vehicles: int
    bands: tuple[Area, ...]
    within: tuple[tuple[float, float], ...]
    farthest_s: float | None
    farthest: Point | None
    unreached_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedCaps:
    """How fast a hearse drives at most, in town and on open roads (R25)."""

    town_kph: float = 40.0
    open_kph: float = 80.0


class Roads(ABC):
    """Travel times towards a point, and the way itself; as inherited, of roads that nothing changes.

    Each vehicle is asked about as it drives itself: one question may hold vehicles of several metrics.
    """

    def arrivals(self, to: Point, starts: Starts, *, most: int | None) -> dict[str, Arrival]:
        """The `most` soonest arrivals (None: all), whatever each drives as; who cannot come is left out.

        Their metres may be None: `metres` finds them.
        """
        found = [self._arrivals(to, some, metric, most) for metric, some in starts.items() if some]
        if len(found) == 1:
            return found[0]
        every = sorted((arrival.eta_s, name, arrival) for one in found for name, arrival in one.items())
        return {name: arrival for _, name, arrival in every[:most]}

    @abstractmethod
    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """The `most` soonest arrivals (None: all) of vehicles that drive alike, the soonest first."""

    @abstractmethod
    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        """The quickest way of who drives so, if there is one."""

    def metres(self, to: Point, starts: Starts) -> dict[str, float]:
        """The length of the quickest way of each, those that have none left out."""
        every = ((name, point, metric) for metric, some in starts.items() for name, point in some.items())
        ways = ((name, self.way(point, to, speeds=metric)) for name, point, metric in every)
        return {name: way.distance_m for name, way in ways if way is not None}

    def apart(self, to: Point, starts: Starts) -> frozenset[str]:
        """The vehicles from where no road leads there: over the water, behind a closed street, off every road."""
        every = frozenset(name for some in starts.values() for name in some)
        return every - self.arrivals(to, starts, most=None).keys()

    def aside(self) -> "Roads":
        """The same roads, for vehicles that are not where they are asked about: they are moved nowhere."""
        return self

    def follow(self, positions: Mapping[str, Point]) -> None:
        """Vehicles are there now; whoever is asked about later need not be looked for first."""
        del positions

    def turn_to(self, local: datetime, caps: SpeedCaps) -> bool:
        """Traffic is as at this local time, and hearses keep to these caps; whether that is other than before.

        Takes its time, in a thread of its own.
        """
        del local, caps
        return False

    def close(self, shapes: Sequence[Shape]) -> None:
        """These shapes are closed from now on and nothing else; ways found from then on keep off them."""
        del shapes

    def count_closed(self, shape: Shape) -> int | None:
        """How many streets a shape would close; None where there are no streets."""
        del shape
        return None


class RoadAreas(Protocol):
    """Areas that are reached in time, where a road network is loaded; each takes up to a second: use a thread."""

    def isochrone(self, from_: Point, *, minutes: Sequence[float], speeds: Metric) -> tuple[Area, ...] | None:
        """The ground within each limit, each area with all smaller ones; None where no road is near."""
        ...

    def coverage(self, starts: Starts, *, minutes: Sequence[float]) -> Coverage: ...
