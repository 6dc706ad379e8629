"""The live connection: events in order, nothing missed or repeated on resuming, and nobody sees what is not theirs."""

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dispatch.domain.directory import Person
from tests.people import OPI, SITI
from tests.web.conftest import JOKO, YANI, Service, secret
from tests.web.test_requests import REQUEST


def listen(service: Service, person: Person, after: int | None = None) -> ClientConnection:
    query = "" if after is None else f"?after={after}"
    headers = {"Authorization": f"Bearer {secret(person)}"}
    return connect(f"{service.url.replace('http', 'ws')}/live{query}", additional_headers=headers, proxy=None)


def until(line: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """Everything up to the first event of this kind."""
    found = []
    while not found or found[-1]["kind"] != kind:
        found.append(json.loads(line.recv(timeout=10)))
    return found


def test_events_follow_the_snapshot_in_order_and_resuming_repeats_and_misses_nothing(service: Service) -> None:
    with service.client(SITI) as siti, listen(service, OPI) as line:
        first = json.loads(line.recv(timeout=10))
        assert [v["id"] for v in first["snapshot"]["vehicles"]] == ["A1", "H1", "H3"]
        assert siti.post("/api/requests", json=REQUEST).status_code == 201
        events = until(line, "offer_made")
    seqs = [event["seq"] for event in events]
    assert seqs == sorted(set(seqs))
    assert seqs[0] > first["seq"]
    with listen(service, OPI, after=seqs[0]) as again:
        assert [event["seq"] for event in until(again, "offer_made")] == seqs[1:]


def test_another_facility_and_another_driver_see_nothing_of_a_request(service: Service) -> None:
    with service.client(SITI) as siti, listen(service, YANI) as yani, listen(service, JOKO) as joko:
        for line in (yani, joko):
            assert json.loads(line.recv(timeout=10))["snapshot"] == {"vehicles": [], "requests": []}
        siti.post("/api/requests", json=REQUEST)
        for line in (yani, joko):
            with pytest.raises(TimeoutError):
                line.recv(timeout=1)


def test_without_signing_in_there_is_no_live_connection(service: Service) -> None:
    with pytest.raises(InvalidStatus), connect(f"{service.url.replace('http', 'ws')}/live", proxy=None):
        pass
