"""The directory: facilities, and people with their roles."""

from dataclasses import dataclass
from enum import StrEnum

from geo.point import Point


class FacilityKind(StrEnum):
    """What kind of place a facility is."""

    PUSKESMAS = "puskesmas"
    HOSPITAL = "hospital"
    MOSQUE = "mosque"
    CEMETERY = "cemetery"
    BASE = "base"


class Role(StrEnum):
    """What somebody signed in may do (api.md)."""

    STAFF = "staff"
    DRIVER = "driver"
    OPERATOR = "operator"
    HEALTH_OFFICER = "health_officer"
    ADMIN = "admin"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A place that asks for vehicles or receives them; `agency` is whose area it lies in."""

    id: str
    kind: FacilityKind
    name: str
    point: Point
    agency: str | None = None
    phone: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in; a driver has a vehicle, a member of staff a facility."""

    id: str
    name: str
    role: Role
    agency: str | None = None
    facility: str | None = None
    vehicle: str | None = None
    phone: str | None = None
