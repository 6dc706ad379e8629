"""The key of an act: demanded of every POST that keeps something, by the server and by its own description."""

import httpx
import pytest

from dispatch.domain.people import Person
from dispatch.vocabulary.roles import Permission, may
from tests.people import BUDI, DINA, OPI, SITI
from tests.servers import NO_TLS
from tests.web.conftest import ADMIN, TRACKER, Service, secret
from tests.web.test_walk import routes_of, things
from tests.web.test_writes import looking
from web.auth import ROUTES

# What keeps nothing or carries a key of its own, and the beginning of an officer's draft.
WITHOUT = {
    "/api/positions",
    "/api/session",
    "/api/suggestions",
    "/api/sop/{agency}/drafts",
    *(f"/api/sop/{{agency}}/drafts/{{draft_id}}/{act}" for act in ("approve", "backtest", "publish", "submit", "test")),
    "/t/{track_token}",
}
BODY = {"need": "body", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0042"}}


def nameless(service: Service, person: Person) -> httpx.Client:
    """A client whose calls carry no key."""
    headers = {"Authorization": f"Bearer {secret(person)}", "Origin": service.url}
    return httpx.Client(base_url=service.url, headers=headers, timeout=20, verify=NO_TLS)


def caller(path: str) -> Person:
    """Somebody who may call it."""
    needed = ROUTES["POST", path] or Permission.SIGN_IN
    return next(person for person in (SITI, OPI, BUDI, DINA, ADMIN, TRACKER) if may(person.role, needed))


@pytest.mark.alone
def test_every_post_that_keeps_something_demands_a_key_and_no_other_does(service: Service) -> None:
    assert service.app is not None
    found = [route for route in routes_of(service.app.routes) if "POST" in (getattr(route, "methods", None) or ())]
    known, demanding = things(service) | {"draft_id": "R-000000000000"}, set()
    with looking(service) as rows:
        before = rows()
        for path in (route.path for route in found):  # type: ignore[attr-defined]
            with nameless(service, caller(path)) as client:
                answer = client.post(path.format_map(known))
                if (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"):
                    assert answer.json()["code"] == "key_missing"
                    assert client.post(path.format_map(known), headers={"Idempotency-Key": ""}).status_code == 400
                    for wrong in (b"k" * 129, b"dua kata", "kunci-\u00e9".encode()):
                        refused = client.post(path.format_map(known), headers={b"Idempotency-Key": wrong})
                        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), path
                    demanding.add(path)
        assert rows() == before
    assert {route.path for route in found} - demanding == WITHOUT  # type: ignore[attr-defined]


def test_the_description_says_where_the_key_is_demanded(shared: Service) -> None:
    described = httpx.get(f"{shared.url}/openapi.json", verify=NO_TLS).json()["paths"]
    demanding = set()
    for path, calls in described.items():
        headers = [one for one in calls.get("post", {}).get("parameters", []) if one["in"] == "header"]
        if any(one["required"] for one in headers if one["name"].lower() == "idempotency-key"):
            demanding.add(path)
    assert {path for path in described if "post" in described[path]} - demanding == WITHOUT - {"/t/{track_token}"}


def test_a_stranger_hears_who_they_are_before_what_their_call_lacks(shared: Service) -> None:
    with nameless(shared, BUDI) as driver:
        assert driver.post("/api/requests", json=BODY).json()["code"] == "not_allowed"
        assert driver.post("/api/requests", json=BODY, headers={"Authorization": ""}).json()["code"] == "signed_out"


@pytest.mark.alone
def test_what_reached_the_phone_or_was_sent_by_hand_is_kept_once_under_its_key(service: Service) -> None:
    known, key = things(service), {"Idempotency-Key": "sama"}
    seen = f"/api/assignments/{known['assignment_id']}/delivered"
    with nameless(service, BUDI) as budi, looking(service) as rows:
        first = budi.post(seen, headers=key)
        assert first.status_code == 200, first.text
        after = rows()
        assert (budi.post(seen, headers=key).json(), rows()) == (first.json(), after)
        another = f"/api/assignments/{known['assignment_id']}/decline"
        tap = {"seq": 1, "device_time": "2026-11-20T09:00:00Z"}
        assert budi.post(another, json=tap, headers=key).json()["code"] == "idempotency_key_reused"
