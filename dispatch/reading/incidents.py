"""Incidents as operators see them: counts by colour, vehicles by how far they have come, and the requests."""

from collections.abc import Iterable
from datetime import datetime

from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.domain.incident import MOST_OPEN, MOST_REQUESTS, Incident, tally_of
from dispatch.domain.people import Person
from dispatch.domain.request import RequestFilter
from dispatch.reading.base import Out, PointOut, place_out
from dispatch.reading.requests import RequestSummaryOut, summaries_out
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Colour


class IncidentOut(Out):
    """One event as a list shows it: its people by colour, and the vehicles that they need.

    `sought` counts those for which no driver has said yes yet, `assigned` those that go, `done` trips that are over.
    """

    id: str
    name: str
    place: PointOut
    note: str | None
    created_at: datetime
    closed_at: datetime | None
    people: dict[Colour, int]
    sought: int
    assigned: int
    done: int
    request_ids: list[str]


class IncidentFullOut(IncidentOut):
    """The same with its requests, the oldest first."""

    requests: list[RequestSummaryOut]


class IncidentsOut(Out):
    """The incidents that are not over, the newest first."""

    incidents: list[IncidentOut]


def incidents_out(books: Books, incidents: Iterable[Incident], lang: Lang) -> list[IncidentOut]:
    """Incidents as a list shows them."""
    return [_incident_out(books, incident, lang) for incident in incidents]


def open_incidents_out(books: Books, lang: Lang) -> list[IncidentOut]:
    """Those that are not over."""
    return incidents_out(books, books.incidents.list_open(MOST_OPEN), lang)


def incident_out(unit: Unit, books: Books, person: Person, incident_id: str, lang: Lang) -> IncidentFullOut:
    """One incident with its requests. Raises NotFoundError."""
    found = _incident_out(books, books.incidents.get(incident_id), lang)
    requests = [books.requests.get(request_id) for request_id in found.request_ids]
    return IncidentFullOut(**dict(found), requests=summaries_out(unit, books, requests, lang, person))


def _incident_out(books: Books, incident: Incident, lang: Lang) -> IncidentOut:
    requests = books.requests.list_some(RequestFilter(incident=incident.id, limit=MOST_REQUESTS))[::-1]
    ids = [request.id for request in requests]
    tally = tally_of(requests, books.assignments.list_of(*ids))
    return IncidentOut.of(incident, tally, place=place_out(incident.place, lang), request_ids=ids)
