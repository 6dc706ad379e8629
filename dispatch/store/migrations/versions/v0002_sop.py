"""Hours, area, shift and rest of vehicles; the facts of decisions; drafts of the SOP."""

from alembic import op
from sqlalchemy import inspect

from dispatch.store import tables

revision = "0002"
down_revision = "0001"
_COLUMNS = (
    *((tables.vehicles, name) for name in ("hours", "area", "on_duty_since", "trip_ended_at")),
    (tables.decisions, "facts"),
)


def upgrade() -> None:
    """Add what is missing: a database that 0001 made just now has it all."""
    held = inspect(op.get_bind())
    for table, name in _COLUMNS:
        if name not in {column["name"] for column in held.get_columns(table.name)}:
            op.add_column(table.name, table.c[name].copy())
    tables.sop_drafts.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Take it away again."""
    tables.sop_drafts.drop(op.get_bind())
    for table, name in _COLUMNS:
        op.drop_column(table.name, name)
