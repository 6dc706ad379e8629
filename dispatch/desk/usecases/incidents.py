"""Incidents: an operator groups the requests of one event. Grouping changes no priority and no vehicle."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit, command
from dispatch.domain.incident import MOST_OPEN, MOST_REQUESTS, Incident, closed, joined, left
from dispatch.domain.request import Place, Request, RequestFilter
from dispatch.vocabulary.events import IncidentClosed, IncidentEvent, IncidentJoined, IncidentLeft, IncidentOpened
from dispatch.vocabulary.refusals import Refusal, RefusalCode


@command
def open_incident(
    _: Unit,
    books: Books,
    now: datetime,
    *,
    name: str,
    place: Place,
    note: str | None = None,
    requests: Sequence[str] = (),
    by: Command,
) -> str | Refusal:
    """Several requests come from one event at this place; later ones can be added. Returns the incident's id.

    Raises:
        NotFoundError: for an unknown request.
    """
    if len(books.incidents.list_open(MOST_OPEN)) >= MOST_OPEN:
        return Refusal(RefusalCode.MANY_INCIDENTS, {"most": MOST_OPEN})
    incident = Incident(
        id=f"K-{uuid4().hex[:12]}", name=name, place=place, note=note, created_at=now, created_by=by.actor.id
    )
    members = _each(books, requests, lambda request: joined(incident, request))
    if isinstance(members, Refusal):
        return members
    books.incidents.add(incident)
    books.journal.add(IncidentOpened(incident=incident.id, at=now, actor=by.actor.id))
    _keep(books, members, IncidentJoined(incident=incident.id, at=now, actor=by.actor.id))
    return incident.id


@command
def regroup(
    _: Unit,
    books: Books,
    now: datetime,
    incident_id: str,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    by: Command,
) -> str | Refusal:
    """These requests come from it too, and those do not after all: all of it or nothing.

    Raises:
        NotFoundError: for an unknown incident or request.
    """
    incident = books.incidents.get(incident_id)
    leaving = _each(books, remove, lambda request: left(incident, request))
    coming = _each(books, add, lambda request: joined(incident, request))
    if isinstance(leaving, Refusal):
        return leaving
    if isinstance(coming, Refusal):
        return coming
    if len(books.requests.list_some(_of(incident_id))) - len(leaving) + len(coming) > MOST_REQUESTS:
        return Refusal(RefusalCode.INCIDENT_FULL, {"most": MOST_REQUESTS})
    _keep(books, leaving, IncidentLeft(incident=incident_id, at=now, actor=by.actor.id))
    _keep(books, coming, IncidentJoined(incident=incident_id, at=now, actor=by.actor.id))
    return incident_id


@command
def close_incident(_: Unit, books: Books, now: datetime, incident_id: str, *, by: Command) -> str | Refusal:
    """The event is over. Raises NotFoundError."""
    incident = closed(books.incidents.get(incident_id), by.actor.id, now)
    if isinstance(incident, Refusal):
        return incident
    books.incidents.save(incident)
    books.journal.add(IncidentClosed(incident=incident_id, at=now, actor=by.actor.id))
    return incident_id


def _of(incident_id: str) -> RequestFilter:
    return RequestFilter(incident=incident_id, limit=MOST_REQUESTS)


def _each(books: Books, ids: Sequence[str], change: Callable[[Request], Request | Refusal]) -> list[Request] | Refusal:
    """Those that are different after the change, each once, or why one of them cannot be changed."""
    found = []
    for request_id in dict.fromkeys(ids):
        request = books.requests.get(request_id)
        changed = change(request)
        if isinstance(changed, Refusal):
            return changed
        if changed is not request:
            found.append(changed)
    return found


def _keep(books: Books, requests: Sequence[Request], said: IncidentEvent) -> None:
    for request in requests:
        books.requests.save(request)
        books.journal.add(said.about(request.id))
