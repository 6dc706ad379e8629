"""A place is found by name, link or numbers, with what to tell of it; outside only the typed text is ever sent."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from dispatch.settings import Settings
from geo.places.index import PlaceIndex
from tests.people import OPI, SITI
from tests.roads.ground_town import ground_town
from tests.roads.tiny import SOUTH, STEP, WEST
from tests.servers import NO_TLS, free_port
from tests.web.conftest import Service, serving

JEMPUT = str(Path(sys.executable).with_name("jemput"))


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ground town, built by the command as an operator would."""
    folder = tmp_path_factory.mktemp("roads")
    (folder / "kota.osm").write_text(ground_town(), "utf-8")
    command = [JEMPUT, "roads", "build", "--pbf", "kota.osm", "--out", "kota.roads"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert "map tiles, zoom 14 of 14" in built.stderr
    assert {path.name for path in folder.iterdir()} == {
        "kota.osm", "kota.roads", "kota.pmtiles", "kota.places.geojson",
    }  # fmt: skip
    return folder / "kota.roads"


@pytest.fixture(scope="module")
def town(roads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(Settings(data_dir=tmp_path_factory.mktemp("data"), roads=str(roads))) as served:
        yield served


def ask(service: Service, **question: Any) -> dict[str, Any]:
    with service.client(SITI) as client:
        answer = client.get("/api/geocode", params=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["type"] == "FeatureCollection"
    return found


def first(service: Service, **question: Any) -> dict[str, Any]:
    facts: dict[str, Any] = ask(service, **question)["features"][0]["properties"]
    return facts


def test_streets_villages_landmarks_and_facilities_are_found_with_mistakes(town: Service) -> None:
    street = first(town, q="jln sukarno 12")
    assert (street["name"], street["kind"]) == ("Jalan Soekarno", "street")
    assert street["detail"] == "Sukabaru, Kecamatan Contoh"
    assert first(town, q="suka baru")["kind"] == "village"
    assert first(town, q="masjid alazhom")["name"] == "Masjid Al A'zhom Contoh"
    facility = first(town, q="pkm cikokl")
    assert (facility["kind"], facility["facility"]) == ("facility", "puskesmas-cikokol")


def test_a_street_through_two_villages_is_found_in_each(town: Service) -> None:
    found = ask(town, q="jalan melati")["features"]
    details = {feature["properties"]["detail"] for feature in found if feature["properties"]["kind"] == "street"}
    assert details == {"Sukabaru, Kecamatan Contoh", "Karang Contoh, Kecamatan Contoh"}


def test_a_position_has_its_street_and_village(town: Service) -> None:
    found = first(town, lon=WEST + 2 * STEP, lat=SOUTH + 5.1 * STEP)
    assert (found["name"], found["detail"]) == ("Jalan Melati", "Sukabaru, Kecamatan Contoh")
    assert found["road_m"] == pytest.approx(11.1, abs=0.3)
    assert found["say"] == ""
    # The road beside it has no name: one nearby does.
    assert first(town, lon=WEST + 5.05 * STEP, lat=SOUTH + 4 * STEP)["name"] == "dekat Jalan Melati"


@pytest.mark.parametrize(
    "text",
    [
        f"{SOUTH + 5 * STEP:.5f}, {WEST + 2 * STEP:.5f}",
        f"geo:{SOUTH + 5 * STEP:.5f},{WEST + 2 * STEP:.5f}",
        f"Lokasi: https://maps.google.com/?q={SOUTH + 5 * STEP:.5f},{WEST + 2 * STEP:.5f}",
    ],
)
def test_what_is_pasted_is_the_place_itself(town: Service, text: str) -> None:
    found = ask(town, q=text)
    (feature,) = found["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx([WEST + 2 * STEP, SOUTH + 5 * STEP])
    assert feature["properties"]["name"] == "Jalan Melati"
    assert found["say"] == ""


def test_numbers_the_wrong_way_round_are_turned_and_told(town: Service) -> None:
    found = ask(town, q=f"{WEST + 2 * STEP:.5f}, {SOUTH + 5 * STEP:.5f}")
    assert found["features"][0]["geometry"]["coordinates"] == pytest.approx([WEST + 2 * STEP, SOUTH + 5 * STEP])
    assert "tertukar" in found["say"]


def test_a_short_link_and_a_text_like_nothing_say_what_to_do(town: Service) -> None:
    short = ask(town, q="https://maps.app.goo.gl/AbCdEf123")
    assert short["features"] == []
    assert "tautan pendek" in short["say"]
    assert "salin" in short["say"]
    assert "tempelkan" in ask(town, q="qqxxzz vvwwyy")["say"]


def test_a_position_outside_or_far_from_every_road_says_so(town: Service) -> None:
    outside = first(town, lon=WEST - 100 * STEP, lat=SOUTH)
    assert outside["outside"] is True
    assert "di luar wilayah" in outside["say"]
    far = first(town, lon=WEST + 2.4 * STEP, lat=SOUTH + 2.4 * STEP)
    assert far["outside"] is False
    assert "m dari jalan terdekat" in far["say"]


def test_a_question_takes_a_text_or_a_position(town: Service) -> None:
    with town.client(SITI) as client:
        questions: list[dict[str, str | float]] = [
            {},
            {"q": ""},
            {"q": "   "},
            {"lon": 106.6},
            {"q": "x", "lon": 106.6, "lat": -6.2},
            {"lon": 206.6, "lat": -6.2},
            {"lon": "nan", "lat": -6.2},
            {"q": "x" * 2001},
            {"q": "x", "limit": 0},
            {"q": "x", "typo": 1},
        ]
        for question in questions:
            answer = client.get("/api/geocode", params=question)
            assert answer.status_code == 422, question
            assert answer.json()["code"] == "invalid"


def test_without_roads_facilities_and_links_are_found_still(service: Service) -> None:
    assert first(service, q="cikokol")["facility"] == "puskesmas-cikokol"
    assert first(service, q="-6.2001, 106.6280")["name"] == "-6.20010, 106.62800"
    assert first(service, lon=106.6, lat=-6.2)["say"] == ""


@dataclass
class Replay:
    """A server that answers as Nominatim does, and what it was asked: path and headers."""

    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    hold: threading.Event | None = None


def nominatim_answer(text: str) -> list[dict[str, object]]:
    return [
        {
            "place_id": 1,
            "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
            "osm_type": "way",
            "osm_id": 1,
            "lat": f"{SOUTH + 2 * STEP}",
            "lon": f"{WEST + 3 * STEP}",
            "class": "highway",
            "type": "residential",
            "place_rank": 26,
            "importance": 0.1,
            "addresstype": "road",
            "name": text.title(),
            "display_name": f"{text.title()}, Kelurahan Contoh, Indonesia",
            "boundingbox": ["-6.3", "-6.1", "106.7", "106.9"],
        }
    ]


@pytest.fixture
def replay() -> Iterator[Replay]:
    answers = Replay()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append((self.path, dict(self.headers.items())))
            if answers.hold is not None:
                answers.hold.wait(20)
            content = json.dumps(nominatim_answer(parse_qs(urlsplit(self.path).query)["q"][0])).encode()
            self.send_response(answers.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    answers.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield answers
    if answers.hold is not None:
        answers.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_is_not_there_is_told_too(roads: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    settings = Settings(data_dir=tmp_path, roads=str(roads), geocoder_url=nobody)
    with serving(settings) as served, caplog.at_level(logging.DEBUG):
        found = ask(served, q="jalan melati rahasia", wide=True)
    assert "belum menjawab" in found["say"]
    assert "rahasia" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("geopy"))


@pytest.fixture
def online(replay: Replay, roads: Path, tmp_path: Path) -> Iterator[Service]:
    with serving(Settings(data_dir=tmp_path, roads=str(roads), geocoder_url=f"{replay.url}/")) as served:
        yield served


def test_nobody_is_asked_unless_a_server_is_set_and_the_question_is_wide(
    town: Service, online: Service, replay: Replay
) -> None:
    assert ask(town, q="gang buntu", wide=True)["wider"] is False
    assert ask(online, q="gang buntu")["wider"] is True
    assert ask(online, q="-6.2, 106.8", wide=True)["features"]
    assert replay.asked == []


def test_a_wide_question_sends_the_text_and_nothing_of_who_asks(online: Service, replay: Replay) -> None:
    found = ask(online, q="gang buntu", wide=True)
    place = found["features"][-1]
    assert place["properties"]["name"] == "Gang Buntu"
    assert place["properties"]["detail"] == "Kelurahan Contoh, Indonesia"
    assert place["properties"]["road_m"] is not None
    assert "OpenStreetMap" in found["attribution"]
    ((path, headers),) = replay.asked
    assert urlsplit(path).path == "/search"
    assert parse_qs(urlsplit(path).query) == {"q": ["gang buntu"], "format": ["json"], "limit": ["8"]}
    assert headers["User-Agent"].startswith("Jemput/")
    assert not {"Cookie", "Authorization", "Referer", "X-Forwarded-For"} & set(headers)


def test_the_server_is_asked_once_a_second_at_most_and_once_for_a_text(online: Service, replay: Replay) -> None:
    began = time.monotonic()
    for text in ("gang satu", "gang dua", "gang satu"):
        ask(online, q=text, wide=True)
    assert len(replay.asked) == 2
    assert time.monotonic() - began >= 1.0, "a slow machine only makes this longer"


def test_a_server_that_is_out_of_order_costs_the_wide_answer_alone(
    online: Service, replay: Replay, caplog: pytest.LogCaptureFixture
) -> None:
    replay.status = 503
    with caplog.at_level(logging.INFO):
        found = ask(online, q="jalan melati rahasia", wide=True)
    assert found["features"][0]["properties"]["name"] == "Jalan Melati"
    assert "belum menjawab" in found["say"]
    # The client of this test logs what it asks.
    assert "rahasia" not in "".join(record.getMessage() for record in caplog.records if record.name != "httpx")


def test_a_server_that_does_not_answer_holds_up_neither_others_nor_the_rest(online: Service, replay: Replay) -> None:
    replay.hold = threading.Event()
    answers: list[dict[str, Any]] = []
    asking = threading.Thread(target=lambda: answers.append(ask(online, q="jalan melati", wide=True)))
    asking.start()
    while not replay.asked:
        assert asking.is_alive()
    assert first(online, q="sukabaru")["kind"] == "village"
    asking.join()
    assert "belum menjawab" in answers[0]["say"]
    assert answers[0]["features"]


def test_the_map_comes_packed_with_its_tag_and_attribution(town: Service) -> None:
    with town.client(OPI) as client:
        style = client.get("/style.json").json()
        assert "OpenStreetMap" in style["sources"]["roads"]["attribution"]
        tiles = urlsplit(style["sources"]["roads"]["tiles"][0]).path
        path = tiles.format(z=14, x=13052, y=8474)
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_only_those_who_ask_for_vehicles_may_search(town: Service) -> None:
    assert httpx.get(f"{town.url}/api/geocode", params={"q": "melati"}, verify=NO_TLS).status_code == 401


def test_a_search_keeps_nobody_else_waiting(town: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_loop: list[bool] = []
    real = PlaceIndex.find

    def find(index: PlaceIndex, *asked: Any) -> Any:
        on_the_loop.append(asyncio._get_running_loop() is not None)
        return real(index, *asked)

    monkeypatch.setattr(PlaceIndex, "find", find)
    assert ask(town, q="jalan melati")["features"]
    assert on_the_loop == [False, False]


def test_a_name_of_more_than_200_characters_is_refused_and_a_link_is_not(town: Service) -> None:
    with town.client(SITI) as client:
        for length, status in ((200, 200), (201, 422)):
            answer = client.get("/api/geocode", params={"q": ("melati " * 40)[: length - 1] + "x"})
            assert answer.status_code == status
            assert status == 200 or answer.json()["code"] == "invalid"
    link = f"https://maps.google.com/?q={SOUTH + 5 * STEP:.5f},{WEST + 2 * STEP:.5f}&data={'x' * 500}"
    assert ask(town, q=link)["features"]
