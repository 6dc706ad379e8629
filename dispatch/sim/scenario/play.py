"""Playing a scenario from its first step to its last, and the report of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.sim.scenario.acts import do
from dispatch.sim.scenario.expect import Check, check_step
from dispatch.sim.scenario.file import agency_of
from dispatch.sim.scenario.model import Scenario
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.world import StuckError, World, open_world
from geo.roads.network import NetworkFileError


class Outcome(StrEnum):
    """How a scenario came out; waiting: it fails, and says which part it waits for."""

    PASSED = "passed"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A played scenario: every expectation, and every decision by the file's id of the request."""

    name: str
    title: str
    outcome: Outcome
    checks: tuple[Check, ...]
    waits_for: str | None = None
    decisions: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The expectations that were not met."""
        return tuple(check for check in self.checks if not check.passed)


async def play(scenario: Scenario, pack_texts: Sequence[str] | None = None) -> Report:
    """Play a scenario; packs of `pack_texts` stand in place of those that their agencies have in it.

    Raises:
        ScenarioError: if the file asks for something that cannot be: a pack that cannot be read, a person nobody is.
    """
    checks: list[Check] = []
    decisions: Mapping[str, tuple[Mapping[str, object], ...]] = {}
    at_s, line = 0.0, 1
    try:
        async with open_world(scenario, _packs(scenario, pack_texts or ())) as world:
            for step in scenario.steps:
                at_s, line = step.at_s, step.line
                await world.move_to(step.at_s)
                done = await do(world, step)
                checks += await check_step(world, step, done)
            checks += _always(world, at_s, line)
            decisions = {name: tuple(kept) for name, kept in world.decisions.items()}
    except StuckError as error:
        checks.append(
            Check(at_s=at_s, line=line, what="the step", expected="carried out", happened=str(error), passed=False)
        )
    except (ValueError, NetworkFileError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(scenario.path, 1, f"a part of it cannot be used: {error}") from error
    return _report(scenario, checks, decisions)


def _packs(scenario: Scenario, instead: Sequence[str]) -> list[str]:
    replaced = {agency_of(text) for text in instead}
    return [*(text for agency, text in scenario.packs if agency not in replaced), *instead]


def _always(world: World, at_s: float, line: int) -> list[Check]:
    always, wrong = world.scenario.always, world.watch
    found: list[Check] = []
    if always.never_offered:
        offered = [text for text in wrong if text.endswith("was offered")]
        found.append(_held("never_offered", ", ".join(sorted(always.never_offered)), offered, at_s, line))
    if always.solution_or_promise:
        lacking = [text for text in wrong if not text.endswith("was offered")]
        found.append(_held("always", "a solution or a promise", lacking, at_s, line))
    return found


def _held(what: str, expected: str, wrong: Sequence[str], at_s: float, line: int) -> Check:
    happened = "; ".join(wrong) or "held at every moment"
    return Check(at_s=at_s, line=line, what=what, expected=expected, happened=happened, passed=not wrong)


def _report(
    scenario: Scenario, checks: list[Check], decisions: Mapping[str, tuple[Mapping[str, object], ...]]
) -> Report:
    passed = all(check.passed for check in checks)
    outcome = Outcome.PASSED if passed else Outcome.WAITING if scenario.waits_for else Outcome.FAILED
    if passed and scenario.waits_for:
        # A note that is no longer true hides the next failure of this file.
        outcome = Outcome.FAILED
        happened = "everything passes: take waits_for out"
        checks.append(
            Check(at_s=0, line=1, what="waits_for", expected=scenario.waits_for, happened=happened, passed=False)
        )
    return Report(
        name=scenario.name,
        title=scenario.title,
        outcome=outcome,
        checks=tuple(checks),
        waits_for=scenario.waits_for,
        decisions=decisions,
    )
