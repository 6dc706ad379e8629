"""Incidents."""

from sqlalchemy import select

from dispatch.domain.incident import Incident
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of


class SqlIncidents(Book):
    """The port Incidents."""

    def add(self, incident: Incident) -> None:
        self._insert(tables.incidents, row_of(tables.incidents, incident))

    def save(self, incident: Incident) -> None:
        self._save(tables.incidents, row_of(tables.incidents, incident))

    def get(self, incident_id: str) -> Incident:
        return self._get(Incident, tables.incidents, incident_id)

    def list_open(self, limit: int) -> list[Incident]:
        table = tables.incidents
        standing = select(table).where(table.c.closed_at.is_(None))
        return self._all(Incident, standing.order_by(table.c.created_at.desc(), table.c.id).limit(limit))
