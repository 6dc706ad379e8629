"""An older database takes the outbox on, and nobody is told of what happened before it."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from dispatch.store.sqlite import open_sqlite
from dispatch.tell.tail import tell_on
from dispatch.vocabulary.events import RequestReceived
from tests.contract.conftest import settle_town
from tests.people import NOW
from tests.unit.store.plans import plans_of


def test_what_happened_before_the_outbox_is_told_to_nobody_and_what_comes_after_is(tmp_path: Path) -> None:
    path = tmp_path / "town.sqlite3"
    received = RequestReceived(at=NOW, request_id="P-1")

    async def older() -> None:
        store = open_sqlite(path)
        await store.write(settle_town)
        await store.write(lambda books: books.journal.add(received))
        await store.close()

    async def newer() -> list[Any]:
        store = open_sqlite(path)
        assert not await tell_on(store)
        await store.write(lambda books: books.journal.add(received))
        assert await tell_on(store)
        found = await store.read(lambda books: books.outbox.list_some())
        await store.close()
        return [(message.seq, message.recipient) for message in found]

    asyncio.run(older())
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE messages")
        raw.execute("DROP TABLE tell_cursor")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
    raw.close()
    assert asyncio.run(newer()) == [(2, "contact:P-1")]


def test_the_next_messages_are_found_by_the_index_of_what_is_queued(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")

    (found,) = plans_of(store, lambda books: books.outbox.list_ready(NOW, 100))
    asyncio.run(store.close())
    assert "SEARCH ahead USING INDEX messages_queued (recipient=? AND id<?)" in found
    assert found.startswith("SEARCH messages USING INDEX messages_by_state"), found
