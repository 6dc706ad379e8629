"""Series and ways back over HTTP: what is answered, what is refused, and who sees what."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.people import BUDI, OPI, SITI
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
        ({"schedule_at": None, "repeat": None, "return": {"after": "2020-01-01T00:00:00Z"}}, 409, "return_bounds"),
        ({"repeat": {"days": ALL, "until": (FIRST - timedelta(days=1)).date().isoformat()}}, 409, "repeat_no_day"),
        ({"repeat": {"days": ALL, "until": (FIRST + timedelta(days=70)).date().isoformat()}}, 409, "repeat_many"),
        ({"repeat": {"days": ["mon"], "until": "9999-12-31"}}, 409, "schedule_bounds"),
        ({"repeat": {"days": [], "until": "2030-01-01"}}, 422, None),
        ({"repeat": {"days": ["senin"], "until": "2030-01-01"}}, 422, None),
        ({"return": {"at": FIRST.isoformat()}}, 409, "return_bounds"),
        ({"return": {}}, 422, None),
        ({"return": {"at": FIRST.isoformat(), "after": FIRST.isoformat()}}, 422, None),
        ({"dropoff": None}, 409, "return_from_where"),
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


NOW: dict[str, Any] = {name: value for name, value in RIDE.items() if name != "schedule_at"}


def hours(count: float) -> str:
    return (datetime.now(ZONE) + timedelta(hours=count)).isoformat()


def test_a_trip_now_has_a_way_back_for_which_its_vehicle_waits(service: Service) -> None:
    with service.client(SITI) as siti:
        answer = siti.post("/api/requests", json={**NOW, "return": {"after": hours(2), "waits": True}})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made["state"] != "scheduled"
        back = made["rides"][1]
        assert (back["returns"], back["on_call"], back["waits"], back["reserved"]) == (made["id"], True, True, None)


def test_a_way_back_is_added_once_by_whoever_may_and_under_its_key(service: Service) -> None:
    with service.client(SITI) as siti, service.client(OPI) as opi, service.client(BUDI) as budi:
        made = siti.post("/api/requests", json=NOW).json()
        path, body = f"/api/requests/{made['id']}/return", {"at": hours(3)}
        assert budi.post(path, json=body).status_code == 403
        key = {"Idempotency-Key": "pulang-1"}
        first, again = (siti.post(path, json=body, headers=key) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200), first.text
        rides = again.json()["rides"]
        assert [ride["returns"] for ride in rides] == [None, made["id"]]
        other = siti.post(path, json={"at": hours(4)}, headers=key)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        more = opi.post(path, json=body)
        assert (more.status_code, more.json()["code"]) == (409, "has_return")
        kinds = [entry["kind"] for entry in again.json()["timeline"]]
        assert kinds.count("return_added") == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"waits": True}, 422, "invalid"),
        ({"at": hours(1), "after": hours(1)}, 422, "invalid"),
        ({"at": hours(1), "waits": "lama"}, 422, "invalid"),
        ({"at": "2030-01-01T10:00:00"}, 422, "invalid"),
        ({"at": "9999-12-31T23:00:00+00:00"}, 422, "invalid"),
        ({"at": hours(-1)}, 409, "schedule_bounds"),
        ({"at": hours(25)}, 409, "return_bounds"),
    ],
)
def test_a_way_back_that_cannot_be_leaves_the_request_as_it_was(
    service: Service, body: dict[str, Any], status: int, code: str
) -> None:
    with service.client(SITI) as siti:
        made = siti.post("/api/requests", json=NOW).json()
        answer = siti.post(f"/api/requests/{made['id']}/return", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert siti.get(f"/api/requests/{made['id']}").json()["rides"] == []


def test_a_body_has_no_way_back_and_no_trips_that_repeat(service: Service) -> None:
    body = {**NOW, "need": "body", "patient": {"living": False}}
    with service.client(SITI) as siti:
        made = siti.post("/api/requests", json=body).raise_for_status().json()
        answers = [
            siti.post(f"/api/requests/{made['id']}/return", json={"after": hours(2)}),
            siti.post("/api/requests", json={**body, "return": {"after": hours(2)}}),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (409, "only_patients"), answer.text
            assert answer.json()["title"].startswith("Perjalanan pulang dan perjalanan berulang hanya untuk pasien.")


def test_nobody_is_brought_back_from_nowhere(service: Service) -> None:
    with service.client(SITI) as siti:
        made = siti.post("/api/requests", json={**NOW, "dropoff": None}).json()
        answer = siti.post(f"/api/requests/{made['id']}/return", json={"at": hours(2)})
        assert (answer.status_code, answer.json()["code"]) == (409, "return_from_where")
