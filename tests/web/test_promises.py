"""The ledger of promises over the API: who sees what, who owes it by name, and what a list says of a request."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from tests.people import BUDI, DINA, OPI, SITI
from tests.web.conftest import YANI, Service


def post(client: httpx.Client, path: str, body: dict[str, object]) -> dict[str, object]:
    """A command that has to be carried out."""
    answer = client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found


def wait_for_a_document(client: httpx.Client) -> dict[str, object]:
    """Somebody waits for a document at the caller's facility."""
    body: dict[str, object] = {
        "need": "document",
        "subject": "Blangko KTP",
        "pickup": "puskesmas-cikokol",
        "contact": {"phone": "+62 811-0000-0042"},
    }
    return post(client, "/api/requests", body)


def test_the_facility_that_asked_and_the_operators_see_a_promise_and_nobody_else(service: Service) -> None:
    with service.client(SITI) as siti, service.client(YANI) as yani, service.client(OPI) as opi:
        wait_for_a_document(siti)
        (mine,) = siti.get("/api/promises").json()
        assert (mine["owner"], mine["owner_name"], mine["call_phone"]) == ("staff", None, "+62 811-0000-0042")
        assert yani.get("/api/promises").json() == []
        assert yani.post(f"/api/promises/{mine['id']}/take", json={}).status_code == 404
        assert [promise["id"] for promise in opi.get("/api/promises").json()] == [mine["id"]]


def test_whoever_takes_a_promise_is_named_and_hands_it_to_none_of_another_facility(service: Service) -> None:
    with service.client(SITI) as siti, service.client(DINA) as dina:
        wait_for_a_document(siti)
        (promise,) = siti.get("/api/promises").json()
        taken = post(siti, f"/api/promises/{promise['id']}/take", {})
        assert (taken["owner"], taken["owner_name"]) == (SITI.id, SITI.name)
        assert dina.get("/api/promises").json()[0]["owner_name"] == SITI.name
        assert siti.get("/api/promises/heirs").json() == []


def test_a_list_says_what_is_asked_and_at_which_level_a_request_stands(service: Service) -> None:
    with service.client(SITI) as siti, service.client(OPI) as opi:
        red = post(
            siti,
            "/api/requests",
            {"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0042"}},
        )
        booked_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        later = post(
            siti,
            "/api/requests",
            {
                "need": "transport",
                "pickup": "puskesmas-cikokol",
                "contact": {"phone": "+62 811-0000-0042"},
                "schedule_at": booked_at,
            },
        )
        listed = {one["id"]: one for one in opi.get("/api/requests").json()["requests"]}
        assert (listed[red["id"]]["level"], listed[later["id"]]["level"]) == (0, 4)
        assert (listed[red["id"]]["broken"], listed[red["id"]]["escalated_to"]) == (False, None)


def test_a_page_learns_the_zone_of_the_region_and_only_who_watches_the_order_its_ageing(service: Service) -> None:
    with service.client(BUDI) as budi, service.client(OPI) as opi:
        driver, operator = budi.get("/api/me").json(), opi.get("/api/me").json()
    assert driver["timezone"] == operator["timezone"] == "Asia/Jakarta"
    assert (driver["ageing_s"], operator["ageing_s"]) == (None, 1800.0)
    assert driver["vehicle"]["at_base"] is True
