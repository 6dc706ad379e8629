"""By what a family or a nurse finds the vehicle that comes: its plate, and the first name of whoever drives it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatch.desk.ports import Books, find
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.vocabulary.events import KINDS, TripEvent
from dispatch.vocabulary.trip_steps import StepSource
from dispatch.words.people import first_name

_TRIP = frozenset(kind for kind in KINDS.values() if issubclass(kind, TripEvent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """The plate of a vehicle and the first name of its driver, as far as either is known."""

    plate: str | None = None
    driver: str | None = None


def cars_of(books: Books, trips: Iterable[Assignment]) -> dict[str, Car]:
    """The vehicles of those trips whose driver has said yes, by the trip's id.

    Who drives is the vehicle's only driver; of several the one whose tap was the last on this trip.
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
    return {trip.id: _car(books, trip, drivers.get(trip.vehicle_id, []), tapped) for trip in going}


def _car(books: Books, trip: Assignment, drivers: list[Person], tapped: Mapping[str | None, str | None]) -> Car:
    held = find(books.vehicles.get, trip.vehicle_id)
    driving = drivers if len(drivers) == 1 else [one for one in drivers if one.id == tapped.get(trip.id)]
    return Car(
        plate=(held.vehicle.plate or None) if held else None,
        driver=first_name(driving[0].name) if driving else None,
    )
