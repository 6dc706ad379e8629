"""A decision as somebody reads it: its codes and facts in sentences of one language."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType

from pydantic import Field

from dispatch.choosing.record import CandidateRecord, DecisionRecord
from dispatch.choosing.unlocks import Unlock
from dispatch.desk.facts import read_facts
from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.unit import Unit
from dispatch.domain.arrival import Method
from dispatch.domain.people import Person
from dispatch.reading.base import Out
from dispatch.reading.likeness import LikelyOut, Nearby
from dispatch.reading.scope import Scope, of_fleet
from dispatch.rules.judge_one import Finding, assess, overridable_by
from dispatch.rules.sop import Effect, OverridableBy, Pack, Rule, SopInForce
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.notices import Mender
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.vehicle_classes import VehicleClass
from dispatch.words.decisions import Owed, RuleOf, checklist_text, say, sentence, unlock_text
from dispatch.words.facts import word
from dispatch.words.findings import finding_text, would_help


class SopVersionOut(Out):
    """A pack that spoke, and what its agency is called."""

    agency: str
    name: str
    version: str


class FindingOut(Out):
    """What one rule says of one vehicle, with its sentence; `lang` is the language in which it was found, and
    `overridable_by` the role that may act against it with a reason."""

    rule: str
    agency: str
    version: str
    effect: Effect
    applies: bool
    met: bool
    blocks: bool
    text: str
    would_help: str | None = None
    clause: str | None = None
    lifted_by: str | None = None
    overridable_by: OverridableBy = OverridableBy.NOBODY
    lang: Lang = Lang.ID


class CandidateOut(Out):
    """A vehicle with its verdict and arrival; of `distance_m` the crew goes `walk_m` from the stop to the door."""

    vehicle_id: str
    name: str
    vehicle_class: VehicleClass = Field(alias="class")
    agency: str
    eligible: bool
    needs_approval: bool
    first_contact: bool = False
    rank: int
    eta_s: int | None
    eta_low_s: int | None
    eta_high_s: int | None
    distance_m: int | None
    walk_m: int | None = None
    method: Method | None
    fix_age_s: int | None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None
    blocking: list[str]
    findings: list[FindingOut]


class VerdictOut(Out):
    """Every finding on one vehicle at the moment of a decision."""

    vehicle_id: str
    name: str
    at: datetime
    eligible: bool
    blocking: list[str]
    findings: list[FindingOut]


class ChecklistOut(Out):
    """Something to do beside the trip: a document that may follow, a booking, a line of a rule."""

    code: str
    rule: str
    text: str


class UnlockOut(Out):
    """What keeps `count` vehicles from going: a rule, with those `beside` it, what would help, who can do it, and
    from when on the soonest may go anyhow.
    """

    rule: str
    beside: list[str]
    what: str
    count: int
    who: Mender
    at: datetime | None = Field(alias="from")


class DecisionOut(Out):
    """A decision: what is done, why, and every candidate in order (findings of the first twenty)."""

    outcome: Outcome
    sop: list[SopVersionOut]
    say: str
    sentence: str
    chosen: list[str]
    candidates: list[CandidateOut]
    considered: int
    checklist: list[ChecklistOut] = Field(default_factory=list)
    notified: list[str] = Field(default_factory=list)
    soon: dict[str, int] = Field(default_factory=dict)
    unlocks: list[UnlockOut] = Field(default_factory=list)
    computed_in_ms: float
    at: datetime


class SuggestionOut(DecisionOut):
    """A decision that keeps nothing, and what was asked already that may be the same."""

    likely_duplicates: list[LikelyOut]


def rules_of(packs: Iterable[Pack]) -> RuleOf:
    """Finds the rule of a finding: a version is immutable, so old findings read the same for ever."""
    by_version = {(pack.agency, pack.version): pack for pack in packs}

    def rule_of(agency: str, version: str, rule_id: str) -> Rule | None:
        pack = by_version.get((agency, version))
        return pack.find_rule(rule_id) if pack else None

    return rule_of


def decision_for(
    person: Person,
    record: DecisionRecord,
    rule_of: RuleOf,
    zone: tzinfo,
    lang: Lang,
    owed: Owed | None = None,
    there: Collection[Document] = (),
) -> DecisionOut:
    """The decision as this person may read it: who follows no vehicle on the map is not told here where each stands,
    nor in words when one would arrive whose driver has not said yes.
    """
    follows = of_fleet(person) is Scope.FULL
    found = decision_out(record, rule_of, zone, lang, owed, there, with_estimates=follows)
    if not follows:
        for candidate in found.candidates:
            candidate.lon = candidate.lat = None
    return found


def decision_out(
    record: DecisionRecord,
    rule_of: RuleOf,
    zone: tzinfo,
    lang: Lang,
    owed: Owed | None = None,
    there: Collection[Document] = (),
    *,
    with_estimates: bool = True,
) -> DecisionOut:
    """The decision in sentences; `owed` is the call that the ledger has for its request now, and `there` the papers
    that have come since: nobody is asked for them any more.
    """
    written = record.written
    checklist = (
        [ChecklistOut.model_validate(line) for line in written.checklist]
        if written
        else [
            ChecklistOut(code=item.code, rule=item.rule, text=checklist_text(item, record, zone, lang))
            for item in record.checklist
        ]
    )
    return DecisionOut(
        outcome=record.outcome,
        sop=[
            SopVersionOut(agency=agency, name=word("agency", agency, lang), version=version)
            for agency, version in sorted(record.sop.items())
        ],
        say=say(record, zone, lang, owed),
        sentence=sentence(record, rule_of, zone, lang, with_estimates=with_estimates),
        chosen=list(record.chosen),
        candidates=_candidates_out(record, rule_of, lang),
        considered=record.considered,
        checklist=[line for line in checklist if line.code not in there],
        notified=[notice.whom for notice in record.notices],
        soon=dict(record.soon),
        unlocks=[_unlock_out(unlock, rule_of, zone, lang) for unlock in record.unlocks],
        computed_in_ms=record.computed_in_ms,
        at=record.at.astimezone(zone),
    )


def suggestion_out(
    record: DecisionRecord, nearby: Nearby, person: Person, rule_of: RuleOf, zone: tzinfo, lang: Lang
) -> SuggestionOut:
    """The decision in sentences, with what this person may know of requests that may be the same."""
    decision = decision_for(person, record, rule_of, zone, lang)
    return SuggestionOut(**dict(decision), likely_duplicates=nearby.likely_out(person))


def _unlock_out(unlock: Unlock, rule_of: RuleOf, zone: tzinfo, lang: Lang) -> UnlockOut:
    at = unlock.at.astimezone(zone) if unlock.at is not None else None
    return UnlockOut.of(unlock, beside=list(unlock.beside), what=unlock_text(unlock, rule_of, lang), at=at)


_OF_CANDIDATE = tuple(CandidateRecord.__dataclass_fields__.keys() - {"findings"})


def _candidates_out(record: DecisionRecord, rule_of: RuleOf, lang: Lang) -> list[CandidateOut]:
    said: dict[int, FindingOut] = {}  # by identity: of vehicles that look alike to a rule the finding is the same one

    def say_once(finding: Finding) -> FindingOut:
        if id(finding) not in said:
            said[id(finding)] = finding_out(finding, rule_of, lang)
        return said[id(finding)]

    found = []
    for candidate in record.candidates:
        out = CandidateOut.model_validate({name: getattr(candidate, name) for name in _OF_CANDIDATE} | {"findings": []})
        if record.written:
            kept = record.written.findings.get(candidate.vehicle_id, ())
            out.findings = [FindingOut.model_validate(finding) for finding in kept]
        else:
            out.findings = [say_once(finding) for finding in candidate.findings]
        found.append(out)
    return found


def finding_out(finding: Finding, rule_of: RuleOf, lang: Lang) -> FindingOut:
    """One finding with its sentence; the clause goes with what keeps a vehicle from going."""
    rule = rule_of(finding.agency, finding.version, finding.rule)
    said, help_said = finding_text(finding, rule, lang), would_help(finding, rule, lang)
    return FindingOut(
        rule=finding.rule,
        agency=finding.agency,
        version=finding.version,
        effect=finding.effect,
        applies=finding.applies,
        met=finding.met,
        blocks=finding.blocks,
        lifted_by=finding.lifted_by,
        overridable_by=overridable_by(finding.rule, rule) if finding.blocks else OverridableBy.NOBODY,
        text=said.text,
        would_help=help_said.text if help_said else None,
        clause=rule.clause if rule and finding.objects else None,
        lang=said.lang,
    )


def verdict_out(unit: Unit, books: Books, request_id: str, vehicle_id: str, lang: Lang) -> VerdictOut:
    """Every finding on a vehicle in the request's last decision, from its facts and the versions that spoke.

    Raises NotFoundError where nothing was decided, or the vehicle was not considered.
    """
    facts = books.decisions.find_facts(request_id)
    if facts is None:
        raise NotFoundError(f"no decision on {request_id}")
    recorded, packs = read_facts(facts), unit.packs(books)
    spoke: Mapping[str, Pack] = MappingProxyType(
        {pack.agency: pack for pack in packs if recorded.versions.get(pack.agency) == pack.version}
    )
    now = next((now for now in recorded.fleet.vehicles if now.id == vehicle_id), None)
    if now is None:
        raise NotFoundError(f"{vehicle_id} was not considered")
    verdict = assess(now, books.requests.get(request_id).ask, SopInForce(spoke, recorded.moment.local), recorded.moment)
    rule_of = rules_of(packs)
    return VerdictOut(
        vehicle_id=now.id,
        name=now.vehicle.name,
        at=recorded.moment.local,
        eligible=verdict.eligible,
        blocking=sorted(verdict.blocking),
        findings=[finding_out(finding, rule_of, lang) for finding in verdict.findings],
    )
