"""Whether a vehicle may go: every rule answers for every vehicle, and nothing stops at the first "no"."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Self

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.conditions import Situation
from dispatch.rules.moment import Moment
from dispatch.rules.sop import NATIONAL, Clause, Effect, OverridableBy, Pack, Part, Rule, SopInForce
from dispatch.rules.values import within
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.vehicle_classes import CLASSES, YES, Duty

CLASS_RULE = "KELAS"  # what a class may do by itself, where no rule of a pack says it
APART_RULE = "JALAN"  # whether a road leads from the vehicle to the pick-up
ASKED = "asked"  # a vehicle whose driver has not answered yet, among the facts of its duty
DUTY_RULE = "DINAS"  # whether the vehicle is on duty and free
HOURS_RULE = "JAM"  # whether the vehicle serves at this hour, where its agency's pack says nothing of hours
KEPT_RULE = "PESANAN"  # whether the vehicle is reserved for somebody else's booked time, which is near
LEFT_ALONE_RULE = "R23"  # whether its driver has just declined; how long that counts is policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one vehicle and one request.

    `applies`: it speaks on this case. `met`: it has no objection (deny, require) or its conditions hold (the others).
    `lifted_by`: the approval rule that lifts an objection. `facts` are what the conditions saw: JSON values.
    """

    rule: str
    agency: str
    version: str
    effect: Effect
    applies: bool
    met: bool
    facts: Mapping[str, object]
    lifted_by: str | None = None

    @property
    def objects(self) -> bool:
        """Whether it keeps the vehicle from going as long as nothing lifts it."""
        return self.effect in (Effect.DENY, Effect.REQUIRE) and not self.met

    @property
    def blocks(self) -> bool:
        """Whether it keeps the vehicle from going."""
        return self.objects and self.lifted_by is None


@dataclass(frozen=True, slots=True, order=True)
class NeededApproval:
    """Somebody's yes that a vehicle needs: the rule that says so and who is asked now, of one agency or of any."""

    rule: str
    approver: str
    agency: str = ""

    @classmethod
    def of(cls, rule: Rule, moment: Moment) -> Self:
        """The yes that a rule wants, of whoever is reached first at this moment."""
        first = rule.approvers_at(moment.local)[0]
        return cls(rule.id, first.who, first.agency or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings on one vehicle; `eligible` with `needs` empty means that it may be offered at once.

    `preferred_s` is what all its preferences are worth together, `most_preferred_s` what the largest of them is: how
    much later than the soonest it may arrive and still come first. `penalty_s` is how much its old position is held
    against it. `first_contact` is the pair rule under which it may go beside another vehicle (R04), though not alone,
    if it is there `sooner_by_s` before it.
    """

    vehicle_id: str
    eligible: bool
    needs: tuple[NeededApproval, ...]
    preferred_s: float
    most_preferred_s: float
    penalty_s: float
    first_contact: str | None
    sooner_by_s: float
    findings: tuple[Finding, ...]

    @property
    def objections(self) -> tuple[Finding, ...]:
        """The findings that keep it from going."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def blocking(self) -> tuple[str, ...]:
        """Ids of the rules that keep it from going."""
        return tuple(finding.rule for finding in self.objections)


Heard = dict[tuple[Hashable, ...], Finding]


def overridable_by(rule_id: str, rule: Rule | None) -> OverridableBy:
    """Who may act against a finding: its rule names them; of the built-in rules hours, a reservation and the lack of a
    road give way: somebody may know of a ferry."""
    if rule is not None:
        return rule.overridable_by
    return OverridableBy.OPERATOR if rule_id in (APART_RULE, HOURS_RULE, KEPT_RULE) else OverridableBy.NOBODY


def assess(vehicle: VehicleNow, ask: Ask, sop: SopInForce, moment: Moment, heard: Heard | None = None) -> Verdict:
    """The verdict of every rule on one vehicle for one request at one moment.

    `heard` keeps what rules said, for other vehicles of the same request, rules and moment: a rule says the same of all
    vehicles in which it sees the same.
    """
    situation = Situation(vehicle, ask, moment)
    clauses = sop.clauses_for(vehicle.vehicle.agency, ask.pickup.agency)
    before = {} if heard is None else heard
    spoken = [(clause.rule, _heard(clause, situation, before)) for clause in clauses]
    objections = {finding.rule for _, finding in spoken if finding.objects}
    built_in = [_class_finding(situation, objections), _duty_finding(situation), _left_alone_finding(situation)]
    if vehicle.vehicle.hours is not None and hours_are_judged(sop.packs.get(vehicle.vehicle.agency), moment):
        built_in.append(_hours_finding(situation))
    if vehicle.kept_for is not None:
        built_in.append(_kept_finding(situation))
    if vehicle.id in moment.apart:
        built_in.append(_built_in(APART_RULE, met=False, facts={}))
    objections |= {finding.rule for finding in built_in if finding.objects}

    needs: list[NeededApproval] = []
    lifted: dict[str, str] = {}
    for rule, finding in spoken:
        if rule.effect is Effect.APPROVAL and finding.met:
            lifts = rule.overrides & objections
            if lifts or not rule.overrides:
                needs.append(NeededApproval.of(rule, moment))
                lifted.update(dict.fromkeys(sorted(lifts), rule.id))
    findings = [finding for _, finding in spoken] + built_in
    settled = tuple(replace(f, lifted_by=lifted[f.rule]) if f.rule in lifted and f.objects else f for f in findings)
    worths_s = [rule.prefer_within_min * 60.0 for rule, found in spoken if found.effect is Effect.PREFER and found.met]
    ahead = _first_contact(spoken, {finding.rule for finding in settled if finding.blocks})
    return Verdict(
        vehicle_id=vehicle.id,
        eligible=not any(finding.blocks for finding in settled),
        needs=tuple(sorted(needs)),
        preferred_s=sum(worths_s),
        most_preferred_s=max(worths_s, default=0.0),
        penalty_s=penalty_s(vehicle, moment, sop.policy),
        first_contact=ahead.id if ahead else None,
        sooner_by_s=(ahead.sooner_by_min or 0.0) * 60.0 if ahead else 0.0,
        findings=settled,
    )


def prefers(ask: Ask, moment: Moment) -> bool:
    """Whether a preference counts at all: never for a red, where it would cost minutes of a life."""
    return ask.urgency is not Urgency.RED or moment.edition < 2


def hours_are_judged(own: Pack | None, moment: Moment) -> bool:
    """Whether the built-in rule speaks of an agency's vehicles: not where its own pack has a rule on hours, other than
    one that lifts this one."""
    rules = [rule for rule in own.rules if HOURS_RULE not in rule.overrides] if own is not None else []
    return moment.edition >= 2 and not any(c.key.name == "hours" for rule in rules for c in rule.conditions)


def may_at_this_hour(hours: tuple[time, time] | None, ask: Ask, moment: Moment) -> bool:
    """Whether a vehicle with these hours serves now: outside of them for emergencies alone, which every red is."""
    emergency = ask.urgency is Urgency.RED or (ask.need is Need.EMERGENCY and moment.edition >= 3)
    return hours is None or emergency or within(hours, moment.local.time())


def takes_what_is_kept(ask: Ask) -> bool:
    """Whether a vehicle may be asked although it is reserved for somebody else: for a red."""
    return ask.urgency is Urgency.RED


def penalty_s(vehicle: VehicleNow, moment: Moment, policy: Policy) -> float:
    """What an old position costs in the order (R21): nobody knows where the vehicle went since."""
    fix = vehicle.position(moment.now)
    old = fix is None or (moment.now - fix.taken_at).total_seconds() > policy.old_position_min * 60.0
    return policy.old_position_penalty_s if old else 0.0


def _first_contact(spoken: list[tuple[Rule, Finding]], blocking: set[str]) -> Rule | None:
    """The pair rule that lets a vehicle go as first contact: it lifts all that blocks it."""
    for rule, finding in spoken:
        if is_first_contact(rule) and finding.met and blocking and blocking <= rule.overrides:
            return rule
    return None


def is_first_contact(rule: Rule) -> bool:
    """Whether this pair rule sends a second vehicle of another kind ahead."""
    return rule.effect is Effect.PAIR and rule.sooner_by_min is not None


def part_holds(part: Part, situation: Situation) -> bool:
    """Whether one of the alternatives holds; an empty part always does."""
    return not part or any(all(condition.holds(situation) for condition in some) for some in part)


def case_is_there(rule: Rule, situation: Situation) -> bool:
    """Whether `when` holds and `unless` does not."""
    return part_holds(rule.when, situation) and not (rule.unless and part_holds(rule.unless, situation))


def _heard(clause: Clause, situation: Situation, before: Heard) -> Finding:
    vehicle = situation.vehicle
    seen = [condition.key.sees(vehicle) for condition in clause.conditions if condition.key.sees is not None]
    # The SOP in force keeps its clauses, so that the identity of one is its own as long as `before` is used.
    key = (id(clause), vehicle.vehicle.vehicle_class, *seen)
    if key not in before:
        before[key] = _answer(clause, situation)
    return before[key]


def _answer(clause: Clause, situation: Situation) -> Finding:
    rule = clause.rule
    concerns = part_holds(rule.vehicles, situation)
    case = concerns and case_is_there(rule, situation)
    match rule.effect:
        case Effect.DENY:
            applies, met = concerns, not case
        case Effect.REQUIRE:
            applies, met = case, not case or part_holds(rule.must, situation)
        case Effect.APPROVAL:
            applies, met = concerns, case
        case Effect.PREFER:
            applies = case and prefers(situation.ask, situation.moment)
            met = applies and part_holds(rule.must, situation)
        case Effect.PAIR | Effect.DEFER | Effect.HOLD:
            applies, met = case, case and part_holds(rule.must, situation)
    return Finding(
        rule=rule.id,
        agency=clause.agency,
        version=clause.version,
        effect=rule.effect,
        applies=applies,
        met=met,
        facts={c.key.name: c.key.fact(situation) for c in clause.conditions} | _class(situation),
    )


def _class(situation: Situation) -> dict[str, object]:
    return {"class": situation.vehicle.vehicle.vehicle_class.value}


def _class_finding(situation: Situation, objections: set[str]) -> Finding:
    vehicle_class, need = situation.vehicle.vehicle.vehicle_class, situation.ask.need
    may = CLASSES[vehicle_class].may(need)
    met = situation.ask.patient.can_sit if may.if_can_sit else may.yes or may.rule in objections
    # What would help is told from the facts alone, so that an old finding reads the same when this table has changed.
    facts: dict[str, object] = {"class": vehicle_class.value, "need": need.value}
    if may.if_can_sit:
        facts["can_sit"] = situation.ask.patient.can_sit
    elif not met:
        facts["may"] = [kind.value for kind, row in CLASSES.items() if row.may(need) == YES]
    return _built_in(CLASS_RULE, met=met, facts=facts)


def _duty_finding(situation: Situation) -> Finding:
    vehicle = situation.vehicle
    asked = vehicle.assignment_id is not None and vehicle.duty is Duty.AVAILABLE
    return _built_in(DUTY_RULE, met=vehicle.is_free, facts={"duty": ASKED if asked else vehicle.duty.value})


def _left_alone_finding(situation: Situation) -> Finding:
    until, moment = situation.vehicle.left_alone_until, situation.moment
    local = until.astimezone(moment.local.tzinfo).strftime("%H.%M") if until else None
    met = until is None or until <= moment.now
    return _built_in(LEFT_ALONE_RULE, met=met, facts={"left_alone_until": local})


def _hours_finding(situation: Situation) -> Finding:
    hours = situation.vehicle.vehicle.hours
    assert hours is not None
    facts = {"hours": situation.moment.local.strftime("%H.%M"), "serves": f"{hours[0]:%H.%M}–{hours[1]:%H.%M}"}
    return _built_in(HOURS_RULE, met=may_at_this_hour(hours, situation.ask, situation.moment), facts=facts)


def _kept_finding(situation: Situation) -> Finding:
    kept_for = situation.vehicle.kept_for
    assert kept_for is not None
    local = kept_for.astimezone(situation.moment.local.tzinfo).strftime("%H.%M")
    return _built_in(KEPT_RULE, met=takes_what_is_kept(situation.ask), facts={"kept_for": local})


def _built_in(rule: str, *, met: bool, facts: Mapping[str, object]) -> Finding:
    return Finding(
        rule=rule,
        agency=NATIONAL,
        version="",
        effect=Effect.REQUIRE,
        applies=True,
        met=met,
        facts=facts,
    )
