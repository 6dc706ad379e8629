"""Signing in: tokens, cookies of our own pages, and a table that no route escapes."""

import httpx
import pytest
from fastapi import APIRouter

from tests.people import OPI, SITI
from tests.servers import NO_TLS
from tests.web.conftest import Service, secret
from web.auth import judge_table


def test_a_token_that_is_wrong_or_has_run_out_opens_nothing(service: Service) -> None:
    for bearer in ("wrong", "an-old-token-of-siti-that-ran-out", "x" * 5000):
        answer = httpx.get(f"{service.url}/api/me", headers={"Authorization": f"Bearer {bearer}"}, verify=NO_TLS)
        assert answer.status_code == 401


def test_a_cookie_works_from_our_own_pages_alone(service: Service) -> None:
    own = {"Origin": service.url}
    with httpx.Client(base_url=service.url, verify=NO_TLS) as browser:
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
    with httpx.Client(base_url=service.url, headers={"Origin": service.url}, verify=NO_TLS) as browser:
        assert browser.get("/api/session/people").json() == []
        assert browser.post("/api/session", json={"person_id": SITI.id}).status_code == 401


def test_a_route_without_its_row_stops_the_start() -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: None)
    with pytest.raises(RuntimeError, match="/forgotten"):
        judge_table([router])
