"""Hours, area, shift and rest of vehicles; the facts of decisions; drafts of the SOP."""

from dispatch.store.migrations.ddl import add_missing, run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what is missing: a new database of that time had it from 0001."""
    add_missing("vehicles", "hours VARCHAR", "area VARCHAR DEFAULT '' NOT NULL")
    add_missing("vehicles", "on_duty_since VARCHAR", "trip_ended_at VARCHAR")
    add_missing("decisions", "facts BLOB")
    run(_DRAFTS)


_DRAFTS = """
CREATE TABLE IF NOT EXISTS sop_drafts (
    id VARCHAR NOT NULL, agency VARCHAR NOT NULL, state VARCHAR NOT NULL, text TEXT NOT NULL, edit INTEGER NOT NULL,
    base_version VARCHAR, created_by VARCHAR NOT NULL, updated_by VARCHAR NOT NULL, updated_at VARCHAR NOT NULL,
    submitted_by VARCHAR, approved_by VARCHAR, reason VARCHAR, PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS ix_sop_drafts_agency ON sop_drafts (agency);
"""
