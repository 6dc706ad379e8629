"""Crews' reports that a patient has died, as those read them who can confirm them; nobody else reads any."""

from datetime import datetime

from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.unit import Unit
from dispatch.domain.death import DeathReport, is_coming, onward_ask
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.reading.base import Out, PointOut, place_out
from dispatch.reading.scope import facility_of, hears_of_death
from dispatch.vocabulary.deaths import DeathState, WhoseWord
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need, Urgency


class DeathOut(Out):
    """A crew's report: which vehicle, of what trip, where the body will lie (`lies_at`), and what was answered.

    `coming`: the patient was taken aboard, so that a facility receives the vehicle. What is prepared for the body is
    that a vehicle is searched for from `lies_at`; it is a request, `onward`, only once the death is confirmed.
    """

    request_id: str
    vehicle_id: str
    vehicle_name: str
    need: Need
    urgency: Urgency
    coming: bool
    lies_at: PointOut
    state: DeathState
    reported_at: datetime
    answered_at: datetime | None = None
    word: WhoseWord | None = None
    doctor: str | None = None
    heard_at: datetime | None = None
    note: str | None = None
    onward: str | None = None


def deaths_out(unit: Unit, books: Books, person: Person, lang: Lang) -> list[DeathOut]:
    """What waits for a word, the oldest first: of the trips to this facility, or of all for who sees all."""
    found = ((report, books.requests.get(report.request_id)) for report in books.deaths.list_open())
    shown = (
        _death_out(unit, books, report, request, lang) for report, request in found if hears_of_death(person, request)
    )
    return [one for one in shown if one.coming or facility_of(person) is None]


def death_out(
    unit: Unit, books: Books, person: Person, request_id: str, vehicle_id: str | None, lang: Lang
) -> DeathOut:
    """The last report of a request's vehicle. Raises NotFoundError for who may not know of it."""
    request = hearing(books, person, request_id)
    written = (_death_out(unit, books, report, request, lang) for report in _of_patients(books, request_id))
    found = [one for one in written if vehicle_id in (None, one.vehicle_id)]
    if not found:
        raise NotFoundError(f"no report about request {request_id}")
    return max(found, key=lambda one: one.answered_at or one.reported_at)


def hearing(books: Books, person: Person, request_id: str) -> Request:
    """A request of whose patient's death this person hears. Raises NotFoundError for any other, as if it were not
    there."""
    request = books.requests.get(request_id)
    if not hears_of_death(person, request):
        raise NotFoundError(f"no request {request_id}")
    return request


def _of_patients(books: Books, request_id: str) -> list[DeathReport]:
    return [report for report in books.deaths.list_of(request_id) if report.request_id == request_id]


def _death_out(unit: Unit, books: Books, report: DeathReport, request: Request, lang: Lang) -> DeathOut:
    trip = books.assignments.get(report.assignment_id)
    fix = unit.live.last_fixes().get(trip.vehicle_id)
    onward = onward_ask(request.ask, trip, fix.point if fix is not None else None)
    return DeathOut.of(
        report,
        vehicle_id=trip.vehicle_id,
        vehicle_name=books.vehicles.get(trip.vehicle_id).vehicle.name,
        need=request.ask.need,
        urgency=request.ask.urgency,
        coming=is_coming(trip),
        lies_at=place_out(onward.pickup, lang),
    )
