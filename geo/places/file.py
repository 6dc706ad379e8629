"""The names of a region beside its roads, as GeoJSON that any other program reads and anybody may write."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from geo.osm.features import PlaceKind, PlaceLabel
from geo.point import Point
from geo.whole_file import whole_file


class PlacesFileError(ValueError):
    """A file of places that cannot be used; the message says what to do."""


def places_path(roads: Path) -> Path:
    """Where the places of a network file lie."""
    return roads.with_suffix(".places.geojson")


def write_places(labels: Sequence[PlaceLabel], path: Path) -> None:
    """Write a FeatureCollection beside its place and move it there.

    Each feature has the properties kind (city, district, village, hamlet, hospital, landmark), name, within; lon and
    lat say where the name is written if the geometry is an area.
    """
    collection = {"type": "FeatureCollection", "features": [_feature(label) for label in labels]}
    with whole_file(path) as file:
        file.write(json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())


def read_places(path: Path) -> tuple[PlaceLabel, ...]:
    """The places of such a file; `within` may be missing, and lon and lat too. Raises PlacesFileError if it is none."""
    try:
        return tuple(_label(feature) for feature in json.loads(path.read_text("utf-8"))["features"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        kinds = ", ".join(PlaceKind)
        raise PlacesFileError(
            f"{path} is no GeoJSON FeatureCollection of points or polygons with the properties name and kind "
            f"({kinds}): {error!r}. Mend it, or build the roads again"
        ) from error


def _feature(label: PlaceLabel) -> dict[str, Any]:
    at = {"lon": round(label.point.lon, 6), "lat": round(label.point.lat, 6)}
    area = None if label.shape is None else mapping(shapely.set_precision(label.shape, 1e-6))
    return {
        "type": "Feature",
        "geometry": area or {"type": "Point", "coordinates": list(at.values())},
        "properties": {"name": label.name, "kind": str(label.kind), "within": label.within} | (at if area else {}),
    }


def _label(feature: dict[str, Any]) -> PlaceLabel:
    facts, geometry = feature["properties"], shape(feature["geometry"])
    if geometry.is_empty or not geometry.is_valid:
        raise ValueError(f"{facts['name']!r} has no sound geometry")
    if isinstance(geometry, shapely.Point):
        lon, lat, area = geometry.x, geometry.y, None
    elif isinstance(geometry, shapely.Polygon | shapely.MultiPolygon):
        middle = geometry.point_on_surface()
        lon, lat, area = float(facts.get("lon", middle.x)), float(facts.get("lat", middle.y)), geometry
    else:
        raise TypeError(f"{facts['name']!r} is neither a point nor a polygon")
    return PlaceLabel(
        name=str(facts["name"]),
        kind=PlaceKind(facts["kind"]),
        point=Point(lon=lon, lat=lat),
        within=str(facts.get("within", "")),
        shape=area,
    )
