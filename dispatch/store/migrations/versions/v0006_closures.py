"""Road closures."""

from alembic import op

from dispatch.store.tables import closures

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make what is missing: a database that 0001 made just now has the table."""
    closures.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Take it away again."""
    closures.drop(op.get_bind())
