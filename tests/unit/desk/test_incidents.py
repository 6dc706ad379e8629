"""Incidents: an operator groups requests, later ones come and go, and nothing about them changes by that."""

import asyncio
from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.usecases import incidents
from dispatch.domain.assignment import Assignment
from dispatch.domain.incident import MOST_OPEN, MOST_REQUESTS, Incident, tally_of
from dispatch.domain.request import Request, RequestFilter
from dispatch.vocabulary.events import (
    Event,
    IncidentClosed,
    IncidentEvent,
    IncidentJoined,
    IncidentLeft,
    IncidentOpened,
)
from dispatch.vocabulary.needs import Colour, Need, Urgency
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import Step
from tests.people import CIKOKOL, OPI, ask
from tests.unit.desk.test_every_command import rows
from tests.unit.desk.town import CONTACT, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)


async def opened(town: Town, *requests: Look) -> str:
    ids = [one.id for one in requests]
    name, note = "Tabrakan Jl. Contoh", "bus dan dua motor"
    made = incidents.open_incident(town.unit, name=name, place=CIKOKOL, note=note, requests=ids, by=BY)
    return done(await made)


async def regroup(
    town: Town, incident: str, add: list[str] | None = None, remove: list[str] | None = None
) -> str | Refusal:
    return await incidents.regroup(town.unit, incident, add=add or [], remove=remove or [], by=BY)


async def members(town: Town, incident: str) -> set[str]:
    found = await town.read(lambda books: books.requests.list_some(RequestFilter(incident=incident)))
    return {one.id for one in found}


async def said(town: Town) -> list[Event]:
    part = await town.read(lambda books: books.journal.list_after(0, 1_000))
    return [entry.event for entry in part.entries if isinstance(entry.event, IncidentEvent)]


async def test_requests_of_one_event_are_grouped_and_stay_what_they_are(town: Town) -> None:
    first, second = await town.ask(asked=ask(Need.EMERGENCY)), await town.ask()
    incident = await opened(town, first, second)
    kept = await town.read(lambda books: books.incidents.get(incident))
    assert (kept.name, kept.place, kept.note, kept.created_by) == (
        "Tabrakan Jl. Contoh",
        CIKOKOL,
        "bus dan dua motor",
        "opi",
    )
    for before in (first, second):
        after = await town.look(before)
        assert after.request == replace(before.request, incident=incident, version=before.request.version + 1)
        assert (after.assignments, after.promise, after.contact) == (before.assignments, before.promise, before.contact)
        assert after.events == [
            *before.events,
            IncidentJoined(incident=incident, at=town.clock.at, actor="opi").about(before.id),
        ]
    assert (await said(town))[0] == IncidentOpened(incident=incident, at=town.clock.at, actor="opi")


async def test_later_ones_are_added_and_a_mistake_is_taken_out(town: Town) -> None:
    first, second, third = [await town.ask() for _ in range(3)]
    incident = await opened(town, first)
    done(await regroup(town, incident, add=[second.id, third.id, second.id, first.id]))
    assert await members(town, incident) == {first.id, second.id, third.id}
    done(await regroup(town, incident, remove=[first.id]))
    assert await members(town, incident) == {second.id, third.id}
    done(await regroup(town, incident, add=[first.id], remove=[third.id]))
    assert await members(town, incident) == {first.id, second.id}
    happened = [(type(event), event.request_id) for event in await said(town)]
    assert happened == [
        (IncidentOpened, None),
        *((IncidentJoined, one.id) for one in (first, second, third)),
        (IncidentLeft, first.id),
        (IncidentLeft, third.id),
        (IncidentJoined, first.id),
    ]


async def test_a_request_is_in_one_incident_at_most_whoever_is_first(town: Town) -> None:
    made = await town.ask()
    one, other = await opened(town), await opened(town)
    answers = await asyncio.gather(*(regroup(town, incident, add=[made.id]) for incident in (one, other)))
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes == [RefusalCode.IN_OTHER_INCIDENT]
    assert (await town.look(made)).request.incident in (one, other)
    before = rows(town)
    by_name = incidents.open_incident(town.unit, name="Lagi", place=CIKOKOL, requests=[made.id], by=BY)
    assert refused(await by_name) is RefusalCode.IN_OTHER_INCIDENT
    assert rows(town) == before


async def test_all_of_it_or_nothing(town: Town) -> None:
    first, second = await town.ask(), await town.ask()
    incident, other = await opened(town, first), await opened(town, second)
    before = rows(town)
    assert refused(await regroup(town, incident, add=[second.id], remove=[first.id])) is RefusalCode.IN_OTHER_INCIDENT
    assert refused(await regroup(town, incident, remove=[first.id, second.id])) is RefusalCode.NOT_IN_INCIDENT
    with pytest.raises(NotFoundError):
        await regroup(town, incident, add=["P-nobody"], remove=[first.id])
    with pytest.raises(NotFoundError):
        await regroup(town, "K-nothing", add=[first.id])
    with pytest.raises(NotFoundError):
        await incidents.open_incident(town.unit, name="Lagi", place=CIKOKOL, requests=["P-nobody"], by=BY)
    assert rows(town) == before
    assert await members(town, other) == {second.id}


async def test_what_is_over_stays_as_it_is_but_for_a_mistake(town: Town) -> None:
    first, second = await town.ask(), await town.ask()
    incident = await opened(town, first, second)
    town.clock.turn(60)
    done(await incidents.close_incident(town.unit, incident, by=BY))
    kept = await town.read(lambda books: books.incidents.get(incident))
    assert (kept.closed_at, kept.closed_by) == (town.clock.at, "opi")
    assert (await said(town))[-1] == IncidentClosed(incident=incident, at=town.clock.at, actor="opi")
    late = await town.ask()
    before = rows(town)
    assert refused(await regroup(town, incident, add=[late.id])) is RefusalCode.INCIDENT_CLOSED
    assert refused(await incidents.close_incident(town.unit, incident, by=BY)) is RefusalCode.INCIDENT_CLOSED
    assert rows(town) == before
    done(await regroup(town, incident, remove=[first.id]))
    assert await members(town, incident) == {second.id}


async def test_an_incident_and_their_number_are_bounded(town: Town) -> None:
    made = await town.ask()
    incident = await opened(town)

    def fill(books: Books) -> None:
        for number in range(MOST_REQUESTS):
            one = replace(made.request, id=f"P-{number}", incident=incident)
            books.requests.add(one, CONTACT, track_token=f"t-{number}")
        for number in range(MOST_OPEN - 1):
            full = Incident(id=f"K-{number}", name="Lain", place=CIKOKOL, created_at=town.clock.at, created_by="opi")
            books.incidents.add(full)

    await town.store.write(fill)
    assert refused(await regroup(town, incident, add=[made.id])) is RefusalCode.INCIDENT_FULL
    done(await regroup(town, incident, add=[made.id], remove=["P-0"]))
    another = incidents.open_incident(town.unit, name="Lagi", place=CIKOKOL, by=BY)
    assert refused(await another) is RefusalCode.MANY_INCIDENTS
    done(await incidents.close_incident(town.unit, "K-0", by=BY))
    done(await incidents.open_incident(town.unit, name="Lagi", place=CIKOKOL, by=BY))


async def test_the_counts_follow_what_happens(town: Town) -> None:
    red = await town.ask(asked=ask(Need.EMERGENCY, Urgency.RED))
    body = await town.ask()
    incident = await opened(town, red, body)

    async def counts() -> tuple[int, int, int, dict[Colour, int]]:
        def count(books: Books) -> tuple[list[Request], list[Assignment]]:
            found = books.requests.list_some(RequestFilter(incident=incident))
            return found, books.assignments.list_of(*(one.id for one in found))

        tally = tally_of(*await town.read(count))
        return tally.sought, tally.assigned, tally.done, {colour: n for colour, n in tally.people.items() if n}

    people = {Colour.RED: 1, Colour.BODY: 1}
    assert await counts() == (2, 0, 0, people)
    trip = next(a for a in (await town.look(body)).live() if a.slot == 0)
    await town.take(trip, Step.ACCEPT)
    assert await counts() == (1, 1, 0, people)
    await town.take(trip, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
    assert await counts() == (1, 0, 1, people)
