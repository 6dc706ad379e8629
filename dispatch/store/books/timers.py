"""Timers as rows."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from dispatch.desk.ports import Due, DueKind
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import columns, time_of, time_text, value_of


class SqlTimers(Book):
    """The port Timers."""

    def set(self, due: Due) -> None:
        self._put(tables.due, columns(due), ["kind", "subject"])

    def drop(self, kind: DueKind, subject: str) -> None:
        table = tables.due
        self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.subject == subject))

    def find(self, kind: DueKind, subject: str) -> Due | None:
        table = tables.due
        row = self._one(select(table).where(table.c.kind == kind.value, table.c.subject == subject))
        return None if row is None else value_of(Due, row)

    def hasten(self, kind: DueKind, now: datetime) -> None:
        table = tables.due
        later = update(table).where(table.c.kind == kind.value, table.c.at > time_text(now))
        self._connection.execute(later.values(at=time_text(now)))

    def list_due(self, now: datetime, limit: int) -> list[Due]:
        table = tables.due
        query = select(table).where(table.c.at <= time_text(now)).order_by(table.c.at, table.c.kind, table.c.subject)
        return [value_of(Due, row) for row in self._all(query.limit(limit))]

    def next_at(self) -> datetime | None:
        at = self._connection.execute(select(func.min(tables.due.c.at))).scalar_one()
        return time_of(at) if at else None
