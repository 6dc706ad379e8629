"""What was foreseen of drives beside what they took."""

import secrets
from dataclasses import fields
from datetime import date

from sqlalchemy import delete, select

from dispatch.domain.driven import Drive
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of

_BITS = 62  # of a number that is drawn: rows that are numbered in turn would tell in which order they came


class SqlDrives(Book):
    """The port Drives."""

    def add(self, drive: Drive) -> None:
        self._insert(tables.drives, row_of(tables.drives, drive, id=secrets.randbits(_BITS)))

    def drop(self, drive: Drive) -> None:
        table = tables.drives
        equal = [table.c[field.name].is_not_distinct_from(getattr(drive, field.name)) for field in fields(Drive)]
        one = select(table.c.id).where(*equal).limit(1)
        self._connection.execute(delete(table).where(table.c.id.in_(one)))

    def list_since(self, month: date) -> list[Drive]:
        table = tables.drives
        return self._all(Drive, select(table).where(table.c.month >= month).order_by(table.c.month, table.c.id))
