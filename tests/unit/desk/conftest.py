"""Every test of the desk has a town of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dispatch.store.sqlite import open_sqlite
from tests.unit.desk.town import Town, found


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(tmp_path / "town.sqlite3", open_sqlite(tmp_path / "town.sqlite3"))
    await found(made.store)
    await made.report()
    yield made
    await made.close()
