"""What the faces weigh, and that they ask no other origin for anything."""

import gzip
import re

import pytest

from tests.e2e.conftest import DIST, FACES, Opened, Served
from tests.e2e.pages import sideways, violations

pytestmark = pytest.mark.browser
KB = 1024
BUDGETS = {"minta": 40 * KB, "sopir": 40 * KB, "peta": 450 * KB, "kelola": 60 * KB}


@pytest.mark.parametrize("face", BUDGETS)
def test_the_scripts_of_a_face_keep_their_budget(face: str) -> None:
    # What the page loads at first; what it fetches later (the map's table, closing roads) keeps nobody waiting.
    html = (DIST / f"{face}.html").read_text()
    scripts = set(re.findall(r'(?:src|href)="/static/dist/(assets/[^"]+\.js)"', html))
    assert scripts, "the page loads no script"
    total = sum(len(gzip.compress((DIST / script).read_bytes())) for script in scripts)
    if face == "peta":
        total += sum(len(gzip.compress(path.read_bytes())) for path in DIST.glob("assets/maplibre-gl-worker*.js"))
    assert total <= BUDGETS[face]


@pytest.mark.parametrize("page", ["index", "masuk", *BUDGETS])
def test_a_page_brings_the_letters_that_it_is_set_in(page: str) -> None:
    html = (DIST / f"{page}.html").read_text()
    fonts = re.findall(r'rel="preload" as="font"[^>]*href="/static/dist/(assets/[^"]+)"', html)
    assert [re.sub(r"-normal.*", "", font) for font in fonts] == [
        "assets/noto-sans-latin-400",
        "assets/noto-sans-latin-700",
    ]
    styles = "".join(path.read_text() for path in DIST.glob("assets/*.css"))
    assert all(f"/static/dist/{font}" in styles and (DIST / font).exists() for font in fonts)


@pytest.mark.parametrize("page", ["index", "masuk", *BUDGETS])
def test_what_all_faces_share_comes_before_what_a_face_says_otherwise(page: str) -> None:
    html = (DIST / f"{page}.html").read_text()
    first, *others = re.findall(r'rel="stylesheet"[^>]*href="/static/dist/assets/([a-z]+)-', html)
    assert (first, "base" in others) == ("base", False)


@pytest.mark.parametrize("path", ["/", "/masuk"])
def test_the_open_pages_are_narrow_and_accessible(served: Served, opened: Opened, path: str) -> None:
    page = opened.page(served.url, (320, 640))
    page.goto(f"{served.url}{path}")
    page.get_by_role("heading", level=1).wait_for()
    assert sideways(page) == 0
    assert violations(page) == []


def test_whoever_is_signed_out_comes_to_the_sign_in_page_and_back(served: Served, opened: Opened) -> None:
    page = opened.page(served.url, (360, 740))
    page.goto(f"{served.url}/minta")
    page.wait_for_url("**/masuk?ke=%2Fminta")
    page.get_by_label("Token masuk").fill(served.token("staff", "siti"))
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/minta")


def test_the_form_lets_everybody_into_the_face_of_the_role(served: Served, opened: Opened) -> None:
    people = {"staff": "siti", "driver": "sopir-cikokol", "operator": "rina", "health_officer": "dinas"}
    for role, face in FACES.items():
        page = opened.page(served.url, (360, 740))
        page.goto(f"{served.url}/masuk")
        page.get_by_label("Token masuk").fill(served.token(role, people[role]))
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url(f"**/{face}")
