"""Of a facility is kept where one drives into it, where that is another point than its own."""

from dispatch.store.migrations.ddl import run

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column."""
    run("ALTER TABLE facilities ADD COLUMN entrance TEXT;")
