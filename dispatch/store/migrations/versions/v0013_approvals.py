"""An approval says of which agency it is asked, who answered, and from whom the answer was heard by phone."""

from dispatch.store.migrations.ddl import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the four columns."""
    run(_CHANGES)


_CHANGES = """
ALTER TABLE approvals ADD COLUMN agency TEXT;
ALTER TABLE approvals ADD COLUMN answered_by TEXT;
ALTER TABLE approvals ADD COLUMN heard_from TEXT;
ALTER TABLE approvals ADD COLUMN heard_at TEXT;
"""
