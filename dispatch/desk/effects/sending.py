"""Sending a vehicle by a person's choice: whether they may."""

from dispatch.choosing.decision import Decision
from dispatch.desk.effects.overriding import Override, judge_objections
from dispatch.desk.effects.standing import yields_to
from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.rules.judge_one import LEFT_ALONE_RULE
from dispatch.vocabulary.refusals import Refusal, RefusalCode


def _next_free(books: Books, decision: Decision) -> str | None:
    """The next candidate that may go at once, for an operator who came second."""
    ready = (c.vehicle_id for c in decision.candidates if c.eligible and not c.needs and c.arrival is not None)
    return next((name for name in ready if books.assignments.find_live(name) is None), None)


def judge_choice(
    books: Books, decision: Decision, vehicle_id: str, override: Override | None, actor: Person
) -> Refusal | None:
    """Whether this person may send this vehicle: it is free for the request, and the SOP lets them."""
    books.vehicles.get(vehicle_id)
    held = books.assignments.find_live(vehicle_id)
    if held is not None and not yields_to(decision.ask, held, books.requests.get(held.request_id)):
        facts = {"vehicle_id": vehicle_id, "request_id": held.request_id, "next": _next_free(books, decision)}
        return Refusal(RefusalCode.VEHICLE_TAKEN, facts)
    return judge_sop(decision, vehicle_id, override, actor)


def judge_sop(decision: Decision, vehicle_id: str, override: Override | None, actor: Person) -> Refusal | None:
    """Whether the SOP has no objection to the vehicle, or one that this person may override."""
    verdict = decision.assess_if_considered(vehicle_id)
    if verdict is None:
        return None
    # A vehicle whose driver declined just now may be asked all the same: the operator has called.
    objections = [finding for finding in decision.objections(vehicle_id) if finding.rule != LEFT_ALONE_RULE]
    refusal = judge_objections(objections, decision.sop, vehicle_id, override, actor)
    if refusal is not None:
        return refusal
    for need in verdict.needs:
        if (vehicle_id, need.rule) not in decision.tried.approved:
            facts = {"vehicle_id": vehicle_id, "rule": need.rule, "approver": need.approver}
            return Refusal(RefusalCode.APPROVAL_NEEDED, facts)
    return None
