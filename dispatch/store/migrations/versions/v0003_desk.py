"""Several vehicles a request, holds, auto-accept, declines, and the ledger of promises with its calls."""

from alembic import op
from sqlalchemy import inspect

from dispatch.store import tables

revision = "0003"
down_revision = "0002"
_COLUMNS = (
    *((tables.vehicles, name) for name in ("left_alone_until", "auto_accept")),
    *((tables.requests, name) for name in ("wanted", "held")),
    *((tables.promises, name) for name in ("kind", "level", "whom", "calls", "kept", "late")),
    *((tables.promises, name) for name in ("outcome", "told", "closed_at")),
)


def upgrade() -> None:
    """Add what is missing: a database that 0001 made just now has it all."""
    held = inspect(op.get_bind())
    for table, name in _COLUMNS:
        if name not in {column["name"] for column in held.get_columns(table.name)}:
            op.add_column(table.name, table.c[name].copy())
    tables.promise_calls.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Take it away again."""
    tables.promise_calls.drop(op.get_bind())
    for table, name in _COLUMNS:
        op.drop_column(table.name, name)
