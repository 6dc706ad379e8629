"""What the books say around an event: over a real store."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.desk.ports import Books, JournalEntry, Store
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.message import Template
from dispatch.domain.people import Person
from dispatch.tell.plan import Known
from dispatch.tell.tail import known_of, tell_on
from dispatch.vocabulary.events import (
    DutyChanged,
    Event,
    NoticeAsked,
    RequestEnded,
    RequestReceived,
    StepTaken,
    StepUndone,
    StoodDown,
)
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.contract.conftest import offer, open_store, settle_town
from tests.later import add_later
from tests.people import NOW, vehicle

pytestmark = pytest.mark.anyio
ARRIVAL = Arrival(eta_s=840, eta_low_s=700, eta_high_s=1020, distance_m=5100, method=Method.ROADS)
TRIP: dict[str, Any] = {
    "at": NOW,
    "request_id": "P-1",
    "assignment_id": "T-1",
    "vehicle_id": "V1",
    "source": StepSource.TAP,
}
CLEARED = StepTaken(**TRIP, state=AssignmentState.CLEARED)
UNDONE = StepUndone(**TRIP, state=AssignmentState.AT_DESTINATION, undone=AssignmentState.CLEARED)
ENDED = RequestEnded(at=NOW, request_id="P-1", state=RequestState.COMPLETED, told="requester")


def settle(books: Books) -> None:
    settle_town(books)
    books.vehicles.put(replace(vehicle("V1", VehicleClass.HEARSE, agency="dkm").vehicle, base="puskesmas-cikokol"))
    books.people.put(Person(id="budi", name="Budi Contoh", role=Role.DRIVER, vehicle="V1"))
    states = (AssignmentState.OFFERED, AssignmentState.EN_ROUTE, AssignmentState.STOOD_DOWN)
    for slot, state in enumerate(states, 1):
        arrival = ARRIVAL if slot == 2 else None
        books.assignments.add(replace(offer(f"T-{slot}", f"V{slot}", slot=slot), state=state, arrival=arrival))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(tmp_path)
    await opened.write(settle)
    yield opened
    await opened.close()


async def known(store: Store, event: Event) -> Known:
    """As the tail knows it once the event is in the journal."""

    def look(books: Books) -> Known:
        return known_of(books, JournalEntry(seq=books.journal.add(event), event=event))

    return await store.write(look)


def stood_down(assignment_id: str, vehicle_id: str, actor: str) -> StoodDown:
    trip = {**TRIP, "assignment_id": assignment_id, "vehicle_id": vehicle_id, "actor": actor}
    return StoodDown(**trip, state=AssignmentState.STOOD_DOWN)


async def test_the_books_say_who_asked_whose_vehicle_it_is_and_who_is_on_the_way(store: Store) -> None:
    assert await known(store, stood_down("T-2", "V1", "budi")) == Known(
        facility="puskesmas-cikokol",
        need="body",
        agency="dkm",
        has_base=True,
        own_act=True,
        had_trip=False,
        going=("V2",),
        arrives_at=NOW + timedelta(seconds=840),
    )
    other = await known(store, stood_down("T-1", "V2", "budi"))
    assert (other.own_act, other.has_base, other.arrives_at) == (False, False, None)
    assert not (await known(store, stood_down("T-2", "V1", "opi"))).own_act


async def test_one_trip_that_was_driven_to_its_end_is_a_trip_and_one_whose_end_was_undone_is_none(
    store: Store,
) -> None:
    assert not (await known(store, ENDED)).had_trip
    for happened, had_trip in ((CLEARED, True), (UNDONE, False), (CLEARED, True)):
        await store.write(lambda books, event=happened: books.journal.add(event))  # type: ignore[misc]
        assert (await known(store, ENDED)).had_trip is had_trip


async def test_an_end_that_is_undone_only_later_was_one(store: Store) -> None:
    def happen(books: Books) -> JournalEntry:
        books.journal.add(CLEARED)
        seq = books.journal.add(ENDED)
        books.journal.add(UNDONE)
        return JournalEntry(seq=seq, event=ENDED)

    entry = await store.write(happen)
    assert (await store.read(lambda books: known_of(books, entry))).had_trip


async def test_whoever_waits_behind_many_entries_that_nobody_can_read_is_told_and_each_is_named_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def happen(books: Books) -> int:
        add_later(books, 450)
        books.journal.add(RequestReceived(at=NOW, request_id="P-1"))
        return add_later(books, 300)

    last = await store.write(happen)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            while await tell_on(store):
                pass
    told = await store.read(lambda books: (books.outbox.get_told_seq(), books.outbox.list_some()))
    assert told[0] == last
    assert [message.template for message in told[1]] == [Template.RECEIVED]
    assert caplog.text.count("tyre_flat") == 750


async def test_what_the_books_do_not_know_is_left_out(store: Store) -> None:
    lost = NoticeAsked(at=NOW, request_id="P-none", vehicle_id="V-none", actor="nobody", whom="owner")
    assert await known(store, lost) == Known()
    assert await known(store, DutyChanged(at=NOW, duty=Duty.AVAILABLE)) == Known()
