"""Vehicles, facilities and the person who looks, as pages show them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from dispatch.desk.effects.carry_out import offer_s
from dispatch.desk.effects.noticing import judge_treated
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import FixLimits, LinkHealth, link_health
from dispatch.domain.people import FacilityKind, Person
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.base import Out, PointOut, place_out
from dispatch.reading.incidents import IncidentOut
from dispatch.reading.requests import (
    AssignmentOut,
    OfferRequestOut,
    RequestSummaryOut,
    assignment_out,
    offer_request_out,
)
from dispatch.reading.scope import Scope, of_fleet, of_listed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Permission, Role, may
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass


class VehicleOut(Out):
    """A vehicle as the map shows it; `no` is its number in binary position frames."""

    no: int
    id: str
    name: str
    plate: str
    vehicle_class: VehicleClass = Field(alias="class")
    agency: str
    base: str | None
    duty: Duty
    link: LinkHealth
    lon: float | None
    lat: float | None
    heading: float | None = None
    fix_age_s: int | None
    assignment_id: str | None
    assignment_state: AssignmentState | None = None
    request_id: str | None = None
    auto_accept: bool = False
    at_base: bool = False


# Where a vehicle is and what it is on.
_HIDDEN = {
    **dict.fromkeys(("lon", "lat", "heading", "fix_age_s", "assignment_id", "assignment_state", "request_id")),
    "at_base": False,
}


class FacilityOut(Out):
    """A facility."""

    id: str
    kind: FacilityKind
    name: str
    lon: float
    lat: float
    agency: str | None
    phone: str | None


class OfferOut(Out):
    """The offer that stands: the server's now and an absolute expiry make the countdown."""

    assignment_id: str
    expires_at: datetime
    now: datetime
    eta_s: int | None
    distance_m: int | None
    walk_m: int | None = None
    offer_s: int
    request: OfferRequestOut


class WaitingOut(Out):
    """Where a driver's vehicle waits for a way back, and from when on that is expected."""

    place: PointOut
    schedule_at: datetime
    on_call: bool


class MeOut(Out):
    """Who is signed in; a driver's own vehicle and the assignment it is on; `timezone` is the region's.

    `waiting` is the way back for which the vehicle stays where it is.

    `permissions` are those that were given to this person by name. `ageing_s` is how long a request waits until it
    comes one level up (R24), for those who see the order.
    """

    id: str
    name: str
    role: Role
    phone: str | None
    permissions: list[Permission]
    agency: str | None
    facility: FacilityOut | None
    vehicle: VehicleOut | None
    assignment: AssignmentOut | None
    request: OfferRequestOut | None
    contact_phone: str | None = None
    waiting: WaitingOut | None = None
    now: datetime
    timezone: str
    ageing_s: float | None = None
    demo: bool
    roads: Literal["real", "sample", "none"]


class SnapshotOut(Out):
    """What a live page starts from; `counts` are open requests by state, for those who see no more of them.

    `incidents` are those that are not over, for operators.
    """

    vehicles: list[VehicleOut]
    requests: list[RequestSummaryOut]
    incidents: list[IncidentOut] = Field(default_factory=list)
    counts: dict[RequestState, int] = Field(default_factory=dict)


def vehicle_out(number: int, now_: VehicleNow, live: Assignment | None, now: datetime, limits: FixLimits) -> VehicleOut:
    """A vehicle as the map shows it."""
    fix = now_.position(now)
    return VehicleOut.of(
        now_,
        now_.vehicle,
        no=number,
        link=link_health(fix, now, limits) if fix else LinkHealth.LOST,
        lon=fix.point.lon if fix else None,
        lat=fix.point.lat if fix else None,
        heading=fix.heading if fix else None,
        fix_age_s=max(0, round((now - fix.taken_at).total_seconds())) if fix else None,
        assignment_id=live.id if live else None,
        assignment_state=live.state if live else None,
        request_id=live.request_id if live else None,
    )


def fleet_out(unit: Unit, books: Books, person: Person, vehicles: Iterable[VehicleNow]) -> list[VehicleOut]:
    """Every vehicle with its number, in the order of ids, as far as this person may see it."""
    on = {assignment.vehicle_id: assignment for assignment in books.assignments.list_live()}
    now, watches = unit.clock.now(), of_fleet(person) is Scope.FULL
    found = []
    for number, vehicle in enumerate(vehicles):
        live = on.get(vehicle.id)
        request = books.requests.get(live.request_id) if live and not watches else None
        scope = of_listed(person, request)
        if scope is not Scope.NONE:
            shown = vehicle_out(number, vehicle, live, now, unit.limits)
            found.append(shown if scope is Scope.FULL else shown.model_copy(update=_HIDDEN))
    return found


def offer_out(unit: Unit, books: Books, person: Person, lang: Lang) -> OfferOut | None:
    """The offer that the driver's vehicle has."""
    live = books.assignments.find_live(person.vehicle or "")
    if live is None or live.state is not AssignmentState.OFFERED:
        return None
    request, now, trip = books.requests.get(live.request_id), unit.clock.now(), assignment_out(unit, live, {})
    return OfferOut(
        assignment_id=trip.id,
        expires_at=trip.expires_at,
        now=now,
        eta_s=trip.eta_s,
        distance_m=trip.distance_m,
        walk_m=trip.walk_m,
        offer_s=round(offer_s(request, unit.policy(books, now), trip.offered_at)),
        request=offer_request_out(unit, books, request, live, lang),
    )


def _own_trip(unit: Unit, books: Books, live: Assignment, vehicle: VehicleNow) -> AssignmentOut:
    """The trip with the steps that its driver may take: it is over on the scene only where somebody was treated."""
    trip = assignment_out(unit, live, {vehicle.id: vehicle.vehicle.name})
    if judge_treated(books, books.requests.get(live.request_id), live) is None:
        return trip
    return trip.model_copy(update={"next_steps": [step for step in trip.next_steps if step is not Step.CLEAR]})


def me_out(
    unit: Unit, books: Books, person: Person, vehicle: VehicleNow | None, lang: Lang, *, demo: bool, roads: str
) -> MeOut:
    """A person with what their page begins from. The caller's number is a driver's to see once he has said yes."""
    now, see = unit.clock.now(), books.requests.get_contact
    facility = books.facilities.find(person.facility) if person.facility else None
    live = books.assignments.find_live(person.vehicle) if person.vehicle and vehicle else None
    request = books.requests.get(live.request_id) if live else None
    sees_order = may(person.role, Permission.ASSIGN)
    return MeOut.of(
        person,
        permissions=sorted(person.permissions),
        facility=FacilityOut.of(facility, facility.point) if facility else None,
        vehicle=vehicle_out(0, vehicle, live, now, unit.limits) if vehicle else None,
        assignment=_own_trip(unit, books, live, vehicle) if live and vehicle else None,
        request=offer_request_out(unit, books, request, live, lang) if request and live else None,
        contact_phone=see(live.request_id).phone if live and live.row.is_going else None,
        waiting=_waiting_out(books, person.vehicle, lang) if vehicle and live is None else None,
        now=now,
        timezone=str(unit.zone),
        ageing_s=unit.policy(books, now).ageing_s if sees_order else None,
        demo=demo,
        roads=roads,
    )


def _waiting_out(books: Books, vehicle_id: str | None, lang: Lang) -> WaitingOut | None:
    """The way back that the vehicle waits for, the next where there are several."""
    for one in books.requests.list_waiting():
        if one.vehicle_id == vehicle_id:
            ask = books.requests.get(one.request_id).ask
            return WaitingOut(place=place_out(ask.pickup, lang), schedule_at=one.at, on_call=ask.on_call)
    return None
