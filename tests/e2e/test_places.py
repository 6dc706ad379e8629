"""Choosing a place in a browser: by a mistyped name, by what somebody pasted, from where to where."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, Served
from tests.e2e.pages import sideways, small_targets, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_pick_up_is_found_though_mistyped_and_a_drop_off_by_a_pasted_link(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("staff", "siti", size)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="Ubah").click()
    field = page.get_by_role("searchbox", name="Jemput dari mana?")
    field.fill("kel babakn")
    choice = page.get_by_role("button", name=re.compile("^Babakan")).first
    expect(choice).to_contain_text("Kec.")
    assert sideways(page) == 0
    assert small_targets(page) == []
    assert violations(page) == []
    keep(page, f"minta-tempat-{size[0]}")
    choice.click()
    expect(page.get_by_text("Jemput: Babakan, Kec.")).to_be_visible()
    page.get_by_role("button", name="Cari…").click()
    field = page.get_by_role("searchbox", name="Antar ke mana?")
    field.fill("https://maps.app.goo.gl/AbCdEf123")
    expect(page.get_by_text("Ini tautan pendek")).to_be_visible()
    field.fill("Lokasi: https://maps.google.com/?q=-6.2001,106.6280")
    point = page.get_by_role("button", name=re.compile("titik$"))
    expect(point).to_contain_text("Bojong Jaya, Kec. Karawaci")
    point.click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    expect(page.get_by_role("button", name="KIRIM SEKARANG")).to_be_visible()


def test_a_text_that_finds_nothing_says_what_to_do_and_keeps_what_was_typed(served: Served, enter: Enter) -> None:
    page = enter("staff", "siti", SIZES["360x740"])
    page.get_by_role("button", name="Ubah").click()
    field = page.get_by_role("searchbox", name="Jemput dari mana?")
    field.fill("qqxxzz vvwwyy")
    expect(page.get_by_text("Belum ditemukan. Coba nama jalan")).to_be_visible()
    expect(field).to_have_value("qqxxzz vvwwyy")
    expect(page.get_by_role("button", name="Cari lebih luas")).to_have_count(0)
