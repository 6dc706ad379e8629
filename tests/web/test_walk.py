"""Every role at every door: each route and each event kind gives what the tables promise, and nothing more."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.vocabulary.events import KINDS, Event, ProposalEvent
from dispatch.vocabulary.roles import Role, may
from tests.people import BUDI, DINA, OPI, SITI
from tests.web.conftest import ADMIN, EVERYBODY, JOKO, TRACKER, YANI, Service, give_token
from tests.web.test_live import PATIENCE_S, live, post
from web.auth import ROUTES

HEAD = {field.name for field in fields(Event)}
SUBJECTS = {"vehicle_id": "H3", "agency": "kota-tangerang", "version": "2026-11-01", "z": "9", "x": "1", "y": "1"}
STEPS = {"end": "cancel", "step": "accept", "message_id": "1"}
ASKED = {
    "/api/geocode": {"q": "cikokol"},
    "/api/isochrone": {"lon": "106.658", "lat": "-6.2001", "minutes": "5"},
    "/api/route": {"assignment": "{assignment_id}"},
}


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, also of the routers within."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from routes_of(inner.routes) if inner else (route,)


def things(service: Service) -> dict[str, str]:
    """Ids of things that are there, by the names of the parameters in paths."""
    contact = {"phone": "+62 811-0000-0001"}
    with service.client(OPI) as opi, service.client(DINA) as dina:
        asked = opi.post("/api/requests", json={"need": "body", "pickup": "puskesmas-cikokol", "contact": contact})
        owed = {"need": "document", "subject": "Blangko KTP", "pickup": "puskesmas-cikokol", "contact": contact}
        promised = opi.post("/api/requests", json=owed).json()["promise"]
        draft = dina.post("/api/sop/kota-tangerang/drafts", json={"from_version": "2026-11-01"}).json()
        shape = {"type": "Point", "coordinates": [106.645, -6.2001]}
        event = opi.post("/api/incidents", json={"name": "Banjir", "place": "puskesmas-cikokol"}).json()
        closed = opi.post("/api/closures", json={"reason": "flood", "shape": shape}).json()
    request = asked.json()
    return SUBJECTS | STEPS | {
        "request_id": request["id"],
        "track_token": request["track_url"].rpartition("/")[2],
        "assignment_id": request["assignments"][0]["id"],
        "promise_id": promised["id"],
        "draft_id": draft["id"],
        "closure_id": closed["id"],
        "incident_id": event["id"],
    }  # fmt: skip


def test_every_route_of_the_app_stands_in_the_table(shared: Service) -> None:
    assert shared.app is not None
    found = list(routes_of(shared.app.routes))
    rows = {(method, route.path) for route in found for method in getattr(route, "methods", None) or ()}  # type: ignore[attr-defined]
    assert {row for row in rows if row[0] != "HEAD" and row[1] != "/openapi.json"} == set(ROUTES)
    others = {route.path for route in found if not getattr(route, "methods", None)}  # type: ignore[attr-defined]
    assert others == {"/live", "/static/dist"}


def documented() -> Iterator[tuple[str, str, frozenset[Role] | None]]:
    """Method, path and roles of each call of docs/api.md; None where anybody may call it."""
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    letters = {letter: Role(role) for letter, role in re.findall(r"^\| ([A-Z]) \| `(\w+)` \|", page, re.MULTILINE)}
    for methods, calls, who in re.findall(r"^\| ((?:[A-Z]{3,},? )+)(`.*?`) \| ([^|]+) \|", page, re.MULTILINE):
        paths = re.findall(r"`([^`]+)`", calls)
        roles = None if who == "–" else frozenset(letters[letter] for letter in who.split())
        for method in methods.replace(",", "").split():
            for path in paths:  # a word alone stands for the last part of the first path
                yield method, path if path.startswith("/") else f"{paths[0].rpartition('/')[0]}/{path}", roles


def row_of(method: str, path: str) -> tuple[str, str]:
    """The row of the table that a documented path is about: its words in capitals are parameters."""
    parts = path.split("/")
    rows = [(verb, template.split("/")) for verb, template in ROUTES if verb == method]
    fits = [
        (sum(one == other for one, other in zip(parts, row, strict=True)), row)
        for _, row in rows
        if len(row) == len(parts)
        and all(one == other or other.startswith("{") for one, other in zip(parts, row, strict=True))
    ]
    assert fits, (method, path)
    return method, "/".join(max(fits)[1])


def test_the_page_of_the_api_says_who_may_call_what() -> None:
    said = {row_of(method, path): roles for method, path, roles in documented() if path != "/openapi.json"}
    assert set(said) == set(ROUTES)
    wrong = {}
    for row, needed in ROUTES.items():
        roles = None if needed is None else frozenset(role for role in Role if may(role, needed))
        if said[row] != roles:
            wrong[row] = (said[row], roles)
    assert wrong == {}


def test_each_role_gets_in_exactly_where_the_table_says_and_nothing_breaks(town: Service) -> None:
    own_page = {"Origin": town.url}  # what a page of another origin posts is refused to everybody
    known = things(town)
    people = (*EVERYBODY, None)
    assert {person.role for person in people if person} == set(Role)
    clients = {person: town.client(person) for person in people}
    wrong = []
    for (method, template), needed in ROUTES.items():
        ids = known | ({"draft_id": "R-000000000000"} if template.endswith("/test") else {})  # plays every scenario
        query = {name: value.format_map(known) for name, value in ASKED.get(template, {}).items()}
        for person, client in clients.items():
            answer = client.request(method, template.format_map(ids), params=query, headers=own_page)
            if needed is None or (person is not None and may(person.role, needed)):
                is_right = answer.status_code not in (401, 403)
            else:
                refused = (403, "not_allowed") if person else (401, "signed_out")
                is_right = (answer.status_code, answer.json()["code"]) == refused
            is_built = answer.status_code < 500 or answer.json()["code"] == "not_built"
            if not is_right or not is_built:
                wrong.append((method, template, person and person.role, answer.status_code, answer.text[:200]))
    for client in clients.values():
        client.close()
    assert wrong == []


OKI = Person(id="oki", name="Operator Contoh Oki", role=Role.OPERATOR, agency="dkm")
AYU = Person(id="ayu", name="Ayu Contoh", role=Role.DRIVER, vehicle="A1")
OPERATORS = (OPI, OKI)
WATCHERS = (*OPERATORS, DINA)  # they see every request
STAFF = {SITI: "A1", YANI: "H1"}  # whose facility's request this vehicle is asked for
DRIVERS = {AYU: "A1", JOKO: "H1", BUDI: "H3"}
OWN = STAFF | DRIVERS
SECRETS = {
    "A1": {"phone": "+62 811-0000-1111", "name": "Ibu Rahasia Satu", "note": "pagar satu", "place": "Rumah Satu"},
    "H1": {"phone": "+62 811-0000-2222", "name": "Bapak Rahasia Dua", "note": "pagar dua", "place": "Rumah Dua"},
}


def value_of(hint: Any, secret: str) -> Any:
    """A fact of this type that a reader without a right to it must not see."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
        return None if hint is int else value_of(hint, secret)
    if get_origin(hint) is tuple:
        return ()
    if issubclass(hint, StrEnum):
        return next(iter(hint))
    return {str: secret, bool: True, int: 1, datetime: datetime.now(UTC)}[hint]


def one_of_each(about: dict[str, str | None], secret: str) -> list[Event]:
    """An event of every kind that says `secret` wherever it says anything."""
    found = []
    for kind in KINDS.values():
        hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in HEAD | {"kind"}}
        facts = {name: value_of(hint, secret) for name, hint in hints.items()}
        found.append(kind(at=datetime.now(UTC), **about, **facts))
    return found


async def received(socket: ClientConnection, last: int) -> tuple[list[dict[str, Any]], int]:
    """The messages up to the entry `last` and whatever else comes then, and how many frames of positions."""
    messages: list[dict[str, Any]] = []
    frames = 0
    async with asyncio.timeout(PATIENCE_S):
        while not messages or messages[-1].get("seq", 0) < last:
            message = await socket.recv()
            frames += isinstance(message, bytes)
            if isinstance(message, str):
                messages.append(json.loads(message))
    try:
        while True:
            message = await asyncio.wait_for(socket.recv(), 0.7)
            frames += isinstance(message, bytes)
            if isinstance(message, str):
                messages.append(json.loads(message))
    except TimeoutError:
        return messages, frames


async def ask_for_both(service: Service) -> dict[str | None, dict[str, Any]]:
    """A request of each facility, each with a vehicle of another agency; by vehicle."""
    found: dict[str | None, dict[str, Any]] = {}
    for staff, need in ((SITI, "emergency"), (YANI, "body")):
        vehicle, told = STAFF[staff], SECRETS[STAFF[staff]]
        there = {"lon": 106.63, "lat": -6.21, "name": told["place"]}
        contact = {"phone": told["phone"], "name": told["name"]}
        body = {"need": need, "pickup": "puskesmas-cikokol", "dropoff": there, "contact": contact, "note": told["note"]}
        found[vehicle] = await post(service, staff, "/api/requests", body | {"choose": vehicle})
        assert [a["vehicle_id"] for a in found[vehicle]["assignments"]] == [vehicle]
    return found


def happen(books: Books, requests: dict[str | None, dict[str, Any]]) -> tuple[dict[int, str | None], set[int]]:
    """Everything happens in the house and to each request: by its place in the journal, to which vehicle; and of these
    places those of what is proposed, which operators alone hear."""
    found: dict[int, str | None] = {}
    proposed = set()
    for vehicle in (None, *requests):
        about: dict[str, str | None] = {}
        if vehicle is not None:
            request = requests[vehicle]
            assignment = request["assignments"][0]["id"]
            about = {"request_id": request["id"], "assignment_id": assignment, "vehicle_id": vehicle, "actor": "siti"}
        for event in one_of_each(about, f"rahasia {vehicle or 'rumah'}"):
            seq = books.journal.add(event)
            found[seq] = vehicle
            if isinstance(event, ProposalEvent):
                proposed.add(seq)
    return found, proposed


@pytest.mark.alone
@pytest.mark.anyio
async def test_each_role_follows_what_its_scope_promises_and_no_more(service: Service) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store

    def enter(books: Books) -> None:
        for person in (OKI, AYU):
            books.people.put(person)
            give_token(books, person)

    store.submit(enter).result()
    requests = await ask_for_both(service)
    with pytest.raises(InvalidStatus) as refused:
        async with live(service, TRACKER):
            raise AssertionError("a device follows")
    assert refused.value.response.status_code == 403
    async with AsyncExitStack() as stack:
        people = (*WATCHERS, ADMIN, *STAFF, *DRIVERS)
        sockets = {person: await stack.enter_async_context(live(service, person)) for person in people}
        snapshots = {person: json.loads(await socket.recv())["snapshot"] for person, socket in sockets.items()}
        about, proposed = store.submit(lambda books: happen(books, requests)).result()
        fix = {"lon": 106.66, "lat": -6.2, "taken_at": datetime.now(UTC).isoformat()}
        await post(service, BUDI, "/api/positions", {"fixes": [fix]})
        duty = {"duty": "available", "at_base": True, "seq": 1, "device_time": datetime.now(UTC).isoformat()}
        await post(service, BUDI, "/api/me/duty", duty)  # its news lets everything before it be read
        about[store.submit(lambda books: books.journal.last_seq()).result()] = "H3"
        mine = dict.fromkeys((*WATCHERS, ADMIN), (None, "A1", "H1", "H3")) | {p: (v,) for p, v in OWN.items()}
        due = {
            person: [s for s, of in about.items() if of in mine[person] and (person in OPERATORS or s not in proposed)]
            for person in people
        }
        got = await asyncio.gather(*(received(sockets[person], due[person][-1]) for person in people))
    for person, (messages, frames) in zip(people, got, strict=True):
        assert [message["seq"] for message in messages if message["seq"] in about] == due[person], person
        assert (frames > 0) is bool(snapshots[person]["vehicles"]) is (person in (*WATCHERS, ADMIN)), person
        judge_snapshot(person, snapshots[person], requests)
        judge_secrets(person, json.dumps([snapshots[person], messages]))
        for message in messages:
            if message["seq"] in about:
                judge_message(person, message, about[message["seq"]])


def sees_whole(person: Person, vehicle: str | None) -> bool:
    """Whether this person sees all of what is told of the request that this vehicle is asked for."""
    return person in WATCHERS or STAFF.get(person) == vehicle is not None


def judge_snapshot(person: Person, snapshot: dict[str, Any], requests: dict[str | None, dict[str, Any]]) -> None:
    """The own requests, or how many there are."""
    seen = {request["id"] for vehicle, request in requests.items() if sees_whole(person, vehicle)}
    assert {request["id"] for request in snapshot["requests"]} == seen, person
    assert sum(snapshot["counts"].values()) == (len(requests) if person is ADMIN else 0), person


def judge_secrets(person: Person, everything: str) -> None:
    """A contact is nobody's to follow, and a place that of nobody else's request."""
    for vehicle, told in SECRETS.items():
        hidden = [told["phone"], told["name"], told["note"]]
        if not sees_whole(person, vehicle):
            hidden += [told["place"], f"rahasia {vehicle}"]
        assert [secret for secret in hidden if secret in everything] == [], (person, vehicle)


def judge_message(person: Person, message: dict[str, Any], vehicle: str | None) -> None:
    """Whole, or no more than that it happened."""
    of_house = person is ADMIN and vehicle not in SECRETS
    is_whole = sees_whole(person, vehicle) or of_house
    assert bool(message["text"]) is is_whole, (person, message)
    assert ("request" in message) is (is_whole and vehicle in SECRETS), (person, message)
    assert ("vehicle" in message) is (vehicle is not None and person not in STAFF), (person, message)
    if not is_whole:
        assert (message["facts"], message["actor"], message["request_id"]) == ({}, None, None), message
