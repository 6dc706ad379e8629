"""What every command of `jemput` shares: how it speaks, how it fails, and its settings.

What a command works with is loaded when it runs: each starts without what only the others need.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from dispatch.settings import Settings
    from dispatch.store.sqlite import SqliteStore

T = TypeVar("T")


def say(text: str) -> None:
    """A line for people, beside what is printed for programs."""
    typer.echo(text, err=True)


def fail(text: str) -> NoReturn:
    """Say what is wrong and exit with 1."""
    say(text)
    raise typer.Exit(1)


def read_settings() -> "Settings":
    """The settings; says which one cannot be used and exits with 1."""
    from pydantic import ValidationError

    from dispatch.settings import Settings

    try:
        settings = Settings()
        settings.database_path  # noqa: B018 - says what is wrong with JEMPUT_DATABASE_URL
    except ValidationError as error:
        wrong = [
            f"JEMPUT_{'_'.join(map(str, found['loc'])).upper()}: {found['msg'].removeprefix('Value error, ')}"
            for found in error.errors()
        ]
        fail(f"A setting cannot be used. {'; '.join(wrong)}")
    except ValueError as error:
        fail(f"A setting cannot be used. {error}")
    return settings


def with_store(settings: "Settings", work: "Callable[[SqliteStore], Awaitable[T]]") -> T:
    """What `work` returns of the settings' database; says what is wrong with that and exits with 1.

    While a server runs, SQLite makes the two wait for each other.
    """
    from dispatch.desk.ports import StoreUnavailableError
    from dispatch.store.sqlite import open_sqlite

    async def run() -> T:
        store = open_sqlite(settings.database_path, guest=True)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except (StoreUnavailableError, ValueError) as error:
        fail(str(error))
