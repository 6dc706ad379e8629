"""The journal."""

import json
import logging
from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from dispatch.desk.ports import JournalEntry
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import Row, adapter, json_text, time_text
from dispatch.vocabulary.events import KINDS, Event, EventKind, facts_of

_log = logging.getLogger(__name__)
# Facts that were called otherwise before 0.2; the only note with a text was that a document goes to the house.
_OLD_NAMES = {EventKind.PROMISE_MADE: {"kind": "owed"}, EventKind.NOTED: {"text": "delivers"}}


class SqlJournal(Book):
    """The port Journal."""

    def add(self, event: Event) -> int:
        row = {
            "kind": event.kind.value,
            "at": time_text(event.at),
            "request_id": event.request_id,
            "assignment_id": event.assignment_id,
            "vehicle_id": event.vehicle_id,
            "actor": event.actor,
            "facts": json_text(facts_of(event)),
        }
        return self._add(tables.journal, row, "seq")

    def list_after(self, seq: int, limit: int) -> list[JournalEntry]:
        table = tables.journal
        query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
        return _entries(self._all(query))

    def list_of(self, request_id: str) -> list[JournalEntry]:
        table = tables.journal
        query = select(table).where(table.c.request_id == request_id).order_by(table.c.seq)
        return _entries(self._all(query))

    def list_of_kinds(self, request_ids: Collection[str], kinds: Collection[type[Event]]) -> list[JournalEntry]:
        table, words = tables.journal, [kind.kind.value for kind in kinds]
        query = select(table).where(table.c.request_id.in_(request_ids), table.c.kind.in_(words))
        return _entries(self._all(query.order_by(table.c.seq)))

    def last_seq(self) -> int:
        return int(self._connection.execute(select(func.coalesce(func.max(tables.journal.c.seq), 0))).scalar_one())


def _entries(rows: Iterable[Row]) -> list[JournalEntry]:
    """What this version cannot read is passed over, so that nobody waits behind it."""
    found = []
    for row in rows:
        try:
            found.append(_entry(row))
        except ValueError as error:
            _log.warning("journal entry %d (%s) cannot be read: %s", row["seq"], row["kind"], type(error).__name__)
    return found


def _entry(row: Row) -> JournalEntry:
    kind = EventKind(row["kind"])
    names = _OLD_NAMES.get(kind, {})
    facts = {names.get(name, name): value for name, value in json.loads(row["facts"]).items()}
    if "delivers" in facts:
        facts["delivers"] = bool(facts["delivers"])
    head = {name: row[name] for name in ("at", "request_id", "assignment_id", "vehicle_id", "actor")}
    return JournalEntry(seq=row["seq"], event=adapter(KINDS[kind]).validate_python({**facts, **head}))
