"""The store's contract: what every backend must keep."""

import asyncio
import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import Answer, Books, Due, DueKind, LostRaceError, NotFoundError, Store, VehicleTakenError
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import StepCommand, decide, evolve
from dispatch.domain.closure import Closure
from dispatch.domain.fix import Fix
from dispatch.domain.people import Person, Token
from dispatch.domain.promise import make_promise
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.vocabulary.events import RequestReceived
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import PromiseState, Why
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import Outcome, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.shape import Shape, ShapeKind
from tests.contract.conftest import VEHICLES, offer, open_store, request, settle_town
from tests.people import CIKOKOL, NOW, vehicle

pytestmark = pytest.mark.anyio
ARRIVAL = Arrival(eta_s=840, eta_low_s=700, eta_high_s=1020, distance_m=5100, method=Method.ROADS)


def asked_yes(approval_id: str, vehicle_id: str, *, request_id: str = "P-1") -> Approval:
    return Approval(
        id=approval_id,
        request_id=request_id,
        vehicle_id=vehicle_id,
        rule="R02",
        approver="health_officer",
        state=ApprovalState.ASKED,
        asked_at=NOW,
    )


async def test_what_is_put_in_comes_out_the_same(store: Store) -> None:
    person = Person(id="siti", name="Perawat Contoh Siti", role=Role.STAFF, facility="puskesmas-cikokol")
    token = Token(digest="d" * 64, person_id="siti", kind="api", created_at=NOW, expires_at=NOW + timedelta(days=1))
    fix = Fix(vehicle_id="V1", point=CIKOKOL.point, taken_at=NOW, received_at=NOW, accuracy_m=8.0)
    approval = Approval(
        id="S-1",
        request_id="P-1",
        vehicle_id="V1",
        rule="R02",
        approver="health_officer",
        state=ApprovalState.ASKED,
        asked_at=NOW,
    )
    promise = make_promise(promise_id="J-1", request_id="P-1", owner="operator", why=Why.NOBODY_ELIGIBLE, now=NOW)

    asked = replace(offer("T-1", "V1"), arrival=ARRIVAL)
    decision = DecisionRecord(outcome=Outcome.OFFER, at=NOW, sop={"kota-tangerang": "2026-1"}, chosen=("V1",))

    def put(books: Books) -> None:
        books.people.put(person)
        books.people.add_token(token)
        books.vehicles.put_fixes([fix])
        books.approvals.put(approval)
        books.promises.add(promise)
        books.assignments.add(asked)
        books.decisions.add("P-1", NOW, decision, b"facts")

    await store.write(put)

    def look(books: Books) -> None:
        assert books.people.find("siti") == person
        assert books.people.find_token("d" * 64) == token
        assert books.vehicles.list_fixes() == [fix]
        assert books.approvals.list_of("P-1") == [approval]
        assert books.promises.find_open("P-1") == promise
        assert books.assignments.get("T-1") == asked
        assert books.requests.get("P-1") == request("P-1")
        assert books.requests.get_contact("P-1") == Contact(phone="+62 811-0000-0001")
        assert books.decisions.find_last("P-1") == decision
        assert books.decisions.find_facts("P-1") == b"facts"
        held = books.vehicles.get("V1")
        assert held.fix == fix
        assert held.assignment_id == "T-1"
        assert held.duty is Duty.AVAILABLE
        assert books.requests.get_by_track("track-1") == request("P-1")

    await store.read(look)


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
    entries = await store.read(lambda books: books.journal.list_after(0, 100))
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


async def test_a_closure_comes_out_as_it_was_put_in_and_is_listed_while_it_stands(store: Store) -> None:
    corners = tuple(
        replace(CIKOKOL.point, lon=lon, lat=lat) for lon, lat in ((106.6, -6.2), (106.7, -6.2), (106.7, -6.1))
    )
    flood = Closure(
        id="X-1",
        reason=Cause.FLOOD,
        shape=Shape(kind=ShapeKind.AREA, points=corners),
        created_at=NOW,
        created_by="opi",
        streets=12,
        note="setinggi lutut – jangan lewat",
        until=NOW + timedelta(hours=3),
    )
    works = Closure(
        id="X-0",
        reason=Cause.WORKS,
        shape=Shape(kind=ShapeKind.POINT, points=corners[:1]),
        created_at=NOW + timedelta(seconds=1),
        created_by="opi",
        streets=None,
    )

    def put(books: Books) -> None:
        books.closures.add(works)
        books.closures.add(flood)

    await store.write(put)
    assert await store.read(lambda books: books.closures.list_open()) == [flood, works]
    over = replace(flood, ended_at=NOW + timedelta(hours=1), ended_by="opi", version=2)
    await store.write(lambda books: books.closures.save(over))
    assert await store.read(lambda books: books.closures.get("X-1")) == over
    assert await store.read(lambda books: books.closures.list_open()) == [works]
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.closures.save(over))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.closures.add(works))


async def test_timers_come_in_the_order_of_their_time(store: Store) -> None:
    def put(books: Books) -> None:
        for minutes in (5, 1, 3):
            books.timers.set(
                Due(kind=DueKind.PROMISE_RETRY, subject=f"P-{minutes}", at=NOW + timedelta(minutes=minutes))
            )
        books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject="P-5", at=NOW))
        books.timers.drop(DueKind.PROMISE_RETRY, "P-3")

    await store.write(put)
    due = await store.read(lambda books: books.timers.list_due(NOW + timedelta(minutes=1), 10))
    assert [timer.subject for timer in due] == ["P-5", "P-1"]
    assert await store.read(lambda books: books.timers.next_at()) == NOW


def _page(books: Books, *, which: RequestFilter) -> list[Request]:
    return books.requests.list_some(which)


async def test_pages_of_requests_miss_and_repeat_nothing(store: Store) -> None:
    def put(books: Books) -> None:
        for n in range(25):
            made = replace(request(f"P-x{n:02}"), created_at=NOW + timedelta(seconds=n // 3))
            books.requests.add(made, Contact(phone="+62 811-0000-0001"), track_token=f"t{n}")

    await store.write(put)
    seen: list[str] = []
    which = RequestFilter(limit=4)
    while page := await store.read(partial(_page, which=which)):
        seen += [found.id for found in page]
        which = replace(which, before=(page[-1].created_at, page[-1].id))
    assert len(seen) == len(set(seen)) == 26


async def test_master_data_put_again_keeps_the_duty(store: Store) -> None:
    again = vehicle("V1", VehicleClass.DUAL_USE).vehicle
    await store.write(lambda books: books.vehicles.put(again))
    held = await store.read(lambda books: books.vehicles.get("V1"))
    assert held.duty is Duty.AVAILABLE
    assert held.vehicle.vehicle_class is VehicleClass.DUAL_USE


async def test_a_published_pack_is_immutable(store: Store) -> None:
    one = await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    again = await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    assert (one, again) == (True, False)
    with pytest.raises(ValueError, match="new version"):
        await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="y"))


async def test_a_second_version_for_the_same_instant_is_refused_in_a_sentence(store: Store) -> None:
    await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    with pytest.raises(ValueError, match="another time"):
        await store.write(lambda b: b.sop.add_pack(agency="a", version="2", effective_from=NOW, text="y"))


async def test_kept_positions_never_go_back_and_a_stranger_spoils_none(store: Store) -> None:
    def fix(vehicle_id: str, second: int) -> Fix:
        return Fix(
            vehicle_id=vehicle_id, point=CIKOKOL.point, taken_at=NOW + timedelta(seconds=second), received_at=NOW
        )

    await store.write(lambda books: books.vehicles.put_fixes([fix("V1", 10), fix("V2", 1)]))
    await store.write(lambda books: books.vehicles.put_fixes([fix("V1", 9), fix("stranger", 1), fix("V2", 2)]))
    held = await store.read(lambda books: books.vehicles.list_fixes())
    assert {found.vehicle_id: found for found in held} == {"V1": fix("V1", 10), "V2": fix("V2", 2)}


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
