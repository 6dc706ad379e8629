"""The tables: state, an append-only journal, timers, the first answers to commands, and the outbox.

The steps of `migrations` make them; what they are by default, and how ids grow, is said there alone.
Times are text in ISO 8601, UTC, microseconds: one form that sorts as time does and that people can read in a shell.
"""

from typing import Any

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


def _key(name: str = "id", of: type[String | Integer] = String) -> Column[Any]:
    return Column(name, of, primary_key=True)


def _must(*names: str, of: type[Any] = String) -> list[Column[Any]]:
    return [Column(name, of, nullable=False) for name in names]


def _may(*names: str, of: type[Any] = String) -> list[Column[Any]]:
    return [Column(name, of) for name in names]


def _ref(table: str, name: str, **more: bool) -> Column[Any]:
    return Column(name, String, ForeignKey(f"{table}.id"), **{"nullable": False, **more})  # type: ignore[arg-type]


facilities = Table(
    "facilities",
    metadata,
    _key(),
    *_must("kind", "name", "source"),
    *_must("lon", "lat", of=Float),
    *_may("agency", "phone"),
)
vehicles = Table(
    "vehicles",
    metadata,
    _key(),
    *_must("name", "vehicle_class", "agency", "plate", "crew", "equipment", "shares", "area", "duty"),
    *_must("seats", of=Integer),
    *_must("at_base", "auto_accept", of=Boolean),
    *_may("zone", "papers_valid_until", "hours", "phone"),
    *_may("duty_since", "on_duty_since", "trip_ended_at", "left_alone_until"),
    _ref("facilities", "base", nullable=True),
    Column("revision", Integer, nullable=False, index=True),
)
last_fixes = Table(
    "last_fixes",
    metadata,
    _ref("vehicles", "vehicle_id", primary_key=True),
    *_must("lon", "lat", of=Float),
    *_must("taken_at", "received_at", "source"),
    *_may("accuracy_m", "speed_kph", "heading", of=Float),
)
people = Table(
    "people",
    metadata,
    _key(),
    *_must("name", "role"),
    *_may("agency", "phone"),
    _ref("facilities", "facility", nullable=True),
    _ref("vehicles", "vehicle", nullable=True),
)
tokens = Table(
    "tokens", metadata, _key("digest"), _ref("people", "person_id"), *_must("kind", "created_at"), *_may("expires_at")
)
requests = Table(
    "requests",
    metadata,
    _key(),
    *_must("state", "created_at", "created_by"),
    *_must("ask", of=Text),
    *_must("wanted", "version", of=Integer),
    *_must("held", of=Boolean),
    *_may("facility", "ended_at"),
    Column("track_token", String, nullable=False, unique=True),
)
contacts = Table(
    "contacts", metadata, _ref("requests", "request_id", primary_key=True), *_must("phone"), *_may("name", "note")
)
decisions = Table(
    "decisions",
    metadata,
    _key(of=Integer),
    _ref("requests", "request_id", index=True),
    *_must("at"),
    *_must("decision", of=Text),
    *_may("brief", of=Text),
    *_may("facts", of=LargeBinary),
)
assignments = Table(
    "assignments",
    metadata,
    _key(),
    _ref("requests", "request_id", index=True),
    _ref("vehicles", "vehicle_id"),
    *_must("state", "offered_at", "expires_at"),
    *_must("stamps", of=Text),
    *_must("slot", "version", of=Integer),
    *_must("is_live", of=Boolean),
    *_may("reason"),
    *_may("arrival", of=Text),
    *_may("last_seq", of=Integer),
)
approvals = Table(
    "approvals",
    metadata,
    _key(),
    _ref("requests", "request_id", index=True),
    _ref("vehicles", "vehicle_id"),
    *_must("rule", "approver", "state", "asked_at"),
    *_may("reason"),
)
promises = Table(
    "promises",
    metadata,
    _key(),
    _ref("requests", "request_id"),
    *_must("state", "owner", "why", "made_at", "due_at", "kind", "whom"),
    *_must("level", "retries", "calls", "kept", "late", "version", of=Integer),
    *_may("outcome", "told", "closed_at"),
)
promise_calls = Table(
    "promise_calls",
    metadata,
    _key(of=Integer),
    _ref("promises", "promise_id", index=True),
    *_must("at", "by", "whom", "outcome", "told", "note"),
)
journal = Table(
    "journal",
    metadata,
    _key("seq", of=Integer),
    *_must("kind", "at"),
    *_must("facts", of=Text),
    Column("request_id", String, index=True),
    *_may("assignment_id", "vehicle_id", "actor"),
)
due = Table("due", metadata, _key("kind"), _key("subject"), Column("at", String, nullable=False, index=True))
answers = Table("answers", metadata, _key("key"), *_must("fingerprint", "kept_at"), *_must("subject", of=Text))
packs = Table("packs", metadata, _key("agency"), _key("version"), *_must("effective_from"), *_must("text", of=Text))
sop_drafts = Table(
    "sop_drafts",
    metadata,
    _key(),
    Column("agency", String, nullable=False, index=True),
    *_must("state", "created_by", "updated_by", "updated_at"),
    *_must("text", of=Text),
    *_must("edit", of=Integer),
    *_may("base_version", "submitted_by", "approved_by", "reason"),
)
closures = Table(
    "closures",
    metadata,
    _key(),
    *_must("reason", "created_at", "created_by"),
    *_must("shape", of=Text),
    *_must("version", of=Integer),
    *_may("streets", of=Integer),
    *_may("note", "until", "ended_at", "ended_by"),
)
messages = Table(
    "messages",
    metadata,
    _key(of=Integer),
    Column("key", String, nullable=False, unique=True),
    *_must("seq", "tries", of=Integer),
    *_must("made_at", "recipient", "template", "state", "send_after"),
    *_must("facts", of=Text),
    Column("request_id", String, index=True),
    Column("assignment_id", String, index=True),
    *_may("vehicle_id", "drop_after", "sent_at", "sent_by", "last_error"),
)
tell_cursor = Table("tell_cursor", metadata, _key(of=Integer), *_must("seq", of=Integer))
probes = Table("probes", metadata, _key(of=Integer), *_must("at"))

LIVE_VEHICLE = "one_live_assignment_a_vehicle"
LIVE_SLOT = "one_live_assignment_a_slot"
OPEN_PROMISE = "one_open_promise_a_request"

# The third of the three nets of data.md; the same text on SQLite and PostgreSQL, verified at every start.
INDEXES = {
    LIVE_VEHICLE: f"CREATE UNIQUE INDEX {LIVE_VEHICLE} ON assignments (vehicle_id) WHERE is_live",
    LIVE_SLOT: f"CREATE UNIQUE INDEX {LIVE_SLOT} ON assignments (request_id, slot) WHERE is_live",
    OPEN_PROMISE: f"CREATE UNIQUE INDEX {OPEN_PROMISE} ON promises (request_id) WHERE state = 'open'",
}
# Word for word the predicates of the indexes: SQLite does not use a partial index for bound parameters.
IS_LIVE = text("assignments.is_live")
IS_QUEUED = text("messages.state = 'queued'")

Index("requests_newest", requests.c.created_at.desc(), requests.c.id.desc())
Index("requests_of_facility", requests.c.facility, requests.c.created_at.desc())
Index("messages_queued", messages.c.recipient, messages.c.id, sqlite_where=text("state = 'queued'"))
Index("messages_by_state", messages.c.state, messages.c.id)
UniqueConstraint(packs.c.agency, packs.c.effective_from, name="one_pack_an_instant")
