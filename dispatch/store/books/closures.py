"""Road closures."""

import json

from sqlalchemy import select

from dispatch.domain.closure import Closure
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import Row, columns, json_text, value_of


class SqlClosures(Book):
    """The port Closures."""

    def add(self, closure: Closure) -> None:
        self._insert(tables.closures, _row(closure))

    def save(self, closure: Closure) -> None:
        self._save(tables.closures, _row(closure))

    def get(self, closure_id: str) -> Closure:
        query = select(tables.closures).where(tables.closures.c.id == closure_id)
        return _closure(self._get(query, f"closure {closure_id}"))

    def list_open(self) -> list[Closure]:
        table = tables.closures
        standing = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.created_at, table.c.id)
        return [_closure(row) for row in self._all(standing)]


def _row(closure: Closure) -> dict[str, object]:
    points = [(point.lon, point.lat) for point in closure.shape.points]
    return {**columns(closure, "shape"), "shape": json_text({"kind": closure.shape.kind, "points": points})}


def _closure(row: Row) -> Closure:
    held = json.loads(row["shape"])
    points = [{"lon": lon, "lat": lat} for lon, lat in held["points"]]
    return value_of(Closure, row, shape={"kind": held["kind"], "points": points})
