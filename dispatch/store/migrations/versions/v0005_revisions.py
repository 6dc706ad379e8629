"""A revision of every vehicle, so that a large fleet is read again only where it changed."""

from alembic import op
from sqlalchemy import inspect

from dispatch.store.tables import vehicles

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what is missing: a database that 0001 made just now has it all."""
    held = {column["name"] for column in inspect(op.get_bind()).get_columns("vehicles")}
    if "revision" not in held:
        op.add_column("vehicles", vehicles.c.revision.copy())
        op.create_index("ix_vehicles_revision", "vehicles", ["revision"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_vehicles_revision", "vehicles")
    op.drop_column("vehicles", "revision")
