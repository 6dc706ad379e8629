"""What a driver's page does: offers, steps, duty and positions."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.desk.usecases import reports, trips, vehicles
from dispatch.domain.assignment import StepCommand
from dispatch.domain.correction import Correction
from dispatch.domain.people import Person
from dispatch.reading.base import vehicle_names
from dispatch.reading.ended import EndedOut, ended_out
from dispatch.reading.requests import AssignmentOut, assignment_out, trip_in_scope
from dispatch.reading.vehicles import MeOut, OfferOut, offer_out
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import TAKEN_BY_PEOPLE, Report, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from web.bodies import Id, In, Reason, Seq, utc
from web.context import By, Caller, Spoken, TheHouse, done, read_me
from web.errors import not_found
from web.positions import FixesIn, FixesOut, take_fixes

router = APIRouter(prefix="/api", tags=["drivers"])


class StepIn(In):
    """A driver's tap; `seq` orders one device's queue."""

    seq: Seq
    device_time: datetime
    source: Literal["tap", "geofence", "tracker", "operator"] = "tap"
    reason: Reason | None = None


class CorrectIn(In):
    """In which step a trip is in truth, since when, and how that is known; with `only_time` it stays where it is."""

    step: Step
    device_time: datetime
    reason: Reason
    only_time: bool = False


class DutyIn(In):
    """The driver goes on or off duty, or has finished cleaning."""

    duty: Literal["available", "off_duty", "cleaning", "out_of_service"]
    vehicle_id: Id | None = None
    at_base: bool = False
    auto_accept: bool | None = None
    seq: Seq
    device_time: datetime


@router.get("/me")
async def me(house: TheHouse, person: Caller, lang: Spoken) -> MeOut:
    """Who is signed in, with the own vehicle and the trip it is on."""
    return await read_me(house, person, lang)


@router.get("/me/offer", responses={204: {"description": "No offer stands."}})
async def my_offer(house: TheHouse, person: Caller, response: Response, lang: Spoken) -> OfferOut | None:
    """The offer that stands; that it reached the driver is said by .../delivered."""
    found = await house.unit.store.read(lambda books: offer_out(house.unit, books, person, lang))
    if found is None:
        response.status_code = 204
    return found


@router.get("/me/ended", responses={204: {"description": "Nothing ended under the driver."}})
async def ended(
    house: TheHouse, person: Caller, response: Response, lang: Spoken, assignment: Id | None = None
) -> EndedOut | None:
    """How a trip of the own vehicle ended that its driver did not end; without one the last offer that ran out."""
    found = await ended_out(house.unit, person, assignment, lang)
    if found is None:
        response.status_code = 204
    return found


@router.post("/assignments/{assignment_id}/delivered")
async def delivered(assignment_id: str, house: TheHouse, by: By) -> AssignmentOut:
    """The offer is on the driver's screen: from now on the time to answer runs. A repeat changes nothing."""
    await _in_scope(house, by.actor, assignment_id)
    return await _read(house, done(await trips.deliver_offer(house.unit, assignment_id, by=by)))


@router.post("/assignments/{assignment_id}/correct")
async def correct(assignment_id: str, body: CorrectIn, house: TheHouse, by: By) -> AssignmentOut:
    """A step that was tapped wrongly or not at all is put right; both stamps are kept in the timeline."""
    await _in_scope(house, by.actor, assignment_id)
    correction = Correction(
        step=body.step,
        at=utc(body.device_time),
        actor=by.actor.id,
        reason=body.reason,
        only_time=body.only_time,
    )
    return await _read(house, done(await trips.correct(house.unit, assignment_id, correction, by=by)))


@router.post("/assignments/{assignment_id}/{step}")
async def take_step(assignment_id: str, step: Step | Report, body: StepIn, house: TheHouse, by: By) -> AssignmentOut:
    """One step of a trip, or what its crew reports; drivers step their own vehicle only."""
    if step not in (*TAKEN_BY_PEOPLE, *Report):
        raise not_found()
    await _in_scope(house, by.actor, assignment_id)
    if isinstance(step, Report):
        return await _read(house, done(await reports.report(house.unit, assignment_id, step, by=by)))
    drives = by.actor.role is Role.DRIVER
    command = StepCommand(
        step=step,
        actor=by.actor.id,
        source=StepSource(body.source) if drives else StepSource.OPERATOR,
        seq=body.seq if drives else None,
        device_time=utc(body.device_time) if drives else None,  # no queue of a phone: the server's clock counts
        reason=body.reason,
    )
    return await _read(house, done(await trips.step(house.unit, assignment_id, command, by=by)))


async def _in_scope(house: House, person: Person, assignment_id: str) -> None:
    await house.unit.store.read(lambda books: trip_in_scope(books, person, assignment_id))


async def _read(house: House, assignment_id: str) -> AssignmentOut:
    def look(books: Books) -> AssignmentOut:
        assignment = books.assignments.get(assignment_id)
        return assignment_out(house.unit, assignment, vehicle_names(books, [assignment.vehicle_id]))

    return await house.unit.store.read(look)


@router.post("/me/duty")
async def set_duty(body: DutyIn, house: TheHouse, by: By, lang: Spoken) -> MeOut:
    """Go on duty or off."""
    vehicle_id = body.vehicle_id or by.actor.vehicle
    if vehicle_id is None or vehicle_id != by.actor.vehicle:
        raise not_found()
    changed = await vehicles.set_duty(
        house.unit, vehicle_id, Duty(body.duty), at_base=body.at_base, auto_accept=body.auto_accept, by=by
    )
    done(changed)
    return await read_me(house, by.actor, lang)


@router.post("/positions")
async def positions(body: FixesIn, house: TheHouse, person: Caller) -> FixesOut:
    """A batch of positions of the own vehicle; what cannot be believed is refused with its reasons."""
    return await take_fixes(house, person, body)
