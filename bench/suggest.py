"""A suggestion asked of two real servers in one run: of this code, and of a checkout of another commit (--before).

Run `python -m bench.suggest --roads FILE --before PATH`, where PATH has its own .venv. Both serve the demo, or with
--vehicles a fleet imported by the command line, under all sample packs, each its own copy of the same data. The same
suggestions (needs, places) are put to both in random order. The table holds medians (95th percentiles): what the
answer says of its search, the time of the whole answer, and the server's processor time. It fails where the other
code's search took less than five times as long.
"""

import argparse
import contextlib
import csv
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import httpx

from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Shares, VehicleClass
from geo.roads.network import Network, open_network

LEAST = 5.0
NEEDS = ("emergency", "referral", "transport", "body")
AGENCIES = ("kota-tangerang", "kabupaten-tangerang", "tangerang-selatan", "dkm", "laz")
MEASURES = ("search", "answer", "processor")


@dataclass
class Served:
    """A server that runs, whoever asks it, and what its answers took in ms."""

    name: str
    process: "subprocess.Popen[bytes]"
    http: httpx.Client
    took: dict[str, list[float]] = field(default_factory=lambda: {measure: [] for measure in MEASURES})

    def cpu_s(self) -> float:
        """Processor time of the whole process: Linux makes the id of its clock from the id of the process."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def ask(self, body: dict[str, object], *, counts: bool) -> Any:  # noqa: ANN401 - JSON
        """One suggestion, measured."""
        cpu_s, began = self.cpu_s(), time.perf_counter()
        answer = self.http.post("/api/suggestions", json=body)
        took_s, cpu_s = time.perf_counter() - began, self.cpu_s() - cpu_s
        if answer.status_code != httpx.codes.OK:
            raise SystemExit(f"{self.name} answers {answer.status_code}: {answer.text}")
        decision = answer.json()
        for measure, ms in zip(MEASURES, (decision["computed_in_ms"], took_s * 1e3, cpu_s * 1e3), strict=True):
            if counts:
                self.took[measure].append(ms)
        return decision


def command(python: Path, *words: str, folder: Path, **settings: str) -> tuple[list[str], dict[str, str]]:
    """The command line of one checkout, and its environment: nothing of this one's code."""
    own = {"JEMPUT_DATA_DIR": str(folder), "JEMPUT_REDIS_URL": "", **settings}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" or python == Path(sys.executable)}
    return [str(python.parent / "jemput"), *words], {**kept, **own}


def place(network: Network, dice: Random) -> tuple[float, float]:
    """Somewhere beside a road: lon, lat in degrees."""
    node = dice.randrange(network.node_count)
    return float(network.node_lon[node]) + dice.gauss(0, 2e-4), float(network.node_lat[node]) + dice.gauss(0, 2e-4)


def fill(python: Path, folder: Path, vehicles: int, network: Network, dice: Random) -> tuple[str, datetime]:
    """A fleet of every class and agency, all on duty and just reported; returns an operator's token and the moment."""
    rows = [
        {
            "id": f"V{number:05d}",
            "name": f"Kendaraan Contoh {number}",
            "class": dice.choice(list(VehicleClass)).value,
            "agency": dice.choice(AGENCIES),
            "crew": " ".join(["driver", *dice.sample(sorted(CREW), 2)]),
            "equipment": " ".join(dice.sample(sorted(EQUIPMENT), 2)),
            "seats": dice.randrange(6),
            "shares": dice.choice(list(Shares)).value,
            "zone": dice.choice(["", "barat", "tengah", "timur"]),
        }
        for number in range(vehicles)
    ]
    for kind, sheet in (("vehicles", rows), ("people", [{"id": "opi", "name": "Operator Contoh", "role": "operator"}])):
        path = folder / f"{kind}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(sheet[0]))
            writer.writeheader()
            writer.writerows(sheet)
        words, environment = command(python, "import", kind, str(path), folder=folder)
        subprocess.run(words, env=environment, cwd=folder, check=True)
    words, environment = command(python, "token", "operator", folder=folder)
    token = subprocess.run(words, env=environment, cwd=folder, check=True, capture_output=True, text=True).stdout
    # Ten thousand devices report here at once, whichever code is to read it.
    now = datetime.now(UTC)
    at = now.isoformat()
    with contextlib.closing(sqlite3.connect(folder / "jemput.sqlite3")) as store, store:
        store.execute("UPDATE vehicles SET duty = 'available', duty_since = ?, on_duty_since = ?", (at, at))
        columns = "vehicle_id, lon, lat, taken_at, received_at, source"
        fixes = [(row["id"], *place(network, dice), at, at, "tracker") for row in rows]
        store.executemany(f"INSERT INTO last_fixes ({columns}) VALUES (?, ?, ?, ?, ?, ?)", fixes)
    return token.strip().splitlines()[-1], now


@contextlib.contextmanager
def serve(name: str, python: Path, folder: Path, roads: Path, token: str | None) -> Iterator[Served]:
    """A server on a free port, and an operator who is signed in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = [] if token else ["--demo"]
    words, environment = command(
        python, "serve", "--port", str(port), *demo, folder=folder, JEMPUT_ROADS=str(folder / roads.name)
    )
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(words, env=environment, cwd=folder, stdout=log, stderr=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600) as http,
    ):
        try:
            while process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    if http.get("/readyz").is_success:
                        break
                time.sleep(0.1)
            else:
                raise SystemExit((folder / "log").read_text())
            if token:
                http.headers["Authorization"] = f"Bearer {token}"
            else:
                http.headers["Origin"] = str(http.base_url).rstrip("/")
                people = http.get("/api/session/people").json()
                operator = next(one["id"] for one in people if one["role"] == "operator")
                http.post("/api/session", json={"person_id": operator}).raise_for_status()
            yield Served(name, process, http)
        finally:
            process.terminate()


def copy(roads: Path, folder: Path) -> None:
    """The network with what was made from it before, so that no server makes it anew."""
    for path in roads.parent.glob(f"{roads.stem}.*"):
        shutil.copy2(path, folder / path.name)


def suggestion(need: str, at: datetime | None, network: Network, dice: Random) -> dict[str, object]:
    """From somewhere to somewhere else, as if asked at a moment (None: now)."""
    ends = (dict(zip(("lon", "lat"), place(network, dice), strict=True)) for _ in range(2))
    pickup, dropoff = ({**end, "name": "Titik contoh"} for end in ends)
    body: dict[str, object] = {"need": need, "pickup": pickup, "dropoff": dropoff}
    return body if at is None else {**body, "at": at.isoformat()}


def cell(took: list[float]) -> str:
    return f"{median(took):.1f} ({quantiles(took, n=20)[-1]:.1f})"


def report(servers: list[Served]) -> None:
    """The table; ends the benchmark where the promise is missed."""
    print("  ".join(f"{head:>18}" for head in ("", *MEASURES)))
    for server in servers:
        print("  ".join(f"{one:>18}" for one in (server.name, *(cell(server.took[one]) for one in MEASURES))))
    if len(servers) == 1:
        return
    now, before = (server.took for server in servers)
    ratio = {measure: median(before[measure]) / median(now[measure]) for measure in MEASURES}
    print("  ".join(f"{one:>18}" for one in ("before : now", *(f"{ratio[one]:.1f}" for one in MEASURES))))
    if ratio["search"] < LEAST:
        raise SystemExit(f"the search was {ratio['search']:.1f} times slower before, {LEAST:g} promised")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file; the demo's is its data folder's")
    parser.add_argument("--before", type=Path, help="a checkout of another commit with its own .venv")
    parser.add_argument("--vehicles", type=int, help="a fleet of so many instead of the demo's")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    dice, network = Random(given.seed), open_network(given.roads)
    codes = {"now": Path(sys.executable)}
    if given.before:
        codes["before"] = given.before.resolve() / ".venv" / "bin" / "python"
    with tempfile.TemporaryDirectory(prefix="jemput-bench-") as temporary, contextlib.ExitStack() as stack:
        base = Path(temporary) / "base"
        base.mkdir()
        copy(given.roads, base)
        token = at = None
        if given.vehicles:
            # By the other code: the database of the older one is taken over by the newer one, not the other way round.
            token, at = fill(codes.get("before", codes["now"]), base, given.vehicles, network, dice)
        servers = []
        for name, python in codes.items():
            folder = Path(temporary) / name
            shutil.copytree(base, folder)
            servers.append(stack.enter_context(serve(name, python, folder, given.roads, token)))
        considered = 0
        for number in range(-len(NEEDS), given.questions):  # the first of each need make what is kept between searches
            body = suggestion(NEEDS[number % len(NEEDS)], at, network, dice)
            for server in dice.sample(servers, len(servers)):
                considered = server.ask(body, counts=number >= 0)["considered"]
        load = os.getloadavg()[0]
    print(f"{considered:,} vehicles, {given.questions} suggestions, load of the machine {load:.0f}; ms")
    report(servers)


if __name__ == "__main__":
    main()
