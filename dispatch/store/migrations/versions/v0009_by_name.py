"""A person may hold permissions that no role has by itself."""

from dispatch.store.migrations.ddl import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; nobody holds one yet."""
    run(_CHANGES)


_CHANGES = """
ALTER TABLE people ADD COLUMN permissions TEXT DEFAULT '' NOT NULL;
"""
