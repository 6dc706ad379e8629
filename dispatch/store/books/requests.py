"""Requests with their contacts, and the decisions on them."""

import json
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select

from dispatch.choosing.record import DecisionRecord
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.old_decisions import read_old
from dispatch.store.rows import adapter, ask_text, columns, request_of, time_text, value_of


class SqlRequests(Book):
    """The port Requests."""

    def add(self, request: Request, contact: Contact, *, track_token: str) -> None:
        row = {**_row(request), "facility": request.ask.requester, "track_token": track_token}
        self._insert(tables.requests, row)
        self._insert(tables.contacts, {"request_id": request.id, **columns(contact)})

    def get(self, request_id: str) -> Request:
        return request_of(self._get(_of(request_id), f"request {request_id}"))

    def get_by_track(self, track_token: str) -> Request:
        query = select(tables.requests).where(tables.requests.c.track_token == track_token)
        return request_of(self._get(query, "request with this link"))

    def list_some(self, which: RequestFilter) -> list[Request]:
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
        return [request_of(row) for row in self._all(query)]

    def save(self, request: Request) -> None:
        self._save(tables.requests, _row(request))

    def get_contact(self, request_id: str) -> Contact:
        query = select(tables.contacts).where(tables.contacts.c.request_id == request_id)
        return value_of(Contact, self._get(query, f"contact of request {request_id}"))

    def put_contact(self, request_id: str, contact: Contact) -> None:
        self._put(tables.contacts, {"request_id": request_id, **columns(contact)}, ["request_id"])

    def get_track_token(self, request_id: str) -> str:
        return str(self._get(_of(request_id), f"request {request_id}")["track_token"])


def _of(request_id: str) -> "Select[tuple[object, ...]]":
    return select(tables.requests).where(tables.requests.c.id == request_id)


def _row(request: Request) -> dict[str, object]:
    return {**columns(request, "ask"), "ask": ask_text(request.ask)}


class SqlDecisions(Book):
    """The port Decisions."""

    def add(self, request_id: str, at: datetime, decision: DecisionRecord, facts: bytes) -> int:
        text = adapter(DecisionRecord).dump_json(decision, exclude_none=True).decode()
        brief = adapter(DecisionRecord).dump_json(decision.brief(), exclude_none=True).decode()
        row = {"request_id": request_id, "at": time_text(at), "decision": text, "brief": brief, "facts": facts}
        return self._add(tables.decisions, row, "id")

    def find_last(self, request_id: str) -> DecisionRecord | None:
        row = self._one(_newest(request_id, "decision"))
        if row is None:
            return None
        document = json.loads(row["decision"])
        return read_old(document) if "sentence" in document else adapter(DecisionRecord).validate_python(document)

    def list_briefs(self, *request_ids: str) -> dict[int, DecisionRecord]:
        table = tables.decisions
        query = select(table.c.id, table.c.brief).where(table.c.request_id.in_(request_ids), table.c.brief.is_not(None))
        return {row["id"]: adapter(DecisionRecord).validate_json(row["brief"]) for row in self._all(query)}

    def find_facts(self, request_id: str) -> bytes | None:
        row = self._one(_newest(request_id, "facts"))
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


def _newest(request_id: str, column: str) -> "Select[tuple[object, ...]]":
    table = tables.decisions
    return select(table.c[column]).where(table.c.request_id == request_id).order_by(table.c.id.desc()).limit(1)
