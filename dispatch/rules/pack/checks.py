"""What is wrong with rules that can be read: contradictions, cases that never arise, needs that nobody may serve."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from itertools import product

from dispatch.domain.request import Ask, Patient, Place
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.conditions import Condition
from dispatch.rules.judge_one import APART_RULE, CLASS_RULE, DUTY_RULE, HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE, assess
from dispatch.rules.moment import Moment
from dispatch.rules.pack.faults import Path, Said, said
from dispatch.rules.sop import NATIONAL, Effect, Pack, Part, Rule, SopInForce, held_at, policy_at
from dispatch.rules.values import OWN, Value
from dispatch.vocabulary.needs import NEEDS, Need
from dispatch.vocabulary.policy import FIGURES, Policy
from dispatch.vocabulary.promises import APPROVERS, OWN_OPERATOR
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, VehicleClass
from geo.point import Point

FIELDS_OF: Mapping[Effect, tuple[str, ...]] = {
    Effect.DENY: (),
    Effect.REQUIRE: ("must", "checklist"),
    Effect.APPROVAL: ("overrides", "approver", "approvers"),
    Effect.PREFER: ("must", "prefer_within_min"),
    Effect.PAIR: ("overrides", "sooner_by_min", "one_each"),
    Effect.DEFER: ("documents", "booking", "checklist"),
    Effect.HOLD: ("notify",),
}
# No approval lifts these: a hearse never carries the living, and whoever is off duty is not sent (product.md).
NEVER_LIFTED = ("R07", APART_RULE, DUTY_RULE, KEPT_RULE, LEFT_ALONE_RULE)
_FACT = re.compile(r"\{([^{}]*)\}")
_PLAIN = frozenset({"need", "living", "urgency", "class"})  # conditions under which a need may lose its last class
_ALL_OF = frozenset({"crew", "equipment", "documents"})  # keys whose words must all be there
_BODY = frozenset({Need.BODY.value})


_NOT_OVER = (("offer_red_s", "offer_other_s", "red_longer"), ("hearse_town_kph", "hearse_open_kph", "town_faster"))


def judge_policy(policy: Policy) -> Iterator[Said]:
    """Figures of the policy that cannot be meant, at whatever hour."""
    own: Mapping[str, float] = {name: getattr(policy, name) for name in FIGURES}
    for at, figures in [((), own), *((("hours", number), some.figures) for number, some in enumerate(policy.hours))]:
        for name, value in figures.items():
            figure = FIGURES[name]
            if not figure.low <= value <= figure.high:
                yield said((*at, name), "out_of_range", name=name, low=figure.low, high=figure.high)
    # Between two edges nothing changes, so these moments of a week stand for all. A fault is of the last entry in it.
    edges = {time(), *(edge for some in policy.hours for span in some.hours for edge in span)}
    week = [datetime.combine(_NOON.local + timedelta(day), edge) for day in range(7) for edge in edges]
    faults: dict[Path, str] = {}
    for lesser, greater, code in _NOT_OVER:
        for held, now in [((), policy), *((held_at(policy, at), policy_at(policy, at)) for at in week)]:
            if getattr(now, lesser) > getattr(now, greater):
                by = [some for some in held if {lesser, greater} & some.figures.keys()]
                at = ("hours", policy.hours.index(by[-1])) if by else ()
                faults[*at, lesser] = code
    yield from (said(path, code) for path, code in faults.items())


def judge_rule(rule: Rule) -> Iterator[Said]:
    """Everything in which this rule contradicts itself, with the field where it shows."""
    me = rule.id
    yield from _judge_effect(rule)
    yield from _judge_overrides(rule)
    clear = True
    for name, part in (("vehicles", rule.vehicles), ("when", rule.when), ("unless", rule.unless), ("must", rule.must)):
        for conditions in part:
            for one, two in _contradictions(conditions):
                clear = False
                yield said((name,), "contradiction", rule=me, one=one, two=two, part=name)
    for condition in (condition for some in rule.vehicles for condition in some):
        if not condition.looks_at_vehicle:
            name = condition.key.name
            yield said(("vehicles", name), "vehicle_keys_only", rule=me, name=name)
    if clear:
        if _never(rule.vehicles, rule.when):
            yield said(("when",), "never_speaks", rule=me)
        elif rule.unless and _implied(rule.vehicles, rule.when, rule.unless):
            yield said(("unless",), "unless_always", rule=me)
        elif rule.must and _never(rule.vehicles, rule.when, rule.must):
            yield said(("must",), "never_met", rule=me)
    yield from _judge_words(rule)


def _judge_effect(rule: Rule) -> Iterator[Said]:
    """What an effect needs beside its name."""
    if rule.id in (APART_RULE, CLASS_RULE, DUTY_RULE, HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE):
        yield said(("id",), "built_in_id", rule=rule.id)
    if rule.effect is Effect.APPROVAL:
        yield from _judge_approvers(rule)
    for effect, says_enough, code in (
        (Effect.DENY, rule.when or rule.vehicles, "forbids_everything"),
        (Effect.REQUIRE, rule.must, "requires_nothing"),
        (Effect.PREFER, rule.must, "prefers_nothing"),
        (Effect.PAIR, (rule.sooner_by_min is None) is rule.one_each, "pair_of_what"),
        (Effect.DEFER, rule.documents or rule.booking, "defers_nothing"),
        (Effect.HOLD, rule.notify, "tells_nobody"),
    ):
        if rule.effect is effect and not says_enough:
            yield said(("effect",), code, rule=rule.id)
    for name, minutes in (("prefer_within_min", rule.prefer_within_min), ("sooner_by_min", rule.sooner_by_min)):
        if minutes is not None and not 0 < minutes <= 120:
            yield said((name,), "out_of_range", name=name, low=1, high=120)


def _judge_approvers(rule: Rule) -> Iterator[Said]:
    """Somebody is asked, nobody twice; a vehicle's own operator lends it, and nobody in that operator's place."""
    asked = [(one.who, one.agency) for one in rule.approvers]
    if not asked or any(who not in APPROVERS for who, _ in asked):
        yield said(("approver",), "no_approver", rule=rule.id, allowed=", ".join(APPROVERS))
    elif len(set(asked)) < len(asked):
        yield said(("approvers",), "approver_twice", rule=rule.id)
    elif any(who == OWN_OPERATOR for who, _ in asked) and (len(asked) > 1 or asked[0][1] or rule.approvers[0].hours):
        yield said(("approvers",), "own_operator_alone", rule=rule.id)


def _judge_overrides(rule: Rule) -> Iterator[Said]:
    at = ("overrides",)
    if rule.one_each and rule.overrides:
        yield said(at, "overrides_of_one_each", rule=rule.id)
    if rule.id in rule.overrides:
        yield said(at, "overrides_itself", rule=rule.id)
    for other in sorted(rule.overrides & set(NEVER_LIFTED)):
        yield said(at, "never_lifted", other=other)


def _judge_words(rule: Rule) -> Iterator[Said]:
    """Reasons may name only facts that the rule's conditions see."""
    known = sorted({condition.key.name for condition in rule.conditions} | {"class", "Class"})
    reasons = (("", rule.reason), ("en.", rule.reason_en))
    texts = {at + name: text or "" for at, reason in reasons if reason for name, text in asdict(reason).items()}
    for name, text in texts.items():
        path = ("reason", *name.split("."))
        for fact in _FACT.findall(text):
            if fact not in known:
                yield said(path, "unknown_fact", rule=rule.id, name=name, fact=f"{{{fact}}}", known=", ".join(known))
        if {"{", "}"} & set(_FACT.sub("", text)):
            yield said(path, "lone_brace", name=name)


def _contradictions(conditions: Sequence[Condition]) -> Iterator[tuple[str, str]]:
    """What within one table cannot be true together."""
    given = {condition.key.name: condition.value for condition in conditions}
    need, living = given.get("need"), given.get("living")
    no_body = isinstance(need, frozenset) and Need.BODY not in need
    if need == _BODY and living is True:
        yield 'need = ["body"]', "living = true"
    if no_body and living is False:
        yield "need without body", "living = false"
    if "death" in given and living is True:
        yield "death", "living = true"
    if "death" in given and no_body:
        yield "death", "need without body"
    if given.get("can_sit") is True and (need == _BODY or living is False):
        yield "can_sit = true", "a body"


def _merged(*parts: Part) -> Iterator[list[Condition]]:
    """Every choice of one alternative of each part."""
    for some in product(*(part or ((),) for part in parts)):
        yield [condition for conditions in some for condition in conditions]


def _never(*parts: Part) -> bool:
    """Whether no choice of alternatives can hold all at once."""
    return all(any(_contradictions(merged)) or _disjoint(merged) for merged in _merged(*parts))


def _disjoint(conditions: Sequence[Condition]) -> bool:
    """Whether two conditions on the same key exclude each other."""
    seen: dict[str, Condition] = {}
    for condition in conditions:
        other = seen.setdefault(condition.key.name, condition)
        if other is not condition and _exclude(other.value, condition.value, condition.key.name):
            return True
    return False


def _exclude(one: Value, two: Value, name: str) -> bool:
    """Whether two values of the same key do."""
    if isinstance(one, bool):
        return one is not two
    if not isinstance(one, frozenset) or name in _ALL_OF:
        return False
    return not one & two and OWN not in one | two


def _implied(vehicles: Part, when: Part, unless: Part) -> bool:
    """Whether the exception holds in every case that the rule speaks of."""
    return all(
        any(all(_follows(condition, merged) for condition in some) for some in unless)
        for merged in _merged(vehicles, when)
    )


def _follows(condition: Condition, given: Iterable[Condition]) -> bool:
    """Whether a condition holds wherever the given ones do."""
    wanted, words = condition.value, isinstance(condition.value, frozenset) and condition.key.name not in _ALL_OF
    same = [other.value for other in given if other.key is condition.key]
    return any(value == wanted or (words and value <= wanted) for value in same)


def judge_needs(pack: Pack) -> Iterator[tuple[str, Said]]:
    """Needs that no class of vehicle may serve under this pack, whatever the case: with the rule that says so."""
    area = None if pack.agency == NATIONAL else pack.agency
    plain = tuple(
        rule
        for rule in pack.rules
        if all(condition.key.name in _PLAIN for condition in rule.conditions)
        and (area is None or not rule.is_about_vehicle)
    )
    bare = Pack(agency=pack.agency, title="", version=pack.version, effective_from=pack.effective_from, rules=plain)
    sop = SopInForce({pack.agency: bare})
    for need in Need:
        verdicts = [assess(_ready(kind), _plain_ask(need, area), sop, _NOON) for kind in VehicleClass]
        if any(verdict.eligible for verdict in verdicts):
            continue
        blocking = {rule_id for verdict in verdicts for rule_id in verdict.blocking}
        guilty = [rule.id for rule in plain if rule.id in blocking]
        if guilty:
            yield guilty[-1], said((), "need_without_class", need=need.value, rules=", ".join(guilty))


_NOON = Moment(now=datetime(2026, 1, 7, 5, tzinfo=UTC), local=datetime(2026, 1, 7, 12, tzinfo=UTC))


def _ready(kind: VehicleClass) -> VehicleNow:
    """A vehicle of this class with everything aboard, of nobody's agency."""
    vehicle = Vehicle(
        id=kind.value, name=kind.value, vehicle_class=kind, agency="", crew=CREW, equipment=EQUIPMENT, seats=9
    )
    return VehicleNow(vehicle=vehicle, duty=Duty.AVAILABLE)


def _plain_ask(need: Need, area: str | None) -> Ask:
    here = Place(point=Point(lon=0.0, lat=0.0), name="", agency=area)
    patient = Patient(living=need is not Need.BODY, can_sit=need is not Need.BODY)
    return Ask(need=need, urgency=NEEDS[need].urgency, pickup=here, patient=patient)


def judge_beside(pack: Pack, others: Sequence[Pack]) -> Iterator[Said]:
    """What contradicts between this pack and those that are there already; paths are ("pack", …) or a rule's id."""
    for other in others:
        if other.agency != pack.agency:
            continue
        if other.version == pack.version:
            yield said(("pack", "version"), "version_taken", version=pack.version, agency=pack.agency)
        elif other.effective_from == pack.effective_from:
            yield said(("pack", "effective_from"), "versions_overlap", other=other.version, agency=pack.agency)
    near = [other for other in (*others, pack) if other.agency in (NATIONAL, pack.agency)]
    if not any(other.agency == NATIONAL for other in near):
        return
    known = {rule.id for other in near for rule in other.rules} | {CLASS_RULE, HOURS_RULE}
    for rule in pack.rules:
        for name in sorted(rule.overrides - known):
            yield said((rule.id, "overrides"), "overrides_unknown", rule=rule.id, name=name, agency=pack.agency)
