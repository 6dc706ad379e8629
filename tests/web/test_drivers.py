"""A driver over HTTP: offers, steps with a sequence, duty, positions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.vocabulary.trip_steps import Step
from tests.people import BUDI, OPI, SITI
from tests.web.conftest import JOKO, TRACKER, YANI, Service
from tests.web.test_requests import REQUEST

STEPS = ("accept", "en_route", "on_scene", "transporting", "at_destination", "clear")


@pytest.fixture
def budi(service: Service) -> Any:
    with service.client(BUDI) as client:
        yield client


def step(client: httpx.Client, assignment: str, name: str, seq: int, **more: object) -> httpx.Response:
    body = {"seq": seq, "device_time": datetime.now(UTC).isoformat(), **more}
    return client.post(
        f"/api/assignments/{assignment}/{name}", json=body, headers={"Idempotency-Key": f"{assignment}-{name}{seq}"}
    )


def ask(service: Service) -> dict[str, Any]:
    with service.client(SITI) as siti:
        made: dict[str, Any] = siti.post("/api/requests", json=REQUEST).json()
        return made


def test_a_trip_from_the_offer_to_its_end(service: Service, budi: httpx.Client) -> None:
    assert budi.get("/api/me/offer").status_code == 204
    request = ask(service)
    offer = budi.get("/api/me/offer").json()
    assert offer["request"]["pickup"]["name"] == "Puskesmas Cikokol"
    assert budi.post(f"/api/assignments/{offer['assignment_id']}/delivered").status_code == 200
    offer = budi.get("/api/me/offer").json()
    left = datetime.fromisoformat(offer["expires_at"]) - datetime.fromisoformat(offer["now"])
    assert timedelta(seconds=89) < left <= timedelta(seconds=90)
    assert budi.get("/api/me").json()["contact_phone"] is None  # before the yes no number is shown
    for seq, name in enumerate(STEPS, 1):
        answer = step(budi, offer["assignment_id"], name, seq)
        assert answer.status_code == 200, answer.text
        if name == "accept":
            assert budi.get("/api/me").json()["contact_phone"] == REQUEST["contact"]["phone"]
            route = budi.get(f"/api/route?assignment={offer['assignment_id']}").json()
            assert route["properties"]["method"] == "straight_line"
    assert len(answer.json()["stamps"]) == len(STEPS)
    with service.client(SITI) as siti:
        assert siti.get(f"/api/requests/{request['id']}").json()["state"] == "completed"


def test_the_time_to_answer_runs_from_what_the_driver_acknowledges(service: Service, budi: httpx.Client) -> None:
    def told() -> list[str]:
        with service.client(SITI) as siti:
            return [line["kind"] for line in siti.get(f"/api/requests/{request['id']}").json()["timeline"]]

    request = ask(service)
    offers = [budi.get("/api/me/offer").json() for _ in range(2)]
    assert offers[0]["expires_at"] == offers[1]["expires_at"]
    assert "offer_delivered" not in told()
    path = f"/api/assignments/{offers[0]['assignment_id']}/delivered"
    with service.client(JOKO) as joko:
        assert joko.post(path).status_code == 404
    first, again = budi.post(path), budi.post(path)
    assert (first.status_code, again.json()) == (200, first.json())
    assert first.json()["expires_at"] == budi.get("/api/me/offer").json()["expires_at"]
    assert told().count("offer_delivered") == 1
    assert budi.post("/api/assignments/T-none/delivered").status_code == 404


def test_a_queue_that_is_sent_twice_and_late_is_stored_once(service: Service, budi: httpx.Client) -> None:
    ask(service)
    assignment = budi.get("/api/me/offer").json()["assignment_id"]
    earlier = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    queue = [("accept", 1), ("en_route", 2), ("on_scene", 3)]
    for name, seq in queue:
        assert step(budi, assignment, name, seq, device_time=earlier).status_code == 200
    for name, seq in queue:
        again = step(budi, assignment, name, seq, device_time=earlier)
        assert (again.status_code, again.json()["state"]) == (200, "on_scene")
    stamps = budi.get("/api/me").json()["assignment"]["stamps"]
    assert datetime.fromisoformat(stamps["on_scene"]["device_time"]) == datetime.fromisoformat(earlier)
    out_of_order = step(budi, assignment, "clear", 2)
    assert (out_of_order.status_code, out_of_order.json()["code"]) == (409, "seq_passed")


def test_declined_goes_to_the_next_driver(service: Service, budi: httpx.Client) -> None:
    ask(service)
    assignment = budi.get("/api/me/offer").json()["assignment_id"]
    assert step(budi, assignment, "decline", 1, reason="ban bocor").json()["state"] == "declined"
    assert budi.get("/api/me/offer").status_code == 204
    with service.client(JOKO) as joko:
        assert joko.get("/api/me/offer").status_code == 200


def test_somebody_elses_assignment_does_not_exist(service: Service, budi: httpx.Client) -> None:
    ask(service)
    assignment = budi.get("/api/me/offer").json()["assignment_id"]
    with service.client(JOKO) as joko:
        assert step(joko, assignment, "accept", 1).status_code == 404
        assert joko.get(f"/api/route?assignment={assignment}").status_code == 404


def test_duty_is_the_own_vehicles_and_waits_for_the_trips_end(service: Service, budi: httpx.Client) -> None:
    body = {"duty": "off_duty", "seq": 1, "device_time": datetime.now(UTC).isoformat()}
    assert budi.post("/api/me/duty", json={**body, "vehicle_id": "H1"}).status_code == 404
    assert budi.post("/api/me/duty", json=body).json()["vehicle"]["duty"] == "off_duty"
    assert budi.post("/api/me/duty", json={**body, "duty": "available", "at_base": True}).status_code == 200
    ask(service)
    assert budi.post("/api/me/duty", json=body).json()["code"] == "on_duty_trip"


@pytest.mark.alone
def test_positions_are_taken_or_refused_with_reasons(service: Service) -> None:
    now = datetime.now(UTC)
    fixes = [
        {"lon": 106.66, "lat": -6.2, "taken_at": now.isoformat()},
        {"lon": 106.66, "lat": -6.2, "taken_at": (now + timedelta(hours=1)).isoformat()},
        {"lon": 108.0, "lat": -6.2, "taken_at": (now + timedelta(seconds=1)).isoformat()},
        {"vehicle_id": "H1", "lon": 106.66, "lat": -6.2, "taken_at": now.isoformat()},
    ]
    for person in (BUDI, TRACKER):
        with service.client(person) as client:
            answer = client.post("/api/positions", json={"fixes": fixes}).json()
        if person is BUDI:
            assert answer["taken"] == 1
            reasons = {refused["index"]: refused["reasons"] for refused in answer["refused"]}
            assert reasons == {
                1: ["from_the_future"],
                2: ["impossible_speed"],
                3: ["foreign_vehicle"],
            }
        else:
            assert answer["taken"] == 0
    with service.client(SITI) as siti:
        seen = next(v for v in siti.get("/api/vehicles").json() if v["id"] == "H3")
    assert seen["link"] == "live"


@pytest.mark.parametrize("bad", [{"lon": 181}, {"lat": "x"}, {"taken_at": "yesterday"}, {"lon": None}])
def test_a_position_that_is_none_is_422(service: Service, bad: dict[str, object]) -> None:
    good = {"lon": 106.66, "lat": -6.2, "taken_at": datetime.now(UTC).isoformat()}
    with service.client(BUDI) as budi:
        assert budi.post("/api/positions", json={"fixes": [{**good, **bad}]}).status_code == 422


def test_staff_read_where_a_vehicle_is_only_while_it_is_on_a_request_of_their_own(service: Service) -> None:
    places = ("lon", "lat", "heading", "fix_age_s", "assignment_id", "assignment_state", "request_id")
    with service.client(SITI) as siti, service.client(YANI) as yani, service.client(OPI) as opi:
        with service.client(BUDI) as budi:
            fix = {"lon": 106.66, "lat": -6.2, "taken_at": datetime.now(UTC).isoformat(), "heading": 90}
            assert budi.post("/api/positions", json={"fixes": [fix]}).json()["taken"] == 1
        made = siti.post("/api/requests", json=REQUEST).json()
        seen = {}
        for name, client in (("siti", siti), ("yani", yani), ("opi", opi)):
            seen[name] = {vehicle["id"]: vehicle for vehicle in client.get("/api/vehicles").json()}
        assert seen["siti"]["H3"] == seen["opi"]["H3"]
        assert seen["opi"]["H3"]["request_id"] == made["id"]
        for other in (seen["yani"]["H3"], seen["siti"]["A1"], seen["yani"]["A1"]):
            assert [other[name] for name in places] == [None] * len(places)
            assert other["at_base"] is False
        assert seen["opi"]["A1"]["at_base"] is True
        assert {name: vehicle["duty"] for name, vehicle in seen["yani"].items()} == {
            name: vehicle["duty"] for name, vehicle in seen["opi"].items()
        }


def test_a_step_that_cannot_be_put_right_is_a_409_with_those_that_can(service: Service, budi: httpx.Client) -> None:
    ask(service)
    assignment = budi.get("/api/me/offer").json()["assignment_id"]
    assert step(budi, assignment, "accept", 1).status_code == 200
    with service.client(OPI) as opi:
        for wrong in set(Step) - {Step.ACCEPT, Step.EN_ROUTE}:
            body = {"step": wrong, "device_time": datetime.now(UTC).isoformat(), "reason": "salah sentuh"}
            answer = opi.post(f"/api/assignments/{assignment}/correct", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "not_to_correct"), answer.text
            assert answer.json()["facts"]["allowed"] == ["accept", "en_route"]
