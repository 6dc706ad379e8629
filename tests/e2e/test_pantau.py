"""The family's page in a browser: without scripts, on a small phone, and never by accident."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, full, states
from tests.e2e.conftest import PHONE, SIZES, Opened, Served
from tests.e2e.pages import assert_sound, sideways
from tests.servers import NO_TLS

pytestmark = pytest.mark.browser
Keep = Callable[[Page, str], None]
KB = 1024


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_page_shows_every_vehicle_with_its_own_time_within_ten_kilobytes(
    served: Served, opened: Opened, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-jenazah", "sopir-dua")
    body = {
        "need": "body",
        "pickup": "puskesmas-cikokol",
        "patient": {"living": False, "count": 2},
        "contact": {"phone": "+62 811-0000-0009"},
    }
    link = served.post("staff", "siti", "/api/requests", body)["track_url"]
    served.step("sopir-jenazah", "accept")
    served.step("sopir-dua", "accept")
    served.step("sopir-dua", "en_route")
    page = opened.page(served.url, size)
    page.goto(link)
    for name, done in (("Mobil Jenazah Masjid Contoh", 1), ("Mobil Jenazah Masjid Dua", 2)):
        vehicle = page.get_by_role("region", name=name)
        expect(vehicle).to_contain_text("Tiba sekitar")
        expect(vehicle.locator("li.done")).to_have_count(done)
    assert_sound(page)
    keep(page, f"pantau-{size[0]}")
    assert len(gzip.compress(httpx.get(link, verify=NO_TLS).content)) < 10 * KB


def test_who_needs_nobody_any_more_says_so_twice_and_without_scripts(
    served: Served, opened: Opened, keep: Keep
) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    served.step("sopir-cikokol", "accept")
    page = opened.page(served.url, PHONE, scripts=False)
    page.goto(full(served, request_id)["track_url"])
    page.get_by_text("Kendaraan tidak diperlukan lagi").click()
    sure = page.get_by_role("button", name="Ya, tidak diperlukan lagi")
    expect(sure).to_be_visible()
    keep(page, "pantau-yakin")
    assert states(served, request_id) == ["accepted"]
    sure.click()
    ended = "Permintaan ini kami tutup karena kendaraan tidak diperlukan lagi."
    expect(page.get_by_role("heading", name=ended)).to_be_visible()
    assert full(served, request_id)["state"] == "cancelled_by_requester"
    assert states(served, request_id) == ["stood_down"]


def test_who_has_left_is_thanked_and_the_vehicle_still_comes(served: Served, opened: Opened, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    served.step("sopir-cikokol", "accept")
    page = opened.page(served.url, PHONE, scripts=False)
    page.goto(full(served, request_id)["track_url"])
    page.get_by_text("Kami sudah berangkat sendiri").click()
    page.get_by_role("button", name="Ya, kami sudah berangkat").click()
    expect(page.get_by_text("kami sudah mencatat bahwa Anda berangkat sendiri")).to_be_visible()
    expect(page.get_by_text("Kendaraan tidak diperlukan lagi")).to_have_count(0)
    assert states(served, request_id) == ["accepted"]


def test_a_vehicle_whose_phone_is_not_heard_is_said_to_go_on(served: Served, opened: Opened, keep: Keep) -> None:
    served.go_on_duty("sopir-cipondoh")
    old = datetime.now(UTC) - timedelta(minutes=8)
    fix = {"lon": 106.6763, "lat": -6.1943, "taken_at": old.isoformat(), "accuracy_m": 12}
    assert served.post("driver", "sopir-cipondoh", "/api/positions", {"fixes": [fix]})["taken"] == 1
    request_id = ask(served)
    served.step("sopir-cipondoh", "accept")
    served.step("sopir-cipondoh", "en_route")
    page = opened.page(served.url, SIZES["320x640"])
    page.goto(full(served, request_id)["track_url"])
    expect(page.get_by_text("Sinyal kendaraan terputus sejak pukul")).to_be_visible()
    assert sideways(page) == 0
    keep(page, "pantau-tanpa-sinyal")


def test_the_page_renews_itself_but_not_while_an_answer_is_being_read(served: Served, opened: Opened) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    served.step("sopir-cikokol", "accept")
    page = opened.page(served.url, PHONE)
    page.clock.install()
    page.goto(full(served, request_id)["track_url"])
    expect(page.locator("li.done")).to_have_count(1)
    page.get_by_text("Kami sudah berangkat sendiri").click()
    served.step("sopir-cikokol", "en_route")
    page.clock.run_for(31_000)
    expect(page.get_by_role("button", name="Ya, kami sudah berangkat")).to_be_visible()
    expect(page.locator("li.done")).to_have_count(1)
    page.get_by_text("Kami sudah berangkat sendiri").click()
    page.clock.run_for(31_000)
    expect(page.locator("li.done")).to_have_count(2)


def test_an_end_that_is_taken_back_shows_on_the_familys_page(served: Served, opened: Opened) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    for step in ("accept", "en_route", "on_scene"):
        served.step("sopir-cikokol", step)
    page = opened.page(served.url, PHONE)
    page.clock.install()
    page.goto(full(served, request_id)["track_url"])
    expect(page.locator("li.done")).to_have_count(3)
    trip = full(served, request_id)["assignments"][0]["id"]
    served.step("sopir-cikokol", "clear")
    page.clock.run_for(31_000)
    over = page.get_by_role("heading", name="Perjalanan ini sudah selesai.")
    expect(over).to_be_visible()
    now = datetime.now(UTC)
    tap = {"seq": round(now.timestamp() * 1000), "device_time": now.isoformat()}
    served.post("driver", "sopir-cikokol", f"/api/assignments/{trip}/undo", tap)
    page.clock.run_for(31_000)
    expect(page.locator("li.done")).to_have_count(3)
    served.step("sopir-cikokol", "clear")
    page.clock.run_for(31_000)
    expect(over).to_be_visible()
    renewed: list[str] = []
    page.on("request", lambda request: renewed.append(request.url))
    for _ in range(6):
        page.clock.run_for(31_000)
        page.wait_for_timeout(200)
    assert len(renewed) == 2
