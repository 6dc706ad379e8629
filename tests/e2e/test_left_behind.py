"""What belongs to one offer, trip, request or draft goes with it: the next one begins without it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.acts import ask, on_duty, owe_a_document, panel_of, rows, sent
from tests.e2e.conftest import PC, PHONE, Served
from tests.e2e.pages import assert_sound
from tests.e2e.test_kelola import AGENCY, TITLE, api

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


def cancel(served: Served, request_id: str) -> None:
    body = {"reason": "Sudah tidak diperlukan", "told": "keluarga"}
    served.post("staff", "siti", f"/api/requests/{request_id}/cancel", body)


def stands_by(page: Page) -> None:
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()


def hold_back(page: Page, asked: str | re.Pattern[str]) -> list[Route]:
    """What the page asks is answered when it is let go on."""
    late: list[Route] = []
    page.route(asked, lambda route: late.append(route))
    return late


def take(page: Page) -> None:
    page.get_by_role("button", name="TERIMA", exact=True).click()
    expect(page.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()


def test_the_next_offer_can_be_taken_after_one_whose_reasons_were_open(
    served: Served, enter: Enter, keep: Keep
) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="Tolak…").click()
    reason = page.get_by_role("button", name="Di luar jangkauan")
    expect(reason).to_be_visible()
    cancel(served, request_id)
    page.get_by_role("button", name="Mengerti").click()
    stands_by(page)
    ask(served)
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_visible()
    page.get_by_role("button", name="Tolak…").click()
    assert_sound(page)
    keep(page, "sopir-tolak")
    page.get_by_role("button", name="Kembali").click()
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_in_viewport(ratio=1)
    expect(reason).to_have_count(0)


def test_the_next_trip_begins_with_its_step_after_one_whose_troubles_were_open(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    take(page)
    page.get_by_role("button", name="Ada kendala…").click()
    expect(page.get_by_role("button", name="Mogok")).to_be_visible()
    cancel(served, request_id)
    page.get_by_role("button", name="Mengerti").click()
    stands_by(page)
    ask(served)
    take(page)
    expect(page.get_by_role("button", name="Mogok")).to_have_count(0)


def test_a_step_of_a_cancelled_trip_is_not_there_to_be_taken_back(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    take(page)
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    undo = page.get_by_role("button", name="Urungkan")
    expect(undo).to_be_visible()
    sent(page)
    cancel(served, request_id)
    page.get_by_role("button", name="Mengerti").click()
    stands_by(page)
    assert undo.count() == 0  # at once: by itself it goes after ten seconds


def test_what_was_refused_of_one_offer_is_not_said_over_the_next(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    ask(served)
    refusal = {"code": "offer_over", "title": "Tawaran ini sudah lewat."}
    page.route("**/accept", lambda route: route.fulfill(status=409, json=refusal))
    page.get_by_role("button", name="TERIMA", exact=True).click()
    said = page.get_by_text(refusal["title"])
    expect(said).to_be_visible()
    served.step("sopir-cipondoh", "decline", reason="Di luar jangkauan")
    stands_by(page)
    expect(said).to_be_visible()
    served.post("operator", "rina", f"/api/requests/{ask(served)}/assign", {"vehicle_id": "A-CIPONDOH"})
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_visible()
    expect(said).to_have_count(0)


def test_the_way_is_that_of_the_leg_which_own_taps_began(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    body = {
        "need": "emergency",
        "pickup": "puskesmas-cikokol",
        "dropoff": "rsud-kabupaten-tangerang",
        "contact": {"phone": "+62 811-0000-0009"},
    }
    served.post("staff", "siti", "/api/requests", body)
    take(page)
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    far = page.get_by_role("region", name="Tugas").get_by_text(" km")
    expect(far).to_be_visible()
    before = far.inner_text()
    with page.expect_response("**/api/route?*") as asked:
        page.get_by_role("button", name="SAYA SUDAH TIBA").click()
    assert asked.value.json()["properties"]["to"] == "RSUD Kabupaten Tangerang"
    expect(far).to_contain_text("menit")
    assert far.inner_text() != before
    page.get_by_role("button", name="Urungkan “Tiba”").click()
    expect(far).to_have_text(before)


def test_a_new_request_begins_with_an_empty_form(served: Served, enter: Enter, keep: Keep) -> None:
    owe_a_document(served, "Blangko KTP", "+62 811-0000-0051")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Rujukan").click()
    page.get_by_role("button", name="Ubah").click()
    page.get_by_label("Jemput dari mana?").fill("Puskesmas Baja")
    page.get_by_role("button", name="Puskesmas Baja").first.click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    page.get_by_label("Pasien dapat duduk").check()
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_label("Keadaan meninggal").select_option("Belum dikenal")
    page.get_by_label("Jumlah jenazah").fill("2")
    page.get_by_label("Menular").check()
    page.get_by_label("Catatan untuk sopir").fill("Gerbang belakang")
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="CATAT JANJI").click()
    page.get_by_role("button", name="Permintaan baru").click()
    expect(page.get_by_role("button", name="CARI KENDARAAN")).to_be_disabled()
    expect(page.get_by_text("Jemput: Puskesmas Cikokol")).to_be_visible()
    keep(page, "minta-permintaan-baru")
    page.get_by_role("button", name="Mobil jenazah", exact=True).click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    expect(page.get_by_label("Keadaan meninggal")).to_have_value("natural")
    expect(page.get_by_label("Jumlah jenazah")).to_have_value("1")
    expect(page.get_by_label("Menular")).not_to_be_checked()
    expect(page.get_by_label("Catatan untuk sopir")).to_have_value("")
    page.get_by_role("button", name="Rujukan").click()
    expect(page.get_by_label("Pasien dapat duduk")).not_to_be_checked()
    page.get_by_label("Catatan untuk sopir").fill("Lewat samping")
    page.get_by_role("button", name="Cari…").click()
    page.get_by_role("button", name="Blangko KTP").click()
    page.get_by_role("button", name="Permintaan baru").click()
    page.get_by_role("button", name="Rujukan").click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    expect(page.get_by_label("Catatan untuk sopir")).to_have_value("")


def test_what_was_opened_and_shared_of_one_request_is_not_so_of_the_next(served: Served, enter: Enter) -> None:
    owe_a_document(served, "Blangko KTP", "+62 811-0000-0051")
    owe_a_document(served, "Kartu keluarga", "+62 811-0000-0061")
    page = enter("staff", "siti", PC)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Blangko KTP").click()
    page.get_by_role("button", name="Bagikan tautan keluarga").click()
    copied = page.get_by_role("button", name="Tautan keluarga disalin")
    expect(copied).to_be_visible()
    page.get_by_role("button", name="Batalkan…").click()
    reason = page.get_by_role("button", name="Sudah tidak diperlukan")
    expect(reason).to_be_visible()
    page.get_by_role("button", name="Kartu keluarga").click()
    expect(page.get_by_role("region", name="Permintaan ini")).to_contain_text("Kartu keluarga")
    expect(reason).to_have_count(0)
    expect(copied).to_have_count(0)


def test_every_field_of_the_question_clears_its_answer(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    page = enter("staff", "siti", PC)
    answer = page.get_by_role("region", name="Jawaban")

    def find() -> None:
        page.get_by_role("button", name="CARI KENDARAAN").click()
        expect(answer).to_be_visible()

    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    find()
    page.get_by_label("Menular").check()
    expect(answer).to_have_count(0)
    find()
    page.get_by_label("Keadaan meninggal").select_option("Belum dikenal")
    expect(answer).to_have_count(0)
    find()
    page.get_by_label("Jumlah jenazah").fill("2")
    expect(answer).to_have_count(0)
    find()
    page.get_by_role("button", name="TPU Contoh").click()
    expect(answer).to_have_count(0)
    page.get_by_role("button", name="Rujukan").click()
    find()
    page.get_by_label("Pasien dapat duduk").check()
    expect(answer).to_have_count(0)
    find()
    page.get_by_label("Catatan untuk sopir").fill("Gerbang belakang")
    page.get_by_label("Telepon yang dikabari").fill("+62 811-0000-0042")
    expect(answer).to_be_visible()  # neither changes who comes


def test_an_answer_to_a_question_that_was_changed_meanwhile_is_not_shown(served: Served, enter: Enter) -> None:
    page = enter("staff", "siti", PC)
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    late = hold_back(page, "**/api/suggestions")
    with page.expect_request("**/api/suggestions"):
        page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_label("Menular").check()
    late[0].continue_()
    expect(page.get_by_role("button", name="CARI KENDARAAN")).to_be_enabled()
    expect(page.get_by_role("region", name="Jawaban")).to_have_count(0)


def test_what_an_operator_was_asked_about_one_request_is_not_asked_about_the_next(served: Served, enter: Enter) -> None:
    ask(served)
    ask(served)
    page = enter("operator", "rina", PC)
    rows(page).first.click()
    end = panel_of(page).get_by_role("button", name="Akhiri…")
    expect(end).to_be_visible()
    late = hold_back(page, re.compile("/api/requests/[^/]+$"))
    with page.expect_request(re.compile("/api/requests/[^/]+$")):
        page.keyboard.press("j")
    end.click()
    dialog = page.get_by_role("dialog", name="Akhiri permintaan ini")
    expect(dialog).to_be_visible()
    late[0].continue_()
    expect(rows(page).last).to_have_attribute("aria-pressed", "true")
    expect(dialog).to_have_count(0)


def test_a_draft_is_not_thrown_away_by_the_question_about_another(served: Served, enter: Enter) -> None:
    sop = served.get("health_officer", "dinas", "/api/sop")
    versions = next(agency["versions"] for agency in sop["agencies"] if agency["agency"] == AGENCY)
    for _ in range(2):
        draft = {"from_version": versions[0]["version"]}
        assert api(served, "dinas", "POST", f"/{AGENCY}/drafts", draft).is_success
    page = enter("health_officer", "dinas", PC)
    drafts = page.get_by_role("link", name=re.compile("^Rancangan"))
    drafts.first.click()
    page.get_by_role("button", name="Buang rancangan…").click()
    dialog = page.get_by_role("dialog", name="Buang rancangan ini?")
    expect(dialog).to_be_visible()
    page.go_back()
    expect(drafts).to_have_count(2)
    drafts.last.click()
    expect(page.get_by_role("button", name="Buang rancangan…")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_words_sought_in_one_sop_hide_no_rule_of_another(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    page.get_by_role("link", name="Aturan nasional").click()
    page.get_by_label("Cari aturan").fill("posisi 30 menit")
    expect(page.locator(".rule")).to_have_count(1)
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("heading", level=2, name=TITLE)).to_be_visible()
    expect(page.locator(".rule").first).to_be_visible()
