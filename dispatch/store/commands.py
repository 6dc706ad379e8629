"""The books: reading and writing state, journal and timers over one connection inside one transaction."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.desk.ports import (
    Answer,
    Approval,
    Contact,
    Due,
    DueKind,
    JournalEntry,
    LostRaceError,
    NotFoundError,
    RequestFilter,
    VehicleTakenError,
)
from dispatch.domain.assignment import Assignment
from dispatch.domain.events import Event, EventKind
from dispatch.domain.promise import Promise, PromiseState
from dispatch.domain.ranking import Arrival
from dispatch.domain.request import Request
from dispatch.store import rows, tables
from dispatch.store.rows import Row, time_of, time_text
from dispatch.store.telling import Telling


class SqlBooks(Telling):
    """Requests, assignments, approvals, promises, journal, timers and first answers, beside the master data."""

    def write_probe(self, at: str) -> None:
        """Touch one row, so that a commit really reaches the disk, and check the indexes' text."""
        self._put(tables.probes, {"id": 1, "at": at}, ["id"])

    def find_answer(self, key: str) -> Answer | None:
        row = self._one(select(tables.answers).where(tables.answers.c.key == key))
        return None if row is None else Answer(fingerprint=row["fingerprint"], status=row["status"], body=row["body"])

    def keep_answer(self, key: str, answer: Answer, now: datetime) -> None:
        self._insert(tables.answers, {"key": key, **asdict(answer), "kept_at": time_text(now)})

    def _insert(self, table: Table, row: Mapping[str, object]) -> None:
        try:
            self._connection.execute(insert(table).values(row))
        except IntegrityError as error:
            taken = "assignments.vehicle_id" in str(error.orig) or tables.LIVE_VEHICLE in str(error.orig)
            if "FOREIGN KEY" in str(error.orig):
                raise NotFoundError(f"a row that {table.name} names does not exist") from error
            raise (VehicleTakenError if taken else LostRaceError)(table.name) from error

    def _save(self, table: Table, row: Mapping[str, object]) -> None:
        statement = update(table).where(table.c.id == row["id"], table.c.version == _before(row))
        try:
            done = self._connection.execute(statement.values(row))
        except IntegrityError as error:
            raise LostRaceError(table.name) from error
        if done.rowcount != 1:
            raise LostRaceError(f"{table.name} {row['id']} was changed by somebody else")

    def add_event(self, event: Event) -> int:
        row = {
            "kind": event.kind.value,
            "at": time_text(event.at),
            "request_id": event.request_id,
            "assignment_id": event.assignment_id,
            "vehicle_id": event.vehicle_id,
            "actor": event.actor,
            "facts": json.dumps(dict(event.facts), ensure_ascii=False),
        }
        added = self._connection.execute(insert(tables.journal).values(row).returning(tables.journal.c.seq))
        return int(added.scalar_one())

    def list_events(self, *, after: int, limit: int) -> list[JournalEntry]:
        table = tables.journal
        return [
            _entry(row)
            for row in self._all(select(table).where(table.c.seq > after).order_by(table.c.seq).limit(limit))
        ]

    def list_events_of(self, request_id: str) -> list[JournalEntry]:
        table = tables.journal
        return [
            _entry(row)
            for row in self._all(select(table).where(table.c.request_id == request_id).order_by(table.c.seq))
        ]

    def last_seq(self) -> int:
        return int(self._connection.execute(select(func.coalesce(func.max(tables.journal.c.seq), 0))).scalar_one())

    def add_request(self, request: Request, contact: Contact, *, track_token: str) -> None:
        row = {
            "id": request.id,
            "state": request.state.value,
            "facility": request.ask.requester,
            "ask": rows.ask_text(request.ask),
            "created_at": time_text(request.created_at),
            "created_by": request.created_by,
            "track_token": track_token,
            "version": request.version,
        }
        self._insert(tables.requests, row)
        self._insert(tables.contacts, {"request_id": request.id, **asdict(contact)})

    def get_request(self, request_id: str) -> Request:
        row = self._one(select(tables.requests).where(tables.requests.c.id == request_id))
        if row is None:
            raise NotFoundError(f"no request {request_id}")
        return rows.request_of(row)

    def list_requests(self, which: RequestFilter) -> list[Request]:
        table = tables.requests
        query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(which.limit)
        if which.states is not None:
            query = query.where(table.c.state.in_([state.value for state in which.states]))
        if which.facility is not None:
            query = query.where(table.c.facility == which.facility)
        if which.since is not None:
            query = query.where(table.c.created_at >= time_text(which.since))
        if which.before is not None:
            at, request_id = time_text(which.before[0]), which.before[1]
            query = query.where(or_(table.c.created_at < at, and_(table.c.created_at == at, table.c.id < request_id)))
        return [rows.request_of(row) for row in self._all(query)]

    def save_request(self, request: Request) -> None:
        ended_at = time_text(request.ended_at) if request.ended_at else None
        row = {"id": request.id, "state": request.state.value, "ended_at": ended_at, "version": request.version}
        self._save(tables.requests, row)

    def get_contact(self, request_id: str) -> Contact:
        row = self._one(select(tables.contacts).where(tables.contacts.c.request_id == request_id))
        if row is None:
            raise NotFoundError(f"no contact of request {request_id}")
        return Contact(phone=row["phone"], name=row["name"], note=row["note"])

    def get_track_token(self, request_id: str) -> str:
        row = self._one(select(tables.requests.c.track_token).where(tables.requests.c.id == request_id))
        if row is None:
            raise NotFoundError(f"no request {request_id}")
        return str(row["track_token"])

    def find_request_by_track(self, track_token: str) -> Request | None:
        row = self._one(select(tables.requests).where(tables.requests.c.track_token == track_token))
        return None if row is None else rows.request_of(row)

    def add_decision(
        self, request_id: str, at: datetime, decision: Mapping[str, object], facts: bytes | None = None
    ) -> None:
        text = json.dumps(dict(decision), ensure_ascii=False)
        row = {"request_id": request_id, "at": time_text(at), "decision": text, "facts": facts}
        self._insert(tables.decisions, row)

    def find_last_decision(self, request_id: str) -> Mapping[str, object] | None:
        table = tables.decisions
        query = select(table.c.decision).where(table.c.request_id == request_id).order_by(table.c.id.desc()).limit(1)
        row = self._one(query)
        return None if row is None else json.loads(row["decision"])

    def find_last_facts(self, request_id: str) -> bytes | None:
        table = tables.decisions
        query = select(table.c.facts).where(table.c.request_id == request_id).order_by(table.c.id.desc()).limit(1)
        row = self._one(query)
        return None if row is None else row["facts"]

    def list_first_facts(self, *, since: datetime, until: datetime, limit: int) -> list[tuple[str, bytes]]:
        table = tables.decisions
        firsts = select(func.min(table.c.id)).where(table.c.facts.is_not(None)).group_by(table.c.request_id)
        query = (
            select(table.c.request_id, table.c.facts)
            .where(table.c.id.in_(firsts), table.c.at >= time_text(since), table.c.at < time_text(until))
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return [(row["request_id"], row["facts"]) for row in self._all(query)]

    def add_assignment(self, assignment: Assignment, arrival: Arrival | None) -> None:
        self._insert(tables.assignments, {**rows.assignment_row(assignment), "arrival": rows.arrival_text(arrival)})

    def get_assignment(self, assignment_id: str) -> Assignment:
        row = self._one(select(tables.assignments).where(tables.assignments.c.id == assignment_id))
        if row is None:
            raise NotFoundError(f"no assignment {assignment_id}")
        return rows.assignment_of(row)

    def find_arrival(self, assignment_id: str) -> Arrival | None:
        row = self._one(select(tables.assignments.c.arrival).where(tables.assignments.c.id == assignment_id))
        return None if row is None else rows.arrival_of(row["arrival"])

    def save_assignment(self, assignment: Assignment) -> None:
        self._save(tables.assignments, rows.assignment_row(assignment))

    def list_assignments(self, request_id: str) -> list[Assignment]:
        table = tables.assignments
        query = select(table).where(table.c.request_id == request_id).order_by(table.c.offered_at, table.c.id)
        return [rows.assignment_of(row) for row in self._all(query)]

    def find_live_assignment(self, vehicle_id: str) -> Assignment | None:
        table = tables.assignments
        row = self._one(select(table).where(table.c.vehicle_id == vehicle_id, tables.IS_LIVE))
        return None if row is None else rows.assignment_of(row)

    def list_live_assignments(self) -> list[Assignment]:
        table = tables.assignments
        return [rows.assignment_of(row) for row in self._all(select(table).where(tables.IS_LIVE))]

    def put_approval(self, approval: Approval) -> None:
        self._put(tables.approvals, {**asdict(approval), "asked_at": time_text(approval.asked_at)}, ["id"])

    def list_approvals(self, request_id: str) -> list[Approval]:
        table = tables.approvals
        query = select(table).where(table.c.request_id == request_id).order_by(table.c.asked_at, table.c.id)
        return [Approval(**{**row, "asked_at": time_of(row["asked_at"])}) for row in self._all(query)]

    def add_promise(self, promise: Promise) -> None:
        self._insert(tables.promises, _promise_row(promise))

    def save_promise(self, promise: Promise) -> None:
        self._save(tables.promises, _promise_row(promise))

    def find_open_promise(self, request_id: str) -> Promise | None:
        table = tables.promises
        row = self._one(select(table).where(table.c.request_id == request_id, table.c.state == PromiseState.OPEN.value))
        return None if row is None else _promise(row)

    def list_promises(self, *, owner: str | None, overdue_at: datetime | None) -> list[Promise]:
        table = tables.promises
        query = select(table).where(table.c.state == PromiseState.OPEN.value).order_by(table.c.due_at, table.c.id)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        if overdue_at is not None:
            query = query.where(table.c.due_at < time_text(overdue_at))
        return [_promise(row) for row in self._all(query)]

    def set_due(self, due: Due) -> None:
        self._put(
            tables.due, {"kind": due.kind.value, "subject": due.subject, "at": time_text(due.at)}, ["kind", "subject"]
        )

    def drop_due(self, kind: DueKind, subject: str) -> None:
        table = tables.due
        self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.subject == subject))

    def list_due(self, now: datetime, limit: int) -> list[Due]:
        table = tables.due
        query = select(table).where(table.c.at <= time_text(now)).order_by(table.c.at).limit(limit)
        return [
            Due(kind=DueKind(row["kind"]), subject=row["subject"], at=time_of(row["at"])) for row in self._all(query)
        ]

    def next_due_at(self) -> datetime | None:
        at = self._connection.execute(select(func.min(tables.due.c.at))).scalar_one()
        return time_of(at) if at else None


def _before(row: Mapping[str, object]) -> int:
    return int(str(row["version"])) - 1


def _entry(row: Row) -> JournalEntry:
    event = Event(
        kind=EventKind(row["kind"]),
        at=time_of(row["at"]),
        request_id=row["request_id"],
        assignment_id=row["assignment_id"],
        vehicle_id=row["vehicle_id"],
        actor=row["actor"],
        facts=json.loads(row["facts"]),
    )
    return JournalEntry(seq=row["seq"], event=event)


def _promise_row(promise: Promise) -> dict[str, object]:
    times = {name: time_text(getattr(promise, name)) for name in ("made_at", "due_at", "retry_at")}
    return {**asdict(promise), **times, "state": promise.state.value}


def _promise(row: Row) -> Promise:
    times = {name: time_of(row[name]) for name in ("made_at", "due_at", "retry_at")}
    return Promise(**{**row, **times, "state": PromiseState(row["state"])})
