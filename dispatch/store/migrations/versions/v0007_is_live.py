"""Whether an assignment is live is a column, so that a new step of a trip needs no migration; what was kept twice or
never read is gone: a promise's time of its next retry, which is a timer, and an answer's status; a decision's brief
lies beside it, so that a timeline reads no whole decision."""

from dispatch.store.migrations.ddl import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column (a row that says nothing counts as live), make the indexes over it, and drop the others."""
    run(_CHANGES)


# The states are those that were live when this was written.
_CHANGES = """
DROP INDEX IF EXISTS one_live_assignment_a_vehicle;
DROP INDEX IF EXISTS one_live_assignment_a_slot;
ALTER TABLE assignments ADD COLUMN is_live BOOLEAN DEFAULT 1 NOT NULL;
UPDATE assignments SET is_live =
    state IN ('accepted', 'at_destination', 'en_route', 'offered', 'on_scene', 'transporting');
CREATE UNIQUE INDEX one_live_assignment_a_vehicle ON assignments (vehicle_id) WHERE is_live;
CREATE UNIQUE INDEX one_live_assignment_a_slot ON assignments (request_id, slot) WHERE is_live;
ALTER TABLE decisions ADD COLUMN brief TEXT;
ALTER TABLE promises DROP COLUMN retry_at;
ALTER TABLE answers DROP COLUMN status;
ALTER TABLE answers RENAME COLUMN body TO subject;
"""
