"""Work that goes on whatever fails in it."""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator

from dispatch.desk.ports import StoreUnavailableError

_log = logging.getLogger(__name__)


def where(error: Exception) -> str:
    """What failed and where, without the error's own words: they may hold a name or a number."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


@contextlib.contextmanager
def outlived(what: str) -> Iterator[None]:
    """A failure is logged, and whoever does it goes on."""
    try:
        yield
    except StoreUnavailableError:
        _log.warning("%s: the database cannot be read now; it is tried again", what)
    except Exception as error:  # noqa: BLE001 - what goes on for all outlives a bug in it
        _log.error("%s failed and is tried again: %s", what, where(error))


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do this again and again, the first time after so long."""
    while True:
        await asyncio.sleep(seconds)
        with outlived(work.__name__.strip("_")):
            await work()
