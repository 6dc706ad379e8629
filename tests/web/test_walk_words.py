"""Whatever the demo's house says to people is words of one language: no code, no gap, no Python."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.settings import Settings
from dispatch.sim.demo.seed import seed
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.request_states import Outcome, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import BUDI, DINA, OPI, SITI
from tests.web.conftest import ADMIN, Service, give_token, running

# Fields that people read, and lists of (code, words, …).
READ = frozenset(
    {"text", "say", "sentence", "would_help", "title", "label", "to", "summary", "diff", "lines", "detail", "unit"}
    | {"name", "headline", "pickup", "vehicle"}
)
PAIRS = frozenset({"policy", "approvers", "effects", "overridable", "choices"})
CODE = re.compile(r"\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+\b|\b(?:kota|kabupaten|tangerang)-(?:tangerang|selatan)\b")
PYTHON = re.compile(r"\b(?:None|True|False|datetime|frozenset|timedelta)\b|[{}<>\[\]]|\w\(\)|\d{4}-\d\d-\d\dT")
LINK = re.compile(r"https?://\S+")
CONTACT = {"phone": "+62 811-0000-0042", "name": "Keluarga Contoh"}
HOME = {"lon": 106.6360, "lat": -6.2110, "name": "Rumah keluarga"}
FAR = {"lon": 107.6, "lat": -6.9, "name": "Rumah di Bandung"}
OTHER = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="kabupaten-tangerang")
TOLD = {"told": "ibu pasien", "reason": "berangkat sendiri"}


def settle(books: Books) -> None:
    """The demo's places, fleet and people, everybody on duty at the base, and tokens for those of the tests."""
    now = datetime.now(UTC)
    seed(books, now)
    for held in books.vehicles.list_all():
        books.vehicles.set_duty(held.id, Duty.AVAILABLE, at_base=True, now=now)
    for person in (OPI, OTHER, DINA, SITI, ADMIN, BUDI):
        books.people.put(person)
        give_token(books, person)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"))
    store = open_sqlite(settings.database_path)
    store.submit(settle).result()
    asyncio.run(store.close())
    with running(settings) as served:
        yield served


def said(value: object, key: str = "") -> Iterator[str]:
    """What people read of an answer."""
    if isinstance(value, dict):
        is_condition = "group" in value  # its name is the key itself
        for name, inner in value.items():
            if not (is_condition and name == "name") and not (name == "text" and "rules" in value):  # the pack's TOML
                yield from said(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from [inner[1]] if key in PAIRS else said(inner, key)
    elif isinstance(value, str) and key in READ:
        yield value


def faults_of(answer: httpx.Response) -> list[str]:
    """The texts of an answer that no person should have to read."""
    if answer.headers["content-type"].startswith("text/html"):
        text = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
        texts = [text]
    else:
        texts = list(said(answer.json()))
    bare = [LINK.sub("", text) for text in texts]
    return [f"{answer.request.url.path}: {text}" for text in bare if CODE.search(text) or PYTHON.search(text)]


def ask(client: httpx.Client, need: str, **more: Any) -> Any:
    answer = client.post(
        "/api/requests", json={"need": need, "pickup": "puskesmas-cikokol", "contact": CONTACT, **more}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def of(kind: str, request: Any) -> str:
    return f"/api/requests/{request['id']}/{kind}"


def step(client: httpx.Client, assignment: Any, *steps: str) -> httpx.Response:
    for name in steps:
        body = {"seq": 1, "device_time": datetime.now(UTC).isoformat(), "reason": "uji coba"}
        answer = client.post(f"/api/assignments/{assignment['id']}/{name}", json=body)
        assert answer.status_code == 200, answer.text
    return answer


def keep_duty(service: Service, *ids: str) -> None:
    """Only these vehicles are on duty."""

    def change(books: Books) -> None:
        for held in books.vehicles.list_all():
            duty = Duty.AVAILABLE if held.id in ids else Duty.OFF_DUTY
            if held.assignment_id is None:
                books.vehicles.set_duty(held.id, duty, at_base=True, now=datetime.now(UTC))

    assert service.app is not None
    service.app.state.house.unit.store.submit(change).result()


@pytest.fixture(scope="module")
def asked(house: Service) -> list[Any]:
    """Requests of every kind, in every state that they come to, and something of everything done with them."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with house.client(OPI) as opi, house.client(SITI) as siti, house.client(OTHER) as other, house.client(DINA) as dina:
        body = ask(siti, "body", dropoff=HOME, patient={"living": False, "death": "unnatural"}, documents=["ktp"])
        trip = body["assignments"][0]
        step(opi, trip, "accept", "en_route", "on_scene", "undo", "problem")
        red = ask(siti, "emergency", patient={"special_care": True, "oxygen": True})
        step(opi, red["assignments"][0], "accept", "en_route", "on_scene", "transporting", "at_destination", "clear")
        several = ask(opi, "emergency", patient={"count": 3})
        step(opi, several["assignments"][0], "decline")
        booked = ask(siti, "transport", dropoff="rsud-kota-tangerang", schedule_at=tomorrow, patient={"can_sit": True})
        siti.post(of("hold", booked), json={"reason": "menunggu kamar"}).raise_for_status()
        siti.post(of("note", booked), json={"text": "pintu samping"}).raise_for_status()
        document = ask(siti, "document", subject="Blangko KTP", due_at=tomorrow)
        called = {"outcome": "no_answer", "told": "ibu pasien"}
        siti.post(f"/api/promises/{document['promise']['id']}/calls", json=called).raise_for_status()
        siti.post("/api/promises/stock", json={"subject": "Blangko KTP", "count": 1}).raise_for_status()
        referral = ask(siti, "referral", dropoff="rsud-kota-tangerang", patient={"oxygen": True, "special_care": True})
        opi.get(referral["track_url"]).raise_for_status()
        family = {"Origin": house.url}
        opi.post(referral["track_url"], data={"said": "left"}, headers=family)
        ended = ask(siti, "body", patient={"living": False, "infectious": True})
        siti.post(of("cancel", ended), json=TOLD).raise_for_status()
        province = ask(siti, "body", dropoff=FAR, leaves="province", patient={"living": False})
        unknown = ask(opi, "body", patient={"living": False, "death": "unidentified", "infectious": True})
        keep_duty(house, "H4")
        aid = ask(siti, "body", dropoff=HOME, patient={"living": False})
        yes = {"yes": False, "reason": "sedang dipakai sendiri"}
        assert other.post(of("mutual_aid", aid), json=yes).status_code == 200
        ambulances = (v for v in opi.get("/api/vehicles").json() if v["class"] == "transport_ambulance")
        free = (v["id"] for v in ambulances if v["agency"] == "kota-tangerang" and v["assignment_id"] is None)
        keep_duty(house, next(free))
        asking = ask(siti, "body", dropoff=HOME, patient={"living": False})  # R02 asks the health officer
        keep_duty(house)
        nobody = ask(siti, "emergency")
        closing = {"reason": "flood", "shape": {"type": "Point", "coordinates": [106.63, -6.2]}}
        opi.post("/api/closures", json=closing).raise_for_status()
        forced = {"vehicle_id": "H3", "override": {"rule": "R10", "reason": "alat pelindung dipinjam"}}
        dina.post(of("assign", unknown), json=forced)
        found = (body, red, several, booked, document, referral, ended, province, unknown, aid, asking, nobody)
        return [opi.get(f"/api/requests/{one['id']}").json() | {"asked_as": one} for one in found]


def test_the_requests_of_this_walk_are_of_every_kind(asked: list[Any]) -> None:
    seen = [*asked, *(one["asked_as"] for one in asked)]  # what waits is decided again as time goes by
    assert {one["decision"]["outcome"] for one in seen} == set(Outcome)
    assert {one["state"] for one in seen} >= {
        RequestState.WAITING,
        RequestState.SCHEDULED,
        RequestState.SEARCHING,
        RequestState.AWAITING_APPROVAL,
        RequestState.COMPLETED,
        RequestState.CANCELLED_BY_REQUESTER,
    }


@pytest.mark.parametrize("lang", Lang)
def test_what_is_read_of_requests_is_words(house: Service, asked: list[Any], lang: Lang) -> None:
    faults = []
    with house.client(OPI) as opi:
        opi.params = httpx.QueryParams({"lang": lang})
        for request in asked:
            vehicles = [candidate["vehicle_id"] for candidate in request["decision"]["candidates"][:40:10]]
            looked = [of(f"candidates/{vehicle}", request) for vehicle in vehicles]
            for path in (f"/api/requests/{request['id']}", of("candidates", request), of("messages", request), *looked):
                answer = opi.get(path)
                assert answer.status_code == 200, answer.text
                faults += faults_of(answer)
            faults += faults_of(opi.get(request["track_url"], params={"lang": lang}))
        pages = ("/api/promises", "/api/vehicles", "/api/facilities", "/api/requests", "/api/messages", "/api/closures")
        for path in pages:
            faults += faults_of(opi.get(path))
        faults += faults_of(opi.get("/api/geocode", params={"q": "cikokol"}))
    assert faults == []


@pytest.mark.parametrize("lang", Lang)
def test_what_is_read_of_the_sop_is_words(house: Service, asked: list[Any], lang: Lang) -> None:
    assert asked
    faults = []
    with house.client(DINA) as dina:
        dina.params = httpx.QueryParams({"lang": lang})
        overview = dina.get("/api/sop")
        faults += faults_of(overview)
        for agency in overview.json()["agencies"]:
            for version in agency["versions"]:
                faults += faults_of(dina.get(f"/api/sop/{agency['agency']}/{version['version']}"))
        national = dina.post("/api/sop/national/drafts", json={"from_version": "2026-11-01"})
        draft, path = national.json(), f"/api/sop/national/drafts/{national.json()['id']}"
        rules = [rule["document"] for rule in draft["rules"]]
        for changed in (
            [{**rules[0], "when": [{"need": ["bodies"]}], "approver": "somebody"}, *rules[1:]],
            [{**rules[0], "effect": "deny", "title": "Judul baru"}, *rules[2:]],
        ):
            held = {name: draft[name] for name in ("edit", "title", "version")}
            policy = {name: value + 1 for name, _, value in draft["policy"]}
            answer = dina.put(path, json={**held, "rules": changed, "policy": policy})
            assert answer.status_code == 200, answer.text
            draft = answer.json()
            faults += faults_of(answer)
        faults += faults_of(dina.post(f"{path}/backtest", json={"days": 1}))
        dina.delete(path).raise_for_status()
    assert faults == []


@pytest.mark.parametrize("lang", Lang)
def test_what_is_refused_is_refused_in_words(house: Service, asked: list[Any], lang: Lang) -> None:
    waiting = next(one for one in asked if one["state"] == "waiting")
    ended = next(one for one in asked if one["state"] == "cancelled_by_requester")
    refusals = [
        ("POST", of("cancel", ended), TOLD),
        ("POST", of("assign", waiting), {"vehicle_id": "A-CIKOKOL"}),
        ("POST", of("assign", waiting), {"vehicle_id": "H3", "override": {"rule": "R07", "reason": "uji coba"}}),
        ("POST", of("approve", waiting), {"rule": "R26", "yes": True, "reason": "uji coba"}),
        ("POST", of("mutual_aid", waiting), {"yes": True}),
        ("POST", "/api/suggestions", {"need": "body", "pickup": "puskesmas-cikokol", "patient": {"living": True}}),
        ("POST", "/api/suggestions", {"need": "body", "pickup": "entah"}),
        ("GET", "/api/requests?after=x", None),
        ("GET", "/api/requests/none", None),
        ("GET", "/api/none", None),
        ("GET", "/api/isochrone?lon=106.6&lat=-6.2&minutes=99", None),
        ("GET", "/api/geocode", None),
        ("POST", "/api/me/duty", {}),
    ]
    faults = []
    with house.client(OPI) as opi:
        for method, path, body in refusals:
            answer = opi.request(method, path, json=body, params=httpx.URL(path).params.set("lang", lang))
            if answer.status_code < 400:
                faults.append(f"{path} is carried out")
                continue
            assert len(answer.json()["title"]) > 10
            faults += faults_of(answer)
    assert faults == []


@pytest.mark.parametrize(
    "text",
    ["diambil out_of_stock", "{vehicle} berangkat", "None menit", "milik kota-tangerang", "['R01']", "<Need.BODY: 1>"],
)
def test_a_text_with_a_code_in_it_is_found(text: str) -> None:
    request = httpx.Request("GET", "http://test/")
    assert faults_of(httpx.Response(200, json={"rules": [{"sentence": text}]}, request=request))
    assert not faults_of(httpx.Response(200, json={"sentence": "Kendaraan H3 berangkat."}, request=request))
