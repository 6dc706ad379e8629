"""A place by its name: osmnx asks a local server, which answers as Nominatim and Overpass do."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import osmnx
import pytest

from geo.roads.build_osmnx import build_from_place
from geo.roads.network import Network
from geo.search.nearest import NearestSearch
from geo.source import BuildError
from tests.roads.osm_town import streets
from tests.roads.tiny import SOUTH, STEP, WEST, on

# A square of streets 1-2-3-4 of two blocks a side, a one-way street across it, a roundabout's arc and a lane apart.
PLACES = {1: (0, 0), 2: (2, 0), 3: (2, 2), 4: (0, 2), 5: (1, 0), 6: (1, 2), 7: (1, 1.1), 8: (9, 9), 9: (10, 9)}
CORNERS = [PLACES[node] for node in (1, 2, 3, 4)]  # where the square's streets bend, at a right angle
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    101: ([1, 5, 2], {"highway": "primary", "name": "Jalan Raya", "maxspeed": "40"}),
    102: ([2, 3], {"highway": "residential", "name": "Jalan Timur", "maxspeed": "ID:urban"}),
    103: ([3, 6, 4], {"highway": "residential", "name": "Jalan Utara"}),
    104: ([4, 1], {"highway": "tertiary", "name": "Jalan Barat"}),
    105: ([5, 7, 6], {"highway": "residential", "name": "Jalan Tengah", "oneway": "-1"}),
    106: ([8, 9], {"highway": "service", "name": "Gang Jauh"}),
}
STATUS = "Connected as: 1\nCurrent time: now\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"


def overpass_answer() -> dict[str, object]:
    nodes = [
        {"type": "node", "id": number, "lon": WEST + STEP * x, "lat": SOUTH + STEP * y}
        for number, (x, y) in PLACES.items()
    ]
    ways = [{"type": "way", "id": number, "nodes": refs, "tags": tags} for number, (refs, tags) in WAYS.items()]
    return {
        "version": 0.6,
        "generator": "Overpass API (replayed)",
        "osm3s": {"timestamp_osm_base": "2026-01-01T00:00:00Z", "copyright": "ODbL"},
        "elements": [*ways, *nodes],
    }


def nominatim_answer() -> list[dict[str, object]]:
    west, south, east, north = WEST - STEP, SOUTH - STEP, WEST + 11 * STEP, SOUTH + 11 * STEP
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [
        {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 1,
            "lat": str(SOUTH),
            "lon": str(WEST),
            "class": "boundary",
            "type": "administrative",
            "place_rank": 12,
            "importance": 0.5,
            "addresstype": "city",
            "name": "Kota Contoh",
            "display_name": "Kota Contoh, Indonesia",
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": {"type": "Polygon", "coordinates": [ring]},
        }
    ]


@dataclass
class Replay:
    """What the server answers, and what it was asked."""

    places: object = field(default_factory=nominatim_answer)
    roads: object = field(default_factory=overpass_answer)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Replay]:
    answers = Replay()

    class Handler(BaseHTTPRequestHandler):
        def reply(self, body: object) -> None:
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/search":
                answers.asked.append(parse_qs(url.query)["q"][0])
                self.reply(answers.places)
            elif url.path == "/api/status":
                self.reply(STATUS)
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            if self.path != "/api/interpreter":
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answers.asked.append(parse_qs(body)["data"][0])
            self.reply(answers.roads)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    here = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(osmnx.settings, "nominatim_url", here)
    monkeypatch.setattr(osmnx.settings, "overpass_url", f"{here}/api")
    monkeypatch.setattr(osmnx.settings, "use_cache", osmnx.settings.use_cache)
    # osmnx puts a function of its own here, which must not outlive the test.
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    monkeypatch.chdir(tmp_path)
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_place_becomes_a_network_as_osmnx_reads_the_answer_of_overpass(replay: Replay, tmp_path: Path) -> None:
    said: list[str] = []
    net = build_from_place("Kota Contoh", said.append)
    assert replay.asked[0] == "Kota Contoh"
    assert '["highway"]' in replay.asked[1]
    assert "poly:" in replay.asked[1]
    assert [street for street in streets(net) if street[0] != "Jalan Tengah"] == sorted(
        (name, *ends)
        for name, a, b in (
            ("Jalan Raya", (0, 0), (1, 0)),
            ("Jalan Raya", (1, 0), (2, 0)),
            ("Jalan Timur", (2, 0), (2, 2)),
            ("Jalan Utara", (2, 2), (1, 2)),
            ("Jalan Utara", (1, 2), (0, 2)),
            ("Jalan Barat", (0, 2), (0, 0)),
        )
        for ends in ((a, b), (b, a))
    )
    ms = net.metrics["car"] - np.where(np.isin(net.edge_to, [net_node(net, corner) for corner in CORNERS]), 3_750, 0)
    kph = {
        net.names[name]: round(metres / taken * 3_600)
        for name, metres, taken in zip(net.edge_name, net.edge_length_m, ms, strict=True)
    }
    assert (kph["Jalan Raya"], kph["Jalan Timur"], kph["Jalan Barat"]) == (40, 30, 50)
    across = [(u, v) for name, u, v in streets(net) if name == "Jalan Tengah"]
    assert across == [((1, 2), (1, 0))]
    assert (net.meta.region, net.meta.source) == ("Kota Contoh", "OpenStreetMap via osmnx")
    assert net.meta.cut_off_edges == 2
    assert any("turn restrictions and barriers, which this source does not tell" in line for line in said)
    assert any(line.startswith("cut off near ") for line in said)
    # Along the one-way street one comes straight, against it one drives round.
    south, north = net_node(net, (1, 0)), net_node(net, (1, 2))
    search = NearestSearch(net)
    with_it = search.nearest(on(net, (north, south, 0.9)), on(net, (north, south, 0.1)), None, most=1, metric="car")
    against = search.nearest(on(net, (north, south, 0.1)), on(net, (north, south, 0.9)), None, most=1, metric="car")
    assert with_it.distance_m[0] < 200 < 400 < against.distance_m[0]
    assert list(tmp_path.iterdir()) == []


def net_node(net: Network, place: tuple[float, float]) -> int:
    near = abs(net.node_lon - WEST - STEP * place[0]) + abs(net.node_lat - SOUTH - STEP * place[1])
    return int(near.argmin())


@pytest.mark.parametrize(
    ("answer", "body"),
    [("places", []), ("roads", {"version": 0.6, "elements": []}), ("roads", "<html>busy</html>"), ("roads", [])],
)
def test_a_place_that_is_not_found_or_has_no_roads_is_refused_with_what_to_do(
    replay: Replay, answer: str, body: object
) -> None:
    setattr(replay, answer, body)
    with pytest.raises(BuildError, match=r"'Kota Contoh' could not be fetched.*Check the name.*--pbf"):
        build_from_place("Kota Contoh", lambda _: None)
