"""A decision in words and JSON: what is shown, kept with the request, and stays the same for ever."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from types import MappingProxyType

from dispatch import words
from dispatch.desk.ports import NotFoundError
from dispatch.desk.record import Recorded
from dispatch.desk.search import SHOWN, Decision
from dispatch.domain.consequences import Consequences, consequences
from dispatch.domain.eligibility import DUTY_RULE, LEFT_ALONE_RULE, Finding, assess
from dispatch.domain.next_step import OUT_OF_STOCK
from dispatch.domain.promise import CALL_BACK_WITHIN
from dispatch.domain.ranking import Candidate
from dispatch.domain.request import Ask
from dispatch.domain.sop import Pack, SopInForce

_FAR = timedelta(hours=1)
_OF_THE_MOMENT = (DUTY_RULE, LEFT_ALONE_RULE)  # what keeps a vehicle from going that no clause speaks of


def summarise(decision: Decision, zone: tzinfo) -> dict[str, object]:
    """The decision in the shape of api.md; findings are written out for the first candidates only."""
    outcome, chosen, sentence, say = _outcome(decision, zone)
    going = decision.find_vehicle(chosen[0]) if chosen else None
    after = consequences(decision.ask, decision.sop, decision.moment, going)
    return {
        "outcome": outcome,
        "sop": [{"agency": pack.agency, "version": pack.version} for _, pack in sorted(decision.sop.packs.items())],
        "say": say,
        "sentence": sentence,
        "chosen": chosen,
        "candidates": [
            candidate_json(decision, candidate, written=position < SHOWN)
            for position, candidate in enumerate(_shown_first(decision))
        ],
        "considered": decision.considered,
        "checklist": _checklist(decision, after, zone),
        "notified": list(after.notify),
        "soon": {name: round(eta_s) for name, eta_s in sorted(decision.soon.items(), key=lambda pair: pair[1])},
        "computed_in_ms": decision.computed_in_ms,
        "at": decision.at.astimezone(zone).isoformat(),
    }


def _checklist(decision: Decision, after: Consequences, zone: tzinfo) -> list[dict[str, object]]:
    place = decision.ask.dropoff.name if decision.ask.dropoff else ""
    return [
        {"code": item.code, "rule": item.rule, "text": words.checklist_text(item, place, decision.at, zone)}
        for item in after.checklist
    ]


def _shown_first(decision: Decision) -> list[Candidate]:
    """In rank order, but with the nearest that were passed over among the first, so that their reason is written."""
    passed = sorted(
        (c for c in decision.candidates if not c.eligible and c.arrival is not None),
        key=lambda c: (c.arrival.eta_s if c.arrival else 0.0, c.vehicle_id),
    )[: SHOWN // 4]
    ahead = decision.candidates[: SHOWN - len(passed)]
    first = [*ahead, *(c for c in passed if c not in ahead)]
    first.sort(key=lambda c: c.rank)
    held = {c.vehicle_id for c in first}
    return [*first, *(c for c in decision.candidates if c.vehicle_id not in held)]


def _outcome(decision: Decision, zone: tzinfo) -> tuple[str, list[str], str, str]:
    """(outcome, chosen vehicles, sentence, words for the family): everything that is done at once, in this order."""
    step, at = decision.step, decision.at
    if step.search_at is not None:
        assert decision.ask.schedule_at is not None
        sentence = words.schedule_sentence(decision.ask.schedule_at, step.search_at, zone)
        return "schedule", [], sentence, words.say_schedule(decision.ask.schedule_at, zone)
    chosen = [offer.vehicle_id for offer in step.offers]
    sentences = [_offer_sentence(decision, offer.vehicle_id, zone) for offer in step.offers]
    asked = step.waits_for
    if asked is not None:
        name = vehicle_name(decision, asked.vehicle_id)
        sentences.append(words.approval_sentence(name, asked.rule, asked.approver))
    elif step.promise is not None:
        beside = [vehicle_name(decision, ask.vehicle_id) for ask in step.beside]
        sentences.append(words.promise_sentence(step.promise, decision.considered, beside))
        if decision.soon:
            name, eta_s = min(decision.soon.items(), key=lambda pair: (pair[1], pair[0]))
            sentences.append(words.soon_sentence(vehicle_name(decision, name), eta_s))
    sentence = " ".join(dict.fromkeys(sentences))
    if step.offers:
        comes = [(vehicle_name(decision, name), _eta_s(decision, name)) for name in chosen]
        return "offers" if len(chosen) > 1 else "offer", chosen, sentence, words.say_offers(comes, at, zone)
    if asked is not None:
        return "approval", [], sentence, words.say_approval(vehicle_name(decision, asked.vehicle_id), asked.approver)
    if step.promise == OUT_OF_STOCK:
        return "promise", [], sentence, words.say_document()
    return "promise", [], sentence, words.say_promise(at + CALL_BACK_WITHIN, zone)


def _eta_s(decision: Decision, vehicle_id: str) -> float | None:
    arrival = decision.arrivals.get(vehicle_id)
    return arrival.eta_s if arrival else None


def _offer_sentence(decision: Decision, vehicle_id: str, zone: tzinfo) -> str:
    eta_s = _eta_s(decision, vehicle_id)
    passed = _passed(decision, eta_s) if vehicle_id == decision.step.offers[0].vehicle_id else ""
    return words.offer_sentence(vehicle_name(decision, vehicle_id), eta_s, decision.at, zone, passed)


def _passed(decision: Decision, eta_s: float | None) -> str:
    """The sentence on the nearest vehicle that a rule of the SOP kept from going, if it was nearer than the chosen."""
    limit_s = eta_s if eta_s is not None else _FAR.total_seconds()
    nearer = [
        (candidate.arrival.eta_s, candidate.vehicle_id)
        for candidate in decision.candidates
        if candidate.arrival is not None
        and candidate.arrival.eta_s < limit_s
        and any(rule not in _OF_THE_MOMENT for rule in candidate.blocking)
    ]
    if not nearer:
        return ""
    _, vehicle_id = min(nearer)
    objection = next(f for f in decision.assess(vehicle_id).findings if f.blocks and f.rule not in _OF_THE_MOMENT)
    text = words.finding_text(objection, decision.sop.find_rule(objection.agency, objection.rule))
    return words.passed_sentence(vehicle_name(decision, vehicle_id), objection.rule, text)


def vehicle_name(decision: Decision, vehicle_id: str) -> str:
    """What people call the vehicle."""
    return decision.vehicle(vehicle_id).vehicle.name


def candidate_json(decision: Decision, candidate: Candidate, *, written: bool) -> dict[str, object]:
    """One candidate; without `written` its findings are left out and only the blocking rules named."""
    vehicle_now = decision.vehicle(candidate.vehicle_id)
    vehicle, arrival = vehicle_now.vehicle, candidate.arrival
    fix = vehicle_now.position(decision.at)
    findings = decision.assess(candidate.vehicle_id).findings if written else ()
    return {
        "vehicle_id": vehicle.id,
        "name": vehicle.name,
        "class": vehicle.vehicle_class.value,
        "agency": vehicle.agency,
        "eligible": candidate.eligible,
        "needs_approval": bool(candidate.needs),
        "first_contact": candidate.first_contact,
        "rank": candidate.rank,
        "eta_s": round(arrival.eta_s) if arrival else None,
        "eta_low_s": round(arrival.eta_low_s) if arrival else None,
        "eta_high_s": round(arrival.eta_high_s) if arrival else None,
        "distance_m": round(arrival.distance_m) if arrival else None,
        "method": arrival.method.value if arrival else None,
        "fix_age_s": max(0, round((decision.at - fix.taken_at).total_seconds())) if fix else None,
        "lon": fix.point.lon if fix else None,
        "lat": fix.point.lat if fix else None,
        "phone": vehicle.phone,
        "blocking": list(candidate.blocking),
        "findings": [finding_json(decision.sop, finding) for finding in findings],
    }


def write_verdict(ask: Ask, recorded: Recorded, packs: Iterable[Pack], vehicle_id: str) -> dict[str, object]:
    """Every finding on one vehicle as it was at a decision, from its facts and the versions that spoke.

    Raises NotFoundError for a vehicle that was not considered.
    """
    spoke = {pack.agency: pack for pack in packs if recorded.versions.get(pack.agency) == pack.version}
    sop = SopInForce(MappingProxyType(spoke))
    now = next((now for now in recorded.fleet.vehicles if now.id == vehicle_id), None)
    if now is None:
        raise NotFoundError(f"{vehicle_id} was not considered")
    verdict = assess(now, ask, sop, recorded.moment)
    return {
        "vehicle_id": now.id,
        "name": now.vehicle.name,
        "at": recorded.moment.local.isoformat(),
        "eligible": verdict.eligible,
        "blocking": sorted(verdict.blocking),
        "findings": [finding_json(sop, finding) for finding in verdict.findings],
    }


def finding_json(sop: SopInForce, finding: Finding) -> dict[str, object]:
    """One finding with its sentence; the clause stands with what keeps a vehicle from going."""
    rule = sop.find_rule(finding.agency, finding.rule)
    return {
        "rule": finding.rule,
        "agency": finding.agency,
        "version": finding.version,
        "effect": finding.effect.value,
        "applies": finding.applies,
        "met": finding.met,
        "blocks": finding.blocks,
        "lifted_by": finding.lifted_by,
        "text": words.finding_text(finding, rule),
        "would_help": words.would_help(finding, rule),
        "clause": rule.clause if rule and finding.objects else None,
    }
