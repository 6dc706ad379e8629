"""What changes the database: no question of anybody's, and no command of a stranger's."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.people import SITI
from tests.web.conftest import EVERYBODY, YANI, Service
from tests.web.test_walk import ASKED, things
from web.auth import ROUTES

CONTACT = {"phone": "+62 811-0000-0042"}
HOME = {"lon": 106.636, "lat": -6.211, "name": "Rumah"}
BODY = {"need": "body", "pickup": "puskesmas-cikokol", "dropoff": HOME, "contact": CONTACT}
DOCUMENT = {"need": "document", "subject": "Blangko KTP", "pickup": "puskesmas-cikokol", "contact": CONTACT}
TOMORROW = datetime.now(UTC) + timedelta(days=1)
RETURN: dict[str, Any] = {
    "need": "transport",
    "pickup": "puskesmas-cikokol",
    "dropoff": HOME,
    "contact": CONTACT,
    "schedule_at": TOMORROW.isoformat(),
    "return": {"after": (TOMORROW + timedelta(hours=4)).isoformat()},
}
THERE = {name: value for name, value in RETURN.items() if name != "return"}
Rows = dict[str, list[Any]]


@contextlib.contextmanager
def looking(service: Service) -> Iterator[Callable[[], Rows]]:
    """What the whole database holds, but for the commits that readiness is proved with; still when this begins."""
    assert service.app is not None
    path = service.app.state.house.settings.database_path
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

        def rows() -> Rows:
            return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names if name != "probes"}

        until = time.monotonic() + 20
        while not _all_is_told(database):  # messages are planned and settled beside
            assert time.monotonic() < until, "the messages do not come to an end"
            time.sleep(0.02)
        yield rows


def _all_is_told(database: sqlite3.Connection) -> bool:
    """Whether the tail has read the whole journal, and every message that is due has gone its way."""
    cursor = "SELECT (SELECT max(seq) FROM journal) = (SELECT max(seq) FROM tell_cursor)"
    due = "SELECT count(*) FROM messages WHERE state = 'queued' AND send_after <= ?"
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return bool(database.execute(cursor).fetchone()[0]) and database.execute(due, [now]).fetchone()[0] == 0


@pytest.mark.alone
def test_no_question_writes_whoever_asks_it(service: Service) -> None:
    known = things(service)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(service.client(person)) for person in (*EVERYBODY, None)]
        rows = stack.enter_context(looking(service))
        held, wrong, answered = rows(), [], 0
        for template in (path for method, path in ROUTES if method == "GET"):
            query = {name: value.format_map(known) for name, value in ASKED.get(template, {}).items()}
            for method in ("GET", "HEAD"):
                for client in clients:
                    answer = client.request(method, template.format_map(known), params=query)
                    answered += answer.is_success
                    if (now := rows()) != held:
                        wrong.append((method, template, [name for name in now if now[name] != held[name]]))
                        held = now
    assert wrong == []
    assert answered > 60


# Those of operators, and those that staff can give only where something is asked: these have tests of their own.
APART = ("assign", "divert", "transfer", "approve", "mutual_aid", "confirm_death", "ready")
ENDED = {"told": "keluarga", "reason": "berangkat sendiri"}
# A command on a request of the puskesmas, and what it is about.
COMMANDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "requests/{request}/cancel": (BODY, ENDED),
    "requests/{request}/complete": (DOCUMENT, ENDED),
    "requests/{request}/duplicate": (BODY, ENDED),
    "requests/{request}/unfounded": (DOCUMENT, ENDED),
    "requests/{request}/change": (BODY, {"documents": ["ktp"]}),
    "requests/{request}/return": (THERE, {**RETURN["return"], "waits": True}),
    "requests/{request}/hold": (BODY, {"on": True, "reason": "kamar belum pasti"}),
    "requests/{request}/note": (BODY, {"text": "pagar hijau"}),
    "requests/{request}/deliver": (DOCUMENT, {"to": HOME}),
    "requests/{request}/messages/{message}/sent": (BODY, {}),
    "promises/{promise}/calls": (DOCUMENT, {"outcome": "told", "told": "ibunya"}),
    "promises/{promise}/close": (DOCUMENT, {"outcome": "not_needed", "told": "ibunya"}),
    "promises/{promise}/take": (DOCUMENT, {}),
}  # fmt: skip


def test_every_command_on_a_request_or_a_promise_of_staff_is_tried() -> None:
    shapes = {"{request_id}": "{request}", "{promise_id}": "{promise}", "{message_id}": "{message}"}
    found = set()
    for method, path in ROUTES:
        short = path.removeprefix("/api/")
        for name, shape in shapes.items():
            short = short.replace(name, shape)
        if method == "POST" and "{" in short and short.startswith(("requests/", "promises/")):
            found.add(short)
    ends = {f"requests/{{request}}/{end}" for end in ("cancel", "complete", "duplicate", "unfounded")}
    apart = {f"requests/{{request}}/{name}" for name in APART}
    assert found - apart - {"requests/{request}/{end}"} | ends == set(COMMANDS)


def first_message(client: httpx.Client, request_id: str) -> int:
    """The number of the receipt, which is written beside."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if found := client.get(f"/api/requests/{request_id}/messages").json():
            return int(found[0]["id"])
        time.sleep(0.05)
    return pytest.fail("no message came")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_strangers_command_leaves_everything_as_it_was(service: Service, command: str) -> None:
    asked, body = COMMANDS[command]
    with service.client(SITI) as siti, service.client(YANI) as yani:
        made = siti.post("/api/requests", json=asked).json()
        if command.endswith("duplicate"):
            body = {**body, "of": siti.post("/api/requests", json=asked).json()["id"]}
        promise = (made["promise"] or {}).get("id")
        path = f"/api/{command}".format(request=made["id"], promise=promise, message=first_message(siti, made["id"]))
        with looking(service) as rows:
            before = rows()
            answer = yani.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert rows() == before
            own = siti.post(path, json=body)
            assert own.is_success, own.text
            assert rows() != before
