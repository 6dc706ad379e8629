"""The form of everything that is read: a body that leaves the server, from which the pages' types are generated."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from dispatch.desk.ports import Books, NotFoundError
from dispatch.domain.request import Place
from dispatch.vocabulary.languages import Lang
from dispatch.words.places import place_name

Names = dict[str, str]


class Out(BaseModel):
    """A body that the API gives."""

    model_config = ConfigDict(populate_by_name=True, from_attributes=True)


class PointOut(Out):
    """A named place."""

    lon: float
    lat: float
    name: str
    facility: str | None = None


def place_out(place: Place, lang: Lang) -> PointOut:
    """A place with what it is called."""
    name = place_name(place, lang)
    return PointOut(lon=place.point.lon, lat=place.point.lat, name=name, facility=place.facility)


def vehicle_names(books: Books, ids: Iterable[str | None]) -> Names:
    """What people call these vehicles; one that is gone goes by its id."""
    return {vehicle_id: _name(books, vehicle_id) for vehicle_id in {found for found in ids if found}}


def _name(books: Books, vehicle_id: str) -> str:
    try:
        return books.vehicles.get(vehicle_id).vehicle.name
    except NotFoundError:
        return vehicle_id
