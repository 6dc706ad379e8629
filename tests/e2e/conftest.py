"""A real server over a small world, and a real browser, for the tests of the faces."""

import asyncio
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import httpx
import pytest

from dispatch.desk.ports import Books
from dispatch.domain.people import Token
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from geo.basemap.tiles import write_tiles
from geo.roads.network import open_network, write_network
from geo.sample.layers import sample_layers
from tests.conftest import require
from tests.sample_region import sample_city
from tests.servers import NO_TLS, free_port, running_app
from tests.shared import made_once

sync_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, BrowserContext, Page, Route  # noqa: E402 - after the check that it is there

ROOT = Path(__file__).parents[2]
WORLD = Path(__file__).parent / "world"
ARTIFACTS = ROOT / "artifacts"
DIST = ROOT / "web" / "static" / "dist"
SIZES = {"360x740": (360, 740), "320x640": (320, 640), "1366x768": (1366, 768)}
PHONE = SIZES["360x740"]
PC = SIZES["1366x768"]
FACES = {"staff": "minta", "driver": "sopir", "operator": "peta", "health_officer": "kelola"}
# The map is drawn by WebGL as everywhere; the pages around it are put together without a GPU, for there is none here.
_GPU = [
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"),
    "--disable-gpu-compositing",
]
_CLI = [sys.executable, "-m", "dispatch.cli.main"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that answers at `url`, whose people sign in with the tokens that `jemput token` prints."""

    url: str

    def token(self, role: str, person: str) -> str:
        """The token of a person of the world."""
        return f"token-of-the-{role}-{person}-in-the-small-world"

    def call(self, role: str, person: str, method: str, path: str, body: object = None) -> httpx.Response:
        """The API's answer to a call of somebody's."""
        headers = {"Authorization": f"Bearer {self.token(role, person)}", "Idempotency-Key": str(uuid4())}
        return httpx.request(method, f"{self.url}{path}", json=body, headers=headers, verify=NO_TLS)

    def post(self, role: str, person: str, path: str, body: object) -> Any:
        """What the API answers somebody's command; it has to be carried out."""
        answer = self.call(role, person, "POST", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, role: str, person: str, path: str) -> Any:
        """What the API shows somebody."""
        answer = self.call(role, person, "GET", path)
        assert answer.is_success, answer.text
        return answer.json()

    def step(self, driver: str, step: str, **body: object) -> None:
        """A driver's tap on the trip that its vehicle is on."""
        trip = self.get("driver", driver, "/api/me")["assignment"]
        now = datetime.now(UTC)
        tap = {"seq": round(now.timestamp() * 1000), "device_time": now.isoformat(), **body}
        self.post("driver", driver, f"/api/assignments/{trip['id']}/{step}", tap)

    def go_on_duty(self, *drivers: str) -> None:
        """Put drivers on duty at their bases, as their phones would."""
        for driver in drivers:
            duty = {"duty": "available", "at_base": True, "seq": 1, "device_time": "2026-11-20T08:00:00+07:00"}
            self.post("driver", driver, "/api/me/duty", duty)


@pytest.fixture(scope="session")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The roads of the sample's city and their map, made once."""
    roads = made_once(tmp_path_factory, "city.roads", lambda path: write_network(sample_city(), path))

    def draw(path: Path) -> None:
        write_tiles(open_network(roads), sample_layers(), path, print)

    made_once(tmp_path_factory, "city.pmtiles", draw)
    return roads


def _wait_ready(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/readyz", timeout=5, verify=NO_TLS).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    log.seek(0)
    pytest.fail(f"the server did not become ready: {log.read().decode(errors='replace')[-3000:]}")


def _environment(data: Path, roads: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JEMPUT_")}
    return kept | {"JEMPUT_DATA_DIR": str(data), "JEMPUT_ROADS": str(roads)}


@pytest.fixture(autouse=True)
def built() -> None:
    """The pages are built."""
    if not (DIST / "minta.html").exists():
        require("browser", "needs the built pages: make setup")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, roads: Path) -> Path:
    """The small world in a database, imported by the command and given a token for each person, made once."""

    def make(path: Path) -> None:
        folder = tmp_path_factory.mktemp("world")
        _people_the_world(folder, roads)
        folder.rename(path)  # whole, or not there

    return made_once(tmp_path_factory, "world", make)


def _people_the_world(folder: Path, roads: Path) -> None:
    for kind in ("facilities", "vehicles", "people"):
        command = [*_CLI, "import", kind, str(WORLD / f"{kind}.csv")]
        subprocess.run(command, cwd=ROOT, env=_environment(folder, roads), check=True)
    store = open_sqlite(folder / "jemput.sqlite3")

    def give_tokens(books: Books) -> None:
        for person in books.people.list_all():
            secret = f"token-of-the-{person.role.value}-{person.id}-in-the-small-world"
            digest = hashlib.sha256(secret.encode()).hexdigest()
            books.people.add_token(Token(digest=digest, person_id=person.id, kind="api", created_at=datetime.now(UTC)))

    store.submit(give_tokens).result()
    asyncio.run(store.close())


@pytest.fixture
def served(tmp_path: Path, world: Path, roads: Path) -> Iterator[Served]:
    """A server over the small world, a new one for each test."""
    data = tmp_path / "data"
    shutil.copytree(world, data)
    with running_app(Settings(data_dir=data, roads=str(roads))) as (url, _):
        yield Served(url=url)


@pytest.fixture
def demo(tmp_path: Path, roads: Path) -> Iterator[str]:
    """The address of `jemput serve --demo`, a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*_CLI, "serve", "--demo", "--port", str(port)]
    with (tmp_path / "server.log").open("w+b") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(tmp_path, roads), stdout=log, stderr=log)
        try:
            _wait_ready(url, process, log)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                pytest.fail("the server did not end on SIGINT")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; of a module, for Playwright's loop would run on beneath the async tests that follow."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        require("browser", "needs a browser: apt install chromium")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=[*_GPU, "--no-sandbox"])
        yield found
        found.close()


@dataclass(slots=True)
class Opened:
    """Makes pages, and remembers what they asked of other origins and what went wrong in them."""

    browser: Browser
    contexts: list[BrowserContext]
    foreign: list[str]
    errors: list[str]

    def page(
        self,
        url: str,
        size: tuple[int, int],
        *,
        at: tuple[float, float] | None = None,
        timezone: str = "Asia/Jakarta",
        scripts: bool = True,
    ) -> Page:
        """A page of a phone or PC in Indonesia that can reach `url` and nothing else; `at` is its lon and lat."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="id-ID",
            timezone_id=timezone,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            permissions=["geolocation"] if at else [],
            geolocation={"longitude": at[0], "latitude": at[1], "accuracy": 12} if at else None,
        )
        self.contexts.append(context)

        def refuse(route: Route) -> None:
            self.foreign.append(route.request.url)
            route.abort()

        context.route(re.compile(rf"^(?!{re.escape(url)}/|data:|blob:)"), refuse)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Pages whose script errors and requests to other origins fail the test."""
    found = Opened(browser, [], [], [])
    yield found
    for context in found.contexts:
        context.close()
    assert found.foreign == [], "pages ask other origins for something"
    assert found.errors == [], "a page's script failed"


@pytest.fixture
def enter(served: Served, opened: Opened) -> Callable[..., Page]:
    """Open a person's face, or another one that the role may see, signed in without the pages of the form: tests of
    the form itself type into it."""

    def enter(
        role: str, person: str, size: tuple[int, int], at: tuple[float, float] | None = None, face: str = ""
    ) -> Page:
        page = opened.page(served.url, size, at=at)
        session = {"token": served.token(role, person)}
        own = {"Origin": served.url}
        answer = page.context.request.post(f"{served.url}/api/session", data=session, headers=own)
        assert answer.ok, answer.text()
        page.goto(f"{served.url}/{face or FACES[role]}")
        return page

    return enter


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a screenshot as a build artefact."""

    def keep(page: Page, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return keep
