"""Older databases are brought up to date, and lose nothing on the way."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from dispatch.choosing.record import WrittenWords
from dispatch.desk.ports import Answer, Books
from dispatch.domain.closure import Closure
from dispatch.domain.request import Request, RequestFilter
from dispatch.store.forms import json_text
from dispatch.store.sqlite import open_sqlite
from dispatch.store.tables import INDEXES, LIVE_SLOT, LIVE_VEHICLE, metadata
from dispatch.vocabulary.events import PromiseMade, facts_of
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import PromiseKind, Why
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.trip_steps import STATES, AssignmentState
from geo.shape import Shape, ShapeKind
from tests.people import CIKOKOL, NOW
from tests.unit.store.older import BEFORE, ROWS_BEFORE, make

T = TypeVar("T")
REQUEST = "P-d8c93a6b3fab"  # the one that waited, of before_0_2.sql


def look(path: Path, work: Callable[[Books], T]) -> T:
    """Open the database as every start does, and ask it something."""
    store = open_sqlite(path)
    try:
        return store.submit(work).result()
    finally:
        asyncio.run(store.close())


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute(query)]


def schema(path: Path) -> dict[str, object]:
    """Every table by its columns, keys and indexes, in whatever order they came."""
    named = rows(path, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")
    found: dict[str, object] = {row["name"]: re.sub(r"\s+", " ", row["sql"]) for row in named}
    for table in rows(path, "SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        name, autoincrement = table["name"], "AUTOINCREMENT" in (table["sql"] or "")
        parts = [
            sorted(str({**row, number: None}) for row in rows(path, f"PRAGMA {what}({name})"))
            for what, number in (("table_info", "cid"), ("foreign_key_list", "id"), ("index_list", "seq"))
        ]
        found[name] = (parts, autoincrement)
    return found


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A database that was made just now."""
    path = tmp_path / "new.sqlite3"
    look(path, lambda _: None)
    return path


def test_a_new_database_is_what_the_tables_say(new: Path) -> None:
    engine = create_engine(f"sqlite:///{new}")
    with engine.connect() as connection:
        options = {
            "include_object": lambda _thing, name, *_: name not in INDEXES,
            "compare_type": lambda *found: found[3]._type_affinity is not found[4]._type_affinity,
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()
    assert {name: ddl for name, ddl in schema(new).items() if name in INDEXES} == INDEXES


def test_what_keeps_a_vehicle_from_being_sent_twice_names_no_state(new: Path) -> None:
    for name in (LIVE_VEHICLE, LIVE_SLOT):
        assert [state for state in AssignmentState if re.search(rf"\b{state.value}\b", str(schema(new)[name]))] == []


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", BEFORE])
@pytest.mark.parametrize("has_all", [False, True], ids=["as it was", "made by a version in between"])
def test_a_database_of_any_version_comes_to_the_same_schema(
    tmp_path: Path, new: Path, revision: str, has_all: bool
) -> None:
    """At their time a new database had from its first step what the later ones add."""
    path = tmp_path / "old.sqlite3"
    make(path, BEFORE if has_all else revision, f"UPDATE alembic_version SET version_num = '{revision}'")
    look(path, lambda _: None)
    assert schema(path) == schema(new)


def test_a_database_of_before_keeps_its_rows(tmp_path: Path, new: Path) -> None:
    path = tmp_path / "old.sqlite3"
    make(path, BEFORE, ROWS_BEFORE)
    tables = [name for name in metadata.tables if name not in ("last_fixes", "probes", "deaths", "drives", "incidents")]
    before = {name: rows(path, f"SELECT * FROM {name}") for name in tables}
    look(path, lambda _: None)
    assert schema(path) == schema(new)
    for name, held in before.items():
        now = rows(path, f"SELECT * FROM {name}")
        for row in held:
            row.pop("retry_at", None)
            row.pop("status", None)
            if "body" in row:
                row["subject"] = row.pop("body")
        younger = {"is_live", "brief", "reserved", "duplicate_of", "permissions", "foreseen"}
        younger |= {"incident", "pickup_lon", "pickup_lat", "series", "returns", "schedule_at"}
        younger |= {"to_clean", "broke_at", "entrance"}
        assert [{key: row[key] for key in row if key not in younger} for row in now] == held
    for row in rows(path, "SELECT ask, pickup_lon, pickup_lat FROM requests"):
        pickup = json.loads(row["ask"])["pickup"]
        assert (row["pickup_lon"], row["pickup_lat"]) == (pickup["lon"], pickup["lat"])


def said(fact: object) -> object:
    """The moment that a fact says, or its word: earlier versions wrote times and numbers in other forms."""
    with suppress(ValueError):
        return datetime.fromisoformat(str(fact))
    return str(fact)


def test_what_was_kept_before_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    make(path, BEFORE, ROWS_BEFORE)
    written = rows(path, "SELECT * FROM journal ORDER BY seq")
    documents = [json.loads(row["decision"]) for row in rows(path, "SELECT decision FROM decisions ORDER BY id")]

    def read(books: Books) -> Request:
        entries = books.journal.list_after(0, 100).entries
        assert [(entry.seq, entry.event.kind.value) for entry in entries] == [(e["seq"], e["kind"]) for e in written]
        for entry, row in zip(entries, written, strict=True):
            facts, old = json.loads(json_text(facts_of(entry.event))), json.loads(row["facts"])
            if isinstance(entry.event, PromiseMade):
                old["owed"] = old.pop("kind")
            assert {name: said(facts[name]) for name in old} == {name: said(value) for name, value in old.items()}
        promise = books.promises.find_open(REQUEST)
        assert promise is not None
        assert (promise.why, promise.kind) == (Why.NOBODY_ELIGIBLE, PromiseKind.VEHICLE)
        decision, document = books.decisions.find_last(REQUEST), documents[-1]
        assert decision is not None
        assert decision.outcome is Outcome.OFFER
        assert isinstance(decision.written, WrittenWords)
        assert decision.written.sentence == document["sentence"]
        assert [c.vehicle_id for c in decision.candidates] == [c["vehicle_id"] for c in document["candidates"]]
        assert books.answers.find("staff-puskesmas-cikokol:ask-Q1") == Answer(fingerprint="Q1", subject=REQUEST)
        assert len(books.requests.list_some(RequestFilter())) == 2
        assert [vehicle.id for vehicle in books.vehicles.list_all()] == ["A1", "H1"]
        assert [assignment.vehicle_id for assignment in books.assignments.list_live()] == ["H1"]
        return books.requests.get(REQUEST)

    assert look(path, read).ask.pickup.name == "cikokol"


# A new step of a trip comes to no database of before, so that it needs no migration.
_NAMES = "offered accepted en_route on_scene transporting at_destination cleared declined expired withdrawn stood_down"
STATES_BEFORE = [AssignmentState(name) for name in _NAMES.split()]


def test_an_assignment_of_before_is_live_as_its_state_is(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    trips = "".join(
        "INSERT INTO vehicles (id, name, vehicle_class, agency, plate, crew, equipment, seats, shares, duty, at_base)"
        f" VALUES ('V{slot}', '', 'hearse', 'a', '', '', '', 0, 'full', 'available', 0);"
        "INSERT INTO assignments (id, request_id, slot, vehicle_id, state, offered_at, expires_at, stamps, version)"
        f" VALUES ('V{slot}', '{REQUEST}', {slot}, 'V{slot}', '{state.value}', '', '', '{{}}', 1);"
        for slot, state in enumerate(STATES_BEFORE, 1)
    )
    make(path, BEFORE, ROWS_BEFORE + trips)
    look(path, lambda _: None)
    found = {row["state"]: bool(row["is_live"]) for row in rows(path, "SELECT * FROM assignments WHERE slot > 0")}
    assert found == {state.value: STATES[state].is_live for state in STATES_BEFORE}


def test_a_database_from_before_there_were_closures_keeps_them_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    make(path, "0005", ROWS_BEFORE)
    shape = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
    closure = Closure(id="X-1", reason=Cause.FLOOD, shape=shape, created_at=NOW, created_by="opi", streets=1)
    look(path, lambda books: books.closures.add(closure))
    assert look(path, lambda books: books.closures.list_open()) == [closure]
