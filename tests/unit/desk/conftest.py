"""Every test of the desk has a town of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dispatch.store.sqlite import open_passing
from tests.unit.desk.town import Town, found


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(tmp_path / "jemput.sqlite3", open_passing(tmp_path))
    await found(made.store)
    await made.report()
    yield made
    await made.close()
