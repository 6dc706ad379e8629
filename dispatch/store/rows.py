"""Values of the domain to rows and back."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from dispatch.domain.assignment import Assignment, AssignmentState, Stamp, StepSource
from dispatch.domain.fix import Fix, FixSource
from dispatch.domain.ranking import Arrival, Method
from dispatch.domain.request import Ask, Death, Leaves, Need, Patient, Place, Request, RequestState, Urgency
from dispatch.domain.vehicle import Duty, Shares, Vehicle, VehicleClass, VehicleNow
from geo.point import Point

Row = Mapping[str, Any]


def time_text(at: datetime) -> str:
    """One form of a time that sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """The aware UTC time of a row."""
    return datetime.fromisoformat(text)


def _names(value: str) -> frozenset[str]:
    return frozenset(filter(None, value.split(" ")))


def vehicle_row(vehicle: Vehicle) -> dict[str, object]:
    """Master data of a vehicle as columns."""
    return {
        "id": vehicle.id,
        "name": vehicle.name,
        "vehicle_class": vehicle.vehicle_class.value,
        "agency": vehicle.agency,
        "plate": vehicle.plate,
        "base": vehicle.base,
        "crew": " ".join(sorted(vehicle.crew)),
        "equipment": " ".join(sorted(vehicle.equipment)),
        "seats": vehicle.seats,
        "shares": vehicle.shares.value,
        "zone": vehicle.zone,
        "papers_valid_until": vehicle.papers_valid_until.isoformat() if vehicle.papers_valid_until else None,
        "hours": "-".join(end.isoformat("minutes") for end in vehicle.hours) if vehicle.hours else None,
        "area": " ".join(sorted(vehicle.area)),
        "phone": vehicle.phone,
    }


def vehicle_of(row: Row) -> VehicleNow:
    """A vehicle joined with its base, its last fix and its live assignment."""
    base_point = None if row["base_lon"] is None else Point(lon=row["base_lon"], lat=row["base_lat"])
    until = row["papers_valid_until"]
    vehicle = Vehicle(
        id=row["id"],
        name=row["name"],
        vehicle_class=VehicleClass(row["vehicle_class"]),
        agency=row["agency"],
        plate=row["plate"],
        base=row["base"],
        base_point=base_point,
        crew=_names(row["crew"]),
        equipment=_names(row["equipment"]),
        seats=row["seats"],
        shares=Shares(row["shares"]),
        zone=row["zone"],
        papers_valid_until=date.fromisoformat(until) if until else None,
        hours=_hours(row["hours"]),
        area=_names(row["area"]),
        phone=row["phone"],
    )
    return VehicleNow(
        vehicle=vehicle,
        duty=Duty(row["duty"]),
        duty_since=time_of(row["duty_since"]) if row["duty_since"] else None,
        at_base=bool(row["at_base"]),
        fix=fix_of(row, vehicle_id=row["id"]) if row["taken_at"] else None,
        assignment_id=row["assignment_id"],
        on_duty_since=time_of(row["on_duty_since"]) if row["on_duty_since"] else None,
        trip_ended_at=time_of(row["trip_ended_at"]) if row["trip_ended_at"] else None,
        left_alone_until=time_of(row["left_alone_until"]) if row["left_alone_until"] else None,
        auto_accept=bool(row["auto_accept"]),
    )


def _hours(text: str | None) -> tuple[time, time] | None:
    if not text:
        return None
    first, last = text.split("-")
    return time.fromisoformat(first), time.fromisoformat(last)


def fix_row(fix: Fix) -> dict[str, object]:
    """A fix as columns."""
    return {
        "vehicle_id": fix.vehicle_id,
        "lon": fix.point.lon,
        "lat": fix.point.lat,
        "taken_at": time_text(fix.taken_at),
        "received_at": time_text(fix.received_at),
        "source": fix.source.value,
        "accuracy_m": fix.accuracy_m,
        "speed_kph": fix.speed_kph,
        "heading": fix.heading,
    }


def fix_of(row: Row, *, vehicle_id: str) -> Fix:
    """The fix of a row of last_fixes."""
    return Fix(
        vehicle_id=vehicle_id,
        point=Point(lon=row["lon"], lat=row["lat"]),
        taken_at=time_of(row["taken_at"]),
        received_at=time_of(row["received_at"]),
        source=FixSource(row["source"]),
        accuracy_m=row["accuracy_m"],
        speed_kph=row["speed_kph"],
        heading=row["heading"],
    )


def _place_json(place: Place) -> dict[str, object]:
    return {
        "lon": place.point.lon,
        "lat": place.point.lat,
        "name": place.name,
        "facility": place.facility,
        "agency": place.agency,
    }


def _place_of(data: Row) -> Place:
    return Place(
        point=Point(lon=data["lon"], lat=data["lat"]),
        name=data["name"],
        facility=data["facility"],
        agency=data["agency"],
    )


def ask_text(ask: Ask) -> str:
    """What was asked, as JSON text."""
    patient = ask.patient
    return json.dumps(
        {
            "need": ask.need.value,
            "urgency": ask.urgency.value,
            "pickup": _place_json(ask.pickup),
            "dropoff": _place_json(ask.dropoff) if ask.dropoff else None,
            "documents": sorted(ask.documents),
            "requester": ask.requester,
            "schedule_at": time_text(ask.schedule_at) if ask.schedule_at else None,
            "has_phone": ask.has_phone,
            "leaves": ask.leaves.value if ask.leaves else None,
            "distance_km": ask.distance_km,
            "subject": ask.subject,
            "due_at": time_text(ask.due_at) if ask.due_at else None,
            "deliver": ask.deliver,
            "patient": {
                "living": patient.living,
                "can_sit": patient.can_sit,
                "special_care": patient.special_care,
                "oxygen": patient.oxygen,
                "infectious": patient.infectious,
                "death": patient.death.value if patient.death else None,
                "count": patient.count,
                "resident_of": patient.resident_of,
            },
        }
    )


def ask_of(text: str) -> Ask:
    """What was asked."""
    data = json.loads(text)
    patient = data["patient"]
    return Ask(
        need=Need(data["need"]),
        urgency=Urgency(data["urgency"]),
        pickup=_place_of(data["pickup"]),
        dropoff=_place_of(data["dropoff"]) if data["dropoff"] else None,
        documents=frozenset(data["documents"]),
        requester=data["requester"],
        schedule_at=time_of(data["schedule_at"]) if data.get("schedule_at") else None,
        has_phone=data.get("has_phone", True),
        leaves=Leaves(data["leaves"]) if data.get("leaves") else None,
        distance_km=data.get("distance_km"),
        subject=data.get("subject"),
        due_at=time_of(data["due_at"]) if data.get("due_at") else None,
        deliver=data.get("deliver", False),
        patient=Patient(**{**patient, "death": Death(patient["death"]) if patient["death"] else None}),
    )


def request_of(row: Row) -> Request:
    """A request."""
    return Request(
        id=row["id"],
        ask=ask_of(row["ask"]),
        state=RequestState(row["state"]),
        created_at=time_of(row["created_at"]),
        created_by=row["created_by"],
        ended_at=time_of(row["ended_at"]) if row["ended_at"] else None,
        wanted=row["wanted"],
        held=bool(row["held"]),
        version=row["version"],
    )


def assignment_row(assignment: Assignment) -> dict[str, object]:
    """An assignment as columns, but for its arrival."""
    stamps = {
        state.value: [
            time_text(stamp.device_time) if stamp.device_time else None,
            time_text(stamp.server_time),
            stamp.source.value,
        ]
        for state, stamp in assignment.stamps.items()
    }
    return {
        "id": assignment.id,
        "request_id": assignment.request_id,
        "slot": assignment.slot,
        "vehicle_id": assignment.vehicle_id,
        "state": assignment.state.value,
        "offered_at": time_text(assignment.offered_at),
        "expires_at": time_text(assignment.expires_at),
        "last_seq": assignment.last_seq,
        "reason": assignment.reason,
        "stamps": json.dumps(stamps),
        "version": assignment.version,
    }


def assignment_of(row: Row) -> Assignment:
    """An assignment with its stamps."""
    stamps = {
        AssignmentState(state): Stamp(time_of(device) if device else None, time_of(server), StepSource(source))
        for state, (device, server, source) in json.loads(row["stamps"]).items()
    }
    return Assignment(
        id=row["id"],
        request_id=row["request_id"],
        slot=row["slot"],
        vehicle_id=row["vehicle_id"],
        state=AssignmentState(row["state"]),
        offered_at=time_of(row["offered_at"]),
        expires_at=time_of(row["expires_at"]),
        last_seq=row["last_seq"],
        reason=row["reason"],
        stamps=MappingProxyType(stamps),
        version=row["version"],
    )


def arrival_text(arrival: Arrival | None) -> str | None:
    """An arrival as JSON text."""
    if arrival is None:
        return None
    return json.dumps([arrival.eta_s, arrival.eta_low_s, arrival.eta_high_s, arrival.distance_m, arrival.method.value])


def arrival_of(text: str | None) -> Arrival | None:
    """The arrival that was expected when the offer was made."""
    if text is None:
        return None
    eta_s, low_s, high_s, distance_m, method = json.loads(text)
    return Arrival(eta_s=eta_s, eta_low_s=low_s, eta_high_s=high_s, distance_m=distance_m, method=Method(method))
