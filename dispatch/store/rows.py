"""Values of the domain as rows and back: columns by the names of fields, a point as two of them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import Table

from geo.point import Point

Row = Mapping[str, Any]


def row_of(table: Table, value: object, **more: object) -> dict[str, object]:
    """A value's fields as columns of a table, and what is kept beside it."""
    row = {name: getattr(value, name) for name in _shared(table, type(value))}  # type: ignore[arg-type]  # types have a hash
    if isinstance(point := getattr(value, "point", None), Point):
        row |= {"lon": point.lon, "lat": point.lat}
    return row | more


@cache
def _shared(table: Table, kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a dataclass
    return tuple(field.name for field in fields(kind) if field.name in table.c)


@cache
def reader(kind: Any, *nested: str) -> Callable[..., Any]:  # noqa: ANN401 - the same
    """What makes values of rows, and of fields that are no columns: those that are `nested`."""
    names = tuple(field.name for field in fields(kind) if field.name not in (*nested, "point"))
    if any(field.name == "point" for field in fields(kind)):
        return lambda row: kind(point=Point(lon=row["lon"], lat=row["lat"]), **{name: row[name] for name in names})
    return lambda row, **given: kind(**given, **{name: row[name] for name in names})
