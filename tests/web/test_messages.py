"""Messages of a running server: links for a person's hand, and a gateway that never holds up a dispatch."""

import asyncio
import contextlib
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from dispatch.desk.ports import Books
from dispatch.domain.message import Message, MessageState
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.tell.gateway import AT_ONCE
from tests.gateways import Delivery, Gateway, open_gateway
from tests.people import BUDI, HOME, OPI, SITI
from tests.servers import NO_TLS, free_port
from tests.web.conftest import YANI, Service, prepare, serving

ROOT = Path(__file__).parents[2]
PHONE = "+62 811-0000-0001"
KILLS = 3


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as opened:
        yield opened


def ask(client: httpx.Client, phone: str = PHONE, need: str = "emergency") -> dict[str, Any]:
    body = {"need": need, "pickup": "puskesmas-cikokol", "contact": {"phone": phone, "name": "Keluarga Contoh"}}
    answer = client.post("/api/requests", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """The first true answer; fails after a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    return pytest.fail(f"never came: {what}")


def linked(client: httpx.Client, request_id: str) -> Callable[[], list[dict[str, Any]]]:
    def look() -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = client.get(f"/api/requests/{request_id}/messages").json()
        return [message for message in messages if message["state"] == "linked"]

    return look


def test_without_a_gateway_one_tap_sends_it_and_another_says_so(service: Service) -> None:
    with service.client(SITI) as siti, service.client(OPI) as opi:
        request_id = ask(siti)["id"]
        receipt = wait_for(linked(siti, request_id), "the receipt")[0]
        assert receipt["label"] == "Keluarga"
        chat = urlsplit(receipt["chat_url"])
        assert (chat.netloc, chat.path) == ("wa.me", "/6281100000001")
        assert parse_qs(chat.query)["text"] == [receipt["text"]]
        assert receipt["call_url"] == "tel:+6281100000001"
        link = receipt["text"].split(" dilihat di ")[1].split()[0]
        assert "Kami sedang menghubungi sopir terdekat" in siti.get(link).text
        sent = siti.post(f"/api/requests/{request_id}/messages/{receipt['id']}/sent").json()
        assert (sent["state"], sent["sent_by"]) == ("sent", "siti")
        assert (sent["chat_url"], sent["call_url"]) == (None, None)
        again = opi.post(f"/api/requests/{request_id}/messages/{receipt['id']}/sent").json()
        assert again == sent
        found = opi.get("/api/messages", params={"state": "sent"}).json()
        assert [m["id"] for m in found if m["request_id"] == request_id] == [receipt["id"]]


def test_what_somebody_sent_by_hand_reads_later_as_it_was_sent(service: Service) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store
    with service.client(SITI) as siti, service.client(OPI) as opi:
        request_id = ask(siti)["id"]
        wait_for(lambda: len(linked(siti, request_id)()) >= 2, "receipt and offer")
        offer = next(m for m in linked(opi, request_id)() if m["template"] == "offer")
        assert "Jemput di Puskesmas Cikokol." in offer["text"]
        path = f"/api/requests/{request_id}/messages"
        assert opi.post(f"{path}/{offer['id']}/sent").json()["text"] == offer["text"]

        def move(books: Books) -> None:
            kept = books.requests.get(request_id)
            books.requests.save(replace(kept, ask=replace(kept.ask, pickup=HOME), version=kept.version + 1))

        store.submit(move).result()
        assert [m["text"] for m in opi.get(path).json() if m["id"] == offer["id"]] == [offer["text"]]


def test_a_step_that_may_still_be_taken_back_is_told_by_nobodys_hand(service: Service) -> None:
    with service.client(SITI) as siti, service.client(OPI) as opi, service.client(BUDI) as budi:
        request_id = ask(siti, need="body")["id"]
        trip = budi.get("/api/me").json()["assignment"]["id"]
        for seq, step in enumerate(("accept", "en_route"), 1):
            tap = {"seq": seq, "device_time": datetime.now(UTC).isoformat()}
            assert budi.post(f"/api/assignments/{trip}/{step}", json=tap).status_code == 200
        waiting = wait_for(
            lambda: [m for m in opi.get(f"/api/requests/{request_id}/messages").json() if m["template"] == "en_route"],
            "that the vehicle is on its way",
        )
        assert [(m["state"], m["chat_url"], m["call_url"]) for m in waiting] == [("queued", None, None)] * len(waiting)


@pytest.mark.parametrize("state", MessageState)
def test_only_what_may_still_be_sent_by_hand_has_a_link(service: Service, state: MessageState) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store
    with service.client(SITI) as siti:
        request_id = ask(siti)["id"]
        receipt = wait_for(linked(siti, request_id), "the receipt")[0]
        path = f"/api/requests/{request_id}/messages"
        for late in (False, True):

            def change(books: Books, *, late: bool = late) -> None:
                held = books.outbox.get(receipt["id"])
                over = datetime.now(UTC) - timedelta(seconds=1) if late else None
                books.outbox.save(held, replace(held, state=state, tries=1, drop_after=over))

            store.submit(change).result()
            (shown,) = [one for one in siti.get(path).json() if one["id"] == receipt["id"]]
            may = state in (MessageState.LINKED, MessageState.QUEUED, MessageState.FAILED) and not late
            assert [shown[name] is not None for name in ("chat_url", "call_url")] == [may, may], (state, late)


def test_messages_are_the_business_of_the_own_facility_and_their_own_request(service: Service) -> None:
    with service.client(SITI) as siti, service.client(YANI) as yani, service.client(OPI) as opi:
        request_id, other_id = ask(siti)["id"], ask(siti)["id"]
        receipt = wait_for(linked(siti, request_id), "the receipt")[0]
        assert yani.get(f"/api/requests/{request_id}/messages").status_code == 404
        assert yani.post(f"/api/requests/{request_id}/messages/{receipt['id']}/sent").status_code == 404
        assert opi.post(f"/api/requests/{other_id}/messages/{receipt['id']}/sent").status_code == 404
        assert opi.post(f"/api/requests/{request_id}/messages/999/sent").status_code == 404
        assert opi.post(f"/api/requests/{request_id}/messages/x/sent").status_code == 422


def test_a_drivers_number_is_the_operators_to_see(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, tell_urls={"driver:A1": "+62 811-0000-0009"})
    with serving(settings) as service, service.client(SITI) as siti, service.client(OPI) as opi:
        request_id = ask(siti)["id"]
        wait_for(lambda: len(linked(siti, request_id)()) >= 2, "receipt and offer")
        for client, call_url in ((siti, None), (opi, "tel:+6281100000009")):
            offer = next(m for m in linked(client, request_id)() if m["template"] == "offer")
            assert (offer["recipient"], offer["call_url"]) == ("driver:A1", call_url)


def test_what_was_overtaken_is_sent_by_nobody(service: Service) -> None:
    with service.client(SITI) as siti:
        request_id = ask(siti)["id"]
        wait_for(lambda: len(linked(siti, request_id)()) >= 2, "receipt and offer")
        offer = next(m for m in linked(siti, request_id)() if m["template"] == "offer")
        siti.post(f"/api/requests/{request_id}/cancel", json={"told": "keluarga", "reason": "sudah berangkat"})
        path = f"/api/requests/{request_id}/messages"
        wait_for(lambda: [m for m in siti.get(path).json() if m["template"] == "ended_cancelled"], "the end")
        assert [m["state"] for m in siti.get(path).json() if m["id"] == offer["id"]] == ["dropped"]
        answer = siti.post(f"{path}/{offer['id']}/sent")
        assert (answer.status_code, answer.json()["code"]) == (409, "message_overtaken")


def test_a_gateway_that_hangs_delays_no_dispatch(tmp_path: Path, gateway: Gateway) -> None:
    gateway.hang = lambda path: True
    settings = Settings(data_dir=tmp_path, tell_phone_url=gateway.phone_url)
    with serving(settings) as service, service.client(SITI) as siti, service.client(OPI) as opi:
        for number in range(12):
            ask(siti, f"+62 811-0000-01{number:02}")
        gateway.wait_until(lambda it: len(it.tried) == 8)  # all its places are taken, and it answers none
        made = ask(siti)
        assert opi.get(f"/api/requests/{made['id']}").status_code == 200
        assert opi.get("/readyz").status_code == 200
        told = {"told": "keluarga", "reason": "tidak jadi"}
        assert siti.post(f"/api/requests/{made['id']}/cancel", json=told).json()["state"] == "cancelled_by_requester"
        assert not gateway.released.is_set()
        assert gateway.taken == []
        gateway.hang = lambda path: False
        gateway.released.set()


class Served:
    """A server process that can be killed and started again over the same data."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.settings = Settings(data_dir=folder)
        prepare(self.settings)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JEMPUT_")}
        self.environment = kept | {"JEMPUT_DATA_DIR": str(folder), "JEMPUT_TELL_PHONE_URL": gateway.phone_url}
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[Service]:
        """The server as long as the block lasts; then it is killed."""
        service = Service(f"http://127.0.0.1:{(port := free_port())}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dispatch.cli.main", "serve", "--port", str(port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

        def is_up() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{service.url}/readyz", timeout=20, verify=NO_TLS).status_code == 200
            return False

        try:
            wait_for(is_up, "the server")
            yield service
        finally:
            self.process.kill()
            self.process.wait()

    def family_messages(self) -> list[Message]:
        """What there is to be told to families, from the database of a server that does not run."""
        store = open_sqlite(self.settings.database_path, guest=True)
        try:
            found = store.submit(lambda books: books.outbox.list_some(limit=10_000)).result()
            return [message for message in found if message.recipient.startswith("contact:")]
        finally:
            asyncio.run(store.close())


def is_all_told(opi: httpx.Client, requests: int) -> bool:
    """Whether there is something for each of so many families, and all of it was sent."""
    messages = opi.get("/api/messages", params={"limit": 500}).json()
    families = [m for m in messages if m["recipient"].startswith("contact:")]
    return len({m["request_id"] for m in families}) == requests and all(m["state"] == "sent" for m in families)


def test_through_kill_9_everything_is_told_and_nothing_that_was_marked_is_told_again(
    tmp_path: Path, gateway: Gateway
) -> None:
    served, dice, marked = Served(tmp_path, gateway), random.Random(4), dict[int, int]()
    gateway.hang = lambda path: path.endswith("000")  # the first number of each round is in flight when it is killed
    for kill in range(KILLS):
        with served.running() as service, service.client(SITI) as siti:
            most = len(gateway.tried) + dice.randrange(3, 9)
            for number in range(6):
                ask(siti, f"+62 811-0000-{kill * 1000 + number * 11:04}")
            gateway.wait_until(partial(has_tried, most=most))
        told = Counter(number_of(delivery) for delivery in list(gateway.taken))
        for message in served.family_messages():
            if message.state is MessageState.SENT:
                marked.setdefault(message.id, told[message.id])
    gateway.hang = lambda path: False
    gateway.released.set()
    with served.running() as service, service.client(OPI) as opi:
        wait_for(lambda: is_all_told(opi, KILLS * 6), "every message to a family")
    messages = served.family_messages()
    assert len({message.key for message in messages}) == len(messages)
    numbers: dict[str, list[int]] = defaultdict(list)
    for delivery in gateway.taken:
        numbers[delivery.path].append(number_of(delivery))
    told = Counter(number for each in numbers.values() for number in each)
    assert {message.id for message in messages} <= told.keys()
    assert {number: told[number] for number, before in marked.items() if told[number] != before} == {}
    # Once more for each kill at the most, and only what was in flight then.
    assert max(told.values()) <= 1 + KILLS
    assert sum(told.values()) - len(told) <= KILLS * AT_ONCE
    for path, each in numbers.items():
        firsts = list(dict.fromkeys(each))
        assert firsts == sorted(firsts), path
    log = served.log.read_text("utf-8")
    assert "sent" in log
    assert re.search(r"811-?0000|Keluarga Contoh", log) is None


def number_of(delivery: Delivery) -> int:
    """The number of a message, which its text ends with."""
    return int(delivery.text.rpartition("(no. ")[2].rstrip(")"))


def has_tried(gateway: Gateway, most: int) -> bool:
    return len(gateway.tried) >= most
