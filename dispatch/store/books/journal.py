"""The journal."""

import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from sqlalchemy import Engine, Select, String, func, select, type_coerce

from dispatch.desk.ports import JournalEntry, JournalPart
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.forms import json_text
from dispatch.store.rows import Row
from dispatch.vocabulary.events import KINDS, Event, EventKind, facts_of

_HEAD = tuple(field.name for field in fields(Event))
# Every column as it lies there: a time that is none would keep all other rows from being read.
_ALL = select(*(type_coerce(each, String).label(each.name) if each.name == "at" else each for each in tables.journal.c))
_log = logging.getLogger(__name__)
# Of each database the entries that were named, each once however often it is read.
_named: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()
# Facts that were called otherwise before 0.2; the only note with a text was that a document goes to the house.
_OLD_NAMES = {EventKind.PROMISE_MADE: {"kind": "owed"}, EventKind.NOTED: {"text": "delivers"}}


class SqlJournal(Book):
    """The port Journal."""

    def add(self, event: Event) -> int:
        head = {name: getattr(event, name) for name in _HEAD}
        row = {**head, "kind": event.kind.value, "facts": json_text(facts_of(event))}
        return self._add(tables.journal, row, "seq")

    def list_after(self, seq: int, limit: int) -> JournalPart:
        rows = self._ordered(_ALL.where(tables.journal.c.seq > seq).limit(limit))
        return JournalPart(entries=tuple(self._entries(rows)), last=rows[-1]["seq"] if rows else seq)

    def list_of(self, request_id: str) -> list[JournalEntry]:
        return self._entries(self._ordered(_ALL.where(tables.journal.c.request_id == request_id)))

    def list_of_kinds(self, request_ids: Collection[str], kinds: Collection[type[Event]]) -> list[JournalEntry]:
        table, words = tables.journal, [kind.kind.value for kind in kinds]
        return self._entries(self._ordered(_ALL.where(table.c.request_id.in_(request_ids), table.c.kind.in_(words))))

    def last_seq(self) -> int:
        return int(self._connection.execute(select(func.coalesce(func.max(tables.journal.c.seq), 0))).scalar_one())

    def _ordered(self, query: Select[Any]) -> list[Row]:
        return self._rows(query.order_by(tables.journal.c.seq))

    def _entries(self, rows: Iterable[Row]) -> list[JournalEntry]:
        """What this version cannot read is passed over, so that nobody waits behind it, and named once."""
        found = []
        for row in rows:
            try:
                found.append(JournalEntry(seq=row["seq"], event=_event(row)))
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
                self._name(row, error)
        return found

    def _name(self, row: Row, error: Exception) -> None:
        """Its number and kind alone: what it holds may be personal."""
        named = _named.setdefault(self._connection.engine, set())
        if row["seq"] not in named:
            named.add(row["seq"])
            _log.warning("journal entry %d (%s) cannot be read: %s", row["seq"], row["kind"], type(error).__name__)


@cache
def _reader(kind: EventKind) -> TypeAdapter[Event]:
    return TypeAdapter(KINDS[kind])


def _event(row: Row) -> Event:
    kind = EventKind(row["kind"])
    names = _OLD_NAMES.get(kind, {})
    facts = {names.get(name, name): value for name, value in json.loads(row["facts"]).items()}
    if "delivers" in facts:
        facts["delivers"] = bool(facts["delivers"])
    at = datetime.fromisoformat(row["at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return _reader(kind).validate_python({**facts, **{name: row[name] for name in _HEAD}, "at": at})
