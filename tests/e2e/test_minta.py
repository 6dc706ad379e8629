"""Asking for a vehicle in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, PHONE, SIZES, Served
from tests.e2e.pages import sideways, small_targets, violations

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
    expect(why.get_by_role("listitem").filter(has_text="Ambulans Puskesmas Cikokol")).to_contain_text("R01")
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


def test_a_request_is_cancelled_with_a_reason(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="KIRIM SEKARANG").click()
    page.get_by_role("button", name="Batalkan…").click()
    page.get_by_role("button", name="Sudah tidak diperlukan").click()
    expect(page.get_by_role("heading", name="Dibatalkan pemohon")).to_be_visible()
