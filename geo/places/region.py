"""The places of a region: finding one by its name, and saying of a position which street and village it is in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.osm.features import PlaceKind, PlaceLabel
from geo.places.index import PlaceIndex
from geo.places.place import FoundKind, NamedPlace
from geo.places.villages import Villages
from geo.point import M_PER_DEGREE, Bounds, Point
from geo.roads.network import Doors, Network
from geo.search.snap import Snapper

# The kinds of places that are found under another one.
_KINDS = {PlaceKind.HAMLET: FoundKind.VILLAGE, PlaceKind.HOSPITAL: FoundKind.LANDMARK}
# Where no village is known, streets of one name this far apart are two: some two kilometres.
_APART_DEGREES = 0.02
_ROUND_M = (40.0, 80.0, 160.0, 320.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Where a position lies. Names are empty where none is near; road_m is None beyond the snapper's limit.

    `outside`: beyond the bounds of the roads. street_m: about how far it is to the street that has the name.
    """

    street: str = ""
    street_m: float = 0.0
    village: str = ""
    within: str = ""
    road_m: float | None = None
    outside: bool = False


class RegionPlaces:
    """Streets and places of one network and its labels; built once, read by any number of threads."""

    def __init__(self, network: Network, snapper: Snapper, labels: Sequence[PlaceLabel]) -> None:
        self._network, self._snapper = network, snapper
        self._villages = Villages(labels)
        self.index = PlaceIndex([*_named(labels), *_streets(network, self._villages)])

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of the roads in degrees."""
        return self._network.meta.bounds

    @property
    def limit_m(self) -> float:
        """How far from a road a position still belongs to it."""
        return self._snapper.max_distance_m

    def details(self, points: Sequence[Point]) -> list[str]:
        """For each position its village and what that is a part of."""
        rows = self._villages.find(np.array([(point.lon, point.lat) for point in points]).reshape(-1, 2))
        return [_detail(self._villages.labels[row]) if row >= 0 else "" for row in rows.tolist()]

    def near(self, point: Point) -> Nearby:
        """The street and village of a position."""
        west, south, east, north = self.bounds
        row = int(self._villages.find(np.array([(point.lon, point.lat)]))[0])
        village = self._villages.labels[row] if row >= 0 else None
        snap = self._snapper.snap(np.array([point.lon]), np.array([point.lat]))
        on_road = snap.edge[0] >= 0
        street, street_m = self._street(point, int(snap.edge[0]), float(snap.distance_m[0])) if on_road else ("", 0.0)
        return Nearby(
            street=street,
            street_m=street_m,
            village=village.name if village else "",
            within=village.within if village else "",
            road_m=float(snap.distance_m[0]) if on_road else None,
            outside=not (west <= point.lon <= east and south <= point.lat <= north),
        )

    def _street(self, point: Point, edge: int, distance_m: float) -> tuple[str, float]:
        """The name of the road, or where it has none of one nearby, found by looking around in circles."""
        name = self._name(edge)
        if name:
            return name, distance_m
        angles = np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
        for radius in _ROUND_M:
            east = radius * np.cos(angles) / (M_PER_DEGREE * np.cos(np.radians(point.lat)))
            around = self._snapper.snap(point.lon + east, point.lat + radius * np.sin(angles) / M_PER_DEGREE)
            found = [
                (float(metres), self._name(int(other)))
                for other, metres in zip(around.edge, around.distance_m, strict=True)
                if other >= 0 and self._name(int(other))
            ]
            if found:
                metres, name = min(found)
                return name, radius + metres
        return "", 0.0

    def _name(self, edge: int) -> str:
        return self._network.names[int(self._network.edge_name[edge])]


def _named(labels: Sequence[PlaceLabel]) -> list[NamedPlace]:
    kinds = [_KINDS.get(label.kind) or FoundKind(label.kind.value) for label in labels]
    return [
        NamedPlace(name=x.name, detail=x.within, point=x.point, kind=kind)
        for x, kind in zip(labels, kinds, strict=True)
    ]


def _streets(network: Network, villages: Villages) -> list[NamedPlace]:
    """Each street once for each village it runs through, at its middle there."""
    empty = network.names.index("") if "" in network.names else -1
    edges = network.streets
    edges = edges[(network.edge_name[edges] != empty) & (network.edge_doors[edges] != Doors.NONE)]
    ends = network.shape_start[edges] + network.shape_start[edges + 1] - 1
    low, high = ends // 2, (ends + 1) // 2
    points = np.column_stack((network.shape_lon, network.shape_lat)) / 1e7
    at = (points[low] + points[high]) / 2.0
    village = villages.find(at)
    cell = np.where(village[:, None] >= 0, 0, np.floor(at / _APART_DEGREES)).astype(np.int64)
    keys = np.column_stack((network.edge_name[edges], village, cell))
    groups, of = np.unique(keys, axis=0, return_inverse=True)
    of = of.reshape(-1)
    size = np.bincount(of)
    centre = np.column_stack([np.bincount(of, at[:, axis]) / size for axis in (0, 1)])
    # The edge nearest to the middle comes first in its group.
    order = np.lexsort((np.hypot(*(at - centre[of]).T), of))
    spots = at[order[np.concatenate(([0], np.cumsum(size)[:-1])).astype(np.int64)]] if len(edges) else at
    return [
        NamedPlace(
            name=network.names[name],
            detail=_detail(villages.labels[row]) if row >= 0 else "",
            point=Point(lon=lon, lat=lat),
            kind=FoundKind.STREET,
        )
        for (name, row), (lon, lat) in zip(groups[:, :2].tolist(), spots.tolist(), strict=True)
    ]


def _detail(village: PlaceLabel) -> str:
    return ", ".join(part for part in (village.name, village.within) if part)
