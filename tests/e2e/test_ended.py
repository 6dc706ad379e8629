"""What a driver reads of an offer or a trip that somebody else ended, and what an operator and a nurse read of a trip
that does not go as it should.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, on_duty, panel_of, ready, rows, send_for_an_emergency, sent, states
from tests.e2e.conftest import PC, PHONE, SIZES, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_cancelled_trip_says_so_until_it_is_read_also_after_a_reload(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = on_duty(enter, size)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    sent(page)
    end = {"told": "keluarga", "reason": "Sudah tidak diperlukan"}
    served.post("staff", "siti", f"/api/requests/{request_id}/cancel", end)
    card = page.get_by_role("alert", name="Tugas ini berakhir")
    expect(card).to_contain_text("Pemohon membatalkan permintaan ini. Alasan: Sudah tidak diperlukan.")
    expect(page.get_by_role("heading", name="SIAGA")).to_have_count(0)
    assert_sound(page)
    keep(page, f"sopir-berakhir-{size[0]}")
    page.reload()
    expect(card).to_contain_text("Pemohon membatalkan permintaan ini.")
    card.get_by_role("button", name="Mengerti").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()


def test_who_is_called_back_for_another_reads_why(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_visible()
    served.go_on_duty("sopir-baja")
    served.post("operator", "rina", f"/api/requests/{request_id}/assign", {"vehicle_id": "A-BAJA"})
    expect(page.get_by_role("alert", name="Tugas ini berakhir")).to_contain_text("Operator menugaskan kendaraan lain.")


def test_whoever_comes_late_can_still_go_while_nobody_else_was_asked(served: Served, enter: Enter, keep: Keep) -> None:
    page = on_duty(enter)
    # Of a red the offer would be made anew at once: this one waits for a call.
    body = {"need": "transport", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0009"}}
    request_id = served.post("staff", "siti", "/api/requests", body)["id"]
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_visible()
    late = page.get_by_role("button", name="Masih bisa berangkat")
    expect(late).to_be_visible(timeout=150_000)
    assert_sound(page)
    keep(page, "sopir-terlambat")
    page.reload()
    late.click()
    expect(page.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()
    sent(page)
    assert states(served, request_id) == ["accepted"]


def test_what_a_crew_found_stands_on_the_row_and_in_the_panel_until_somebody_has_rung(
    served: Served, enter: Enter, keep: Keep
) -> None:
    served.go_on_duty("sopir-cikokol")
    nurse = enter("staff", "siti", PHONE)
    send_for_an_emergency(nurse)
    page = enter("operator", "rina", PC)
    ready(page)
    rows(page).click()
    for step in ("accept", "en_route", "on_scene", "nobody_there"):
        served.step("sopir-cikokol", step)
    said = "Ambulans Puskesmas Cikokol: tidak ada orang di tempat penjemputan"
    expect(rows(page)).to_contain_text(said)
    expect(panel_of(page)).to_contain_text(said)
    expect(nurse.get_by_role("region", name="Permintaan ini")).to_contain_text("tidak menemukan siapa pun")
    assert_sound(page)
    assert_sound(nurse)
    keep(page, "peta-tidak-ada-orang")
    keep(nurse, "minta-tidak-ada-orang")
    page.get_by_role("button", name="Janji 1").click()
    card = page.get_by_role("navigation", name="Permintaan").get_by_role("listitem").first
    expect(card).to_contain_text("Sebabnya: tidak ada orang di tempat penjemputan.")
    keep(page, "peta-janji-sebab")
    card.get_by_role("button", name="Sudah dikabari").click()
    expect(panel_of(page).get_by_text(f"⚠ {said}")).to_have_count(0)
