"""Durable commands a second: the store's group commit against one commit a command, on the same disk in one run."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from dispatch.desk.ports import Books
from dispatch.store.sqlite import SqliteStore, open_sqlite
from dispatch.vocabulary.events import RequestReceived

COMMANDS = 2_000
ROUNDS = 3
EVENT = RequestReceived(at=datetime(2026, 1, 1, tzinfo=UTC), request_id="P-1")


def add(books: Books) -> int:
    return books.journal.add(EVENT)


def together(store: SqliteStore) -> float:
    """Commands a second when all are queued at once, so that many share one flush of the disk."""
    start = time.perf_counter()
    for future in [store.submit(add) for _ in range(COMMANDS)]:
        future.result()
    return COMMANDS / (time.perf_counter() - start)


def one_by_one(store: SqliteStore) -> float:
    """Commands a second when each waits for the commit of the one before."""
    start = time.perf_counter()
    for _ in range(COMMANDS):
        store.submit(add).result()
    return COMMANDS / (time.perf_counter() - start)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        store = open_sqlite(Path(folder) / "bench.sqlite3")
        try:
            rounds = [(together(store), one_by_one(store)) for _ in range(ROUNDS)]
        finally:
            asyncio.run(store.close())
    for group, single in rounds:
        print(f"group commit {group:7,.0f}/s   one commit a command {single:7,.0f}/s   ratio {group / single:4.1f}")


if __name__ == "__main__":
    main()
