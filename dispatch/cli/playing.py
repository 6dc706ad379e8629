"""What `jemput scenario run` does: scenarios as a table that a nurse can read."""

import asyncio
from itertools import groupby
from pathlib import Path

import typer

from dispatch.sim.scenario.expect import Check
from dispatch.sim.scenario.file import find_scenarios, read_scenario
from dispatch.sim.scenario.model import Scenario
from dispatch.sim.scenario.play import Outcome, Report, play
from dispatch.sim.scenario.table import ScenarioError

_SHOWN = 12  # sentences of a failing expectation


def play_files(paths: list[Path], *, verbose: bool) -> None:
    """Play the files and print what came of each; exits with 1 if an expectation fails, with 2 if a file is wrong."""
    files = find_scenarios(paths)
    if not files:
        typer.echo("there is no scenario file (*.toml with [[step]]) in " + ", ".join(map(str, paths)), err=True)
        raise typer.Exit(2)
    reports: list[Report] = []
    wrong = 0
    for file in files:
        try:
            report = asyncio.run(play(_read(file)))
        except ScenarioError as error:
            typer.echo(f"WRONG    {error}")
            wrong += 1
            continue
        reports.append(report)
        show(report, verbose=verbose)
    counts = {outcome: sum(report.outcome is outcome for report in reports) for outcome in Outcome}
    typer.echo(", ".join(f"{count} {outcome.value}" for outcome, count in counts.items()) + f", {wrong} wrong")
    if wrong:
        raise typer.Exit(2)
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)


def _read(file: Path) -> Scenario:
    try:
        return read_scenario(file)
    except RecursionError:
        raise ScenarioError(file, 1, "this is not TOML: a name or a list in it is too long") from None


def show(report: Report, *, verbose: bool) -> None:
    """The table of one scenario."""
    met = len(report.checks) - len(report.failures)
    typer.echo(f"{report.outcome.value.upper():8} {report.name}: {report.title} ({met} of {len(report.checks)} met)")
    if report.waits_for and report.outcome is Outcome.WAITING:
        typer.echo(f"         waits for {report.waits_for}")
    for _, group in groupby(report.checks, key=lambda check: (check.line, check.at_s)):
        checks = [check for check in group if verbose or (report.outcome is Outcome.FAILED and not check.passed)]
        for check in checks:
            _show_check(check)
        if checks and not all(check.passed for check in checks):
            for sentence in checks[-1].sentences[:_SHOWN]:
                typer.echo(f"         said      {sentence}")
    if verbose or report.outcome is Outcome.FAILED:
        for name, decisions in report.decisions.items():
            for decision in decisions:
                typer.echo(f"         {name} {decision.at:%H:%M:%S}  {decision.sentence}")


def _show_check(check: Check) -> None:
    minutes, seconds = divmod(round(check.at_s), 60)
    typer.echo(f"    {'met' if check.passed else 'NOT'}  {minutes:4}:{seconds:02}  line {check.line:<4} {check.what}")
    typer.echo(f"         expected  {str(check.expected) or '(nothing)'}")
    typer.echo(f"         happened  {str(check.happened) or '(nothing)'}")
