"""By what a family or a nurse finds the vehicle that comes: its plate, and the first name of whoever drives it."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.base import Vehicles
from dispatch.vocabulary.events import KINDS, TripEvent
from dispatch.vocabulary.trip_steps import StepSource
from dispatch.words.people import first_name

_TRIP = frozenset(kind for kind in KINDS.values() if issubclass(kind, TripEvent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """The plate of a vehicle and the first name of its driver, as far as either is known."""

    plate: str | None = None
    driver: str | None = None


def cars_of(books: Books, trips: Iterable[Assignment], vehicles: Vehicles) -> dict[str, Car]:
    """The vehicles of those trips whose driver has said yes, by the trip's id; `vehicles` are those of the trips."""
    going = [trip for trip in trips if trip.row.is_going]
    drivers = drivers_of(books, going)
    return {trip.id: _car(vehicles.get(trip.vehicle_id), drivers.get(trip.id)) for trip in going}


def drivers_of(books: Books, trips: Iterable[Assignment]) -> dict[str, Person]:
    """Who drives, by the trip's id: the vehicle's only driver, of several the one whose tap was the last on this trip,
    and nobody before a yes.
    """
    going = [trip for trip in trips if trip.row.is_going]
    drivers: dict[str | None, list[Person]] = {}
    for person in books.people.list_drivers(*{trip.vehicle_id for trip in going}):
        drivers.setdefault(person.vehicle, []).append(person)
    shared = {trip.request_id for trip in going if len(drivers.get(trip.vehicle_id, ())) > 1}
    tapped = {
        entry.event.assignment_id: entry.event.actor
        for entry in (books.journal.list_of_kinds(shared, _TRIP) if shared else ())
        if isinstance(entry.event, TripEvent) and entry.event.source is StepSource.TAP
    }
    return {
        trip.id: person
        for trip in going
        for held in [drivers.get(trip.vehicle_id, [])]
        for person in held
        if len(held) == 1 or person.id == tapped.get(trip.id)
    }


def _car(vehicle: Vehicle | None, driver: Person | None) -> Car:
    return Car(
        plate=(vehicle.plate or None) if vehicle else None,
        driver=first_name(driver.name) if driver else None,
    )
