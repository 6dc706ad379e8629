"""The statements of a step: as they were written, never made from today's tables. Steps lead forward alone."""

from alembic import op
from sqlalchemy import inspect


def run(script: str) -> None:
    """Execute statements with semicolons between them."""
    for statement in filter(None, map(str.strip, script.split(";"))):
        op.execute(statement)


def add_missing(table: str, *columns: str) -> None:
    """Add the columns, each in the words of its DDL, that a table does not have yet."""
    held = {column["name"] for column in inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.split()[0] not in held:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
