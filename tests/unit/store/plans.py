"""How the database goes about what a book asks it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from dispatch.desk.ports import Books
from dispatch.store.books import open_books
from dispatch.store.sqlite import SqliteStore


def plans_of(store: SqliteStore, *asks: Callable[[Books], object]) -> list[str]:
    """The plan of every statement, in the order of their asking."""

    def look(connection: Connection) -> list[str]:
        asked: list[tuple[str, Any]] = []

        def note(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        for ask in asks:
            ask(open_books(connection))
        event.remove(connection, "before_cursor_execute", note)
        explained = [connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text, given) for text, given in asked]
        return [" | ".join(row.detail for row in rows) for rows in explained]

    return store._submit(look).result()
