"""The outbox: messages, and a cursor that begins where the journal stands, so that nothing old is told."""

from alembic import op
from sqlalchemy import func, insert, select

from dispatch.store.tables import journal
from dispatch.store.tables_tell import messages, tell_cursor

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make what is missing: a database that 0001 made just now has the tables."""
    connection = op.get_bind()
    messages.create(connection, checkfirst=True)
    tell_cursor.create(connection, checkfirst=True)
    last = connection.execute(select(func.coalesce(func.max(journal.c.seq), 0))).scalar_one()
    connection.execute(insert(tell_cursor).values(id=1, seq=last))


def downgrade() -> None:
    """Take it away again."""
    messages.drop(op.get_bind())
    tell_cursor.drop(op.get_bind())
