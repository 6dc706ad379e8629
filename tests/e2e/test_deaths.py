"""A crew reports that its patient died, in a browser: the driver's tap, who confirms it, and the family's page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, PHONE, Opened, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
BOTH = pytest.mark.parametrize("size", [PHONE, PC], ids=["360", "1366"])
SUCH = "Awak melaporkan pasien meninggal"


def on_the_way(served: Served, *steps: str) -> dict[str, Any]:
    """A patient of Cikokol whom an ambulance brings to the hospital; a hearse is on duty."""
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    asked = {
        "need": "emergency",
        "pickup": "puskesmas-cikokol",
        "dropoff": "rsud-kabupaten-tangerang",
        "contact": {"phone": "+62 811-0000-0042"},
    }
    made: dict[str, Any] = served.post("staff", "siti", "/api/requests", asked)
    for step in ("accept", "en_route", "on_scene", *steps):
        served.step("sopir-cikokol", step)
    return made


def family(opened: Opened, made: dict[str, Any]) -> Page:
    page = opened.page(made["track_url"].partition("/t/")[0], PHONE)
    page.goto(made["track_url"])
    return page


@BOTH
def test_a_driver_reports_it_and_drives_on(served: Served, enter: Enter, keep: Keep, size: tuple[int, int]) -> None:
    on_the_way(served, "transporting")
    page = enter("driver", "sopir-cikokol", size)
    page.get_by_role("button", name="Ada kendala…").click()
    assert_sound(page)
    keep(page, f"sopir-lapor-{size[0]}")
    expect(page.get_by_role("button", name="Tidak ada orang di sini")).to_have_count(0)
    page.get_by_role("button", name="Pasien meninggal").click()
    expect(page.get_by_text("Teruskan perjalanan; dokter yang memastikan.")).to_be_visible()
    expect(page.get_by_role("button", name="SAMPAI DI TUJUAN")).to_be_visible()
    page.get_by_role("button", name="Ada kendala…").click()
    expect(page.get_by_role("button", name="Pasien meninggal")).to_have_count(0)


@BOTH
def test_a_driver_who_finds_nobody_waits_until_somebody_has_rung(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    made = on_the_way(served)
    page = enter("driver", "sopir-cikokol", size)
    clear = page.get_by_role("button", name="Selesai, ditangani di tempat")
    leave = page.get_by_role("button", name="Pergi tanpa membawa")
    expect(clear).to_be_visible()
    page.get_by_role("button", name="Ada kendala…").click()
    page.get_by_role("button", name="Tidak ada orang di sini").click()
    expect(page.get_by_text("Mohon tunggu di sini sampai pemohon ditelepon")).to_be_visible()
    expect(clear.or_(leave)).to_have_count(0)
    assert_sound(page)
    keep(page, f"sopir-menunggu-{size[0]}")
    promise = served.get("operator", "rina", f"/api/requests/{made['id']}")["promise"]["id"]
    served.post("operator", "rina", f"/api/promises/{promise}/calls", {"outcome": "told", "told": "keluarga"})
    expect(leave).to_be_visible()  # nobody was there to be treated


@BOTH
def test_the_hospital_confirms_it_and_only_then_the_family_reads_of_it(
    served: Served, enter: Enter, opened: Opened, keep: Keep, size: tuple[int, int]
) -> None:
    made = on_the_way(served, "transporting")
    page = enter("staff", "ratna", size)
    expect(page.get_by_role("heading", name="Minta kendaraan")).to_be_visible()
    link = family(opened, made)
    before = link.content()
    served.step("sopir-cikokol", "patient_died")
    card = page.get_by_role("region", name="Perlu dipastikan dokter")
    expect(card).to_contain_text("Awak Ambulans Puskesmas Cikokol melaporkan pasien meninggal")
    expect(card).to_contain_text("Keluarga belum kami kabari")
    assert_sound(page)
    keep(page, f"minta-laporan-{size[0]}")
    link.reload()
    assert link.content() == before
    card.get_by_role("button", name="Pastikan…").click()
    card.get_by_label("Keadaan meninggal").select_option("Wajar (sakit)")
    assert_sound(page)
    keep(page, f"minta-pastikan-{size[0]}")
    card.get_by_role("button", name="Dokter memastikan: meninggal").click()
    onward = page.get_by_role("region", name="Permintaan ini")
    expect(onward).to_contain_text("Mobil jenazah")
    expect(onward).to_contain_text("RSUD Kabupaten Tangerang")
    expect(onward.get_by_role("heading", name=re.compile("Menunggu jawaban Mobil Jenazah"))).to_be_visible()
    expect(card).to_have_count(0)
    assert_sound(page)
    keep(page, f"minta-jenazah-{size[0]}")
    link.reload()
    expect(link.locator("main > :first-child")).to_have_text("Kami turut berdukacita.")
    expect(link.locator("main")).to_contain_text("untuk menanyakan tujuan")
    expect(link.locator("main")).not_to_contain_text("memburuk")
    assert_sound(link)
    keep(link, f"pantau-jenazah-{size[0]}")


@BOTH
def test_an_operator_writes_down_the_doctors_word(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    made = on_the_way(served, "transporting")
    page = enter("operator", "rina", size)
    expect(page.get_by_role("button", name="Gawat darurat").first).to_be_visible()
    served.step("sopir-cikokol", "patient_died")
    card = page.get_by_role("region", name=SUCH)
    expect(card).to_contain_text("Ambulans Puskesmas Cikokol")
    expect(card).to_contain_text("meneruskan perjalanan ke RSUD Kabupaten Tangerang")
    assert_sound(page)
    keep(page, f"peta-laporan-{size[0]}")
    card.get_by_role("button", name="Catat keterangan dokter…").click()
    asked = page.get_by_role("dialog", name="Keterangan dokter: pasien meninggal")
    send = asked.get_by_role("button", name="Catat: meninggal")
    expect(send).to_be_disabled()
    asked.get_by_label("Nama dokter").fill("dr. Contoh Sari")
    assert_sound(page)
    keep(page, f"peta-dokter-{size[0]}")
    send.click()
    expect(asked).to_have_count(0)
    expect(card).to_have_count(0)
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    expect(panel).to_contain_text("Mobil jenazah")
    assert_sound(page)
    keep(page, f"peta-jenazah-{size[0]}")
    panel.get_by_role("button", name="Lihat perjalanan pasien").click()
    expect(panel.get_by_role("button", name="Lihat permintaan jenazah")).to_be_visible()
    first = served.get("operator", "rina", f"/api/requests/{made['id']}")
    assert (first["state"], first["onward"] is None) == ("in_progress", False)


def test_an_operator_writes_down_that_the_patient_is_alive(served: Served, enter: Enter, keep: Keep) -> None:
    made = on_the_way(served, "transporting")
    page = enter("operator", "rina", PC)
    served.step("sopir-cikokol", "patient_died")
    card = page.get_by_role("region", name=SUCH)
    card.get_by_role("button", name="Belum dipastikan…").click()
    asked = page.get_by_role("dialog", name="Pasien masih hidup")
    asked.get_by_label("Menurut").select_option("dokter lewat telepon")
    expect(asked.get_by_role("button", name="Catat: masih hidup")).to_be_disabled()
    asked.get_by_label("Nama dokter").fill("dr. Contoh Sari")
    assert_sound(page)
    keep(page, "peta-hidup")
    asked.get_by_role("button", name="Catat: masih hidup").click()
    expect(card).to_have_count(0)
    answered = served.get("operator", "rina", f"/api/requests/{made['id']}")
    assert answered["onward"] is None
    assert datetime.fromisoformat(answered["timeline"][-1]["at"]) <= datetime.now(UTC)
    assert answered["timeline"][-1]["kind"] == "death_answered"
