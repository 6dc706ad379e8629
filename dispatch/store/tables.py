"""The tables: state, an append-only journal, timers, the first answers to commands, and the outbox.

A table has a column for every field of what it keeps. The steps of `migrations` make them; what a column holds by
default, and how ids grow, is said there alone.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, get_args, get_type_hints

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, text

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import Answer, Due
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.domain.closure import Closure
from dispatch.domain.death import DeathReport
from dispatch.domain.driven import Drive
from dispatch.domain.fix import Fix
from dispatch.domain.incident import Incident
from dispatch.domain.message import Message
from dispatch.domain.people import Facility, Person, Token
from dispatch.domain.promise import Call, Promise
from dispatch.domain.request import Contact, Request
from dispatch.domain.sop_draft import SopDraft
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.store.forms import form_of
from dispatch.vocabulary.events import Event
from geo.point import Point

metadata = MetaData()


def _column(name: str, kind: Any, to: str | None = None, **more: Any) -> Column[Any]:  # noqa: ANN401 - a type
    """A column for values of a type, `to` a row of another table; it may be null where they may be None."""
    known = [each for each in get_args(kind) if each is not NoneType] if isinstance(kind, UnionType) else [kind]
    keys = [ForeignKey(f"{to}.id")] if to else []
    return Column(name, form_of(known[0]), *keys, nullable=known != [kind], **more)


def _fields(
    kind: Any,  # noqa: ANN401 - a dataclass
    without: Collection[str] = (),
    key: Collection[str] = ("id",),
    to: Mapping[str, str] = MappingProxyType({}),
    index: Collection[str] = (),
) -> Iterator[Column[Any]]:
    """A column for every field, but for those `without`, and two for a point; some refer `to` another table."""
    hints = get_type_hints(kind)
    for name in (field.name for field in fields(kind) if field.name not in without):
        if hints[name] is Point:
            yield from (_column(part, float) for part in ("lon", "lat"))
        else:
            yield _column(name, hints[name], to.get(name), primary_key=name in key, index=name in index)


def _table(name: str, kind: Any, *more: Column[Any], **how: Any) -> Table:  # noqa: ANN401 - as _fields takes it
    return Table(name, metadata, *_fields(kind, **how), *more)


def _number(name: str = "id") -> Column[int]:
    return Column(name, Integer, primary_key=True)


_REQUEST = {"request_id": "requests"}
_TRIP = {"to": {**_REQUEST, "vehicle_id": "vehicles"}, "index": ["request_id"]}

facilities = _table("facilities", Facility)
vehicles = _table(
    "vehicles",
    Vehicle,
    *_fields(VehicleNow, without=["vehicle", "fix", "assignment_id", "kept_for"]),
    _column("revision", int, index=True),
    without=["base_point"],
    to={"base": "facilities"},
)
last_fixes = _table("last_fixes", Fix, key=["vehicle_id"], to={"vehicle_id": "vehicles"})
people = _table("people", Person, to={"facility": "facilities", "vehicle": "vehicles"})
tokens = _table("tokens", Token, key=["digest"], to={"person_id": "people"})
incidents = _table("incidents", Incident)
requests = _table(
    "requests",
    Request,
    _column("facility", str | None),
    _column("track_token", str, unique=True),
    _column("schedule_at", datetime | None),
    _column("pickup_lon", float | None),
    _column("pickup_lat", float | None),
    to={
        "reserved": "vehicles",
        "duplicate_of": "requests",
        "incident": "incidents",
        "series": "requests",
        "returns": "requests",
    },
    index=["incident", "series"],
)
contacts = _table("contacts", Contact, _column("request_id", str, "requests", primary_key=True))
decisions = Table(
    "decisions",
    metadata,
    _number(),
    _column("request_id", str, "requests", index=True),
    _column("at", datetime),
    _column("decision", DecisionRecord),
    _column("brief", DecisionRecord | None),
    _column("facts", bytes | None),
)
assignments = _table("assignments", Assignment, _column("is_live", bool), **_TRIP)
approvals = _table("approvals", Approval, **_TRIP)
promises = _table("promises", Promise, to=_REQUEST)
deaths = _table(
    "deaths",
    DeathReport,
    to={**_REQUEST, "assignment_id": "assignments", "onward": "requests"},
    index=["request_id", "onward"],
)
promise_calls = _table("promise_calls", Call, _number(), to={"promise_id": "promises"}, index=["promise_id"])
# Kinds and facts are read by the book, which passes over what it does not know.
journal = _table("journal", Event, _number("seq"), _column("kind", str), _column("facts", str), index=["request_id"])
due = _table("due", Due, key=["kind", "subject"], index=["at"])
answers = _table("answers", Answer, _column("key", str, primary_key=True), _column("kept_at", datetime))
packs = Table(
    "packs",
    metadata,
    _column("agency", str, primary_key=True),
    _column("version", str, primary_key=True),
    _column("effective_from", datetime),
    _column("text", str),
    UniqueConstraint("agency", "effective_from", name="one_pack_an_instant"),
)
sop_drafts = _table("sop_drafts", SopDraft, index=["agency"])
closures = _table("closures", Closure)
drives = _table("drives", Drive, Column("id", BigInteger, primary_key=True, autoincrement=False))
messages = _table("messages", Message, index=["request_id", "assignment_id"])
tell_cursor = Table("tell_cursor", metadata, _number(), _column("seq", int))
probes = Table("probes", metadata, _number(), _column("at", datetime))

LIVE_VEHICLE = "one_live_assignment_a_vehicle"
LIVE_SLOT = "one_live_assignment_a_slot"
OPEN_PROMISE = "one_open_promise_a_request"
OPEN_REPORT = "one_open_report_a_trip"

# The third of the three nets of data.md, verified at every start.
INDEXES = {
    LIVE_VEHICLE: f"CREATE UNIQUE INDEX {LIVE_VEHICLE} ON assignments (vehicle_id) WHERE is_live",
    LIVE_SLOT: f"CREATE UNIQUE INDEX {LIVE_SLOT} ON assignments (request_id, slot) WHERE is_live",
    OPEN_PROMISE: f"CREATE UNIQUE INDEX {OPEN_PROMISE} ON promises (request_id) WHERE state = 'open'",
    OPEN_REPORT: f"CREATE UNIQUE INDEX {OPEN_REPORT} ON deaths (assignment_id) WHERE state = 'reported'",
}
# Word for word the predicates of the indexes: SQLite does not use a partial index for bound parameters.
IS_LIVE = text("assignments.is_live")
IS_BOOKED = text("requests.state = 'scheduled'")
IS_WAITED_WITH = text("requests.state = 'scheduled' AND json_extract(requests.ask, '$.waits')")
IS_QUEUED = text("messages.state = 'queued'")

Index("assignments_by_vehicle", assignments.c.vehicle_id, assignments.c.offered_at)
Index("approvals_asked", approvals.c.vehicle_id, sqlite_where=text("state = 'asked'"))
Index("requests_newest", requests.c.created_at.desc(), requests.c.id.desc())
Index("requests_by_place", requests.c.ended_at, requests.c.pickup_lat, requests.c.pickup_lon)
Index("incidents_open", incidents.c.closed_at, incidents.c.created_at.desc())
Index("requests_of_facility", requests.c.facility, requests.c.created_at.desc())
Index("requests_booked", requests.c.schedule_at, sqlite_where=text("state = 'scheduled'"))
Index(
    "requests_waiting",
    requests.c.schedule_at,
    sqlite_where=text("state = 'scheduled' AND json_extract(ask, '$.waits')"),
)
Index("messages_queued", messages.c.recipient, messages.c.id, sqlite_where=text("state = 'queued'"))
UniqueConstraint(messages.c.key)
Index("messages_by_state", messages.c.state, messages.c.id)
