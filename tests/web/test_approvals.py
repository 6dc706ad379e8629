"""A yes by phone over the API: written down by whoever heard it, seen by the approver, and taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.desk.ports import Books
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import CIKOKOL, DINA, OPI, SITI
from tests.web.conftest import YANI, Service
from tests.web.test_requests import REQUEST

pytestmark = pytest.mark.alone
NAME = "dr. Contoh Rina"


def only_t1(books: Books) -> None:
    """No hearse is on duty; a transport ambulance stands at the puskesmas."""
    now = datetime.now(UTC)
    for vehicle_id in ("H1", "H3"):
        books.vehicles.set_duty(vehicle_id, Duty.OFF_DUTY, at_base=False, now=now)
    crew = frozenset({"driver", "escort"})
    books.vehicles.put(
        Vehicle(
            id="T1",
            name="Ambulans Contoh T1",
            vehicle_class=VehicleClass.TRANSPORT_AMBULANCE,
            agency="kota-tangerang",
            base="base-A1",
            base_point=CIKOKOL.point,
            crew=crew,
        )
    )
    books.vehicles.set_duty("T1", Duty.AVAILABLE, at_base=True, now=now)


@pytest.fixture
def asked(service: Service) -> tuple[Service, dict[str, Any]]:
    """A request that waits for the health officer's yes."""
    assert service.app is not None
    service.app.state.house.unit.store.submit(only_t1).result()
    with service.client(SITI) as siti:
        made = siti.post("/api/requests", json=REQUEST).json()
    assert made["state"] == "awaiting_approval", made["decision"]["sentence"]
    assert [(one["vehicle_id"], one["approver"]) for one in made["asked"]] == [("T1", "health_officer")]
    return service, made


def heard(ago: timedelta = timedelta(0), **more: object) -> dict[str, object]:
    return {"name": NAME, "at": (datetime.now(UTC) - ago).isoformat(), **more}


def approve(client: httpx.Client, made: dict[str, Any], *, yes: bool = True, **more: object) -> httpx.Response:
    body = {"rule": "R02", "vehicle_id": "T1", "yes": yes, "reason": "keluarga menunggu", **more}
    return client.post(f"/api/requests/{made['id']}/approve", json=body)


def test_staff_write_down_what_they_heard_and_the_approver_takes_it_back(asked: tuple[Service, dict[str, Any]]) -> None:
    service, made = asked
    with service.client(SITI) as siti, service.client(DINA) as dina:
        answer = approve(siti, made, heard_from=heard())
        assert answer.status_code == 200, answer.text
        [offered] = answer.json()["assignments"]
        assert (offered["vehicle_id"], offered["state"]) == ("T1", "offered")
        [kept] = answer.json()["approvals"]
        assert (kept["state"], kept["heard_from"], kept["answered_by"]) == ("given", NAME, SITI.name)
        [listed] = dina.get("/api/requests").json()["requests"]
        assert [(one["vehicle_name"], one["heard_from"]) for one in listed["heard"]] == [("Ambulans Contoh T1", NAME)]
        lines = [entry["text"] for entry in answer.json()["timeline"] if entry["kind"] == "approval_given"]
        rule = "Ambulans gratis boleh membawa jenazah dalam keadaan darurat"
        said = f"Ambulans Contoh T1 disetujui petugas Dinas Kesehatan lewat telepon ({rule}): keluarga menunggu"
        assert (lines, kept["rule_name"], listed["heard"][0]["rule_name"]) == ([said], rule, rule)
        assert all(NAME not in entry["text"] and NAME not in str(entry["facts"]) for entry in answer.json()["timeline"])
        back = approve(dina, made, yes=False)
        assert back.status_code == 200, back.text
        assert back.json()["state"] == "waiting"
        assert [one["state"] for one in back.json()["assignments"]] == ["withdrawn"]
        assert [(one["state"], one["heard_from"]) for one in back.json()["approvals"]] == [("refused", None)]
        assert back.json()["heard"] == []


def test_staff_of_another_facility_have_heard_nothing(asked: tuple[Service, dict[str, Any]]) -> None:
    service, made = asked
    with service.client(YANI) as yani, service.client(OPI) as opi:
        before = opi.get(f"/api/requests/{made['id']}").json()
        answer = approve(yani, made, heard_from=heard())
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert opi.get(f"/api/requests/{made['id']}").json()["timeline"] == before["timeline"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (None, 409, "not_the_approver"),
        ({"name": NAME}, 422, None),
        ({"name": "x", "at": "2026-11-20T16:45:00+07:00"}, 422, None),
        ({"name": NAME, "at": "2026-11-20T16:45:00"}, 422, "invalid"),
        ({"name": NAME, "at": "2026-11-20T16:45:00+07:00", "approver": "mayor"}, 422, None),
        ({"name": NAME, "at": "2020-11-20T16:45:00+07:00"}, 409, "heard_bounds"),
        ({"name": NAME, "at": "2190-11-20T16:45:00+07:00"}, 409, "heard_bounds"),
        ({"name": NAME, "at": datetime.now(UTC).isoformat(), "approver": "operator"}, 409, "no_such_approval"),
    ],
)
def test_what_was_heard_has_a_name_and_a_time_of_this_request(
    asked: tuple[Service, dict[str, Any]], said: dict[str, str] | None, status: int, code: str | None
) -> None:
    service, made = asked
    with service.client(SITI) as siti:
        answer = approve(siti, made, heard_from=said)
        assert answer.status_code == status, answer.text
        assert code in (None, answer.json()["code"])
        assert siti.get(f"/api/requests/{made['id']}").json()["state"] == "awaiting_approval"
