"""Series and ways back over HTTP: what is answered, what is refused, and who sees what."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.people import SITI
from tests.web.conftest import YANI, Service

ZONE = ZoneInfo("Asia/Jakarta")
FIRST = datetime.now(ZONE).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=3)
ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RIDE: dict[str, Any] = {
    "need": "transport",
    "pickup": "puskesmas-cikokol",
    "dropoff": {"lon": 106.636, "lat": -6.211, "name": "Rumah"},
    "contact": {"phone": "+62 811-0000-0042"},
    "schedule_at": FIRST.isoformat(),
}
SERIES = {
    **RIDE,
    "repeat": {"days": ALL, "until": (FIRST + timedelta(days=2)).date().isoformat()},
    "return": {"at": (FIRST + timedelta(hours=5)).isoformat()},
}


def made(client: httpx.Client, **more: Any) -> Any:
    answer = client.post("/api/requests", json={**SERIES, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_series_answers_with_every_ride_and_whether_a_vehicle_is_kept_for_it(service: Service) -> None:
    with service.client(SITI) as siti, service.client(YANI) as yani:
        series = made(siti)
        rides = series["rides"]
        assert rides[0]["id"] == series["id"] == series["series"]
        assert len(rides) == 6
        assert [ride["returns"] for ride in rides[1::2]] == [ride["id"] for ride in rides[::2]]
        assert all((ride["reserved"] is None) is (ride["reserved_name"] is None) for ride in rides)
        back = siti.get(f"/api/requests/{rides[1]['id']}").json()
        assert back["track_url"] == series["track_url"]
        assert (back["dropoff"]["name"], back["pickup"]["name"]) == (series["pickup"]["name"], "Rumah")
        mine = {one["id"] for one in siti.get("/api/bookings").json()["bookings"]}
        theirs = {one["id"] for one in yani.get("/api/bookings").json()["bookings"]}
        assert {ride["id"] for ride in rides} <= mine
        assert mine.isdisjoint(theirs)


def test_all_later_rides_are_changed_and_cancelled_and_the_first_stays(service: Service) -> None:
    with service.client(SITI) as siti:
        series = made(siti)
        second = series["rides"][2]["id"]
        new = {"schedule_at": (FIRST + timedelta(days=1, hours=1)).isoformat(), "series": "following"}
        answer = siti.post(f"/api/requests/{second}/change", json=new)
        assert answer.status_code == 200, answer.text
        times = [datetime.fromisoformat(ride["schedule_at"]).astimezone(ZONE).hour for ride in answer.json()["rides"]]
        assert times == [8, 13, 9, 14, 9, 14]
        ended = {"told": "keluarga", "reason": "sembuh", "series": "following"}
        answer = siti.post(f"/api/requests/{second}/cancel", json=ended)
        assert answer.status_code == 200, answer.text
        states = [ride["state"] for ride in answer.json()["rides"]]
        assert states == ["scheduled"] * 2 + ["cancelled_by_requester"] * 4


def test_a_way_back_is_not_called_for_before_anybody_was_brought_there_nor_one_that_has_its_time(
    service: Service,
) -> None:
    with service.client(SITI) as siti, service.client(YANI) as yani:
        series = made(siti, repeat=None, **{"return": {"after": (FIRST + timedelta(hours=4)).isoformat()}})
        back = series["rides"][1]
        assert back["on_call"] is True
        answer = siti.post(f"/api/requests/{back['id']}/ready")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_there_yet")
        stranger = yani.post(f"/api/requests/{back['id']}/ready")
        assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")
        timed = siti.post(f"/api/requests/{series['id']}/ready")
        assert (timed.status_code, timed.json()["code"]) == (409, "not_on_call")


@pytest.mark.parametrize("days", [-1, 200])
def test_a_time_that_cannot_be_booked_is_refused_already_in_the_preview(service: Service, days: int) -> None:
    with service.client(SITI) as siti:
        asked = {name: value for name, value in RIDE.items() if name != "contact"}
        at = datetime.now(ZONE) + timedelta(days=days)
        answer = siti.post("/api/suggestions", json={**asked, "schedule_at": at.isoformat()})
        assert (answer.status_code, answer.json()["code"]) == (409, "schedule_bounds")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"schedule_at": None}, 409, "booked_when"),
        ({"repeat": {"days": ALL, "until": (FIRST - timedelta(days=1)).date().isoformat()}}, 409, "repeat_no_day"),
        ({"repeat": {"days": ALL, "until": (FIRST + timedelta(days=70)).date().isoformat()}}, 409, "repeat_many"),
        ({"repeat": {"days": ["mon"], "until": "9999-12-31"}}, 409, "schedule_bounds"),
        ({"repeat": {"days": [], "until": "2030-01-01"}}, 422, None),
        ({"repeat": {"days": ["senin"], "until": "2030-01-01"}}, 422, None),
        ({"return": {"at": FIRST.isoformat()}}, 409, "return_bounds"),
        ({"return": {}}, 422, None),
        ({"return": {"at": FIRST.isoformat(), "after": FIRST.isoformat()}}, 422, None),
        ({"dropoff": None}, 422, "return_from_where"),
    ],
)
def test_what_cannot_be_booked_keeps_nothing(
    service: Service, more: dict[str, Any], status: int, code: str | None
) -> None:
    with service.client(SITI) as siti:
        before = siti.get("/api/bookings").json()
        answer = siti.post("/api/requests", json={**SERIES, **more})
        assert answer.status_code == status, answer.text
        assert code in (None, answer.json()["code"])
        assert siti.get("/api/bookings").json() == before
