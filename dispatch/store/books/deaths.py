"""Crews' reports that a patient has died."""

from sqlalchemy import or_, select

from dispatch.domain.death import DeathReport
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of
from dispatch.vocabulary.deaths import DeathState

_ALL = select(tables.deaths).order_by(tables.deaths.c.reported_at, tables.deaths.c.id)


class SqlDeaths(Book):
    """The port Deaths."""

    def add(self, report: DeathReport) -> None:
        self._insert(tables.deaths, row_of(tables.deaths, report))

    def save(self, report: DeathReport) -> None:
        self._save(tables.deaths, row_of(tables.deaths, report))

    def list_of(self, request_id: str) -> list[DeathReport]:
        table = tables.deaths
        return self._all(DeathReport, _ALL.where(or_(table.c.request_id == request_id, table.c.onward == request_id)))

    def list_open(self) -> list[DeathReport]:
        return self._all(DeathReport, _ALL.where(tables.deaths.c.state == DeathState.REPORTED))
