"""What a vehicle was asked for lately is found by the vehicle."""

from dispatch.store.migrations.ddl import run

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the index."""
    run("CREATE INDEX assignments_by_vehicle ON assignments (vehicle_id, offered_at);")
