"""The journal."""

import json
import logging
from collections.abc import Collection
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, select

from dispatch.desk.ports import JournalEntry
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.forms import json_text
from dispatch.store.rows import Row
from dispatch.vocabulary.events import KINDS, Event, EventKind, facts_of

_HEAD = tuple(field.name for field in fields(Event))
_log = logging.getLogger(__name__)
# Facts that were called otherwise before 0.2; the only note with a text was that a document goes to the house.
_OLD_NAMES = {EventKind.PROMISE_MADE: {"kind": "owed"}, EventKind.NOTED: {"text": "delivers"}}


class SqlJournal(Book):
    """The port Journal."""

    def add(self, event: Event) -> int:
        head = {name: getattr(event, name) for name in _HEAD}
        row = {**head, "kind": event.kind.value, "facts": json_text(facts_of(event))}
        return self._add(tables.journal, row, "seq")

    def list_after(self, seq: int, limit: int) -> list[JournalEntry]:
        return self._entries(select(tables.journal).where(tables.journal.c.seq > seq).limit(limit))

    def list_of(self, request_id: str) -> list[JournalEntry]:
        return self._entries(select(tables.journal).where(tables.journal.c.request_id == request_id))

    def list_of_kinds(self, request_ids: Collection[str], kinds: Collection[type[Event]]) -> list[JournalEntry]:
        table, words = tables.journal, [kind.kind.value for kind in kinds]
        return self._entries(select(table).where(table.c.request_id.in_(request_ids), table.c.kind.in_(words)))

    def last_seq(self) -> int:
        return int(self._connection.execute(select(func.coalesce(func.max(tables.journal.c.seq), 0))).scalar_one())

    def _entries(self, query: Select[Any]) -> list[JournalEntry]:
        """In their order; what this version cannot read is passed over, so that nobody waits behind it."""
        found = []
        for row in self._rows(query.order_by(tables.journal.c.seq)):
            try:
                found.append(JournalEntry(seq=row["seq"], event=_event(row)))
            except ValueError as error:
                _log.warning("journal entry %d (%s) cannot be read: %s", row["seq"], row["kind"], type(error).__name__)
        return found


@cache
def _reader(kind: EventKind) -> TypeAdapter[Event]:
    return TypeAdapter(KINDS[kind])


def _event(row: Row) -> Event:
    kind = EventKind(row["kind"])
    names = _OLD_NAMES.get(kind, {})
    facts = {names.get(name, name): value for name, value in json.loads(row["facts"]).items()}
    if "delivers" in facts:
        facts["delivers"] = bool(facts["delivers"])
    return _reader(kind).validate_python({**facts, **{name: row[name] for name in _HEAD}})
