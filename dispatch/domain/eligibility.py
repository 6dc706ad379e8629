"""Whether a vehicle may go: every rule answers for every vehicle, and nothing stops at the first "no"."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.domain.conditions import Condition, Moment, Situation
from dispatch.domain.request import Ask, Need
from dispatch.domain.sop import NATIONAL, Clause, Effect, SopInForce
from dispatch.domain.vehicle import Duty, VehicleClass, VehicleNow

CLASS_RULE = "KELAS"  # what a class may do by itself, where no rule of a pack says it
DUTY_RULE = "DINAS"  # whether the vehicle is on duty and free


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
    def blocks(self) -> bool:
        """Whether it keeps the vehicle from going."""
        return self.effect in (Effect.DENY, Effect.REQUIRE) and not self.met and self.lifted_by is None


@dataclass(frozen=True, slots=True, order=True)
class NeededApproval:
    """Somebody's yes that a vehicle needs: the rule that says so and who may say it."""

    rule: str
    approver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings on one vehicle; `eligible` with `needs` empty means that it may be offered at once.

    `preferred_s` is how much later it may arrive and still come first.
    """

    vehicle_id: str
    eligible: bool
    needs: tuple[NeededApproval, ...]
    preferred_s: float
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[str, ...]:
        """Ids of the rules that keep it from going."""
        return tuple(finding.rule for finding in self.findings if finding.blocks)


def assess(vehicle: VehicleNow, ask: Ask, sop: SopInForce, moment: Moment) -> Verdict:
    """The verdict of every rule on one vehicle for one request at one moment."""
    situation = Situation(vehicle, ask, moment)
    clauses = sop.clauses_for(vehicle.vehicle.agency, ask.pickup.agency)
    findings = [_answer(clause, situation) for clause in clauses]
    objections = {finding.rule for finding in findings if finding.blocks}
    findings += [_class_finding(situation, objections), _duty_finding(situation)]

    needs: list[NeededApproval] = []
    lifted: dict[str, str] = {}
    for clause, finding in zip(clauses, findings, strict=False):
        rule = clause.rule
        if rule.effect is not Effect.APPROVAL or not finding.met:
            continue
        lifts = rule.overrides & objections
        if lifts or not rule.overrides:
            needs.append(NeededApproval(rule.id, rule.approver or ""))
            lifted.update(dict.fromkeys(lifts, rule.id))
    settled = tuple(_lift(finding, lifted) for finding in findings)
    return Verdict(
        vehicle_id=vehicle.id,
        eligible=not any(finding.blocks for finding in settled),
        needs=tuple(sorted(needs)),
        preferred_s=_preferred_s(clauses, findings),
        findings=settled,
    )


def _lift(finding: Finding, lifted: Mapping[str, str]) -> Finding:
    if finding.rule not in lifted or not finding.blocks:
        return finding
    return Finding(
        rule=finding.rule,
        agency=finding.agency,
        version=finding.version,
        effect=finding.effect,
        applies=finding.applies,
        met=finding.met,
        facts=finding.facts,
        lifted_by=lifted[finding.rule],
    )


def _all_hold(conditions: tuple[Condition, ...], situation: Situation) -> bool:
    return all(condition.holds(situation) for condition in conditions)


def _answer(clause: Clause, situation: Situation) -> Finding:
    rule = clause.rule
    concerns = _all_hold(rule.vehicles, situation)
    case = concerns and _all_hold(rule.when, situation)
    match rule.effect:
        case Effect.DENY:
            applies, met = concerns, not case
        case Effect.REQUIRE:
            applies, met = case, not case or _all_hold(rule.must, situation)
        case Effect.APPROVAL:
            applies, met = concerns, case
        case Effect.PREFER | Effect.PAIR | Effect.DEFER | Effect.HOLD:
            applies, met = case, case and _all_hold(rule.must, situation)
    conditions = (*rule.vehicles, *rule.when, *rule.must)
    return Finding(
        rule=rule.id,
        agency=clause.agency,
        version=clause.version,
        effect=rule.effect,
        applies=applies,
        met=met,
        facts=MappingProxyType({condition.key.name: condition.key.fact(situation) for condition in conditions}),
    )


def _preferred_s(clauses: tuple[Clause, ...], findings: list[Finding]) -> float:
    return max(
        (
            clause.rule.prefer_within_min * 60.0
            for clause, finding in zip(clauses, findings, strict=False)
            if finding.effect is Effect.PREFER and finding.met
        ),
        default=0.0,
    )


# What a class may do by itself (sop.md). A rule named beside a "no" says the same with a clause: where that rule
# objects, it speaks alone, so that an approval lifts it; where it does not, the class's own "no" stands.
_C, _N = VehicleClass, Need
_YES: tuple[bool, str | None] = (True, None)
_IF_CAN_SIT = "can_sit"
CLASS_MAY: Mapping[tuple[VehicleClass, Need], tuple[bool, str | None]] = MappingProxyType(
    {
        (_C.EMERGENCY_AMBULANCE, _N.EMERGENCY): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.REFERRAL): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.TRANSPORT): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.BODY): (False, "R01"),
        (_C.TRANSPORT_AMBULANCE, _N.EMERGENCY): (False, "R04"),
        (_C.TRANSPORT_AMBULANCE, _N.REFERRAL): _YES,
        (_C.TRANSPORT_AMBULANCE, _N.TRANSPORT): _YES,
        (_C.TRANSPORT_AMBULANCE, _N.BODY): (False, "R01"),
        (_C.MOBILE_CLINIC, _N.EMERGENCY): (False, "R04"),
        (_C.MOBILE_CLINIC, _N.REFERRAL): _YES,
        (_C.MOBILE_CLINIC, _N.TRANSPORT): _YES,
        (_C.MOBILE_CLINIC, _N.BODY): (False, "R01"),
        (_C.HEARSE, _N.EMERGENCY): (False, "R07"),
        (_C.HEARSE, _N.REFERRAL): (False, "R07"),
        (_C.HEARSE, _N.TRANSPORT): (False, "R07"),
        (_C.HEARSE, _N.BODY): _YES,
        (_C.DUAL_USE, _N.EMERGENCY): (False, "R04"),
        (_C.DUAL_USE, _N.REFERRAL): _YES,
        (_C.DUAL_USE, _N.TRANSPORT): _YES,
        (_C.DUAL_USE, _N.BODY): _YES,
        (_C.VILLAGE_CAR, _N.EMERGENCY): (False, "R04"),
        (_C.VILLAGE_CAR, _N.REFERRAL): (True, _IF_CAN_SIT),
        (_C.VILLAGE_CAR, _N.TRANSPORT): (True, _IF_CAN_SIT),
        (_C.VILLAGE_CAR, _N.BODY): (False, None),
        # An official car goes only with its office's yes, which a pack's approval rule asks for.
        (_C.OFFICIAL_CAR, _N.EMERGENCY): (False, "R04"),
        (_C.OFFICIAL_CAR, _N.REFERRAL): (False, None),
        (_C.OFFICIAL_CAR, _N.TRANSPORT): (False, None),
        (_C.OFFICIAL_CAR, _N.BODY): (False, None),
    }
)


def _class_finding(situation: Situation, objections: set[str]) -> Finding:
    vehicle_class, need = situation.vehicle.vehicle.vehicle_class, situation.ask.need
    may, condition = CLASS_MAY[vehicle_class, need]
    met = situation.ask.patient.can_sit if condition == _IF_CAN_SIT else may or condition in objections
    facts = {"class": vehicle_class.value, "need": need.value}
    if condition == _IF_CAN_SIT:
        facts["can_sit"] = str(situation.ask.patient.can_sit).lower()
    return _built_in(CLASS_RULE, met=met, facts=facts)


def _duty_finding(situation: Situation) -> Finding:
    vehicle = situation.vehicle
    met = vehicle.duty is Duty.AVAILABLE and vehicle.assignment_id is None
    duty = Duty.COMMITTED if vehicle.assignment_id is not None else vehicle.duty
    return _built_in(DUTY_RULE, met=met, facts={"duty": duty.value})


def _built_in(rule: str, *, met: bool, facts: Mapping[str, object]) -> Finding:
    return Finding(
        rule=rule,
        agency=NATIONAL,
        version="",
        effect=Effect.REQUIRE,
        applies=True,
        met=met,
        facts=MappingProxyType(dict(facts)),
    )
