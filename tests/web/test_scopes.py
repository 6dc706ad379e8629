"""What the live connection tells nobody to whom HTTP refuses it: a real server, and everybody of its town."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dispatch.domain.people import Person
from dispatch.vocabulary.roles import Permission, may
from tests.people import BUDI, OPI, SITI
from tests.web.conftest import ADMIN, EVERYBODY, JOKO, TRACKER, Service
from tests.web.test_live import live, post
from tests.web.test_requests import REQUEST

pytestmark = pytest.mark.anyio
FOLLOWERS = [person for person in EVERYBODY if may(person.role, Permission.FOLLOW)]
PRIVATE = (REQUEST["contact"]["phone"], REQUEST["contact"]["name"], REQUEST["note"])


async def replayed(service: Service, person: Person, after: int) -> list[dict[str, Any]]:
    """All that this person is told of what happened since; the answer to rubbish comes behind it."""
    async with live(service, person, f"?after={after}") as socket:
        await socket.send("rubbish")
        messages: list[dict[str, Any]] = []
        while (message := json.loads(await socket.recv())) != {"error": "invalid"}:
            messages.append(message)
        return messages


async def snapshot(service: Service, person: Person) -> dict[str, Any]:
    async with live(service, person) as socket:
        found: dict[str, Any] = json.loads(await socket.recv())
        return found


def get(service: Service, person: Person, path: str) -> Any:
    with service.client(person) as client:
        answer = client.get(path)
        return answer.json() if answer.is_success and answer.content else None


async def accept(service: Service) -> None:
    """Budi has the offer, and takes it."""
    trip, now = get(service, BUDI, "/api/me")["assignment"], datetime.now(UTC).isoformat()
    taken = await post(service, BUDI, f"/api/assignments/{trip['id']}/accept", {"seq": 1, "device_time": now})
    assert taken["state"] == "accepted"


async def test_of_a_request_the_connection_tells_whom_http_tells_it_and_nobody_else(service: Service) -> None:
    after = (await snapshot(service, OPI))["seq"]
    request = await post(service, SITI, "/api/requests", REQUEST)
    await accept(service)
    for person in FOLLOWERS:
        sees = get(service, person, f"/api/requests/{request['id']}") is not None
        told, shown = await replayed(service, person, after), (await snapshot(service, person))["snapshot"]
        about = [message for message in told if message["request_id"] == request["id"] and message.get("request")]
        assert bool(about) is sees, person.id
        assert [one["id"] for one in shown["requests"]] == ([request["id"]] if sees else []), person.id
        words = json.dumps([told, shown])
        assert (REQUEST["dropoff"]["name"] in words) is sees, person.id
        assert not any(private in words for private in PRIVATE), person.id
        assert all(message["facts"] == {} and message["text"] == "" for message in told if not sees), person.id


async def test_a_driver_hears_of_the_own_vehicle_alone_and_an_admin_counts(service: Service) -> None:
    after = (await snapshot(service, OPI))["seq"]
    await post(service, SITI, "/api/requests", REQUEST)
    await accept(service)
    assert {message["vehicle_id"] for message in await replayed(service, BUDI, after)} == {"H3"}
    assert await replayed(service, JOKO, after) == []
    assert (await snapshot(service, ADMIN))["snapshot"]["counts"] == {"assigned": 1}
    assert {message["kind"] for message in await replayed(service, ADMIN, after)} >= {"offer_made", "offer_accepted"}


async def test_a_device_follows_nothing(service: Service) -> None:
    await post(service, SITI, "/api/requests", REQUEST)
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        await snapshot(service, TRACKER)
    assert get(service, TRACKER, "/api/requests") is None


async def test_a_drivers_page_has_no_number_before_the_yes_and_another_drivers_never(service: Service) -> None:
    await post(service, SITI, "/api/requests", REQUEST)
    phone = REQUEST["contact"]["phone"]
    pages = ("/api/me", "/api/me/offer")
    assert all(phone not in json.dumps(get(service, person, page)) for person in (BUDI, JOKO) for page in pages)
    await accept(service)
    assert get(service, BUDI, "/api/me")["contact_phone"] == phone
    assert phone not in json.dumps(get(service, JOKO, "/api/me"))
