"""Older databases are brought up to date, and lose nothing on the way."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from dispatch.domain.closure import Closure
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.places import Cause
from geo.shape import Shape, ShapeKind
from tests.people import CIKOKOL, NOW, OPI


def migrate(path: Path, to: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", "dispatch/store/migrations")
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        to(config)
    engine.dispose()


def test_a_database_from_before_there_were_closures_keeps_them_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    store = open_sqlite(path)
    store.submit(lambda books: books.people.put(OPI)).result()
    asyncio.run(store.close())
    migrate(path, lambda config: command.downgrade(config, "0005"))
    engine = create_engine(f"sqlite:///{path}")
    assert "closures" not in inspect(engine).get_table_names()
    engine.dispose()
    store = open_sqlite(path)
    shape = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
    closure = Closure(id="X-1", reason=Cause.FLOOD, shape=shape, created_at=NOW, created_by="opi", streets=1)
    store.submit(lambda books: books.closures.add(closure)).result()
    assert store.submit(lambda books: books.closures.list_open()).result() == [closure]
    assert store.submit(lambda books: books.people.find("opi")).result() == OPI
    asyncio.run(store.close())
