"""The form of everything that is read: a body that leaves the server, from which the pages' types are generated."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Self

from pydantic import BaseModel, ConfigDict

from dispatch.desk.ports import Books, find
from dispatch.domain.request import Ask, Place
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.languages import Lang
from dispatch.words.places import place_name

Names = dict[str, str]
Vehicles = Mapping[str, Vehicle | None]  # by id; None for one that is gone


class Out(BaseModel):
    """A body that the API gives."""

    model_config = ConfigDict(populate_by_name=True, from_attributes=True)

    @classmethod
    def of(cls, *things: object, **more: object) -> Self:
        """The body: a field is in `more`, or it is that of the first of the things that has one of its name."""
        found = {
            name: getattr(thing, name)
            for thing in reversed(things)
            for name in _shared(cls, type(thing))  # type: ignore[arg-type]  # mypy holds that object's type has no hash
        }
        return cls.model_validate(found | more)


@cache
def _shared(body: type[Out], thing: type[object]) -> tuple[str, ...]:
    """The fields of a body that things of a type have."""
    return tuple(name for name in body.model_fields if hasattr(thing, name))


class PointOut(Out):
    """A named place."""

    lon: float
    lat: float
    name: str
    facility: str | None = None


def place_out(place: Place, lang: Lang) -> PointOut:
    """A place with what it is called."""
    return PointOut.of(place.point, place, name=place_name(place, lang))


def ends_out(ask: Ask, lang: Lang) -> dict[str, PointOut | None]:
    """Where a trip begins and ends."""
    return {
        "pickup": place_out(ask.pickup, lang),
        "dropoff": place_out(ask.dropoff, lang) if ask.dropoff else None,
    }


def read_vehicles(books: Books, ids: Iterable[str | None]) -> Vehicles:
    """These vehicles by their ids, each read once."""
    found = {vehicle_id: find(books.vehicles.get, vehicle_id) for vehicle_id in dict.fromkeys(ids) if vehicle_id}
    return {vehicle_id: held.vehicle if held else None for vehicle_id, held in found.items()}


def names_of(vehicles: Vehicles) -> Names:
    """What people call these vehicles; one that is gone goes by its id."""
    return {vehicle_id: vehicle.name if vehicle else vehicle_id for vehicle_id, vehicle in vehicles.items()}


def vehicle_names(books: Books, ids: Iterable[str | None]) -> Names:
    """What people call the vehicles of these ids."""
    return names_of(read_vehicles(books, ids))
