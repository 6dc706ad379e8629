"""Booking rides three times a week with a way back, in a browser, and what the family's one link shows of them."""

import gzip
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, SIZES, Opened, Served
from tests.e2e.pages import assert_sound
from tests.servers import NO_TLS

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
ZONE = ZoneInfo("Asia/Jakarta")


def day_after(days: int) -> datetime:
    return datetime.now(ZONE).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=days)


def book(served: Served, at: datetime | None = None, *, days: int = 0) -> dict[str, object]:
    """A ride the day after tomorrow, and on so many days after it, each with a way back on call."""
    first = at or day_after(2)
    body = {
        "need": "transport",
        "pickup": "puskesmas-cikokol",
        "dropoff": {"lon": 106.63, "lat": -6.2, "name": "Rumah contoh"},
        "contact": {"phone": "+62 811-0000-0009"},
        "schedule_at": first.isoformat(),
        "return": {"after": (first + timedelta(hours=4)).isoformat()},
    }
    if days:
        every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        body["repeat"] = {"days": every, "until": (first + timedelta(days=days)).date().isoformat()}
    made: dict[str, object] = served.post("staff", "siti", "/api/requests", body)
    return made


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_series_with_ways_back_is_booked_listed_and_cancelled_from_one_ride_on(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Antar kontrol").click()
    page.get_by_role("group", name="Tujuan").get_by_role("button").first.click()
    page.get_by_text("Pesan untuk waktu lain…").click()
    first = day_after(2)
    page.get_by_label("Waktu jemput (WIB)").fill(f"{first:%Y-%m-%dT%H:%M}")
    for day in ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"):
        page.get_by_role("button", name=day, exact=True).click()
    page.get_by_label("Sampai tanggal").fill((first + timedelta(days=3)).date().isoformat())
    page.get_by_label("Perjalanan pulang").select_option("at")
    page.get_by_label("Waktu pulang").fill("12:30")
    assert_sound(page)
    keep(page, f"minta-seri-{size[0]}")
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="JADWALKAN").click()
    rides = page.get_by_role("region", name="Perjalanan dalam pesanan ini")
    expect(rides.get_by_role("button")).to_have_count(6)
    expect(rides.get_by_role("button").nth(1)).to_contain_text("pukul 12.30 (pulang)")
    rides.get_by_text("2 perjalanan lain").click()
    expect(rides.get_by_role("button")).to_have_count(8)
    assert_sound(page)
    keep(page, f"minta-seri-dipesan-{size[0]}")
    page.get_by_role("button", name="Pesanan", exact=True).click()
    coming = page.get_by_role("region", name="Pesanan yang akan datang")
    expect(coming.get_by_role("button")).to_have_count(8)
    assert_sound(page)
    keep(page, f"minta-pesanan-{size[0]}")
    coming.get_by_role("button").nth(2).click()
    page.get_by_role("button", name="Batalkan…").click()
    page.get_by_label("Yang dibatalkan").select_option("following")
    keep(page, f"minta-seri-batal-{size[0]}")
    page.get_by_role("button", name="Sudah tidak diperlukan").click()
    expect(page.get_by_role("heading", name="Dibatalkan pemohon")).to_be_visible()
    page.get_by_role("button", name="Pesanan", exact=True).click()
    expect(coming.get_by_role("button")).to_have_count(2)


def test_nobody_is_ready_for_the_way_back_before_the_way_there(served: Served, enter: Enter, keep: Keep) -> None:
    book(served)
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Pesanan", exact=True).click()
    page.get_by_role("button", name="pulang, menunggu kabar").click()
    keep(page, "minta-siap-pulang")
    page.get_by_role("button", name="Siap dijemput pulang").click()
    expect(page.get_by_text("Belum ada yang diantar ke tempat tujuan")).to_be_visible()
    assert_sound(page)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_familys_one_link_shows_the_next_ride_and_those_to_come(
    served: Served, opened: Opened, keep: Keep, size: tuple[int, int]
) -> None:
    link = str(book(served, days=20)["track_url"])
    page = opened.page(served.url, size)
    page.goto(link)
    expect(page.get_by_role("heading", name="Penjemputan sudah dijadwalkan")).to_be_visible()
    expect(page.get_by_text("pukul 08.00").first).to_be_visible()
    assert_sound(page)
    keep(page, f"pantau-seri-{size[0]}")
    assert len(gzip.compress(httpx.get(link, verify=NO_TLS).content)) < 10 * 1024
    coming = page.get_by_role("region", name="Jadwal berikutnya")
    second = coming.locator("summary").filter(has_text="pukul 08.00").first
    label = second.inner_text()
    assert re.match(r"(Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu), \d", label)
    second.click()
    coming.get_by_role("button", name="Ya, tidak diperlukan lagi").nth(0).click()
    expect(coming.get_by_text(label, exact=True)).to_have_count(0)
    expect(page.get_by_role("heading", name="Penjemputan sudah dijadwalkan")).to_be_visible()
    assert page.url == link


def test_the_family_says_on_its_link_that_it_is_ready_to_be_brought_home(
    served: Served, opened: Opened, keep: Keep
) -> None:
    """The way there was driven; the way back is the next ride, and begins when the family says so."""
    served.go_on_duty("sopir-transpor")
    first = datetime.now(ZONE) + timedelta(minutes=2)
    made = book(served, first)
    for step in ("accept", "en_route", "on_scene", "transporting", "at_destination", "clear"):
        served.step("sopir-transpor", step)
    page = opened.page(served.url, PHONE, scripts=False)
    page.goto(str(made["track_url"]))
    page.get_by_text("Siap dijemput pulang").first.click()
    keep(page, "pantau-siap-pulang")
    page.get_by_role("button", name="Ya, sudah siap dijemput").click()
    expect(page.get_by_text("Siap dijemput pulang")).to_have_count(0)
    rides = made["rides"]
    assert isinstance(rides, list)
    assert served.get("staff", "siti", f"/api/requests/{rides[1]['id']}")["on_call"] is False


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_operator_finds_what_is_booked_apart_from_what_is_running(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-transpor")
    page = enter("operator", "rina", size)
    page.locator("[data-ready]").wait_for(timeout=60_000)
    page.get_by_role("button", name="Pesanan", exact=True).click()
    coming = page.get_by_role("region", name="Pesanan yang akan datang")
    expect(coming).to_contain_text("Belum ada pesanan.")
    book(served, days=1)
    expect(coming.get_by_role("button")).to_have_count(4)  # as they are booked, without another tap
    assert_sound(page)
    keep(page, f"peta-pesanan-{size[0]}")
    page.get_by_role("button", name="Permintaan 0").click()
    page.get_by_role("button", name="Pesanan", exact=True).click()
    coming.get_by_role("button", name="dipesan").first.click()
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("Terjadwal")
    expect(panel).to_contain_text(re.compile(r"\S dipesan"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_way_back_is_added_and_its_driver_waits_there_and_is_asked_when_somebody_is_ready(
    served: Served, enter: Enter, opened: Opened, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-transpor")
    body = {"need": "transport", "pickup": "puskesmas-cikokol", "dropoff": "rsud-kabupaten-tangerang"}
    made = served.post("staff", "siti", "/api/requests", {**body, "contact": {"phone": "+62 811-0000-0009"}})
    page = enter("staff", "siti", size)
    page.get_by_role("button", name=re.compile(r"Antar kontrol \d")).click()  # among those that run
    page.get_by_role("button", name="Tambah perjalanan pulang").click()
    page.get_by_label("Perjalanan pulang").select_option("waits")
    # A minute ahead, also where midnight lies in between.
    page.get_by_label("Paling cepat").fill(f"{datetime.now(ZONE) + timedelta(minutes=2):%H:%M}")
    assert_sound(page)
    keep(page, f"minta-tambah-pulang-{size[0]}")
    page.get_by_role("button", name="Catat perjalanan pulang").click()
    rides = page.get_by_role("region", name="Perjalanan dalam pesanan ini")
    expect(rides.get_by_role("button").nth(1)).to_contain_text("Kendaraan yang mengantar menunggu di sana")
    expect(page.get_by_role("button", name="Tambah perjalanan pulang")).to_have_count(0)

    driver = enter("driver", "sopir-transpor", size)
    tell = re.compile("Tunggu di RSUD .*, lalu antar pulang")
    for step in ("accept", "en_route", "on_scene", "transporting", "at_destination"):
        served.step("sopir-transpor", step)
    expect(driver.get_by_text(tell)).to_be_visible()
    keep(driver, f"sopir-tunggu-{size[0]}")
    served.step("sopir-transpor", "clear")
    expect(driver.get_by_role("heading", name="SIAGA")).to_be_visible()
    expect(driver.get_by_text(tell)).to_be_visible()
    assert_sound(driver)
    keep(driver, f"sopir-menunggu-{size[0]}")

    link = opened.page(served.url, size)
    link.goto(str(made["track_url"]))
    expect(link.get_by_text("Kendaraan yang mengantar menunggu di sana")).to_be_visible()
    assert_sound(link)
    keep(link, f"pantau-menunggu-{size[0]}")
    expect(rides.get_by_role("button").nth(1)).to_contain_text("menunggu di sana")
    rides.get_by_role("button").nth(1).click()
    page.get_by_role("button", name="Siap dijemput pulang").click()
    expect(driver.get_by_role("button", name="TERIMA")).to_be_visible()
