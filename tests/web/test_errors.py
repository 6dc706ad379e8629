"""Rubbish in, a kind problem out: never a stack trace, never an echo of what is personal."""

import json

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import BUDI, OPI, SITI
from tests.servers import NO_TLS
from tests.web.conftest import Service
from tests.web.test_requests import REQUEST
from web.errors import install

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
known = st.sampled_from(["need", "pickup", "dropoff", "patient", "urgency", "contact", "documents", "at", "choose"])
bodies = st.dictionaries(known, values, max_size=6).map(lambda changes: {**REQUEST, **changes})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies, path=st.sampled_from(["/api/suggestions", "/api/requests"]))
def test_no_body_breaks_the_server(service: Service, body: dict[str, object], path: str) -> None:
    with service.client(SITI) as client:
        answer = client.post(path, content=json.dumps(body).encode("utf-8", "replace"))
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"need":' * 200),
        *(b"[" * 100_000, b'{"need":' + b"9" * 5_000 + b"}"),
    ],
    ids=lambda content: repr(content[:8]),
)
def test_what_is_no_json_is_a_422(service: Service, content: bytes) -> None:
    with service.client(SITI) as client:
        answer = client.post("/api/suggestions", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert set(answer.json()) == {"type", "status", "code", "title", "facts"}
    assert answer.json()["facts"]["fields"][0]["field"].startswith("body")


def test_a_refusal_never_repeats_the_phone_number(service: Service) -> None:
    body = {**REQUEST, "contact": {"phone": "0811 nomor rahasia"}}
    with service.client(SITI) as client:
        answer = client.post("/api/requests", json=body)
    assert answer.status_code == 422
    assert "rahasia" not in answer.text
    assert answer.json()["facts"]["fields"][0]["field"] == "body.contact.phone"


@pytest.mark.parametrize("unseen", ["\0\0\0\0", "Rumah\x1b[2J", "\u202eataK", "a\u2066b\u2069c"])
def test_a_text_with_signs_that_nobody_sees_is_a_422(service: Service, unseen: str) -> None:
    place = {"lon": 106.636, "lat": -6.211, "name": unseen}
    with service.client(OPI) as opi:
        for path, body in (
            ("/api/requests", {**REQUEST, "note": unseen}),
            ("/api/requests", {**REQUEST, "dropoff": place}),
            ("/api/incidents", {"name": unseen, "place": "puskesmas-cikokol"}),
        ):
            answer = opi.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (path, answer.text)
        assert opi.post("/api/requests", json={**REQUEST, "note": "pagar\nhijau, ญาติ Łódź"}).status_code == 201


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "0270-06-08T22:20:33+18:16", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"]
)
def test_a_time_at_the_ends_of_the_calendar_is_a_422(service: Service, at: str) -> None:
    with service.client(SITI) as client:
        asked = client.post("/api/suggestions", json={"need": "body", "pickup": "puskesmas-cikokol", "at": at})
        assert (asked.status_code, asked.json()["code"]) == (422, "invalid")
        assert client.get("/api/requests", params={"since": at}).status_code == 422


@pytest.mark.anyio
async def test_a_bug_leaves_as_a_problem_without_its_trace() -> None:
    app = FastAPI()
    install(app)

    @app.get("/bug")
    async def bug() -> None:
        raise KeyError("rahasia")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "rahasia" not in answer.text


def test_too_much_is_a_413_and_an_unknown_address_a_404(service: Service) -> None:
    with service.client(BUDI) as client:
        assert client.post("/api/positions", content=b"x" * 1_000_001).status_code == 413
        assert client.post("/api/positions", content=iter([b"x" * 10])).status_code == 413  # a body of unsaid length
        absurd = {"need": "body", "pickup": "puskesmas-cikokol", "at": "0001-01-01T00:00:00+14:00"}
        assert client.get("/api/requests?since=0001-01-01T00:00:00%2B14:00").status_code == 403
        with service.client(SITI) as siti:
            assert siti.post("/api/suggestions", json=absurd).status_code == 422
            assert siti.get("/api/requests?since=0001-01-01T00:00:00%2B14:00").status_code == 422
        missing = client.get("/api/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        assert client.delete("/api/me").status_code == 405


def test_the_familys_page_names_nobody(service: Service) -> None:
    with service.client(SITI) as client:
        request = client.post("/api/requests", json=REQUEST).json()
    page = httpx.get(request["track_url"], verify=NO_TLS)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-robots-tag"] == "noindex"
    assert len(page.content) < 10_000
    for private in ("Keluarga Contoh", "811", "unnatural", "jenazah", "pagar hijau"):
        assert private not in page.text
    unknown = httpx.get(request["track_url"][:-4] + "AAAA", verify=NO_TLS)
    assert unknown.status_code == 404
    assert "Tautan ini sudah berakhir" in unknown.text


def test_health_readiness_and_headers(service: Service) -> None:
    assert httpx.get(f"{service.url}/healthz", verify=NO_TLS).json() == {"status": "ok"}
    ready = httpx.get(f"{service.url}/readyz", verify=NO_TLS)
    assert ready.json() == {"status": "ok", "live": True, "roads": "none"}
    assert "default-src 'self'" in ready.headers["content-security-policy"]
    with service.client(OPI) as client:
        assert client.get("/style.json").json()["code"] == "no_map"
        assert client.get("/tiles/9/1/1.mvt").status_code == 204
