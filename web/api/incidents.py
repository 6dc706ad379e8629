"""Incidents: several requests of one event, on one board."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints

from dispatch.desk.usecases import incidents
from dispatch.domain.incident import MOST_REQUESTS
from dispatch.reading.incidents import IncidentFullOut, IncidentsOut, incident_out, open_incidents_out
from dispatch.vocabulary.refusals import Refusal
from web.bodies import Id, In, PointIn, Text, place_of
from web.context import By, Caller, Spoken, TheHouse, done

router = APIRouter(prefix="/api/incidents", tags=["incidents"])
Name = Annotated[str, StringConstraints(min_length=3, max_length=80, strip_whitespace=True)]


class IncidentIn(In):
    """One event: what it is called, where it is, and the requests that come from it so far."""

    name: Name
    place: Id | PointIn
    note: Text | None = None
    requests: list[Id] = Field(default_factory=list, max_length=MOST_REQUESTS)


class RegroupIn(In):
    """The requests that come from it too, and those that do not after all."""

    add: list[Id] = Field(default_factory=list, max_length=MOST_REQUESTS)
    remove: list[Id] = Field(default_factory=list, max_length=MOST_REQUESTS)


class _Answers:
    """An incident as it reads after a command, or the refusal as a problem."""

    def __init__(self, house: TheHouse, person: Caller, lang: Spoken) -> None:
        self._unit, self._person, self._lang = house.unit, person, lang

    async def __call__(self, result: str | Refusal) -> IncidentFullOut:
        incident_id = done(result)
        return await self._unit.store.read(
            lambda books: incident_out(self._unit, books, self._person, incident_id, self._lang)
        )


Answer = Annotated[_Answers, Depends()]


@router.get("")
async def list_incidents(house: TheHouse, lang: Spoken) -> IncidentsOut:
    """The incidents that are not over."""
    return await house.unit.store.read(lambda books: IncidentsOut(incidents=open_incidents_out(books, lang)))


@router.post("", status_code=201)
async def open_incident(body: IncidentIn, house: TheHouse, by: By, answer: Answer) -> IncidentFullOut:
    """Several requests come from one event; nothing about them changes by that."""
    place = await house.unit.store.read(lambda books: place_of(books, house.areas, body.place, "place"))
    opened = incidents.open_incident(
        house.unit, name=body.name, place=place, note=body.note or None, requests=body.requests, by=by
    )
    return await answer(await opened)


@router.get("/{incident_id}")
async def view_incident(incident_id: str, answer: Answer) -> IncidentFullOut:
    """One incident with its requests and counts."""
    return await answer(incident_id)


@router.post("/{incident_id}/requests")
async def regroup(incident_id: str, body: RegroupIn, house: TheHouse, by: By, answer: Answer) -> IncidentFullOut:
    """Later requests come to it, and those that were added by mistake leave it."""
    return await answer(await incidents.regroup(house.unit, incident_id, add=body.add, remove=body.remove, by=by))


@router.post("/{incident_id}/close")
async def close_incident(incident_id: str, house: TheHouse, by: By, answer: Answer) -> IncidentFullOut:
    """The event is over; its requests go on by themselves."""
    return await answer(await incidents.close_incident(house.unit, incident_id, by=by))
