"""The tables: state, an append-only journal, timers, the first answers to commands, and the outbox.

A table has a column for every field of what it keeps. The steps of `migrations` make them; what a column holds by
default, and how ids grow, is said there alone.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, text

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import Answer, Due
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.domain.closure import Closure
from dispatch.domain.fix import Fix
from dispatch.domain.message import Message
from dispatch.domain.people import Facility, Person, Token
from dispatch.domain.promise import Call, Promise
from dispatch.domain.request import Contact, Request
from dispatch.domain.sop_draft import SopDraft
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.store.forms import form_of
from dispatch.vocabulary.events import Event

metadata = MetaData()


def _column(name: str, kind: Any, *, to: str | None = None, **more: Any) -> Column[Any]:  # noqa: ANN401 - a type, or a union of one with None
    """A column for values of a type, `to` a row of another table."""
    known = [each for each in get_args(kind) if each is not NoneType] if NoneType in get_args(kind) else [kind]
    nullable = NoneType in get_args(kind)
    return Column(name, form_of(known[0]), *([ForeignKey(f"{to}.id")] if to else []), nullable=nullable, **more)


def _fields(
    kind: type[object],
    *without: str,
    key: Collection[str] = (),
    to: Mapping[str, str] = {},
    index: Collection[str] = (),
    unique: Collection[str] = (),
) -> Iterator[Column[Any]]:
    """A column for every field, but for those `without`: the key, what refers `to` other tables, what is looked up."""
    hints = get_type_hints(kind)
    for name in (field.name for field in fields(kind) if field.name not in without):  # type: ignore[arg-type]
        looked_up = {"index": name in index, "unique": name in unique or None}
        yield _column(name, hints[name], to=to.get(name), primary_key=name in key, **looked_up)


def _number(name: str = "id") -> Column[int]:
    return Column(name, Integer, primary_key=True)


def _point() -> tuple[Column[Any], Column[Any]]:
    return _column("lon", float), _column("lat", float)


_ID = ("id",)
_REQUEST = {"request_id": "requests"}
_TRIP = {**_REQUEST, "vehicle_id": "vehicles"}

facilities = Table("facilities", metadata, *_fields(Facility, "point", key=_ID), *_point())
vehicles = Table(
    "vehicles",
    metadata,
    *_fields(Vehicle, "base_point", key=_ID, to={"base": "facilities"}),
    *_fields(VehicleNow, "vehicle", "fix", "assignment_id"),
    _column("revision", int, index=True),
)
last_fixes = Table(
    "last_fixes", metadata, *_fields(Fix, "point", key=["vehicle_id"], to={"vehicle_id": "vehicles"}), *_point()
)
people = Table("people", metadata, *_fields(Person, key=_ID, to={"facility": "facilities", "vehicle": "vehicles"}))
tokens = Table("tokens", metadata, *_fields(Token, key=["digest"], to={"person_id": "people"}))
requests = Table(
    "requests",
    metadata,
    *_fields(Request, key=_ID),
    _column("facility", str | None),
    _column("track_token", str, unique=True),
)
contacts = Table("contacts", metadata, _column("request_id", str, to="requests", primary_key=True), *_fields(Contact))
decisions = Table(
    "decisions",
    metadata,
    _number(),
    _column("request_id", str, to="requests", index=True),
    _column("at", datetime),
    _column("decision", DecisionRecord),
    _column("brief", DecisionRecord | None),
    _column("facts", bytes | None),
)
assignments = Table(
    "assignments", metadata, *_fields(Assignment, key=_ID, to=_TRIP, index=["request_id"]), _column("is_live", bool)
)
approvals = Table("approvals", metadata, *_fields(Approval, key=_ID, to=_TRIP, index=["request_id"]))
promises = Table("promises", metadata, *_fields(Promise, key=_ID, to=_REQUEST))
promise_calls = Table(
    "promise_calls", metadata, _number(), *_fields(Call, to={"promise_id": "promises"}, index=["promise_id"])
)
journal = Table(
    "journal",
    metadata,
    _number("seq"),
    _column("kind", str),
    *_fields(Event, index=["request_id"]),
    _column("facts", str),
)
due = Table("due", metadata, *_fields(Due, key=["kind", "subject"], index=["at"]))
answers = Table(
    "answers", metadata, _column("key", str, primary_key=True), *_fields(Answer), _column("kept_at", datetime)
)
packs = Table(
    "packs",
    metadata,
    _column("agency", str, primary_key=True),
    _column("version", str, primary_key=True),
    _column("effective_from", datetime),
    _column("text", str),
    UniqueConstraint("agency", "effective_from", name="one_pack_an_instant"),
)
sop_drafts = Table("sop_drafts", metadata, *_fields(SopDraft, key=_ID, index=["agency"]))
closures = Table("closures", metadata, *_fields(Closure, key=_ID))
messages = Table(
    "messages", metadata, *_fields(Message, key=_ID, index=["request_id", "assignment_id"], unique=["key"])
)
tell_cursor = Table("tell_cursor", metadata, _number(), _column("seq", int))
probes = Table("probes", metadata, _number(), _column("at", datetime))

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
