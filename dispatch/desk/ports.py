"""What the desk needs of the world: a store with one transaction a use case, live positions, roads and a clock."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from dispatch.domain.assignment import Assignment
from dispatch.domain.closure import Closure
from dispatch.domain.directory import Facility, Person
from dispatch.domain.events import Event
from dispatch.domain.fix import Fix
from dispatch.domain.message import Drop, Message, MessageState
from dispatch.domain.promise import Call, Promise
from dispatch.domain.ranking import Arrival
from dispatch.domain.request import Request, RequestState
from dispatch.domain.vehicle import Duty, Vehicle, VehicleNow
from geo.point import Point
from geo.shape import Shape

T = TypeVar("T")


class NotFoundError(LookupError):
    """No row has this id."""


class LostRaceError(Exception):
    """Somebody else changed the row first; nothing of this transaction was kept. Load again and decide again."""


class VehicleTakenError(LostRaceError):
    """The vehicle has a live assignment already (the partial unique index spoke)."""


class StoreUnavailableError(Exception):
    """The database cannot be written now (full disk, lost connection); nothing of this transaction was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call back; kept apart from the request and never written to journal or log."""

    phone: str
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first answer to a command, given again to every repeat of it (idempotency)."""

    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody's yes that a request waits for: `state` is asked, given, refused or withdrawn."""

    id: str
    request_id: str
    vehicle_id: str
    rule: str
    approver: str
    state: str
    asked_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SopDraft:
    """A version of an agency's SOP that is not published: open, submitted, approved or published.

    `text` is its TOML; `edit` grows with every change and is compared before the next.
    """

    id: str
    agency: str
    state: str
    text: str
    edit: int
    base_version: str | None
    created_by: str
    updated_by: str
    updated_at: datetime
    submitted_by: str | None = None
    approved_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A sign-in: the SHA-256 of an opaque secret; `kind` is session (cookie) or api (bearer)."""

    digest: str
    person_id: str
    kind: str
    created_at: datetime
    expires_at: datetime | None = None


class DueKind(StrEnum):
    """What a timer does when it is due."""

    OFFER_EXPIRES = "offer_expires"
    PROMISE_RETRY = "promise_retry"
    PROMISE_DUE = "promise_due"
    SEARCH_LONG = "search_long"
    SCHEDULED = "scheduled"
    SHIFT_ENDS = "shift_ends"
    CLOSURE_ENDS = "closure_ends"


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
class RequestFilter:
    """Which requests to list: newest first, at most `limit`, those before the cursor (created_at, id)."""

    states: frozenset[RequestState] | None = None
    facility: str | None = None
    since: datetime | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


class Books(Protocol):
    """The state tables and the journal within one transaction.

    `save_*` compare and set: they store a value whose version is one above the row's, or raise LostRaceError.
    `put_*` insert or replace master data. `get_*` raise NotFoundError.
    """

    def find_answer(self, key: str) -> Answer | None: ...
    def keep_answer(self, key: str, answer: Answer, now: datetime) -> None: ...

    def add_event(self, event: Event) -> int: ...
    def list_events(self, *, after: int, limit: int) -> list[JournalEntry]: ...
    def list_events_of(self, request_id: str) -> list[JournalEntry]: ...
    def last_seq(self) -> int: ...

    def find_person(self, person_id: str) -> Person | None: ...
    def list_people(self) -> list[Person]: ...
    def put_person(self, person: Person) -> None: ...
    def add_token(self, token: Token) -> None: ...
    def find_token(self, digest: str) -> Token | None: ...
    def drop_token(self, digest: str) -> None: ...

    def find_facility(self, facility_id: str) -> Facility | None: ...
    def list_facilities(self) -> list[Facility]: ...
    def put_facility(self, facility: Facility) -> None: ...

    def get_vehicle(self, vehicle_id: str) -> VehicleNow: ...
    def list_vehicles(self) -> list[VehicleNow]: ...
    def list_vehicles_since(self, revision: int) -> tuple[int, list[VehicleNow]]:
        """The newest revision of the fleet, and the vehicles that changed since another (-1: all), by id."""
        ...

    def put_vehicle(self, vehicle: Vehicle) -> None: ...
    def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, now: datetime) -> None: ...
    def set_history(
        self, vehicle_id: str, *, on_duty_since: datetime | None, trip_ended_at: datetime | None
    ) -> None: ...
    def leave_alone(self, vehicle_id: str, until: datetime | None) -> None: ...
    def set_auto_accept(self, vehicle_id: str, *, on: bool) -> None: ...
    def put_last_fixes(self, fixes: Sequence[Fix]) -> None: ...
    def list_last_fixes(self) -> list[Fix]: ...

    def add_request(self, request: Request, contact: Contact, *, track_token: str) -> None: ...
    def get_request(self, request_id: str) -> Request: ...
    def list_requests(self, which: RequestFilter) -> list[Request]: ...
    def save_request(self, request: Request) -> None: ...
    def get_contact(self, request_id: str) -> Contact: ...
    def put_contact(self, request_id: str, contact: Contact) -> None: ...
    def get_track_token(self, request_id: str) -> str: ...
    def get_request_by_track(self, track_token: str) -> Request: ...

    def add_decision(
        self, request_id: str, at: datetime, decision: Mapping[str, object], facts: bytes | None = None
    ) -> None: ...
    def find_last_decision(self, request_id: str) -> Mapping[str, object] | None: ...
    def find_last_facts(self, request_id: str) -> bytes | None: ...
    def list_first_facts(self, *, since: datetime, until: datetime, limit: int) -> list[tuple[str, bytes]]: ...

    def add_assignment(self, assignment: Assignment, arrival: Arrival | None) -> None: ...
    def get_assignment(self, assignment_id: str) -> Assignment: ...
    def find_arrival(self, assignment_id: str) -> Arrival | None: ...
    def save_assignment(self, assignment: Assignment) -> None: ...
    def list_assignments(self, request_id: str) -> list[Assignment]: ...
    def find_live_assignment(self, vehicle_id: str) -> Assignment | None: ...
    def list_live_assignments(self) -> list[Assignment]: ...

    def put_approval(self, approval: Approval) -> None: ...
    def list_approvals(self, request_id: str) -> list[Approval]: ...

    def add_promise(self, promise: Promise) -> None: ...
    def save_promise(self, promise: Promise) -> None: ...
    def find_open_promise(self, request_id: str) -> Promise | None: ...
    def get_promise(self, promise_id: str) -> Promise: ...
    def list_promises(self, *, owner: str | None, overdue_at: datetime | None) -> list[Promise]: ...

    def list_promises_made(self, *, since: datetime, until: datetime) -> list[Promise]: ...
    def add_call(self, call: Call) -> None: ...
    def list_calls(self, promise_id: str) -> list[Call]: ...

    def set_due(self, due: Due) -> None: ...
    def drop_due(self, kind: DueKind, subject: str) -> None: ...
    def find_due(self, kind: DueKind, subject: str) -> Due | None: ...
    def hasten_due(self, kind: DueKind, now: datetime) -> None:
        """Bring every timer of a kind that is still to come forward to now."""
        ...

    def list_due(self, now: datetime, limit: int) -> list[Due]: ...
    def next_due_at(self) -> datetime | None: ...

    def add_pack(self, *, agency: str, version: str, effective_from: datetime, text: str) -> bool: ...
    def list_packs(self) -> list[str]: ...
    def put_draft(self, draft: SopDraft) -> None: ...
    def find_draft(self, draft_id: str) -> SopDraft | None: ...
    def list_drafts(self) -> list[SopDraft]: ...
    def drop_draft(self, draft_id: str) -> None: ...

    def add_closure(self, closure: Closure) -> None: ...
    def get_closure(self, closure_id: str) -> Closure: ...
    def list_closures(self) -> list[Closure]:
        """Those that stand, the oldest first."""
        ...

    def save_closure(self, closure: Closure) -> None: ...

    def get_told_seq(self) -> int: ...
    def move_told_seq(self, before: int, after: int) -> None: ...
    def add_message(self, message: Message) -> None: ...
    def drop_messages(self, drop: Drop) -> None: ...
    def list_ready_messages(self, now: datetime, limit: int) -> list[Message]: ...
    def save_message(self, before: Message, after: Message) -> None: ...
    def get_message(self, message_id: int) -> Message: ...
    def list_messages(
        self, *, request_id: str | None = None, states: Sequence[MessageState] | None = None, limit: int = 500
    ) -> list[Message]: ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way along the road: points in travel order, lon/lat, with time, length and street names."""

    points: tuple[Point, ...]
    travel_s: float
    distance_m: float
    streets: tuple[str, ...]
    method: str


Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The ground that is reached after more than from_minutes and within to_minutes; None: later or never.

    polygons: the coordinates of a GeoJSON MultiPolygon, lon and lat in degrees.
    """

    from_minutes: float
    to_minutes: float | None
    polygons: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How soon the nearest of `vehicles` vehicles, those that stand near a road, is everywhere.

    bands: rising and without overlap, the last for what is beyond all limits. within: for each limit in minutes the
    share of the length of all roads that is reached by then. farthest_s, farthest: the latest arrival on any road and
    where, None where no road is reached. unreached_m: metres of road to which nobody comes.
    """

    vehicles: int
    bands: tuple[Area, ...]
    within: tuple[tuple[float, float], ...]
    farthest_s: float | None
    farthest: Point | None
    unreached_m: float


class Roads(ABC):
    """Travel times towards a point, and the way itself; as inherited, of roads that nothing changes."""

    @abstractmethod
    def arrivals(
        self, to: Point, vehicles: Mapping[str, Point], *, speeds: str, most: int | None
    ) -> dict[str, Arrival]:
        """The `most` soonest arrivals (None: all) under the metric `speeds`; who cannot come is left out."""

    @abstractmethod
    def way(self, origin: Point, to: Point, *, speeds: str) -> Way | None:
        """The quickest way under the metric `speeds`, if there is one."""

    def aside(self) -> "Roads":
        """The same roads, for vehicles that are not where they are asked about: they are moved nowhere."""
        return self

    def follow(self, positions: Mapping[str, Point]) -> None:
        """Vehicles are there now; whoever is asked about later need not be looked for first."""
        del positions

    def turn_to(self, local: datetime) -> None:
        """Traffic is as at this local time; takes its time, in a thread of its own."""
        del local

    def close(self, shapes: Sequence[Shape]) -> None:
        """These shapes are closed from now on and nothing else; ways found from then on keep off them."""
        del shapes

    def count_closed(self, shape: Shape) -> int | None:
        """How many streets a shape would close; None where there are no streets."""
        del shape
        return None


class RoadAreas(Protocol):
    """Areas that are reached in time, where a road network is loaded; each takes up to a second: use a thread."""

    def isochrone(self, from_: Point, *, minutes: Sequence[float], speeds: str) -> tuple[Area, ...] | None:
        """The ground within each limit, each area with all smaller ones; None where no road is near."""
        ...

    def coverage(self, vehicles: Mapping[str, Point], *, minutes: Sequence[float], speeds: str) -> Coverage: ...


class Clock(Protocol):
    """The time, taken once at the edge of every use case: aware UTC."""

    def now(self) -> datetime: ...
