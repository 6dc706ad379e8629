"""The first schema: master data, requests, assignments, promises, journal, timers."""

from alembic import op

from dispatch.store.tables import CREATE_INDEXES, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and the partial unique indexes."""
    metadata.create_all(op.get_bind())
    for statement in CREATE_INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything: only for an empty trial database."""
    metadata.drop_all(op.get_bind())
