"""The facts of a decision, kept with it: every finding can be written out later, and judged again under another SOP."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.next_step import Unfilled
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.fix import Fix
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.fleet import Fleet
from dispatch.rules.moment import Moment
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from geo.point import Point

_FORMAT, _MAGIC = 2, b"JMPF"  # format 1 was one compressed document
_BLOCK = 256  # vehicles that are compressed together
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
        "kept_for",
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
    """The facts: a compressed head, then the fleet in compressed blocks of rows; 10,000 vehicles take some 200 KB.

    Of a large fleet most blocks are as they were at the last decision; those are not written out again.
    """
    moment = decision.moment
    head = {
        "format": _FORMAT,
        "now": moment.now.isoformat(),
        "local": moment.local.isoformat(),
        "soonest_s": moment.soonest_s,
        "free_in_zone": [[kind.value, zone, count] for (kind, zone), count in sorted(moment.free_in_zone.items())],
        "puskesmas_vehicle_busy": moment.puskesmas_vehicle_busy,
        "edition": moment.edition,
        "apart": sorted(moment.apart),
        "since": decision.tried.since.isoformat() if decision.tried.since else None,
        "tried": sorted(decision.tried.vehicles),
        "silent": sorted(decision.tried.silent),
        "approved": sorted(map(list, decision.tried.approved)),
        "unfilled": asdict(decision.unfilled),
        "versions": {pack.agency: pack.version for pack in decision.sop.packs.values()},
        "arrivals": {name: _arrival_row(arrival) for name, arrival in sorted(decision.arrivals.items())},
        "columns": _COLUMNS,
    }
    parts = [zlib.compress(_json(head).encode()), *_blocks(decision.fleet)]
    return _MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _blocks(fleet: Fleet) -> Iterator[bytes]:
    rows = fleet.each("record", lambda now: _json(_row(now)))
    for at in range(0, len(rows), _BLOCK):
        text = ",".join(rows[at : at + _BLOCK])
        held = fleet.blocks.get(at)
        if held is None or held[0] != text:
            held = fleet.blocks[at] = text, zlib.compress(f"[{text}]".encode(), 1)
        yield held[1]


def _parts(facts: bytes) -> Iterator[Any]:
    at = len(_MAGIC)
    while at < len(facts):
        length = int.from_bytes(facts[at : at + 4], "big")
        yield json.loads(zlib.decompress(facts[at + 4 : at + 4 + length]))
        at += 4 + length


def read_facts(facts: bytes) -> Recorded:
    """What `facts_of` wrote, now or before its blocks."""
    if facts.startswith(_MAGIC):
        document, *blocks = _parts(facts)
        names, rows = document["columns"], [row for block in blocks for row in block]
    else:
        document = json.loads(zlib.decompress(facts))
        names, rows = list(document["fleet"]), list(zip(*document["fleet"].values(), strict=True))
    # A column that is younger than the record was empty then.
    empty = dict.fromkeys(_COLUMNS)
    now = datetime.fromisoformat(document["now"])
    tried = Tried(
        vehicles=frozenset(document["tried"]),
        silent=frozenset(document.get("silent", ())),
        approved=frozenset((a, b) for a, b in document["approved"]),
        unfilled=_unfilled(document.get("unfilled")),
        since=_time(document.get("since")),
    )
    zones = {(VehicleClass(kind), zone): count for kind, zone, count in document["free_in_zone"]}
    return Recorded(
        fleet=Fleet([_vehicle({**empty, **dict(zip(names, row, strict=True))}) for row in rows]),
        moment=Moment(
            now=now,
            local=datetime.fromisoformat(document["local"]),
            soonest_s=document["soonest_s"],
            free_in_zone=zones,
            puskesmas_vehicle_busy=document["puskesmas_vehicle_busy"],
            waited_s=tried.waited_s(now),
            edition=document.get("edition", 1),
            apart=frozenset(document.get("apart", ())),
        ),
        tried=tried,
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
        now.kept_for.isoformat() if now.kept_for else None,
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
        kept_for=_time(row["kept_for"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _arrival_row(arrival: Arrival) -> list[object]:
    times = [arrival.eta_s, arrival.eta_low_s, arrival.eta_high_s]
    return [*times, arrival.distance_m, arrival.method.value, arrival.walk_m]


def _arrival(row: Sequence[Any]) -> Arrival:
    # What was kept before 0.2 does not say how far the crew walks.
    eta_s, low_s, high_s, distance_m, method, walk_m = row if len(row) > 5 else [*row, 0.0]
    return Arrival(
        eta_s=eta_s,
        eta_low_s=low_s,
        eta_high_s=high_s,
        distance_m=distance_m,
        method=Method(method),
        walk_m=walk_m,
    )
