"""A booked trip: a vehicle is reserved for its time, which commits it to nothing today."""

from dataclasses import replace
from datetime import timedelta

from dispatch.choosing.decision import Decision
from dispatch.desk.command import Command
from dispatch.desk.effects.overriding import judge_objections, write_override
from dispatch.desk.ports import Books
from dispatch.domain.fix import Fix
from dispatch.domain.request import Request, RequestFilter
from dispatch.rules.judge_one import Finding, assess
from dispatch.rules.moment import Moment
from dispatch.vocabulary.events import Reserved
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import OPEN
from dispatch.vocabulary.vehicle_classes import Duty

SPAN = timedelta(minutes=90)  # between two booked times of one vehicle; this project's own figure
_MOST = 1_000


def reserve(
    books: Books, *, decision: Decision, vehicle_id: str, override: tuple[str, str] | None, by: Command, request_id: str
) -> str | Refusal:
    """Keep this vehicle for the booked time; it becomes an offer when the search begins. Two never overlap."""
    request = books.requests.get(request_id)
    if request.state not in OPEN:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    taken = _overlapping(books, request, vehicle_id)
    if taken is not None:
        return Refusal(RefusalCode.VEHICLE_RESERVED, {"vehicle_id": vehicle_id, "request_id": taken.id})
    objections = _objections_then(books, decision, vehicle_id)
    refusal = judge_objections(objections, decision.sop, vehicle_id, override, by.actor)
    if refusal is not None:
        return refusal
    about = {"request_id": request_id, "vehicle_id": vehicle_id}
    write_override(books, objections, decision.sop, override, by.actor, decision.at, **about)
    books.requests.save(replace(request, reserved=vehicle_id, version=request.version + 1))
    reserved = Reserved(at=decision.at, actor=by.actor.id)
    books.journal.add(reserved.about(request_id, vehicle_id=vehicle_id))
    return request_id


def _overlapping(books: Books, request: Request, vehicle_id: str) -> Request | None:
    """Another booked request that has the vehicle for a time that overlaps."""
    at = request.ask.schedule_at
    booked = (one for one in books.requests.list_some(RequestFilter(states=OPEN, limit=_MOST)) if one.id != request.id)
    theirs = ((one, one.ask.schedule_at) for one in booked if one.reserved == vehicle_id)
    return next((one for one, then in theirs if at is not None and then is not None and abs(at - then) < SPAN), None)


def _objections_then(books: Books, decision: Decision, vehicle_id: str) -> tuple[Finding, ...]:
    """What keeps the vehicle from going at that time, rested and free as it is held to be then."""
    now, at = decision.find_vehicle(vehicle_id) or books.vehicles.get(vehicle_id), decision.ask.schedule_at
    assert at is not None
    local = at.astimezone(decision.moment.local.tzinfo)
    then = replace(
        now,
        duty=Duty.AVAILABLE,
        assignment_id=None,
        on_duty_since=at,
        trip_ended_at=None,
        left_alone_until=None,
        fix=Fix(vehicle_id=vehicle_id, point=decision.ask.pickup.point, taken_at=at, received_at=at),
    )
    moment = Moment(now=at, local=local, soonest_s=0.0, free_in_zone=decision.moment.free_in_zone)
    return assess(then, decision.ask, decision.sop, moment).objections
