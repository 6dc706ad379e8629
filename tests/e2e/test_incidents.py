"""Likely duplicates and incidents in a browser: a calm question for staff, a mark and boards for operators."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.acts import panel_of, ready, rows
from tests.e2e.conftest import PC, PHONE, Served
from tests.e2e.pages import assert_sound, sideways, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
BOTH = pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
HERE = {"lon": 106.64, "lat": -6.2, "name": "Simpang Contoh"}


def ask(served: Served, role: str = "operator", person: str = "rina", **changes: object) -> dict[str, Any]:
    body = {"need": "emergency", "pickup": HERE, "contact": {"phone": "+62 811-0000-0042"}, **changes}
    made: dict[str, Any] = served.post(role, person, "/api/requests", body)
    return made


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Permintaan").get_by_role("button", name=name)


@BOTH
def test_staff_are_asked_whether_it_is_the_same_before_and_after_and_go_on_as_ever(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol")
    ask(served, pickup="puskesmas-cikokol")
    first = ask(served, "staff", "siti", pickup="puskesmas-cikokol")
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Gawat darurat", exact=True).click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    answer = page.get_by_role("region", name="Jawaban")
    question = answer.get_by_role("region", name="Mungkin permintaan yang sama?")
    expect(question.get_by_role("listitem")).to_have_count(2)
    expect(question).to_contain_text("dari Puskesmas Cikokol, ")
    expect(question).to_contain_text("tempat yang sama, waktu yang berdekatan, kebutuhan yang sama")
    expect(question).to_contain_text("Bila ini orang lain, lanjutkan saja")
    assert_sound(page)
    keep(page, f"minta-sama-{size[0]}")
    answer.get_by_role("button", name="CATAT JANJI").click()
    after = page.get_by_role("region", name="Permintaan ini")
    expect(after.get_by_role("region", name="Mungkin permintaan yang sama?")).to_contain_text("tetap dicarikan")
    assert_sound(page)
    keep(page, f"minta-sama-terkirim-{size[0]}")
    after.get_by_role("button", name="Lihat permintaan itu").first.click()
    expect(page.get_by_role("heading", name="Menunggu jawaban Ambulans Puskesmas Cikokol")).to_be_visible()
    listed = served.get("operator", "rina", "/api/requests")["requests"]
    assert len(listed) == 3
    assert {one["state"] for one in listed} == {"searching", "waiting"}
    assert first["id"] in {one["id"] for one in listed}


def test_another_facilitys_request_is_told_of_without_a_way_to_it(served: Served, enter: Enter, keep: Keep) -> None:
    ask(served, pickup={"lon": 106.64, "lat": -6.2, "name": "Rumah Rahasia"})
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat", exact=True).click()
    page.get_by_role("button", name="Ubah").click()
    page.get_by_role("searchbox").fill("-6.2, 106.64")
    page.get_by_role("button", name="titik").first.click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    question = page.get_by_role("region", name="Mungkin permintaan yang sama?")
    expect(question).to_contain_text("lewat operator")
    expect(question.get_by_role("button")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("Rahasia")
    assert_sound(page)
    keep(page, "minta-sama-orang-lain")


@BOTH
def test_both_are_marked_on_the_board_and_the_later_one_is_joined_to_the_first(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    first = ask(served)
    page = enter("operator", "rina", size)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).not_to_contain_text("Mungkin sama")
    second = ask(served, pickup={**HERE, "lat": -6.2005, "name": "Depan pasar"}, contact={"phone": "0811 0000 0042"})
    expect(rows(page).filter(has_text="Mungkin sama dengan permintaan lain")).to_have_count(2)
    rows(page).filter(has_text="Simpang Contoh").click()
    question = panel_of(page).get_by_role("region", name="Mungkin permintaan yang sama?")
    expect(question).to_contain_text("Depan pasar")
    expect(question).to_contain_text("nomor telepon yang sama")
    assert violations(page) == []
    assert sideways(page) == 0
    keep(page, f"peta-sama-{size[0]}")
    question.get_by_role("button", name="Gabungkan…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Bagaimana berakhirnya")).to_have_value("duplicate")
    expect(dialog.get_by_label("Sama dengan")).to_have_value(first["id"])
    expect(panel_of(page).get_by_role("heading", name="Depan pasar")).to_be_visible()
    assert violations(page) == []
    keep(page, f"peta-gabungkan-{size[0]}")
    dialog.get_by_label("Alasan (wajib)").fill("penelepon yang sama")
    dialog.get_by_role("button", name="Akhiri").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).not_to_contain_text("Mungkin sama")
    ended = served.get("operator", "rina", f"/api/requests/{second['id']}")
    assert ended["state"] == "duplicate"


@BOTH
def test_requests_of_one_event_have_one_board_that_follows(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja", "sopir-jenazah")
    one = ask(served)
    two = ask(served, contact={"phone": "+62 811-0000-0043"}, urgency="yellow")
    page = enter("operator", "rina", size)
    ready(page)
    rows(page).first.click()
    panel_of(page).get_by_role("button", name="Beberapa orang, satu kejadian…").click()
    dialog = page.get_by_role("dialog", name="Permintaan dari satu kejadian")
    expect(dialog.get_by_role("checkbox")).to_be_checked()
    dialog.get_by_label("Nama kejadian").fill("Tabrakan Simpang Contoh")
    dialog.get_by_label("Catatan (boleh kosong)").fill("satu angkot, dua motor")
    assert violations(page) == []
    keep(page, f"peta-kejadian-baru-{size[0]}")
    dialog.get_by_role("button", name="Satukan").click()
    expect(dialog).to_have_count(0)
    expect(rows(page).filter(has_text="Tabrakan Simpang Contoh")).to_have_count(2)
    expect(page.get_by_text("Mungkin sama")).to_have_count(0)
    expect(panel_of(page)).to_contain_text("Bagian dari kejadian: Tabrakan Simpang Contoh")
    flag = page.locator("button.event")
    expect(flag).to_have_count(1)
    tab(page, "Kejadian 1").click()
    board = page.get_by_role("region", name="Kejadian: Tabrakan Simpang Contoh")
    expect(board.get_by_role("listitem")).to_have_text(["1 merah", "1 kuning"])
    expect(board).to_contain_text("0 ditugaskan, 2 masih dicarikan")
    served.step("sopir-cikokol", "accept")
    expect(board).to_contain_text("1 ditugaskan, 1 masih dicarikan")
    late = ask(served, need="body", pickup={**HERE, "name": "Tepi jalan"}, patient={"living": False})
    tab(page, "Permintaan 3").click()
    rows(page).filter(has_text="Tepi jalan").click()
    expect(panel_of(page).get_by_role("heading", level=2)).to_have_text("Tepi jalan")
    panel_of(page).get_by_role("button", name="Satu kejadian…", exact=True).click()
    dialog.get_by_role("combobox").select_option("Tabrakan Simpang Contoh")
    dialog.get_by_role("button", name="Satukan").click()
    expect(panel_of(page)).to_contain_text("Bagian dari kejadian")
    flag.click()
    expect(board.get_by_role("listitem")).to_have_text(["1 merah", "1 kuning", "1 jenazah"])
    expect(board).to_contain_text("1 ditugaskan, 2 masih dicarikan")
    expect(board.locator("button.request")).to_have_count(3)
    assert violations(page) == []
    assert sideways(page) == 0
    keep(page, f"peta-kejadian-{size[0]}")
    panel_of(page).get_by_role("button", name="Bukan dari kejadian ini").click()
    expect(board.locator("button.request")).to_have_count(2)
    board.get_by_role("button", name="Kejadian selesai").click()
    expect(board).to_have_count(0)
    expect(flag).to_have_count(0)
    seen = {one["id"]: one["incident"] for one in served.get("operator", "rina", "/api/requests")["requests"]}
    assert seen[late["id"]] is None
    assert seen[one["id"]] == seen[two["id"]] is not None


def test_who_keeps_no_incidents_has_no_board(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC, face="peta")
    expect(tab(page, "Janji")).to_be_visible()
    expect(tab(page, "Kejadian")).to_have_count(0)
