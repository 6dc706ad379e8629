"""What every test may use: asyncio alone for async tests, and skips that CI turns into failures."""

import os

import pytest
from hypothesis import settings

# Machines are noisy, so no example has a deadline. CI tries the same examples in every run: what it finds was there
# before; JEMPUT_TEST_SOAK=1 and every other run look for more.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") and not os.environ.get("JEMPUT_TEST_SOAK") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests go first, so that no process works at one of them alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def require(what: str, reason: str) -> None:
    """Skip the test for want of `what`, or fail it where JEMPUT_TEST_REQUIRE names it (as .ci/run does)."""
    if what in os.environ.get("JEMPUT_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio."""
    return "asyncio"
