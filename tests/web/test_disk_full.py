"""A disk that is full, under the whole server: it says so, keeps nothing by half, and goes on once there is space."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.people import SITI
from tests.web.conftest import Service

BODY: dict[str, Any] = {
    "need": "body",
    "pickup": "puskesmas-cikokol",
    "dropoff": {"lon": 106.636, "lat": -6.211, "name": "Rumah keluarga"},
    "contact": {"phone": "+62 811-0000-0001"},
}
MANY = 2_000


def limit_pages(service: Service, more: int) -> None:
    """Let the disk end so many pages after what is used now, on the connection that writes."""

    def work(connection: Connection) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + more}")

    assert service.app is not None
    service.app.state.house.unit.store._submit(work).result()


def rows(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as raw:
        tables = ("contacts", "decisions", "journal")
        found = {name: {r for (r,) in raw.execute(f"SELECT request_id FROM {name}") if r} for name in tables}
        return {**found, "requests": {row for (row,) in raw.execute("SELECT id FROM requests")}}


@pytest.mark.alone
def test_a_full_disk_is_a_503_that_keeps_nothing_by_half_and_passes(service: Service, tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    with service.client(SITI) as http:
        limit_pages(service, 60)
        for number in range(MANY):
            answer = http.post("/api/requests", json=BODY, headers={"Idempotency-Key": f"k-{number}"})
            if answer.status_code != 201:
                break
            acknowledged.add(answer.json()["id"])
        assert answer.status_code == 503
        assert answer.json()["code"] == "no_database"
        assert int(answer.headers["Retry-After"]) > 0
        assert acknowledged
        kept = rows(next(tmp_path.glob("*.sqlite3")))
        assert kept == dict.fromkeys(kept, acknowledged)
        seen = http.get(f"/api/requests/{min(acknowledged)}")
        assert seen.status_code == 200
        limit_pages(service, 100_000)
        again = http.post("/api/requests", json=BODY, headers={"Idempotency-Key": f"k-{number}"})
        assert again.status_code == 201
        first = http.post("/api/requests", json=BODY, headers={"Idempotency-Key": "k-0"})
        assert first.json()["id"] in acknowledged
    assert rows(next(tmp_path.glob("*.sqlite3")))["requests"] == acknowledged | {again.json()["id"]}
