"""Road closures."""

from sqlalchemy import select

from dispatch.domain.closure import Closure
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of


class SqlClosures(Book):
    """The port Closures."""

    def add(self, closure: Closure) -> None:
        self._insert(tables.closures, row_of(tables.closures, closure))

    def save(self, closure: Closure) -> None:
        self._save(tables.closures, row_of(tables.closures, closure))

    def get(self, closure_id: str) -> Closure:
        return self._get(Closure, tables.closures, closure_id)

    def list_open(self) -> list[Closure]:
        table = tables.closures
        standing = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.created_at, table.c.id)
        return self._all(Closure, standing)
