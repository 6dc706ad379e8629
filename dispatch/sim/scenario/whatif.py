"""Scenarios under a draft: whether they still hold, and what they decide under both versions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from tomllib import loads

from dispatch.reading.decisions import DecisionOut
from dispatch.rules.pack.document import rule_documents, write_pack
from dispatch.rules.pack.read import read_pack
from dispatch.sim.scenario.file import read_scenario
from dispatch.sim.scenario.packs import agency_of, package_packs
from dispatch.sim.scenario.play import Report, play

# Every play makes a database, and alembic prepares one at a time.
_ONE_AT_A_TIME = Lock()
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChange:
    """One request of a scenario: every decision on it as the file's packs make them, and as the draft does."""

    scenario: str
    ask: str
    before: tuple[DecisionOut, ...]
    after: tuple[DecisionOut, ...]

    @property
    def differs(self) -> bool:
        """Whether anything that somebody is told or asked is otherwise."""
        answers = [[(made.outcome, made.sentence) for made in decisions] for decisions in (self.before, self.after)]
        return answers[0] != answers[1]

    def count(self, outcome: str) -> tuple[int, int]:
        """How many decisions of this outcome there are before and after; "offers" of two vehicles count as "offer"."""
        before, after = (
            sum(made.outcome.removesuffix("s") == outcome for made in decisions)
            for decisions in (self.before, self.after)
        )
        return before, after


def in_force_from(text: str, since: datetime) -> str:
    """The same pack, in force from another instant."""
    document = loads(text)
    head = document["pack"]
    return write_pack(
        agency=head["agency"],
        title=head["title"],
        version=head["version"],
        effective_from=since,
        policy=document.get("policy", {}),
        rules=rule_documents(text),
    )


async def play_under(text: str, paths: Sequence[Path], since: datetime | None = None) -> list[Report]:
    """Every scenario with this pack in place of its agency's from `since` on, or always.

    A scenario of an earlier day is still judged by the version of that day. One that brings along a SOP of this agency
    is about that one, and is left out.

    Raises:
        ScenarioError: if a file is wrong.
    """
    reports: list[Report] = []
    for path in paths:
        scenario = read_scenario(path)
        agency = agency_of(text)
        if any(owner == agency for owner, _ in set(scenario.packs) - set(package_packs())):
            continue
        packs = [held for owner, held in scenario.packs if owner == agency] if since else []
        earlier = [held for held in packs if since and read_pack(held).effective_from < since]
        reports.append(await play(scenario, [*earlier, in_force_from(text, since or _ALWAYS)]))
    return reports


def play_apart(text: str, paths: Sequence[Path], since: datetime | None) -> list[Report]:
    """`play_under` in a thread that is not the server's own, one call after the other; raises what it raises."""
    with _ONE_AT_A_TIME:
        return asyncio.run(play_under(text, paths, since))


async def compare_under(text: str, paths: Sequence[Path]) -> list[ScenarioChange]:
    """What every request of the scenarios is answered under the packs of its day, and under this one.

    Raises:
        ScenarioError: if a file is wrong.
    """
    found: list[ScenarioChange] = []
    for path in paths:
        scenario = read_scenario(path)
        before, after = await play(scenario), await play(scenario, [in_force_from(text, _ALWAYS)])
        found += [
            ScenarioChange(scenario=before.name, ask=ask, before=decisions, after=after.decisions.get(ask, ()))
            for ask, decisions in before.decisions.items()
        ]
    return found
