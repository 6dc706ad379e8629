"""The ledger of promises in the books: what is owed, the calls that were made, and how it ended."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from dispatch.desk.ports import NotFoundError
from dispatch.domain.promise import Call, CallOutcome, Promise, PromiseKind, PromiseState, Whom
from dispatch.store import tables
from dispatch.store.master import Master
from dispatch.store.rows import Row, time_of, time_text

_TIMES = ("made_at", "due_at", "retry_at", "closed_at")


class Ledger(Master):
    """Promises and their calls, beside the master data."""

    def add_promise(self, promise: Promise) -> None:
        self._insert(tables.promises, _row(promise))

    def save_promise(self, promise: Promise) -> None:
        self._save(tables.promises, _row(promise))

    def get_promise(self, promise_id: str) -> Promise:
        row = self._one(select(tables.promises).where(tables.promises.c.id == promise_id))
        if row is None:
            raise NotFoundError(f"no promise {promise_id}")
        return _promise(row)

    def find_open_promise(self, request_id: str) -> Promise | None:
        table = tables.promises
        row = self._one(select(table).where(table.c.request_id == request_id, table.c.state == PromiseState.OPEN.value))
        return None if row is None else _promise(row)

    def list_promises(self, *, owner: str | None, overdue_at: datetime | None) -> list[Promise]:
        table = tables.promises
        query = select(table).where(table.c.state == PromiseState.OPEN.value).order_by(table.c.due_at, table.c.id)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        if overdue_at is not None:
            query = query.where(table.c.due_at < time_text(overdue_at))
        return [_promise(row) for row in self._all(query)]

    def list_promises_made(self, *, since: datetime, until: datetime) -> list[Promise]:
        table = tables.promises
        made = select(table).where(table.c.made_at >= time_text(since), table.c.made_at < time_text(until))
        return [_promise(row) for row in self._all(made.order_by(table.c.made_at, table.c.id))]

    def add_call(self, call: Call) -> None:
        row = {**asdict(call), "at": time_text(call.at), "whom": call.whom.value, "outcome": call.outcome.value}
        self._insert(tables.promise_calls, row)

    def list_calls(self, promise_id: str) -> list[Call]:
        table = tables.promise_calls
        query = select(table).where(table.c.promise_id == promise_id).order_by(table.c.id)
        return [_call(row) for row in self._all(query)]


def _row(promise: Promise) -> dict[str, object]:
    times = {name: time_text(at) if (at := getattr(promise, name)) else None for name in _TIMES}
    words = {"state": promise.state.value, "kind": promise.kind.value, "whom": promise.whom.value}
    return {**asdict(promise), **times, **words}


def _promise(row: Row) -> Promise:
    times = {name: time_of(row[name]) if row[name] else None for name in _TIMES}
    words = {"state": PromiseState(row["state"]), "kind": PromiseKind(row["kind"]), "whom": Whom(row["whom"])}
    return Promise(**{**row, **times, **words})


def _call(row: Row) -> Call:
    kept = {name: value for name, value in row.items() if name != "id"}
    words = {"at": time_of(row["at"]), "whom": Whom(row["whom"]), "outcome": CallOutcome(row["outcome"])}
    return Call(**{**kept, **words})
