"""Sending a vehicle by a person's choice, or by its driver's late yes: whether they may."""

from datetime import timedelta

from dispatch.choosing.decision import Decision
from dispatch.desk.effects.overriding import Override, judge_objections
from dispatch.desk.effects.places import gives_way
from dispatch.desk.effects.standing import yields_to
from dispatch.desk.effects.steps import is_late_yes_of_use, offer_is_over
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.rules.judge_one import DUTY_RULE, LEFT_ALONE_RULE
from dispatch.vocabulary.events import Overridden
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, INSTEAD


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


def judge_late(books: Books, decision: Decision, late: Assignment) -> Refusal | None:
    """Whether a yes that comes after its time is still taken: it is of use, and judged like an offer that is made now,
    under what is asked for now; whoever was to go instead of one on its way is to be there before it."""
    name, refusal = late.vehicle_id, offer_is_over(late, decision.at)
    if not is_late_yes_of_use(books, late):
        return refusal
    verdict = decision.assess_if_considered(name)
    if verdict is None:
        return None
    said = (entry.event for entry in books.journal.list_of_kinds([late.request_id], [Overridden]))
    overridden = {event.rule for event in said if isinstance(event, Overridden) and event.vehicle_id == name}
    objects = set(verdict.blocking) - {DUTY_RULE, LEFT_ALONE_RULE, *overridden}
    if late.slot == FIRST_CONTACT and verdict.first_contact is not None:
        objects = set()
    if objects or any((name, need.rule) not in decision.tried.approved for need in verdict.needs):
        return refusal
    if late.slot != INSTEAD or decision.unfilled.slots:
        return None
    live = [a for a in books.assignments.list_of(late.request_id) if a.is_live and a.slot >= 0 and not a.row.loaded]
    leaving, arrival = gives_way(live), decision.arrivals.get(name)
    if leaving is None or leaving.row.met or leaving.arrives_at is None or arrival is None:
        return refusal
    return None if decision.at + timedelta(seconds=arrival.eta_s) < leaving.arrives_at else refusal
