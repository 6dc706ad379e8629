"""A crew reports a death over HTTP: who reads of it, that the family does not, and who confirms it."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.domain.people import Person
from tests.people import BUDI, DINA, OPI, SITI
from tests.web.conftest import ADMIN, JOKO, YANI, Service
from tests.web.test_live import live, post, until

ABOARD = ("accept", "en_route", "on_scene", "transporting")
ASKED: dict[str, Any] = {
    "need": "emergency",
    "pickup": "puskesmas-cikokol",
    "dropoff": "puskesmas-jauh",  # where yani works
    "contact": {"phone": "+62 811-0000-0001"},
    "note": "sesak sejak pagi",
}
THERE = {"confirmed": "yes", "by": "facility"}
ALIVE = {"confirmed": "no", "by": "facility"}


@pytest.fixture(autouse=True)
def over(service: Service) -> Iterator[None]:
    """Every report is answered and every trip driven to its end, so that the town can be tidied."""
    yield
    crew = {"confirmed": "no", "by": "crew"}
    with service.client(OPI) as opi:
        for one in opi.get("/api/deaths").json():
            opi.post(f"/api/requests/{one['request_id']}/confirm_death", json=crew).raise_for_status()
        for request in opi.get("/api/requests", params={"state": "in_progress"}).json()["requests"]:
            for trip in request["assignments"]:
                if trip["state"] == "transporting":
                    step(opi, trip["id"], "at_destination", "clear")


def step(operator: httpx.Client, trip: str, *names: str) -> None:
    for name in names:
        body = {"seq": 1, "device_time": datetime.now(UTC).isoformat()}
        operator.post(f"/api/assignments/{trip}/{name}", json=body).raise_for_status()


def carried(service: Service) -> tuple[dict[str, Any], str]:
    """A patient on the way to the far puskesmas: the request, and its trip."""
    with service.client(SITI) as siti, service.client(OPI) as opi:
        made = siti.post("/api/requests", json=ASKED).raise_for_status().json()
        trip = next(one["id"] for one in made["assignments"] if one["vehicle_id"] == "A1")
        step(opi, trip, *ABOARD)
        return made, trip


def report(service: Service, trip: str) -> None:
    with service.client(OPI) as opi:
        step(opi, trip, "patient_died")


def confirm(service: Service, person: Person, made: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    with service.client(person) as client:
        return client.post(f"/api/requests/{made['id']}/confirm_death", json=body)


def all_that_the_requester_reads(service: Service, made: dict[str, Any]) -> dict[str, Any]:
    """The family's page in both languages, and what staff at the family's side read of the request and its letters."""
    token = made["track_url"].rpartition("/")[2]
    with service.client(None) as family, service.client(SITI) as siti:
        pages = {lang: family.get(f"/t/{token}", params={"lang": lang}).text for lang in ("id", "en")}
        mine = siti.get(f"/api/requests/{made['id']}").raise_for_status().json()
        told = siti.get(f"/api/requests/{made['id']}/messages").raise_for_status().json()
        listed = siti.get("/api/requests").raise_for_status().json()
        promises = siti.get("/api/promises").raise_for_status().json()
    # Those that wait to be sent are told after their time to be taken back.
    letters = [(one["recipient"], one["template"], one["text"]) for one in told]
    return {"pages": pages, "request": mine, "letters": letters, "list": listed, "promises": promises}


@pytest.mark.alone
def test_between_report_and_confirmation_the_family_reads_what_it_read_before_byte_for_byte(service: Service) -> None:
    assert service.app is not None
    made, trip = carried(service)
    store = service.app.state.house.unit.store

    def told() -> int:
        seq, last = store.submit(lambda books: (books.outbox.get_told_seq(), books.journal.last_seq())).result()
        return int(last - seq)

    def when_all_is_told() -> dict[str, Any]:
        end = datetime.now(UTC) + timedelta(seconds=20)
        while told():
            assert datetime.now(UTC) < end
        return all_that_the_requester_reads(service, made)

    before = when_all_is_told()
    report(service, trip)
    assert when_all_is_told() == before
    assert confirm(service, YANI, made, ALIVE).status_code == 200
    assert when_all_is_told() == before
    report(service, trip)
    assert confirm(service, YANI, made, THERE).status_code == 200
    after = when_all_is_told()
    assert after["pages"] != before["pages"]
    said = re.sub(r"<[^>]*>", "\n", after["pages"]["id"]).split("</style>")[-1]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = lines.index("Kami turut berdukacita.")
    assert all("jenazah" not in line for line in lines[:first])
    assert "Penjemputan dari Puskesmas Jauh." in lines
    assert any(line.endswith("untuk menanyakan tujuan.") for line in lines)
    assert not any("memburuk" in line for line in lines)
    assert after["request"]["onward"]


@pytest.mark.alone
@pytest.mark.anyio
async def test_on_the_live_connection_the_requester_hears_nothing_and_who_receives_that_there_is_something(
    service: Service,
) -> None:
    made, trip = await asyncio.to_thread(carried, service)
    async with live(service, SITI) as siti, live(service, YANI) as yani, live(service, OPI) as opi:
        for socket in (siti, yani, opi):
            await socket.recv()
        await asyncio.to_thread(report, service, trip)
        await post(service, SITI, f"/api/requests/{made['id']}/note", {"text": "pagar"})
        assert [event["kind"] for event in await until(siti, "noted")] == ["noted"]
        [heard] = await until(yani, "trip_noticed")
        assert (heard["text"], heard["facts"], heard["request_id"], heard.get("request")) == ("", {}, None, None)
        assert "meninggal" in (await until(opi, "trip_noticed"))[-1]["text"]
        await asyncio.to_thread(confirm, service, YANI, made, THERE)
        events = await until(siti, "death_answered")
        assert "dipastikan" in events[-1]["text"]
        assert "death_answered" in [event["kind"] for event in await until(yani, "death_answered")]


def test_who_receives_and_who_watches_read_the_report_and_nobody_else(service: Service) -> None:
    _, trip = carried(service)
    report(service, trip)
    for person, sees in ((YANI, 1), (OPI, 1), (SITI, 0)):
        with service.client(person) as client:
            listed = client.get("/api/deaths").raise_for_status().json()
            assert len(listed) == sees, person.id
            for one in listed:
                assert (one["vehicle_name"], one["coming"], one["state"]) == ("Kendaraan A1", True, "reported")
                assert (one["lies_at"]["name"], one["onward"]) == ("Puskesmas Jauh", None)
    for person in (BUDI, JOKO, DINA, ADMIN):
        with service.client(person) as client:
            assert client.get("/api/deaths").status_code == 403, person.id


def test_on_the_scene_it_is_the_operators_alone(service: Service) -> None:
    with service.client(SITI) as siti, service.client(OPI) as opi, service.client(YANI) as yani:
        made = siti.post("/api/requests", json=ASKED).json()
        trip = next(one["id"] for one in made["assignments"] if one["vehicle_id"] == "A1")
        step(opi, trip, *ABOARD[:3], "patient_died")
        assert yani.get("/api/deaths").json() == []
        assert [one["coming"] for one in opi.get("/api/deaths").json()] == [False]
    answer = confirm(service, YANI, made, THERE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_receiving")


@pytest.mark.alone
def test_staff_of_the_receiving_facility_confirm_and_follow_the_body(service: Service) -> None:
    made, trip = carried(service)
    report(service, trip)
    answer = confirm(service, YANI, made, {**THERE, "death": "natural", "note": "tiba pukul sembilan"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["word"]) == ("confirmed", "facility")
    with service.client(YANI) as yani, service.client(OPI) as opi:
        assert yani.get("/api/deaths").json() == []
        body = yani.get(f"/api/requests/{answer.json()['onward']}").raise_for_status().json()
        assert (body["need"], body["pickup"]["facility"], body["dropoff"]) == ("body", "puskesmas-jauh", None)
        assert (body["onward_of"], body["contact_phone"]) == (made["id"], ASKED["contact"]["phone"])
        assert body["promise"]["why"] == "destination"
        assert yani.get(f"/api/requests/{made['id']}").status_code == 404
        first = opi.get(f"/api/requests/{made['id']}").json()
        assert (first["onward"], first["state"]) == (body["id"], "in_progress")
        assert ASKED["note"] not in json.dumps(opi.get(f"/api/requests/{body['id']}").json())


@pytest.mark.alone
def test_an_operator_writes_down_the_doctor_whom_nobody_else_reads(service: Service) -> None:
    made, trip = carried(service)
    report(service, trip)
    doctor = {"name": "dr. Contoh Sari", "heard_at": datetime.now(UTC).isoformat()}
    answer = confirm(service, OPI, made, {"confirmed": "yes", "by": doctor})
    assert (answer.status_code, answer.json()["doctor"]) == (200, "dr. Contoh Sari"), answer.text
    with service.client(SITI) as siti:
        assert "Contoh Sari" not in siti.get(f"/api/requests/{made['id']}").text


@pytest.mark.parametrize(
    ("person", "body", "status", "code"),
    [
        (SITI, THERE, 404, "not_found"),
        (OPI, THERE, 409, "not_receiving"),
        (OPI, {"confirmed": "yes", "by": "crew"}, 409, "death_needs_doctor"),
        (
            OPI,
            {"confirmed": "yes", "by": {"name": "dr. Contoh", "heard_at": "2020-01-01T00:00:00Z"}},
            409,
            "heard_when",
        ),
        (
            OPI,
            {"confirmed": "yes", "by": {"name": "dr. Contoh", "heard_at": "2020-01-01T00:00:00"}},
            422,
            "invalid",
        ),
        (OPI, {"confirmed": "yes", "by": {"name": "d", "heard_at": "2020-01-01T00:00:00Z"}}, 422, None),
        (OPI, {"confirmed": "yes", "by": "doctor"}, 422, None),
        (OPI, {"confirmed": True, "by": "facility"}, 422, None),
        (YANI, {**THERE, "note": "x" * 501}, 422, None),
        (YANI, {**THERE, "death": "sudden"}, 422, None),
        (BUDI, THERE, 403, "not_allowed"),
        (DINA, THERE, 403, "not_allowed"),
    ],
)
def test_nobody_else_and_nothing_else_confirms(
    service: Service, person: Person, body: dict[str, Any], status: int, code: str | None
) -> None:
    made, trip = carried(service)
    report(service, trip)
    answer = confirm(service, person, made, body)
    assert (answer.status_code, code) == (status, answer.json()["code"] if code else None), answer.text
    with service.client(OPI) as opi:
        assert [one["state"] for one in opi.get("/api/deaths").json()] == ["reported"]
    assert confirm(service, YANI, made, ALIVE).status_code == 200


def test_a_report_that_was_answered_is_not_answered_again(service: Service) -> None:
    made, trip = carried(service)
    report(service, trip)
    assert confirm(service, YANI, made, ALIVE).status_code == 200
    again = confirm(service, YANI, made, THERE)
    assert (again.status_code, again.json()["code"]) == (409, "death_answered")


def test_a_driver_reads_what_was_reported_and_until_when_to_stay(service: Service) -> None:
    with service.client(SITI) as siti, service.client(BUDI) as budi:
        body = {"need": "body", "pickup": "puskesmas-cikokol", "contact": ASKED["contact"]}
        made = siti.post("/api/requests", json=body).json()
        trip = next(one["id"] for one in made["assignments"] if one["vehicle_id"] == "H3")
        for seq, name in enumerate(("accept", "en_route", "on_scene"), 1):
            tap = {"seq": seq, "device_time": datetime.now(UTC).isoformat()}
            budi.post(f"/api/assignments/{trip}/{name}", json=tap).raise_for_status()
        assert budi.get("/api/me").json()["request"]["stays_until"] is None
        tap = {"seq": 4, "device_time": datetime.now(UTC).isoformat()}
        budi.post(f"/api/assignments/{trip}/nobody_there", json=tap).raise_for_status()
        until_ = datetime.fromisoformat(budi.get("/api/me").json()["request"]["stays_until"])
        assert timedelta(seconds=290) < until_ - datetime.now(UTC) <= timedelta(seconds=300)
        early = budi.post(f"/api/assignments/{trip}/clear", json={**tap, "seq": 5})
        assert (early.status_code, early.json()["code"]) == (409, "stays_until_rung")
        died = budi.post(f"/api/assignments/{trip}/patient_died", json={**tap, "seq": 6})
        assert (died.status_code, died.json()["code"]) == (409, "no_patient")
