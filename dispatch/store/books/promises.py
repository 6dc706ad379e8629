"""The ledger of promises: what is owed, the calls that were made, and how it ended."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from dispatch.domain.promise import Call, Promise
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of
from dispatch.vocabulary.promises import PromiseState

_OPEN = select(tables.promises).where(tables.promises.c.state == PromiseState.OPEN)


class SqlPromises(Book):
    """The port Promises."""

    def add(self, promise: Promise) -> None:
        self._insert(tables.promises, row_of(tables.promises, promise))

    def save(self, promise: Promise) -> None:
        self._save(tables.promises, row_of(tables.promises, promise))

    def get(self, promise_id: str) -> Promise:
        return self._get(Promise, tables.promises, promise_id)

    def find_open(self, request_id: str) -> Promise | None:
        return next(iter(self.list_open_of([request_id])), None)

    def list_open(self, *, owner: str | None = None, overdue_at: datetime | None = None) -> list[Promise]:
        table = tables.promises
        query = _OPEN.order_by(table.c.due_at, table.c.id)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        if overdue_at is not None:
            query = query.where(table.c.due_at < overdue_at)
        return self._all(Promise, query)

    def list_open_of(self, request_ids: Collection[str]) -> list[Promise]:
        return self._all(Promise, _OPEN.where(tables.promises.c.request_id.in_(request_ids)))

    def list_made(self, *, since: datetime, until: datetime) -> list[Promise]:
        table = tables.promises
        made = select(table).where(table.c.made_at >= since, table.c.made_at < until)
        return self._all(Promise, made.order_by(table.c.made_at, table.c.id))

    def add_call(self, call: Call) -> None:
        self._insert(tables.promise_calls, row_of(tables.promise_calls, call))

    def list_calls(self, promise_id: str) -> list[Call]:
        table = tables.promise_calls
        query = select(table).where(table.c.promise_id == promise_id).order_by(table.c.id)
        return self._all(Call, query)
