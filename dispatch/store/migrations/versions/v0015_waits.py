"""The vehicles that wait somewhere for a way back are found without looking through all that is booked."""

from dispatch.store.migrations.ddl import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the index."""
    run(_CHANGES)


_CHANGES = """
CREATE INDEX requests_waiting ON requests (schedule_at)
  WHERE state = 'scheduled' AND json_extract(ask, '$.waits');
"""
