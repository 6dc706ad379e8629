"""What one mendable thing keeps from going: how many vehicles could go but for it, and who can mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.choosing.decision import Decision
from dispatch.rules.judge_one import HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE, Finding
from dispatch.rules.sop import Effect, Rule
from dispatch.vocabulary.notices import Mender

# Who can change what a condition sees; of what is not here (class, need, area) nobody can change anything in time.
_MENDS = {
    "documents": Mender.FAMILY,
    **dict.fromkeys(("crew", "equipment", "seats", "papers_valid_until"), Mender.AGENCY),
    **dict.fromkeys(("fix_age_min_over", "rest_min_under", "duty_h_over", "hours", "weekdays"), Mender.OPERATOR),
}
_BUILT_IN = dict.fromkeys((HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE), Mender.OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """`count` vehicles would be free to go but for one rule; `finding` is what it says of the soonest of them."""

    rule: str
    count: int
    who: Mender
    finding: Finding


def unlocks_of(decision: Decision) -> tuple[Unlock, ...]:
    """Where nobody can be offered: what would let vehicles go, most vehicles first."""
    if decision.step.offers or decision.step.search_at is not None:
        return ()
    return tuple(sorted(_found(decision), key=lambda found: (-found.count, found.rule)))


def _found(decision: Decision) -> Iterator[Unlock]:
    blocks = decision.verdict.blocks
    if not blocks:
        return
    times = np.sum(list(blocks.values()), axis=0)
    for rule_id, mask in blocks.items():
        alone = mask & (times == 1)
        soonest = next(
            (
                c.vehicle_id
                for c in sorted(decision.candidates, key=lambda c: c.arrival.eta_s if c.arrival else np.inf)
                if c.blocking == (rule_id,) and c.arrival is not None
            ),
            None,
        )
        if soonest is None:
            continue
        finding = next(f for f in decision.assess(soonest).findings if f.rule == rule_id and f.blocks)
        who = _mender(rule_id, decision.sop.find_rule(finding.agency, rule_id))
        if who is not None:
            yield Unlock(rule=rule_id, count=int(np.count_nonzero(alone)), who=who, finding=finding)


def _mender(rule_id: str, rule: Rule | None) -> Mender | None:
    """Who can mend what the rule objects to: of several the one whom it takes longest to reach."""
    if rule is None:
        return _BUILT_IN.get(rule_id)
    part = rule.must if rule.effect is Effect.REQUIRE else rule.when
    keys = [condition.key.name for alternative in part for condition in alternative]
    if rule.effect is Effect.REQUIRE and any(name not in _MENDS for name in keys):
        return None
    found = {_MENDS[name] for name in keys if name in _MENDS}
    return next((who for who in (Mender.FAMILY, Mender.AGENCY, Mender.OPERATOR) if who in found), None)
