"""Asking over HTTP: the Cikokol case, repeats, scopes, and what operators do."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.people import DINA, OPI, SITI
from tests.web.conftest import YANI, Service

BODY: dict[str, Any] = {
    "need": "body",
    "pickup": "puskesmas-cikokol",
    "dropoff": {"lon": 106.636, "lat": -6.211, "name": "Rumah keluarga"},
    "patient": {"living": False, "death": "unnatural"},
}
REQUEST = {**BODY, "contact": {"phone": "+62 811-0000-0001", "name": "Keluarga Contoh"}, "note": "pagar hijau"}


@pytest.fixture
def siti(service: Service) -> Any:
    with service.client(SITI) as client:
        yield client


@pytest.fixture
def opi(service: Service) -> Any:
    with service.client(OPI) as client:
        yield client


def test_staff_read_no_arrival_before_a_driver_has_agreed_and_operators_an_estimate(
    siti: httpx.Client, opi: httpx.Client
) -> None:
    made = siti.post("/api/requests", json=REQUEST).json()
    path = f"/api/requests/{made['id']}"
    preview = siti.post("/api/suggestions", json={"need": "body", "pickup": "puskesmas-cikokol"}).json()
    read = siti.get(path).json()
    for said in (made["decision"]["sentence"], preview["sentence"], read["decision"]["sentence"]):
        assert (" dihubungi." in said, re.findall(r"\d\d\.\d\d", said)) == (True, []), said
    told = [line["text"] for client in (siti, opi) for line in client.get(path).json()["timeline"]]
    assert [text for text in told if " dihubungi" in text]
    assert [text for text in told if "perkiraan tiba" in text] == []
    estimate = opi.get(path).json()["decision"]["sentence"]
    assert re.search(r" dihubungi; perkiraan tiba \d\d\.\d\d\.$", estimate), estimate


def test_staff_read_who_could_come_and_not_where_everybody_stands(siti: httpx.Client, opi: httpx.Client) -> None:
    made = siti.post("/api/requests", json=REQUEST).json()
    path = f"/api/requests/{made['id']}"
    for read in (
        made["decision"],
        siti.get(path).json()["decision"],
        siti.get(f"{path}/candidates").json(),
        siti.post("/api/suggestions", json={"need": "body", "pickup": "puskesmas-cikokol"}).json(),
    ):
        assert read["candidates"][0]["eta_s"] is not None
        assert {(c["lon"], c["lat"]) for c in read["candidates"]} == {(None, None)}
        assert {"agency": "kota-tangerang", "name": "Kota Tangerang", "version": "2026-11-01"} in read["sop"]
    assert None not in {c["lon"] for c in opi.get(path).json()["decision"]["candidates"]}


def test_cikokol_by_suggestion_and_by_request(siti: httpx.Client) -> None:
    decision = siti.post("/api/suggestions", json=BODY).json()
    assert decision["outcome"] == "offer"
    assert decision["chosen"] == ["H3"]
    ambulance = next(c for c in decision["candidates"] if c["vehicle_id"] == "A1")
    assert ambulance["blocking"] == ["R01"]
    assert ambulance["method"] == "straight_line"
    objection = next(f for f in ambulance["findings"] if f["blocks"])
    assert (objection["rule"], bool(objection["clause"]), bool(objection["would_help"])) == ("R01", True, True)
    made = siti.post("/api/requests", json=REQUEST)
    assert made.status_code == 201
    request = made.json()
    assert request["state"] == "searching"
    assert [(a["vehicle_id"], a["state"]) for a in request["assignments"]] == [("H3", "offered")]
    assert siti.get(f"/api/requests/{request['id']}").json()["decision"] == request["decision"]
    assert [r["id"] for r in siti.get("/api/requests?state=searching").json()["requests"]] == [request["id"]]
    assert siti.get(f"/api/requests/{request['id']}/candidates").json()["considered"] == 3


def test_a_repeat_gets_the_first_request_and_a_reused_key_is_refused(siti: httpx.Client) -> None:
    key = {"Idempotency-Key": "tap-1"}
    first, again = (siti.post("/api/requests", json=REQUEST, headers=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert len(again.json()["assignments"]) == 1
    other = siti.post("/api/requests", json={**REQUEST, "note": "lain"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_eight_repeats_at_once_make_one_request(service: Service) -> None:
    def send(_: int) -> str:
        with service.client(SITI) as client:
            return str(client.post("/api/requests", json=REQUEST, headers={"Idempotency-Key": "same"}).json()["id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1


def test_another_facilitys_request_does_not_exist(service: Service, siti: httpx.Client) -> None:
    request_id = siti.post("/api/requests", json=REQUEST).json()["id"]
    with service.client(YANI) as yani:
        assert yani.get(f"/api/requests/{request_id}").status_code == 404
        ended = yani.post(f"/api/requests/{request_id}/cancel", json={"told": "siapa", "reason": "iseng"})
        assert ended.status_code == 404
        assert yani.get("/api/requests").json()["requests"] == []
        own = yani.post("/api/requests", json={**REQUEST, "pickup": REQUEST["dropoff"]}).json()["id"]
        same = {"told": "siapa", "reason": "iseng", "of": request_id}  # whose link would show the other's family's trip
        assert yani.post(f"/api/requests/{own}/duplicate", json=same).status_code == 404
    with service.client(DINA) as dina:
        assert dina.get(f"/api/requests/{request_id}").status_code == 200


def test_cancelling_says_who_was_told_and_frees_the_vehicle(siti: httpx.Client) -> None:
    request_id = siti.post("/api/requests", json=REQUEST).json()["id"]
    ended = siti.post(f"/api/requests/{request_id}/cancel", json={"told": "keluarga", "reason": "berangkat sendiri"})
    assert ended.json()["state"] == "cancelled_by_requester"
    assert ended.json()["timeline"][-1]["facts"]["told"] == "keluarga"
    again = siti.post(f"/api/requests/{request_id}/cancel", json={"told": "keluarga", "reason": "sekali lagi"})
    assert (again.status_code, again.json()["code"]) == (409, "request_ended")
    assert siti.post("/api/suggestions", json=BODY).json()["chosen"] == ["H3"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"pickup": "puskesmas-entah"}, 422, "unknown_facility"),
        ({"patient": {"living": True}}, 409, "body_but_living"),
        ({"need": "emergency"}, 409, "living_need_but_dead"),
        ({"need": "taxi"}, 422, "invalid"),
        ({"at": "2026-11-20T16:45:00"}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(
    siti: httpx.Client, change: dict[str, object], status: int, code: str
) -> None:
    answer = siti.post("/api/suggestions", json={**BODY, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


def test_a_choice_that_may_go_is_followed(siti: httpx.Client) -> None:
    made = siti.post("/api/requests", json={**REQUEST, "choose": "H1"}).json()
    assert [a["vehicle_id"] for a in made["assignments"]] == ["H1"]


def test_a_choice_that_is_no_vehicle_is_refused_and_nothing_is_kept(siti: httpx.Client) -> None:
    before = siti.get("/api/requests").json()["requests"]
    answer = siti.post("/api/requests", json={**REQUEST, "choose": "H404"})
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unknown"), answer.text
    assert "Pilih lagi dari usulan" in answer.text
    assert siti.get("/api/requests").json()["requests"] == before


def test_two_operators_who_send_the_same_vehicle_at_once(service: Service, siti: httpx.Client) -> None:
    first = siti.post("/api/requests", json={**REQUEST, "choose": "H1"}).json()["id"]
    second = siti.post("/api/requests", json=REQUEST).json()["id"]
    with service.client(OPI) as opi:
        opi.post(f"/api/requests/{first}/cancel", json={"told": "keluarga", "reason": "ganti rencana"})
        third = siti.post("/api/requests", json={**BODY, "contact": REQUEST["contact"]}).json()
    assert [a["vehicle_id"] for a in third["assignments"]] == ["H1"]

    def send(request_id: str) -> int:
        with service.client(OPI) as client:
            return client.post(f"/api/requests/{request_id}/assign", json={"vehicle_id": "H3"}).status_code

    with service.client(OPI) as opi:
        opi.post(f"/api/requests/{second}/cancel", json={"told": "keluarga", "reason": "ganti rencana"})
    others = [third["id"], siti.post("/api/requests", json=REQUEST).json()["id"]]
    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, others))
    live = [
        a["vehicle_id"]
        for request_id in others
        for a in siti.get(f"/api/requests/{request_id}").json()["assignments"]
        if a["state"] in ("offered", "accepted")
    ]
    assert statuses in ([200, 409], [409, 409])
    assert len(live) == len(set(live)) == 2


def test_a_burial_in_the_neighbouring_district_is_not_out_of_town(siti: httpx.Client) -> None:
    """Eleven kilometres on, but in the next district: the hearse nearby goes with its usual crew."""
    village = {"lon": 106.53, "lat": -6.23, "name": "Kampung keluarga"}
    made = siti.post("/api/requests", json={**REQUEST, "dropoff": village}).json()
    assert [(a["vehicle_id"], a["state"]) for a in made["assignments"]] == [("H3", "offered")]
    assert "rt_rw" not in [line["code"] for line in made["decision"]["checklist"]]


@pytest.mark.parametrize("said", [{"dropoff": {"lon": 107.9, "lat": -7.22}}, {"leaves": "city"}])
def test_out_of_town_a_second_driver_is_needed_and_the_letter_is_due_before_the_departure(
    siti: httpx.Client, said: dict[str, object]
) -> None:
    decision = siti.post("/api/suggestions", json={**BODY, **said}).json()
    assert decision["outcome"] == "promise"
    assert {c["vehicle_id"]: c["blocking"] for c in decision["candidates"]} == {
        "A1": ["R01", "R14"],
        "H1": ["R14"],
        "H3": ["R14"],
    }
    assert {"rt_rw", "R14-2"} <= {line["code"] for line in decision["checklist"]}


def test_an_override_needs_a_rule_that_allows_it(siti: httpx.Client, opi: httpx.Client) -> None:
    request_id = siti.post("/api/requests", json=REQUEST).json()["id"]
    plain = opi.post(f"/api/requests/{request_id}/assign", json={"vehicle_id": "A1"})
    assert (plain.status_code, plain.json()["code"]) == (409, "rule_objects")
    override = {"vehicle_id": "A1", "override": {"rule": "R01", "reason": "tidak ada yang lain"}}
    forced = opi.post(f"/api/requests/{request_id}/assign", json=override)
    assert (forced.status_code, forced.json()["code"]) == (409, "not_overridable")


def test_a_health_officer_acts_against_the_rules_that_name_her_and_no_others(
    service: Service, siti: httpx.Client, opi: httpx.Client
) -> None:
    infectious = {**REQUEST, "patient": {"living": False, "infectious": True}}
    path = f"/api/requests/{siti.post('/api/requests', json=infectious).json()['id']}/assign"
    body = {"vehicle_id": "H3", "override": {"rule": "R10", "reason": "alat pelindung dipinjamkan puskesmas"}}
    by_operator = opi.post(path, json=body)
    assert (by_operator.status_code, by_operator.json()["code"]) == (409, "not_overridable")
    with service.client(DINA) as dina:
        assert dina.post(path, json={"vehicle_id": "H3"}).status_code == 403
        done = dina.post(path, json=body)
    assert done.status_code == 200
    assert [a["vehicle_id"] for a in done.json()["assignments"] if a["state"] == "offered"] == ["H3"]
    written = next(line for line in done.json()["timeline"] if line["kind"] == "overridden")
    assert (written["actor"], written["facts"]["rule"]) == (DINA.id, "R10")
    assert "alat pelindung diri" in written["facts"]["clause"]


@pytest.mark.parametrize("name", ["living", "can_sit", "oxygen", "infectious", "labour", "count"])
def test_what_is_either_so_or_not_is_not_changed_into_nothing(siti: httpx.Client, name: str) -> None:
    made = siti.post("/api/requests", json=REQUEST).json()
    change = f"/api/requests/{made['id']}/change"
    refused = siti.post(change, json={"patient": {name: None}})
    assert refused.status_code == 422, refused.text
    assert siti.post(change, json={"patient": {"resident_of": None, "can_sit": True}}).status_code == 200


def test_the_count_of_patients_is_changed_by_itself(siti: httpx.Client) -> None:
    made = siti.post("/api/requests", json=REQUEST).json()
    change = f"/api/requests/{made['id']}/change"
    assert siti.post(change, json={"count": 3}).status_code == 200
    again = siti.post(change, json={"patient": {"count": 3}})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_changed")


def test_no_letter_is_asked_for_that_has_come_since(siti: httpx.Client) -> None:
    made = siti.post("/api/requests", json=REQUEST).json()
    asked_for = {line["code"] for line in made["decision"]["checklist"]}
    assert {"ktp", "death_letter"} <= asked_for
    change = f"/api/requests/{made['id']}/change"
    changed = siti.post(change, json={"documents": ["ktp"]}).raise_for_status().json()
    assert {line["code"] for line in changed["decision"]["checklist"]} == asked_for - {"ktp"}
