"""Values of the domain as rows and back: columns by the names of fields, what is nested as JSON text."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import TypeAdapter

from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix
from dispatch.domain.request import Ask, Request
from dispatch.domain.vehicle import Vehicle, VehicleNow
from geo.point import Point

Row = Mapping[str, Any]
T = TypeVar("T")


def time_text(at: datetime) -> str:
    """One form of a time that sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """The aware UTC time of a row."""
    return datetime.fromisoformat(text)


_ADAPTERS: dict[type[object], TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Reads values of a dataclass from plain data and writes them as JSON."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def plain(value: object) -> object:
    """A field as a column or as JSON holds it."""
    match value:
        case datetime():
            return time_text(value)
        case Enum():
            return value.value
        case frozenset() | set():
            return sorted(value)
        case _:
            return value


def columns(value: object, *leaving_out: str) -> dict[str, object]:
    """A value's fields as columns, but for the nested ones that are left out."""
    names = (field.name for field in fields(value) if field.name not in leaving_out)  # type: ignore[arg-type]
    return {name: plain(getattr(value, name)) for name in names}


def value_of(kind: type[T], row: Row, **nested: object) -> T:
    """The value of a row; `nested` are fields that are no columns. Raises pydantic.ValidationError."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return adapter(kind).validate_python({name: row[name] for name in names & row.keys()} | nested)


def json_text(value: object) -> str:
    """Plain data as JSON text."""
    return json.dumps(value, ensure_ascii=False, default=plain)


def point_of(row: Row, lon: str = "lon", lat: str = "lat") -> Point | None:
    """The point of two columns."""
    return None if row[lon] is None else Point(lon=row[lon], lat=row[lat])


def _words(row: Row, *names: str) -> dict[str, object]:
    return {name: [word for word in row[name].split(" ") if word] for name in names}


def vehicle_row(vehicle: Vehicle) -> dict[str, object]:
    """Master data of a vehicle as columns."""
    return {
        **columns(vehicle, "base_point"),
        **{name: " ".join(sorted(getattr(vehicle, name))) for name in ("crew", "equipment", "area")},
        "hours": "-".join(end.isoformat("minutes") for end in vehicle.hours) if vehicle.hours else None,
        "papers_valid_until": vehicle.papers_valid_until.isoformat() if vehicle.papers_valid_until else None,
    }


def vehicle_of(row: Row) -> VehicleNow:
    """A vehicle joined with its base, its last fix and its live assignment."""
    hours = row["hours"].split("-") if row["hours"] else None
    base = point_of(row, "base_lon", "base_lat")
    vehicle = value_of(Vehicle, row, hours=hours, base_point=base, **_words(row, "crew", "equipment", "area"))
    fix = fix_of(row, vehicle_id=row["id"]) if row["taken_at"] else None
    return value_of(VehicleNow, row, vehicle=vehicle, fix=fix)


def fix_row(fix: Fix) -> dict[str, object]:
    """A fix as columns."""
    return {**columns(fix, "point"), "lon": fix.point.lon, "lat": fix.point.lat}


def fix_of(row: Row, *, vehicle_id: str) -> Fix:
    """The fix of a row of last_fixes."""
    return value_of(Fix, row, vehicle_id=vehicle_id, point=point_of(row))


def ask_text(ask: Ask) -> str:
    """What was asked, as JSON text."""
    return adapter(Ask).dump_json(ask).decode()


def ask_of(text: str) -> Ask:
    """What was asked; before 0.2 a place held its point's numbers itself."""
    data = json.loads(text)
    for place in filter(None, (data["pickup"], data["dropoff"])):
        if "point" not in place:
            place["point"] = {"lon": place.pop("lon"), "lat": place.pop("lat")}
    return adapter(Ask).validate_python(data)


def request_of(row: Row) -> Request:
    """A request."""
    return value_of(Request, row, ask=ask_of(row["ask"]))


def assignment_row(assignment: Assignment) -> dict[str, object]:
    """An assignment as columns."""
    stamps = {state: [stamp.device_time, stamp.server_time, stamp.source] for state, stamp in assignment.stamps.items()}
    a = assignment.arrival
    arrival = json_text([a.eta_s, a.eta_low_s, a.eta_high_s, a.distance_m, a.method]) if a else None
    row = columns(assignment, "stamps", "arrival")
    return {**row, "is_live": assignment.is_live, "stamps": json_text(stamps), "arrival": arrival}


def assignment_of(row: Row) -> Assignment:
    """An assignment with its stamps and its arrival."""
    stamps = {
        state: {"device_time": device, "server_time": server, "source": source}
        for state, (device, server, source) in json.loads(row["stamps"]).items()
    }
    arrival = None
    if row["arrival"]:
        eta_s, low_s, high_s, distance_m, method = json.loads(row["arrival"])
        arrival = Arrival(eta_s=eta_s, eta_low_s=low_s, eta_high_s=high_s, distance_m=distance_m, method=Method(method))
    return value_of(Assignment, row, stamps=stamps, arrival=arrival)
