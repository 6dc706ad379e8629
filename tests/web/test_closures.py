"""Closing roads over HTTP: who may, what is refused, and that it holds from the very answer on."""

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.people import BUDI, DINA, OPI, SITI
from tests.servers import redis_server
from tests.web.conftest import ADMIN, TRACKER, Service, prepare, running, settings_of
from tests.web.test_live import live, until
from tests.web.test_requests import BODY, REQUEST

ACROSS = {"type": "LineString", "coordinates": [[106.645, -6.21], [106.645, -6.19]]}
FLOOD = {"reason": "flood", "shape": ACROSS, "note": "Setinggi lutut"}


def post(client: httpx.Client, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return client.post("/api/closures", json=body, headers={"Idempotency-Key": key} if key else {})


def eta_s(staff: httpx.Client, vehicle_id: str = "H3") -> int | None:
    decision = staff.post("/api/suggestions", json=BODY).json()
    found: int | None = next(c for c in decision["candidates"] if c["vehicle_id"] == vehicle_id)["eta_s"]
    return found


def test_a_closure_holds_from_its_answer_on_and_an_opening_takes_it_back(town: Service) -> None:
    with town.client(OPI) as operator, town.client(SITI) as staff:
        before = eta_s(staff)
        assert before is not None
        made = post(operator, FLOOD)
        during = eta_s(staff)
        assert made.status_code == 201, made.text
        # The way round is 2 x 0.0301 degrees to the north longer, at 36 km/h.
        assert during is not None
        assert during == pytest.approx(before + 2 * 30.1 * 110 / 10, abs=10)
        opened = operator.post(f"/api/closures/{made.json()['id']}/open")
        assert eta_s(staff) == before
        assert opened.status_code == 200
        assert opened.json()["properties"]["ended_by"] == "opi"
        assert operator.get("/api/closures").json()["features"] == []


def test_nobody_comes_through_where_every_way_is_closed_and_the_promise_says_so(town: Service) -> None:
    around = [[106.635, -6.22], [106.655, -6.22], [106.655, -6.15], [106.635, -6.15], [106.635, -6.22]]
    with town.client(OPI) as operator, town.client(SITI) as staff:
        assert staff.post("/api/suggestions", json=BODY).json()["outcome"] == "offer"
        made = post(operator, {"reason": "works", "shape": {"type": "Polygon", "coordinates": [around]}}).json()
        assert made["properties"]["streets"] == 6
        decision = staff.post("/api/suggestions", json=BODY).json()
        assert decision["outcome"] == "promise"
        operator.post(f"/api/closures/{made['id']}/open")
        assert staff.post("/api/suggestions", json=BODY).json()["outcome"] == "offer"


def test_the_way_that_is_drawn_keeps_off_what_is_closed(town: Service) -> None:
    with town.client(OPI) as operator:
        [trip] = operator.post("/api/requests", json=REQUEST).json()["assignments"]
        straight = operator.get("/api/route", params={"assignment": trip["id"]}).json()
        post(operator, FLOOD)
        round_about = operator.get("/api/route", params={"assignment": trip["id"]}).json()
        assert max(lat for _, lat in straight["geometry"]["coordinates"]) < -6.19
        assert max(lat for _, lat in round_about["geometry"]["coordinates"]) > -6.18


def test_what_was_closed_is_told_as_geojson_to_everybody_with_a_role(town: Service) -> None:
    ends = datetime.now(UTC) + timedelta(hours=2)
    with town.client(ADMIN) as admin:
        made = post(admin, {**FLOOD, "until": ends.isoformat()}).json()
    assert made["type"] == "Feature"
    assert made["geometry"] == ACROSS
    told = made["properties"]
    assert (told["reason"], told["note"], told["streets"], told["created_by"]) == ("flood", "Setinggi lutut", 1, "adi")
    assert datetime.fromisoformat(told["until"]) == ends
    for person in (OPI, SITI, BUDI, DINA, ADMIN):
        with town.client(person) as client:
            assert client.get("/api/closures").json() == {"type": "FeatureCollection", "features": [made]}


@pytest.mark.parametrize("person", [SITI, BUDI, DINA, TRACKER], ids=lambda person: person.id)
def test_only_operators_and_admins_close_and_open(town: Service, person: Any) -> None:
    with town.client(OPI) as operator, town.client(person) as other:
        made = post(operator, FLOOD).json()
        assert post(other, FLOOD).status_code == 403
        assert other.post(f"/api/closures/{made['id']}/open").status_code == 403
        assert len(operator.get("/api/closures").json()["features"]) == 1


def test_a_repeat_closes_nothing_twice(town: Service) -> None:
    with town.client(OPI) as operator:
        first, again = post(operator, FLOOD, "k"), post(operator, FLOOD, "k")
        assert (first.status_code, again.json()) == (201, first.json())
        other = post(operator, {**FLOOD, "reason": "works"}, "k")
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        assert len(operator.get("/api/closures").json()["features"]) == 1
        closing = f"/api/closures/{first.json()['id']}/open"
        opened = operator.post(closing, headers={"Idempotency-Key": "o"})
        assert operator.post(closing, headers={"Idempotency-Key": "o"}).json() == opened.json()
        again = operator.post(closing)
        assert (again.status_code, again.json()["code"]) == (409, "closure_over")
        assert operator.post("/api/closures/X-none/open").status_code == 404


LON, LAT = 106.645, -6.2001
RING = [[LON, LAT], [LON + 0.001, LAT], [LON, LAT + 0.001], [LON, LAT]]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "boredom"},
        {"note": "x" * 301},
        {"until": "2026-11-25T10:00:00"},
        {"shape": {"type": "Circle", "coordinates": [LON, LAT]}},
        {"shape": {"type": "Point", "coordinates": [LON]}},
        {"shape": {"type": "Point", "coordinates": [LON, LAT, 3.0]}},
        {"shape": {"type": "Point", "coordinates": [181.0, LAT]}},
        {"shape": {"type": "LineString", "coordinates": [[LON, LAT]]}},
        {"shape": {"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT]]}},
        {"shape": {"type": "LineString", "coordinates": [[LON + at / 1e5, LAT] for at in range(201)]}},
        {"shape": {"type": "Polygon", "coordinates": [RING[:-1]]}},
        {"shape": {"type": "Polygon", "coordinates": [RING, RING]}},
        {"shape": {"type": "Polygon", "coordinates": [[RING[0], RING[1], RING[0], RING[0]]]}},
        {"shape": {"type": "Polygon", "coordinates": []}},
        {"more": 1},
    ],
    ids=lambda change: json.dumps(change)[:60],
)
def test_what_is_no_closure_is_refused_and_keeps_nothing(town: Service, change: dict[str, Any]) -> None:
    with town.client(OPI) as operator:
        answer = post(operator, {**FLOOD, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert operator.get("/api/closures").json()["features"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, "closure_until"),
        ({"until": "2199-01-01T00:00:00Z"}, "closure_until"),
        ({"shape": {"type": "LineString", "coordinates": [[106.0, -6.2], [107.0, -6.2]]}}, "closure_too_wide"),
        ({"shape": {"type": "Point", "coordinates": [106.645, -6.19]}}, "no_street_here"),
        ({"shape": {"type": "Polygon", "coordinates": [[[x - 0.02, y + 0.01] for x, y in RING]]}}, "no_street_here"),
    ],
)
def test_what_closes_nothing_or_too_much_is_refused_with_what_to_do(
    town: Service, change: dict[str, Any], code: str
) -> None:
    with town.client(OPI) as operator:
        answer = post(operator, {**FLOOD, **change})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert operator.get("/api/closures").json()["features"] == []


def test_without_roads_a_closure_is_kept_and_says_that_no_streets_are_known(service: Service) -> None:
    with service.client(OPI) as operator:
        made = post(operator, FLOOD)
        assert made.status_code == 201
        assert made.json()["properties"]["streets"] is None


@pytest.mark.anyio
async def test_the_map_is_told_at_once_and_the_note_stays_out_of_the_journal(town: Service) -> None:
    async with live(town, DINA) as socket:
        await socket.recv()
        with town.client(OPI) as operator:
            made = (await asyncio.to_thread(post, operator, FLOOD)).json()
            [closed] = await until(socket, "road_closed")
            assert closed["facts"] == {"closure": made["id"], "cause": "flood", "streets": 1}
            assert closed["text"] == "Jalan ditutup: banjir"
            await asyncio.to_thread(operator.post, f"/api/closures/{made['id']}/open")
            [opened] = await until(socket, "road_opened")
            assert opened["text"] == "Jalan dibuka kembali: banjir"


def test_a_restart_keeps_what_is_closed(tmp_path: Path, town_roads: Path) -> None:
    settings = settings_of(tmp_path, town_roads)
    prepare(settings)
    with running(settings) as served, served.client(OPI) as operator, served.client(SITI) as staff:
        before = eta_s(staff)
        made = post(operator, FLOOD).json()
        during = eta_s(staff)
        assert before is not None
        assert during is not None
        assert during > before
    with running(settings) as served, served.client(OPI) as operator, served.client(SITI) as staff:
        assert [found["id"] for found in operator.get("/api/closures").json()["features"]] == [made["id"]]
        assert eta_s(staff) == during
        operator.post(f"/api/closures/{made['id']}/open")
        assert eta_s(staff) == before


@pytest.mark.redis
def test_two_processes_over_one_store_close_the_same_roads(tmp_path: Path, town_roads: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(redis_server(tmp_path))
        settings = settings_of(tmp_path, town_roads, redis_url=server.url)
        prepare(settings)
        one, other = (stack.enter_context(running(settings)) for _ in range(2))
        operator, staff = (stack.enter_context(served.client(who)) for served, who in ((one, OPI), (other, SITI)))
        before = eta_s(staff)
        made = post(operator, FLOOD).json()
        patience = time.monotonic() + 20
        while eta_s(staff) == before:
            assert time.monotonic() < patience, "a closure takes effect here too"
        operator.post(f"/api/closures/{made['id']}/open")
        while eta_s(staff) != before:
            assert time.monotonic() < patience, "and so does an opening"


def test_its_time_comes_on_the_running_server(town: Service) -> None:
    with town.client(OPI) as operator, town.client(SITI) as staff:
        before = eta_s(staff)
        ends = datetime.now(UTC) + timedelta(seconds=2)
        assert post(operator, {**FLOOD, "until": ends.isoformat()}).status_code == 201
        assert eta_s(staff) != before
        patience = time.monotonic() + 15
        while operator.get("/api/closures").json()["features"]:
            assert time.monotonic() < patience
        assert datetime.now(UTC) >= ends
        while eta_s(staff) != before:
            assert time.monotonic() < patience
