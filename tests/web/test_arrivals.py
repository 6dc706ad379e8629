"""Arrival times over the real server: positions come and a road is closed, and everybody is told the same minute."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from websockets.asyncio.client import ClientConnection

from tests.people import BUDI, OPI, SITI
from tests.web.conftest import TRACKER, Service, serving, settings_of
from tests.web.test_closures import FLOOD
from tests.web.test_live import live, post
from tests.web.test_requests import REQUEST

pytestmark = [pytest.mark.anyio, pytest.mark.alone]
ZONE = ZoneInfo("Asia/Jakarta")
# A position is felt when the fifteen seconds since the last calculation are over, and a second at most later.
PATIENCE_S = 30


@pytest.fixture
def town(tmp_path: Path, town_roads: Path) -> Iterator[Service]:
    """The town with its roads, on a server of its own: where its vehicles are is told to nobody else's tests."""
    with serving(settings_of(tmp_path / "town", town_roads)) as served:
        yield served


async def heard(socket: ClientConnection, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next changed time that fits on a live connection; before it, a position may have changed it a little."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = await socket.recv()
            found: dict[str, Any] = json.loads(message) if isinstance(message, str) else {}
            if found.get("kind") == "arrival_changed" and fits(found):
                return found


def clock(iso: str) -> str:
    """A time as clocks of the region show it."""
    return f"{datetime.fromisoformat(iso).astimezone(ZONE):%H.%M}"


async def get(service: Service, person: Any, path: str) -> Any:
    def ask() -> Any:
        with service.client(person) as client:
            answer = client.get(path)
            return answer.json() if "json" in answer.headers["content-type"] else answer.text

    return await asyncio.to_thread(ask)


async def same_everywhere(service: Service, request: dict[str, Any], event: dict[str, Any]) -> None:
    """Staff, operator, driver and family read the minute that the event says, and the same change."""
    arrives_at, later = event["facts"]["arrives_at"], event["facts"]["later_min"]
    of_staff = await get(service, SITI, f"/api/requests/{request['id']}")
    of_driver = await get(service, BUDI, "/api/me")
    for trip in (*of_staff["assignments"], of_driver["assignment"]):
        assert (clock(trip["arrives_at"]), trip["later_min"]) == (clock(arrives_at), later)
        assert trip["as_of"] is not None
    page = await get(service, None, request["track_url"])
    assert re.findall(r"Tiba sekitar (\d\d\.\d\d)", page) == [clock(arrives_at)]
    words = [f"{abs(later)} menit lebih {'lambat' if later > 0 else 'cepat'} dari perkiraan semula"] if later else []
    assert re.findall(r"\d+ menit lebih \w+ dari perkiraan semula", page) == words


async def test_a_closed_road_and_a_position_change_the_time_for_everybody_at_once(town: Service) -> None:
    # At the base of H3, a minute ago: nobody drives the rest of this faster than may be believed.
    base = {"lon": 106.658, "lat": -6.2001, "taken_at": (datetime.now(UTC) - timedelta(seconds=60)).isoformat()}
    assert (await post(town, TRACKER, "/api/positions", {"fixes": [base]}))["taken"] == 1
    request = await post(town, SITI, "/api/requests", REQUEST)
    [offer] = request["assignments"]
    tap = {"seq": 1, "device_time": datetime.now(UTC).isoformat()}
    await post(town, BUDI, f"/api/assignments/{offer['id']}/accept", tap)
    await post(town, BUDI, f"/api/assignments/{offer['id']}/en_route", {**tap, "seq": 2})
    async with live(town, OPI) as opi, live(town, SITI) as siti, live(town, BUDI) as budi:
        for socket in (opi, siti, budi):
            await socket.recv()
        made = await post(town, OPI, "/api/closures", FLOOD)
        closed = await heard(opi, lambda event: event["facts"]["later_min"] > 0)
        assert closed["request"]["assignments"][0]["arrives_at"] == closed["facts"]["arrives_at"]
        assert (await heard(siti, lambda event: event["seq"] == closed["seq"]))["facts"] == closed["facts"]
        await heard(
            budi, lambda event: event["seq"] == closed["seq"]
        )  # of whom and why is not a driver's: the page asks
        # The way round is some eleven minutes longer; the crew's time to set out is not over yet.
        assert 8 <= closed["facts"]["later_min"] <= 12
        assert closed["facts"]["notable"]
        await same_everywhere(town, request, closed)

        # Just west of what is closed, and two kilometres from the pick-up.
        position = {"lon": 106.6449, "lat": -6.2001, "taken_at": datetime.now(UTC).isoformat()}
        assert (await post(town, TRACKER, "/api/positions", {"fixes": [position]}))["taken"] == 1
        nearer = await heard(opi, lambda event: event["seq"] > closed["seq"])
        assert nearer["facts"]["before"] == closed["facts"]["arrives_at"]
        assert nearer["facts"]["later_min"] <= 0
        assert not nearer["facts"]["notable"]
        assert (await heard(siti, lambda event: event["seq"] == nearer["seq"]))["facts"] == nearer["facts"]
        await same_everywhere(town, request, nearer)

    messages = await get(town, SITI, f"/api/requests/{request['id']}/messages")
    told = [message["text"] for message in messages if "lebih lambat" in message["text"]]
    assert len([text for text in told if clock(closed["facts"]["arrives_at"]) in text]) == len(told) == 2
    await post(town, OPI, f"/api/closures/{made['id']}/open", {})
