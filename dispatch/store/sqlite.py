"""The store on SQLite: one writer thread with group commit, read-only readers, checked at every start."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util import LRUCache

from dispatch.desk.ports import Books, StoreUnavailableError
from dispatch.store import tables
from dispatch.store.books import open_books
from dispatch.store.tables import INDEXES

T = TypeVar("T")
_GROUP = 256  # commands of one fsync at most: keeps the wait of the first one short
_READERS = 4
_BUSY_S = 10
_MIGRATING = threading.Lock()  # alembic keeps its context in globals: one migration at a time in a process


class IndexMissingError(StoreUnavailableError):
    """A unique index that keeps a vehicle from being sent twice is missing or was altered."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    future: Future[Any]


def open_sqlite(path: Path, *, guest: bool = False) -> "SqliteStore":
    """Open the database of `path`, make or migrate its schema, and check its indexes.

    A `guest` writes beside a server that may be running, and so never checkpoints: before SQLite 3.51.3 two
    connections that both write and checkpoint can damage the write-ahead log.

    Raises:
        IndexMissingError: if an index does not say what it must.
        StoreUnavailableError: if the file cannot be opened or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(f"{path.parent} cannot be made: {error}") from error
    writing = _engine(path, read_only=False, checkpoints=not guest)
    try:
        with writing.connect() as connection:
            _migrate(connection)
            check_indexes(connection)
        path.chmod(0o600)
    except (DBAPIError, OSError) as error:
        writing.dispose()
        raise StoreUnavailableError(f"{path} cannot be used as a database: {error}") from error
    except BaseException:
        writing.dispose()
        raise
    return SqliteStore(writing, _engine(path, read_only=True, checkpoints=False))


def open_passing(folder: Path) -> "SqliteStore":
    """A new database in `folder` for a short while: a copy of an empty one that was migrated once in this process."""
    path = folder / "jemput.sqlite3"
    path.write_bytes(_empty())
    return open_sqlite(path)


@cache
def _empty() -> bytes:
    with TemporaryDirectory(prefix="jemput-empty-") as folder:
        path = Path(folder) / "jemput.sqlite3"
        engine = _engine(path, read_only=False, checkpoints=True)
        with engine.connect() as connection:
            _migrate(connection)
        engine.dispose()  # the last connection leaves nothing in the write-ahead log
        return path.read_bytes()


class Spoken(SQLiteDialect_pysqlite):
    """SQLite as every engine here speaks it: equal to each other, so that a statement is compiled once a process.

    A trial of a draft opens a database for each scenario: a third of its time was spent on compiling them anew.
    """

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spoken)

    def __hash__(self) -> int:
        return hash(Spoken)


registry.register("jemput.sqlite", __name__, Spoken.__name__)
_COMPILED: LRUCache[Any, Any] = LRUCache(1000)  # statements; there are some three hundred


def _engine(path: Path, *, read_only: bool, checkpoints: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        # Transactions are begun by our own statements: SQLite's driver would begin them too late for SAVEPOINT.
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        if not checkpoints:
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    pool = {"poolclass": QueuePool, "pool_size": _READERS} if read_only else {"poolclass": NullPool}
    options = {"compiled_cache": _COMPILED}
    engine = create_engine("jemput+sqlite://", creator=connect, execution_options=options, **pool)
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _migrate(connection: Connection) -> None:
    with _MIGRATING, connection.begin():
        if MigrationContext.configure(connection).get_current_revision() != _newest():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def check_indexes(connection: Connection) -> None:
    """Compare the text of each partial unique index with what it must be: a lost predicate is invisible otherwise."""
    with connection.begin():
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"))
        found = {str(name): str(sql) for name, sql in rows}
    for name, ddl in INDEXES.items():
        if found.get(name) != ddl:
            raise IndexMissingError(
                f"the index {name} is {'altered' if name in found else 'missing'}: without it a vehicle could be sent "
                f"twice. Stop the service, drop it if it is there, and run: {ddl}"
            )


class SqliteStore:
    """One thread owns the only writing connection; a command is acknowledged after its group is on the disk."""

    def __init__(self, writing: Engine, reading: Engine) -> None:
        self._writing, self._reading = writing, reading
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="jemput-read")
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="jemput-write", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Books], T]) -> Future[T]:
        """Queue one transaction; the future holds its result once it is durable."""
        return self._submit(lambda connection: work(open_books(connection)))

    def _submit(self, work: Callable[[Connection], T]) -> Future[T]:
        if self._closed:
            raise StoreUnavailableError("the store is closed")
        future: Future[T] = Future()
        self._jobs.put(_Job(work, future))
        return future

    async def write(self, work: Callable[[Books], T]) -> T:
        """Run one transaction. Raises what `work` raises, or StoreUnavailableError; then nothing of it is kept."""
        return await asyncio.wrap_future(self.submit(work))

    async def read(self, work: Callable[[Books], T]) -> T:
        """Run `work` over what is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Books], T]) -> T:
        try:
            with self._reading.begin() as connection:
                return work(open_books(connection))
        except DBAPIError as error:
            raise StoreUnavailableError(str(error.orig)) from error

    async def probe(self) -> None:
        """Make a real commit and check the indexes."""
        await asyncio.wrap_future(self._submit(_probe))
        await asyncio.get_running_loop().run_in_executor(self._readers, self._check)

    def _check(self) -> None:
        try:
            with self._reading.connect() as connection:
                check_indexes(connection)
        except DBAPIError as error:
            raise StoreUnavailableError(str(error.orig)) from error

    async def close(self) -> None:
        """Finish what is queued, then close."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()

    def _run(self) -> None:
        try:
            with self._writing.connect() as connection:
                while (job := self._jobs.get()) is not None:
                    group, last = self._gather(job)
                    self._commit(connection, group)
                    if last:
                        break
        finally:
            self._closed = True  # whatever ended this thread: nobody may wait for a writer that is gone
            self._refuse_rest()

    def _refuse_rest(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None and job.future.set_running_or_notify_cancel():
                    job.future.set_exception(StoreUnavailableError("the store is closed"))

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < _GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, connection: Connection, group: list[_Job]) -> None:
        try:
            with connection.begin():
                wanted = [job for job in group if job.future.set_running_or_notify_cancel()]
                answers = [(job, *_attempt(connection, job)) for job in wanted]
        except DBAPIError as error:
            # The disk is full or gone: nothing of the group is kept, and nobody is told otherwise.
            unavailable = StoreUnavailableError(str(error.orig))
            unavailable.__cause__ = error
            for job in group:
                # One that has not begun is begun first, so that nobody can cancel it between the two lines.
                if job.future.running() or (not job.future.cancelled() and job.future.set_running_or_notify_cancel()):
                    job.future.set_exception(unavailable)
            return
        for job, result, problem in answers:
            if problem is not None:
                job.future.set_exception(problem)
            else:
                job.future.set_result(result)


def _attempt(connection: Connection, job: _Job) -> tuple[Any, BaseException | None]:
    savepoint = connection.begin_nested()
    try:
        result = job.work(connection)
        savepoint.commit()
    except OperationalError:
        raise  # the disk or the lock: the whole group is lost
    except Exception as error:  # noqa: BLE001 - handed to whoever waits for this job; the others of the group go on
        savepoint.rollback()
        return None, error
    return result, None


def _probe(connection: Connection) -> None:
    """Write one row, so that a commit really reaches the disk."""
    connection.execute(tables.probes.delete())
    connection.execute(tables.probes.insert().values(at=datetime.now(UTC)))
