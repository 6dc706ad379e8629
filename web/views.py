"""From the domain to the wire."""

from datetime import datetime

from dispatch.desk.changes import LEFT
from dispatch.desk.promising import PromiseView
from dispatch.desk.views import RequestView

from dispatch.choosing.queue import level_of
from dispatch.desk.ports import JournalEntry
from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import FixLimits, LinkHealth, link_health
from dispatch.domain.people import Facility
from dispatch.domain.promise import Promise
from dispatch.domain.request import Place
from dispatch.domain.vehicle import VehicleNow
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, AssignmentState
from dispatch.words.sentences import event_text
from web import schemas as s

Names = dict[str, str]
_PRIVATE_STEPS = ("expire", "withdraw")


def place_out(place: Place) -> s.PointOut:
    """A named place."""
    return s.PointOut(lon=place.point.lon, lat=place.point.lat, name=place.name, facility=place.facility)


def facility_out(facility: Facility) -> s.FacilityOut:
    """A facility."""
    return s.FacilityOut(
        id=facility.id,
        kind=facility.kind,
        name=facility.name,
        lon=facility.point.lon,
        lat=facility.point.lat,
        agency=facility.agency,
        phone=facility.phone,
    )


def assignment_out(assignment: Assignment, arrival: Arrival | None, names: Names) -> s.AssignmentOut:
    """An assignment with the steps that may follow."""
    return s.AssignmentOut(
        id=assignment.id,
        request_id=assignment.request_id,
        vehicle_id=assignment.vehicle_id,
        vehicle_name=names.get(assignment.vehicle_id, assignment.vehicle_id),
        state=assignment.state,
        offered_at=assignment.offered_at,
        expires_at=assignment.expires_at,
        eta_s=round(arrival.eta_s) if arrival else None,
        distance_m=round(arrival.distance_m) if arrival else None,
        next_steps=[step for step in steps_from(assignment.state) if step.value not in _PRIVATE_STEPS],
        stamps={
            state: s.StampOut(device_time=stamp.device_time, server_time=stamp.server_time, source=stamp.source.value)
            for state, stamp in assignment.stamps.items()
        },
        reason=assignment.reason,
        slot=assignment.slot,
        first_contact=assignment.slot == FIRST_CONTACT,
    )


def promise_out(promise: Promise) -> s.PromiseOut:
    """A call-back owed."""
    return s.PromiseOut.model_validate(_promise(promise))


def _promise(promise: Promise) -> dict[str, object]:
    names = ("id", "request_id", "owner", "why", "made_at", "due_at", "retry_at", "retries", "kind", "state")
    more = ("level", "calls", "outcome", "told")
    return {name: getattr(promise, name) for name in (*names, *more)}


def owed_out(view: PromiseView, people: Names) -> s.OwedOut:
    """A promise as its owner sees it; `people` are those who may own one by name."""
    ask = view.request.ask
    calls = [
        {"at": c.at, "by": c.by, "whom": c.whom, "outcome": c.outcome, "told": c.told, "note": c.note}
        for c in view.calls
    ]
    return s.OwedOut.model_validate(
        {
            **_promise(view.promise),
            "need": ask.need,
            "subject": ask.subject,
            "pickup": place_out(ask.pickup),
            "request_state": view.request.state,
            "call_whom": view.promise.whom,
            "call_phone": view.phone,
            "owner_name": people.get(view.promise.owner),
            "call_log": calls,
        }
    )


def summary_out(view: RequestView, names: Names) -> s.RequestSummaryOut:
    """A request as a list shows it."""
    return s.RequestSummaryOut.model_validate(_summary(view, names))


def _summary(view: RequestView, names: Names) -> dict[str, object]:
    request = view.request
    return {
        "id": request.id,
        "state": request.state,
        "need": request.ask.need,
        "urgency": request.ask.urgency,
        "pickup": place_out(request.ask.pickup),
        "dropoff": place_out(request.ask.dropoff) if request.ask.dropoff else None,
        "created_at": request.created_at,
        "assignments": [assignment_out(assignment, arrival, names) for assignment, arrival in view.assignments],
        "promise": promise_out(view.promise) if view.promise else None,
        "wanted": request.wanted,
        "held": request.held,
        "schedule_at": request.ask.schedule_at,
        "subject": request.ask.subject,
        "asked": [
            s.AskedOut(
                rule=approval.rule,
                vehicle_id=approval.vehicle_id,
                vehicle_name=names.get(approval.vehicle_id, approval.vehicle_id),
                approver=approval.approver,
                asked_at=approval.asked_at,
            )
            for approval in view.approvals
            if approval.state == "asked"
        ],
        "level": level_of(request),
        "broken": any(assignment.state is AssignmentState.STOOD_DOWN for assignment, _ in view.assignments),
        "escalated_to": _escalated_to(view),
    }


def _escalated_to(view: RequestView) -> str | None:
    to = None
    for entry in view.entries:
        if entry.event.kind is EventKind.OFFER_ACCEPTED:
            to = None
        elif entry.event.kind is EventKind.ESCALATED:
            to = str(entry.event.facts["to"])
    return to


def request_out(view: RequestView, names: Names, track_url: str) -> s.RequestOut:
    """A request with its decision, approvals and timeline."""
    approvals = [
        {
            "rule": approval.rule,
            "vehicle_id": approval.vehicle_id,
            "approver": approval.approver,
            "state": approval.state,
            "asked_at": approval.asked_at,
            "reason": approval.reason,
        }
        for approval in view.approvals
    ]
    return s.RequestOut.model_validate(
        {
            **_summary(view, names),
            "decision": view.decision,
            "approvals": approvals,
            "timeline": [event_out(entry, names) for entry in view.entries],
            "track_url": track_url,
            "contact_phone": view.contact.phone,
        }
    )


def event_out(entry: JournalEntry, names: Names) -> s.EventOut:
    """A journal entry with its line of a timeline."""
    event = entry.event
    return s.EventOut(
        seq=entry.seq,
        kind=event.kind,
        at=event.at,
        text=event_text(event, names.get(event.vehicle_id or "")),
        request_id=event.request_id,
        assignment_id=event.assignment_id,
        vehicle_id=event.vehicle_id,
        actor=event.actor,
        facts=dict(event.facts),
    )


def vehicle_out(
    number: int, vehicle: VehicleNow, live: Assignment | None, now: datetime, limits: FixLimits
) -> s.VehicleOut:
    """A vehicle as the map shows it."""
    fix = vehicle.position(now)
    return s.VehicleOut.model_validate(
        {
            "no": number,
            "id": vehicle.id,
            "name": vehicle.vehicle.name,
            "plate": vehicle.vehicle.plate,
            "class": vehicle.vehicle.vehicle_class,
            "agency": vehicle.vehicle.agency,
            "base": vehicle.vehicle.base,
            "duty": vehicle.duty,
            "link": link_health(fix, now, limits) if fix else LinkHealth.LOST,
            "lon": fix.point.lon if fix else None,
            "lat": fix.point.lat if fix else None,
            "heading": fix.heading if fix else None,
            "fix_age_s": max(0, round((now - fix.taken_at).total_seconds())) if fix else None,
            "assignment_id": live.id if live else None,
            "assignment_state": live.state if live else None,
            "request_id": live.request_id if live else None,
            "auto_accept": vehicle.auto_accept,
            "at_base": vehicle.at_base,
        }
    )


def offer_request_out(view: RequestView) -> s.OfferRequestOut:
    """What a driver must know of the request; the family's words to the driver are the note."""
    ask = view.request.ask
    return s.OfferRequestOut(
        id=view.request.id,
        need=ask.need,
        urgency=ask.urgency,
        pickup=place_out(ask.pickup),
        dropoff=place_out(ask.dropoff) if ask.dropoff else None,
        note=view.contact.note,
        held=view.request.held,
        schedule_at=ask.schedule_at,
        family_left=any(entry.event.facts.get("said") == LEFT for entry in view.entries),
    )


def is_under_way(state: AssignmentState) -> bool:
    """Whether the driver has said yes and the trip is not over: then the caller's number may be shown."""
    return state in (
        AssignmentState.ACCEPTED,
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
        AssignmentState.TRANSPORTING,
        AssignmentState.AT_DESTINATION,
    )
