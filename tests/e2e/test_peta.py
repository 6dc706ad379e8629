"""The operator's map in a browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, full, panel_of, ready, rows, states
from tests.e2e.conftest import PC, PHONE, SIZES, Opened, Served
from tests.e2e.pages import assert_sound, sideways, small_targets, violations
from tests.people import ZONE

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
DRIVERS = {
    "A-CIKOKOL": "sopir-cikokol",
    "A-BAJA": "sopir-baja",
    "A-CIPONDOH": "sopir-cipondoh",
    "A-JAUH": "sopir-jauh",
    "T-CIKOKOL": "sopir-transpor",
}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_map_shows_vehicles_and_a_new_request_at_once(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    page = enter("operator", "rina", size)
    ready(page)
    expect(page.get_by_text("Jalan contoh – bukan peta sebenarnya.")).to_be_visible()
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("Jalan contoh buatan Jemput")
    ask(served)
    expect(rows(page)).to_contain_text("Gawat darurat")
    assert sideways(page) == 0
    assert small_targets(page) == []
    assert violations(page) == []
    keep(page, f"peta-{size[0]}")


def test_a_vehicle_on_a_trip_counts_as_such_while_its_phone_is_silent(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    ask(served)
    served.step("sopir-cikokol", "accept")
    served.step("sopir-cikokol", "en_route")  # from here on it is not at its base, and no position has come
    page = enter("operator", "rina", PC)
    assert [one["link"] for one in served.get("operator", "rina", "/api/vehicles") if one["assignment_id"]] == ["lost"]
    expect(page.locator("dl.flow").first).to_contain_text("Bertugas1Tidak aktif7")


def test_the_map_is_not_blank_and_has_labels(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("operator", "rina", PC)
    ready(page)
    page.locator("[data-labels]").wait_for(state="attached", timeout=30_000)
    assert int(page.locator("[data-labels]").get_attribute("data-labels") or 0) > 0
    picture = page.locator(".map canvas").screenshot()
    # A single colour compresses to almost nothing; roads, water, labels and vehicles do not.
    assert len(picture) > 40_000


def test_an_operator_overrides_with_a_reason_in_three_clicks(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    request_id = ask(served)
    page = enter("operator", "rina", PC)
    rows(page).click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    panel.get_by_role("listitem").filter(has_text="Ambulans Puskesmas Baja").get_by_role(
        "button", name="Tetapkan"
    ).click()
    expect(panel).to_contain_text("Ambulans Puskesmas Baja ditawarkan")
    trips = served.get("operator", "rina", f"/api/requests/{request_id}")["assignments"]
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [
        ("A-CIKOKOL", "withdrawn"),
        ("A-BAJA", "offered"),
    ]


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_a_vehicle_is_taken_from_a_lower_request_for_a_red(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    ask_for(served, "body", patient={"living": False})
    served.step("sopir-jenazah", "accept")
    lower = ask_for(served, "emergency", urgency="yellow")
    served.step("sopir-cikokol", "accept")
    red = ask_for(served, "emergency", urgency="red")
    assert served.get("operator", "rina", f"/api/requests/{red}")["state"] == "waiting"
    page = enter("operator", "rina", size)
    rows(page).first.click()  # a red stands first
    panel = panel_of(page)
    take = panel.get_by_role("button", name="Ambil dari tugas lain…")
    expect(take).to_have_count(1)  # no hearse for the living
    take.click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("sedang bertugas untuk")
    assert violations(page) == []
    keep(page, f"peta-ambil-{size[0]}")
    question.get_by_role("textbox").fill("henti napas")
    question.get_by_role("button", name="Ambil", exact=True).click()
    expect(panel).to_contain_text("Ambulans Puskesmas Cikokol ditawarkan")
    left = served.get("operator", "rina", f"/api/requests/{lower}")
    assert [trip["state"] for trip in left["assignments"]] == ["stood_down"]
    assert left["promise"]["why"] == "red_first"


SMALL = (360, 740)
WIDE = (1366, 768)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["small", "wide"])
def test_what_is_proposed_for_a_red_is_a_ready_button_that_opens_the_dialog_with_its_reason(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol")
    lower = ask_for(served, "emergency", urgency="yellow")
    served.step("sopir-cikokol", "accept")
    page = enter("operator", "rina", size)
    proposals = page.get_by_role("region", name="Usulan untuk yang gawat darurat")
    expect(proposals).to_have_count(0)
    red = ask(served)
    button = proposals.get_by_role("button", name="Alihkan")
    expect(button).to_contain_text("kuning belum ada penggantinya")
    expect(button).to_contain_text("belum ada yang lain")
    assert_sound(page)
    keep(page, f"peta-usulan-{size[0]}")
    button.click()
    dialog = page.get_by_role("dialog")
    reason = dialog.get_by_label("Alasan (wajib)")
    expect(reason).to_have_value(re.compile("^Merah dijemput .* belum ada yang lain$"))
    assert_sound(page)
    keep(page, f"peta-usulan-alihkan-{size[0]}")
    reason.fill("henti napas")
    dialog.get_by_role("button", name="Ambil", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(proposals).to_have_count(0)
    assert (states(served, red), states(served, lower)) == (["offered"], ["stood_down"])
    said = [event for event in full(served, lower)["timeline"] if event["kind"] == "stood_down"]
    assert "henti napas" in said[0]["text"]


def test_a_proposal_is_gone_when_the_vehicle_is_there(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    ask_for(served, "emergency", urgency="yellow")
    served.step("sopir-cikokol", "accept")
    ask(served)
    page = enter("operator", "rina", PC)
    proposals = page.get_by_role("region", name="Usulan untuk yang gawat darurat")
    expect(proposals).to_have_count(1)
    served.step("sopir-cikokol", "en_route")
    expect(proposals).to_have_count(1)
    served.step("sopir-cikokol", "on_scene")
    expect(proposals).to_have_count(0)


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_a_step_that_was_tapped_by_slip_is_put_right(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    for step in ("accept", "en_route", "on_scene", "transporting"):
        served.step("sopir-cikokol", step)
    page = enter("operator", "rina", size)
    rows(page).click()
    panel = panel_of(page)
    expect(panel).to_contain_text("Ambulans Puskesmas Cikokol mengantar")
    assert_sound(page)
    panel.get_by_role("button", name="Perbaiki langkah…").click()
    question = page.get_by_role("dialog", name="Perbaiki langkah Ambulans Puskesmas Cikokol")
    question.get_by_label("Yang sebenarnya").select_option("Tiba")
    expect(question).to_contain_text("Perjalanan kembali ke langkah ini")
    assert violations(page) == []
    keep(page, f"peta-perbaiki-{size[0]}")
    question.get_by_role("textbox", name="Alasan").fill("pasien belum naik")
    question.get_by_role("button", name="Perbaiki", exact=True).click()
    expect(panel).to_contain_text("Ambulans Puskesmas Cikokol tiba")
    expect(panel).to_contain_text("langkah dibetulkan")
    expect(panel).to_contain_text("pasien belum naik")
    assert states(served, request_id) == ["on_scene"]
    expect(question).to_have_count(0)


def test_a_forgotten_step_is_written_down_with_its_time_and_only_a_time_is_put_right(
    served: Served, enter: Enter
) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    for step in ("accept", "en_route"):
        served.step("sopir-cikokol", step)
    page = enter("operator", "rina", PC)
    rows(page).click()
    panel, question = panel_of(page), page.get_by_role("dialog")
    panel.get_by_role("button", name="Perbaiki langkah…").click()
    question.get_by_label("Yang sebenarnya").select_option("Tiba")
    soon = datetime.now(ZONE).replace(second=0, microsecond=0)  # the minute of the step before it
    question.get_by_label("Sejak").fill(f"{soon:%Y-%m-%dT%H:%M}")
    question.get_by_role("textbox", name="Alasan").fill("sopir lupa menekan")
    question.get_by_role("button", name="Perbaiki", exact=True).click()
    expect(panel).to_contain_text("langkah yang terlewat dicatat")
    panel.get_by_role("button", name="Perbaiki langkah…").click()
    question.get_by_label("Yang sebenarnya").select_option("Menuju")
    question.get_by_label("Hanya jamnya").check()
    question.get_by_label("Sejak").fill(f"{soon - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    question.get_by_role("textbox", name="Alasan").fill("jam keliru")
    question.get_by_role("button", name="Perbaiki", exact=True).click()
    expect(question).to_contain_text("Pilih jam di antara langkah sebelumnya dan langkah sesudahnya")
    question.get_by_label("Sejak").fill(f"{soon:%Y-%m-%dT%H:%M}")
    question.get_by_role("button", name="Perbaiki", exact=True).click()
    expect(panel).to_contain_text("jam keliru")
    assert states(served, request_id) == ["on_scene"]


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_a_patient_is_handed_over_to_another_vehicle(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask_for(served, "emergency", dropoff="rsud-kota-tangerang")
    for step in ("accept", "en_route", "on_scene", "transporting"):
        served.step("sopir-cikokol", step)
    served.go_on_duty("sopir-baja")
    page = enter("operator", "rina", size)
    rows(page).click()
    panel = panel_of(page)
    panel.get_by_role("button", name="Pindahkan pasien…").click()
    question = page.get_by_role("dialog", name="Teruskan perjalanan Ambulans Puskesmas Cikokol dengan kendaraan lain")
    question.get_by_label("Bertemu di").select_option("Puskesmas Cipondoh")
    expect(question.get_by_label("Diteruskan oleh")).to_contain_text("Ambulans Puskesmas Baja")
    assert violations(page) == []
    keep(page, f"peta-pindah-{size[0]}")
    question.get_by_role("textbox", name="Alasan").fill("ban bocor")
    question.get_by_role("button", name="Carikan kendaraan").click()
    expect(panel).to_contain_text("Ambulans Puskesmas Cikokol menemani sampai kendaraan berikutnya tiba")
    expect(panel).to_contain_text("Ambulans Puskesmas Baja ditawarkan")
    assert_sound(page)
    driver = enter("driver", "sopir-cikokol", PHONE)
    expect(driver.get_by_text("Kendaraan lain meneruskan perjalanan ini.")).to_be_visible()
    expect(driver.get_by_role("heading", name="Puskesmas Cipondoh")).to_be_visible()
    keep(driver, "sopir-menyerahkan")
    for step in ("accept", "en_route", "on_scene"):
        served.step("sopir-baja", step)
    taking = enter("driver", "sopir-baja", PHONE)
    expect(taking.get_by_text("Teruskan perjalanan Ambulans Puskesmas Cikokol")).to_be_visible()
    keep(taking, "sopir-meneruskan")
    served.step("sopir-baja", "transporting")
    expect(panel).to_contain_text("Ambulans Puskesmas Cikokol selesai", timeout=20_000)
    assert states(served, request_id) == ["cleared", "transporting"]


def test_the_keyboard_selects_a_request_and_opens_the_table(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    ask(served)
    page = enter("operator", "rina", PC)
    expect(rows(page)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name="Permintaan terpilih")).to_be_visible()
    page.keyboard.press("t")
    table = page.get_by_role("dialog", name="Tabel kendaraan")
    expect(table.get_by_role("row")).to_have_count(9)
    expect(table.get_by_role("row").filter(has_text="Ambulans Puskesmas Cikokol")).to_contain_text("Ditawarkan")
    assert violations(page) == []
    keep(page, "peta-tabel")
    page.keyboard.press("Escape")
    expect(table).to_have_count(0)


def ask_for(served: Served, need: str, **more: object) -> str:
    """A request from Puskesmas Cikokol; returns its id."""
    body = {"need": need, "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0009"}, **more}
    found: str = served.post("staff", "siti", "/api/requests", body)["id"]
    return found


def test_a_digit_assigns_enter_goes_to_the_panel_and_escape_closes_it(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    request_id = ask(served)
    page = enter("operator", "rina", PC)
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(panel_of(page)).to_be_focused()
    rank = panel_of(page).get_by_role("listitem").filter(has_text="Ambulans Puskesmas Baja").first.inner_text()[0]
    page.keyboard.press(rank)
    expect(panel_of(page).get_by_role("list", name="Kendaraan")).to_contain_text("Ambulans Puskesmas Baja ditawarkan")
    assert states(served, request_id) == ["withdrawn", "offered"]
    page.keyboard.press("Escape")
    expect(panel_of(page)).to_have_count(0)


def test_on_a_phone_a_tap_leads_to_the_panel_and_closing_it_back_to_the_list(
    served: Served, enter: Enter, keep: Keep
) -> None:
    for _ in range(8):
        ask(served)
    page = enter("operator", "rina", PHONE)
    ready(page)
    row = rows(page).nth(6)
    row.click()
    expect(panel_of(page).get_by_role("button", name="Tutup")).to_be_in_viewport(ratio=1)
    expect(panel_of(page).get_by_role("heading", level=2)).to_be_in_viewport(ratio=1)
    keep(page, "peta-telepon-panel")
    panel_of(page).get_by_role("button", name="Tutup").click()
    expect(panel_of(page)).to_have_count(0)
    expect(row).to_be_in_viewport(ratio=1)


def test_requests_stand_in_the_order_in_which_they_are_served(served: Served, enter: Enter, keep: Keep) -> None:
    ask_for(served, "transport")
    ask_for(served, "body", patient={"living": False})
    ask_for(served, "referral")
    ask_for(served, "emergency")
    page = enter("operator", "rina", PC)
    expect(rows(page).locator("strong")).to_have_text(["Gawat darurat", "Rujukan", "Mobil jenazah", "Antar kontrol"])
    keep(page, "peta-urutan")


def test_whoever_waited_for_an_hour_comes_before_the_yellow_but_never_before_the_red(
    served: Served, opened: Opened
) -> None:
    for need in ("transport", "referral", "emergency"):
        ask_for(served, need)
    page = opened.page(served.url, PC)
    page.clock.install(time=datetime.now(UTC))
    page.goto(f"{served.url}/masuk?ke=/peta")
    page.get_by_label("Token masuk").fill(served.token("operator", "rina"))
    page.get_by_role("button", name="Masuk").click()
    expect(rows(page).locator("strong")).to_have_text(["Gawat darurat", "Rujukan", "Antar kontrol"])
    page.clock.fast_forward(timedelta(minutes=61).seconds * 1000)
    expect(rows(page).locator("strong")).to_have_text(["Gawat darurat", "Antar kontrol", "Rujukan"])


def test_a_request_that_many_drivers_could_not_take_stands_out(served: Served, enter: Enter, keep: Keep) -> None:
    drivers = ("sopir-cikokol", "sopir-baja", "sopir-cipondoh", "sopir-jauh", "sopir-transpor")
    served.go_on_duty(*drivers)
    page = enter("operator", "rina", PC)
    request_id = ask(served)
    for _ in drivers:
        offered = next(t for t in full(served, request_id)["assignments"] if t["state"] == "offered")
        driver = DRIVERS[offered["vehicle_id"]]
        served.step(driver, "decline", reason="Di luar jangkauan")
    row = rows(page)
    expect(row).to_contain_text("Perlu operator")
    expect(row).to_have_class(re.compile("loud"))
    assert_sound(page)
    keep(page, "peta-eskalasi")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_promises_are_taken_over_called_and_closed_and_the_share_kept_is_shown(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    request_id = ask(served)
    page = enter("operator", "rina", size)
    ready(page)
    page.get_by_role("button", name="Janji 1").click()
    card = page.get_by_role("region", name="Anda yang menelepon").get_by_role("listitem").first
    card.get_by_role("button", name="Saya yang menelepon").click()
    expect(page.get_by_role("button", name="Akhir giliran: serahkan janji…")).to_be_visible()
    card.get_by_role("button", name="Sudah dikabari").click()
    expect(card.get_by_role("list", name="Telepon yang sudah dilakukan")).to_contain_text("sudah dikabari (keluarga)")
    expect(page.locator("header")).to_contain_text(re.compile(r"Janji ditepati\s*100 %"))
    assert_sound(page)
    keep(page, f"peta-janji-{size[0]}")
    card.get_by_text("Selesaikan janji ini…").click()
    card.get_by_role("button", name="Tidak diperlukan lagi").click()
    expect(page.get_by_text("Semua janji sudah ditepati.")).to_be_visible()
    assert full(served, request_id)["state"] == "cancelled_by_requester"


def test_at_the_end_of_a_shift_the_promises_go_to_a_colleague_by_name(served: Served, enter: Enter, keep: Keep) -> None:
    ask(served)
    (promise,) = served.get("operator", "rina", "/api/promises")
    served.post("operator", "rina", f"/api/promises/{promise['id']}/take", {})
    page = enter("operator", "rina", PC)
    page.get_by_role("button", name="Janji 1").click()
    page.get_by_role("button", name="Akhir giliran: serahkan janji…").click()
    dialog = page.get_by_role("dialog", name="Serahkan 1 janji Anda")
    expect(dialog.get_by_role("option")).to_have_text(
        ["Operator yang bertugas berikutnya", "Tono Contoh", "Petugas Dinas Kesehatan"]
    )
    dialog.get_by_label("Kepada").select_option("Tono Contoh")
    assert violations(page) == []
    keep(page, "peta-serah")
    dialog.get_by_role("button", name="Serahkan").click()
    expect(page.get_by_role("region", name="Dipegang orang lain")).to_contain_text("yang menelepon: Tono Contoh")
    assert served.get("operator", "rina", "/api/promises")[0]["owner"] == "tono"


def test_a_promise_past_its_time_is_marked_and_goes_one_step_up(served: Served, enter: Enter, keep: Keep) -> None:
    due_at = datetime.now(UTC) + timedelta(seconds=4)
    ask_for(served, "document", subject="Blangko KTP", due_at=due_at.isoformat())
    page = enter("operator", "rina", PC)
    expect(page.get_by_role("button", name="Janji 1 ⚠1")).to_be_visible(timeout=15_000)
    expect(rows(page)).to_contain_text("Janji terlambat")
    page.get_by_role("button", name="Janji 1 ⚠1").click()
    mine = page.get_by_role("region", name="Anda yang menelepon")
    expect(mine).to_contain_text("terlambat", timeout=15_000)
    keep(page, "peta-terlambat")


def test_the_operator_of_the_asked_agency_answers_for_its_own_vehicle(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-kab")
    request_id = ask_for(served, "body", patient={"living": False})
    other = enter("operator", "rina", PC)
    expect(rows(other)).to_have_count(1)
    expect(other.get_by_role("region", name="Menunggu jawaban Anda")).to_have_count(0)
    page = enter("operator", "kiki", PC)
    asked = page.get_by_role("region", name="Menunggu jawaban Anda")
    expect(asked).to_contain_text("Mobil Jenazah Kabupaten milik instansi Anda diminta membantu.")
    expect(asked).to_contain_text("Aturannya: “Kendaraan pemerintah lain memerlukan persetujuan operatornya”.")
    assert_sound(page)
    keep(page, "peta-bantuan")
    asked.get_by_role("button", name="Berangkatkan").click()
    expect(rows(page)).to_contain_text("Mobil Jenazah Kabupaten ditawarkan")
    expect(asked).to_have_count(0)
    assert states(served, request_id) == ["offered"]


def test_several_vehicles_a_note_a_hold_and_an_end_with_who_was_told(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-jenazah", "sopir-dua")
    request_id = ask_for(served, "body", patient={"living": False, "count": 2})
    served.step("sopir-dua", "accept")
    page = enter("operator", "rina", PC)
    ready(page)
    expect(rows(page)).to_contain_text("Mobil Jenazah Masjid Dua diterima")
    expect(rows(page)).to_contain_text("Mobil Jenazah Masjid Contoh ditawarkan")
    rows(page).click()
    panel = panel_of(page)
    expect(panel.get_by_role("list", name="Kendaraan").get_by_role("listitem")).to_have_count(2)
    assert_sound(page)
    keep(page, "peta-dua")
    panel.get_by_role("button", name="Catatan…").click()
    page.get_by_label("Catatan untuk sopir").last.fill("Gerbang belakang")
    page.get_by_role("button", name="Kirim").click()
    panel.get_by_role("button", name="Tahan tujuan…").click()
    page.get_by_label("Alasan (wajib)").fill("Menunggu polisi")
    page.get_by_role("button", name="Tahan tujuan", exact=True).click()
    expect(panel.get_by_text("Tujuan ditahan", exact=True)).to_be_visible()
    shown = served.get("driver", "sopir-dua", "/api/me")["request"]
    assert (shown["note"], shown["held"]) == ("Gerbang belakang", True)
    same = ask_for(served, "body", patient={"living": False})
    expect(rows(page)).to_have_count(2)
    panel.get_by_role("button", name="Akhiri…").click()
    dialog = page.get_by_role("dialog", name="Akhiri permintaan ini")
    dialog.get_by_label("Bagaimana berakhirnya").select_option("Tercatat ganda")
    dialog.get_by_label("Sama dengan").select_option(same)
    dialog.get_by_label("Yang sudah diberi tahu").select_option("petugas fasilitas")
    dialog.get_by_label("Alasan (wajib)").fill("Sama dengan permintaan tadi")
    assert violations(page) == []
    keep(page, "peta-akhiri")
    dialog.get_by_role("button", name="Akhiri").click()
    expect(panel).to_contain_text("Tercatat ganda")
    expect(panel).to_contain_text("yang diberi tahu: petugas fasilitas")
    trips = {trip["vehicle_id"]: trip["state"] for trip in full(served, request_id)["assignments"]}
    assert trips == {"J-DUA": "stood_down", "J-MASJID": "withdrawn"}


def test_what_an_operator_typed_is_kept_until_the_server_has_it(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-jenazah")
    request_id = ask_for(served, "body", patient={"living": False})
    served.step("sopir-jenazah", "accept")
    page = enter("operator", "rina", PC)
    ready(page)
    rows(page).click()
    panel_of(page).get_by_role("button", name="Catatan…").click()
    dialog = page.get_by_role("dialog")
    typed = dialog.get_by_role("textbox")
    typed.fill("Gerbang belakang")
    page.route("**/note", lambda route: route.abort())
    dialog.get_by_role("button", name="Kirim").click()
    expect(dialog.get_by_text("Sambungan terputus. Periksa internet lalu coba lagi.")).to_be_visible()
    expect(typed).to_have_value("Gerbang belakang")
    assert_sound(page)
    keep(page, "peta-catatan-gagal")
    page.unroute("**/note")
    dialog.get_by_role("button", name="Kirim").click()
    expect(dialog).to_have_count(0)
    assert served.get("driver", "sopir-jenazah", "/api/me")["request"]["note"] == "Gerbang belakang"
    assert [event["kind"] for event in full(served, request_id)["timeline"]].count("noted") == 1


def test_a_health_officer_answers_on_the_map_what_the_rule_asks_of_the_role(
    served: Served, enter: Enter, keep: Keep
) -> None:
    served.go_on_duty("sopir-transpor")
    request_id = ask_for(served, "body", patient={"living": False})
    page = enter("health_officer", "dinas", PC, face="peta")
    ready(page)
    asked = page.get_by_role("region", name="Menunggu jawaban Anda")
    expect(asked).to_contain_text("Bolehkah Ambulans Transportasi Cikokol berangkat?")
    expect(asked).to_contain_text("Aturannya: “Ambulans gratis boleh membawa jenazah dalam keadaan darurat”.")
    expect(asked.get_by_role("button", name="Setujui")).to_be_disabled()
    asked.get_by_label("Alasan (wajib)").fill("Tidak ada mobil jenazah lain")
    assert_sound(page)
    keep(page, "peta-persetujuan")
    with page.expect_request("**/approve") as sent:
        asked.get_by_role("button", name="Setujui").click()
    # Under one rule several vehicles may be asked for: the answer says which one it is of.
    assert (sent.value.post_data_json or {})["vehicle_id"] == "T-CIKOKOL"
    expect(asked).to_have_count(0)
    assert states(served, request_id) == ["offered"]


def test_the_demo_replays_cikokol_with_one_click(demo: str, opened: Opened, keep: Keep) -> None:
    page = opened.page(demo, PC)
    page.goto(f"{demo}/masuk?ke=/peta")
    page.locator("section").filter(has=page.get_by_role("heading", name="Operator")).get_by_role("button").first.click()
    page.wait_for_url("**/peta")
    ready(page)
    page.get_by_role("button", name="Putar ulang kasus Cikokol").click()
    panel = page.get_by_role("complementary", name="Permintaan terpilih")
    expect(panel).to_contain_text("Puskesmas Cikokol", timeout=15_000)
    expect(panel).to_contain_text("R01")
    keep(page, "peta-cikokol")
