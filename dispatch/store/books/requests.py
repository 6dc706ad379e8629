"""Requests with their contacts, and the decisions on them."""

from datetime import datetime
from typing import cast

from sqlalchemy import Select, and_, func, or_, select, text

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import NotFoundError
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import reader, row_of
from geo.point import Bounds


class SqlRequests(Book):
    """The port Requests."""

    def add(self, request: Request, contact: Contact, *, track_token: str) -> None:
        facts = {"facility": request.ask.requester, "track_token": track_token, **_pickup(request)}
        self._insert(tables.requests, row_of(tables.requests, request, **facts))
        self._insert(tables.contacts, row_of(tables.contacts, contact, request_id=request.id))

    def get(self, request_id: str) -> Request:
        return self._get(Request, tables.requests, request_id)

    def get_by_track(self, track_token: str) -> Request:
        return self._get(Request, tables.requests, track_token, "track_token")

    def list_some(self, which: RequestFilter) -> list[Request]:
        table = tables.requests
        query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(which.limit)
        if which.states is not None:
            query = query.where(table.c.state.in_(which.states))
        if which.facility is not None:
            query = query.where(table.c.facility == which.facility)
        if which.incident is not None:
            query = query.where(table.c.incident == which.incident)
        if which.since is not None:
            query = query.where(table.c.created_at >= which.since)
        if which.before is not None:
            at, request_id = which.before
            query = query.where(or_(table.c.created_at < at, and_(table.c.created_at == at, table.c.id < request_id)))
        return self._all(Request, query)

    def list_near(self, box: Bounds, *, since: datetime, limit: int) -> list[tuple[Request, str]]:
        table, contacts = tables.requests, tables.contacts
        west, south, east, north = box
        here = and_(table.c.pickup_lat.between(south, north), table.c.pickup_lon.between(west, east))
        # Each half by its index: who is open by place, and the few who ended lately. The plus keeps SQLite from going
        # through all that ever was asked in the order of time instead.
        query = (
            select(table, contacts.c.phone)
            .join(contacts, contacts.c.request_id == table.c.id)
            .where(or_(and_(table.c.ended_at.is_(None), here), and_(table.c.ended_at >= since, here)))
            .order_by(text("+requests.created_at DESC, +requests.id DESC"))
            .limit(limit)
        )
        return [(reader(Request)(row), row["phone"]) for row in self._rows(query)]

    def save(self, request: Request) -> None:
        self._save(tables.requests, row_of(tables.requests, request, **_pickup(request)))

    def get_contact(self, request_id: str) -> Contact:
        return self._get(Contact, tables.contacts, request_id, "request_id")

    def put_contact(self, request_id: str, contact: Contact) -> None:
        self._put(tables.contacts, row_of(tables.contacts, contact, request_id=request_id), ["request_id"])

    def get_track_token(self, request_id: str) -> str:
        found = self._one(select(tables.requests.c.track_token).where(tables.requests.c.id == request_id))
        if found is None:
            raise NotFoundError(f"no request {request_id}")
        return str(found)


def _pickup(request: Request) -> dict[str, float]:
    """Where it begins, as columns of their own: who asked nearby is found by them."""
    point = request.ask.pickup.point
    return {"pickup_lon": point.lon, "pickup_lat": point.lat}


class SqlDecisions(Book):
    """The port Decisions."""

    def add(self, request_id: str, at: datetime, decision: DecisionRecord, facts: bytes) -> int:
        row = {"request_id": request_id, "at": at, "decision": decision, "brief": decision.brief(), "facts": facts}
        return self._add(tables.decisions, row, "id")

    def find_last(self, request_id: str) -> DecisionRecord | None:
        return cast("DecisionRecord | None", self._one(_newest(request_id, "decision")))

    def last_number(self, request_id: str) -> int | None:
        return cast("int | None", self._one(_newest(request_id, "id")))

    def list_briefs(self, *request_ids: str) -> dict[int, DecisionRecord]:
        table = tables.decisions
        query = select(table.c.id, table.c.brief).where(table.c.request_id.in_(request_ids), table.c.brief.is_not(None))
        return {row["id"]: row["brief"] for row in self._rows(query)}

    def find_facts(self, request_id: str) -> bytes | None:
        return cast("bytes | None", self._one(_newest(request_id, "facts")))

    def list_first_facts(self, *, since: datetime, until: datetime, limit: int) -> list[tuple[str, bytes]]:
        table = tables.decisions
        firsts = select(func.min(table.c.id)).where(table.c.facts.is_not(None)).group_by(table.c.request_id)
        query = (
            select(table.c.request_id, table.c.facts)
            .where(table.c.id.in_(firsts), table.c.at >= since, table.c.at < until)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return [(row["request_id"], row["facts"]) for row in self._rows(query)]


def _newest(request_id: str, column: str) -> "Select[tuple[object, ...]]":
    table = tables.decisions
    return select(table.c[column]).where(table.c.request_id == request_id).order_by(table.c.id.desc()).limit(1)
