"""Yeses that are asked for a vehicle are looked up whenever it goes."""

from dispatch.store.migrations.ddl import run

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the index."""
    run("CREATE INDEX approvals_asked ON approvals (vehicle_id) WHERE state = 'asked';")
