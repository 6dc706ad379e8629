"""A yes by phone in a browser: written down by whoever heard it, and taken back by the approver."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, PHONE, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
BOTH = pytest.mark.parametrize("size", [PHONE, PC], ids=["360", "1366"])
NAME = "dr. Contoh Rina"
LINE = f"Ambulans Transportasi Cikokol diizinkan {NAME} lewat telepon pukul"


def waiting(served: Served) -> dict[str, Any]:
    """No hearse is on duty: the transport ambulance waits for the health officer's yes."""
    served.go_on_duty("sopir-transpor")
    asked = {
        "need": "body",
        "pickup": "puskesmas-cikokol",
        "dropoff": {"lon": 106.636, "lat": -6.211, "name": "Rumah keluarga"},
        "patient": {"living": False},
        "contact": {"phone": "+62 811-0000-0042"},
    }
    made: dict[str, Any] = served.post("staff", "siti", "/api/requests", asked)
    assert made["state"] == "awaiting_approval", made["decision"]["sentence"]
    return made


def write_down(page: Page, answer: str = "ya, boleh berangkat") -> None:
    asked = page.get_by_role("dialog", name="Izin lewat telepon")
    expect(asked).to_contain_text("petugas Dinas Kesehatan")
    send = asked.get_by_role("button", name="Catat jawaban")
    expect(send).to_be_disabled()
    asked.get_by_label("Siapa yang menjawab").fill(NAME)
    asked.get_by_label("Jawabannya").select_option(answer)
    asked.get_by_label("Alasan").fill("keluarga menunggu")
    assert_sound(page)
    send.click()
    expect(asked).to_have_count(0)


@BOTH
def test_an_operator_writes_down_a_yes_and_the_officer_takes_it_back(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    made = waiting(served)
    officer = enter("health_officer", "dinas", size)
    expect(officer.get_by_role("region", name="Menunggu jawaban Anda")).to_contain_text("Setujui")
    page = enter("operator", "rina", size)
    page.locator(f"[id='{made['id']}']").click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    panel.get_by_role("button", name="Izin lewat telepon…").click()
    keep(page, f"peta-izin-telepon-{size[0]}")
    write_down(page)
    expect(panel).to_contain_text(LINE)
    expect(panel).to_contain_text("dicatat Rina Contoh")
    expect(panel).to_contain_text("ditawarkan")
    assert_sound(page)
    keep(page, f"peta-izin-dicatat-{size[0]}")
    card = officer.get_by_role("region", name="Menunggu jawaban Anda")
    expect(card).to_contain_text(LINE)
    back = card.get_by_role("button", name="Tarik kembali izin")
    expect(back).to_be_disabled()
    assert_sound(officer)
    keep(officer, f"kelola-tarik-izin-{size[0]}")
    card.get_by_label("Alasan").fill("bukan saya yang menjawab")
    back.click()
    expect(card).to_have_count(0)
    expect(panel).not_to_contain_text(LINE)
    after = served.get("operator", "rina", f"/api/requests/{made['id']}")
    assert (after["state"], [trip["state"] for trip in after["assignments"]]) == ("waiting", ["withdrawn"])


@BOTH
def test_staff_write_down_what_they_heard_and_the_officer_says_it_is_right(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    made = waiting(served)
    page = enter("staff", "siti", size)
    page.get_by_role("button", name=re.compile(r"^Mobil jenazah \d\d\.\d\d")).click()
    page.get_by_role("button", name="Izin lewat telepon…").click()
    keep(page, f"minta-izin-telepon-{size[0]}")
    write_down(page)
    mine = page.get_by_role("region", name="Permintaan ini")
    expect(mine).to_contain_text(LINE)
    expect(mine.get_by_role("button", name="Izin lewat telepon…")).to_have_count(0)
    expect(mine.get_by_role("button", name="Tambah perjalanan pulang")).to_have_count(0)  # of a body
    assert_sound(page)
    keep(page, f"minta-izin-dicatat-{size[0]}")
    officer = enter("health_officer", "dinas", size)
    card = officer.get_by_role("region", name="Menunggu jawaban Anda")
    card.get_by_role("button", name="Benar, itu jawaban saya").click()
    expect(card).to_have_count(0)
    expect(mine).not_to_contain_text(LINE)
    kept = served.get("operator", "rina", f"/api/requests/{made['id']}")["approvals"][0]
    assert (kept["state"], kept["heard_from"], kept["answered_by"]) == ("given", None, "Wati Contoh")


def test_of_several_that_are_asked_it_is_said_which_and_a_no_is_a_no(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-kab")
    made = waiting(served)
    assert len(made["asked"]) == 2
    page = enter("operator", "rina", PC)
    page.locator(f"[id='{made['id']}']").click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    panel.get_by_role("button", name="Izin lewat telepon…").click()
    asked = page.get_by_role("dialog", name="Izin lewat telepon")
    rule = "Kendaraan pemerintah lain memerlukan persetujuan operatornya"
    which = f"Mobil Jenazah Kabupaten · operator Kabupaten Tangerang ({rule})"
    asked.get_by_label("Yang ditanyakan").select_option(which)
    asked.get_by_label("Siapa yang menjawab").fill("Bu Contoh Kiki")
    asked.get_by_label("Jawabannya").select_option("belum boleh berangkat")
    asked.get_by_label("Alasan").fill("kendaraan sedang diservis")
    asked.get_by_role("button", name="Catat jawaban").click()
    expect(panel).to_contain_text("Mobil Jenazah Kabupaten belum diizinkan Bu Contoh Kiki lewat telepon")
    states = {
        one["vehicle_id"]: one["state"]
        for one in served.get("operator", "rina", f"/api/requests/{made['id']}")["approvals"]
    }
    assert states == {"J-KAB": "refused", "T-CIKOKOL": "asked"}
    other = enter("operator", "kiki", PC)
    expect(other.get_by_role("region", name="Menunggu jawaban Anda")).to_contain_text("belum diizinkan Bu Contoh Kiki")
