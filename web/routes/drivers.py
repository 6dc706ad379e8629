"""What a driver's page does: offers, steps, duty and positions."""

from typing import Literal

from fastapi import APIRouter, Response

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix, FixSource
from dispatch.domain.people import Facility, Person
from dispatch.rules.sop import packs_in_force
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from web import schemas as s
from web.context import By, Caller, TheHouse, utc
from web.errors import not_found, refused
from web.views import assignment_out, facility_out, is_under_way, offer_request_out, vehicle_out

router = APIRouter(prefix="/api", tags=["drivers"])
_WATCH_ORDER = (Role.OPERATOR, Role.HEALTH_OFFICER)
StepName = Literal[
    "accept",
    "decline",
    "en_route",
    "on_scene",
    "transporting",
    "at_destination",
    "clear",
    "stand_down",
    "problem",
    "undo",
]


@router.get("/me")
async def me(house: TheHouse, person: Caller) -> s.MeOut:
    """Who is signed in, with the own vehicle and the trip it is on."""
    return await me_out(house, person)


async def me_out(house: House, person: Person) -> s.MeOut:
    """A person with what their page begins from."""
    now = house.desk.clock.now()

    def look(books: Books) -> tuple[Facility | None, Assignment | None, float | None]:
        facility = books.facilities.find(person.facility) if person.facility else None
        live = books.assignments.find_live(person.vehicle) if person.vehicle else None
        if person.role not in _WATCH_ORDER:
            return facility, live, None
        return facility, live, packs_in_force(house.desk.packs(books), now).policy.ageing_s

    facility, live, ageing_s = await house.store.read(look)
    own = await house.desk.vehicles([person.vehicle] if person.vehicle else [])
    vehicle = own.get(person.vehicle or "")
    view = await house.desk.view(live.request_id) if live else None
    names = {vehicle.id: vehicle.vehicle.name} if vehicle else {}
    arrival = next((a for kept, a in view.assignments if live and kept.id == live.id), None) if view else None
    return s.MeOut.model_validate(
        {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            "phone": person.phone,
            "agency": person.agency,
            "facility": facility_out(facility) if facility else None,
            "vehicle": vehicle_out(0, vehicle, live, now, house.desk.limits) if vehicle else None,
            "assignment": assignment_out(live, arrival, names) if live else None,
            "request": offer_request_out(view) if view else None,
            "contact_phone": view.contact.phone if view and live and is_under_way(live.state) else None,
            "now": now,
            "timezone": str(house.desk.zone),
            "ageing_s": ageing_s,
            "demo": house.demo,
            "roads": house.roads_kind,
        }
    )


@router.get("/me/offer", responses={204: {"description": "No offer stands."}})
async def my_offer(house: TheHouse, person: Caller, response: Response) -> s.OfferOut | None:
    """The offer that stands; fetching it acknowledges its delivery."""
    vehicle_id = person.vehicle or ""
    live = await house.store.read(lambda books: books.assignments.find_live(vehicle_id))
    if live is None or live.state is not AssignmentState.OFFERED:
        response.status_code = 204
        return None
    offer = await house.desk.deliver_offer(live.id)
    view = await house.desk.view(offer.request_id)
    arrival = next((a for kept, a in view.assignments if kept.id == offer.id), None)
    now = house.desk.clock.now()
    return s.OfferOut(
        assignment_id=offer.id,
        expires_at=offer.expires_at,
        now=now,
        eta_s=round(arrival.eta_s) if arrival else None,
        distance_m=round(arrival.distance_m) if arrival else None,
        offer_s=round(await house.desk.answer_s(view.request)),
        request=offer_request_out(view),
    )


@router.post("/assignments/{assignment_id}/{step}")
async def take_step(assignment_id: str, step: StepName, body: s.StepIn, house: TheHouse, by: By) -> s.AssignmentOut:
    """One step of a trip; drivers step their own vehicle only."""
    assignment = await house.store.read(lambda books: books.assignments.get(assignment_id))
    if by.actor.role is Role.DRIVER and assignment.vehicle_id != by.actor.vehicle:
        raise not_found()
    source = StepSource.OPERATOR if by.actor.role is Role.OPERATOR else StepSource(body.source)
    command = StepCommand(
        step=Step(step),
        actor=by.actor.id,
        source=source,
        seq=body.seq if by.actor.role is Role.DRIVER else None,
        device_time=utc(body.device_time),
        reason=body.reason,
    )
    result = await house.desk.step(assignment_id, command, by=by)
    if isinstance(result, Refusal):
        raise refused(result)
    arrival = await house.store.read(lambda books: books.find_arrival(assignment_id))
    vehicle = (await house.desk.vehicles([result.vehicle_id]))[result.vehicle_id]
    return assignment_out(result, arrival, {vehicle.id: vehicle.vehicle.name})


@router.post("/me/duty")
async def set_duty(body: s.DutyIn, house: TheHouse, by: By) -> s.MeOut:
    """Go on duty or off."""
    vehicle_id = body.vehicle_id or by.actor.vehicle
    if vehicle_id is None or vehicle_id != by.actor.vehicle:
        raise not_found()
    result = await house.desk.set_duty(
        vehicle_id, Duty(body.duty), at_base=body.at_base, auto_accept=body.auto_accept, by=by
    )
    if isinstance(result, Refusal):
        raise refused(result)
    return await me_out(house, by.actor)


@router.post("/positions")
async def positions(body: s.FixesIn, house: TheHouse, person: Caller) -> s.FixesOut:
    """A batch of positions of the own vehicle; what cannot be believed is refused with its reasons."""
    return await take_fixes(house, person, body)


async def take_fixes(house: House, person: Person, body: s.FixesIn) -> s.FixesOut:
    """Apply a batch that came over HTTP or the live connection."""
    now = house.desk.clock.now()
    fixes: list[Fix] = []
    foreign: list[s.RefusedFixOut] = []
    numbers: list[int] = []
    for index, fix in enumerate(body.fixes):
        vehicle_id = fix.vehicle_id or person.vehicle
        if vehicle_id is None or vehicle_id != person.vehicle:
            foreign.append(s.RefusedFixOut(index=index, reasons=["foreign_vehicle"]))
            continue
        numbers.append(index)
        fixes.append(
            Fix(
                vehicle_id=vehicle_id,
                point=Point(lon=fix.lon, lat=fix.lat),
                taken_at=utc(fix.taken_at),
                received_at=now,
                source=FixSource.TRACKER if person.role is Role.DEVICE else FixSource.PAGE,
                accuracy_m=fix.accuracy_m,
                speed_kph=fix.speed_kph,
                heading=fix.heading,
            )
        )
    refused_fixes = await house.desk.take_fixes(fixes)
    refused_out = [
        s.RefusedFixOut(index=numbers[index], reasons=[fault.code for fault in faults])
        for index, faults in refused_fixes
    ]
    return s.FixesOut(taken=len(fixes) - len(refused_fixes), refused=[*foreign, *refused_out])


def speeds_of(need: Need, urgency: Urgency, *, loaded: bool) -> str:
    """The road metric of a trip: a hearse with a body drives within its caps, red goes with lights and sirens."""
    if need is Need.BODY:
        return "hearse" if loaded else "car"
    return "siren" if urgency is Urgency.RED else "car"
