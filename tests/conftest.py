"""What every test may use: asyncio alone for async tests, and skips that CI turns into failures."""

import os

import pytest


def require(what: str, reason: str) -> None:
    """Skip the test for want of `what`, or fail it where JEMPUT_TEST_REQUIRE names it (as .ci/run does)."""
    if what in os.environ.get("JEMPUT_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio."""
    return "asyncio"
