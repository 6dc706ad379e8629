"""Over HTTP: what ended under a driver, and what is amiss with a trip until it is over."""

from typing import Any

import httpx
import pytest

from tests.people import BUDI, OPI, SITI
from tests.web.conftest import JOKO, Service
from tests.web.test_drivers import ask, step


@pytest.fixture
def budi(service: Service) -> Any:
    with service.client(BUDI) as client:
        yield client


def going(budi: httpx.Client, *steps: str) -> str:
    """The driver's trip after these steps."""
    trip: str = budi.get("/api/me/offer").json()["assignment_id"]
    for seq, name in enumerate(steps, 1):
        assert step(budi, trip, name, seq).is_success
    return trip


def test_whoever_is_called_back_reads_why_and_nobody_else(service: Service, budi: httpx.Client) -> None:
    request = ask(service)
    trip = going(budi, "accept")
    assert budi.get(f"/api/me/ended?assignment={trip}").status_code == 204  # it goes on
    with service.client(SITI) as siti:
        end = {"told": "keluarga", "reason": "Keluarga berangkat sendiri"}
        assert siti.post(f"/api/requests/{request['id']}/cancel", json=end).is_success
        assert siti.get(f"/api/me/ended?assignment={trip}").status_code == 403
    read = budi.get(f"/api/me/ended?assignment={trip}").json()
    assert (read["state"], read["was_going"], read["request_state"], read["reason"], read["can_go"]) == (
        "stood_down",
        True,
        "cancelled_by_requester",
        "Keluarga berangkat sendiri",
        False,
    )
    with service.client(JOKO) as other:
        assert other.get(f"/api/me/ended?assignment={trip}").status_code == 404


@pytest.mark.parametrize("own", [("accept", "problem"), ("decline",), ("accept", "en_route", "on_scene", "stand_down")])
def test_what_a_driver_ended_is_no_news_to_them(service: Service, budi: httpx.Client, own: tuple[str, ...]) -> None:
    ask(service)
    trip = going(budi, *own)
    assert budi.get(f"/api/me/ended?assignment={trip}").status_code == 204
    assert budi.get("/api/me/ended").status_code == 204


def test_what_was_noticed_stands_with_the_request_until_somebody_has_rung(service: Service, budi: httpx.Client) -> None:
    request = ask(service)
    trip = going(budi, "accept", "en_route", "on_scene")
    assert step(budi, trip, "nobody_there", 9).is_success
    with service.client(OPI) as opi:

        def noticed() -> list[str]:
            listed = next(r for r in opi.get("/api/requests").json()["requests"] if r["id"] == request["id"])
            return [one["what"] for one in listed["notices"]]

        assert noticed() == ["nobody_there"]
        owed = next(p for p in opi.get("/api/promises").json() if p["request_id"] == request["id"])
        assert owed["why"] == "nobody_there"
        call = {"outcome": "told", "told": "keluarga"}
        assert opi.post(f"/api/promises/{owed['id']}/calls", json=call).is_success
        assert noticed() == []
        full = opi.get(f"/api/requests/{request['id']}").json()
        assert (full["patient"]["infectious"], full["documents"], full["notices"]) == (False, [], [])
