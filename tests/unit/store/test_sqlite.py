"""SQLite as the store's disk: killed, full, altered, and two connections at once."""

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from dispatch.desk.ports import Books, StoreUnavailableError
from dispatch.domain.request import RequestFilter
from dispatch.store.sqlite import IndexMissingError, SqliteStore, _Job, open_passing, open_sqlite
from dispatch.store.tables import INDEXES, LIVE_VEHICLE
from dispatch.vocabulary.events import Overridden
from tests.contract.conftest import settle_town
from tests.people import NOW
from tests.unit.store.plans import plans_of

KILLS = 6


def close(store: SqliteStore) -> None:
    asyncio.run(store.close())


def limit_pages(store: SqliteStore, most: int) -> None:
    """Make the disk end after so many pages, on the connection that writes."""

    store._submit(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")).result()


def acknowledged_until_killed(path: Path, run: str, after_lines: int) -> list[str]:
    """Start a writer, kill -9 it in the middle of its writing, and return what it had acknowledged."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.writer", str(path), run], stdout=subprocess.PIPE, text=True, cwd=root
    ) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline().strip() for _ in range(after_lines)]
        writer.kill()
        lines += [line.strip() for line in writer.stdout if line.endswith("\n")]
    assert all(lines), "the writer ended by itself"
    return lines


def test_nothing_acknowledged_is_lost_and_nothing_doubled_through_kill_9(tmp_path: Path) -> None:
    path, dice = tmp_path / "town.sqlite3", random.Random(119)
    acknowledged: list[str] = []
    for run in range(KILLS):
        acknowledged += acknowledged_until_killed(path, f"run{run}", dice.randrange(50, 600))
    store = open_sqlite(path)
    entries = store.submit(lambda books: books.journal.list_after(0, 10**6).entries).result()
    answers = store.submit(lambda books: [books.answers.find(name) for name in acknowledged]).result()
    close(store)
    kept = Counter(entry.event.request_id for entry in entries)
    assert [name for name in acknowledged if kept[name] != 1] == []
    assert None not in answers
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ddl: None,
        lambda ddl: ddl.partition(" WHERE")[0],
        lambda ddl: ddl.replace("UNIQUE ", ""),
        lambda ddl: ddl.replace("is_live", "NOT is_live").replace("'open'", "'kept'"),
    ],
)
@pytest.mark.parametrize("name", INDEXES)
def test_an_index_that_is_missing_or_altered_stops_the_start(
    tmp_path: Path, name: str, spoil: Callable[[str], str | None]
) -> None:
    path = tmp_path / "town.sqlite3"
    close(open_sqlite(path))
    with sqlite3.connect(path) as raw:
        raw.execute(f"DROP INDEX {name}")
        altered = spoil(INDEXES[name])
        if altered is not None and altered != INDEXES[name]:
            raw.execute(altered)
    raw.close()
    with pytest.raises(IndexMissingError, match=name):
        open_sqlite(path)


def test_an_index_lost_while_running_is_told_by_the_probe_as_an_unavailable_store(tmp_path: Path) -> None:
    path = tmp_path / "town.sqlite3"
    store = open_sqlite(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(f"DROP INDEX {LIVE_VEHICLE}")

    async def probe() -> None:
        try:
            with pytest.raises(StoreUnavailableError, match=LIVE_VEHICLE):
                await store.probe()
        finally:
            await store.close()

    asyncio.run(probe())


def test_live_assignments_are_found_through_the_partial_indexes(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")
    plans = plans_of(
        store,
        lambda books: books.assignments.find_live("V1"),
        lambda books: books.assignments.list_live(),
        lambda books: books.vehicles.list_all(),
        lambda books: books.assignments.list_of_vehicle("V1", since=NOW),
    )
    close(store)
    assert len(plans) == 4
    assert "assignments_by_vehicle (vehicle_id=? AND offered_at>?)" in plans.pop()
    assert [plan for plan in plans if "one_live_assignment" not in plan] == []


def test_who_asked_nearby_is_found_by_place_in_both_halves(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")
    box = (106.6, -6.3, 106.7, -6.2)
    plans = plans_of(
        store,
        lambda books: books.requests.list_near(box, since=NOW, limit=9),
        lambda books: books.requests.list_some(RequestFilter(incident="K-1")),
    )
    close(store)
    assert plans[0].count("SEARCH requests USING INDEX requests_by_place (ended_at=? AND pickup_lat>?") == 1, plans
    assert plans[0].count("SEARCH requests USING INDEX requests_by_place (ended_at>?)") == 1, plans
    assert "SCAN" not in plans[0].replace("SCAN CONSTANT ROW", "")
    assert "ix_requests_incident" in plans[1]


def test_a_caller_that_gives_up_as_the_disk_fails_does_not_end_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.store.sqlite._BUSY_S", 0.1)
    path = tmp_path / "town.sqlite3"
    store = open_sqlite(path)

    class GivesUp(Future[Any]):
        """Is cancelled at the one moment that matters: just after somebody has looked."""

        def cancelled(self) -> bool:
            found = super().cancelled()
            self.cancel()
            return found

    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        leaving = GivesUp()
        store._jobs.put(_Job(lambda _: 0, leaving))
        with pytest.raises(StoreUnavailableError):
            store.submit(lambda books: books.journal.last_seq()).result(10)
        other.execute("ROLLBACK")
    assert store.submit(lambda books: books.journal.last_seq()).result(10) == 0
    close(store)


def test_what_comes_after_the_end_is_refused_and_waits_for_nobody(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")
    late: Future[int] = Future()

    def work(_: Books) -> None:
        store._jobs.put(None)  # the end comes while a command is under way, and one more behind it
        store._jobs.put(_Job(lambda _: 0, late))

    store.submit(work).result()
    with pytest.raises(StoreUnavailableError):
        late.result(10)
    close(store)


def test_the_index_alone_holds_where_a_writer_goes_round_the_queue(tmp_path: Path) -> None:
    path = tmp_path / "town.sqlite3"
    store = open_sqlite(path)
    store.submit(settle_town).result()
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(2)

    def grab(number: int) -> None:
        raw = sqlite3.connect(path, timeout=10, isolation_level=None)
        start.wait()
        try:
            raw.execute(
                "INSERT INTO assignments (id, request_id, slot, vehicle_id, state, is_live, offered_at, expires_at,"
                " stamps, version) VALUES (?, 'P-1', ?, 'V1', 'offered', 1, '', '', '{}', 1)",
                (f"T-{number}", number),
            )
            outcomes["won"] += 1
        except sqlite3.IntegrityError:
            outcomes["taken"] += 1
        finally:
            raw.close()

    threads = [threading.Thread(target=grab, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close(store)
    assert outcomes == {"won": 1, "taken": 1}


def test_a_full_disk_is_said_and_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")
    store.submit(settle_town).result()
    limit_pages(store, 120)
    acknowledged: list[int] = []

    def big(books: Books) -> int:
        return books.journal.add(Overridden(at=NOW, request_id="P-1", rule="R05", reason="x" * 4000))

    with pytest.raises(StoreUnavailableError):
        acknowledged.extend(store.submit(big).result() for _ in range(1000))
    entries = store.submit(lambda books: books.journal.list_after(0, 10**6).entries).result()
    assert [entry.seq for entry in entries] == acknowledged
    limit_pages(store, 100_000)
    assert store.submit(big).result() == acknowledged[-1] + 1
    close(store)


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "below" / "town.sqlite3"
    close(open_sqlite(path))
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "town.sqlite3"
    path.write_text("these are somebody's notes" * 100)
    with pytest.raises(StoreUnavailableError, match="cannot be used as a database"):
        open_sqlite(path)
    assert path.read_text().startswith("these are somebody's notes")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")
    close(store)
    with pytest.raises(StoreUnavailableError):
        store.submit(lambda books: books.journal.last_seq())


def test_several_databases_are_made_at_once_in_one_process(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda n: open_sqlite(tmp_path / f"town-{n}.sqlite3"), range(18)))
    for store in stores:
        assert store.submit(lambda books: books.journal.last_seq()).result() == 0
        close(store)


def test_a_database_for_a_short_while_is_made_like_any_other(tmp_path: Path) -> None:
    def made_of(path: Path) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(path)
        try:
            return sorted(connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"))
        finally:
            connection.close()

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    close(open_sqlite(tmp_path / "new.sqlite3"))
    for name in ("a", "b"):  # the first one is migrated, the second one copied
        close(open_passing(tmp_path / name))
        assert made_of(tmp_path / name / "jemput.sqlite3") == made_of(tmp_path / "new.sqlite3")
        assert (tmp_path / name / "jemput.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_statement_is_compiled_once_in_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    visit_select: Callable[..., str] = SQLiteCompiler.visit_select

    def visit(self: SQLiteCompiler, *args: Any, **options: Any) -> str:
        statement = visit_select(self, *args, **options)
        if "FROM vehicles" in statement:  # alembic makes its own anew
            compiled.append(statement)
        return statement

    monkeypatch.setattr(SQLiteCompiler, "visit_select", visit)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        store = open_passing(tmp_path / name)
        asyncio.run(store.read(lambda books: books.vehicles.list_all()))
        store.submit(lambda books: books.vehicles.list_all()).result()
        close(store)
    assert len(compiled) == len(set(compiled))
