"""Whether an assignment is live is a column, so that a new step of a trip needs no migration; a promise keeps no time
of its next retry beside its timer; a decision's brief lies beside it, so that a timeline reads no whole decision."""

from alembic import op
from sqlalchemy import inspect

revision = "0007"
down_revision = "0006"
# The states that were live when this was written.
_LIVE = "'accepted', 'at_destination', 'en_route', 'offered', 'on_scene', 'transporting'"
_VEHICLE, _SLOT = "one_live_assignment_a_vehicle", "one_live_assignment_a_slot"


def upgrade() -> None:
    """Add the columns, make the indexes, and drop the time."""
    held = inspect(op.get_bind())
    if "is_live" not in {column["name"] for column in held.get_columns("assignments")}:
        op.execute("ALTER TABLE assignments ADD COLUMN is_live BOOLEAN DEFAULT 0 NOT NULL")
        op.execute(f"UPDATE assignments SET is_live = state IN ({_LIVE})")  # noqa: S608 - no input
    if "brief" not in {column["name"] for column in held.get_columns("decisions")}:
        op.execute("ALTER TABLE decisions ADD COLUMN brief TEXT")
    if "retry_at" in {column["name"] for column in held.get_columns("promises")}:
        op.drop_column("promises", "retry_at")
    for name, columns in ((_VEHICLE, "vehicle_id"), (_SLOT, "request_id, slot")):
        op.execute(f"DROP INDEX IF EXISTS {name}")
        op.execute(f"CREATE UNIQUE INDEX {name} ON assignments ({columns}) WHERE is_live")


def downgrade() -> None:
    """There is no way back: back up first."""
    raise NotImplementedError("this step of the schema cannot be taken back: restore a copy of the database")
