"""What time alone brings: when a vehicle that may not go now may go without anybody doing anything."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import numpy as np

from dispatch.choosing.decision import Decision
from dispatch.domain.booking import SPAN
from dispatch.rules.conditions import Condition
from dispatch.rules.sop import Effect, Rule


def may_change_at(decision: Decision) -> datetime | None:
    """The next moment after the decision at which the same search could find somebody, as far as time brings it.

    That is when a driver is no longer left alone, a rest is over, the request has waited long enough, somebody may be
    asked again, or hours begin or end; None where nothing of that is to come.
    """
    return min((at for at in moments(decision) if at > decision.at), default=None)


def moments(decision: Decision) -> Iterator[datetime]:
    """The moments of which each could bring somebody, in no order; some of them may be over."""
    yield from decision.tried.again.values()
    yield from _after(decision, "left_alone_until", 0.0)
    yield from _after(decision, "kept_for", SPAN.total_seconds() / 60.0)
    for clause in decision.sop.clauses(decision.ask.pickup.agency):
        for condition in clause.conditions:
            compare, value = condition.key.compare, condition.value
            if compare is not None and not compare.over and isinstance(value, float):
                yield from _after(decision, compare.column, value * compare.scale)
            elif _may_let_go(clause.rule, decision):
                yield from _ends(condition, decision)
    for hours, _ in decision.fleet.count("hours", lambda now: now.vehicle.hours):
        if isinstance(hours, tuple):
            yield from (_next(clock, decision) for clock in hours)


def _may_let_go(rule: Rule, decision: Decision) -> bool:
    """Whether this rule keeps some vehicle from going now, or might let one go by another way than that."""
    held = decision.verdict.blocks.get(rule.id)
    return rule.effect not in (Effect.DENY, Effect.REQUIRE) or (held is not None and bool(held.any()))


def _ends(condition: Condition, decision: Decision) -> Iterator[datetime]:
    """When what a condition says of the moment begins or ends."""
    name, value = condition.key.name, condition.value
    if name == "waited_min_under":
        yield (decision.tried.since or decision.at) + timedelta(minutes=value)
    elif name == "hours" and isinstance(value, tuple):
        yield from (_next(end, decision) for end in value)


def _after(decision: Decision, column: str, minutes: float) -> Iterator[datetime]:
    """When the age of a time of some vehicle comes to so many minutes: the next of all of them."""
    left_min = minutes - decision.fleet.age_min(column, decision.moment)
    left_min = left_min[left_min > 0.0]  # where it never was there is nothing to wait for
    if len(left_min):
        yield decision.at + timedelta(minutes=float(np.min(left_min)))


def _next(clock: time, decision: Decision) -> datetime:
    """The next time at which clocks show this."""
    local = decision.moment.local
    at = local.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return (at if at > local else at + timedelta(days=1)).astimezone(decision.at.tzinfo)
