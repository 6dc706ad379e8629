"""Likely duplicates over HTTP and live: a question by what each may know, which refuses and holds up nothing."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.people import DINA, OPI, SITI
from tests.web.conftest import YANI, Service
from tests.web.test_live import live, post, until

PHONE = "+62 811-0000-0077"
HERE = {"lon": 106.6285, "lat": -6.2005, "name": "Depan pasar"}
STREET: dict[str, Any] = {"need": "emergency", "pickup": HERE}


def request(**changes: object) -> dict[str, Any]:
    return {**STREET, "contact": {"phone": PHONE}, **changes}


def ask(client: httpx.Client, **changes: object) -> dict[str, Any]:
    made = client.post("/api/requests", json=request(**changes))
    assert made.status_code == 201, made.text
    return dict(made.json())


def likely(seen: dict[str, Any]) -> list[tuple[str | None, list[str]]]:
    return [
        (one["request_id"], [reason.removeprefix("same_") for reason in one["reasons"]])
        for one in seen["likely_duplicates"]
    ]


ALL = ["place", "time", "phone", "need"]
UNKNOWN = ["place", "time", "need"]


def test_an_operator_is_shown_it_before_and_after_and_on_both(service: Service) -> None:
    with service.client(OPI) as opi:
        assert opi.post("/api/suggestions", json=STREET).json()["likely_duplicates"] == []
        first = ask(opi)
        assert first["likely_duplicates"] == []
        assert likely(opi.post("/api/suggestions", json=STREET).json()) == [(first["id"], UNKNOWN)]
        written = {**STREET, "phone": PHONE.replace("+62 ", "0").replace("-", " ")}
        assert likely(opi.post("/api/suggestions", json=written).json()) == [(first["id"], ALL)]
        second = ask(opi)
        assert (second["state"], likely(second)) == ("waiting", [(first["id"], ALL)])
        [told] = second["likely_duplicates"]
        assert (told["need"], told["state"], told["distance_m"]) == ("emergency", "searching", 0)
        assert told["age_s"] < 20
        assert likely(opi.get(f"/api/requests/{first['id']}").json()) == [(second["id"], ALL)]
        listed = {one["id"]: likely(one) for one in opi.get("/api/requests").json()["requests"][:2]}
        assert listed == {first["id"]: [(second["id"], ALL)], second["id"]: [(first["id"], ALL)]}
        words = {"told": "keluarga", "reason": "sama", "of": first["id"]}
        assert opi.post(f"/api/requests/{second['id']}/duplicate", json=words).json()["likely_duplicates"] == []
        assert opi.get(f"/api/requests/{first['id']}").json()["likely_duplicates"] == []


def test_requests_of_one_incident_are_not_taken_for_one(service: Service) -> None:
    with service.client(OPI) as opi:
        first, second = ask(opi), ask(opi, contact={"phone": "+62 811-0000-0078"})
        crash = {"name": "Tabrakan", "place": HERE, "requests": [first["id"], second["id"]]}
        opi.post("/api/incidents", json=crash)
        assert opi.get(f"/api/requests/{first['id']}").json()["likely_duplicates"] == []
        third = ask(opi, contact={"phone": "+62 811-0000-0079"})
        assert {name for name, _ in likely(third)} == {first["id"], second["id"]}


@pytest.mark.alone
def test_staff_read_of_another_facilitys_request_by_whom_and_when_and_no_more(service: Service) -> None:
    with service.client(YANI) as yani, service.client(SITI) as siti, service.client(DINA) as dina:
        theirs = ask(yani)
        for seen in (siti.post("/api/suggestions", json={**STREET, "phone": PHONE}).json(), ask(siti)):
            [told] = seen["likely_duplicates"]
            age_s = told.pop("age_s")
            assert 0 <= age_s < 20
            assert told == {
                "request_id": None,
                "reasons": ["same_place", "same_time", "same_need"],
                "need": "emergency",
                "asked_by": "Puskesmas Jauh",
                "state": None,
                "distance_m": None,
            }
            assert theirs["id"] not in json.dumps(seen)
        both = siti.get("/api/requests").json()["requests"][0]
        assert [one["asked_by"] for one in both["likely_duplicates"]] == ["Puskesmas Jauh"]
        own = dina.get(f"/api/requests/{both['id']}").json()
        assert likely(own) == [(theirs["id"], ALL)]


@pytest.mark.alone
def test_nobody_finds_out_by_asking_whose_number_another_facility_has(service: Service) -> None:
    """The place is another one, so that only the number would tell; nor does it change what is told of this place."""
    away = {"lon": 106.6285, "lat": -6.2105, "name": "Lain"}
    with service.client(YANI) as yani, service.client(SITI) as siti:
        ask(yani)
        for where in (away, HERE):
            answers = [
                siti.post("/api/suggestions", json={**STREET, "pickup": where, "phone": phone}).json()
                for phone in (PHONE, "+62 811-0000-0099")
            ]
            told = [[{**one, "age_s": 0} for one in answer["likely_duplicates"]] for answer in answers]
            assert told[0] == told[1]
            assert bool(told[0]) is (where is HERE)
        own = ask(siti, pickup=away)
        assert own["likely_duplicates"] == []


@pytest.mark.alone
def test_a_facilitys_own_number_makes_nobody_the_same(service: Service) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store

    def give_number(books: Any) -> None:
        books.facilities.put(replace(books.facilities.find("puskesmas-jauh"), phone=PHONE))

    store.submit(give_number).result()
    with service.client(YANI) as yani:
        first = ask(yani, pickup={**HERE, "lat": -6.21})
        assert likely(ask(yani)) == []
        assert likely(ask(yani, pickup={**HERE, "lat": -6.21}))[0][0] == first["id"]


@pytest.mark.alone
@pytest.mark.anyio
async def test_each_board_hears_of_it_by_what_its_people_may_know(service: Service) -> None:
    theirs = await post(service, YANI, "/api/requests", request())
    async with live(service, OPI) as opi, live(service, SITI) as siti:
        for socket in (opi, siti):
            await socket.recv()
        own = await post(service, SITI, "/api/requests", request())
        by_operator = (await until(opi, "request_received"))[-1]["request"]
        by_staff = (await until(siti, "request_received"))[-1]["request"]
    assert by_operator["id"] == by_staff["id"] == own["id"]
    assert likely(by_operator) == [(theirs["id"], ALL)]
    assert likely(by_staff) == [(None, UNKNOWN)]
    async with live(service, OPI) as opi, live(service, SITI) as siti:
        [seen] = [json.loads(await socket.recv())["snapshot"]["requests"] for socket in (siti,)]
        assert [likely(one) for one in seen] == [[(None, UNKNOWN)]]
        board = json.loads(await opi.recv())["snapshot"]["requests"]
    assert {one["id"]: likely(one) for one in board} == {
        own["id"]: [(theirs["id"], ALL)],
        theirs["id"]: [(own["id"], ALL)],
    }
