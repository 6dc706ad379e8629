"""Timers as rows."""

from datetime import datetime
from typing import cast

from sqlalchemy import Integer, delete, func, literal_column, select, update

from dispatch.desk.ports import Due, DueKind
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of


class SqlTimers(Book):
    """The port Timers."""

    def set(self, due: Due) -> None:
        self._put(tables.due, row_of(tables.due, due), ["kind", "subject"])

    def drop(self, kind: DueKind, subject: str) -> None:
        table = tables.due
        self._connection.execute(delete(table).where(table.c.kind == kind, table.c.subject == subject))

    def find(self, kind: DueKind, subject: str) -> Due | None:
        table = tables.due
        return self._find(Due, select(table).where(table.c.kind == kind, table.c.subject == subject))

    def hasten(self, kind: DueKind, now: datetime) -> None:
        table = tables.due
        later = update(table).where(table.c.kind == kind, table.c.at > now)
        self._connection.execute(later.values(at=now))

    def list_due(self, now: datetime, limit: int) -> list[Due]:
        table, was_set = tables.due, literal_column("due.rowid", Integer)  # SQLite's own number of a row
        query = select(table).where(table.c.at <= now).order_by(table.c.at, table.c.kind, was_set)
        return self._all(Due, query.limit(limit))

    def next_at(self) -> datetime | None:
        return cast("datetime | None", self._one(select(func.min(tables.due.c.at))))
