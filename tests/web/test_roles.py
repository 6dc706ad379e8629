"""Every route and every role: the one table is what is enforced."""

import httpx
import pytest
from fastapi import APIRouter

from dispatch.vocabulary.roles import Role
from tests.people import OPI, SITI
from tests.web.conftest import EVERYBODY, Service, secret
from web.auth import PUBLIC, ROLES, judge_table


def path_of(template: str) -> str:
    for name, value in {
        "request_id": "P-none",
        "assignment_id": "T-none",
        "step": "accept",
        "closure_id": "X-none",
        "track_token": "none",
        "z": "9",
        "x": "1",
        "y": "1",
    }.items():
        template = template.replace("{" + name + "}", value)
    return template


def test_each_role_gets_what_the_table_says_and_nothing_more(service: Service) -> None:
    clients = {person.role: service.client(person) for person in EVERYBODY}
    nobody = service.client(None)
    assert set(clients) == set(Role)
    for (method, template), allowed in ROLES.items():
        path = path_of(template)
        if allowed is not PUBLIC:
            assert nobody.request(method, path).status_code == 401, (method, template)
        for role, client in clients.items():
            if (method, template) == ("DELETE", "/api/session"):
                continue  # ends the very session; walked below
            status = client.request(method, path).status_code
            if allowed is PUBLIC or role in allowed:
                assert status not in (401, 403) or template == "/api/session", (method, template, role, status)
            else:
                assert status == 403, (method, template, role, status)
    for client in (*clients.values(), nobody):
        client.close()


def test_a_token_that_is_wrong_or_has_run_out_opens_nothing(service: Service) -> None:
    for bearer in ("wrong", "an-old-token-of-siti-that-ran-out", "x" * 5000):
        answer = httpx.get(f"{service.url}/api/me", headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == 401


def test_a_cookie_works_from_our_own_pages_alone(service: Service) -> None:
    own = {"Origin": service.url}
    with httpx.Client(base_url=service.url) as browser:
        foreign = browser.post("/api/session", json={"token": secret(OPI)}, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert browser.post("/api/session", json={"token": secret(OPI)}, headers=own).status_code == 200
        assert (
            "httponly"
            in browser.post("/api/session", json={"token": secret(OPI)}, headers=own).headers["set-cookie"].lower()
        )
        assert browser.get("/api/me").json()["id"] == "opi"
        body = {"need": "body", "pickup": "puskesmas-cikokol"}
        assert browser.post("/api/suggestions", json=body).status_code == 403
        for origin in ("https://evil.example", "null", service.url.replace("127.0.0.1", "localhost")):
            answer = browser.post("/api/suggestions", json=body, headers={"Origin": origin})
            assert answer.status_code == 403, origin
        assert browser.post("/api/suggestions", json=body, headers=own).status_code == 200
        assert browser.delete("/api/session", headers=own).status_code == 204
        assert browser.get("/api/me").status_code == 401


def test_one_click_sign_in_is_the_demos_alone(service: Service) -> None:
    with httpx.Client(base_url=service.url, headers={"Origin": service.url}) as browser:
        assert browser.get("/api/session/people").json() == []
        assert browser.post("/api/session", json={"person_id": SITI.id}).status_code == 401


def test_a_route_without_its_row_stops_the_start() -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: None)
    with pytest.raises(RuntimeError, match="/forgotten"):
        judge_table([router])
