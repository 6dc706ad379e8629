"""A kept request is changed in a browser, by who asked and by an operator."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.acts import full, panel_of, ready, rows, send_for_an_emergency
from tests.e2e.conftest import PC, PHONE, SIZES, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


def form(page: Page) -> Locator:
    """Where it is said what is something else now."""
    page.get_by_role("button", name="Ubah…").click()
    return page.get_by_role("form", name="Ubah permintaan ini")


def choose(page: Page, what: str, place: str) -> None:
    """Another place, found by its name."""
    page.get_by_role("button", name=f"Ubah: {what}").click()
    page.get_by_role("searchbox").fill(place)
    page.get_by_role("button", name=place).first.click()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_what_may_follow_follows_and_only_that_is_sent(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-cipondoh")
    page = enter("staff", "siti", size)
    send_for_an_emergency(page)
    changing = form(page)
    expect(changing.get_by_text("Tujuan: menyusul")).to_be_visible()
    expect(changing.get_by_role("button", name="Simpan perubahan")).to_be_disabled()
    changing.get_by_label("Perlu oksigen").check()
    changing.get_by_label("Tingkat kegawatan").select_option("yellow")
    assert_sound(page)
    keep(page, f"minta-ubah-{size[0]}")
    choose(page, "Tujuan", "RSUD Kota Tangerang")
    with page.expect_request("**/change") as sent:
        page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("Perubahan sudah disimpan")).to_be_visible()
    expect(page.get_by_role("region", name="Permintaan ini")).to_contain_text("RSUD Kota Tangerang")
    said = json.loads(sent.value.post_data or "")
    assert said == {"dropoff": "rsud-kota-tangerang", "urgency": "yellow", "patient": {"oxygen": True}}
    kept = full(served, sent.value.url.split("/")[-2])
    assert (kept["urgency"], kept["patient"]["oxygen"], kept["dropoff"]["facility"]) == (
        "yellow",
        True,
        "rsud-kota-tangerang",
    )


def test_a_change_that_lets_a_vehicle_go_says_which_and_asks(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-jenazah", "sopir-dua")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    page.get_by_label("Jumlah jenazah").fill("2")
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="KIRIM SEKARANG").click()
    coming = page.get_by_role("list", name="Yang berangkat")
    expect(coming.get_by_role("heading")).to_have_count(2)
    served.step("sopir-jenazah", "accept")
    expect(page.get_by_text("1 ditugaskan, 1 masih dicarikan")).to_be_visible()
    served.step("sopir-dua", "accept")
    expect(page.get_by_text("2 ditugaskan")).to_be_visible()
    keep(page, "minta-dua-ditugaskan")
    form(page).get_by_label("Jumlah jenazah").fill("1")
    page.get_by_role("button", name="Simpan perubahan").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Perubahan ini membebaskan Mobil Jenazah")
    assert_sound(page)
    keep(page, "minta-ubah-melepas")
    asked.get_by_role("button", name="Biarkan").click()
    expect(page.get_by_label("Jumlah jenazah")).to_have_value("1")
    page.get_by_role("button", name="Simpan perubahan").click()
    asked.get_by_role("button", name="Ya, ubah").click()
    expect(page.get_by_text("Perubahan sudah disimpan")).to_be_visible()
    expect(coming.get_by_role("heading")).to_have_count(1)


def test_with_the_patient_aboard_another_destination_can_be_said(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    body = {"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0009"}}
    request_id = served.post("staff", "siti", "/api/requests", body)["id"]
    for step in ("accept", "en_route", "on_scene", "transporting"):
        served.step("sopir-cikokol", step)
    page = enter("operator", "rina", PC)
    ready(page)
    rows(page).click()
    panel_of(page).get_by_role("button", name="Ubah…").click()
    changing = page.get_by_role("dialog", name="Ubah permintaan ini")
    expect(changing.get_by_text("Pasien sudah di kendaraan")).to_be_visible()
    expect(changing.get_by_role("button", name="Ubah: Jemput")).to_have_count(0)
    assert_sound(page)
    keep(page, "peta-ubah")
    choose(page, "Tujuan", "RSUD Kabupaten Tangerang")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(changing).to_have_count(0)
    expect(panel_of(page)).to_contain_text("→ RSUD Kabupaten Tangerang")
    assert full(served, request_id)["dropoff"]["facility"] == "rsud-kabupaten-tangerang"


def test_the_browsers_way_back_leads_to_the_form_and_not_off_the_page(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    expect(page.get_by_role("button", name="KIRIM SEKARANG")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="KIRIM SEKARANG")).to_have_count(0)
    expect(page.get_by_role("button", name="Gawat darurat")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/minta")
