"""Road closures in the books."""

import json
from dataclasses import asdict

from sqlalchemy import select

from dispatch.desk.ports import NotFoundError
from dispatch.domain.closure import Cause, Closure
from dispatch.store import tables
from dispatch.store.master import Master
from dispatch.store.rows import Row, time_of, time_text
from geo.point import Point
from geo.shape import Shape, ShapeKind

_TIMES = ("created_at", "until", "ended_at")


class Closures(Master):
    """Road closures, beside the master data."""

    def add_closure(self, closure: Closure) -> None:
        self._insert(tables.closures, _row(closure))

    def save_closure(self, closure: Closure) -> None:
        self._save(tables.closures, _row(closure))

    def get_closure(self, closure_id: str) -> Closure:
        row = self._one(select(tables.closures).where(tables.closures.c.id == closure_id))
        if row is None:
            raise NotFoundError(f"no closure {closure_id}")
        return _closure(row)

    def list_closures(self) -> list[Closure]:
        table = tables.closures
        standing = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.created_at, table.c.id)
        return [_closure(row) for row in self._all(standing)]


def _row(closure: Closure) -> dict[str, object]:
    times = {name: time_text(at) if (at := getattr(closure, name)) else None for name in _TIMES}
    shape = {"kind": closure.shape.kind.value, "points": [(point.lon, point.lat) for point in closure.shape.points]}
    return {**asdict(closure), **times, "reason": closure.reason.value, "shape": json.dumps(shape)}


def _closure(row: Row) -> Closure:
    times = {name: time_of(row[name]) if row[name] else None for name in _TIMES}
    held = json.loads(row["shape"])
    points = tuple(Point(lon=lon, lat=lat) for lon, lat in held["points"])
    shape = Shape(kind=ShapeKind(held["kind"]), points=points)
    return Closure(**{**row, **times, "reason": Cause(row["reason"]), "shape": shape})
