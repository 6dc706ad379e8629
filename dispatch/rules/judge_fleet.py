"""The packs in force made fast: the verdict of every rule on a whole fleet at once, the same as `assess` gives."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import cast

import numpy as np

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.conditions import Compare, Condition
from dispatch.rules.fleet import Bools, Fleet, Floats
from dispatch.rules.judge_one import (
    APART_RULE,
    CLASS_RULE,
    DUTY_RULE,
    HOURS_RULE,
    KEPT_RULE,
    LEFT_ALONE_RULE,
    NeededApproval,
    hours_are_judged,
    may_at_this_hour,
    prefers,
    takes_what_is_kept,
)
from dispatch.rules.moment import Moment
from dispatch.rules.sop import NATIONAL, Clause, Effect, Part, Rule, SopInForce
from dispatch.vocabulary.promises import OWN_OPERATOR
from dispatch.vocabulary.vehicle_classes import CLASSES, VehicleClass

# A condition, an alternative or a part holds for all vehicles alike, or for each as the mask says.
Answer = bool | Bools
_AgencyHours = tuple[str, tuple[time, time] | None]


@dataclass(frozen=True, slots=True)
class FleetVerdict:
    """Of each vehicle, in the fleet's order, what `Verdict` says; `blocks` gives the vehicles that each rule blocks.

    `needs` are the vehicles that need each yes, in the order of the yeses; `sooner_by_s` is NaN for who is no first
    contact.
    """

    eligible: Bools
    needs_yes: Bools
    needs_own_yes: Bools
    needs: tuple[tuple[NeededApproval, Bools], ...]
    preferred_s: Floats
    most_preferred_s: Floats
    penalty_s: Floats
    sooner_by_s: Floats
    blocks: Mapping[str, Bools]

    @property
    def first_contact(self) -> Bools:
        """Which vehicles may go ahead of another."""
        return ~np.isnan(self.sooner_by_s)


def judge_fleet(fleet: Fleet, ask: Ask, sop: SopInForce, moment: Moment) -> FleetVerdict:
    """The verdict on every vehicle for one request at one moment.

    `needs_yes` says that a yes of somebody else than the vehicle's own operator is needed, `needs_own_yes` that his is.
    """
    view = _View(fleet, ask, moment)
    heard = _hear(view, sop)
    _add(heard.objects, CLASS_RULE, ~view.class_may(heard.objects))
    _add(heard.objects, DUTY_RULE, ~fleet.mask("is_free", lambda now: now.is_free, bool))
    _add(heard.objects, HOURS_RULE, view.outside_hours(sop))
    _add(heard.objects, LEFT_ALONE_RULE, fleet.age_min("left_alone_until", moment) < 0.0)
    if not takes_what_is_kept(ask):
        _add(heard.objects, KEPT_RULE, ~np.isnan(fleet.age_min("kept_for", moment)))
    if moment.apart:
        _add(heard.objects, APART_RULE, fleet.some(moment.apart))
    none = np.zeros(len(fleet), np.bool_)
    lifted: dict[str, Bools] = {}
    needs: list[tuple[NeededApproval, Bools]] = []
    for rule, case in heard.approvals:
        asked = none | case
        if rule.overrides:
            lifts = {name: asked & heard.objects[name] for name in rule.overrides if name in heard.objects}
            for name, mask in lifts.items():
                lifted[name] = lifted.get(name, none) | mask
            asked = _any(none, lifts.values())
        needs.append((NeededApproval.of(rule, moment), asked))
    blocks = {name: mask & ~lifted.get(name, none) for name, mask in heard.objects.items()}
    eligible = ~_any(none, blocks.values())
    sooner_by_s = np.full(len(fleet), np.nan)
    for rule, case in reversed(heard.pairs):  # of several the first one counts
        others = _any(none, (mask for name, mask in blocks.items() if name not in rule.overrides))
        sooner_by_s[(none | case) & ~eligible & ~others] = (rule.sooner_by_min or 0.0) * 60.0
    old = ~(fleet.age_min("fix", moment) <= sop.policy.old_position_min)
    return FleetVerdict(
        eligible=eligible,
        needs_yes=_any(none, (mask for need, mask in needs if need.approver != OWN_OPERATOR)),
        needs_own_yes=_any(none, (mask for need, mask in needs if need.approver == OWN_OPERATOR)),
        needs=tuple(sorted(needs, key=lambda pair: pair[0])),
        preferred_s=heard.preferred_s,
        most_preferred_s=heard.most_preferred_s,
        penalty_s=np.where(old, sop.policy.old_position_penalty_s, 0.0),
        sooner_by_s=sooner_by_s,
        blocks=blocks,
    )


@dataclass(slots=True)
class _Heard:
    """What the rules said: who is objected to, who needs a yes, who may be a first contact, who is preferred."""

    preferred_s: Floats
    most_preferred_s: Floats
    objects: dict[str, Bools] = field(default_factory=dict)
    approvals: list[tuple[Rule, Answer]] = field(default_factory=list)
    pairs: list[tuple[Rule, Answer]] = field(default_factory=list)


def _hear(view: "_View", sop: SopInForce) -> _Heard:
    heard = _Heard(np.zeros(len(view.fleet), np.float64), np.zeros(len(view.fleet), np.float64))
    none = np.zeros(len(view.fleet), np.bool_)
    for clause in sop.clauses(view.ask.pickup.agency):
        rule = clause.rule
        if rule.effect in (Effect.DEFER, Effect.HOLD) or rule.one_each:
            continue  # they speak of the request: no verdict depends on them
        if rule.effect is Effect.PREFER and not prefers(view.ask, view.moment):
            continue
        case = view.case(clause)
        met = view.part(rule.must) if case is not False else False
        case = _and(case, _not(met) if rule.effect is Effect.REQUIRE else met)
        if case is False:
            continue
        match rule.effect:
            case Effect.DENY | Effect.REQUIRE:
                heard.objects[rule.id] = heard.objects.get(rule.id, none) | case
            case Effect.APPROVAL:
                heard.approvals.append((rule, case))
            case Effect.PAIR:
                heard.pairs.append((rule, case))
            case Effect.PREFER:
                worth_s = np.where(case, rule.prefer_within_min * 60.0, 0.0)
                heard.preferred_s = heard.preferred_s + worth_s
                heard.most_preferred_s = np.maximum(heard.most_preferred_s, worth_s)
    return heard


def _agency_and_hours(now: VehicleNow) -> _AgencyHours:
    return now.vehicle.agency, now.vehicle.hours


def _any(none: Bools, masks: Iterable[Bools]) -> Bools:
    found: Bools = np.logical_or.reduce([none, *masks])
    return found


def _add(objects: dict[str, Bools], rule: str, mask: Bools) -> None:
    if mask.any():
        objects[rule] = mask


def _and(one: Answer, two: Answer) -> Answer:
    if one is False or two is False:
        return False
    if one is True:
        return two
    return one if two is True else one & two


def _or(one: Answer, two: Answer) -> Answer:
    if one is True or two is True:
        return True
    if one is False:
        return two
    return one if two is False else one | two


def _not(one: Answer) -> Answer:
    return not one if isinstance(one, bool) else ~one


def _cheap_first(alternative: Sequence[Condition]) -> Sequence[Condition]:
    """What looks at no vehicle goes before what asks the whole fleet."""
    if len(alternative) == 1:
        return alternative
    return sorted(alternative, key=lambda condition: condition.key.sees is not None)


@dataclass(frozen=True, slots=True)
class _View:
    """One request at one moment, asked of the whole fleet."""

    fleet: Fleet
    ask: Ask
    moment: Moment
    agencies: dict[str, Bools] = field(default_factory=dict)

    def case(self, clause: Clause) -> Answer:
        """Where the rule is heard, concerns the vehicle, and its case is there: what is said of all comes first."""
        rule = clause.rule
        found = _and(self._heard(clause), self.part(rule.when))
        if found is not False:
            found = _and(found, self.part(rule.vehicles))
        if found is not False and rule.unless:
            found = _and(found, _not(self.part(rule.unless)))
        return found

    def _heard(self, clause: Clause) -> Answer:
        """A clause of one agency about vehicles is heard by its own alone."""
        if not clause.rule.is_about_vehicle or clause.agency == NATIONAL:
            return True
        if clause.agency not in self.agencies:
            own = self.fleet.mask("agency", lambda now: now.vehicle.agency, lambda agency: agency == clause.agency)
            self.agencies[clause.agency] = own
        return self.agencies[clause.agency]

    def part(self, part: Part) -> Answer:
        """Where one of the alternatives holds."""
        if not part:
            return True
        found: Answer = False
        for alternative in part:
            every: Answer = True
            for condition in _cheap_first(alternative):
                if every is False:
                    break
                every = _and(every, self.holds(condition))
            found = _or(found, every)
        return found

    def holds(self, condition: Condition) -> Answer:
        """Where one condition holds."""
        key = condition.key
        if key.compare is not None:
            return self._compared(key.compare, condition.value)
        if key.sees is None or not condition.looks_at_vehicle:
            return key.test(None, condition.value, self.ask, self.moment)

        def test(seen: Hashable) -> bool:
            return key.test(seen, condition.value, self.ask, self.moment)

        return self.fleet.mask(key.name, key.sees, test)

    def _compared(self, compare: Compare, value: object) -> Bools:
        assert isinstance(value, float)
        age, limit = self.fleet.age_min(compare.column, self.moment), value * compare.scale
        found: Bools = age > limit if compare.over else age < limit
        return found | np.isnan(age) if compare.missing else found

    def outside_hours(self, sop: SopInForce) -> Bools:
        """Which vehicles do not serve at this hour, as far as the built-in rule speaks of them."""

        def outside(seen: _AgencyHours) -> bool:
            agency, hours = seen
            away = not may_at_this_hour(hours, self.ask, self.moment)
            return away and hours_are_judged(sop.packs.get(agency), self.moment)

        codes, values = self.fleet.codes("agency_and_hours", _agency_and_hours)
        found: Bools = np.array([outside(seen) for seen in cast("list[_AgencyHours]", values)], np.bool_)[codes]
        return found

    def class_may(self, objects: Mapping[str, Bools]) -> Bools:
        """Which vehicles' class does this by itself, or is objected to by the rule that says the same with a clause."""
        codes, classes = self.fleet.codes("class", lambda now: now.vehicle.vehicle_class)
        table, named = np.zeros(len(classes), np.bool_), np.zeros(len(self.fleet), np.bool_)
        for number, kind in enumerate(classes):
            assert isinstance(kind, VehicleClass)
            may = CLASSES[kind].may(self.ask.need)
            table[number] = self.ask.patient.can_sit if may.if_can_sit else may.yes
            if may.rule is not None and may.rule in objects:
                named |= (codes == number) & objects[may.rule]
        found: Bools = table[codes] | named
        return found
