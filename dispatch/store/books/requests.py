"""Requests with their contacts, and the decisions on them."""

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, or_, select, text

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import NotFoundError
from dispatch.domain.request import Contact, Request, RequestFilter, Reservation
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import reader, row_of
from geo.point import Bounds


class SqlRequests(Book):
    """The port Requests."""

    def add(self, request: Request, contact: Contact, *, track_token: str) -> None:
        facts = {"facility": request.ask.requester, "track_token": track_token}
        self._insert(tables.requests, _row(request) | facts)
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
        self._save(tables.requests, _row(request))

    def get_contact(self, request_id: str) -> Contact:
        return self._get(Contact, tables.contacts, request_id, "request_id")

    def put_contact(self, request_id: str, contact: Contact) -> None:
        self._put(tables.contacts, row_of(tables.contacts, contact, request_id=request_id), ["request_id"])

    def list_series(self, series: str) -> list[Request]:
        table = tables.requests
        return self._all(
            Request, select(table).where(table.c.series == series).order_by(table.c.schedule_at, table.c.id)
        )

    def list_booked(
        self, *, since: datetime, until: datetime, facility: str | None = None, limit: int | None = None
    ) -> list[Request]:
        table = tables.requests
        query = select(table).where(tables.IS_BOOKED, table.c.schedule_at >= since, table.c.schedule_at <= until)
        if facility is not None:
            query = query.where(table.c.facility == facility)
        return self._all(Request, query.order_by(table.c.schedule_at, table.c.id).limit(limit))

    def list_reserved(self, since: datetime, until: datetime) -> list[Reservation]:
        at = tables.requests.c.schedule_at
        return self._reserved(tables.IS_BOOKED, at > since, at < until)

    def list_unkept(self, since: datetime, until: datetime) -> list[str]:
        table = tables.requests
        between = table.c.schedule_at > since, table.c.schedule_at < until
        unkept = select(table.c.id).where(tables.IS_BOOKED, *between, table.c.reserved.is_(None))
        return list(self._connection.scalars(unkept.order_by(table.c.schedule_at, table.c.id)))

    def list_waiting(self) -> list[Reservation]:
        return self._reserved(tables.IS_WAITED_WITH)

    def _reserved(self, *which: ColumnElement[bool] | TextClause) -> list[Reservation]:
        table = tables.requests
        columns = table.c.reserved.label("vehicle_id"), table.c.id.label("request_id"), table.c.schedule_at.label("at")
        kept = select(*columns).where(*which, table.c.reserved.is_not(None))
        return self._all(Reservation, kept.order_by(table.c.schedule_at, table.c.id))

    def get_track_token(self, request_id: str) -> str:
        return self.get_own_token(self.get(request_id).series or request_id)

    def get_own_token(self, request_id: str) -> str:
        table = tables.requests
        found = self._one(select(table.c.track_token).where(table.c.id == request_id))
        if found is None:
            raise NotFoundError(f"no request {request_id}")
        return str(found)


def _row(request: Request) -> dict[str, object]:
    """A request's row; its booked time and where it begins stand beside what was asked, to be looked for."""
    point = request.ask.pickup.point
    beside = {"schedule_at": request.ask.schedule_at, "pickup_lon": point.lon, "pickup_lat": point.lat}
    return row_of(tables.requests, request, **beside)


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
