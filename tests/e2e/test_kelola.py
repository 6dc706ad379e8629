"""A health officer's way with the SOP in a browser: read, edit by forms, test, approve, publish."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.acts import ask
from tests.e2e.conftest import PC, PHONE, SIZES, Served
from tests.e2e.pages import sideways, small_targets, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
AGENCY = "kota-tangerang"
TITLE = "SOP Ambulans Kota Tangerang"


def api(served: Served, person: str, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    """What the API answers a health officer."""
    return served.call("health_officer", person, method, f"/api/sop{path}", body)


def new_draft(page: Page) -> None:
    """Start a draft from the city's version in force, as the officer does."""
    page.get_by_role("navigation", name="Daftar SOP").get_by_role("link", name=TITLE).first.click()
    page.get_by_role("button", name="Buat rancangan dari versi ini").click()
    expect(page.get_by_role("button", name="Ubah R02")).to_be_visible()


def open_form(page: Page, rule: str = "R02") -> Locator:
    """The form of a rule."""
    page.get_by_role("button", name=f"Ubah {rule}").click()
    form = page.get_by_role("form", name=f"Ubah {rule}")
    expect(form).to_be_visible()
    return form


def save(form: Locator) -> None:
    form.get_by_role("button", name="Simpan").click()


def card(page: Page, rule: str = "R02") -> Locator:
    """A rule of a draft, with what stands around it."""
    return page.locator(f"#aturan-{rule}")


def to_steps(page: Page) -> None:
    """On a phone the way to publication is a second page; on a desk it stands beside the rules."""
    tab = page.get_by_role("link", name="Uji dan terbitkan")
    if tab.is_visible():
        tab.click()
    expect(page.get_by_role("heading", name="Langkah berikutnya")).to_be_visible()


def fits(page: Page) -> None:
    """No sideways scroll, no small target, nothing that axe finds."""
    assert sideways(page) == 0
    assert small_targets(page) == []
    assert violations(page) == []


def next_step(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Uji dan terbitkan").locator(".next")


def edited(page: Page, minutes: str = "45") -> None:
    """R02 with another number, saved."""
    form = open_form(page)
    form.get_by_role("spinbutton").fill(minutes)
    save(form)
    expect(form).not_to_be_visible()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_pack_reads_as_sentences_and_not_as_code(enter: Enter, keep: Keep, size: tuple[int, int]) -> None:
    page = enter("health_officer", "dinas", size)
    expect(page.get_by_role("link", name="Aturan nasional")).to_be_visible()
    fits(page)
    keep(page, f"kelola-daftar-{size[0]}")
    page.get_by_role("link", name="Aturan nasional").click()
    expect(page.get_by_role("heading", level=2, name="Aturan nasional")).to_be_focused()
    rule = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="R01 Ambulans tidak membawa"))
    expect(rule).to_contain_text("MELARANG")
    expect(rule).to_contain_text("jenazah")
    expect(rule.get_by_text("Kepmenkes 143/2001")).not_to_be_visible()
    rule.get_by_text("Dasar dan penjelasan").click()
    expect(rule.get_by_text("Kepmenkes 143/2001")).to_be_visible()
    assert not re.search(r"emergency_ambulance|no_other_within_min", page.inner_text("main"))
    expect(page.get_by_text("Waktu menjawab tawaran merah: 30 detik")).to_be_visible()
    fits(page)
    keep(page, f"kelola-baca-{size[0]}")


def test_a_link_opens_a_version_and_the_back_button_leads_back(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    page.get_by_role("link", name="Aturan nasional").click()
    expect(page.get_by_role("heading", level=2, name="Aturan nasional")).to_be_visible()
    link = page.url
    page.go_back()
    expect(page.get_by_role("navigation", name="Daftar SOP")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=2, name="Aturan nasional")).to_be_visible()
    expect(page).to_have_title(re.compile("Aturan nasional"))


def test_rules_are_found_by_their_words(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    page.get_by_role("link", name="Aturan nasional").click()
    page.get_by_label("Cari aturan").fill("posisi 30 menit")
    expect(page.locator(".rule")).to_have_count(1)
    expect(page.locator(".rule")).to_contain_text("R21")


def test_staff_read_and_are_offered_no_change(served: Served, enter: Enter) -> None:
    page = enter("staff", "siti", PHONE)
    page.goto(f"{served.url}/kelola")
    page.get_by_role("link", name="Aturan nasional").click()
    expect(page.get_by_role("heading", name="R01 Ambulans tidak membawa")).to_be_visible()
    expect(page.get_by_role("button", name="Buat rancangan")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_number_is_edited_by_a_form_and_its_difference_is_told(
    enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = enter("health_officer", "dinas", size)
    new_draft(page)
    fits(page)
    keep(page, f"kelola-rancangan-{size[0]}")
    form = open_form(page)
    fits(page)
    keep(page, f"kelola-formulir-{size[0]}")
    form.get_by_role("spinbutton").fill("45")
    save(form)
    expect(form).not_to_be_visible()
    expect(page.get_by_role("button", name="Ubah R02")).to_be_focused()
    expect(card(page).locator(".sentence")).to_contain_text("45")
    to_steps(page)
    difference = page.locator("section").filter(has=page.get_by_role("heading", name="Perbedaan"))
    expect(difference.get_by_role("listitem").filter(has_text="R02")).to_contain_text("45")
    fits(page)
    keep(page, f"kelola-langkah-{size[0]}")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_impossible_edit_is_kept_and_its_problem_stands_at_the_rule(
    enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = enter("health_officer", "dinas", size)
    new_draft(page)
    form = open_form(page)
    form.get_by_role("spinbutton").fill("-5")
    save(form)
    expect(form.get_by_role("status")).to_contain_text("perlu diperbaiki")
    expect(card(page).locator(".error")).to_be_in_viewport()
    expect(form.locator(".condition").filter(has=page.get_by_role("spinbutton")).locator(".mend")).to_be_visible()
    expect(form.get_by_role("spinbutton")).to_have_value("-5")
    fits(page)
    keep(page, f"kelola-masalah-{size[0]}")
    form.get_by_role("button", name="Tutup").click()
    to_steps(page)
    expect(next_step(page).get_by_role("button", name="Ajukan")).to_have_count(0)
    summary = page.get_by_role("region", name="1 hal perlu diperbaiki")
    summary.get_by_role("button", name="R02").click()
    form = page.get_by_role("form", name="Ubah R02")
    expect(form).to_be_visible()
    form.get_by_role("spinbutton").fill("20")
    save(form)
    expect(page.get_by_role("status").filter(has_text="Tersimpan.")).to_be_visible()
    expect(summary).to_have_count(0)


def test_conditions_are_chosen_from_lists_and_never_typed_as_code(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    new_draft(page)
    page.get_by_role("button", name="Tambah aturan").click()
    form = page.get_by_role("form")
    expect(form.get_by_label("Judul")).to_be_focused()
    form.get_by_label("Judul").fill("Malam hari ambulans transpor tidak keluar kota")
    form.get_by_label("Kode").fill("R90")
    form = page.get_by_role("form", name="Ubah R90")
    form.get_by_label("Akibat").select_option(label="MELARANG")
    vehicles = form.get_by_role("group", name="Berlaku untuk kendaraan")
    vehicles.get_by_role("combobox").select_option("class")
    vehicles.get_by_role("button", name="Tambah", exact=True).click()
    vehicles.get_by_role("checkbox", name=re.compile("transport?", re.IGNORECASE)).first.check()
    when = form.get_by_role("group", name="Bila", exact=True)
    when.get_by_role("combobox").select_option("hours")
    when.get_by_role("button", name="Tambah", exact=True).click()
    when.get_by_label("mulai").fill("22:00")
    when.get_by_label("sampai").fill("05:00")
    when.get_by_role("combobox").select_option("weekdays")
    when.get_by_role("button", name="Tambah", exact=True).click()
    when.get_by_role("checkbox", name="Sabtu").check()
    when.get_by_role("button", name="Tambah pilihan lain").click()
    when.get_by_role("combobox").nth(1).select_option("leaves")
    when.get_by_role("button", name="Tambah", exact=True).nth(1).click()
    when.get_by_role("checkbox", name=re.compile("provinsi")).check()
    form.get_by_label("Bunyi klausul").fill("Contoh klausul.")
    form.get_by_label("Sumber").fill("Contoh sumber.")
    form.get_by_label("Kalimat bila kendaraan memenuhi").fill("{Class} boleh berangkat.")
    form.get_by_label("Kalimat bila kendaraan belum memenuhinya").fill("{Class} tidak berangkat malam hari.")
    save(form)
    expect(form).not_to_be_visible()
    sentence = card(page, "R90").locator(".sentence")
    expect(sentence).to_contain_text(re.compile("22.00"))
    expect(sentence).to_contain_text("Sabtu", ignore_case=True)
    expect(sentence).to_contain_text("atau")
    form = open_form(page, "R90")
    expect(form.get_by_label("mulai")).to_have_value("22:00")
    expect(form.get_by_role("checkbox", name="Sabtu")).to_be_checked()
    expect(form.get_by_role("checkbox", name="Minggu")).not_to_be_checked()


def test_another_effect_asks_for_other_fields_and_gives_the_old_ones_back(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    new_draft(page)
    form = open_form(page)
    expect(form.get_by_label("Aturan yang dilepas")).to_have_value("R01")
    form.get_by_label("Akibat").select_option("require")
    expect(form.get_by_label("Aturan yang dilepas")).to_have_count(0)
    expect(form.get_by_role("group", name="Syaratnya")).to_be_visible()
    form.get_by_label("Akibat").select_option("approval")
    expect(form.get_by_label("Aturan yang dilepas")).to_have_value("R01")
    expect(form.get_by_role("group", name="Syaratnya")).to_have_count(0)


def test_a_removed_rule_comes_back_until_it_is_saved(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    open_form(page).get_by_role("button", name="Hapus aturan R02").click()
    expect(card(page)).to_contain_text("akan dihapus saat disimpan")
    fits(page)
    page.get_by_role("button", name="Urungkan ubahan R02").click()
    expect(page.get_by_role("button", name="Ubah R02")).to_be_visible()
    open_form(page).get_by_role("button", name="Hapus aturan R02").click()
    page.get_by_role("button", name="Simpan").click()
    expect(card(page)).to_have_count(0)


def test_unsaved_edits_survive_a_lost_connection_and_a_new_visit(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    form = open_form(page)
    form.get_by_role("spinbutton").fill("45")
    page.context.set_offline(True)
    save(form)
    expect(form.get_by_role("alert")).to_contain_text("Sambungan terputus")
    expect(form.get_by_role("spinbutton")).to_have_value("45")
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_role("status").filter(has_text="dipulihkan")).to_be_visible()
    expect(open_form(page).get_by_role("spinbutton")).to_have_value("45")
    save(page.get_by_role("form", name="Ubah R02"))
    expect(page.get_by_role("status").filter(has_text="Tersimpan.")).to_be_visible()


def test_whoever_leaves_with_unsaved_edits_is_asked(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    new_draft(page)
    open_form(page).get_by_role("spinbutton").fill("45")
    with page.expect_event("dialog") as asked:
        page.evaluate("() => setTimeout(() => location.assign('/'), 0)")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(page.get_by_role("form", name="Ubah R02")).to_be_visible()


def test_what_somebody_else_saved_meanwhile_is_brought_together(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    new_draft(page)
    form = open_form(page)
    form.get_by_role("spinbutton").fill("45")
    draft = re.search(r"R-[0-9a-f]{12}", page.url)
    assert draft
    path = f"/{AGENCY}/drafts/{draft[0]}"
    found = api(served, "dinas-dua", "GET", path).json()
    body = {key: found[key] for key in ("edit", "version")} | {
        "title": "Judul dari rekan",
        "rules": [rule["document"] for rule in found["rules"]],
        "policy": {name: value for name, _, value in found["policy"]},
    }
    assert api(served, "dinas-dua", "PUT", path, body).status_code == 200
    save(form)
    expect(form).to_contain_text("sementara Anda bekerja")
    form.get_by_role("button", name="Gabungkan dengan ubahan saya").click()
    expect(form.get_by_role("spinbutton")).to_have_value("45")
    save(form)
    expect(page.get_by_role("status").filter(has_text="Tersimpan.")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Judul dari rekan")).to_be_visible()
    expect(card(page).locator(".sentence")).to_contain_text("45")


def test_a_draft_is_tested_on_scenarios_and_on_past_requests(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    ask(served)
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    edited(page)
    to_steps(page)
    page.get_by_role("button", name="Uji skenario").click()
    expect(page.get_by_text(re.compile(r"\d+ lulus"))).to_be_visible(timeout=180_000)
    page.get_by_label("Berapa hari ke belakang").fill("7")
    page.get_by_role("button", name="Uji dengan data 7 hari").click()
    result = page.locator("#hasil-data")
    expect(result).to_be_visible(timeout=60_000)
    expect(result.locator("dl > div").filter(has_text="permintaan").first).to_contain_text("1")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        fits(page)
        keep(page, f"kelola-uji-{width}")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_second_officer_approves_and_it_is_published_with_a_date(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    first = enter("health_officer", "dinas", size)
    new_draft(first)
    edited(first)
    first.get_by_text("Judul dan nomor versi").click()
    first.get_by_label("Nomor versi baru").fill("2030-uji")
    first.get_by_role("button", name="Simpan").click()
    expect(first.get_by_role("status").filter(has_text="Tersimpan.")).to_be_visible()
    to_steps(first)
    next_step(first).get_by_role("button", name="Ajukan").click()
    expect(next_step(first)).to_contain_text("Orang kedua harus menyetujui sebelum terbit")
    expect(first.get_by_role("heading", name="Langkah berikutnya")).to_be_focused()
    expect(next_step(first).get_by_role("button", name="Setujui")).to_have_count(0)
    fits(first)
    keep(first, f"kelola-diajukan-{size[0]}")
    link = next_step(first).locator(".link-text").inner_text()

    second = enter("health_officer", "dinas-dua", size)
    expect(second.get_by_role("heading", name="Menunggu Anda atau rekan")).to_be_visible()
    second.goto(link)
    to_steps(second)
    yes = next_step(second).get_by_role("button", name="Setujui")
    expect(yes).to_be_disabled()
    next_step(second).get_by_label("Alasan atau catatan").fill("Sudah dibaca dan diuji.")
    fits(second)
    keep(second, f"kelola-setujui-{size[0]}")
    yes.click()

    from_when = second.get_by_label("Mulai berlaku")
    from_when.fill("2020-01-01T00:00")
    second.get_by_role("button", name="Terbitkan versi ini").click()
    expect(next_step(second).get_by_role("alert")).not_to_be_empty()
    now = datetime.now(ZoneInfo("Asia/Jakarta"))
    from_when.fill(f"{now + timedelta(days=3):%Y-%m-%dT00:00}")
    fits(second)
    keep(second, f"kelola-terbitkan-{size[0]}")
    second.get_by_role("button", name="Terbitkan versi ini").click()
    next_step(second).get_by_role("link", name="Baca versi ini").click()
    expect(second.get_by_role("article", name=TITLE).get_by_text("akan berlaku")).to_be_visible()
    expect(second.locator(".rule").filter(has_text="R02")).to_contain_text("45")


def test_the_same_person_cannot_approve(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    edited(page)
    to_steps(page)
    next_step(page).get_by_role("button", name="Ajukan").click()
    expect(next_step(page)).to_contain_text("minta rekan")
    draft = re.search(r"R-[0-9a-f]{12}", page.url)
    assert draft
    path = f"/{AGENCY}/drafts/{draft[0]}"
    edit = api(served, "dinas", "GET", path).json()["edit"]
    answer = api(served, "dinas", "POST", f"{path}/approve", {"edit": edit, "yes": True, "reason": "saya sendiri"})
    assert (answer.status_code, answer.json()["code"]) == (409, "same_person")


def test_a_draft_that_is_sent_back_says_why_and_can_be_edited_again(served: Served, enter: Enter) -> None:
    first = enter("health_officer", "dinas", PC)
    new_draft(first)
    edited(first)
    next_step(first).get_by_role("button", name="Ajukan").click()
    expect(next_step(first)).to_contain_text("minta rekan")
    second = enter("health_officer", "dinas-dua", PC)
    second.goto(first.url)
    next_step(second).get_by_label("Alasan atau catatan").fill("Mohon 40 menit.")
    next_step(second).get_by_role("button", name="Belum").click()
    expect(next_step(second)).to_contain_text("Mohon 40 menit.")
    first.reload()
    expect(next_step(first)).to_contain_text("Mohon 40 menit.")
    edited(first, "40")
    expect(next_step(first).get_by_role("button", name="Ajukan")).to_be_visible()


def test_a_draft_is_thrown_away_only_after_a_second_word(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    to_steps(page)
    page.get_by_role("button", name="Buang rancangan…").click()
    dialog = page.get_by_role("dialog", name="Buang rancangan ini?")
    assert violations(page) == []
    dialog.get_by_role("button", name="Simpan saja").click()
    expect(dialog).not_to_be_visible()
    page.get_by_role("button", name="Buang rancangan…").click()
    dialog.get_by_role("button", name="Buang", exact=True).click()
    expect(page.get_by_role("navigation", name="Daftar SOP")).to_be_visible()
    expect(page.get_by_text("sedang disusun")).to_have_count(0)


def test_a_rule_is_edited_with_the_keyboard_alone(enter: Enter) -> None:
    page = enter("health_officer", "dinas", PC)
    new_draft(page)
    page.get_by_role("button", name="Ubah R02").focus()
    page.keyboard.press("Enter")
    expect(card(page)).to_be_focused()
    number = page.get_by_role("form", name="Ubah R02").get_by_role("spinbutton")
    for _ in range(40):
        page.keyboard.press("Tab")
        if number.evaluate("e => e === document.activeElement"):
            break
    expect(number).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("45")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ubah R02")).to_be_focused()
    expect(card(page).locator(".sentence")).to_contain_text("45")


def test_a_colleague_who_is_signed_out_comes_back_to_the_draft(served: Served, enter: Enter) -> None:
    page = enter("health_officer", "dinas", PHONE)
    new_draft(page)
    link = page.url
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Token masuk").fill(served.token("health_officer", "dinas"))
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(link)
    expect(page.get_by_role("button", name="Ubah R02")).to_be_visible()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_yes_that_a_family_waits_for_is_asked_and_answered_before_any_rule(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-transpor")
    page = enter("health_officer", "dinas", size)
    expect(page.get_by_role("navigation", name="Daftar SOP")).to_be_visible()
    body = {
        "need": "body",
        "pickup": "puskesmas-cikokol",
        "patient": {"living": False},
        "contact": {"phone": "+62 811-0000-0009"},
    }
    request_id = served.post("staff", "siti", "/api/requests", body)["id"]
    asked = page.get_by_role("region", name="Menunggu jawaban Anda")
    expect(asked).to_contain_text("Bolehkah Ambulans Transportasi Cikokol berangkat?")
    expect(asked).to_contain_text("Aturannya: “Ambulans gratis boleh membawa jenazah dalam keadaan darurat”.")
    asked.get_by_label("Alasan (wajib)").fill("Tidak ada mobil jenazah lain")
    assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
    keep(page, f"kelola-persetujuan-{size[0]}")
    asked.get_by_role("button", name="Setujui").click()
    expect(asked).to_have_count(0)
    trips = served.get("staff", "siti", f"/api/requests/{request_id}")["assignments"]
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [("T-CIKOKOL", "offered")]
