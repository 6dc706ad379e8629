"""What keeps vehicles from going and can be mended: how many could go then, who mends it, and from when it is so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.choosing.decision import Decision
from dispatch.choosing.later import moments
from dispatch.choosing.ranking import Candidate
from dispatch.rules.conditions import Condition, Situation
from dispatch.rules.judge_one import (
    APART_RULE,
    CLASS_RULE,
    DUTY_RULE,
    HOURS_RULE,
    KEPT_RULE,
    LEFT_ALONE_RULE,
    Finding,
    assess,
)
from dispatch.rules.sop import Effect, Rule
from dispatch.vocabulary.notices import Mender
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass

# Who can change what a condition sees; of what is not here (class, need, area) nobody can change anything in time.
_MENDS = {
    "documents": Mender.FAMILY,
    **dict.fromkeys(("crew", "equipment", "seats", "papers_valid_until"), Mender.AGENCY),
    **dict.fromkeys(("fix_age_min_over", "rest_min_under", "duty_h_over", "hours", "weekdays"), Mender.OPERATOR),
}
_BUILT_IN = {
    APART_RULE: "apart",
    DUTY_RULE: "duty",
    HOURS_RULE: "hours",
    KEPT_RULE: "kept",
    LEFT_ALONE_RULE: "left_alone",
}
_SLOWEST_FIRST = tuple(Mender)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One thing that is missing: the key of a condition (or of a built-in rule), and what of it; `either`: one of it is
    enough.
    """

    key: str
    values: tuple[str, ...] = ()
    either: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """`count` vehicles would be free to go but for one rule, and those `beside` it; `finding` is what it says of the
    soonest of them, the vehicle `vehicle_id` with its `name`.

    `lacks` are all the things that are to be mended, `kind` is the class where all are of one; `at` is when the soonest
    may go without anybody doing anything.
    """

    rule: str
    count: int
    who: Mender
    finding: Finding
    beside: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] = ()
    kind: VehicleClass | None = None
    vehicle_id: str | None = None
    name: str | None = None
    at: datetime | None = None


def unlocks_of(decision: Decision) -> tuple[Unlock, ...]:
    """Where nobody can be offered: what would let vehicles go, most vehicles first, and last who is off duty."""
    if decision.step.offers or decision.step.search_at is not None:
        return ()
    return tuple(sorted(_found(decision), key=lambda it: (it.rule == DUTY_RULE, -it.count, it.rule, it.beside)))


def held_alike(blocks: Mapping[str, NDArray[np.bool_]]) -> Iterator[tuple[tuple[str, ...], NDArray[np.int64]]]:
    """The vehicles that the same rules keep from going, with those rules, where it could be that they can be mended.

    Of what a class may not carry nothing can be mended, and a driver off duty is rung who may go then.
    """
    if not blocks:
        return
    names = sorted(blocks)
    patterns, of = np.unique(np.array([blocks[name] for name in names]), axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        held = tuple(name for name, on in zip(names, patterns[:, number], strict=True) if on)
        if held and CLASS_RULE not in held and (DUTY_RULE not in held or held == (DUTY_RULE,)):
            yield held, np.flatnonzero(of.ravel() == number)


def _found(decision: Decision) -> Iterator[Unlock]:
    """One for each set of rules that alone keep vehicles from going, where all of it can be mended."""
    soonest: dict[tuple[str, ...], Candidate] = {}
    for candidate in sorted(decision.candidates, key=lambda c: c.arrival.eta_s if c.arrival else np.inf):
        if candidate.arrival is not None or candidate.blocking == (APART_RULE,):
            soonest.setdefault(tuple(sorted(candidate.blocking)), candidate)
    for held, numbers in held_alike(decision.verdict.blocks):
        if held in soonest:
            kinds = {decision.fleet.vehicles[number].vehicle.vehicle_class for number in numbers.tolist()}
            yield from _unlock(decision, soonest[held].vehicle_id, held, kinds, len(numbers))


def _unlock(
    decision: Decision, vehicle_id: str, held: Sequence[str], kinds: set[VehicleClass], count: int
) -> Iterator[Unlock]:
    """What those lack that the same rules keep from going, told of the soonest; nothing where nobody can mend it."""
    situation = Situation(decision.vehicle(vehicle_id), decision.ask, decision.moment)
    findings = [f for f in decision.assess(vehicle_id).findings if f.blocks]
    lacks: list[Lack] = []
    for finding in findings:
        missing = _lacks(finding, decision.sop.find_rule(finding.agency, finding.rule), situation)
        if not missing:
            return
        lacks.extend(lack for lack in missing if lack not in lacks)
    who = [_mender(lack) for lack in lacks]
    first = min(findings, key=lambda finding: held.index(finding.rule))
    yield Unlock(
        rule=first.rule,
        count=count,
        who=next(one for one in _SLOWEST_FIRST if one in who),
        finding=first,
        beside=tuple(rule for rule in held if rule != first.rule),
        lacks=tuple(lacks),
        kind=kinds.pop() if len(kinds) == 1 else None,
        vehicle_id=vehicle_id,
        name=situation.vehicle.vehicle.name,
        at=_free_at(decision, situation),
    )


def _mender(lack: Lack) -> Mender:
    return _MENDS.get(lack.key, Mender.OPERATOR)


def _lacks(finding: Finding, rule: Rule | None, situation: Situation) -> tuple[Lack, ...]:
    """What a rule objects to, where somebody can mend it; nothing where nobody can."""
    if rule is None:
        key = _BUILT_IN.get(finding.rule)
        if key is None or (finding.rule == DUTY_RULE and situation.vehicle.duty is not Duty.OFF_DUTY):
            return ()
        return (Lack(key=key),)
    if rule.effect is Effect.REQUIRE:
        return _missing(rule, situation)
    seen = {condition.key.name for some in rule.when if all(c.holds(situation) for c in some) for condition in some}
    return tuple(Lack(key=name) for name in _MENDS if name in seen)


def _missing(rule: Rule, situation: Situation) -> tuple[Lack, ...]:
    """What a rule demands and does not find: of several ways the shortest that somebody can go."""
    ways = [[c for c in some if not c.holds(situation)] for some in rule.must]
    ways = sorted((way for way in ways if all(c.key.name in _MENDS for c in way)), key=len)
    if not ways:
        return ()
    shortest = [_lack(condition, situation) for condition in ways[0]]
    alike = [_lack(way[0], situation) for way in ways if len(way) == 1]
    if len(shortest) == 1 and len(alike) > 1 and len({lack.key for lack in alike}) == 1:
        return (replace(shortest[0], values=tuple(value for lack in alike for value in lack.values), either=True),)
    return tuple(shortest)


def _lack(condition: Condition, situation: Situation) -> Lack:
    seen, wanted = condition.key.fact(situation), condition.value
    if isinstance(wanted, frozenset) and isinstance(seen, list):
        return Lack(key=condition.key.name, values=tuple(sorted(wanted - set(seen))))
    return Lack(key=condition.key.name)


def _free_at(decision: Decision, situation: Situation) -> datetime | None:
    """When the vehicle may go by the time alone, judged at each moment that could bring it."""
    since = decision.at.timestamp() - decision.moment.waited_s
    asked_again = decision.tried.again.get(situation.vehicle.id, decision.at)
    for at in sorted({at for at in moments(decision) if at > decision.at and at >= asked_again}):
        local = at.astimezone(decision.moment.local.tzinfo)
        then = replace(decision.moment, now=at, local=local, waited_s=at.timestamp() - since)
        verdict = assess(situation.vehicle, decision.ask, decision.sop, then)
        if verdict.eligible:
            return at
    return None
