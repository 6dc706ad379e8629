"""The first schema: master data, requests, assignments, promises, journal, timers."""

from dispatch.store.migrations.ddl import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and the partial unique indexes."""
    run(_SCHEMA)


_SCHEMA = """
CREATE TABLE answers (
    "key" VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    kept_at VARCHAR NOT NULL, PRIMARY KEY ("key")
);
CREATE TABLE due (
    kind VARCHAR NOT NULL, subject VARCHAR NOT NULL, at VARCHAR NOT NULL, PRIMARY KEY (kind, subject)
);
CREATE INDEX ix_due_at ON due (at);
CREATE TABLE facilities (
    id VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL, lon FLOAT NOT NULL, lat FLOAT NOT NULL,
    agency VARCHAR, phone VARCHAR, source VARCHAR NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind VARCHAR NOT NULL, at VARCHAR NOT NULL, request_id VARCHAR,
    assignment_id VARCHAR, vehicle_id VARCHAR, actor VARCHAR, facts TEXT NOT NULL
);
CREATE INDEX ix_journal_request_id ON journal (request_id);
CREATE TABLE packs (
    agency VARCHAR NOT NULL, version VARCHAR NOT NULL, effective_from VARCHAR NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (agency, version), CONSTRAINT one_pack_an_instant UNIQUE (agency, effective_from)
);
CREATE TABLE probes (
    id INTEGER NOT NULL, at VARCHAR NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE requests (
    id VARCHAR NOT NULL, state VARCHAR NOT NULL, facility VARCHAR, ask TEXT NOT NULL, created_at VARCHAR NOT NULL,
    created_by VARCHAR NOT NULL, ended_at VARCHAR, track_token VARCHAR NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (id), UNIQUE (track_token)
);
CREATE INDEX requests_newest ON requests (created_at DESC, id DESC);
CREATE INDEX requests_of_facility ON requests (facility, created_at DESC);
CREATE TABLE contacts (
    request_id VARCHAR NOT NULL, phone VARCHAR NOT NULL, name VARCHAR, note VARCHAR, PRIMARY KEY (request_id),
    FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE TABLE decisions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, request_id VARCHAR NOT NULL, at VARCHAR NOT NULL,
    decision TEXT NOT NULL, FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE INDEX ix_decisions_request_id ON decisions (request_id);
CREATE TABLE promises (
    id VARCHAR NOT NULL, request_id VARCHAR NOT NULL, state VARCHAR NOT NULL, owner VARCHAR NOT NULL,
    why VARCHAR NOT NULL, made_at VARCHAR NOT NULL, due_at VARCHAR NOT NULL, retry_at VARCHAR NOT NULL,
    retries INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE TABLE vehicles (
    id VARCHAR NOT NULL, name VARCHAR NOT NULL, vehicle_class VARCHAR NOT NULL, agency VARCHAR NOT NULL,
    plate VARCHAR NOT NULL, base VARCHAR, crew VARCHAR NOT NULL, equipment VARCHAR NOT NULL, seats INTEGER NOT NULL,
    shares VARCHAR NOT NULL, zone VARCHAR, papers_valid_until VARCHAR, phone VARCHAR, duty VARCHAR NOT NULL,
    duty_since VARCHAR, at_base BOOLEAN NOT NULL, PRIMARY KEY (id), FOREIGN KEY(base) REFERENCES facilities (id)
);
CREATE TABLE approvals (
    id VARCHAR NOT NULL, request_id VARCHAR NOT NULL, vehicle_id VARCHAR NOT NULL, rule VARCHAR NOT NULL,
    approver VARCHAR NOT NULL, state VARCHAR NOT NULL, asked_at VARCHAR NOT NULL, reason VARCHAR, PRIMARY KEY (id),
    FOREIGN KEY(request_id) REFERENCES requests (id), FOREIGN KEY(vehicle_id) REFERENCES vehicles (id)
);
CREATE INDEX ix_approvals_request_id ON approvals (request_id);
CREATE TABLE assignments (
    id VARCHAR NOT NULL, request_id VARCHAR NOT NULL, slot INTEGER NOT NULL, vehicle_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL, offered_at VARCHAR NOT NULL, expires_at VARCHAR NOT NULL, last_seq INTEGER,
    reason VARCHAR, stamps TEXT NOT NULL, arrival TEXT, version INTEGER NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(request_id) REFERENCES requests (id), FOREIGN KEY(vehicle_id) REFERENCES vehicles (id)
);
CREATE INDEX ix_assignments_request_id ON assignments (request_id);
CREATE TABLE last_fixes (
    vehicle_id VARCHAR NOT NULL, lon FLOAT NOT NULL, lat FLOAT NOT NULL, taken_at VARCHAR NOT NULL,
    received_at VARCHAR NOT NULL, source VARCHAR NOT NULL, accuracy_m FLOAT, speed_kph FLOAT, heading FLOAT,
    PRIMARY KEY (vehicle_id), FOREIGN KEY(vehicle_id) REFERENCES vehicles (id)
);
CREATE TABLE people (
    id VARCHAR NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL, agency VARCHAR, facility VARCHAR,
    vehicle VARCHAR, phone VARCHAR, PRIMARY KEY (id), FOREIGN KEY(facility) REFERENCES facilities (id),
    FOREIGN KEY(vehicle) REFERENCES vehicles (id)
);
CREATE TABLE tokens (
    digest VARCHAR NOT NULL, person_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, created_at VARCHAR NOT NULL,
    expires_at VARCHAR, PRIMARY KEY (digest), FOREIGN KEY(person_id) REFERENCES people (id)
);
CREATE UNIQUE INDEX one_live_assignment_a_vehicle ON assignments (vehicle_id)
    WHERE state IN ('accepted', 'at_destination', 'en_route', 'offered', 'on_scene', 'transporting');
CREATE UNIQUE INDEX one_live_assignment_a_slot ON assignments (request_id, slot)
    WHERE state IN ('accepted', 'at_destination', 'en_route', 'offered', 'on_scene', 'transporting');
CREATE UNIQUE INDEX one_open_promise_a_request ON promises (request_id) WHERE state = 'open';
"""
