"""What every book does with its tables: rows by a query, insert, replace, and compare-and-set."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from dispatch.desk.ports import LostRaceError, NotFoundError, VehicleTakenError
from dispatch.store import tables
from dispatch.store.rows import Row


class Book:
    """One noun's tables over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, query: Select[Any]) -> Row | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else {str(name): value for name, value in row.items()}

    def _get(self, query: Select[Any], what: str) -> Row:
        row = self._one(query)
        if row is None:
            raise NotFoundError(f"no {what}")
        return row

    def _all(self, query: Select[Any]) -> list[Row]:
        found = self._connection.execute(query).mappings()
        return [{str(name): value for name, value in row.items()} for row in found]

    def _put(self, table: Table, row: Row, keys: Sequence[str] = ("id",), *, at_first: Row | None = None) -> None:
        """Insert a row, with what is set `at_first` alone, or replace what it says in the one that is there."""
        new = upsert(table).values({**row, **(at_first or {})})
        changes = {name: new.excluded[name] for name in row if name not in keys}
        self._connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changes))

    def _put_newer(self, table: Table, rows: Sequence[Row], key: str, time: str) -> None:
        """Insert rows, or replace those that are there by what has a later `time`."""
        new = upsert(table)
        changes = {name: new.excluded[name] for name in rows[0] if name != key}
        later = table.c[time] < new.excluded[time]
        self._connection.execute(new.on_conflict_do_update(index_elements=[key], set_=changes, where=later), rows)

    def _put_once(self, table: Table, row: Row, key: str) -> None:
        """Insert a row if there is none under its key."""
        self._connection.execute(upsert(table).values(row).on_conflict_do_nothing(index_elements=[key]))

    def _add(self, table: Table, row: Row, number: str) -> int:
        """Insert a row and return the `number` that the database gave it."""
        added = self._connection.execute(insert(table).values(row).returning(table.c[number]))
        return int(added.scalar_one())

    def _insert(self, table: Table, row: Row) -> None:
        try:
            self._connection.execute(insert(table).values(row))
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
