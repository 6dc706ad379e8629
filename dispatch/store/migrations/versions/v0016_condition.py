"""Of a vehicle is kept whether it is to be cleaned, whatever happens meanwhile, and when it last broke down."""

from dispatch.store.migrations.ddl import run

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the two columns; what is being cleaned is to be cleaned."""
    run(_CHANGES)


_CHANGES = """
ALTER TABLE vehicles ADD COLUMN to_clean BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE vehicles ADD COLUMN broke_at TEXT;
UPDATE vehicles SET to_clean = 1 WHERE duty = 'cleaning';
"""
