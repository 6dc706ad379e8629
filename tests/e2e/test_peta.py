"""The operator's map in a browser."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, SIZES, Opened, Served
from tests.e2e.pages import sideways, small_targets, violations
from tests.e2e.test_sopir import ask

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


def ready(page: Page) -> None:
    """The map is loaded and drawn."""
    page.locator("[data-ready]").wait_for(timeout=60_000)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_map_shows_vehicles_and_a_new_request_at_once(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    page = enter("operator", "rina", size)
    ready(page)
    expect(page.get_by_text("Jalan contoh – bukan peta sebenarnya.")).to_be_visible()
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("Jalan contoh buatan Jemput")
    ask(served)
    expect(page.get_by_role("navigation", name="Permintaan").get_by_role("button")).to_contain_text("Gawat darurat")
    assert sideways(page) == 0
    assert small_targets(page) == []
    assert violations(page) == []
    keep(page, f"peta-{size[0]}")


def test_the_map_is_not_blank_and_has_labels(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("operator", "rina", PC)
    ready(page)
    page.locator("[data-labels]").wait_for(state="attached", timeout=30_000)
    assert int(page.locator("[data-labels]").get_attribute("data-labels") or 0) > 0
    picture = page.locator(".map canvas").screenshot()
    # A single colour compresses to almost nothing; roads, water, labels and vehicles do not.
    assert len(picture) > 40_000


def test_an_operator_overrides_with_a_reason_in_three_clicks(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    request_id = ask(served)
    page = enter("operator", "rina", PC)
    page.get_by_role("navigation", name="Permintaan").get_by_role("button").click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    panel.get_by_role("listitem").filter(has_text="Ambulans Puskesmas Baja").get_by_role(
        "button", name="Tetapkan"
    ).click()
    expect(panel).to_contain_text("Ambulans Puskesmas Baja ditawarkan")
    headers = {"Authorization": f"Bearer {served.token('operator', 'rina')}"}
    trips = httpx.get(f"{served.url}/api/requests/{request_id}", headers=headers).json()["assignments"]
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [
        ("A-CIKOKOL", "withdrawn"),
        ("A-BAJA", "offered"),
    ]


def test_the_keyboard_selects_a_request_and_opens_the_table(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    ask(served)
    page = enter("operator", "rina", PC)
    expect(page.get_by_role("navigation", name="Permintaan").get_by_role("button")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name="Permintaan terpilih")).to_be_visible()
    page.keyboard.press("t")
    table = page.get_by_role("dialog", name="Tabel kendaraan")
    expect(table.get_by_role("row")).to_have_count(9)
    expect(table.get_by_role("row").filter(has_text="Ambulans Puskesmas Cikokol")).to_contain_text("Ditawarkan")
    assert violations(page) == []
    keep(page, "peta-tabel")
    page.keyboard.press("Escape")
    expect(table).to_have_count(0)


def test_the_demo_replays_cikokol_with_one_click(demo: str, opened: Opened, keep: Keep) -> None:
    page = opened.page(demo, PC)
    page.goto(f"{demo}/masuk?ke=/peta")
    page.locator("section").filter(has=page.get_by_role("heading", name="Operator")).get_by_role("button").first.click()
    page.wait_for_url("**/peta")
    ready(page)
    page.get_by_role("button", name="Putar ulang kasus Cikokol").click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    expect(panel).to_contain_text("Puskesmas Cikokol", timeout=15_000)
    expect(panel).to_contain_text("R01")
    keep(page, "peta-cikokol")
