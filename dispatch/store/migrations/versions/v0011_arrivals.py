"""An assignment keeps when its vehicle arrives as calculated on the way."""

from dispatch.store.migrations.ddl import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column."""
    run("ALTER TABLE assignments ADD COLUMN foreseen TEXT")
