"""The books: reading and writing state, journal and timers over one connection inside one transaction."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, or_, select, update

from dispatch.desk.ports import Answer, Approval, Contact, Due, DueKind, JournalEntry, NotFoundError, RequestFilter
from dispatch.domain.assignment import Assignment
from dispatch.domain.events import Event, EventKind
from dispatch.domain.ranking import Arrival
from dispatch.domain.request import Request
from dispatch.store import rows, tables
from dispatch.store.closures import Closures
from dispatch.store.ledger import Ledger
from dispatch.store.rows import Row, time_of, time_text
from dispatch.store.telling import Telling


class SqlBooks(Ledger, Telling, Closures):
    """Requests, assignments, approvals, journal, timers and first answers, beside the ledger, the messages, the road
    closures and the master data."""

    def write_probe(self, at: str) -> None:
        """Touch one row, so that a commit really reaches the disk, and check the indexes' text."""
        self._put(tables.probes, {"id": 1, "at": at}, ["id"])

    def find_answer(self, key: str) -> Answer | None:
        row = self._one(select(tables.answers).where(tables.answers.c.key == key))
        return None if row is None else Answer(fingerprint=row["fingerprint"], status=row["status"], body=row["body"])

    def keep_answer(self, key: str, answer: Answer, now: datetime) -> None:
        self._insert(tables.answers, {"key": key, **asdict(answer), "kept_at": time_text(now)})

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
            "wanted": request.wanted,
            "held": request.held,
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
        row = {
            "id": request.id,
            "state": request.state.value,
            "ask": rows.ask_text(request.ask),
            "ended_at": time_text(request.ended_at) if request.ended_at else None,
            "wanted": request.wanted,
            "held": request.held,
            "version": request.version,
        }
        self._save(tables.requests, row)

    def get_contact(self, request_id: str) -> Contact:
        row = self._one(select(tables.contacts).where(tables.contacts.c.request_id == request_id))
        if row is None:
            raise NotFoundError(f"no contact of request {request_id}")
        return Contact(phone=row["phone"], name=row["name"], note=row["note"])

    def put_contact(self, request_id: str, contact: Contact) -> None:
        self._put(tables.contacts, {"request_id": request_id, **asdict(contact)}, ["request_id"])

    def get_track_token(self, request_id: str) -> str:
        row = self._one(select(tables.requests.c.track_token).where(tables.requests.c.id == request_id))
        if row is None:
            raise NotFoundError(f"no request {request_id}")
        return str(row["track_token"])

    def get_request_by_track(self, track_token: str) -> Request:
        row = self._one(select(tables.requests).where(tables.requests.c.track_token == track_token))
        if row is None:
            raise NotFoundError("no request has this link")
        return rows.request_of(row)

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
        self.touch_vehicle(assignment.vehicle_id)

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
        self.touch_vehicle(assignment.vehicle_id)

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

    def set_due(self, due: Due) -> None:
        self._put(
            tables.due, {"kind": due.kind.value, "subject": due.subject, "at": time_text(due.at)}, ["kind", "subject"]
        )

    def drop_due(self, kind: DueKind, subject: str) -> None:
        table = tables.due
        self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.subject == subject))

    def find_due(self, kind: DueKind, subject: str) -> Due | None:
        table = tables.due
        row = self._one(select(table).where(table.c.kind == kind.value, table.c.subject == subject))
        return None if row is None else _due(row)

    def hasten_due(self, kind: DueKind, now: datetime) -> None:
        table = tables.due
        later = update(table).where(table.c.kind == kind.value, table.c.at > time_text(now))
        self._connection.execute(later.values(at=time_text(now)))

    def list_due(self, now: datetime, limit: int) -> list[Due]:
        table = tables.due
        query = select(table).where(table.c.at <= time_text(now)).order_by(table.c.at, table.c.kind, table.c.subject)
        return [_due(row) for row in self._all(query.limit(limit))]

    def next_due_at(self) -> datetime | None:
        at = self._connection.execute(select(func.min(tables.due.c.at))).scalar_one()
        return time_of(at) if at else None


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


def _due(row: Row) -> Due:
    return Due(kind=DueKind(row["kind"]), subject=row["subject"], at=time_of(row["at"]))
