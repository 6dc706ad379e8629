"""What the desk needs of the world: a store with one transaction a use case, live positions and a clock."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Protocol, TypeVar

from dispatch.choosing.record import DecisionRecord
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.domain.closure import Closure
from dispatch.domain.death import DeathReport
from dispatch.domain.driven import Drive
from dispatch.domain.fix import Fix
from dispatch.domain.incident import Incident
from dispatch.domain.message import Drop, Message, MessageState
from dispatch.domain.people import Facility, Person, Token
from dispatch.domain.promise import Call, Promise
from dispatch.domain.request import Contact, Request, RequestFilter, Reservation
from dispatch.domain.sop_draft import SopDraft
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.vocabulary.events import Event
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Bounds

T = TypeVar("T")


class NotFoundError(LookupError):
    """No row has this id."""


def find(get: Callable[[str], T], name: str | None) -> T | None:
    """What `get` has of this id, or None where there is none."""
    try:
        return get(name) if name else None
    except NotFoundError:
        return None


class LostRaceError(Exception):
    """Somebody else changed the row first; nothing of this transaction was kept. Load again and decide again."""


class VehicleTakenError(LostRaceError):
    """The vehicle has a live assignment already (the partial unique index spoke)."""


class StoreUnavailableError(Exception):
    """The database cannot be written now (full disk, lost connection); nothing of this transaction was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the first of equal commands was about, so that every repeat of it gets the same (idempotency)."""

    fingerprint: str
    subject: str


class DueKind(StrEnum):
    """What a timer does when it is due."""

    OFFER_EXPIRES = auto()
    PROMISE_RETRY = auto()
    PROMISE_DUE = auto()
    SEARCH_LONG = auto()
    SCHEDULED = auto()
    BOOKING = auto()
    SHIFT_ENDS = auto()
    CLOSURE_ENDS = auto()
    WATCH = auto()
    HAND_OVER = auto()
    SOONER = auto()
    APPROVER_SILENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer as a row: it survives a restart; one per kind and subject."""

    kind: DueKind
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A committed event with its place in the order of commits."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPart:
    """A part of the journal in its order: `last` is how far it was read, over entries that this version cannot read.

    Where `last` is the place from which was read on, there is nothing more.
    """

    entries: tuple[JournalEntry, ...]
    last: int


class Answers(Protocol):
    """The first answers to commands, by their keys."""

    def find(self, key: str) -> Answer | None: ...
    def keep(self, key: str, answer: Answer, now: datetime) -> None: ...


class Journal(Protocol):
    """What happened, in the order of commits."""

    def add(self, event: Event) -> int: ...
    def list_after(self, seq: int, limit: int) -> JournalPart:
        """What follows on a place, read over `limit` entries at most."""
        ...

    def list_of(self, request_id: str) -> list[JournalEntry]: ...
    def list_of_kinds(self, request_ids: Collection[str], kinds: Collection[type[Event]]) -> list[JournalEntry]:
        """The entries of these kinds about these requests, in their order."""
        ...

    def last_seq(self) -> int: ...


class People(Protocol):
    """Who may sign in, and their tokens."""

    def find(self, person_id: str) -> Person | None: ...
    def list_all(self) -> list[Person]: ...
    def list_drivers(self, *vehicle_ids: str) -> list[Person]: ...
    def put(self, person: Person) -> None: ...
    def add_token(self, token: Token) -> None: ...
    def find_token(self, digest: str) -> Token | None: ...
    def drop_token(self, digest: str) -> None: ...


class Facilities(Protocol):
    """Places that ask for vehicles or receive them."""

    def find(self, facility_id: str) -> Facility | None: ...
    def list_all(self) -> list[Facility]: ...
    def put(self, facility: Facility) -> None: ...


class Vehicles(Protocol):
    """Vehicles with their duty and their last kept fix."""

    def get(self, vehicle_id: str) -> VehicleNow: ...
    def list_all(self) -> list[VehicleNow]: ...
    def list_since(self, revision: int) -> tuple[int, list[VehicleNow]]:
        """The newest revision of the fleet, and the vehicles that changed since another (-1: all), by id."""
        ...

    def put(self, vehicle: Vehicle) -> None: ...
    def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, now: datetime) -> None: ...
    def set_history(
        self, vehicle_id: str, *, on_duty_since: datetime | None, trip_ended_at: datetime | None
    ) -> None: ...
    def set_to_clean(self, vehicle_id: str, *, on: bool) -> None: ...
    def set_broke_at(self, vehicle_id: str, at: datetime) -> None: ...
    def leave_alone(self, vehicle_id: str, until: datetime | None) -> None: ...
    def set_auto_accept(self, vehicle_id: str, *, on: bool) -> None: ...
    def put_fixes(self, fixes: Sequence[Fix]) -> None: ...
    def list_fixes(self) -> list[Fix]: ...


class Requests(Protocol):
    """Requests, their contacts and their family's links."""

    def add(self, request: Request, contact: Contact, *, track_token: str) -> None: ...
    def get(self, request_id: str) -> Request: ...
    def get_by_track(self, track_token: str) -> Request: ...
    def list_some(self, which: RequestFilter) -> list[Request]: ...
    def list_near(self, box: Bounds, *, since: datetime, limit: int) -> list[tuple[Request, str]]:
        """The open requests of a box and those that ended since, each with its contact's number, the newest first."""
        ...

    def save(self, request: Request) -> None: ...
    def list_series(self, series: str) -> list[Request]:
        """Every ride of a series, by its time."""
        ...

    def list_booked(
        self, *, since: datetime, until: datetime, facility: str | None = None, limit: int | None = None
    ) -> list[Request]:
        """The booked trips whose search has not begun, of these times (both included), by their time."""
        ...

    def list_reserved(self, since: datetime, until: datetime) -> list[Reservation]:
        """The vehicles that are kept for booked times between these two, by the time."""
        ...

    def list_unkept(self, since: datetime, until: datetime) -> list[str]:
        """The ids of those booked for a time between these two for which no vehicle is kept, by the time."""
        ...

    def list_waiting(self) -> list[Reservation]:
        """The vehicles that wait somewhere for a way back, whenever it is, by the time."""
        ...

    def get_contact(self, request_id: str) -> Contact: ...
    def put_contact(self, request_id: str, contact: Contact) -> None: ...
    def get_own_token(self, request_id: str) -> str:
        """What names a request on the family's page."""
        ...

    def get_track_token(self, request_id: str) -> str:
        """The family's link: a series has one, that of its first ride."""
        ...


class Decisions(Protocol):
    """Decisions, each with the facts from which it can be judged again."""

    def add(self, request_id: str, at: datetime, decision: DecisionRecord, facts: bytes) -> int: ...
    def find_last(self, request_id: str) -> DecisionRecord | None: ...
    def last_number(self, request_id: str) -> int | None: ...
    def list_briefs(self, *request_ids: str) -> dict[int, DecisionRecord]:
        """Of every decision on these requests its brief, by its number; one of before 0.2 has none."""
        ...

    def find_facts(self, request_id: str) -> bytes | None: ...
    def list_first_facts(self, *, since: datetime, until: datetime, limit: int) -> list[tuple[str, bytes]]: ...


class Assignments(Protocol):
    """Vehicles that are asked, go or have gone."""

    def add(self, assignment: Assignment) -> None: ...
    def get(self, assignment_id: str) -> Assignment: ...
    def save(self, assignment: Assignment) -> None: ...
    def list_of(self, *request_ids: str) -> list[Assignment]: ...
    def list_of_vehicle(self, vehicle_id: str, *, since: datetime) -> list[Assignment]:
        """What a vehicle was asked for since then, the oldest first."""
        ...

    def find_live(self, vehicle_id: str) -> Assignment | None: ...
    def list_live(self) -> list[Assignment]: ...


class Approvals(Protocol):
    """Yeses that are asked for."""

    def put(self, approval: Approval) -> None: ...
    def get(self, approval_id: str) -> Approval: ...
    def list_of(self, *request_ids: str) -> list[Approval]: ...
    def list_asked(self, vehicle_id: str) -> list[Approval]: ...


class Promises(Protocol):
    """The ledger of call-backs."""

    def add(self, promise: Promise) -> None: ...
    def save(self, promise: Promise) -> None: ...
    def get(self, promise_id: str) -> Promise: ...
    def find_open(self, request_id: str) -> Promise | None: ...
    def list_open(self, *, owner: str | None = None, overdue_at: datetime | None = None) -> list[Promise]: ...
    def list_open_of(self, request_ids: Collection[str]) -> list[Promise]: ...
    def list_made(self, *, since: datetime, until: datetime) -> list[Promise]: ...
    def add_call(self, call: Call) -> None: ...
    def list_calls(self, promise_id: str) -> list[Call]: ...


class Deaths(Protocol):
    """Crews' reports that a patient has died, the oldest first."""

    def add(self, report: DeathReport) -> None: ...
    def save(self, report: DeathReport) -> None: ...
    def list_of(self, request_id: str) -> list[DeathReport]:
        """Those about a request's patients, and the one that a request for a body follows from."""
        ...

    def list_open(self) -> list[DeathReport]:
        """Those that nobody has answered yet."""
        ...


class Timers(Protocol):
    """What is to be done at a time, once."""

    def set(self, due: Due) -> None: ...
    def drop(self, kind: DueKind, subject: str) -> None: ...
    def find(self, kind: DueKind, subject: str) -> Due | None: ...
    def hasten(self, kind: DueKind, now: datetime) -> None:
        """Bring every timer of a kind that is still to come forward to now."""
        ...

    def list_due(self, now: datetime, limit: int) -> list[Due]: ...
    def next_at(self) -> datetime | None: ...


class Sop(Protocol):
    """Published packs (immutable texts) and drafts."""

    def add_pack(self, *, agency: str, version: str, effective_from: datetime, text: str) -> bool: ...
    def list_packs(self) -> list[str]: ...
    def put_draft(self, draft: SopDraft) -> None: ...
    def find_draft(self, draft_id: str) -> SopDraft | None: ...
    def list_drafts(self) -> list[SopDraft]: ...
    def drop_draft(self, draft_id: str) -> None: ...


class Closures(Protocol):
    """Road closures."""

    def add(self, closure: Closure) -> None: ...
    def get(self, closure_id: str) -> Closure: ...
    def list_open(self) -> list[Closure]:
        """Those in force, the oldest first."""
        ...

    def save(self, closure: Closure) -> None: ...


class Drives(Protocol):
    """What was foreseen of drives beside what they took; nothing says whose a drive was, nor which came first."""

    def add(self, drive: Drive) -> None: ...
    def drop(self, drive: Drive) -> None:
        """Forget one that is equal to this, if there is one."""
        ...

    def list_since(self, month: date) -> list[Drive]:
        """Those of a month, named by its first day, and of later ones."""
        ...


class Incidents(Protocol):
    """Events from which several requests come."""

    def add(self, incident: Incident) -> None: ...
    def get(self, incident_id: str) -> Incident: ...
    def list_open(self, limit: int) -> list[Incident]:
        """Those that are not over, the newest first."""
        ...

    def save(self, incident: Incident) -> None: ...


class Outbox(Protocol):
    """Messages, and how far the journal has been told."""

    def get_told_seq(self) -> int: ...
    def move_told_seq(self, before: int, after: int) -> None: ...
    def add(self, message: Message) -> None: ...
    def drop(self, drop: Drop) -> None: ...
    def list_ready(self, now: datetime, limit: int) -> list[Message]: ...
    def save(self, before: Message, after: Message) -> None: ...
    def get(self, message_id: int) -> Message: ...
    def list_some(
        self, *, request_id: str | None = None, states: Sequence[MessageState] | None = None, limit: int = 500
    ) -> list[Message]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The state tables and the journal within one transaction: a book a noun.

    `save` compares and sets: it stores a value whose version is one above the row's, or raises LostRaceError. `put`
    inserts or replaces. `get` raises NotFoundError.
    """

    answers: Answers
    journal: Journal
    people: People
    facilities: Facilities
    vehicles: Vehicles
    requests: Requests
    decisions: Decisions
    assignments: Assignments
    approvals: Approvals
    promises: Promises
    deaths: Deaths
    timers: Timers
    sop: Sop
    closures: Closures
    drives: Drives
    incidents: Incidents
    outbox: Outbox


class Store(Protocol):
    """Transactions over the books: serialised writers, read-only readers."""

    def submit(self, work: Callable[[Books], T]) -> Future[T]: ...
    async def write(self, work: Callable[[Books], T]) -> T: ...
    async def read(self, work: Callable[[Books], T]) -> T: ...
    async def probe(self) -> None: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wake:
    """Something was committed: journal entries up to `seq` may be read."""

    seq: int


@dataclass(frozen=True, slots=True)
class FixBatch:
    """Positions that became newer since the last batch."""

    fixes: tuple[Fix, ...]


class Live(Protocol):
    """Last positions and wake-ups: never a lock and never the only copy."""

    async def start(self, fixes: Sequence[Fix]) -> None: ...
    async def put_fixes(self, fixes: Sequence[Fix]) -> None: ...
    def last_fixes(self) -> Mapping[str, Fix]: ...
    async def announce(self, seq: int) -> None: ...
    def watch(self) -> AsyncIterator[Wake | FixBatch]: ...
    async def is_healthy(self) -> bool: ...
    async def close(self) -> None: ...


class Clock(Protocol):
    """The time, taken once at the edge of every use case: aware UTC."""

    def now(self) -> datetime: ...
