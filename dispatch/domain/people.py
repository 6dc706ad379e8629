"""The directory: facilities, and people with their roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.vocabulary.roles import BY_NAME, Permission, Role, may
from geo.point import Point


class FacilityKind(StrEnum):
    """What kind of place a facility is."""

    PUSKESMAS = "puskesmas"
    HOSPITAL = "hospital"
    MOSQUE = "mosque"
    CEMETERY = "cemetery"
    BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A place that asks for vehicles or receives them; `agency` is whose area it lies in, `entrance` where one drives
    into it, if not at its own point.
    """

    id: str
    kind: FacilityKind
    name: str
    point: Point
    agency: str | None = None
    phone: str | None = None
    source: str = ""
    entrance: Point | None = None

    @property
    def door(self) -> Point:
        """Where a vehicle comes to."""
        return self.entrance or self.point


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in; a driver has a vehicle, a member of staff a facility.

    `permissions` are those that are given to this person by name, beside what the role may.
    """

    id: str
    name: str
    role: Role
    agency: str | None = None
    facility: str | None = None
    vehicle: str | None = None
    phone: str | None = None
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the role may it, or it was given to this person by name and is one for the role."""
        by_name = permission in self.permissions and self.role in BY_NAME.get(permission, ())
        return by_name or may(self.role, permission)


def heirs_of(person: Person, everybody: Iterable[Person]) -> list[Person]:
    """The colleagues to whom a person's promises can be handed over: of the same role, agency and facility."""
    mine = (person.role, person.agency, person.facility)
    if not may(person.role, Permission.KEEP_PROMISES):
        return []
    return [o for o in everybody if o.id != person.id and (o.role, o.agency, o.facility) == mine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A sign-in: the SHA-256 of an opaque secret; `kind` is session (cookie), api (bearer) or demo."""

    digest: str
    person_id: str
    kind: str
    created_at: datetime
    expires_at: datetime | None = None
