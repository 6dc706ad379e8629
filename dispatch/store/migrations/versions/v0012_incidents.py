"""Incidents, and the request that says which it comes from; where a request begins is two columns, so that who asked
nearby is found by them. A request of before 0.2 held the numbers of a place in the place itself."""

from dispatch.store.migrations.ddl import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table, the columns with what they say of what is kept, and the indexes."""
    run(_CHANGES)


_CHANGES = """
CREATE TABLE incidents (
    id VARCHAR NOT NULL, name VARCHAR NOT NULL, place VARCHAR NOT NULL, created_at VARCHAR NOT NULL,
    created_by VARCHAR NOT NULL, note VARCHAR, closed_at VARCHAR, closed_by VARCHAR, version INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incidents_open ON incidents (closed_at, created_at DESC);
ALTER TABLE requests ADD COLUMN incident VARCHAR REFERENCES incidents (id);
ALTER TABLE requests ADD COLUMN pickup_lon FLOAT;
ALTER TABLE requests ADD COLUMN pickup_lat FLOAT;
UPDATE requests SET
    pickup_lon = coalesce(json_extract(ask, '$.pickup.point.lon'), json_extract(ask, '$.pickup.lon')),
    pickup_lat = coalesce(json_extract(ask, '$.pickup.point.lat'), json_extract(ask, '$.pickup.lat'));
CREATE INDEX ix_requests_incident ON requests (incident);
CREATE INDEX requests_by_place ON requests (ended_at, pickup_lat, pickup_lon);
"""
