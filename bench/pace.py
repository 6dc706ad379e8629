"""Travel times of the plain metric beside those of Valhalla's auto costing, between the same places.

Run `python -m bench.pace --roads FILE --pbf FILE --valhalla FOLDER`: a network made by `jemput roads build` from the
OSM file, and the unpacked wheel of pyvalhalla, whose programs run beside any Python
(`pip download pyvalhalla --no-deps --only-binary :all: --python-version 3.12`).
It fails where the median ratio of a band of distance leaves 0.95 to 1.15.
"""

import argparse
import importlib.util
import json
import math
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.plain import open_roads
from geo.point import M_PER_DEGREE
from geo.roads.network import Network
from geo.search.engine import Engine
from geo.search.snap import Snapper

BANDS_KM = ((0.0, 2.0), (2.0, 5.0), (5.0, 15.0), (15.0, 60.0))
LEAST, MOST = 0.95, 1.15
_LEAST_S = 20.0  # below, a second more or less is much
_STRAIGHT = 0.75  # a straight line is about so much of a way
_AROUND_DEGREES = 0.001
_READY_S = 60.0
Pair = tuple[float, float, float, float]


@contextmanager
def valhalla(unpacked: Path, pbf: Path) -> Iterator[str]:
    """The address of a Valhalla that serves a file's roads from this machine, with its own defaults."""
    programs = unpacked / "valhalla" / "bin"
    with tempfile.TemporaryDirectory() as made, socket.socket() as free:
        folder = Path(made)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        config = folder / "valhalla.json"
        config.write_text(json.dumps(_config(unpacked, folder, port)))
        (folder / "tiles").mkdir()
        _say("Valhalla makes its tiles")
        with (folder / "log").open("w") as log:
            build = [str(programs / "valhalla_build_tiles"), "-c", str(config), str(pbf)]
            subprocess.run(build, check=True, stdout=log, stderr=log)
            with subprocess.Popen([programs / "valhalla_service", config, "1"], stdout=log, stderr=log) as service:
                try:
                    _wait(f"http://127.0.0.1:{port}/status")
                    yield f"http://127.0.0.1:{port}/route"
                finally:
                    service.terminate()


def _config(unpacked: Path, folder: Path, port: int) -> dict[str, Any]:
    """Valhalla's default configuration, for tiles in a folder and a port of this machine."""
    spec = importlib.util.spec_from_file_location("built", unpacked / "valhalla" / "valhalla_build_config.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{unpacked} is no unpacked wheel of pyvalhalla")
    module = sys.modules["built"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def set_only(values: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in values.items() if not isinstance(value, module.Optional)}
        return {name: set_only(value) if isinstance(value, dict) else value for name, value in kept.items()}

    config = set_only(module.config)
    config["mjolnir"] |= {"tile_dir": str(folder / "tiles"), "tile_extract": "", "admin": "", "timezone": ""}
    config["httpd"]["service"] |= {
        "listen": f"tcp://127.0.0.1:{port}",
        "loopback": f"ipc://{folder}/loopback",
        "interrupt": f"ipc://{folder}/interrupt",
    }
    for part in ("loki", "thor", "odin"):
        config[part]["service"]["proxy"] = f"ipc://{folder}/{part}"
    return config


def _wait(address: str) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"Valhalla does not answer within {_READY_S:g} s")


def ask(address: str, pair: Pair) -> tuple[float, float] | None:
    """Valhalla's seconds and km from lon, lat to lon, lat; None where it finds no way."""
    places = [{"lon": pair[0], "lat": pair[1]}, {"lon": pair[2], "lat": pair[3]}]
    asked = json.dumps({"locations": places, "costing": "auto", "directions_type": "none"}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, asked)) as answer:
            found = json.load(answer)["trip"]["summary"]
    except urllib.error.HTTPError:
        return None
    return found["time"], found["length"]


def pairs(network: Network, rng: np.random.Generator) -> Iterator[Pair]:
    """Nodes of the network at distances from all bands alike, without end."""
    lon, lat = network.node_lon, network.node_lat
    shrink = math.cos(math.radians(float(np.median(lat))))
    while True:
        low, high = BANDS_KM[rng.integers(len(BANDS_KM))]
        at = int(rng.integers(network.node_count))
        far = rng.uniform(max(low, 0.3), high) * _STRAIGHT * 1_000.0 / M_PER_DEGREE
        east, north = lon - lon[at], lat - lat[at]
        around = np.flatnonzero(np.abs(np.hypot(east * shrink, north) - far) < _AROUND_DEGREES)
        if len(around):
            there = int(rng.choice(around))
            yield float(lon[at]), float(lat[at]), float(lon[there]), float(lat[there])


def compare(network: Network, address: str, each: int, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Of each band the rows (each, 3): this project's seconds, Valhalla's seconds, Valhalla's km."""
    engine, snapper = Engine(network), Snapper(network)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in BANDS_KM]
    for pair in pairs(network, rng):
        theirs = ask(address, pair)
        if theirs is None or theirs[0] < _LEAST_S:
            continue
        band = next((band for band, (low, high) in enumerate(BANDS_KM) if low <= theirs[1] < high), None)
        if band is None or len(rows[band]) == each:
            continue
        ends = snapper.snap(np.array(pair[::2]), np.array(pair[1::2]))
        ours = engine.way(ends.some(slice(0, 1)), ends.some(slice(1, 2)), metric="car")
        if ours is not None:
            rows[band].append((ours.travel_ms / 1_000.0, *theirs))
        if all(len(found) == each for found in rows):
            break
    return [np.array(found) for found in rows]


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--roads", type=Path, required=True, help="a network file")
    parser.add_argument("--pbf", type=Path, required=True, help="the OpenStreetMap file that it was made of")
    parser.add_argument("--valhalla", type=Path, required=True, help="the unpacked wheel of pyvalhalla")
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    network, rng = open_roads(given.roads), np.random.default_rng(given.seed)
    with valhalla(given.valhalla, given.pbf) as address:
        _say("asking both")
        found = compare(network, address, given.pairs // len(BANDS_KM), rng)
    print("km           pairs  ours/theirs: median (10 % to 90 %)   km/h: ours  theirs")
    wrong = []
    for (low, high), rows in zip(BANDS_KM, found, strict=True):
        ratio = rows[:, 0] / rows[:, 1]
        median, (least, most) = float(np.median(ratio)), np.quantile(ratio, (0.1, 0.9))
        ours, theirs = (float(np.median(rows[:, 2] / rows[:, who] * 3_600.0)) for who in (0, 1))
        spread = f"{median:.3f} ({least:.2f} to {most:.2f})"
        print(f"{low:4g} to {high:<4g} {len(rows):6d}  {spread:>36} {ours:15.0f} {theirs:7.0f}")
        if not LEAST <= median <= MOST:
            wrong.append(f"{low:g} to {high:g} km: {median:.3f}, {LEAST:g} to {MOST:g} promised")
    if wrong:
        raise SystemExit("\n".join(["promised ratios missed:", *wrong]))
    print("all promised ratios hold")


if __name__ == "__main__":
    main()
