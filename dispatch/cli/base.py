"""What every command of `jemput` shares: how it speaks, how it fails, and its settings."""

from typing import NoReturn

import typer
from pydantic import ValidationError

from dispatch.settings import Settings


def say(text: str) -> None:
    """A line for people, beside what is printed for programs."""
    typer.echo(text, err=True)


def fail(text: str) -> NoReturn:
    """Say what is wrong and exit with 1."""
    say(text)
    raise typer.Exit(1)


def read_settings() -> Settings:
    """The settings; says which one cannot be used and exits with 1."""
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
