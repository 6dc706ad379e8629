"""Playing a scenario from its first step to its last, and the report of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.desk.usecases.timers import TimerStuckError
from dispatch.reading.decisions import DecisionOut
from dispatch.sim.scenario.acts import do
from dispatch.sim.scenario.expect import Check, check_step
from dispatch.sim.scenario.model import Scenario
from dispatch.sim.scenario.packs import agency_of
from dispatch.sim.scenario.said import Said, just, said
from dispatch.sim.scenario.seen import decisions_of
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.world import UnplayableError, World, open_world
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
    decisions: Mapping[str, tuple[DecisionOut, ...]] = field(default_factory=dict)

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
    decisions: Mapping[str, tuple[DecisionOut, ...]] = {}
    at_s, line = 0.0, 1
    try:
        async with open_world(scenario, _packs(scenario, pack_texts or ())) as world:
            for step, line in zip(scenario.steps, scenario.lines, strict=True):
                at_s = step.at_s
                await world.move_to(at_s, step.act)
                checks += await check_step(world, step, line, await do(world, step.act))
            checks += _always(world, at_s, line)
            decisions = await decisions_of(world)
    except TimerStuckError as error:
        checks.append(_check("step", said("carried_out"), [said("stuck", error=str(error))], at_s, line))
    except (UnplayableError, NetworkFileError) as error:
        raise ScenarioError(scenario.path, line, str(error)) from error
    return _report(scenario, checks, decisions)


def _packs(scenario: Scenario, instead: Sequence[str]) -> list[str]:
    replaced = {agency_of(text) for text in instead}
    return [*(text for agency, text in scenario.packs if agency not in replaced), *instead]


def _always(world: World, at_s: float, line: int) -> Iterator[Check]:
    always, wrong = world.scenario.always, world.watch
    offered = [one for one in wrong if one.key == "was_offered"]
    if always.never_offered:
        yield _check("never_offered", just(always.never_offered), offered, at_s, line)
    if always.solution_or_promise:
        lacking = [one for one in wrong if one not in offered]
        yield _check("always", said("solution_or_promise"), lacking, at_s, line)


def _check(what: str, expected: Said, wrong: Sequence[Said], at_s: float, line: int) -> Check:
    happened = just(wrong) if wrong else said("always_held")
    return Check(at_s=at_s, line=line, what=what, expected=expected, happened=happened, passed=not wrong)


def _report(scenario: Scenario, checks: list[Check], decisions: Mapping[str, tuple[DecisionOut, ...]]) -> Report:
    passed = all(check.passed for check in checks)
    outcome = Outcome.PASSED if passed else Outcome.WAITING if scenario.waits_for else Outcome.FAILED
    if passed and scenario.waits_for:
        # A note that is no longer true hides the next failure of this file.
        outcome = Outcome.FAILED
        checks.append(_check("waits_for", just(scenario.waits_for), [said("waits_no_longer")], 0, 1))
    return Report(
        name=scenario.name,
        title=scenario.title,
        outcome=outcome,
        checks=tuple(checks),
        waits_for=scenario.waits_for,
        decisions=decisions,
    )
