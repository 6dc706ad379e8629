"""Crews' reports that a patient has died, with the word that answers each."""

from dispatch.store.migrations.ddl import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table."""
    run(_CHANGES)


_CHANGES = """
CREATE TABLE deaths (
    id VARCHAR NOT NULL, request_id VARCHAR NOT NULL REFERENCES requests (id),
    assignment_id VARCHAR NOT NULL REFERENCES assignments (id), reported_at VARCHAR NOT NULL,
    reported_by VARCHAR NOT NULL, state VARCHAR NOT NULL, word VARCHAR, doctor VARCHAR, heard_at VARCHAR, note VARCHAR,
    answered_at VARCHAR, answered_by VARCHAR, onward VARCHAR REFERENCES requests (id), version INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_deaths_request_id ON deaths (request_id);
CREATE INDEX ix_deaths_onward ON deaths (onward);
CREATE UNIQUE INDEX one_open_report_a_trip ON deaths (assignment_id) WHERE state = 'reported';
"""
