"""Road closures."""

from dispatch.store.migrations.ddl import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add what is missing: a new database of that time had it from 0001."""
    run(_CLOSURES)


_CLOSURES = """
CREATE TABLE IF NOT EXISTS closures (
    id VARCHAR NOT NULL, reason VARCHAR NOT NULL, note VARCHAR, shape TEXT NOT NULL, streets INTEGER,
    created_at VARCHAR NOT NULL, created_by VARCHAR NOT NULL, until VARCHAR, ended_at VARCHAR, ended_by VARCHAR,
    version INTEGER NOT NULL, PRIMARY KEY (id)
)
"""
