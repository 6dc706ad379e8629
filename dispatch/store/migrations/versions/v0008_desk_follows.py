"""A booked request may have a vehicle reserved for it; a duplicate says which request it is the same as."""

from dispatch.store.migrations.ddl import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the two columns."""
    run(_CHANGES)


_CHANGES = """
ALTER TABLE requests ADD COLUMN reserved TEXT REFERENCES vehicles (id);
ALTER TABLE requests ADD COLUMN duplicate_of TEXT REFERENCES requests (id);
"""
