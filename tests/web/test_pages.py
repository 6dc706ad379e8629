"""The family's page says nothing personal, and every answer carries the headers that guard it."""

from tests.people import SITI
from tests.web.conftest import Service
from tests.web.test_requests import REQUEST


def test_the_familys_page_tells_the_state_and_nothing_personal(service: Service) -> None:
    with service.client(SITI) as siti, service.client(None) as family:
        page = family.get(siti.post("/api/requests", json=REQUEST).json()["track_url"])
    assert page.status_code == 200
    assert "Kami sedang menghubungi sopir terdekat" in page.text
    for private in ("Keluarga Contoh", "0811", "811-0000", "pagar hijau", "unnatural", "Rumah keluarga"):
        assert private not in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_no_answer_of_the_api_is_kept_by_a_browser(service: Service) -> None:
    with service.client(SITI) as siti, service.client(None) as nobody:
        made = siti.post("/api/requests", json=REQUEST).json()
        one = f"/api/requests/{made['id']}"
        answers = [siti.get(path) for path in ("/api/me", "/api/requests", one, "/api/facilities", "/api/sop")]
        answers += [siti.get("/api/requests/P-unknown"), nobody.get("/api/me")]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * len(answers)


def test_an_unknown_link_is_a_page_and_health_answers_without_a_token(service: Service) -> None:
    with service.client(None) as nobody:
        assert nobody.get("/t/unknown").status_code == 404
        assert nobody.get("/healthz").json() == {"status": "ok"}
        ready = nobody.get("/readyz")
    assert (ready.status_code, ready.json()["roads"]) == (200, "none")
    assert ready.headers["x-content-type-options"] == "nosniff"
