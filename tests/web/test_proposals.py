"""What is proposed for a red: operators read it everywhere, and carry it out; nobody else reads anything of it."""

import asyncio
import json
from typing import Any

import pytest

from dispatch.domain.people import Person
from tests.people import DINA, OPI, SITI
from tests.web.conftest import Service
from tests.web.test_deaths import step
from tests.web.test_live import live, post

EMERGENCY = {"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0042"}}
KINDS = {"vehicle_proposed", "proposal_over", "diverted"}
TEMPLATES = {"vehicle_proposed", "diverted"}


def proposed(service: Service) -> tuple[str, str]:
    """A yellow one to which the only ambulance goes, and a red one."""
    with service.client(SITI) as siti, service.client(OPI) as opi:
        lower = siti.post("/api/requests", json={**EMERGENCY, "urgency": "yellow"}).json()
        [trip] = lower["assignments"]
        step(opi, trip["id"], "accept")
        return lower["id"], siti.post("/api/requests", json=EMERGENCY).json()["id"]


def read(service: Service, person: Person, red: str) -> dict[str, Any]:
    """All that a person reads of the red one."""
    with service.client(person) as client:
        full = client.get(f"/api/requests/{red}").json()
        [listed] = [one for one in client.get("/api/requests").json()["requests"] if one["id"] == red]
        letters = client.get(f"/api/requests/{red}/messages")
        return {
            "proposal": full["proposal"],
            "listed": listed["proposal"],
            "lines": KINDS & {event["kind"] for event in full["timeline"]},
            "letters": TEMPLATES & {one["template"] for one in letters.json()} if letters.status_code == 200 else set(),
        }


def test_operators_read_what_is_proposed_and_nobody_else_does(service: Service) -> None:
    lower, red = proposed(service)
    found = read(service, OPI, red)
    said = found["proposal"]
    assert (said["vehicle_id"], said["taken_from"], said["without_s"], said["waits_s"]) == ("A1", lower, None, None)
    assert said["vehicle_name"]
    assert found["listed"] == said
    assert found["lines"] == {"vehicle_proposed"}
    for person in (SITI, DINA):
        nothing: dict[str, Any] = {"proposal": None, "listed": None, "lines": set(), "letters": set()}
        assert read(service, person, red) == nothing


def test_it_is_carried_out_by_a_diversion_and_gone_then(service: Service) -> None:
    lower, red = proposed(service)
    with service.client(OPI) as opi:
        body = {"from": lower, "vehicle_id": "A1", "reason": "merah lebih cepat"}
        made = opi.post(f"/api/requests/{red}/divert", json=body).json()
        assert made["proposal"] is None
        assert [(one["vehicle_id"], one["state"]) for one in made["assignments"]] == [("A1", "offered")]


@pytest.mark.alone
@pytest.mark.anyio
async def test_on_the_live_connection_operators_alone_hear_of_it(service: Service) -> None:
    async with live(service, SITI) as siti, live(service, DINA) as dina, live(service, OPI) as opi:
        for socket in (siti, dina, opi):
            await socket.recv()
        _, red = await asyncio.to_thread(proposed, service)
        await post(service, SITI, f"/api/requests/{red}/note", {"text": "pagar"})

        async def until_noted(socket: Any) -> list[dict[str, Any]]:
            heard: list[dict[str, Any]] = []
            async with asyncio.timeout(10):
                while not heard or heard[-1]["kind"] != "noted":
                    message = await socket.recv()
                    if isinstance(message, str):
                        heard.append(json.loads(message))
            return [one for one in heard if one.get("request_id") == red]

        of_opi = await until_noted(opi)
        assert "vehicle_proposed" in {one["kind"] for one in of_opi}
        assert of_opi[-1]["request"]["proposal"]["vehicle_id"] == "A1"
        for socket in (siti, dina):
            heard = await until_noted(socket)
            assert not KINDS & {one["kind"] for one in heard}
            assert {json.dumps(one["request"]["proposal"]) for one in heard} == {"null"}
    async with live(service, SITI) as siti, live(service, OPI) as opi:
        for socket, there in ((siti, False), (opi, True)):
            [one] = [one for one in json.loads(await socket.recv())["snapshot"]["requests"] if one["id"] == red]
            assert (one["proposal"] is not None) is there
