"""Incidents over HTTP and on the live connection: one board for operators, and nothing of it for anybody else."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.people import BUDI, DINA, OPI, SITI
from tests.web.conftest import ADMIN, Service
from tests.web.test_live import live, post, until
from tests.web.test_requests import REQUEST

CRASH: dict[str, Any] = {
    "name": "Tabrakan beruntun",
    "place": {"lon": 106.63, "lat": -6.2, "name": "Jl. Contoh km 3"},
    "note": "satu bus, dua motor",
}
RED = {"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0001"}}


@pytest.fixture
def opi(service: Service) -> Any:
    with service.client(OPI) as client:
        yield client


def ask(client: httpx.Client, **changes: object) -> dict[str, Any]:
    made = client.post("/api/requests", json={**REQUEST, **changes})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_one_event_with_its_requests_and_counts(opi: httpx.Client) -> None:
    red, body = opi.post("/api/requests", json={**RED, "patient": {"count": 2}}).json(), ask(opi)
    made = opi.post("/api/incidents", json={**CRASH, "requests": [body["id"]]})
    assert made.status_code == 201, made.text
    incident = made.json()
    assert (incident["name"], incident["note"], incident["place"]["name"]) == (
        "Tabrakan beruntun",
        "satu bus, dua motor",
        "Jl. Contoh km 3",
    )
    assert incident["request_ids"] == [body["id"]]
    path = f"/api/incidents/{incident['id']}"
    more = opi.post(f"{path}/requests", json={"add": [red["id"]]}).json()
    assert more["people"] == {"red": 2, "yellow": 0, "green": 0, "body": 1}
    assert (more["sought"], more["assigned"], more["done"]) == (red["wanted"] + 1, 0, 0)
    assert [one["id"] for one in more["requests"]] == more["request_ids"] == [red["id"], body["id"]]
    assert {one["incident"] for one in more["requests"]} == {incident["id"]}
    trip = body["assignments"][0]["id"]
    tap = {"seq": 1, "device_time": datetime.now(UTC).isoformat()}
    opi.post(f"/api/assignments/{trip}/accept", json=tap)
    seen = opi.get(path).json()
    assert (seen["sought"], seen["assigned"], seen["done"]) == (red["wanted"], 1, 0)
    [listed] = opi.get("/api/incidents").json()["incidents"]
    assert listed == {name: value for name, value in seen.items() if name != "requests"}
    less = opi.post(f"{path}/requests", json={"remove": [body["id"]]}).json()
    assert (less["request_ids"], less["people"]["body"]) == ([red["id"]], 0)
    over = opi.post(f"{path}/close", json={}).json()
    assert over["closed_at"] is not None
    assert opi.get("/api/incidents").json()["incidents"] == []
    again = opi.post(f"{path}/requests", json={"add": [body["id"]]})
    assert (again.status_code, again.json()["code"]) == (409, "incident_closed")
    assert "selesai" in again.json()["title"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "xx"}, 422),
        ({"name": "x" * 81}, 422),
        ({"place": "entah"}, 422),
        ({"place": None}, 422),
        ({"note": "x" * 501}, 422),
        ({"requests": ["P-1"] * 201}, 422),
        ({"urgency": "red"}, 422),
        ({"requests": ["P-nobody"]}, 404),
    ],
)
def test_what_is_no_incident_is_none(opi: httpx.Client, change: dict[str, Any], status: int) -> None:
    assert opi.post("/api/incidents", json={**CRASH, **change}).status_code == status
    assert opi.get("/api/incidents").json()["incidents"] == []


@pytest.mark.parametrize("person", [SITI, BUDI, DINA, ADMIN], ids=lambda person: person.id)
def test_an_incident_is_the_operators(service: Service, opi: httpx.Client, person: Any) -> None:
    made = ask(opi)
    incident = opi.post("/api/incidents", json={**CRASH, "requests": [made["id"]]}).json()
    path = f"/api/incidents/{incident['id']}"
    with service.client(person) as client:
        for method, where, body in (
            ("GET", "/api/incidents", None),
            ("GET", path, None),
            ("POST", "/api/incidents", CRASH),
            ("POST", f"{path}/requests", {"remove": [made["id"]]}),
            ("POST", f"{path}/close", {}),
        ):
            assert client.request(method, where, json=body).status_code == 403, where
    assert opi.get(path).json()["request_ids"] == [made["id"]]


def test_staff_read_that_their_request_is_in_one_and_not_what_it_is_called(service: Service, opi: httpx.Client) -> None:
    with service.client(SITI) as siti:
        made = ask(siti)
        opi.post("/api/incidents", json={**CRASH, "requests": [made["id"]]})
        seen = siti.get(f"/api/requests/{made['id']}").json()
    assert seen["incident"] is not None
    assert "Digabungkan ke satu kejadian" in [event["text"] for event in seen["timeline"]]
    assert "Tabrakan" not in json.dumps(seen)
    assert "satu bus" not in json.dumps(seen)


@pytest.mark.anyio
async def test_the_board_follows_by_itself_and_only_operators_hear_of_it(service: Service) -> None:
    made = await post(service, SITI, "/api/requests", REQUEST)
    async with live(service, OPI) as opi, live(service, SITI) as siti, live(service, DINA) as dina:
        for socket in (opi, siti, dina):
            assert json.loads(await socket.recv())["snapshot"]["incidents"] == []
        incident = await post(service, OPI, "/api/incidents", {**CRASH, "requests": [made["id"]]})
        opened, joined = await until(opi, "incident_joined")
        assert opened["kind"] == "incident_opened"
        assert opened["incident"] == joined["incident"]
        assert joined["request"]["incident"] == incident["id"] == joined["incident"]["id"]
        tap = {"seq": 1, "device_time": datetime.now(UTC).isoformat()}
        await post(service, OPI, f"/api/assignments/{made['assignments'][0]['id']}/accept", tap)
        accepted = (await until(opi, "offer_accepted"))[-1]
        assert (accepted["incident"]["assigned"], accepted["incident"]["sought"]) == (1, 0)
        await post(service, OPI, f"/api/incidents/{incident['id']}/requests", {"remove": [made["id"]]})
        left = (await until(opi, "incident_left"))[-1]
        assert (left["incident"]["request_ids"], left["request"]["incident"]) == ([], None)
        await post(service, OPI, f"/api/incidents/{incident['id']}/close", {})
        assert (await until(opi, "incident_closed"))[-1]["incident"]["closed_at"] is not None
        for socket, first in ((siti, "incident_joined"), (dina, "incident_opened")):
            heard = await until(socket, "incident_left")
            assert heard[0]["kind"] == first
            assert [message for message in heard if "incident" in message] == []
            assert "Tabrakan" not in json.dumps(heard)
    again = await post(service, OPI, "/api/incidents", CRASH)
    async with live(service, OPI) as opi:
        snapshot = json.loads(await opi.recv())["snapshot"]
        assert [one["id"] for one in snapshot["incidents"]] == [again["id"]]
