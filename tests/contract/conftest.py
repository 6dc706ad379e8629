"""A store with a little town in it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.desk.ports import Books, Store
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Facility, FacilityKind
from dispatch.domain.request import Contact, Request
from dispatch.store.sqlite import open_passing
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import CIKOKOL, NOW, drowned_child, vehicle

VEHICLES = [f"V{n}" for n in range(10)]


def settle_town(books: Books) -> None:
    """One facility, ten vehicles on duty, one request."""
    books.facilities.put(
        Facility(id="puskesmas-cikokol", kind=FacilityKind.PUSKESMAS, name=CIKOKOL.name, point=CIKOKOL.point)
    )
    for vehicle_id in VEHICLES:
        books.vehicles.put(vehicle(vehicle_id, VehicleClass.HEARSE).vehicle)
        books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=True, now=NOW)
    books.requests.add(request("P-1"), Contact(phone="+62 811-0000-0001"), track_token="track-1")


def request(request_id: str) -> Request:
    """A request of the town."""
    return Request(id=request_id, ask=drowned_child(), state=RequestState.SEARCHING, created_at=NOW, created_by="siti")


def offer(assignment_id: str, vehicle_id: str, *, slot: int = 0, request_id: str = "P-1") -> Assignment:
    """An offer of the town's request."""
    return Assignment(
        id=assignment_id,
        request_id=request_id,
        vehicle_id=vehicle_id,
        state=AssignmentState.OFFERED,
        offered_at=NOW,
        expires_at=NOW + timedelta(seconds=90),
        slot=slot,
    )


def open_store(folder: Path) -> Store:
    """The store under test; PostgreSQL joins here."""
    return open_passing(folder)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with the town in it."""
    opened = open_store(tmp_path)
    await opened.write(settle_town)
    yield opened
    await opened.close()
