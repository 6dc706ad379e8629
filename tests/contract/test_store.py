"""The store's contract: what every backend must keep."""

import asyncio
import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.desk.ports import Answer, Books, LostRaceError, NotFoundError, Store, VehicleTakenError
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import StepCommand, decide, evolve
from dispatch.domain.promise import make_promise
from dispatch.vocabulary.events import RequestReceived
from dispatch.vocabulary.promises import PromiseState, Why
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from tests.contract.conftest import VEHICLES, offer, open_store, settle_town
from tests.people import NOW

pytestmark = pytest.mark.anyio
ARRIVAL = Arrival(eta_s=840, eta_low_s=700, eta_high_s=1020, distance_m=5100, method=Method.ROADS)


async def test_an_assignment_keeps_its_stamps_through_the_store(store: Store) -> None:
    def step(books: Books) -> None:
        books.assignments.add(offer("T-1", "V1"))
        taken = StepCommand(step=Step.ACCEPT, actor="budi", source=StepSource.TAP, seq=7, device_time=NOW)
        event = decide(books.assignments.get("T-1"), taken, NOW + timedelta(seconds=3))
        assert not isinstance(event, Refusal)
        books.assignments.save(evolve(books.assignments.get("T-1"), event))

    await store.write(step)
    kept = await store.read(lambda books: books.assignments.get("T-1"))
    assert kept.last_seq == 7
    assert kept.stamps[AssignmentState.ACCEPTED].device_time == NOW
    assert kept.stamps[AssignmentState.ACCEPTED].server_time == NOW + timedelta(seconds=3)


async def test_a_failed_transaction_keeps_nothing_and_the_others_of_its_group_everything(store: Store) -> None:
    def fails(books: Books) -> None:
        books.journal.add(RequestReceived(at=NOW, request_id="lost"))
        raise RuntimeError("thought better of it")

    def works(books: Books) -> int:
        return books.journal.add(RequestReceived(at=NOW, request_id="kept"))

    answers = await asyncio.gather(*(store.write(work) for work in [works, fails] * 20), return_exceptions=True)
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 20
    entries = await store.read(lambda books: books.journal.list_after(0, 100).entries)
    assert {entry.event.request_id for entry in entries} == {"kept"}
    assert [entry.seq for entry in entries] == sorted(answer for answer in answers if isinstance(answer, int))


async def test_saving_over_somebody_elses_change_is_a_lost_race(store: Store) -> None:
    seen = await store.read(lambda books: books.requests.get("P-1"))
    mine = replace(seen, state=RequestState.WAITING, version=seen.version + 1)
    await store.write(lambda books: books.requests.save(mine))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.requests.save(replace(mine, version=seen.version + 1)))


async def test_a_vehicle_has_one_live_assignment_and_a_slot_too(store: Store) -> None:
    await store.write(lambda books: books.assignments.add(offer("T-1", "V1")))
    with pytest.raises(VehicleTakenError):
        await store.write(lambda books: books.assignments.add(offer("T-2", "V1", slot=1)))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.assignments.add(offer("T-3", "V2")))
    ended = replace(offer("T-1", "V1"), state=AssignmentState.DECLINED, version=2)
    await store.write(lambda books: books.assignments.save(ended))
    await store.write(lambda books: books.assignments.add(offer("T-4", "V1")))


async def test_one_open_promise_a_request(store: Store) -> None:
    first = make_promise(promise_id="J-1", request_id="P-1", owner="operator", why=Why.NOBODY_ELIGIBLE, now=NOW)
    await store.write(lambda books: books.promises.add(first))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.promises.add(replace(first, id="J-2")))
    kept = replace(first, state=PromiseState.KEPT, version=2)
    await store.write(lambda books: books.promises.save(kept))
    await store.write(lambda books: books.promises.add(replace(first, id="J-3")))


async def test_the_first_answer_is_kept_once(store: Store) -> None:
    answer = Answer(fingerprint="f", subject="P-1")
    await store.write(lambda books: books.answers.keep("siti:1", answer, NOW))
    assert await store.read(lambda books: books.answers.find("siti:1")) == answer
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.answers.keep("siti:1", answer, NOW))


async def test_unknown_ids_are_not_found(store: Store) -> None:
    for look in (
        lambda books: books.requests.get("?"),
        lambda books: books.assignments.get("?"),
        lambda books: books.vehicles.get("?"),
        lambda books: books.requests.get_contact("?"),
        lambda books: books.requests.get_track_token("?"),
        lambda books: books.requests.get_by_track("?"),
        lambda books: books.promises.get("?"),
        lambda books: books.closures.get("?"),
    ):
        with pytest.raises(NotFoundError):
            await store.read(look)
    with pytest.raises(NotFoundError):
        await store.write(lambda books: books.assignments.add(offer("T-9", "no-such-vehicle")))


async def test_the_probe_reaches_the_disk(store: Store) -> None:
    await store.probe()


def test_two_hundred_threads_over_ten_vehicles_send_none_twice(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.submit(settle_town).result()
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(200)

    def grab(number: int) -> None:
        chosen = random.Random(number).choice(VEHICLES)
        start.wait()
        try:
            store.submit(lambda books: books.assignments.add(offer(f"T-{number}", chosen, slot=number))).result()
            outcomes["won"] += 1
        except VehicleTakenError:
            outcomes["taken"] += 1

    threads = [threading.Thread(target=grab, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live = store.submit(lambda books: books.assignments.list_live()).result()
    asyncio.run(store.close())
    assert outcomes == {"won": 10, "taken": 190}
    assert sorted(assignment.vehicle_id for assignment in live) == VEHICLES
