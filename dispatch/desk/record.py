"""Writing a decision down: the codes and facts that are kept of it, before the transaction that carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dispatch.choosing.decision import Decision
from dispatch.choosing.ranking import Candidate
from dispatch.choosing.record import WRITTEN, CandidateRecord, DecisionRecord, PassedOver
from dispatch.choosing.unlocks import Unlock, unlocks_of
from dispatch.desk.facts import facts_of
from dispatch.domain.request import Ask
from dispatch.rules.consequences import ChecklistItem, consequences
from dispatch.rules.judge_one import APART_RULE, DUTY_RULE, KEPT_RULE, LEFT_ALONE_RULE
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.vehicle_classes import CLASSES, ClassRow

_FAR = timedelta(hours=1)
# What keeps a vehicle from going that no clause speaks of.
_OF_THE_MOMENT = (APART_RULE, DUTY_RULE, KEPT_RULE, LEFT_ALONE_RULE)


@dataclass(frozen=True, slots=True)
class Written:
    """A decision with its record and its facts."""

    decision: Decision
    record: DecisionRecord
    facts: bytes

    def booked_for(self, ask: Ask) -> "Written | None":
        """The same for another time at which the same trip is booked; None where that is searched for now."""
        decision = self.decision.booked_for(ask)
        if decision is None:
            return None
        record = replace(self.record, schedule_at=ask.schedule_at, search_at=decision.step.search_at)
        return Written(decision, record, self.facts)


def write_down(decision: Decision) -> Written:
    """The decision with all that is kept of it."""
    return Written(decision, record_of(decision), facts_of(decision))


def record_of(decision: Decision) -> DecisionRecord:
    """The decision in codes and facts; findings are kept of the first candidates only."""
    step, ask = decision.step, decision.ask
    chosen = tuple(offer.vehicle_id for offer in step.offers)
    going = decision.find_vehicle(chosen[0]) if chosen else None
    unlocks = unlocks_of(decision)
    return DecisionRecord(
        outcome=_outcome(decision),
        at=decision.at,
        sop={pack.agency: pack.version for _, pack in sorted(decision.sop.packs.items())},
        chosen=chosen,
        asks=step.asks,
        why=step.promise,
        schedule_at=ask.schedule_at,
        on_call=ask.on_call,
        search_at=step.search_at,
        passed=_passed_over(decision, chosen),
        destination=ask.dropoff.name if ask.dropoff else None,
        candidates=tuple(
            _candidate(decision, candidate, written=position < WRITTEN)
            for position, candidate in enumerate(_shown_first(decision))
        ),
        considered=decision.considered,
        missing=len(decision.unfilled.slots) - len(step.filled) if step.filled else 0,
        checklist=checklist_of(decision, unlocks),
        notices=consequences(ask, decision.sop, decision.moment, going).notices,
        unlocks=unlocks,
        soon={name: round(eta_s) for name, eta_s in sorted(decision.soon.items(), key=lambda pair: pair[1])},
        computed_in_ms=decision.computed_in_ms,
    )


def checklist_of(decision: Decision, unlocks: Sequence[Unlock]) -> tuple[ChecklistItem, ...]:
    """What is to be done beside the trip of the vehicle that goes. While nobody may go, of the one that would go first:
    whoever waits can see to its papers meanwhile.
    """
    going = next((offer.vehicle_id for offer in decision.step.offers), None)
    likely = going or next((unlock.vehicle_id for unlock in unlocks), None)
    vehicle = decision.find_vehicle(likely) if likely is not None else None
    return consequences(decision.ask, decision.sop, decision.moment, vehicle).checklist


def _outcome(decision: Decision) -> Outcome:
    step = decision.step
    if step.search_at is not None:
        return Outcome.SCHEDULE
    if step.offers:
        return Outcome.OFFERS if len(step.offers) > 1 else Outcome.OFFER
    return Outcome.APPROVAL if step.waits_for else Outcome.PROMISE


def _shown_first(decision: Decision) -> list[Candidate]:
    """In rank order, but with the nearest that were passed over among the first, so that their reason is written."""
    passed = sorted(
        (c for c in decision.candidates if not c.eligible and c.arrival is not None),
        key=lambda c: (c.arrival.eta_s if c.arrival else 0.0, c.vehicle_id),
    )[: WRITTEN // 4]
    ahead = decision.candidates[: WRITTEN - len(passed)]
    first = sorted([*ahead, *(c for c in passed if c not in ahead)], key=lambda c: c.rank)
    held = {c.vehicle_id for c in first}
    return [*first, *(c for c in decision.candidates if c.vehicle_id not in held)]


def _passed_over(decision: Decision, chosen: tuple[str, ...]) -> PassedOver | None:
    """The nearest vehicle that a rule of the SOP kept from going, if it is nearer than the first chosen. For the living
    nobody expects a hearse: that one is near is no news, and never the first that is said."""
    if not chosen:
        return None
    arrival = decision.arrivals.get(chosen[0])
    limit_s = arrival.eta_s if arrival is not None else _FAR.total_seconds()
    nearer = [
        (candidate.arrival.eta_s, candidate.vehicle_id)
        for candidate in decision.candidates
        if candidate.arrival is not None
        and candidate.arrival.eta_s < limit_s
        and any(rule not in _OF_THE_MOMENT for rule in candidate.blocking)
        and (not decision.ask.patient.living or _class_of(decision, candidate).carries_living)
    ]
    if not nearer:
        return None
    _, vehicle_id = min(nearer)
    findings = decision.assess(vehicle_id).findings
    return PassedOver(
        vehicle_id=vehicle_id, finding=next(f for f in findings if f.blocks and f.rule not in _OF_THE_MOMENT)
    )


def _class_of(decision: Decision, candidate: Candidate) -> ClassRow:
    return CLASSES[decision.vehicle(candidate.vehicle_id).vehicle.vehicle_class]


def _candidate(decision: Decision, candidate: Candidate, *, written: bool) -> CandidateRecord:
    now = decision.vehicle(candidate.vehicle_id)
    vehicle, arrival, fix = now.vehicle, candidate.arrival, now.position(decision.at)
    return CandidateRecord(
        vehicle_id=vehicle.id,
        name=vehicle.name,
        vehicle_class=vehicle.vehicle_class,
        agency=vehicle.agency,
        eligible=candidate.eligible,
        needs_approval=bool(candidate.needs),
        first_contact=candidate.first_contact,
        rank=candidate.rank,
        eta_s=round(arrival.eta_s) if arrival else None,
        eta_low_s=round(arrival.eta_low_s) if arrival else None,
        eta_high_s=round(arrival.eta_high_s) if arrival else None,
        distance_m=round(arrival.distance_m) if arrival and arrival.distance_m is not None else None,
        walk_m=round(arrival.walk_m) if arrival else None,
        method=arrival.method if arrival else None,
        fix_age_s=max(0, round((decision.at - fix.taken_at).total_seconds())) if fix else None,
        lon=fix.point.lon if fix else None,
        lat=fix.point.lat if fix else None,
        phone=vehicle.phone,
        blocking=candidate.blocking,
        findings=decision.assess(candidate.vehicle_id).findings if written else (),
    )
