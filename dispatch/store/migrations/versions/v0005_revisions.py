"""A revision of every vehicle, so that a large fleet is read again only where it changed."""

from dispatch.store.migrations.ddl import add_missing, run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what is missing: a new database of that time had it from 0001."""
    add_missing("vehicles", "revision INTEGER DEFAULT 0 NOT NULL")
    run("CREATE INDEX IF NOT EXISTS ix_vehicles_revision ON vehicles (revision)")
