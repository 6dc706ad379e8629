"""The commands `jemput sop`: check, publish and show packs, tell two versions apart, and try a draft."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

sop = typer.Typer(no_args_is_help=True, help=__doc__)


@sop.command()
def check(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Say what is wrong with packs, line by line: alone, with one another, and with the national pack."""
    from dispatch.cli.packs import check_packs

    check_packs(files)


@sop.command()
def publish(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Publish packs into the database: all of them, or none where one is refused with its line."""
    from dispatch.cli.packs import publish_files

    publish_files(files)


@sop.command()
def show(name: Annotated[str | None, typer.Argument(help="AGENCY, AGENCY@VERSION or a file.")] = None) -> None:
    """Read a pack in sentences; without a name list what is published."""
    from dispatch.cli.packs import show_packs

    show_packs(name)


@sop.command()
def diff(old: str, new: str) -> None:
    """Say in sentences what differs between two packs (files, AGENCY or AGENCY@VERSION)."""
    from dispatch.cli.packs import say_difference

    say_difference(old, new)


@sop.command()
def schema() -> None:
    """Print the JSON Schema of packs, for editors."""
    import json

    from dispatch.rules.pack.schema import pack_schema

    typer.echo(json.dumps(pack_schema(), indent=1))


@sop.command()
def backtest(
    draft: Annotated[str, typer.Argument(help="A pack: a file, AGENCY or AGENCY@VERSION.")],
    since: Annotated[datetime | None, typer.Option("--from", help="First day; 30 days back by default.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Last day; now by default.")] = None,
    scenarios: Annotated[list[Path] | None, typer.Option(exists=True, help="Play scenarios instead.")] = None,
) -> None:
    """Say what would have changed under this pack: for past requests, or for scenarios under both versions."""
    from dispatch.cli.packs import say_backtest

    say_backtest(draft, since, until, scenarios or [])
