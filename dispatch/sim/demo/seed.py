"""The demo's data: the sample region's facilities, a made-up fleet and people, and tokens for its simulation."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import hypot

from dispatch.desk.ports import Books
from dispatch.domain.people import Facility, Person, Token
from dispatch.importing import take_sheet
from dispatch.sim.demo import region
from dispatch.vocabulary.roles import Role

_TOKENS_LAST = timedelta(days=2)
_CIKOKOL = "puskesmas-cikokol"
_FAR_DEGREES = 0.07  # about 8 km: simulated callers leave the vehicles around Cikokol to the visitor


def seed(books: Books, now: datetime) -> dict[str, dict[str, str]]:
    """Put the sample data in place (again) and return tokens for the simulation, by group and person."""
    sheets = (
        ("facilities", region.list_facilities()),
        ("vehicles", region.list_vehicles()),
        ("people", region.list_people()),
    )
    for kind, rows in sheets:
        _, bad = take_sheet(books, kind, list(enumerate(rows, 1)), now=now, skip_bad=False)
        if bad:
            raise ValueError(f"the demo's {kind} row {bad[0].line}: {bad[0].why}")
    people = books.people.list_all()
    places = {facility.id: facility for facility in books.facilities.list_all()}
    bases = ((held.id, held.vehicle.base) for held in books.vehicles.list_all())
    around = {vehicle for vehicle, base in bases if base in places and not _is_far(places, base)}
    drivers = [person for person in people if person.role is Role.DRIVER]
    return {
        "drivers": _tokens(books, drivers, now),
        "slow": {person.id: "" for person in drivers if person.vehicle in around},
        "staff": _tokens(books, [p for p in people if p.role is Role.STAFF and _is_far(places, p.facility or "")], now),
        "operator": _tokens(books, [p for p in people if p.role is Role.OPERATOR][:1], now),
    }


def _is_far(places: dict[str, Facility], facility: str) -> bool:
    here, cikokol = places[facility].point, places[_CIKOKOL].point
    return hypot(here.lon - cikokol.lon, here.lat - cikokol.lat) > _FAR_DEGREES


def _tokens(books: Books, people: Iterable[Person], now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    for person in people:
        secret = secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        books.people.add_token(
            Token(digest=digest, person_id=person.id, kind="demo", created_at=now, expires_at=now + _TOKENS_LAST)
        )
        found[person.id] = secret
    return found
