"""Closing roads on the operator's map: drawn by hand or by keyboard, seen by all who watch, and opened again."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PC, PHONE, Opened, Served
from tests.e2e.pages import assert_sound, sideways, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


def closer(page: Page) -> Locator:
    """The button that begins a drawing; it is there once the map is."""
    found = page.get_by_role("button", name="Tutup jalan…")
    found.wait_for(timeout=60_000)
    return found


def map_of(page: Page) -> Locator:
    return page.locator(".map")


def tap(page: Page, *places: tuple[float, float]) -> None:
    """Click on the map at shares of its width and height."""
    box = map_of(page).bounding_box()
    assert box is not None
    for x, y in places:
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def shown(page: Page, count: int) -> None:
    """So many closures are drawn on the map."""
    expect(map_of(page)).to_have_attribute("data-closed", str(count))


def test_a_part_of_the_page_that_does_not_come_is_said(enter: Enter) -> None:
    page = enter("operator", "rina", PC)
    page.context.route("**/assets/closures-*.js", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_have_text("Sebagian halaman belum termuat. Muat ulang halaman ini.")


def listed(served: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.get("operator", "rina", "/api/closures")["features"]
    return found


def red(page: Page) -> int:
    """How many pixels of the map are of the signs' and stripes' red."""
    picture = map_of(page).locator("canvas").screenshot()
    count: int = page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: "image/png"}));
            const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
            pen.drawImage(image, 0, 0);
            const {data} = pen.getImageData(0, 0, image.width, image.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
                if (Math.abs(data[i] - 155) < 12 && data[i + 1] < 60 && data[i + 2] < 60) count++;
            return count;
        }""",
        list(picture),
    )
    return count


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_an_operator_draws_an_area_and_opens_it_again(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("operator", "rina", size)
    closer(page)
    before = red(page)
    closer(page).click()
    page.get_by_label("Area").check()
    tap(page, (0.35, 0.35), (0.65, 0.35), (0.6, 0.6))
    expect(page.get_by_text("3 titik.")).to_be_visible()
    assert_sound(page)
    keep(page, f"tutup-gambar-{size[0]}")
    page.get_by_role("button", name="Selesai").click()
    dialog = page.get_by_role("dialog", name="Tutup jalan ini")
    dialog.get_by_label("Sebab").select_option("Banjir")
    dialog.get_by_label("Catatan").fill("Setinggi lutut")
    assert violations(page) == []
    keep(page, f"tutup-dialog-{size[0]}")
    dialog.get_by_role("button", name="Tutup sekarang").click()
    shown(page, 1)
    [closure] = listed(served)
    assert closure["geometry"]["type"] == "Polygon"
    assert len(closure["geometry"]["coordinates"][0]) == 4
    assert closure["properties"]["streets"] > 0
    assert (closure["properties"]["reason"], closure["properties"]["note"]) == ("flood", "Setinggi lutut")
    expect(page.locator(".log")).to_contain_text("Jalan ditutup: banjir")
    patience = time.monotonic() + 20
    while red(page) < before + 400:
        assert time.monotonic() < patience, "the closed area is drawn in red stripes with a sign"
    assert_sound(page)
    keep(page, f"tutup-peta-{size[0]}")
    page.get_by_role("button", name="1 jalan ditutup").click()
    panel = page.get_by_role("dialog", name="Jalan yang ditutup")
    expect(panel).to_contain_text("Setinggi lutut")
    expect(panel).to_contain_text(f"{closure['properties']['streets']} ruas jalan")
    assert violations(page) == []
    assert sideways(page) == 0
    keep(page, f"tutup-daftar-{size[0]}")
    panel.get_by_role("button", name="Buka kembali").click()
    expect(panel).to_contain_text("Semua jalan terbuka.")
    shown(page, 0)
    assert listed(served) == []


def test_a_line_ends_with_a_double_click_and_has_no_corner_twice(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("operator", "rina", PC)
    closer(page).click()
    tap(page, (0.3, 0.4), (0.5, 0.5))
    box = map_of(page).bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.45)
    page.get_by_role("dialog", name="Tutup jalan ini").get_by_role("button", name="Tutup sekarang").click()
    shown(page, 1)
    [closure] = listed(served)
    assert closure["geometry"]["type"] == "LineString"
    assert len(closure["geometry"]["coordinates"]) == 3


def test_by_keyboard_alone_from_the_middle_of_the_map(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-baja")
    page = enter("operator", "rina", PC)
    closer(page).focus()
    page.keyboard.press("Enter")
    center = page.get_by_role("button", name="Tengah peta")
    center.focus()
    page.keyboard.press("Enter")
    page.locator(".map canvas").focus()
    page.keyboard.press("ArrowRight")
    patience = time.monotonic() + 20
    while page.get_by_text("1 titik.").is_visible():  # the same place again is no other corner: until the map moves
        assert time.monotonic() < patience
        center.press("Enter")
    page.locator(".map canvas").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Tutup jalan ini")
    dialog.get_by_label("Sebab").select_option("Pekerjaan jalan")
    dialog.get_by_role("button", name="Tutup sekarang").press("Enter")
    shown(page, 1)
    assert listed(served)[0]["properties"]["reason"] == "works"


def test_escape_leaves_the_drawing_and_closes_nothing(served: Served, enter: Enter) -> None:
    page = enter("operator", "rina", PC)
    closer(page).click()
    tap(page, (0.4, 0.4), (0.5, 0.5))
    expect(page.get_by_text("2 titik.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(closer(page)).to_be_visible()
    closer(page).click()
    expect(page.get_by_text("0 titik.")).to_be_visible()
    assert listed(served) == []


def test_where_no_street_is_the_dialog_says_so_and_the_drawing_stays(served: Served, enter: Enter) -> None:
    page = enter("operator", "rina", PC)
    closer(page).click()
    page.get_by_label("Titik").check()
    box = map_of(page).bounding_box()
    assert box is not None
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + 80, box["y"] + box["height"] - 60
    for _ in range(12):  # out to the sea north of the region
        page.mouse.move(x, top)
        page.mouse.down()
        page.mouse.move(x, bottom, steps=4)
        page.mouse.up()
    tap(page, (0.5, 0.5))
    dialog = page.get_by_role("dialog", name="Tutup jalan ini")
    dialog.get_by_label("Catatan").fill("Pohon tumbang")
    dialog.get_by_role("button", name="Tutup sekarang").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Di sini belum ada jalan.")
    expect(dialog.get_by_label("Catatan")).to_have_value("Pohon tumbang")
    dialog.get_by_role("button", name="Kembali menggambar").click()
    expect(page.get_by_text("1 titik.")).to_be_visible()


def test_who_watches_sees_it_at_once_and_a_health_officer_has_no_button_to_close(
    served: Served, enter: Enter, opened: Opened
) -> None:
    page = enter("health_officer", "dinas", PC, face="peta")
    shown(page, 0)
    line = {"type": "LineString", "coordinates": [[106.6, -6.2], [106.66, -6.2]]}
    made = served.post("operator", "rina", "/api/closures", {"reason": "procession", "shape": line})
    shown(page, 1)
    expect(page.get_by_role("button", name="Tutup jalan…")).to_have_count(0)
    page.get_by_role("button", name="1 jalan ditutup").click()
    panel = page.get_by_role("dialog", name="Jalan yang ditutup")
    expect(panel).to_contain_text("Iring-iringan")
    expect(panel.get_by_role("button", name="Buka kembali")).to_have_count(0)
    served.post("operator", "rina", f"/api/closures/{made['id']}/open", {})
    shown(page, 0)


def test_a_vehicle_to_whom_no_road_leads_is_named_with_that_reason(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol", "sopir-jenazah")
    west, south, east, north = 106.623, -6.205, 106.633, -6.195  # round Puskesmas Cikokol
    ring = {
        "type": "LineString",
        "coordinates": [[west, south], [east, south], [east, north], [west, north], [west, south]],
    }
    served.post("operator", "rina", "/api/closures", {"reason": "flood", "shape": ring})
    nurse = enter("staff", "siti", PHONE)
    nurse.get_by_role("button", name="Mobil jenazah").click()
    nurse.get_by_role("button", name="CARI KENDARAAN").click()
    answer = nurse.get_by_role("region", name="Jawaban")
    answer.get_by_text("Mengapa ini?").click()
    why = answer.get_by_role("region", name="Mengapa ini?")
    hearse = why.get_by_role("listitem").filter(has_text="Mobil Jenazah Masjid Contoh")
    expect(hearse).to_contain_text("tidak terhubung jalan darat dengan tempat penjemputan")
    expect(hearse).not_to_contain_text("menit")
    assert_sound(nurse)
