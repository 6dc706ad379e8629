"""The journeys' town, one a test."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.town import Town, open_town


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with open_town() as opened:
        yield opened
