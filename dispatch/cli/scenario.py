"""The commands `jemput scenario`: play scenarios through the real desk."""

from pathlib import Path
from typing import Annotated

import typer

scenario = typer.Typer(no_args_is_help=True, help="Play scenarios through the real desk under a virtual clock.")


@scenario.callback()
def _group() -> None:
    """Play scenarios through the real desk under a virtual clock."""


@scenario.command("run")
def run(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Scenario files, or folders of them.")],
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the expectations that were met too.")] = False,
) -> None:
    """Play scenario files; exit 1 if an expectation fails, 2 if a file is wrong."""
    from dispatch.cli.playing import play_files

    play_files(paths, verbose=verbose)
