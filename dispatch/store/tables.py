"""The tables: state, an append-only journal, timers and the first answers to commands.

Times are text in ISO 8601, UTC, microseconds: one form that sorts as time does and that people can read in a shell.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

facilities = Table(
    "facilities",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("agency", String),
    Column("phone", String),
    Column("source", String, nullable=False),
)
vehicles = Table(
    "vehicles",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("vehicle_class", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("plate", String, nullable=False),
    Column("base", String, ForeignKey("facilities.id")),
    Column("crew", String, nullable=False),
    Column("equipment", String, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("shares", String, nullable=False),
    Column("zone", String),
    Column("papers_valid_until", String),
    Column("hours", String),
    Column("area", String, nullable=False, server_default=""),
    Column("phone", String),
    Column("duty", String, nullable=False),
    Column("duty_since", String),
    Column("at_base", Boolean, nullable=False),
    Column("on_duty_since", String),
    Column("trip_ended_at", String),
    Column("left_alone_until", String),
    Column("auto_accept", Boolean, nullable=False, server_default=text("0")),
    Column("revision", Integer, nullable=False, server_default=text("0"), index=True),
)
last_fixes = Table(
    "last_fixes",
    metadata,
    Column("vehicle_id", String, ForeignKey("vehicles.id"), primary_key=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("taken_at", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("source", String, nullable=False),
    Column("accuracy_m", Float),
    Column("speed_kph", Float),
    Column("heading", Float),
)
people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("agency", String),
    Column("facility", String, ForeignKey("facilities.id")),
    Column("vehicle", String, ForeignKey("vehicles.id")),
    Column("phone", String),
)
tokens = Table(
    "tokens",
    metadata,
    Column("digest", String, primary_key=True),
    Column("person_id", String, ForeignKey("people.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("expires_at", String),
)
requests = Table(
    "requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("facility", String),
    Column("ask", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("ended_at", String),
    Column("track_token", String, nullable=False, unique=True),
    Column("wanted", Integer, nullable=False, server_default=text("1")),
    Column("held", Boolean, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("request_id", String, ForeignKey("requests.id"), primary_key=True),
    Column("phone", String, nullable=False),
    Column("name", String),
    Column("note", String),
)
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String, ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("decision", Text, nullable=False),
    Column("brief", Text),
    Column("facts", LargeBinary),
    sqlite_autoincrement=True,
)
assignments = Table(
    "assignments",
    metadata,
    Column("id", String, primary_key=True),
    Column("request_id", String, ForeignKey("requests.id"), nullable=False, index=True),
    Column("slot", Integer, nullable=False),
    Column("vehicle_id", String, ForeignKey("vehicles.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("is_live", Boolean, nullable=False),
    Column("offered_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("last_seq", Integer),
    Column("reason", String),
    Column("stamps", Text, nullable=False),
    Column("arrival", Text),
    Column("version", Integer, nullable=False),
)
approvals = Table(
    "approvals",
    metadata,
    Column("id", String, primary_key=True),
    Column("request_id", String, ForeignKey("requests.id"), nullable=False, index=True),
    Column("vehicle_id", String, ForeignKey("vehicles.id"), nullable=False),
    Column("rule", String, nullable=False),
    Column("approver", String, nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", String, nullable=False),
    Column("reason", String),
)
promises = Table(
    "promises",
    metadata,
    Column("id", String, primary_key=True),
    Column("request_id", String, ForeignKey("requests.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("why", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("due_at", String, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("kind", String, nullable=False, server_default="vehicle"),
    Column("level", Integer, nullable=False, server_default=text("1")),
    Column("whom", String, nullable=False, server_default="contact"),
    Column("calls", Integer, nullable=False, server_default=text("0")),
    Column("kept", Integer, nullable=False, server_default=text("0")),
    Column("late", Integer, nullable=False, server_default=text("0")),
    Column("outcome", String),
    Column("told", String),
    Column("closed_at", String),
    Column("version", Integer, nullable=False),
)
promise_calls = Table(
    "promise_calls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("promise_id", String, ForeignKey("promises.id"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("whom", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("told", String, nullable=False),
    Column("note", String, nullable=False),
)
journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("at", String, nullable=False),
    Column("request_id", String, index=True),
    Column("assignment_id", String),
    Column("vehicle_id", String),
    Column("actor", String),
    Column("facts", Text, nullable=False),
    sqlite_autoincrement=True,
)
due = Table(
    "due",
    metadata,
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("at", String, nullable=False, index=True),
)
answers = Table(
    "answers",
    metadata,
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("kept_at", String, nullable=False),
)
packs = Table(
    "packs",
    metadata,
    Column("agency", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("effective_from", String, nullable=False),
    Column("text", Text, nullable=False),
)
sop_drafts = Table(
    "sop_drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("agency", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("edit", Integer, nullable=False),
    Column("base_version", String),
    Column("created_by", String, nullable=False),
    Column("updated_by", String, nullable=False),
    Column("updated_at", String, nullable=False),
    Column("submitted_by", String),
    Column("approved_by", String),
    Column("reason", String),
)
closures = Table(
    "closures",
    metadata,
    Column("id", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("note", String),
    Column("shape", Text, nullable=False),
    Column("streets", Integer),
    Column("created_at", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("until", String),
    Column("ended_at", String),
    Column("ended_by", String),
    Column("version", Integer, nullable=False),
)
probes = Table("probes", metadata, Column("id", Integer, primary_key=True), Column("at", String, nullable=False))

LIVE_VEHICLE = "one_live_assignment_a_vehicle"
LIVE_SLOT = "one_live_assignment_a_slot"
OPEN_PROMISE = "one_open_promise_a_request"

# The third of the three nets of data.md; the same text on SQLite and PostgreSQL, verified at every start.
INDEXES = {
    LIVE_VEHICLE: f"CREATE UNIQUE INDEX {LIVE_VEHICLE} ON assignments (vehicle_id) WHERE is_live",
    LIVE_SLOT: f"CREATE UNIQUE INDEX {LIVE_SLOT} ON assignments (request_id, slot) WHERE is_live",
    OPEN_PROMISE: f"CREATE UNIQUE INDEX {OPEN_PROMISE} ON promises (request_id) WHERE state = 'open'",
}

Index("requests_newest", requests.c.created_at.desc(), requests.c.id.desc())
Index("requests_of_facility", requests.c.facility, requests.c.created_at.desc())
UniqueConstraint(packs.c.agency, packs.c.effective_from, name="one_pack_an_instant")
# Word for word the predicate of the indexes: SQLite does not use a partial index for a list of bound parameters.
IS_LIVE = text("assignments.is_live")
CREATE_INDEXES = tuple(text(ddl) for ddl in INDEXES.values())
