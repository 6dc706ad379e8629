"""By what a vehicle is found in a street: of one driver it is theirs, of several that of whoever drives."""

from dataclasses import replace

import pytest

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.base import read_vehicles
from dispatch.reading.cars import Car, cars_of
from dispatch.reading.requests import summaries_out
from dispatch.store.books.vehicles import SqlVehicles
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import Step
from tests.people import BUDI, SITI
from tests.unit.desk.town import Look, Town

pytestmark = pytest.mark.anyio
RINI = Person(id="rini", name="Hj. Rini Contoh", role=Role.DRIVER, vehicle="H3")
NURSE = replace(SITI, id="petugas", vehicle="H3")


async def plated(town: Town, *people: Person) -> Look:
    """A drowned child's request, for which H3 is asked."""
    held = (await town.vehicle("H3")).vehicle

    def settle(books: Books) -> None:
        books.vehicles.put(replace(held, plate="B 1 XXX"))
        for person in (BUDI, *people):
            books.people.put(person)

    await town.unit.store.write(settle)
    return await town.ask()


async def cars(town: Town, made: Look) -> list[Car]:
    def read(books: Books) -> list[Car]:
        trips = books.assignments.list_of(made.id)
        return list(cars_of(books, trips, read_vehicles(books, (trip.vehicle_id for trip in trips))).values())

    return await town.read(read)


async def test_who_was_asked_is_not_named_before_the_yes(town: Town) -> None:
    made = await plated(town)
    assert await cars(town, made) == []
    await town.take(made.assignments[0], Step.ACCEPT)
    assert await cars(town, made) == [Car(plate="B 1 XXX", driver="Budi")]


async def test_of_several_drivers_whoever_tapped_last_is_named_and_nobody_else_with_the_vehicle(town: Town) -> None:
    made = await plated(town, RINI, NURSE)
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    assert await cars(town, made) == [Car(plate="B 1 XXX", driver="Budi")]
    await town.take(trip, Step.EN_ROUTE, by=RINI)
    assert await cars(town, made) == [Car(plate="B 1 XXX", driver="Rini")]


async def test_what_is_not_known_is_left_out(town: Town) -> None:
    await town.unit.store.write(lambda books: books.people.put(replace(BUDI, vehicle="A1")))
    made = await town.ask()
    await town.take(made.assignments[0], Step.ACCEPT)
    assert await cars(town, made) == [Car()]


async def test_a_list_reads_each_vehicle_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await plated(town)
    await town.take(made.assignments[0], Step.ACCEPT)
    asked: list[str] = []
    get = SqlVehicles.get

    def note(self: SqlVehicles, vehicle_id: str) -> VehicleNow:
        asked.append(vehicle_id)
        return get(self, vehicle_id)

    monkeypatch.setattr(SqlVehicles, "get", note)

    def read(books: Books) -> list[tuple[str | None, str | None]]:
        asked.clear()
        [listed] = summaries_out(town.unit, books, [books.requests.get(made.id)], Lang.ID)
        return [(trip.plate, trip.vehicle_name) for trip in listed.assignments]

    assert await town.read(read) == [("B 1 XXX", "Kendaraan H3")]
    assert asked == ["H3"]
