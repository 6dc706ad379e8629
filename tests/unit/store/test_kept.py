"""A database that version 0.1 made is opened by this version, brought up to date, and shows what it showed then.

What is compared is what people are shown, over HTTP, and the rows of journal and promises: no name of this version's
own code, but those that open it, stands here, so that the test outlives the code that it is for.
"""

import asyncio
import gzip
import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.bootstrap import open_house
from dispatch.settings import Settings
from web.server import create_app

KEPT = Path(__file__).parents[2] / "fixtures" / "kept"
HOST = "http://jemput.contoh"  # as the answers were asked for, so that the links in them are the same
# Fields that are not compared, by the path to them, and why.
LEFT_OUT = {
    r"/api/(vehicles|me)\b.*\.fix_age_s": "counted from the instant within the answer, of which a file only knows when "
    "it was asked for",
    r"/api/me\b[^.]*\.now|/api/reports/[^.]*\.(since|until)": "the same instant itself",
    r"/api/sop\.(keys|approvers|effects|overridable|policy)": "words that a version knows, and nothing that is kept",
    r"/backtest\.(?!requests$)\w+": "searched again: only that the facts of every first decision can be read is kept",
}
# Differences that a later version made on purpose, by the line that tells of them, and why.
SINCE = {
    r"\.policy: 17 became (29|30|31|32)$": "figures on trips, on reds and on booked ones since 0.2, and a choice",
    r"messages.*\[\d+\]\.(text|chat_url): .* became .*Untuk( |%20)27( |%20)Nov": "the booked time since 0.2",
    r"^/t/[^:[]+(: 5 became 6|\[4\]: 'may say no_longer_needed' became 'may say left')$": "what is kept for a booking",
    r"^/t/.*Kami menelepon Anda paling lambat (.*)\.' became 'Mohon maaf, kami terlambat: .*": "a late call says so",
    r"\.next_steps: 3 became 2$|\.next_steps\[\d\]: 'stand_down' became 'problem'$": "who carries somebody drives on",
    r"^/t/[^:[]+: 4 became 12$": "a page that reads of an end looks again, for an end may be taken back",
    r"\.retry_at: .* became None$|^promises\[\d+\]\.retry_at is gone$": "since 0.2 it is the timer's, or none",
    r"\.facts\.kind is gone$": "what a promise owes is called `owed` since 0.2",
    r"\.facts\.level: '(\d)' became \1$": "a number since 0.2",
    r"\.facts\.text is gone$|Catatan ditambahkan' became '.*; dokumennya diantar ke rumah'$": "`delivers` since 0.2",
    r"^/t/[^:[]+(: 4 became 15|\[[123]\]: '(Ada perubahan|may say).*)$": "it shows the vehicle that waits there",
    r"messages.*\[\d+\]\.(chat_url: .*belum%20menjawab.*|call_url: 'tel:\+628110000100[45]') became None$": (
        "the base is rung once the driver has not answered, and nobody's hand is sooner since 0.2"
    ),
    r"perlengkapan jenazah infeksius.* became .*perlengkapan infeksius": "it is for the living too since 0.2",
    r"yang diberi tahu: requester' became '.*yang diberi tahu: pemohon'$": "a word for people since 0.2",
    r"messages.*\.text: '.*' became 'Kami turut berdukacita\. .*'$|became '.*Kami%20turut%20berdukacita\..*'$": (
        "a family that has lost somebody is condoled with before anything else since 0.2"
    ),
    r"messages.*\.(chat|call)_url: '.*' became None$": "only what may still be sent by hand since 0.2",
    r"messages.*sebelum(?: |%20)pukul(?: |%20)(\d\d\.\d\d)\.\D.* became .*pukul(?: |%20)\1\.\d\d\.": (
        "a deadline is told to the second since 0.2"
    ),
    r"^/t/[^:]+: 'Perjalanan ini sudah selesai.' became 'Permintaan ini ": "each end is said as what it was since 0.2",
    r"\.candidates\[\d+\]\.(lon|lat): .* became None$": "staff are not told where vehicles stand since 0.2",
    r"messages.* became '.*(\(|%28)(pelat|sopir)(?: |%20).*": "a vehicle is found by plate and driver since 0.2",
    r"(sopir berhalangan|memerlukan perhatian).* became .*belum( |%20)menjawab( |%20)atau": "silence is no no",
    r"text: '\w+ diingatkan akan .*' became 'petugasnya diingatkan": "no person's id in a line since 0.2",
    r"messages.*permintaan(?: |%20)P-[0-9a-f]{12}.* became ": "people know a request by need, place and time since 0.2",
    r"messages.*Permintaan(?: |%20)P-[0-9a-f]{12}.* became ": "the same",
    r"(timeline|approvals|checklist).*\bR\d\d.* became ": "people know a rule by its title since 0.2",
    r"sedang bertugas untuk permintaan lain\.' became 'Kendaraan sedang (bertugas|menunggu jawaban sopirnya)\.'$": (
        "whoever is only asked is not on a trip, and one on this trip is on no other, since 0.2"
    ),
}
# Changes of the file, which is always as version 0.1 left it, and what is then seen.
CHANGES = {
    """UPDATE decisions SET decision = replace(decision, '"sentence": "', '"sentence": "K')""": r"\.sentence: ",
    """UPDATE decisions SET decision = replace(decision, '"would_help": "', '"would_help": "M')""": r"\.would_help: ",
    "UPDATE decisions SET facts = NULL": r"/candidates/[A-Z-]+ status: 200 became 404",
    """UPDATE journal SET facts = replace(facts, '"reason": "', '"reason": "tidak ')""": r"timeline\[\d+\]\.text: ",
    "UPDATE journal SET actor = 'desk' WHERE actor = 'siti'": r"^journal\[\d+\]\.actor: 'siti' became 'desk'",
    "UPDATE assignments SET stamps = replace(stamps, 'geofence', 'tap')": r"\.source: 'geofence' became 'tap'",
    "UPDATE approvals SET reason = NULL WHERE state = 'refused'": r"approvals\[\d+\]\.reason: ",
    "DELETE FROM promise_calls WHERE outcome = 'no_answer'": r"/api/promises\[\d+\]\.call_log: ",
    "UPDATE promises SET told = 'ayah' WHERE told = 'ibu pasien'": r"^promises\[\d+\]\.told: ",
    "UPDATE messages SET facts = '{}'": r"/messages\[\d+\]\.text: ",
    "UPDATE messages SET state = 'sent' WHERE state = 'linked'": r"/messages\[\d+\]\.state: 'linked' became 'sent'",
    "UPDATE contacts SET phone = '+62 811-0000-9999'": r"\.contact_phone: ",
    "UPDATE requests SET held = 0": r"^/t/[^:]+: ",
    "UPDATE sop_drafts SET reason = NULL WHERE state = 'open'": r"/drafts/[^.]+\.reason: ",
    "UPDATE closures SET note = NULL": r"/api/closures\.features\[\d+\]\.properties\.note: ",
    "DELETE FROM answers": r"/(accept|hand_over|requests) status: 20[01] became ",
}


@dataclass(slots=True)
class StandingClock:
    """Stands at the instant at which an answer was asked for then, so that nothing has grown older since."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Page(HTMLParser):
    """What the family's page says of its own trip: the headline, the lines, the vehicles with their steps, and what can
    be answered. Its wishes and questions, which are the same for everybody, are left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "button":
            self.said.append(f"may say {found['value']}")
        if tag in ("h1", "h2", "p", "li", "details", "a"):
            self._open.append("new" if found.get("class") in ("condolence", "car") else tag)  # since 0.2
            if tag == "li":
                self.said.append("done:" if found.get("class") == "done" else "to come:")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] in (tag, *(["new"] if tag == "p" else [])):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and not {"details", "a", "new"} & set(self._open) and data.strip():
            self.said.append(" ".join(data.split()))


def shown_then() -> Any:
    """What version 0.1 showed."""
    return json.loads(gzip.decompress((KEPT / "shown-0.1.json.gz").read_bytes()))


def unpack(folder: Path) -> Path:
    """The database as version 0.1 left it, in a file of the test's own."""
    path = folder / "jemput.sqlite3"
    path.write_bytes(gzip.decompress((KEPT / "jemput-0.1.sqlite.gz").read_bytes()))
    return path


def settings_for(database: Path) -> Settings:
    """This version over the file. The packs are those in it: a sample pack of a later version would be published
    beside them."""
    packs = database.parent / "packs"
    packs.mkdir()
    for number, row in enumerate(rows_of(database, "SELECT text FROM packs")):
        (packs / f"{number}.toml").write_text(row["text"], "utf-8")
    return Settings(database_url=f"sqlite:///{database}", data_dir=database.parent, sop_dir=str(packs))


def rows_of(database: Path, query: str) -> list[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    with closing(sqlite3.connect(database)) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute(query)]


def change(database: Path, *statements: str) -> None:
    """Change the file; every statement must find something to change."""
    with closing(sqlite3.connect(database)) as raw, raw:
        for statement in statements:
            assert raw.execute(statement).rowcount, statement


def sign_in(database: Path, names: Iterable[str]) -> None:
    """A token for everybody who asked: the file holds none."""
    for name in names:
        digest = hashlib.sha256(secret(name).encode()).hexdigest()
        change(database, f"INSERT INTO tokens VALUES ('{digest}', '{name}', 'api', '2026-11-27T00:00:00+00:00', NULL)")


def headers_of(name: str) -> dict[str, str]:
    """What a person's calls are signed in with."""
    return {"Authorization": f"Bearer {secret(name)}"}


def secret(name: str) -> str:
    """The token of a person."""
    return f"token-of-{name}-in-the-kept-file"


def lost(then: Any, now: Any, where: str) -> Iterator[str]:
    """What was shown then and is not now. A version may add fields; what a list holds and every value stay."""
    if any(re.search(f"(?:{path})$", where) for path in LEFT_OUT):
        return
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            if name in now:
                yield from lost(value, now[name], f"{where}.{name}")
            else:
                yield f"{where}.{name} is gone"
    elif isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            yield f"{where}: {len(then)} became {len(now)}"
        for number, (one, other) in enumerate(zip(then, now, strict=False)):
            yield from lost(one, other, f"{where}[{number}]")
    elif (type(then) is not type(now) or then != now) and not is_same_instant(then, now):
        yield f"{where}: {then!r} became {now!r}"


def is_same_instant(then: Any, now: Any) -> bool:
    """Whether both are the same time with its zone, which may be written in more than one way."""
    if not isinstance(then, str) or not isinstance(now, str):
        return False
    try:
        one, other = datetime.fromisoformat(then), datetime.fromisoformat(now)
    except ValueError:
        return False
    return one.tzinfo is not None and other.tzinfo is not None and one == other


async def what_is_lost(database: Path, then: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Open the file as a server does, ask it all that was asked then, and name every difference.

    No timer runs and nothing is sent, for the application's own tasks are not begun; the clock stands, so that what an
    answer takes from the time of asking is the same.
    """
    found: list[str] = []
    asked = [*then["answers"], *then["repeats"], then["backtest"]]
    sign_in(database, {one["who"] for one in asked})
    clock = StandingClock(datetime.fromisoformat(then["at"]))
    monkeypatch.setattr("dispatch.bootstrap.SystemClock", lambda: clock)
    settings = settings_for(database)
    app = create_app(settings, demo=False)
    transport = httpx.ASGITransport(app=app)
    async with (
        open_house(settings, demo=False, progress=print) as app.state.house,
        httpx.AsyncClient(transport=transport, base_url=HOST) as client,
    ):
        for one in asked:
            clock.at = datetime.fromisoformat(one["at"])
            answer = await ask(client, one)
            found += lost(one["status"], answer.status_code, f"{one['path']} status")
            found += lost(one["body"], answer.json(), one["path"])
        for page in then["pages"]:
            clock.at = datetime.fromisoformat(page["at"])
            answer = await client.get(page["path"])
            found += lost(page["status"], answer.status_code, f"{page['path']} status")
            found += lost(Page(page["html"]).said, Page(answer.text).said, page["path"])
    return [*found, *lost(then["journal"], journal_of(database), "journal"), *lost_promises(database, then)]


async def ask(client: httpx.AsyncClient, one: Mapping[str, Any]) -> httpx.Response:
    """Ask what was asked then; what was commanded then is commanded again under its key."""
    headers = headers_of(one["who"])
    if "content" not in one:
        return await client.get(one["path"], headers=headers)
    headers["Content-Type"] = "application/json"
    if one["key"]:
        headers["Idempotency-Key"] = one["key"]
    return await client.post(one["path"], content=one["content"], headers=headers)


def journal_of(database: Path) -> list[dict[str, Any]]:
    """Every entry; none was added either, for nothing happened."""
    rows = rows_of(database, "SELECT * FROM journal ORDER BY seq")
    return [{**row, "facts": json.loads(row["facts"])} for row in rows]


def lost_promises(database: Path, then: Any) -> Iterator[str]:
    """The promises with their calls: of one that has ended no answer tells any more who was told."""
    calls = rows_of(database, "SELECT * FROM promise_calls ORDER BY id")
    now = [
        {**row, "call_log": [call for call in calls if call["promise_id"] == row["id"]]}
        for row in rows_of(database, "SELECT * FROM promises ORDER BY made_at, id")
    ]
    return lost(then["promises"], now, "promises")


def test_a_database_of_version_0_1_shows_what_it_showed_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asyncio.run(what_is_lost(unpack(tmp_path), shown_then(), monkeypatch))
    assert [line for line in found if not any(re.search(known, line) for known in SINCE)] == []


def test_what_is_changed_or_lost_in_the_file_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = unpack(tmp_path)
    change(path, *CHANGES)
    found = asyncio.run(what_is_lost(path, shown_then(), monkeypatch))
    unseen = [changed for changed, seen in CHANGES.items() if not any(re.search(seen, line) for line in found)]
    assert unseen == []


def test_what_was_due_in_the_file_is_carried_out_by_this_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The offer that stood, the trip that was booked for five hours later, and a call that was owed."""
    then = shown_then()
    path = unpack(tmp_path)
    sign_in(path, ["opi"])
    clock = StandingClock(datetime.fromisoformat(then["at"]) + timedelta(hours=6))
    monkeypatch.setattr("dispatch.bootstrap.SystemClock", lambda: clock)
    held = [one["body"] for one in then["answers"] if re.fullmatch("/api/requests/P-[0-9a-f]+", one["path"])]
    offered = next(one["id"] for one in held if one["state"] == "searching")
    booked = next(one["id"] for one in held if one["state"] == "scheduled")
    owed = next(one["id"] for one in held if one["state"] == "waiting" and one["need"] == "body")

    async def go_on() -> None:
        app = create_app(settings_for(path), demo=False)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers_of("opi")) as client,
        ):
            await until(client, offered, lambda now: now["assignments"][0]["state"] == "expired")
            await until(client, booked, lambda now: now["state"] != "scheduled")
            await until(client, owed, lambda now: now["timeline"][-1]["at"] > then["at"])

    asyncio.run(go_on())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def until(client: httpx.AsyncClient, request_id: str, holds: Callable[[Any], bool]) -> None:
    """Look at a request until this holds of it."""
    while True:
        answer = await client.get(f"/api/requests/{request_id}")
        assert answer.status_code == 200, answer.text
        if holds(answer.json()):
            return


def test_a_field_may_be_added_and_none_lost_or_changed() -> None:
    assert list(lost({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": None}, "x")) == []
    assert list(lost({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, "x")) == ["x.a[0].b is gone"]
    assert list(lost({"a": [1, 2]}, {"a": [1]}, "x")) == ["x.a: 2 became 1"]
    assert list(lost({"a": 1, "b": True}, {"a": "1", "b": 1}, "x")) == ["x.a: 1 became '1'", "x.b: True became 1"]
    assert list(lost("2026-11-27T07:00:00+07:00", "2026-11-27T00:00:00Z", "x")) == []
    assert list(lost("2026-11-27T07:00:00", "2026-11-27T07:00:00Z", "x")) != []
