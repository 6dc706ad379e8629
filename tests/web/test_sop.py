"""The SOP over HTTP: who may, four eyes, immutable versions, and rubbish that is refused and loses nothing."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.domain.people import Person
from dispatch.reading.scope import keeps_sop
from dispatch.rules.pack.schema import pack_schema
from dispatch.settings import Settings
from dispatch.vocabulary.roles import Role
from tests.people import DINA, OPI, SITI, packs
from tests.servers import NO_TLS
from tests.unit.rules.pack.bad_packs import HEAD, RULE
from tests.web.conftest import ADMIN, EVERYBODY, Service, serving

SOP = "/api/sop"
CITY = f"{SOP}/kota-tangerang"
LATER = (datetime.now(UTC) + timedelta(days=3)).isoformat()
BODY = {"need": "body", "pickup": "puskesmas-cikokol", "contact": {"phone": "+628110000001"}}


@pytest.fixture
def dina(service: Service) -> Iterator[httpx.Client]:
    with service.client(DINA) as client:
        yield client


@pytest.fixture
def adi(service: Service) -> Iterator[httpx.Client]:
    with service.client(ADMIN) as client:
        yield client


def made(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def form(draft: Any, **changes: Any) -> dict[str, Any]:
    """What the page would send to keep this draft."""
    held = {
        "edit": draft["edit"],
        "title": draft["title"],
        "version": draft["version"],
        "rules": [rule["document"] for rule in draft["rules"]],
        "policy": {name: value for name, _, value in draft["policy"]},
    }
    return held | changes


def draft_of(client: httpx.Client, **body: Any) -> tuple[str, Any]:
    draft = made(client.post(f"{CITY}/drafts", json=body or {"from_version": "2026-11-01"}))
    return f"{CITY}/drafts/{draft['id']}", draft


def test_the_schema_stands_at_its_address_for_anybody(service: Service) -> None:
    assert httpx.get(f"{service.url}/sop.schema.json", verify=NO_TLS).json() == pack_schema()


def test_every_sample_pack_is_read_in_sentences(dina: httpx.Client) -> None:
    agencies = made(dina.get(SOP))["agencies"]
    assert {agency["agency"] for agency in agencies} >= {"national", "kota-tangerang", "dkm", "laz"}
    city = next(agency for agency in agencies if agency["agency"] == "kota-tangerang")
    assert [(v["version"], v["state"]) for v in city["versions"]] == [
        ("2026-11-01", "in_force"),
        ("2019-08-26", "past"),
        ("2018-01-01", "past"),
    ]
    for agency in agencies:
        for version in agency["versions"]:
            pack = made(dina.get(f"{SOP}/{agency['agency']}/{version['version']}"))
            assert len(pack["rules"]) == version["rules"]
            assert all(rule["sentence"].endswith(".") and "_" not in rule["sentence"] for rule in pack["rules"])
            assert pack["text"] in packs().values()
    assert dina.get(f"{CITY}/2031-01-01").status_code == 404


@pytest.mark.parametrize("version", ["2018-01-01", "2019-08-26", "2026-11-01"])
def test_a_draft_that_is_kept_as_it_is_says_what_its_version_says(dina: httpx.Client, version: str) -> None:
    path, draft = draft_of(dina, from_version=version)
    kept = made(dina.put(path, json=form(draft)))
    assert (kept["problems"], kept["diff"]) == ([], [])
    assert [rule["document"] for rule in kept["rules"]] == [rule["document"] for rule in draft["rules"]]


@pytest.mark.alone
def test_a_draft_becomes_a_version_only_by_the_yes_of_a_second_person(dina: httpx.Client, adi: httpx.Client) -> None:
    path, draft = draft_of(dina)
    rules = [rule["document"] for rule in draft["rules"]]
    rules[0]["when"][0]["no_other_within_min"] = 45
    draft = made(dina.put(path, json=form(draft, rules=rules)))
    assert any("30" in line and "45" in line for line in draft["diff"])
    assert refused(
        adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "sudah dibaca"})
    ) == (
        409,
        "not_submitted",
    )
    assert refused(dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": LATER})) == (
        409,
        "not_approved",
    )
    draft = made(dina.post(f"{path}/submit", json={"edit": draft["edit"]}))
    own = dina.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "saya sendiri"})
    assert refused(own) == (409, "same_person")
    draft = made(adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "sudah dibaca"}))
    for when, expected in (
        ("2020-01-01T00:00:00+07:00", (409, "in_the_past")),
        ("2020-01-01T00:00:00", (422, "invalid")),
        ("2199-12-31T23:00:00-12:00", (422, "invalid")),
        ("9999-12-31T23:59:59Z", (422, "invalid")),
        ("besok", (422, "invalid")),
    ):
        answer = dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": when})
        assert answer.status_code in (409, 422), when
        if when != "2199-12-31T23:00:00-12:00":
            assert refused(answer) == expected
    draft = made(dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": LATER}))
    assert draft["state"] == "published"
    for again in (
        dina.put(path, json=form(draft)),
        dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": LATER}),
        dina.delete(path),
    ):
        assert refused(again) == (409, "draft_published")
    city = next(agency for agency in made(dina.get(SOP))["agencies"] if agency["agency"] == "kota-tangerang")
    assert [version["state"] for version in city["versions"]] == ["coming", "in_force", "past", "past"]


def test_a_change_after_the_yes_needs_another_yes(dina: httpx.Client, adi: httpx.Client) -> None:
    path, draft = draft_of(dina)
    draft = made(dina.post(f"{path}/submit", json={"edit": draft["edit"]}))
    draft = made(adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "sudah dibaca"}))
    draft = made(dina.put(path, json=form(draft, title="Judul lain")))
    assert (draft["state"], draft["approved_by"]) == ("open", None)
    assert refused(dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": LATER})) == (
        409,
        "not_approved",
    )


def test_two_who_edit_at_once_lose_nothing(dina: httpx.Client, adi: httpx.Client) -> None:
    path, draft = draft_of(dina)
    made(adi.put(path, json=form(draft, title="Judul Adi")))
    assert refused(dina.put(path, json=form(draft, title="Judul Dina"))) == (409, "edited_meanwhile")
    assert made(dina.get(path))["title"] == "Judul Adi"


@pytest.mark.alone
def test_a_version_that_is_taken_or_starts_with_another_is_refused(dina: httpx.Client, adi: httpx.Client) -> None:
    def ready(version: str) -> tuple[str, int]:
        path, draft = draft_of(dina)
        draft = made(dina.put(path, json=form(draft, version=version)))
        if draft["problems"]:
            return path, draft["edit"]
        draft = made(dina.post(f"{path}/submit", json={"edit": draft["edit"]}))
        draft = made(adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "sudah dibaca"}))
        return path, draft["edit"]

    first, edit = ready("uji-1")
    second, other_edit = ready("uji-2")
    made(dina.post(f"{first}/publish", json={"edit": edit, "effective_from": LATER}))
    same_time = dina.post(f"{second}/publish", json={"edit": other_edit, "effective_from": LATER})
    assert refused(same_time) == (409, "versions_overlap")
    taken, _ = ready("uji-1")
    assert [problem["field"] for problem in made(dina.get(taken))["problems"]] == ["pack.version"]


RUBBISH = {
    "not toml": "[[[",
    "before the first day": HEAD.replace("2030-01-01T00:00:00+07:00", "0001-01-01T00:00:00+14:00") + RULE,
    "after the last day": HEAD.replace("2030-01-01T00:00:00+07:00", "9999-12-31T23:59:59-14:00") + RULE,
    "a table of many names": HEAD + RULE + "[" + ".".join("a" * 5_000) + "]\n",
    "empty": "",
    "no head": RULE,
    "a rule that is a number": "rule = 3\n" + HEAD,
    "one bracket": HEAD + "[rule]\nid = 'X'\n",
    "policy that is a number": "policy = 3\n" + HEAD,
    "policy with words": HEAD + "[policy]\noffer_red_s = 'x'\n",
    "policy that is no number": HEAD + "[policy]\noffer_red_s = nan\n",
    "no reason": HEAD + RULE.replace("reason", "reasons"),
    "reason that is a text": HEAD + RULE.replace('{ met = "a", unmet = "b" }', '"b"'),
    "id that is a number": HEAD + RULE.replace('"X1"', "5"),
    "effect that is a number": HEAD + RULE.replace('"deny"', "1"),
    "when that is a number": HEAD + RULE.replace('{ need = ["body"] }', "3"),
    "value that is a table": HEAD + RULE.replace('["body"]', "{ a = 1 }"),
    "value that is a date": HEAD + RULE.replace('["body"]', "2020-01-01"),
    "unknown field": HEAD + RULE + 'colour = "red"\n',
    "booking that is a number": HEAD + RULE + "booking = 3\n",
    "half a character": HEAD.replace("Contoh", "\ud800") + RULE,
    "thousands of brackets": HEAD + "[[rule]]\nwhen = " + "[" * 5_000 + "]" * 5_000,
    "thousands of digits": HEAD + "[[rule]]\nwhen = " + "9" * 10_000,
    "too many rules": HEAD + "".join(RULE.replace("X1", f"X{number}") for number in range(201)),
}


@pytest.mark.parametrize("text", RUBBISH.values(), ids=RUBBISH)
def test_a_text_that_is_no_sound_pack_is_refused_with_its_lines_and_nothing_is_kept(
    dina: httpx.Client, text: str
) -> None:
    body = json.dumps({"text": text})  # half a character goes as an escape
    answer = dina.post(f"{CITY}/drafts", content=body, headers={"Content-Type": "application/json"})
    if "\ud800" in text:
        assert answer.status_code == 422
    else:
        assert refused(answer) == (409, "not_a_pack")
        faults = answer.json()["facts"]["faults"]
        assert faults
        assert all(1 <= fault["line"] <= text.count("\n") + 1 and fault["sentence"] for fault in faults)
    assert all(agency["drafts"] == [] for agency in made(dina.get(SOP))["agencies"])


def test_a_text_of_another_agency_is_no_draft_of_this_one(dina: httpx.Client) -> None:
    answer = dina.post(f"{CITY}/drafts", json={"text": packs()["national.toml"]})
    assert refused(answer) == (409, "other_agencys_pack")


def test_a_sound_text_becomes_a_draft(dina: httpx.Client) -> None:
    _, draft = draft_of(dina, text=packs()["kota-tangerang.toml"].replace('version = "2026-11-01"', 'version = "uji"'))
    assert (draft["version"], draft["problems"], len(draft["rules"])) == ("uji", [], 3)


@pytest.mark.parametrize(
    "change",
    [
        {"booking": {"notice_min": None, "hours": "07:00-20:00"}},
        {"booking": {"notice_min": 10}},
        {"booking": [1]},
        {"when": [{"need": None}]},
        {"when": [{"need": {"a": 1}}]},
        {"when": [{"count": 1e999}]},
        {"when": [{"need": "body"}] * 9},
        {"overrides": ["R01"] * 21},
        {"id": "Ä"},
        {"effect": "eat"},
        {"title": "\x00" * 2_000},
        {"unknown": 1},
    ],
)
def test_a_form_that_no_page_would_send_is_refused(dina: httpx.Client, change: dict[str, Any]) -> None:
    path, draft = draft_of(dina)
    rules = [rule["document"] for rule in draft["rules"]]
    rules[0] |= change
    body = json.dumps(form(draft, rules=rules))  # as a careless client writes it, with Infinity
    answer = dina.put(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert made(dina.get(path))["edit"] == draft["edit"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"when": [{"need": ["bodies"]}]}, "when.need"),
        ({"when": [{"no_such_key": True}]}, "when.no_such_key"),
        ({"when": [{"no_other_within_min": -5}]}, "when.no_other_within_min"),
        ({"approver": "somebody"}, "approver"),
        ({"overrides": ["R07"]}, "overrides"),
        ({"overrides": ["R99"]}, "overrides"),
        ({"reason_unmet": "{nothing}"}, "reason.unmet"),
        ({"title": ""}, "title"),
    ],
)
def test_a_form_with_a_mistake_is_kept_and_its_problem_named(
    dina: httpx.Client, change: dict[str, Any], field: str
) -> None:
    path, draft = draft_of(dina)
    rules = [rule["document"] for rule in draft["rules"]]
    rules[0] |= change
    kept = made(dina.put(path, json=form(draft, rules=rules)))
    assert [(problem["rule"], problem["field"]) for problem in kept["problems"]] == [("R02", field)]
    assert "submit" not in kept["may"]
    assert kept["rules"][0]["document"] == rules[0]
    assert refused(dina.post(f"{path}/submit", json={"edit": kept["edit"]})) == (409, "draft_has_problems")


def test_only_who_keeps_the_sop_of_an_agency_changes_it(service: Service, dina: httpx.Client) -> None:
    path, _ = draft_of(dina)
    for person in EVERYBODY:
        with service.client(person) as client:
            status = client.post(f"{CITY}/drafts", json={}).status_code
            assert (status == 201) is (person.role in (Role.HEALTH_OFFICER, Role.ADMIN)), person.role
            assert (client.get(path).status_code == 200) is (person.role in (Role.HEALTH_OFFICER, Role.ADMIN))
    assert dina.post(f"{SOP}/Kota Tangerang/drafts", json={}).status_code == 422


@pytest.mark.alone
def test_a_draft_is_tried_on_what_was_asked_before(service: Service, dina: httpx.Client) -> None:
    with service.client(SITI) as siti:
        first = made(siti.post("/api/requests", json=BODY))
    assert [a["vehicle_id"] for a in first["assignments"]] == ["H3"]
    national = made(dina.post(f"{SOP}/national/drafts", json={"from_version": "2026-11-01"}))
    same = made(dina.post(f"{SOP}/national/drafts/{national['id']}/backtest", json={"days": 1}))
    assert (same["requests"], same["same"], same["rows"]) == (1, 1, [])
    rules = [rule["document"] for rule in national["rules"]]
    closed = {
        **rules[0],
        "id": "X1",
        "vehicles": [{"class": ["hearse"]}],
        "when": [{"need": ["body"], "phone": True}],
    }
    path = f"{SOP}/national/drafts/{national['id']}"
    kept = made(dina.put(path, json=form(national, rules=[*rules, closed])))
    assert kept["problems"] == []
    found = made(dina.post(f"{path}/backtest", json={"days": 1}))
    assert (found["promises_before"], found["promises_after"]) == (0, 1)
    assert [(row["before"]["vehicle_id"], row["change"]) for row in found["rows"]] == [("H3", "promise")]


def test_a_draft_plays_the_scenarios_and_other_calls_are_answered_meanwhile(
    service: Service, dina: httpx.Client
) -> None:
    path, _ = draft_of(dina)
    with ThreadPoolExecutor(1) as pool, service.client(OPI) as opi:
        playing = pool.submit(lambda: dina.post(f"{path}/test", timeout=120))
        answered = 0
        while not playing.done():
            assert opi.get("/api/me").status_code == 200
            answered += 1
    found = made(playing.result())
    assert answered > 10, "the server answers nobody while it plays"
    assert [scenario for scenario in found["scenarios"] if scenario["state"] not in ("passed", "waiting")] == []
    assert found["failed"] == 0
    assert found["passed"] > 25


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server that tests its drafts with a few scenarios."""
    folder = tmp_path_factory.mktemp("scenarios")
    whole = Settings().scenario_path
    for path in (*whole.glob("2*.toml"), *whole.glob("3[0-3]*.toml")):
        shutil.copy(path, folder)
    with serving(Settings(data_dir=tmp_path_factory.mktemp("data"), scenario_dir=str(folder))) as served:
        yield served


def test_two_officers_may_try_their_drafts_at_once(brief: Service) -> None:
    with brief.client(DINA) as dina, brief.client(ADMIN) as adi, ThreadPoolExecutor(2) as pool:
        path, _ = draft_of(dina)
        one, two = pool.map(lambda client: made(client.post(f"{path}/test", timeout=200)), [dina, adi])
    assert one["passed"] > 10
    assert [(s["name"], s["state"]) for s in one["scenarios"]] == [(s["name"], s["state"]) for s in two["scenarios"]]
    assert (one["failed"], two["failed"]) == (0, 0)


def test_the_scenarios_that_a_draft_breaks_are_named(brief: Service) -> None:
    with brief.client(DINA) as dina:
        path, draft = draft_of(dina)
        rules = [rule["document"] for rule in draft["rules"] if rule["id"] != "R16"]
        made(dina.put(path, json=form(draft, rules=rules)))
        found = made(dina.post(f"{path}/test", timeout=120))
    failed = {scenario["name"] for scenario in found["scenarios"] if scenario["state"] == "failed"}
    assert "31-pemakaman-siang" in failed
    assert len(failed) < len(found["scenarios"])
    assert all(scenario["lines"] for scenario in found["scenarios"] if scenario["state"] == "failed")


@pytest.mark.alone
def test_everything_that_is_done_with_a_draft_stands_in_the_journal(
    service: Service, dina: httpx.Client, adi: httpx.Client, tmp_path: Path
) -> None:
    path, draft = draft_of(dina)
    draft = made(dina.post(f"{path}/submit", json={"edit": draft["edit"]}))
    draft = made(adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": False, "reason": "mohon diperiksa"}))
    draft = made(dina.post(f"{path}/submit", json={"edit": draft["edit"]}))
    draft = made(adi.post(f"{path}/approve", json={"edit": draft["edit"], "yes": True, "reason": "sudah benar"}))
    made(dina.post(f"{path}/publish", json={"edit": draft["edit"], "effective_from": LATER}))
    with sqlite3.connect(tmp_path / "jemput.sqlite3") as base:
        rows = base.execute("select kind, actor from journal where kind like 'sop_%' order by seq").fetchall()
    assert rows == [
        ("sop_submitted", DINA.id),
        ("sop_returned", ADMIN.id),
        ("sop_submitted", DINA.id),
        ("sop_approved", ADMIN.id),
        ("sop_published", DINA.id),
    ]


def test_an_officer_of_one_agency_keeps_that_agencys_sop_alone() -> None:
    own = Person(id="x", name="Petugas Contoh", role=Role.HEALTH_OFFICER, agency="kota-tangerang")
    assert keeps_sop(own, "kota-tangerang")
    assert not keeps_sop(own, "national")
    assert keeps_sop(DINA, "national")
    assert not keeps_sop(OPI, "kota-tangerang")
