"""Positions that vehicles report, over HTTP or the live connection."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from dispatch.bootstrap import House
from dispatch.desk.usecases import vehicles
from dispatch.domain.fix import Fix, FixSource
from dispatch.domain.people import Person
from dispatch.reading.base import Out
from dispatch.vocabulary.roles import Role
from geo.point import Point
from web.bodies import Id, In, Lat, Lon, utc


class FixIn(In):
    """One position; a driver's own vehicle needs no id."""

    vehicle_id: Id | None = None
    lon: Lon
    lat: Lat
    taken_at: datetime
    accuracy_m: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    speed_kph: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    heading: Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)] | None = None


class FixesIn(In):
    """A batch of positions."""

    fixes: list[FixIn] = Field(min_length=1, max_length=200)


class RefusedFixOut(Out):
    """A position that was not believed."""

    index: int
    reasons: list[str]


class FixesOut(Out):
    """How many positions were taken, and which were not and why."""

    taken: int
    refused: list[RefusedFixOut]


async def take_fixes(house: House, person: Person, body: FixesIn) -> FixesOut:
    """Apply a batch that came over HTTP or the live connection."""
    now = house.unit.clock.now()
    source = FixSource.TRACKER if person.role is Role.DEVICE else FixSource.PAGE
    own = {index: fix for index, fix in enumerate(body.fixes) if (fix.vehicle_id or person.vehicle) == person.vehicle}
    if person.vehicle is None:
        own = {}
    fixes = [
        Fix(
            vehicle_id=person.vehicle or "",
            point=Point(lon=fix.lon, lat=fix.lat),
            taken_at=utc(fix.taken_at),
            received_at=now,
            source=source,
            **fix.model_dump(include={"accuracy_m", "speed_kph", "heading"}),
        )
        for fix in own.values()
    ]
    disbelieved = await vehicles.take_fixes(house.unit, fixes)
    numbers = list(own)
    foreign = [RefusedFixOut(index=i, reasons=["foreign_vehicle"]) for i in range(len(body.fixes)) if i not in own]
    refused = [RefusedFixOut(index=numbers[i], reasons=[fault.code for fault in faults]) for i, faults in disbelieved]
    return FixesOut(taken=len(fixes) - len(disbelieved), refused=[*foreign, *refused])
