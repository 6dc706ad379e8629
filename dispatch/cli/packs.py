"""What the commands `jemput sop` do with packs."""

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import typer

from dispatch.bootstrap import SystemClock, pack_texts, publish_packs
from dispatch.cli.base import fail, read_settings, say, with_store
from dispatch.cli.roads import open_roads
from dispatch.desk.backtest import Backtest
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import sop as keeping
from dispatch.live.memory import MemoryLive
from dispatch.reading.decisions import rules_of
from dispatch.roads.network import NetworkRoads
from dispatch.roads.straight import StraightRoads
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import judge_pack_beside, read_pack
from dispatch.rules.sop import NATIONAL, Pack
from dispatch.sim.scenario.file import find_scenarios
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.whatif import compare_under
from dispatch.store.sqlite import SqliteStore
from dispatch.vocabulary.languages import Lang
from dispatch.words.decisions import sentence
from dispatch.words.sop import choice_lines, diff_sentences, effect_name, policy_lines, rule_sentence


def _text(path: Path) -> str:
    """A file's text; what is no UTF-8 is kept as half characters, which `read_pack` refuses with their line."""
    try:
        return path.read_text("utf-8", errors="surrogateescape")
    except OSError as error:
        fail(f"{path}: {error}")


def _read(path: Path) -> tuple[Pack, str]:
    """A pack of a file; says everything that is wrong and exits with 1."""
    text = _text(path)
    try:
        return read_pack(text), text
    except PackError as error:
        _tell(str(path), error)
        raise typer.Exit(1) from None


def _tell(name: str, error: PackError) -> None:
    for fault in error.faults:
        say(f"{name} line {fault.line}: {fault.sentence}")


def _published() -> list[tuple[Pack, str]]:
    """The versions of the database, or where there are none those that would be published at the next start."""
    settings = read_settings()
    if settings.database_path.exists():
        texts = with_store(settings, lambda store: store.read(lambda books: books.sop.list_packs()))
        if texts:
            return [(read_pack(text), text) for text in texts]
    found: list[tuple[Pack, str]] = []
    try:
        for name, text in pack_texts(settings):
            try:
                found.append((read_pack(text), text))
            except PackError as error:
                _tell(name, error)
    except OSError as error:
        fail(str(error))
    return found


def _find(name: str) -> tuple[Pack, str]:
    """A pack by its file, or a published one by AGENCY or AGENCY@VERSION (the newest in force without a version)."""
    if Path(name).is_file():
        return _read(Path(name))
    agency, _, version = name.partition("@")
    now = datetime.now(UTC)
    found = [(p, text) for p, text in _published() if p.agency == agency and (p.version == version or not version)]
    if not version:
        found = [(pack, text) for pack, text in found if pack.effective_from <= now]
    if not found:
        fail(f"{name} is no file, and no published pack: jemput sop show lists them")
    return max(found, key=lambda pair: pair[0].effective_from)


def check_packs(files: list[Path]) -> None:
    """Say what is wrong with packs, line by line: alone, with one another, and with the national pack."""
    wrong = False
    read: list[Pack] = []
    for path in files:
        text = _text(path)
        try:
            pack = read_pack(text)
            others = [*read, *(p for p, _ in _published() if p.agency == NATIONAL != pack.agency)]
            judge_pack_beside(text, pack, judge_beside(pack, others))
            read.append(pack)
            typer.echo(f"{path}: {pack.agency} {pack.version}, {len(pack.rules)} rules, from {pack.effective_from}")
        except PackError as error:
            wrong = True
            _tell(str(path), error)
    if wrong:
        raise typer.Exit(1)


def publish_files(files: list[Path]) -> None:
    """Publish packs into the database: all of them, or none where one is refused with its line."""
    settings = read_settings()
    texts = [(str(path), _text(path)) for path in files]
    beside = [pack for pack, _ in _published() if pack.agency == NATIONAL]

    def work(books: Books) -> int:
        before = len(books.sop.list_packs())
        problems = publish_packs(books, texts, SystemClock().now(), beside)
        if problems:
            raise _RefusedError("\n".join(problems))
        return len(books.sop.list_packs()) - before

    fresh = with_store(settings, lambda store: store.write(work))
    typer.echo(f"{fresh} published, {len(texts) - fresh} there already")


class _RefusedError(ValueError):
    """Ends the transaction in which a pack was refused."""


def show_packs(name: str | None) -> None:
    """Read a pack in sentences; without a name list what is published."""
    if name is None:
        for pack, _ in sorted(_published(), key=lambda pair: (pair[0].agency, pair[0].effective_from)):
            typer.echo(f"{pack.agency}@{pack.version}  from {pack.effective_from}  {len(pack.rules)} rules")
        return
    pack, _ = _find(name)
    typer.echo(f"{pack.title} ({pack.agency} {pack.version}, from {pack.effective_from})")
    for rule in pack.rules:
        typer.echo(f"{rule.id:6} {effect_name(rule.effect, Lang.ID):18} {rule_sentence(rule, Lang.ID)}")
        typer.echo(f"       {rule.title}. {rule.clause} [{rule.source}]")
    if pack.agency == "national":
        for _, what, value in policy_lines(pack.policy, Lang.ID):
            typer.echo(f"{what}: {value:g}")
        for _, what, chosen in choice_lines(pack.policy, Lang.ID):
            typer.echo(f"{what}: {chosen}")


def say_difference(old: str, new: str) -> None:
    """Say in sentences what differs between two packs (files, AGENCY or AGENCY@VERSION)."""
    for line in diff_sentences(_find(old)[0], _find(new)[0], Lang.ID) or ["Keduanya sama."]:
        typer.echo(line)


def say_backtest(draft: str, since: datetime | None, until: datetime | None, scenarios: list[Path]) -> None:
    """Say what would have changed under this pack: for past requests, or for scenarios under both versions."""
    settings = read_settings()
    pack, text = _find(draft)
    if scenarios:
        _backtest_scenarios(text, scenarios)
        return
    zone = settings.zone
    last = _day(until, zone) if until else datetime.now(UTC)
    first = _day(since, zone) if since else last - timedelta(days=30)
    if first >= last:
        raise typer.BadParameter("--from lies before --to")

    roads = NetworkRoads(open_roads(Path(settings.roads))) if settings.roads else StraightRoads()

    async def run(store: SqliteStore) -> tuple[Backtest, list[Pack]]:
        unit = Unit(store=store, live=MemoryLive(), roads=roads, clock=SystemClock(), zone=zone)
        try:
            return await keeping.backtest(unit, pack, since=first, until=last), await store.read(unit.packs)
        finally:
            unit.close()

    found, packs = with_store(settings, run)
    rule_of = rules_of([*packs, pack])
    for change in found.changes:
        before, after = (sentence(what.record, rule_of, zone, Lang.ID) for what in (change.before, change.after))
        typer.echo(f"{change.at.astimezone(zone):%d %b %Y %H.%M}  {change.request_id}  {change.change}")
        typer.echo(f"   - {before}\n   + {after}")
    typer.echo(
        f"{found.requests} requests: {found.counts['sooner']} sooner, {found.counts['later']} later, "
        f"{found.counts['other']} by another vehicle, {found.counts['same']} the same; "
        f"promises {found.promises[0]} -> {found.promises[1]}, approvals {found.approvals[0]} -> {found.approvals[1]}"
    )


def _day(at: datetime, zone: tzinfo) -> datetime:
    if not 1970 <= at.year <= 2200:
        raise typer.BadParameter("a day lies between the years 1970 and 2200")
    return at.replace(tzinfo=zone).astimezone(UTC)


def _backtest_scenarios(text: str, paths: list[Path]) -> None:
    """Every request that is answered otherwise under the pack, and the sum of all."""
    try:
        found = asyncio.run(compare_under(text, find_scenarios(paths)))
    except ScenarioError as error:
        fail(str(error))
    differ = [change for change in found if change.differs]
    for change in differ:
        typer.echo(f"{change.scenario}  {change.ask}")
        for mark, decisions in (("-", change.before), ("+", change.after)):
            for decision in decisions:
                typer.echo(f"   {mark} {decision.outcome}: {decision.sentence}")
    sums = [
        f"{name} {sum(change.count(outcome)[0] for change in found)} -> "
        f"{sum(change.count(outcome)[1] for change in found)}"
        for name, outcome in (("offers", "offer"), ("approvals", "approval"), ("promises", "promise"))
    ]
    typer.echo(f"{len(found)} requests: {len(differ)} answered otherwise; decisions: {', '.join(sums)}")
