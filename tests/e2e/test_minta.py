"""Asking for a vehicle in a browser."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, owe_a_document, send_for_an_emergency
from tests.e2e.conftest import PC, PHONE, SIZES, Opened, Served
from tests.e2e.pages import assert_sound, sideways, small_targets, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_three_taps_send_the_nearest_ambulance(served: Served, enter: Enter, keep: Keep, size: tuple[int, int]) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    send = page.get_by_role("button", name="KIRIM SEKARANG")
    expect(page.get_by_text("Katakan kepada keluarga:")).to_be_visible()
    expect(send).to_be_in_viewport()
    assert sideways(page) == 0
    assert small_targets(page) == []
    assert violations(page) == []
    keep(page, f"minta-jawaban-{size[0]}")
    send.click()
    expect(page.get_by_role("heading", name="Menunggu jawaban Ambulans Puskesmas Cikokol")).to_be_visible()
    assert sideways(page) == 0
    assert violations(page) == []
    keep(page, f"minta-menunggu-{size[0]}")


def test_a_body_is_answered_with_the_hearse_and_the_reason_why_not_the_ambulance(
    served: Served, enter: Enter, keep: Keep
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    page = enter("staff", "siti", PC)
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    answer = page.get_by_role("region", name="Jawaban")
    expect(answer).to_contain_text("Mobil Jenazah Masjid Contoh")
    answer.get_by_text("Mengapa ini?").click()
    why = answer.get_by_role("region", name="Mengapa ini?")
    passed = why.get_by_role("listitem").filter(has_text="Ambulans Puskesmas Cikokol")
    expect(passed).to_contain_text("hanya untuk pasien hidup dan menurut SOP tidak membawa jenazah.")
    expect(passed).not_to_contain_text("R01")
    assert violations(page) == []
    keep(page, "minta-mengapa")


def test_where_nothing_is_free_a_call_back_is_promised_with_its_time(served: Served, enter: Enter, keep: Keep) -> None:
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="CATAT JANJI").click()
    status = page.get_by_role("region", name="Permintaan ini")
    expect(status.get_by_role("heading")).to_contain_text("menelepon kembali paling lambat")
    for word in ("ditolak", "tidak tersedia", "tidak bisa"):
        expect(page.locator("body")).not_to_contain_text(word, ignore_case=True)
    keep(page, "minta-janji")


def test_another_candidate_can_be_chosen(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="Pilih").click()
    expect(page.get_by_role("heading", name="Menunggu jawaban Ambulans Puskesmas Baja")).to_be_visible()


def test_a_request_is_cancelled_with_a_reason_and_who_was_told(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    send_for_an_emergency(page)
    page.get_by_role("button", name="Batalkan…").click()
    page.get_by_label("Yang sudah diberi tahu").select_option("pasien")
    assert_sound(page)
    keep(page, "minta-batal")
    page.get_by_role("button", name="Sudah tidak diperlukan").click()
    expect(page.get_by_role("heading", name="Dibatalkan pemohon")).to_be_visible()
    page.get_by_text("Riwayat").click()
    expect(page.get_by_text("yang diberi tahu: pasien")).to_be_visible()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_two_bodies_get_two_hearses_each_with_its_own_time(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-jenazah", "sopir-dua")
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_text("Data pasien (boleh menyusul)").click()
    page.get_by_label("Jumlah jenazah").fill("2")
    page.get_by_role("button", name="CARI KENDARAAN").click()
    answer = page.get_by_role("region", name="Jawaban")
    expect(answer.get_by_role("heading", name="Yang akan dihubungi")).to_be_visible()
    assert_sound(page)
    keep(page, f"minta-dua-jawaban-{size[0]}")
    page.get_by_role("button", name="KIRIM SEKARANG").click()
    coming = page.get_by_role("list", name="Yang berangkat")
    expect(coming.get_by_role("heading")).to_have_count(2)
    served.step("sopir-dua", "accept")
    expect(coming.get_by_role("heading", name="Diterima Mobil Jenazah Masjid Dua. Tiba ±")).to_be_visible()
    expect(coming.get_by_role("heading", name="Menunggu jawaban Mobil Jenazah Masjid Contoh")).to_be_visible()
    assert_sound(page)
    keep(page, f"minta-dua-{size[0]}")


def test_the_first_contact_stands_ahead_of_the_ambulance_that_follows(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-jauh", "sopir-transpor")
    page = enter("staff", "siti", PHONE)
    send_for_an_emergency(page)
    first = page.get_by_role("list", name="Yang berangkat").locator("> li").first
    second = page.get_by_role("list", name="Yang berangkat").locator("> li").nth(1)
    expect(first).to_contain_text("Penolong pertama")
    expect(first).to_contain_text("Ambulans Transportasi Cikokol")
    expect(second).to_contain_text("Ambulans Puskesmas Jauh")
    served.step("sopir-transpor", "accept")
    expect(first).to_contain_text("Ambulans gawat darurat masih dicarikan.")
    expect(first).to_contain_text(re.compile(r"Tiba ±\d\d\.\d\d"))
    assert_sound(page)
    keep(page, "minta-penolong-pertama")
    served.step("sopir-jauh", "accept")
    expect(first).to_contain_text("Ambulans gawat darurat menyusul.")


def test_a_note_whose_answer_never_comes_is_not_called_sent_and_said_again_counts_once(
    served: Served, enter: Enter
) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    send_for_an_emergency(page)
    page.get_by_role("button", name="Catatan untuk sopir…").click()
    page.get_by_label("Catatan untuk sopir").fill("Rumah cat hijau")
    page.clock.install()
    with page.expect_request("**/note") as first:
        page.route("**/note", lambda route: route.fetch() and None)  # carried out, and the answer is lost on its way
        page.get_by_role("button", name="Kirim catatan").click()
    expect(page.get_by_role("button", name="Kirim catatan")).to_be_disabled()
    page.clock.fast_forward("00:21")
    expect(page.get_by_text("Sambungan terputus. Periksa internet lalu coba lagi.")).to_be_visible()
    expect(page.get_by_text("Catatan sudah disampaikan kepada sopir.")).to_have_count(0)
    page.unroute("**/note")
    with page.expect_request("**/note") as second:
        page.get_by_role("button", name="Kirim catatan").click()
    expect(page.get_by_text("Catatan sudah disampaikan kepada sopir.")).to_be_visible()
    key = "idempotency-key"
    assert first.value.headers[key] == second.value.headers[key]
    request = served.get("staff", "siti", second.value.url.partition(served.url)[2].removesuffix("/note"))
    events = request["timeline"]
    assert [event["kind"] for event in events].count("noted") == 1


def test_a_note_and_a_hold_of_the_destination_reach_the_driver(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    send_for_an_emergency(page)
    page.get_by_role("button", name="Catatan untuk sopir…").click()
    page.get_by_label("Catatan untuk sopir").fill("Masuk lewat gerbang belakang")
    page.get_by_role("button", name="Kirim catatan").click()
    expect(page.get_by_text("Catatan sudah disampaikan kepada sopir.")).to_be_visible()
    page.get_by_role("button", name="Tahan tujuan…").click()
    assert_sound(page)
    page.get_by_role("button", name="Kamar belum pasti").click()
    expect(page.get_by_role("button", name="Tujuan sudah pasti")).to_be_visible()
    keep(page, "minta-tahan")
    request = served.get("driver", "sopir-cikokol", "/api/me")["request"]
    assert (request["held"], request["note"]) == (True, "Masuk lewat gerbang belakang")
    page.get_by_role("button", name="Tujuan sudah pasti").click()
    expect(page.get_by_role("button", name="Tahan tujuan…")).to_be_visible()
    assert served.get("driver", "sopir-cikokol", "/api/me")["request"]["held"] is False


def test_a_trip_is_booked_for_a_time_of_the_region_whatever_zone_the_device_has(
    served: Served, opened: Opened, keep: Keep
) -> None:
    page = opened.page(served.url, PHONE, timezone="America/New_York")
    page.goto(f"{served.url}/masuk?ke=/minta")
    page.get_by_label("Token masuk").fill(served.token("staff", "siti"))
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("button", name="Antar kontrol").click()
    page.get_by_text("Pesan untuk waktu lain…").click()
    day = datetime.now(ZoneInfo("Asia/Jakarta")).date() + timedelta(days=2)
    page.get_by_label("Waktu jemput (WIB)").fill(f"{day}T09:30")
    page.get_by_role("button", name="CARI KENDARAAN").click()
    expect(page.get_by_role("region", name="Jawaban").get_by_role("heading", name="Dijadwalkan")).to_be_visible()
    assert_sound(page)
    keep(page, "minta-jadwal")
    page.get_by_role("button", name="JADWALKAN").click()
    expect(page.get_by_role("region", name="Permintaan ini")).to_contain_text("pukul 09.30")
    booked = served.get("staff", "siti", "/api/requests")["requests"][0]["schedule_at"]
    assert datetime.fromisoformat(booked) == datetime.combine(day, time(9, 30), ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_promises_show_whom_to_call_and_one_tap_writes_down_how_it_went(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    ask(served)
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Janji (1)").click()
    card = page.get_by_role("region", name="Ditunggu dari operator").get_by_role("listitem").first
    expect(card).to_contain_text(re.compile(r"1[45] menit lagi"))
    expect(card.get_by_role("link", name="Telepon keluarga")).to_have_attribute("href", "tel:+6281100000009")
    expect(card.get_by_role("link", name="WhatsApp")).to_have_attribute("href", "https://wa.me/6281100000009")
    assert_sound(page)
    keep(page, f"minta-janji-daftar-{size[0]}")
    card.get_by_role("button", name="Belum diangkat").click()
    expect(card.get_by_role("link", name="Telepon fasilitas")).to_have_attribute("href", "tel:+6281100001001")
    card.get_by_role("button", name="Sudah dikabari").click()
    calls = card.get_by_role("list", name="Telepon yang sudah dilakukan").get_by_role("listitem")
    expect(calls).to_have_count(2)
    expect(calls.last).to_contain_text("sudah dikabari (petugas fasilitas)")
    assert_sound(page)
    log = served.get("staff", "siti", "/api/promises")[0]["call_log"]
    assert [(c["outcome"], c["whom"], c["told"]) for c in log] == [
        ("no_answer", "contact", ""),
        ("told", "facility", "petugas fasilitas"),
    ]


def test_a_document_that_ran_out_is_promised_with_a_receipt_to_share(served: Served, enter: Enter, keep: Keep) -> None:
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Janji", exact=True).click()
    page.get_by_role("button", name="Dokumen habis…").click()
    form = page.get_by_role("form", name="Dokumen habis: catat janji")
    form.get_by_label("Dokumen yang ditunggu").fill("Blangko KTP")
    form.get_by_label("Telepon pemohon").fill("+62 811-0000-0042")
    day = datetime.now(ZoneInfo("Asia/Jakarta")).date() + timedelta(days=3)
    form.get_by_label("Dijanjikan paling lambat (WIB)").fill(f"{day}T15:00")
    assert_sound(page)
    keep(page, "minta-dokumen")
    form.get_by_role("button", name="CATAT JANJI").click()
    receipt = page.get_by_role("region", name="Permintaan ini")
    expect(receipt.get_by_role("heading")).to_contain_text("Dicatat: Blangko KTP")
    expect(receipt.get_by_role("heading")).to_contain_text("+62 811-0000-0042")
    expect(receipt.get_by_role("heading")).to_contain_text("pukul 15.00")
    expect(receipt.get_by_role("button", name="Bagikan tautan keluarga")).to_be_visible()
    assert_sound(page)
    keep(page, "minta-dokumen-tanda-terima")
    expect(page.get_by_role("button", name="Janji (1)")).to_be_visible()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_stock_that_came_opens_the_call_list_in_order_and_each_is_closed_with_who_was_told(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    for number in (51, 52, 53):
        owe_a_document(served, "Blangko KTP", f"+62 811-0000-00{number}")
    owe_a_document(served, "Kartu keluarga", "+62 811-0000-0061")
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Janji (4)").click()
    page.get_by_role("button", name="Persediaan datang…").click()
    form = page.get_by_role("form", name="Persediaan datang")
    form.get_by_label("Yang datang").select_option("Blangko KTP")
    form.get_by_label("Berapa lembar").fill("2")
    form.get_by_role("button", name="Buat daftar telepon").click()
    order = page.get_by_role("region", name="Telepon berurutan: Blangko KTP")
    calls = order.get_by_role("link", name="Telepon keluarga")
    expect(calls).to_have_count(2)
    assert [link.get_attribute("href") for link in calls.all()] == ["tel:+6281100000051", "tel:+6281100000052"]
    assert_sound(page)
    keep(page, f"minta-persediaan-{size[0]}")
    first = order.locator("li.card").first
    first.get_by_role("button", name="Sudah dikabari").click()
    expect(first.get_by_role("list", name="Telepon yang sudah dilakukan")).to_contain_text("sudah dikabari (keluarga)")
    first.get_by_text("Selesaikan janji ini…").click()
    first.get_by_role("button", name="Sudah diserahkan").click()
    expect(calls).to_have_count(1)
    expect(calls).to_have_attribute("href", "tel:+6281100000052")
    assert len(served.get("staff", "siti", "/api/promises")) == 3


def test_a_document_is_delivered_to_a_point_that_was_pasted(served: Served, enter: Enter, keep: Keep) -> None:
    served.go_on_duty("sopir-transpor")
    owe_a_document(served, "Blangko KTP", "+62 811-0000-0051")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Blangko KTP").click()
    page.get_by_role("button", name="Antar ke rumah…").click()
    page.get_by_label("Antar ke mana?").fill("https://maps.example/?q=-6.2110%2C106.6360")
    page.get_by_label("Nama tempat ini").fill("Rumah Contoh RT 02")
    assert_sound(page)
    keep(page, "minta-antar-rumah")
    page.get_by_role("button", name=re.compile("titik$")).click()
    expect(page.get_by_role("region", name="Permintaan ini")).to_contain_text("→ Rumah Contoh RT 02")
    keep(page, "minta-antar-dokumen")


def test_a_yes_that_is_taken_back_under_way_is_read_at_once_with_an_apology(
    served: Served, enter: Enter, keep: Keep
) -> None:
    served.go_on_duty("sopir-transpor")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Mobil jenazah").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="MINTA PERSETUJUAN").click()
    expect(page.get_by_role("region", name="Permintaan ini")).to_contain_text("petugas Dinas Kesehatan")
    [request_id] = [one["id"] for one in served.get("staff", "siti", "/api/requests")["requests"]]
    answer = {"rule": "R02", "yes": True, "reason": "tidak ada mobil jenazah lain"}
    served.post("health_officer", "dinas", f"/api/requests/{request_id}/approve", answer)
    served.step("sopir-transpor", "accept")
    sorry = page.get_by_text("Mohon maaf, izin berangkat Ambulans Transportasi Cikokol ditarik kembali")
    expect(page.get_by_role("list").get_by_text("Ambulans Transportasi Cikokol").first).to_be_visible()
    expect(sorry).to_have_count(0)
    served.post("health_officer", "dinas", f"/api/requests/{request_id}/approve", answer | {"yes": False})
    expect(sorry).to_contain_text("tetap menuju ke sini sampai penggantinya berangkat")
    assert_sound(page)
    keep(page, "minta-izin-ditarik")
