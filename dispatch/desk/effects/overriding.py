"""Acting against a rule: whether a person may, and that it is written down with the SOP's own sentence."""

from collections.abc import Collection
from datetime import datetime

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.rules.judge_one import Finding, overridable_by
from dispatch.rules.sop import SopInForce
from dispatch.vocabulary.events import Overridden
from dispatch.vocabulary.refusals import Refusal, RefusalCode

Override = tuple[str, str]  # the rule and the reason


def judge_objections(
    objections: Collection[Finding], sop: SopInForce, vehicle_id: str, override: Override | None, actor: Person
) -> Refusal | None:
    """Whether these objections are those that the person acts against, and may."""
    unsaid = [finding.rule for finding in objections if override is None or finding.rule != override[0]]
    if unsaid:
        return Refusal(RefusalCode.RULE_OBJECTS, {"vehicle_id": vehicle_id, "rules": unsaid})
    for finding in objections:
        allowed = overridable_by(finding.rule, sop.find_rule(finding.agency, finding.rule))
        if allowed.value != actor.role.value:
            return Refusal(RefusalCode.NOT_OVERRIDABLE, {"rule": finding.rule, "overridable_by": allowed.value})
    return None


def write_override(
    books: Books,
    objections: Collection[Finding],
    sop: SopInForce,
    override: Override | None,
    actor: Person,
    now: datetime,
    *,
    request_id: str,
    vehicle_id: str,
) -> None:
    """Keep against which rule and why, where it objects at all."""
    against = next((finding for finding in objections if override and finding.rule == override[0]), None)
    if override is None or against is None:
        return
    rule = sop.find_rule(against.agency, against.rule)
    acted = Overridden(
        rule=override[0], reason=override[1], clause=rule.clause if rule else None, at=now, actor=actor.id
    )
    books.journal.add(acted.about(request_id, vehicle_id=vehicle_id))
