"""A booked request may be a ride of a series, or the way back of another one; its time can be looked for."""

from dispatch.store.migrations.ddl import run

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the three columns and their indexes, and the times of what is booked already, which is then looked at."""
    run(_CHANGES)


_CHANGES = """
ALTER TABLE requests ADD COLUMN series TEXT REFERENCES requests (id);
ALTER TABLE requests ADD COLUMN returns TEXT REFERENCES requests (id);
ALTER TABLE requests ADD COLUMN schedule_at TEXT;
UPDATE requests
  SET schedule_at = strftime('%Y-%m-%dT%H:%M:%f', json_extract(ask, '$.schedule_at')) || '000+00:00'
  WHERE json_extract(ask, '$.schedule_at') IS NOT NULL;
INSERT INTO due (kind, subject, at) SELECT 'booking', id, created_at FROM requests WHERE state = 'scheduled';
CREATE INDEX ix_requests_series ON requests (series);
CREATE INDEX requests_booked ON requests (schedule_at) WHERE state = 'scheduled';
"""
