"""The outbox: messages, and a cursor that begins where the journal stands, so that nothing old is told."""

from dispatch.store.migrations.ddl import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what is missing: a new database of that time had it from 0001."""
    run(_OUTBOX)


_OUTBOX = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" VARCHAR NOT NULL, seq INTEGER NOT NULL,
    made_at VARCHAR NOT NULL, recipient VARCHAR NOT NULL, template VARCHAR NOT NULL, request_id VARCHAR,
    assignment_id VARCHAR, vehicle_id VARCHAR, facts TEXT NOT NULL, state VARCHAR NOT NULL, tries INTEGER NOT NULL,
    send_after VARCHAR NOT NULL, drop_after VARCHAR, sent_at VARCHAR, sent_by VARCHAR, last_error VARCHAR,
    UNIQUE ("key")
);
CREATE INDEX IF NOT EXISTS ix_messages_request_id ON messages (request_id);
CREATE INDEX IF NOT EXISTS ix_messages_assignment_id ON messages (assignment_id);
CREATE INDEX IF NOT EXISTS messages_queued ON messages (recipient, id) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS messages_by_state ON messages (state, id);
CREATE TABLE IF NOT EXISTS tell_cursor (id INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id));
INSERT INTO tell_cursor (id, seq)
    SELECT 1, coalesce((SELECT max(seq) FROM journal), 0) WHERE NOT EXISTS (SELECT 1 FROM tell_cursor);
"""
