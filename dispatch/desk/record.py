"""The facts of a decision, kept with it: every finding can be written out later, and judged again under another SOP."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from dispatch.desk.search import Decision, Tried
from dispatch.domain.fix import Fix
from dispatch.domain.fleet import Fleet
from dispatch.domain.moment import Moment
from dispatch.domain.next_step import Unfilled
from dispatch.domain.ranking import Arrival, Method
from dispatch.domain.vehicle import Duty, Shares, Vehicle, VehicleClass, VehicleNow
from geo.point import Point

_FORMAT = 1
_COLUMNS = (
    *("id", "name", "class", "agency", "base", "base_point", "crew", "equipment", "seats", "shares", "zone", "hours"),
    *(
        "area",
        "papers",
        "duty",
        "at_base",
        "point",
        "taken_at",
        "assignment",
        "on_duty_since",
        "trip_ended_at",
        "phone",
        "left_alone_until",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision's facts: the fleet as it stood, the moment, who had been tried, the arrivals, and who spoke."""

    fleet: Fleet
    moment: Moment
    tried: Tried
    arrivals: Mapping[str, Arrival]
    versions: Mapping[str, str]


def facts_of(decision: Decision) -> bytes:
    """The facts as compressed JSON, a column for each attribute: ten thousand vehicles take some 150 KB."""
    moment, rows = decision.moment, decision.fleet.each("record", _row)
    document = {
        "format": _FORMAT,
        "now": moment.now.isoformat(),
        "local": moment.local.isoformat(),
        "soonest_s": moment.soonest_s,
        "free_in_zone": [[kind.value, zone, count] for (kind, zone), count in sorted(moment.free_in_zone.items())],
        "puskesmas_vehicle_busy": moment.puskesmas_vehicle_busy,
        "tried": sorted(decision.tried.vehicles),
        "approved": sorted(map(list, decision.tried.approved)),
        "unfilled": asdict(decision.unfilled),
        "versions": {pack.agency: pack.version for pack in decision.sop.packs.values()},
        "arrivals": {name: _arrival_row(arrival) for name, arrival in sorted(decision.arrivals.items())},
        "fleet": dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)) if rows else {},
    }
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def read_facts(facts: bytes) -> Recorded:
    """What `facts_of` wrote."""
    document = json.loads(zlib.decompress(facts))
    columns = document["fleet"]
    # A column that is younger than the record was empty then.
    nothing = [None] * len(columns.get("id", ()))
    rows = zip(*(columns.get(name, nothing) for name in _COLUMNS), strict=True) if columns else ()
    zones = {(VehicleClass(kind), zone): count for kind, zone, count in document["free_in_zone"]}
    return Recorded(
        fleet=Fleet([_vehicle(dict(zip(_COLUMNS, row, strict=True))) for row in rows]),
        moment=Moment(
            now=datetime.fromisoformat(document["now"]),
            local=datetime.fromisoformat(document["local"]),
            soonest_s=document["soonest_s"],
            free_in_zone=zones,
            puskesmas_vehicle_busy=document["puskesmas_vehicle_busy"],
        ),
        tried=Tried(
            vehicles=frozenset(document["tried"]),
            approved=frozenset((a, b) for a, b in document["approved"]),
            unfilled=_unfilled(document.get("unfilled")),
        ),
        arrivals={name: _arrival(row) for name, row in document["arrivals"].items()},
        versions=document["versions"],
    )


def _unfilled(kept: dict[str, Any] | None) -> Unfilled | None:
    return Unfilled(**{**kept, "slots": tuple(kept["slots"])}) if kept else None


def _row(now: VehicleNow) -> Sequence[object]:
    vehicle, fix, base = now.vehicle, now.fix, now.vehicle.base_point
    return (
        vehicle.id,
        vehicle.name,
        vehicle.vehicle_class.value,
        vehicle.agency,
        vehicle.base,
        [base.lon, base.lat] if base else None,
        sorted(vehicle.crew),
        sorted(vehicle.equipment),
        vehicle.seats,
        vehicle.shares.value,
        vehicle.zone,
        [end.isoformat() for end in vehicle.hours] if vehicle.hours else None,
        sorted(vehicle.area),
        vehicle.papers_valid_until.isoformat() if vehicle.papers_valid_until else None,
        now.duty.value,
        now.at_base,
        [fix.point.lon, fix.point.lat] if fix else None,
        fix.taken_at.isoformat() if fix else None,
        now.assignment_id,
        now.on_duty_since.isoformat() if now.on_duty_since else None,
        now.trip_ended_at.isoformat() if now.trip_ended_at else None,
        vehicle.phone,
        now.left_alone_until.isoformat() if now.left_alone_until else None,
    )


def _vehicle(row: Mapping[str, Any]) -> VehicleNow:
    point, base, hours = row["point"], row["base_point"], row["hours"]
    vehicle = Vehicle(
        id=row["id"],
        name=row["name"],
        vehicle_class=VehicleClass(row["class"]),
        agency=row["agency"],
        base=row["base"],
        base_point=Point(lon=base[0], lat=base[1]) if base else None,
        crew=frozenset(row["crew"]),
        equipment=frozenset(row["equipment"]),
        seats=row["seats"],
        shares=Shares(row["shares"]),
        zone=row["zone"],
        hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None,
        area=frozenset(row["area"]),
        papers_valid_until=date.fromisoformat(row["papers"]) if row["papers"] else None,
        phone=row["phone"],
    )
    fix = None
    if point:
        taken_at = datetime.fromisoformat(row["taken_at"])
        fix = Fix(
            vehicle_id=row["id"], point=Point(lon=point[0], lat=point[1]), taken_at=taken_at, received_at=taken_at
        )
    return VehicleNow(
        vehicle=vehicle,
        duty=Duty(row["duty"]),
        at_base=row["at_base"],
        fix=fix,
        assignment_id=row["assignment"],
        on_duty_since=_time(row["on_duty_since"]),
        trip_ended_at=_time(row["trip_ended_at"]),
        left_alone_until=_time(row["left_alone_until"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _arrival_row(arrival: Arrival) -> list[object]:
    return [arrival.eta_s, arrival.eta_low_s, arrival.eta_high_s, arrival.distance_m, arrival.method.value]


def _arrival(row: Sequence[Any]) -> Arrival:
    eta_s, low_s, high_s, distance_m, method = row
    return Arrival(eta_s=eta_s, eta_low_s=low_s, eta_high_s=high_s, distance_m=distance_m, method=Method(method))
