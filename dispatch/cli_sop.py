"""The commands `jemput sop`: check, publish and show packs, tell two versions apart, and try a draft."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from dispatch.bootstrap import SystemClock, pack_texts, publish_packs
from dispatch.desk.desk import Desk
from dispatch.desk.ports import Books, StoreUnavailableError
from dispatch.desk.whatif import Backtest
from dispatch.domain.pack_checks import judge_beside
from dispatch.domain.pack_faults import PackError
from dispatch.domain.pack_file import judge_pack_beside, read_pack
from dispatch.domain.pack_schema import pack_schema
from dispatch.domain.sop import Pack
from dispatch.live.memory import MemoryLive
from dispatch.roads import NetworkRoads, StraightRoads
from dispatch.settings import Settings
from dispatch.sim.scenario_table import ScenarioError
from dispatch.sim.whatif import compare_under
from dispatch.sop_words import EFFECT_NAMES, diff_sentences, policy_lines, rule_sentence
from dispatch.store.sqlite import IndexMissingError, open_sqlite
from geo.network import open_network

T = TypeVar("T")
sop = typer.Typer(no_args_is_help=True, help=__doc__)
PackFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def _fail(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _read(path: Path) -> tuple[Pack, str]:
    """A pack of a file; says everything that is wrong and exits with 1."""
    try:
        text = path.read_text("utf-8")
        return read_pack(text), text
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{path}: {error}")
    except PackError as error:
        _tell(path, error)
        raise typer.Exit(1) from None


def _tell(path: Path, error: PackError) -> None:
    for fault in error.faults:
        typer.echo(f"{path} line {fault.line}: {fault.sentence}", err=True)


def _published() -> list[tuple[Pack, str]]:
    """The versions of the database, else those of the settings' folder or of the package."""
    settings = Settings()
    if settings.database_path.exists():
        texts = _store_read(settings, lambda books: books.list_packs())
        return [(read_pack(text), text) for text in texts]
    return [(read_pack(text), text) for _, text in pack_texts(settings)]


def _store_read(settings: Settings, work: Callable[[Books], T]) -> T:
    async def run() -> T:
        store = open_sqlite(settings.database_path, guest=True)
        try:
            return await store.read(work)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except (StoreUnavailableError, IndexMissingError, ValueError) as error:
        _fail(str(error))


def _find(name: str) -> Pack:
    """A pack by its file, or a published one by AGENCY or AGENCY@VERSION (the newest in force without a version)."""
    if Path(name).is_file():
        return _read(Path(name))[0]
    agency, _, version = name.partition("@")
    now = datetime.now(UTC)
    found = [p for p, _ in _published() if p.agency == agency and (p.version == version or not version)]
    if not version:
        found = [pack for pack in found if pack.effective_from <= now]
    if not found:
        _fail(f"{name} is no file, and no published pack: jemput sop show lists them")
    return max(found, key=lambda pack: pack.effective_from)


@sop.command()
def check(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Say what is wrong with packs, line by line: alone, with one another, and with the national pack."""
    wrong = False
    read: list[Pack] = []
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        try:
            pack = read_pack(text)
            others = [*read, *(p for p, _ in _published() if p.agency == "national" and pack.agency != "national")]
            judge_pack_beside(text, pack, judge_beside(pack, others))
            read.append(pack)
            typer.echo(f"{path}: {pack.agency} {pack.version}, {len(pack.rules)} rules, from {pack.effective_from}")
        except PackError as error:
            wrong = True
            _tell(path, error)
    if wrong:
        raise typer.Exit(1)


@sop.command()
def publish(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Publish packs into the database; a wrong one is refused with its line and disturbs nothing."""
    settings = Settings()
    texts = [(str(path), _read(path)[1]) for path in files]

    async def run() -> list[str]:
        store = open_sqlite(settings.database_path, guest=True)
        try:
            return await store.write(lambda books: publish_packs(books, texts))
        finally:
            await store.close()

    try:
        problems = asyncio.run(run())
    except (StoreUnavailableError, IndexMissingError, ValueError) as error:
        _fail(str(error))
    if problems:
        _fail("\n".join(problems))
    typer.echo(f"{len(texts)} published")


@sop.command()
def show(name: Annotated[str | None, typer.Argument(help="AGENCY, AGENCY@VERSION or a file.")] = None) -> None:
    """Read a pack in sentences; without a name list what is published."""
    if name is None:
        for pack, _ in sorted(_published(), key=lambda pair: (pair[0].agency, pair[0].effective_from)):
            typer.echo(f"{pack.agency}@{pack.version}  from {pack.effective_from}  {len(pack.rules)} rules")
        return
    pack = _find(name)
    typer.echo(f"{pack.title} ({pack.agency} {pack.version}, from {pack.effective_from})")
    for rule in pack.rules:
        typer.echo(f"{rule.id:6} {EFFECT_NAMES[rule.effect]:18} {rule_sentence(rule)}")
        typer.echo(f"       {rule.title}. {rule.clause} [{rule.source}]")
    if pack.agency == "national":
        for _, what, value in policy_lines(pack.policy):
            typer.echo(f"{what}: {value:g}")


@sop.command()
def diff(old: str, new: str) -> None:
    """Say in sentences what differs between two packs (files, AGENCY or AGENCY@VERSION)."""
    for line in diff_sentences(_find(old), _find(new)) or ["Keduanya sama."]:
        typer.echo(line)


@sop.command()
def schema() -> None:
    """Print the JSON Schema of packs, for editors."""
    typer.echo(json.dumps(pack_schema(), indent=1))


@sop.command()
def backtest(
    draft: Annotated[str, typer.Argument(help="A pack: a file, AGENCY or AGENCY@VERSION.")],
    since: Annotated[datetime | None, typer.Option("--from", help="First day; 30 days back by default.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Last day; now by default.")] = None,
    scenarios: Annotated[list[Path] | None, typer.Option(exists=True, help="Play scenarios instead.")] = None,
) -> None:
    """Say what would have changed under this pack: for past requests, or for scenarios under both versions."""
    if scenarios:
        text = Path(draft).read_text("utf-8") if Path(draft).is_file() else _text_of(draft)
        _backtest_scenarios(text, scenarios)
        return
    settings = Settings()
    pack = _find(draft)
    zone = settings.zone
    first = (since.replace(tzinfo=zone) if since else datetime.now(UTC) - timedelta(days=30)).astimezone(UTC)
    last = (until.replace(tzinfo=zone) if until else datetime.now(UTC)).astimezone(UTC)

    async def run() -> Backtest:
        store = open_sqlite(settings.database_path, guest=True)
        roads = NetworkRoads(open_network(Path(settings.roads))) if settings.roads else StraightRoads()
        try:
            desk = Desk(store=store, live=MemoryLive(), roads=roads, clock=SystemClock(), zone=zone)
            return await desk.backtest(pack, since=first, until=last)
        finally:
            await store.close()

    try:
        found = asyncio.run(run())
    except (StoreUnavailableError, IndexMissingError, ValueError) as error:
        _fail(str(error))
    for change in found.changes:
        typer.echo(f"{change.at.astimezone(zone):%d %b %Y %H.%M}  {change.request_id}  {change.change}")
        typer.echo(f"   - {change.before.sentence}\n   + {change.after.sentence}")
    typer.echo(
        f"{found.requests} requests: {found.counts['sooner']} sooner, {found.counts['later']} later, "
        f"{found.counts['other']} by another vehicle, {found.counts['same']} the same; "
        f"promises {found.promises[0]} -> {found.promises[1]}, approvals {found.approvals[0]} -> {found.approvals[1]}"
    )


def _text_of(name: str) -> str:
    pack = _find(name)
    return next(text for found, text in _published() if (found.agency, found.version) == (pack.agency, pack.version))


def _backtest_scenarios(text: str, paths: list[Path]) -> None:
    files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    try:
        changes = asyncio.run(compare_under(text, files))
    except ScenarioError as error:
        _fail(str(error))
    for change in changes:
        typer.echo(f"{change.scenario}  {change.ask}")
        for mark, decisions in (("-", change.before), ("+", change.after)):
            for decision in decisions:
                typer.echo(f"   {mark} {decision['outcome']}: {decision['sentence']}")
