"""What was foreseen of drives beside what they took. The id is drawn, and the key of the table itself, so that rows
lie in no order of time."""

from dispatch.store.migrations.ddl import run

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table; of trips of before nothing is known."""
    run(_CHANGES)


_CHANGES = """
CREATE TABLE drives (
    id INTEGER NOT NULL, month VARCHAR NOT NULL, hour INTEGER NOT NULL, vehicle_class VARCHAR NOT NULL,
    metric VARCHAR NOT NULL, method VARCHAR NOT NULL, low_s INTEGER NOT NULL, expected_s INTEGER NOT NULL,
    high_s INTEGER NOT NULL, turnout_s INTEGER NOT NULL, true_s INTEGER NOT NULL, set_out_s INTEGER,
    distance_m INTEGER,
    PRIMARY KEY (id)
);
"""
