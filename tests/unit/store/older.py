"""Databases of earlier versions, made by the steps of the schema up to theirs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from dispatch.store import migrations

BEFORE = "0006"  # the schema of the last version before 0.2
ROWS_BEFORE = Path(__file__).with_name("before_0_2.sql").read_text("utf-8")


def make(path: Path, revision: str, script: str = "") -> None:
    """A database of a revision; the script then puts rows into it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script)
