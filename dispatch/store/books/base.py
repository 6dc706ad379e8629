"""What every book does with its tables: values by a query, insert, replace, and compare-and-set."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from dispatch.desk.ports import LostRaceError, NotFoundError, VehicleTakenError
from dispatch.store import tables
from dispatch.store.rows import Row, reader

T = TypeVar("T")
_NOTHING: Row = MappingProxyType({})


class Book:
    """One noun's tables over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, query: Select[Any]) -> list[Row]:
        found = self._connection.execute(query)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    def _one(self, query: Select[Any]) -> object:
        """The one value that a query is for, or None."""
        return self._connection.execute(query).scalar_one_or_none()

    def _all(self, kind: type[T], query: Select[Any]) -> list[T]:
        return list(map(reader(kind), self._rows(query)))  # type: ignore[arg-type]  # types have a hash

    def _find(self, kind: type[T], query: Select[Any]) -> T | None:
        return next(iter(self._all(kind, query)), None)

    def _get(self, kind: type[T], table: Table, value: object, key: str = "id") -> T:
        """The value of the row whose `key` has a value. Raises NotFoundError."""
        found = self._find(kind, select(table).where(table.c[key] == value))
        if found is None:
            raise NotFoundError(f"none of {table.name} has the {key} {value}")
        return found

    def _put(
        self, table: Table, row: Row, keys: Sequence[str] = ("id",), *, at_first: Row = _NOTHING, made: Row = _NOTHING
    ) -> None:
        """Insert a row, with what is set `at_first` alone, or replace what it says in the one that is there.

        `made` are columns that the database makes, by expressions.
        """
        new = upsert(table).values(made)
        changes = {name: new.excluded[name] for name in (*row, *made) if name not in keys}
        self._connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changes), {**row, **at_first})

    def _put_newer(self, table: Table, rows: Sequence[Row], key: str, time: str) -> None:
        """Insert rows, or replace those that are there by what has a later `time`."""
        new = upsert(table)
        changes = {name: new.excluded[name] for name in rows[0] if name != key}
        later = table.c[time] < new.excluded[time]
        self._connection.execute(new.on_conflict_do_update(index_elements=[key], set_=changes, where=later), rows)

    def _put_once(self, table: Table, row: Row, key: str) -> None:
        """Insert a row if there is none under its key."""
        self._connection.execute(upsert(table).on_conflict_do_nothing(index_elements=[key]), row)

    def _add(self, table: Table, row: Row, number: str) -> int:
        """Insert a row and return the `number` that the database gave it."""
        added = self._connection.execute(insert(table).returning(table.c[number]), row)
        return int(added.scalar_one())

    def _insert(self, table: Table, row: Row) -> None:
        try:
            self._connection.execute(insert(table), row)
        except IntegrityError as error:
            taken = "assignments.vehicle_id" in str(error.orig) or tables.LIVE_VEHICLE in str(error.orig)
            if "FOREIGN KEY" in str(error.orig):
                raise NotFoundError(f"a row that {table.name} names does not exist") from error
            raise (VehicleTakenError if taken else LostRaceError)(table.name) from error

    def _save(self, table: Table, row: Row) -> None:
        """Store a row whose version is one above the one that is there. Raises LostRaceError."""
        before = int(str(row["version"])) - 1
        statement = update(table).where(table.c.id == row["id"], table.c.version == before)
        try:
            done = self._connection.execute(statement.values(row))
        except IntegrityError as error:
            raise LostRaceError(table.name) from error
        if done.rowcount != 1:
            raise LostRaceError(f"{table.name} {row['id']} was changed by somebody else")
