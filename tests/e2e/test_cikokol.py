"""The case that began it, in a browser: a body at Puskesmas Cikokol, to a grave in each of the three districts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import sent
from tests.e2e.conftest import PC, PHONE, Opened, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
MOSQUE = (106.6357, -6.1863)
GRAVES = {
    "kota-tangerang": "TPU Kebon Nanas",
    "kabupaten-tangerang": "TPU Buniayu",
    "tangerang-selatan": "TPU Jombang",
}


@pytest.mark.parametrize("district", GRAVES)
def test_a_body_from_cikokol_finds_a_hearse_to_a_grave_in(
    served: Served, enter: Enter, opened: Opened, keep: Keep, district: str
) -> None:
    driver = enter("driver", "sopir-jenazah", PHONE, MOSQUE)
    driver.get_by_role("button", name="MULAI BERTUGAS").click()
    expect(driver.get_by_role("heading", name="SIAGA")).to_be_visible()
    served.go_on_duty("sopir-cikokol")

    nurse = enter("staff", "siti", PC)
    nurse.get_by_role("button", name="Mobil jenazah").click()
    nurse.get_by_role("button", name="Cari…").click()
    nurse.get_by_role("searchbox", name="Antar ke mana?").fill(GRAVES[district])
    nurse.get_by_role("button", name=re.compile(f"^{GRAVES[district]}")).first.click()
    nurse.get_by_role("button", name="CARI KENDARAAN").click()
    answer = nurse.get_by_role("region", name="Jawaban")
    expect(answer).to_contain_text("Mobil Jenazah Masjid Contoh")
    for letter in ("sopir kedua", "luar kota", "luar provinsi"):
        expect(answer).not_to_contain_text(letter, ignore_case=True)
    nurse.get_by_role("button", name="KIRIM SEKARANG").click()
    expect(nurse.get_by_role("heading", name="Menunggu jawaban Mobil Jenazah Masjid Contoh")).to_be_visible()

    expect(driver.get_by_text(GRAVES[district]).first).to_be_visible()
    driver.get_by_role("button", name="TERIMA", exact=True).click()
    expect(driver.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()
    sent(driver)
    expect(nurse.get_by_role("heading", name="Diterima Mobil Jenazah Masjid Contoh. Tiba ±")).to_be_visible()
    assert_sound(nurse)

    [made] = served.get("staff", "siti", "/api/requests")["requests"]
    asked = served.get("staff", "siti", f"/api/requests/{made['id']}")
    assert (asked["need"], asked["dropoff"]["name"], asked["state"]) == ("body", GRAVES[district], "assigned")
    family = opened.page(served.url, PHONE)
    family.goto(asked["track_url"])
    expect(family.get_by_text("turut berduka").first).to_be_visible()
    hearse = family.get_by_role("region", name="Mobil Jenazah Masjid Contoh")
    expect(hearse).to_contain_text("Tiba sekitar")
    expect(hearse.locator("li.done")).to_have_count(1)
    assert_sound(family)
    keep(family, f"cikokol-{district}")
