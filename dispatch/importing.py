"""Reading facilities, vehicles and people from CSV: every bad row is reported, with its line and what is wrong."""

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from math import isfinite, nan
from pathlib import Path
from typing import TypeVar

from dispatch.desk.effects.keeping import look_at_kept
from dispatch.desk.ports import Books, find
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.vehicle import Vehicle
from dispatch.rules.values import OWN, BadValueError, hours
from dispatch.vocabulary.roles import BY_NAME, Permission, Role
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, USUAL_CREW, Shares, VehicleClass
from geo.point import Point, distance_m

# No yard is so wide (this project's choice): an entrance farther off is a slip of the pen.
_ENTRANCE_M = 2_000.0
T = TypeVar("T", Facility, Vehicle, Person)
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its line in the file, counted from 1, and why."""

    line: int
    why: str


Bad = tuple[BadRow, ...]


class SheetError(Exception):
    """A file that is no such table at all."""


# Of each kind the columns that a file must have, and those that it may have.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(needed.split()), frozenset(known.split()))
    for kind, needed, known in (
        ("facilities", "id kind name lon lat", "agency phone source entrance_lon entrance_lat"),
        (
            "vehicles",
            "id name class agency",
            "plate base crew equipment seats shares zone hours area papers_valid_until phone",
        ),
        ("people", "id name role", "agency facility vehicle phone permissions"),
    )
}


def read_rows(path: Path, kind: str) -> list[tuple[int, Row]]:
    """The rows of a CSV file with their line numbers. Raises SheetError where columns are missing or unknown."""
    needed, known = KINDS[kind]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = frozenset(reader.fieldnames or ())
            if needed - columns:
                raise SheetError(f"{path} lacks the columns {', '.join(sorted(needed - columns))}")
            if columns - needed - known:
                unknown = ", ".join(sorted(columns - needed - known))
                raise SheetError(f"{path} has unknown columns {unknown}; known: {', '.join(sorted(needed | known))}")
            rows: list[tuple[int, Row]] = []
            for row in reader:
                if None in row or None in row.values():
                    raise SheetError(f"{path} line {reader.line_num}: the row has not as many fields as the head")
                rows.append((reader.line_num, {name: value.strip() for name, value in row.items()}))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SheetError(f"{path} cannot be read as CSV: {error}") from error


def take_sheet(
    books: Books, kind: str, rows: Sequence[tuple[int, Row]], *, now: datetime, skip_bad: bool
) -> tuple[int, Bad]:
    """Store the good rows and return their number and the bad ones; with bad rows nothing, unless `skip_bad`.

    Whoever a vehicle is kept for is looked at again where it is another than it was.
    """
    facilities = {facility.id: facility for facility in books.facilities.list_all()}
    if kind == "facilities":
        return _take(rows, facility_of, books.facilities.put, skip_bad=skip_bad)
    if kind == "vehicles":
        put = partial(_put_vehicle, books, now)
        return _take(rows, lambda row: vehicle_of(row, facilities), put, skip_bad=skip_bad)
    vehicles = {vehicle.id for vehicle in books.vehicles.list_all()}
    return _take(rows, lambda row: person_of(row, facilities, vehicles), books.people.put, skip_bad=skip_bad)


def _put_vehicle(books: Books, now: datetime, vehicle: Vehicle) -> None:
    before = find(books.vehicles.get, vehicle.id)
    books.vehicles.put(vehicle)
    if before is not None and before.vehicle != vehicle:
        look_at_kept(books, vehicle.id, now)


def _take(
    rows: Sequence[tuple[int, Row]], make: Callable[[Row], T], put: Callable[[T], None], *, skip_bad: bool
) -> tuple[int, Bad]:
    """Store the value of each row; a row that cannot be one, or repeats an id, is bad."""
    good: dict[str, T] = {}
    bad: list[BadRow] = []
    for line, row in rows:
        try:
            value = make(row)
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
            continue
        if good.setdefault(value.id, value) is not value:
            bad.append(BadRow(line, f"the id {value.id} stands twice"))
    if bad and not skip_bad:
        return 0, tuple(bad)
    for value in good.values():
        put(value)
    return len(good), tuple(bad)


def facility_of(row: Row) -> Facility:
    """A facility. Raises ValueError saying which field is wrong."""
    point = Point(lon=_number(row, "lon"), lat=_number(row, "lat"))
    return Facility(
        id=_id(row),
        kind=_choice(row, "kind", FacilityKind),
        name=_text(row, "name"),
        point=point,
        agency=row.get("agency") or None,
        phone=row.get("phone") or None,
        source=row.get("source", ""),
        entrance=_entrance(row, point),
    )


def _entrance(row: Row, point: Point) -> Point | None:
    """Where one drives into a facility; None where nothing is said."""
    said = [bool(row.get(name)) for name in ("entrance_lon", "entrance_lat")]
    if not any(said):
        return None
    if not all(said):
        raise ValueError("entrance_lon and entrance_lat stand together, or neither")
    try:
        entrance = Point(lon=_number(row, "entrance_lon"), lat=_number(row, "entrance_lat"))
    except ValueError as error:
        raise ValueError(f"the entrance, entrance_lon and entrance_lat: {error}") from None
    if (apart_m := distance_m(entrance, point)) > _ENTRANCE_M:
        raise ValueError(
            f"the entrance is {apart_m / 1000:,.1f} km from the facility, at most {_ENTRANCE_M / 1000:.0f} km: "
            "look whether entrance_lon and entrance_lat are in their columns"
        )
    return entrance


def vehicle_of(row: Row, facilities: Mapping[str, Facility]) -> Vehicle:
    """A vehicle whose base is one of `facilities`. Raises ValueError saying which field is wrong."""
    base = row.get("base") or None
    if base is not None and base not in facilities:
        raise ValueError(f"the base {base!r} is no known facility: import it first")
    until = row.get("papers_valid_until")
    try:
        papers = date.fromisoformat(until) if until else None
    except ValueError:
        raise ValueError(f"papers_valid_until takes a date such as 2027-01-31, not {until!r}") from None
    seats = _number(row, "seats") if row.get("seats") else 0.0
    if not seats.is_integer() or not 0 <= seats <= 99:
        raise ValueError(f"seats takes a whole number from 0 to 99, not {row.get('seats')!r}")
    return Vehicle(
        id=_id(row),
        name=_text(row, "name"),
        vehicle_class=_choice(row, "class", VehicleClass),
        agency=_text(row, "agency"),
        plate=row.get("plate", ""),
        base=base,
        base_point=facilities[base].point if base else None,
        crew=_words(row, "crew", CREW) or USUAL_CREW,
        equipment=_words(row, "equipment", EQUIPMENT),
        seats=int(seats),
        shares=_choice(row, "shares", Shares) if row.get("shares") else Shares.FULL,
        zone=row.get("zone") or None,
        hours=_hours(row),
        area=_words(row, "area"),
        papers_valid_until=papers,
        phone=row.get("phone") or None,
    )


def _hours(row: Row) -> tuple[time, time] | None:
    """When it serves, such as 08:00-16:00; always where nothing is said."""
    text = row.get("hours")
    span = None
    with suppress(BadValueError):
        span = hours(text) if text and text != OWN else None
    if text and span is None:
        raise ValueError(f"hours takes hours such as 08:00-16:00, not {text!r}")
    return span


def person_of(row: Row, facilities: Mapping[str, Facility], vehicles: Collection[str]) -> Person:
    """A person. Raises ValueError saying which field is wrong."""
    role, facility, vehicle = _choice(row, "role", Role), row.get("facility") or None, row.get("vehicle") or None
    if facility is not None and facility not in facilities:
        raise ValueError(f"the facility {facility!r} is not known: import it first")
    if vehicle is not None and vehicle not in vehicles:
        raise ValueError(f"the vehicle {vehicle!r} is not known: import it first")
    if role is Role.STAFF and facility is None:
        raise ValueError("a member of staff has a facility")
    if role in (Role.DRIVER, Role.DEVICE) and vehicle is None:
        raise ValueError(f"a {role.value} has a vehicle")
    given = frozenset(map(Permission, _words(row, "permissions", frozenset(BY_NAME))))
    for permission in sorted(given):
        if role not in BY_NAME[permission]:
            raise ValueError(f"{permission} is given to {', '.join(sorted(BY_NAME[permission]))}, not to {role.value}")
    return Person(
        id=_id(row),
        name=_text(row, "name"),
        role=role,
        agency=row.get("agency") or None,
        facility=facility,
        vehicle=vehicle,
        phone=row.get("phone") or None,
        permissions=given,
    )


def _text(row: Row, name: str) -> str:
    value = row.get(name, "")
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def _id(row: Row) -> str:
    value = _text(row, "id")
    if len(value) > 80 or not all(c.isascii() and (c.isalnum() or c in "._:-") for c in value):
        raise ValueError(f"the id {value!r} takes letters, digits, dot, colon, hyphen and underscore, 80 at most")
    return value


def _number(row: Row, name: str) -> float:
    try:
        value = float(row.get(name, ""))
    except ValueError:
        value = nan
    if not isfinite(value):
        raise ValueError(f"{name} takes a number, not {row.get(name)!r}")
    return value


_E = TypeVar("_E", FacilityKind, VehicleClass, Shares, Role)


def _choice(row: Row, name: str, enum: type[_E]) -> _E:
    try:
        return enum(row.get(name, ""))
    except ValueError:
        raise ValueError(f"{name} takes one of {', '.join(enum)}, not {row.get(name)!r}") from None


def _words(row: Row, name: str, allowed: frozenset[str] | None = None) -> frozenset[str]:
    words = frozenset(row.get(name, "").replace(",", " ").replace(";", " ").split())
    if allowed is not None and words - allowed:
        raise ValueError(
            f"{name} takes words of {', '.join(sorted(allowed))}, not {', '.join(sorted(words - allowed))}"
        )
    return words
