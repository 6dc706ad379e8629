"""The outbox over a real store and a real HTTP gateway that is down, slow, hanging, refusing, and up again."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch.desk.ports import Books, Store
from dispatch.domain.message import Message, MessageState, Template
from dispatch.domain.people import Facility, FacilityKind
from dispatch.domain.promise import make_promise
from dispatch.domain.request import Contact
from dispatch.tell.gateway import Gateways
from dispatch.tell.plan import SETTLED
from dispatch.tell.tail import tell_on
from dispatch.tell.teller import BACKOFF, Teller
from dispatch.vocabulary.events import (
    Escalated,
    Event,
    NoticeAsked,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    PromiseMade,
    RequestReceived,
    StepTaken,
    StepUndone,
    TripEvent,
)
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.contract.conftest import open_store, request, settle_town
from tests.gateways import Delivery, Gateway, open_gateway
from tests.people import CIKOKOL, NOW, vehicle

pytestmark = pytest.mark.anyio
PHONES = {"P-1": "+62 811-0000-0001", "P-2": "+62 811-0000-0002", "P-3": "+62 811-0000-0003"}
PATHS = {name: f"/phone/{phone.replace(' ', '').replace('-', '').strip('+')}" for name, phone in PHONES.items()}
DRIVER, BASE = "+62 811-0000-0009", "+62 811-0000-0008"
SECRET_WORDS = ("6281100000", "811-0000", "Keluarga Contoh", "Permintaan mobil", "Rumah keluarga")


@dataclass
class TurnedClock:
    """A clock that the test turns."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Post:
    """A teller with its store, its clock and a gateway."""

    path: Path
    store: Store
    gateway: Gateway
    clock: TurnedClock = field(default_factory=TurnedClock)
    within_s: float = 10.0
    teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        self.teller = self.restart()

    def restart(self, **urls: str) -> Teller:
        """A teller that knows nothing but what the store holds."""
        self.teller = Teller(
            store=self.store,
            clock=self.clock,
            gateways=Gateways(self.gateway.phone_url, urls or {"operator": self.gateway.url("operator")}),
            zone=ZoneInfo("Asia/Jakarta"),
            public_url="https://jemput.example",
            within_s=self.within_s,
        )
        return self.teller

    async def happen(self, kind: type[Event], request_id: str = "P-1", **facts: Any) -> None:
        """As the desk writes it."""
        head: dict[str, Any] = {"at": self.clock.at, "request_id": request_id, "actor": "desk", **facts}
        if issubclass(kind, TripEvent):
            head |= {"source": StepSource.TAP}
        if issubclass(kind, TripEvent | OfferMade):
            head |= {"assignment_id": "T-1", "vehicle_id": "V1"}
        await self.store.write(lambda books: books.journal.add(kind(**head)))

    async def receive(self, *request_ids: str) -> None:
        for request_id in request_ids or ("P-1",):
            await self.happen(RequestReceived, request_id)

    async def promise(self, request_id: str = "P-1") -> None:
        due_at = self.clock.at + timedelta(minutes=15)
        await self.happen(PromiseMade, request_id, owner="operator", due_at=due_at, why=Why.NOBODY_ELIGIBLE)

    async def escalate(self) -> None:
        await self.happen(Escalated, to="operator", why=Why.REFUSED_OFTEN)

    async def undo(self) -> None:
        await self.happen(StepUndone, state=AssignmentState.EN_ROUTE, undone=AssignmentState.ON_SCENE)

    async def pass_on(self) -> None:
        """Tell and send until nothing more is to be done at this moment."""
        while await tell_on(self.store):
            pass
        await self.teller.send_ready()
        while self.teller._lanes:
            await asyncio.wait(self.teller._lanes.values())
            await self.teller.send_ready()

    async def turn(self, **time: float) -> None:
        self.clock.at += timedelta(**time)
        await self.pass_on()

    async def messages(self, request_id: str | None = None) -> list[Message]:
        return await self.store.read(lambda books: books.outbox.list_some(request_id=request_id))

    async def states(self) -> list[tuple[str, str, MessageState]]:
        return [(m.recipient, m.template, m.state) for m in await self.messages()]

    def texts(self, request_id: str) -> list[str]:
        return [delivery.text for delivery in self.gateway.taken if delivery.path == PATHS[request_id]]


def settle(books: Books) -> None:
    settle_town(books)
    base = Facility(id="pangkalan", kind=FacilityKind.BASE, name="Pangkalan Contoh", point=CIKOKOL.point, phone=BASE)
    books.facilities.put(base)
    books.vehicles.put(replace(vehicle("V1", VehicleClass.HEARSE).vehicle, base=base.id, phone=DRIVER))
    for name in ("P-2", "P-3"):
        contact = Contact(phone=PHONES[name], name="Keluarga Contoh")
        books.requests.add(request(name), contact, track_token=f"track-{name}")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as opened:
        yield opened


@pytest.fixture
async def post(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Post]:
    store = open_store(tmp_path)
    await store.write(settle)
    yield Post(tmp_path / "jemput.sqlite3", store, gateway)
    gateway.close()
    await store.close()


async def test_a_receipt_reaches_the_family_with_its_link_and_its_number(post: Post) -> None:
    await post.receive()
    await post.pass_on()
    assert post.gateway.taken == [
        Delivery(
            PATHS["P-1"],
            "Kami turut berdukacita. Permintaan mobil jenazah sudah kami terima. "
            "Tidak perlu menelepon ke mana-mana; kami yang menghubungi. "
            "Perkembangannya dapat dilihat di https://jemput.example/t/track-1 (no. 1)",
        )
    ]
    (message,) = await post.messages("P-1")
    assert (message.state, message.tries, message.sent_at) == (MessageState.SENT, 1, NOW)


async def test_what_was_sent_reads_later_as_it_was_sent(post: Post) -> None:
    owed = make_promise(promise_id="J-1", request_id="P-1", owner="operator", why=Why.NOBODY_ELIGIBLE, now=NOW)
    await post.promise()
    await post.store.write(lambda books: books.promises.add(replace(owed, due_at=NOW + timedelta(minutes=20))))
    await post.pass_on()
    assert "paling lambat pukul 17.05." in post.texts("P-1")[0]

    def move_on(books: Books) -> None:
        books.promises.save(replace(owed, due_at=NOW + timedelta(minutes=45), version=owed.version + 1))
        kept = books.requests.get("P-1")
        later = replace(kept.ask, schedule_at=NOW + timedelta(days=1))
        books.requests.save(replace(kept, ask=later, version=kept.version + 1))

    await post.store.write(move_on)
    messages = await post.messages("P-1")
    read = await post.store.read(lambda books: [post.teller.write(books, message).text for message in messages])
    assert read == post.texts("P-1")


async def test_what_was_told_is_not_told_again_after_a_restart(post: Post) -> None:
    await post.receive()
    await post.pass_on()
    post.restart()
    await post.pass_on()
    await post.turn(hours=1)
    assert len(post.gateway.taken) == 1


async def test_two_processes_over_one_journal_tell_each_thing_once(post: Post) -> None:
    for name in PHONES:
        await post.receive(name)
        await post.promise(name)
    other = Post(post.path, post.store, post.gateway, post.clock)
    await asyncio.gather(*(each.pass_on() for each in (post, other) for _ in range(3)))
    await post.pass_on()
    texts = sorted(delivery.text for delivery in post.gateway.taken)
    assert len(texts) == len(set(texts)) == 6
    for name in PHONES:
        assert ["terima" in text for text in post.texts(name)] == [True, False]


@pytest.mark.parametrize("away", ["refuses", "is down"])
async def test_a_gateway_that_comes_back_gets_everything_once_and_in_order(post: Post, away: str) -> None:
    if away == "refuses":
        post.gateway.refuse = lambda path: True
    else:
        post.gateway.close()
    await post.receive()
    await post.promise()
    await post.happen(OfferAccepted, state=AssignmentState.ACCEPTED)
    await post.pass_on()
    for wait in (4, 1, 29, 1):
        await post.turn(seconds=wait)
    first, *rest = [m for m in await post.messages() if m.recipient == "contact:P-1"]
    assert (first.tries, first.last_error, first.state) == (3, "gateway_refused", MessageState.QUEUED)
    assert [later.tries for later in rest] == [0, 0]
    post.gateway.refuse = lambda path: False
    if away == "is down":
        post.gateway.open()
    await post.turn(minutes=2)
    assert [text.rpartition(" ")[2] for text in post.texts("P-1")] == [f"{m.id})" for m in (first, *rest)]
    assert post.texts("P-1")[2].startswith("Kami turut berdukacita. Kendaraan V1 segera berangkat.")


async def test_after_the_last_try_it_has_failed_for_an_operator_to_see_and_the_next_one_goes(post: Post) -> None:
    post.gateway.refuse = lambda path: len(post.gateway.tried) <= len(BACKOFF) + 1
    await post.receive()
    await post.promise()
    await post.pass_on()
    for wait in BACKOFF:
        tried = len(post.gateway.tried)
        await post.turn(seconds=wait.total_seconds() - 1)
        assert len(post.gateway.tried) == tried
        assert post.texts("P-1") == []
        await post.turn(seconds=1)
    assert [state for _, _, state in await post.states()] == [MessageState.FAILED, MessageState.SENT]
    assert len(post.gateway.tried) == len(BACKOFF) + 2
    failed = await post.store.read(lambda books: books.outbox.list_some(states=[MessageState.FAILED]))
    assert [message.template for message in failed] == [Template.RECEIVED]


async def test_a_number_at_which_the_gateway_hangs_holds_up_nobody_else(post: Post) -> None:
    post.gateway.hang = lambda path: path == PATHS["P-1"]
    for name in PHONES:
        await post.receive(name)
    while await tell_on(post.store):
        pass
    await post.teller.send_ready()
    while others := [task for name, task in post.teller._lanes.items() if name != "contact:P-1"]:
        await asyncio.wait(others)
    assert {delivery.path for delivery in post.gateway.taken} == {PATHS["P-2"], PATHS["P-3"]}
    assert not post.gateway.released.is_set()
    assert list(post.teller._lanes) == ["contact:P-1"]
    post.gateway.released.set()
    await asyncio.wait(post.teller._lanes.values())
    assert [state for _, _, state in await post.states()].count(MessageState.SENT) == 2


async def test_a_gateway_that_hangs_altogether_fills_its_own_places_and_no_others(post: Post) -> None:
    post.within_s = 0.05
    post.restart()
    post.gateway.hang = lambda path: path.startswith("/phone/")
    for _ in range(4):
        for name in PHONES:
            await post.receive(name)
        await post.turn(hours=1)
    hung = len(post.gateway.tried)
    assert hung == 8
    await post.escalate()
    await post.pass_on()
    assert [delivery.path for delivery in post.gateway.taken] == ["/operator"]
    assert len(post.gateway.tried) == hung + 1
    waiting = [m for m in await post.messages() if m.recipient != "operator"]
    assert {message.state for message in waiting} == {MessageState.QUEUED}
    assert "no_answer_in_time" in {message.last_error for message in waiting}


async def test_what_a_killed_process_had_claimed_is_sent_when_the_claim_has_run_out(post: Post) -> None:
    await post.receive()
    while await tell_on(post.store):
        pass
    post.gateway.hang = lambda path: True
    await post.teller.send_ready()
    for task in post.teller._lanes.values():
        task.cancel()  # as a killed process: nothing is written down about what became of it
    post.gateway.hang = lambda path: False
    post.restart()
    await post.turn(seconds=post.within_s + 4)
    assert post.gateway.taken == []
    await post.turn(seconds=2)
    assert len(post.texts("P-1")) == 1


async def test_a_step_that_is_undone_is_told_to_nobody(post: Post) -> None:
    await post.happen(StepTaken, state=AssignmentState.ON_SCENE)
    await post.pass_on()
    await post.turn(seconds=9)
    await post.undo()
    await post.turn(seconds=60)
    assert post.gateway.tried == []
    await post.happen(StepTaken, state=AssignmentState.ON_SCENE)
    await post.turn(seconds=SETTLED.total_seconds())
    assert post.texts("P-1") == ["Kami turut berdukacita. Kendaraan V1 sudah tiba di tempat penjemputan. (no. 2)"]


async def test_an_unanswered_offer_rings_the_base_after_half_its_time(post: Post) -> None:
    await post.happen(OfferMade, expires_at=NOW + timedelta(seconds=90))
    await post.pass_on()
    assert [delivery.path for delivery in post.gateway.taken] == ["/phone/6281100000009"]
    await post.turn(seconds=44)
    assert len(post.gateway.taken) == 1
    await post.turn(seconds=1)
    assert [delivery.path for delivery in post.gateway.taken][1:] == ["/phone/6281100000008"]


async def test_an_offer_that_was_answered_or_is_over_rings_nobody(post: Post) -> None:
    offer = NOW + timedelta(seconds=90)
    await post.happen(OfferMade, expires_at=offer)
    await post.turn(seconds=20)
    await post.happen(OfferDeclined, state=AssignmentState.DECLINED)
    await post.turn(seconds=60)
    assert len(post.gateway.tried) == 1
    await post.happen(OfferMade, expires_at=offer)
    await post.turn(hours=1)
    assert len(post.gateway.tried) == 1
    assert [state for _, _, state in await post.states()].count(MessageState.DROPPED) == 3


async def test_without_a_gateway_a_message_waits_for_somebodys_hand(post: Post) -> None:
    await post.happen(NoticeAsked, whom="police", rule="R11")
    await post.receive()
    await post.pass_on()
    assert await post.states() == [
        ("police", Template.POLICE_NOTICE, MessageState.LINKED),
        ("contact:P-1", Template.RECEIVED, MessageState.SENT),
    ]


async def test_an_entry_that_this_version_cannot_read_is_passed_over(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.receive()
    with sqlite3.connect(post.path) as raw:
        for kind, facts in (("of_a_later_version", "{}"), ("offer_made", '{"expires_at": "soon"}'), ("held", "?")):
            raw.execute("INSERT INTO journal (kind, at, facts) VALUES (?, ?, ?)", (kind, NOW.isoformat(), facts))
    raw.close()
    await post.receive("P-2")
    await post.pass_on()
    assert (len(post.texts("P-1")), len(post.texts("P-2"))) == (1, 1)
    assert "journal entry 2 (of_a_later_version) cannot be read: ValueError" in caplog.text


async def test_an_entry_whose_request_is_damaged_is_passed_over_and_named_by_its_number(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(post.path) as raw:
        raw.execute("UPDATE requests SET ask = '{}' WHERE id = 'P-1'")
    raw.close()
    await post.receive("P-1")
    await post.receive("P-2")
    await post.pass_on()
    assert len(post.texts("P-2")) == 1
    assert "journal entry 1 (request_received) is told to nobody: KeyError" in caplog.text


async def test_nothing_personal_reaches_the_log_or_the_outbox(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post.gateway.refuse = lambda path: path == PATHS["P-2"]
    for name in PHONES:
        await post.receive(name)
        await post.happen(OfferMade, name, expires_at=NOW + timedelta(hours=1))
    await post.pass_on()
    post.gateway.close()
    await post.promise("P-3")
    for wait in BACKOFF:
        await post.turn(seconds=wait.total_seconds())
    assert "an operator must tell it" in caplog.text
    kept = "\n".join(str(message) for message in await post.messages())
    for word in SECRET_WORDS:
        assert word not in caplog.text, word
        assert word not in kept, word


async def test_the_running_teller_tells_what_happens_and_ends_when_it_is_stopped(post: Post) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(post.teller.run(stop))
    await post.receive()
    await asyncio.to_thread(post.gateway.wait_until, lambda gateway: len(gateway.taken) == 1)
    stop.set()
    await running
    assert [state for _, _, state in await post.states()] == [MessageState.SENT]


async def test_a_message_that_cannot_be_written_out_holds_up_nobody(post: Post) -> None:
    await post.receive()
    await post.receive("P-2")
    await tell_on(post.store)
    spoiled, _ = await post.messages()
    wrong = replace(spoiled, facts={"eta": "soon"})
    await post.store.write(lambda books: books.outbox.save(spoiled, wrong))
    await post.pass_on()
    assert [m.last_error for m in await post.messages()] == ["unwritable:ValueError", None]
    assert len(post.texts("P-2")) == 1


async def test_what_was_dropped_on_its_way_and_told_all_the_same_is_seen_to_be_told(post: Post) -> None:
    post.gateway.hang = lambda path: True
    await post.happen(StepTaken, state=AssignmentState.ON_SCENE)
    post.clock.at += SETTLED
    await tell_on(post.store)
    await post.teller.send_ready()
    await asyncio.to_thread(post.gateway.wait_until, lambda gateway: len(gateway.tried) == 1)
    await post.undo()
    await tell_on(post.store)
    assert [state for _, _, state in await post.states()] == [MessageState.DROPPED]
    post.gateway.hang_status = 200
    post.gateway.released.set()
    await post.pass_on()
    assert [state for _, _, state in await post.states()] == [MessageState.SENT]


async def test_the_running_teller_lets_no_hand_wait_for_another(post: Post) -> None:
    stop = asyncio.Event()
    for _ in range(20):
        await post.happen(NoticeAsked, whom="police", rule="R11")
    await post.escalate()
    post.clock.at += timedelta(seconds=1)
    running = asyncio.create_task(post.teller.run(stop))
    await asyncio.to_thread(post.gateway.wait_until, lambda gateway: len(gateway.taken) == 1)
    while MessageState.QUEUED in {state for _, _, state in await post.states()}:
        assert not running.done()
    stop.set()
    await running
    assert [state for _, _, state in await post.states()].count(MessageState.LINKED) == 20


async def test_an_address_that_cannot_be_read_is_told_without_its_secrets() -> None:
    gateways = Gateways("nosuchscheme://secret@host/{phone}", {"police": "110", "operator": "alsonone://token"})
    problems = gateways.problems
    assert [problem.partition(" is no")[0] for problem in problems] == [
        "JEMPUT_TELL_URLS operator",
        "JEMPUT_TELL_PHONE_URL",
    ]
    assert gateways.find_route(("operator",), "+62 811-0000-0001") is None
    assert "secret" not in "".join(problems)
    assert "token" not in "".join(problems)
