"""A message written out from what a real store holds."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch.desk.ports import Books, Store
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.message import Message, MessageState, Template
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.promise import make_promise
from dispatch.domain.request import Contact
from dispatch.reading.letters import Letter, write_letter
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.contract.conftest import offer, open_store, request, settle_town
from tests.people import CIKOKOL, HOME, NOW, ask, vehicle

pytestmark = pytest.mark.anyio
PUBLIC = "https://jemput.example"


def settle(books: Books) -> None:
    settle_town(books)
    base = Facility(id="pangkalan", kind=FacilityKind.BASE, name="Pangkalan", point=CIKOKOL.point, phone="021 555 0001")
    books.facilities.put(base)
    books.vehicles.put(replace(vehicle("V1", VehicleClass.HEARSE, agency="dkm").vehicle, base=base.id, phone="0811 1"))
    books.people.put(Person(id="opi", name="Operator Contoh Opi", role=Role.OPERATOR, phone="0811 2"))
    from_home = replace(request("P-home"), ask=replace(request("P-1").ask, pickup=HOME))
    books.requests.add(from_home, Contact(phone="0811 3"), track_token="track-home")


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    opened = open_store(tmp_path)
    await opened.write(settle)
    yield opened
    await opened.close()


async def letter(store: Store, recipient: str, template: str, public_url: str = PUBLIC, **changes: Any) -> Letter:
    message = Message(
        id=12,
        key="k",
        seq=1,
        made_at=NOW,
        recipient=recipient,
        template=template,
        request_id=changes.pop("request_id", "P-1"),
        vehicle_id=changes.pop("vehicle_id", "V1"),
        assignment_id=changes.pop("assignment_id", None),
        state=changes.pop("state", MessageState.QUEUED),
        facts=changes,
        send_after=NOW,
    )
    zone = ZoneInfo("Asia/Jakarta")
    return await store.read(lambda books: write_letter(books, message, zone=zone, public_url=public_url))


async def test_a_trip_at_another_time_is_told_with_that_time(store: Store) -> None:
    at = datetime(2026, 11, 27, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
    asked = replace(request("P-1").ask, schedule_at=at)
    booked = replace(request("P-later"), ask=asked)
    contact = Contact(phone="0811 3")
    await store.write(lambda books: books.requests.add(booked, contact, track_token="track-later"))
    told = await letter(store, "contact:P-later", Template.CHANGED, request_id="P-later", changes="schedule_at,patient")
    assert "waktu, menjadi 27 Nov 2026 pukul 10.00 dan keadaan pasien" in told.text
    now = await letter(store, "contact:P-1", Template.CHANGED, changes="schedule_at")
    assert "Yang berubah: waktu." in now.text


@pytest.mark.parametrize(("wait_s", "said"), [(0.0, "segera berangkat"), (1_800.0, "berangkat sesuai jadwal")])
async def test_whoever_may_stay_until_a_booked_time_is_near_is_not_said_to_leave_at_once(
    store: Store, wait_s: float, said: str
) -> None:
    arrival = Arrival(eta_s=2_000, eta_low_s=2_000, eta_high_s=2_000, method=Method.GIVEN, wait_s=wait_s)
    await store.write(lambda books: books.assignments.add(replace(offer("T-1", "V1"), arrival=arrival)))
    message = partial(letter, store, assignment_id="T-1")
    assert f"{said}." in (await message("contact:P-1", Template.COMING)).text
    assert f"Mohon {said}." in (await message("driver:V1", Template.OFFER_AUTO)).text


async def test_a_facility_is_named_and_a_home_never(store: Store) -> None:
    named = await letter(store, "driver:V1", Template.OFFER)
    assert "Jemput di Puskesmas Cikokol." in named.text
    hidden = await letter(store, "driver:V1", Template.OFFER, request_id="P-home")
    assert HOME.name not in hidden.text
    assert "Jemput di" not in hidden.text


@pytest.mark.parametrize(
    ("recipient", "label", "phone", "page"),
    [
        ("driver:V1", "Sopir Kendaraan V1", "0811 1", "/sopir"),
        ("base:V1", "Pangkalan Kendaraan V1", "021 555 0001", "/sopir"),
        ("owner:V1", "Pemilik Kendaraan V1", None, "/peta"),
        ("contact:P-1", "Keluarga", "+62 811-0000-0001", "/peta"),
        ("facility:puskesmas-cikokol", "Puskesmas Cikokol", None, "/minta"),
        ("facility:none", "Penerima", None, "/minta"),
        ("person:opi", "Pemegang janji", "0811 2", "/"),
        ("agency:kota-contoh", "Operator Kota Contoh", None, "/peta"),
        ("health_officer", "Petugas Dinas Kesehatan", None, "/kelola"),
        ("police", "Kepolisian", None, "/peta"),
        ("contact:P-none", "Keluarga", None, "/peta"),
        ("driver:V-none", "Penerima", None, "/sopir"),
    ],
)
async def test_each_recipient_has_a_label_a_number_and_a_page(
    store: Store, recipient: str, label: str, phone: str | None, page: str
) -> None:
    written = await letter(store, recipient, Template.ESCALATED)
    assert (written.label, written.phone) == (label, phone)
    assert written.text.endswith(f"Buka {PUBLIC}{page} (no. 12)")


async def test_an_owner_is_looked_for_under_the_agency_too(store: Store) -> None:
    assert (await letter(store, "owner:V1", Template.OWNER_NOTICE)).recipients == ("owner:V1", "agency:dkm")


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (NOW + timedelta(minutes=15), "Petugas kami menelepon Anda paling lambat pukul 17.00."),
        (datetime.fromisoformat("2026-11-21T01:00:00+07:00"), "paling lambat tanggal 21 Nov 2026 pukul 01.00."),
    ],
)
async def test_a_promise_names_the_day_where_it_is_another(store: Store, due: datetime, said: str) -> None:
    written = await letter(store, "contact:P-1", Template.PROMISE_MADE, due=due.isoformat(), owner="opi")
    assert said in written.text


async def test_without_a_public_address_there_is_no_link(store: Store) -> None:
    assert "http" not in (await letter(store, "contact:P-1", Template.RECEIVED, public_url="")).text
    linked = await letter(store, "contact:P-1", Template.RECEIVED)
    assert f"{PUBLIC}/t/track-1 (no. 12)" in linked.text


async def test_condolences_are_for_a_death_alone(store: Store) -> None:
    first = "Kami turut berdukacita. "
    for template in (Template.RECEIVED, Template.COMING, "trip_over", Template.ENDED_CANCELLED):
        assert (await letter(store, "contact:P-1", template, need="body")).text.startswith(first)
        assert "berdukacita" not in (await letter(store, "contact:P-1", template, need="emergency")).text
    assert "berdukacita" not in (await letter(store, "facility:puskesmas-cikokol", "trip_over", need="body")).text


async def test_a_letter_that_is_not_sent_yet_speaks_of_the_ledgers_time(store: Store) -> None:
    facts = {"owner": "operator", "due": NOW.isoformat()}
    before = (await letter(store, "contact:P-1", Template.PROMISE_MADE, **facts)).text

    def owe(books: Books) -> None:
        owed = make_promise(promise_id="J-1", request_id="P-1", owner="operator", why=Why.ALL_TRIED, now=NOW)
        books.promises.add(owed)

    await store.write(owe)
    after = (await letter(store, "contact:P-1", Template.PROMISE_MADE, **facts)).text
    assert ("paling lambat pukul 16.45" in before, "paling lambat pukul 17.00" in after) == (True, True)
    told = (await letter(store, "contact:P-1", Template.PROMISE_MADE, state=MessageState.SENT, **facts)).text
    assert "paling lambat pukul 16.45" in told  # it has been said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Permintaan rujukan dari Puskesmas Cikokol pukul 16.45 memerlukan"),
        ({"pickup": HOME}, "Permintaan rujukan lewat Puskesmas Cikokol pukul 16.45 memerlukan"),
        ({"pickup": HOME, "requester": None}, "Permintaan rujukan pukul 16.45 memerlukan"),
        (
            {"pickup": HOME, "need": Need.BODY},
            "Permintaan mobil jenazah lewat Puskesmas Cikokol pukul 16.45 memerlukan",
        ),
        (
            {"schedule_at": NOW + timedelta(days=2)},
            "Permintaan rujukan dari Puskesmas Cikokol untuk 22 Nov 2026 pukul 16.45 memerlukan",
        ),
    ],
    ids=["facility", "home", "an operator's", "body", "booked"],
)
async def test_a_request_is_known_by_what_people_know_of_it(store: Store, changes: dict[str, Any], said: str) -> None:
    kept = replace(request("P-7"), created_at=NOW, ask=replace(ask(Need.REFERRAL), **changes))
    await store.write(lambda books: books.requests.add(kept, Contact(phone="0811 4"), track_token="track-7"))
    written = await letter(store, "operator", Template.ESCALATED, request_id="P-7")
    assert written.text.startswith(said)
    assert HOME.name not in written.text


async def test_a_request_of_another_day_is_known_with_its_day(store: Store) -> None:
    kept = replace(request("P-7"), created_at=NOW - timedelta(days=1), ask=ask(Need.REFERRAL))
    await store.write(lambda books: books.requests.add(kept, Contact(phone="0811 4"), track_token="track-7"))
    written = await letter(store, "operator", Template.ESCALATED, request_id="P-7")
    assert "dari Puskesmas Cikokol tanggal 19 Nov 2026 pukul 16.45 memerlukan" in written.text


_PACK = """
[pack]
agency = "{agency}"
title = "SOP"
version = "{version}"
effective_from = {since}T00:00:00+07:00

[[rule]]
id = "X1"
title = "{title}"
effect = "approval"
when = {{ need = ["body"] }}
approver = "health_officer"
clause = "Kendaraan berangkat setelah disetujui."
source = "ours"
[rule.reason]
met = "Disetujui."
unmet = "Belum disetujui."
"""


@pytest.mark.parametrize(
    ("rule", "vehicle_id", "said"),
    [
        ("X1", "V1", 'Aturannya: "Milik DKM, yang sekarang".'),
        ("X1", "V-none", 'Aturannya: "Milik DKM, yang sekarang".'),
        ("JAM", "V1", 'Aturannya: "jam layanan kendaraan".'),
        ("R99", "V1", 'Aturannya: "aturan SOP".'),
    ],
    ids=["the vehicle's own", "of a vehicle that is gone", "built in", "not kept any more"],
)
async def test_a_rule_is_known_by_its_title_in_the_pack_that_spoke(
    store: Store, rule: str, vehicle_id: str, said: str
) -> None:
    def publish(books: Books) -> None:
        for agency, version, since, title in (
            ("dkm", "2025", "2025-01-01", "Milik DKM, dahulu"),
            ("dkm", "2026", "2026-01-01", "Milik DKM, yang sekarang"),
            ("dkm", "2027", "2027-01-01", "Milik DKM, kelak"),
            ("laz", "2026", "2026-01-01", "Milik LAZ"),
        ):
            text = _PACK.format(agency=agency, version=version, since=since, title=title)
            effective_from = datetime.fromisoformat(f"{since}T00:00:00+07:00")
            books.sop.add_pack(agency=agency, version=version, effective_from=effective_from, text=text)

    await store.write(publish)
    written = await letter(store, "health_officer", Template.APPROVAL_ASKED, vehicle_id=vehicle_id, rule=rule)
    assert said in written.text


async def test_an_approver_of_one_agency_is_reached_where_all_of_the_role_are(store: Store) -> None:
    found = await letter(store, "health_officer:kota-tangerang", Template.APPROVAL_ASKED, rule="R02")
    assert found.recipients == ("health_officer:kota-tangerang", "health_officer")
    assert (await letter(store, "health_officer", Template.APPROVAL_ASKED)).recipients == ("health_officer",)


async def test_a_letter_reads_as_it_was_sent_when_vehicle_and_facility_are_called_otherwise(store: Store) -> None:
    def call(books: Books, name: str, plate: str) -> None:
        books.vehicles.put(replace(books.vehicles.get("V1").vehicle, name=name, plate=plate))
        facility = books.facilities.find("puskesmas-cikokol")
        assert facility is not None
        books.facilities.put(replace(facility, name=f"Puskesmas {name}"))

    await store.write(lambda books: call(books, "Lama", "B 1 AAA"))
    sent = await letter(store, "facility:puskesmas-cikokol", Template.COMING_TO_FACILITY)
    assert "Lama (pelat B 1 AAA) menerima permintaan mobil jenazah dari Puskesmas Lama" in sent.text
    await store.write(lambda books: call(books, "Baru", "B 2 BBB"))

    def again(books: Books, state: MessageState) -> str:
        kept = replace(sent.message, state=state)
        return write_letter(books, kept, zone=ZoneInfo("Asia/Jakarta"), public_url=PUBLIC).text

    assert await store.read(lambda books: again(books, MessageState.SENT)) == sent.text
    assert "Baru (pelat B 2 BBB)" in await store.read(lambda books: again(books, MessageState.QUEUED))
