"""Several vehicles a request, holds, auto-accept, declines, and the ledger of promises with its calls."""

from dispatch.store.migrations.ddl import add_missing, run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what is missing: a new database of that time had it from 0001."""
    add_missing("vehicles", "left_alone_until VARCHAR", "auto_accept BOOLEAN DEFAULT 0 NOT NULL")
    add_missing("requests", "wanted INTEGER DEFAULT 1 NOT NULL", "held BOOLEAN DEFAULT 0 NOT NULL")
    add_missing("promises", "kind VARCHAR DEFAULT 'vehicle' NOT NULL", "level INTEGER DEFAULT 1 NOT NULL")
    add_missing("promises", "whom VARCHAR DEFAULT 'contact' NOT NULL")
    add_missing("promises", *(f"{count} INTEGER DEFAULT 0 NOT NULL" for count in ("calls", "kept", "late")))
    add_missing("promises", "outcome VARCHAR", "told VARCHAR", "closed_at VARCHAR")
    run(_CALLS)


_CALLS = """
CREATE TABLE IF NOT EXISTS promise_calls (
    id INTEGER NOT NULL, promise_id VARCHAR NOT NULL, at VARCHAR NOT NULL, "by" VARCHAR NOT NULL,
    whom VARCHAR NOT NULL, outcome VARCHAR NOT NULL, told VARCHAR NOT NULL, note VARCHAR NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(promise_id) REFERENCES promises (id)
);
CREATE INDEX IF NOT EXISTS ix_promise_calls_promise_id ON promise_calls (promise_id);
"""
