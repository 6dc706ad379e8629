"""Entries that other versions wrote."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from dispatch.desk.ports import JournalEntry, JournalPart
from dispatch.store import tables
from dispatch.store.books import open_books
from dispatch.store.forms import json_text
from dispatch.store.sqlite import SqliteStore, open_sqlite
from dispatch.vocabulary.events import KINDS, Event, EventKind, Noted, PromiseMade, facts_of
from dispatch.vocabulary.promises import PromiseKind, Why
from tests.contract.any_value import any_of, same
from tests.people import NOW

MADE = {"why": "nobody_eligible", "owner": "operator", "due_at": NOW.isoformat()}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """One database for the module; every test reads what it wrote."""
    opened = open_sqlite(tmp_path_factory.mktemp("journal") / "town.sqlite3")
    yield opened
    asyncio.run(opened.close())


def read(store: SqliteStore, *written: tuple[str, str]) -> list[JournalEntry]:
    """The entries of kinds and facts as they lie in the table."""
    rows = [{"kind": kind, "at": NOW, "request_id": "P-1", "facts": facts} for kind, facts in written]

    def work(connection: Connection) -> list[JournalEntry]:
        before = open_books(connection).journal.last_seq()
        connection.execute(insert(tables.journal), rows)
        return [*open_books(connection).journal.list_after(before, 10).entries]

    return store._submit(work).result()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind.value)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_facts_that_may_be_missing_may_and_others_are_passed_over(
    store: SqliteStore, kind: type[Event], data: st.DataObject
) -> None:
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    event = data.draw(any_of(kind, at=st.just(NOW), request_id=st.just("P-1")))
    facts: dict[str, Any] = {name: fact for name, fact in facts_of(event).items() if name in needed}
    (entry,) = read(store, (kind.kind.value, json_text({**facts, "of_a_later_version": [1]})))
    assert same(entry.event, kind(at=NOW, request_id="P-1", **facts))


def test_what_a_promise_owes_was_called_its_kind(store: SqliteStore) -> None:
    (entry,) = read(store, ("promise_made", json.dumps({**MADE, "kind": "document"})))
    owed = PromiseMade(
        at=NOW, request_id="P-1", why=Why.NOBODY_ELIGIBLE, owner="operator", due_at=NOW, owed=PromiseKind.DOCUMENT
    )
    assert same(entry.event, owed)


@pytest.mark.parametrize(("text", "delivers"), [("dokumennya diantar ke rumah", True), ("", False), (None, False)])
def test_a_note_with_a_text_said_that_the_document_goes_to_the_house(
    store: SqliteStore, text: str | None, delivers: bool
) -> None:
    (entry,) = read(store, ("noted", json.dumps({"text": text})))
    assert same(entry.event, Noted(at=NOW, request_id="P-1", delivers=delivers))


def test_an_entry_at_no_time_keeps_nothing_else_from_being_read(store: SqliteStore) -> None:
    def work(connection: Connection) -> JournalPart:
        before = open_books(connection).journal.last_seq()
        for at in ("yesterday", "2026-11-20T16:45:00", NOW.isoformat()):
            sql = text("INSERT INTO journal (kind, at, facts) VALUES ('noted', :at, '{}')")
            connection.execute(sql, {"at": at})
        return open_books(connection).journal.list_after(before, 10)

    (entry,) = store._submit(work).result().entries
    assert same(entry.event, Noted(at=NOW))


def test_what_cannot_be_read_is_passed_over_and_named(store: SqliteStore, caplog: pytest.LogCaptureFixture) -> None:
    strange = [
        ("of_a_later_version", "{}"),
        ("promise_made", '{"why": "rain"}'),
        ("noted", "no JSON"),
        ("duty_changed", "null"),
        ("held", "[1]"),
        ("request_ended", "[" * 100_000),
    ]
    with caplog.at_level(logging.WARNING):
        found = read(store, *strange, ("noted", "{}"))
    assert [entry.event.kind for entry in found] == [EventKind.NOTED]
    assert [kind for kind, _ in strange if f"({kind})" in caplog.text] == [kind for kind, _ in strange]
