"""An older database takes the outbox on, and nobody is told of what happened before it."""

import asyncio
import re
from pathlib import Path
from typing import Any

from dispatch.store.sqlite import open_sqlite
from dispatch.tell.tail import tell_on
from dispatch.vocabulary.events import RequestReceived
from tests.people import NOW
from tests.unit.store.older import ROWS_BEFORE, make
from tests.unit.store.plans import plans_of


def test_what_happened_before_the_outbox_is_told_to_nobody_and_what_comes_after_is(tmp_path: Path) -> None:
    path = tmp_path / "town.sqlite3"
    received = RequestReceived(at=NOW, request_id="P-d8c93a6b3fab")

    async def newer() -> list[Any]:
        store = open_sqlite(path)
        assert not await tell_on(store)
        await store.write(lambda books: books.journal.add(received))
        assert await tell_on(store)
        found = await store.read(lambda books: books.outbox.list_some())
        await store.close()
        return [(message.seq, message.recipient) for message in found]

    make(path, "0003", "".join(re.findall(r"INSERT INTO (?:requests|contacts|journal) .*\n", ROWS_BEFORE)))
    assert asyncio.run(newer()) == [(44, "contact:P-d8c93a6b3fab")]


def test_the_next_messages_are_found_by_the_index_of_what_is_queued(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "town.sqlite3")

    (found,) = plans_of(store, lambda books: books.outbox.list_ready(NOW, 100))
    asyncio.run(store.close())
    assert "SEARCH ahead USING INDEX messages_queued (recipient=? AND id<?)" in found
    assert found.startswith("SEARCH messages USING INDEX messages_by_state"), found
