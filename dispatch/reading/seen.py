"""What the books say around a message: kept with it once it is sent, so that it reads later as it was sent."""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.desk.ports import Books, find
from dispatch.desk.usecases.changes import body_followed, living_beside
from dispatch.domain.message import Message, MessageState
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.cars import drivers_of
from dispatch.vocabulary.needs import Need

SEEN = "seen"  # among the facts of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a letter is written of, with what vehicles and facilities were called then: either may have another name or
    plate by the time that it is read. People's names are kept nowhere, and are looked up by their id.

    `pickup` and `asked_by` are facilities: a home is not named over a gateway. `asked_at` is None where the request is
    not known. `agency` is the vehicle's and `area` the pick-up's: whose rules speak. `waits`: a vehicle need not leave
    yet for its booked time. `due` is the ledger's time. `mourns`: whoever was carried has died, as was
    confirmed, and nobody of the request lives; `living` are those who live beside a body.
    """

    need: Need | None = None
    asked_at: datetime | None = None
    booked_at: datetime | None = None
    pickup: str | None = None
    asked_by: str | None = None
    pickup_name: str | None = None
    asked_by_name: str | None = None
    vehicle_name: str | None = None
    plate: str | None = None
    area: str | None = None
    agency: str | None = None
    driver: str | None = None
    waits: bool = False
    due: datetime | None = None
    mourns: bool = False
    living: int = 0


_KEPT = TypeAdapter(Seen)


def seen_of(books: Books, message: Message, vehicle: Vehicle | None) -> Seen:
    """What was seen when it was sent; of a message that is not sent yet what is there now."""
    kept = message.facts.get(SEEN)
    if kept is not None and message.state is MessageState.SENT:
        return _KEPT.validate_python(kept)
    return _look(books, message, vehicle)


def keeping(message: Message, seen: Seen) -> Message:
    """The message with what was seen, to be saved when it is sent."""
    kept = _KEPT.dump_python(seen, mode="json", exclude_defaults=True)
    return replace(message, facts={**message.facts, SEEN: kept})


def _look(books: Books, message: Message, vehicle: Vehicle | None) -> Seen:
    agency = vehicle.agency if vehicle is not None else None
    car = (vehicle.name, vehicle.plate or None) if vehicle is not None else (None, None)
    request = find(books.requests.get, message.request_id)
    if request is None:
        return Seen(agency=agency, vehicle_name=car[0], plate=car[1])
    ask, trip = request.ask, find(books.assignments.get, message.assignment_id)
    driver = drivers_of(books, [trip]).get(trip.id) if trip is not None else None
    # The ledger's time is the only one that is spoken: it may have moved since this was planned.
    promise = books.promises.find_open(request.id) if message.state is not MessageState.SENT else None
    return Seen(
        need=ask.need,
        asked_at=request.created_at,
        booked_at=ask.booked_at,
        pickup=ask.pickup.facility,
        asked_by=ask.requester,
        pickup_name=facility_name(books, ask.pickup.facility),
        asked_by_name=facility_name(books, ask.requester),
        vehicle_name=car[0],
        plate=car[1],
        area=ask.pickup.agency,
        agency=agency,
        driver=driver.id if driver is not None else None,
        waits=trip is not None and trip.arrival is not None and trip.arrival.wait_s > 0.0,
        due=promise.due_at if promise is not None else None,
        mourns=body_followed(books, request) is not None,
        living=living_beside(books, request),
    )


def facility_name(books: Books, facility_id: str | None) -> str | None:
    """What a facility is called now, where there is one."""
    facility = books.facilities.find(facility_id) if facility_id is not None else None
    return facility.name if facility is not None else None
