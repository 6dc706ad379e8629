"""Nurse, operator, driver and family beside each other: one minute for all of them, and how it has changed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import CIPONDOH, ask, full, panel_of, rows
from tests.e2e.conftest import PC, PHONE, Opened, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
# A position is felt when the fifteen seconds since the last calculation are over.
PATIENCE_MS = 30_000


def said(text: str) -> tuple[str, str]:
    """The minute and the change that a page shows."""
    at = re.findall(r"[Tt]iba (?:±|sekitar )(\d\d\.\d\d)", text)
    change = re.findall(r"\d+ menit lebih (?:lambat|cepat)", text)
    assert (len(at), len(change)) == (1, 1), text
    return at[0], change[0]


def test_all_pages_show_the_same_minute_and_the_change_when_a_vehicle_is_farther_than_was_thought(
    served: Served, enter: Enter, opened: Opened, keep: Keep
) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    served.step("sopir-cikokol", "accept")
    served.step("sopir-cikokol", "en_route")
    nurse, operator = enter("staff", "siti", PHONE), enter("operator", "rina", PC)
    driver, family = enter("driver", "sopir-cikokol", PHONE), opened.page(served.url, PHONE)
    nurse.get_by_role("button", name="Gawat darurat").last.click()
    rows(operator).click()
    trip = nurse.get_by_role("list", name="Yang berangkat")
    vehicles = panel_of(operator).get_by_role("list", name="Kendaraan")
    task = driver.get_by_role("region", name="Tugas")
    for place in (trip, vehicles, task):
        expect(place).to_contain_text("tiba ±", ignore_case=True)
        expect(place).not_to_contain_text("lebih")
    lon, lat = CIPONDOH
    position = {"lon": lon, "lat": lat, "taken_at": datetime.now(UTC).isoformat()}
    assert served.post("driver", "sopir-cikokol", "/api/positions", {"fixes": [position]})["taken"] == 1
    for place in (trip, vehicles, task):
        expect(place).to_contain_text("menit lebih lambat", timeout=PATIENCE_MS)
    family.goto(full(served, request_id)["track_url"])
    of_family = family.get_by_role("region", name="Ambulans Puskesmas Cikokol")
    expect(of_family).to_contain_text("menit lebih lambat dari perkiraan semula")
    shown = {said(place.inner_text()) for place in (trip, vehicles, task, of_family)}
    assert len(shown) == 1
    for page, name in ((nurse, "minta"), (operator, "peta"), (driver, "sopir"), (family, "pantau")):
        assert_sound(page)
        keep(page, f"{name}-lebih-lambat")
    # What who waits was told by a message stands in the history, the minutes between do not.
    expect(nurse.get_by_text("dari perkiraan semula")).to_have_count(1)
