"""An answer that a newer one has overtaken: what a page shows never goes back to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.e2e.acts import ask, on_duty, rows
from tests.e2e.conftest import PC, PHONE, Served

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
ONE_REQUEST = re.compile("/api/requests/[^/]+$")
BEHIND_ALL = "fetch('/healthz').then((answer) => answer.text())"  # what came before it was taken in


def judge(page: Page, served: Served, request_id: str, asked: re.Pattern[str]) -> None:
    """A note and a hold reach the page; the answer to the question of the note comes last."""
    late: list[tuple[Route, APIResponse]] = []

    def hold_back_the_first(route: Route) -> None:
        answer = route.fetch()
        if late:
            route.fulfill(response=answer)
        else:
            late.append((route, answer))

    page.route(asked, hold_back_the_first)
    served.post("staff", "siti", f"/api/requests/{request_id}/note", {"text": "Gerbang belakang"})
    while not late:
        page.wait_for_timeout(10)
    served.post("staff", "siti", f"/api/requests/{request_id}/hold", {"reason": "Kamar belum pasti"})
    held = page.get_by_text("Tujuan ditahan").first
    expect(held).to_be_visible()
    route, answer = late[0]
    with page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=answer)
    page.evaluate(BEHIND_ALL)
    expect(held).to_be_visible()


def test_a_driver_keeps_seeing_the_newest(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    expect(page.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()
    judge(page, served, request_id, re.compile("/api/me$"))


def test_staff_keep_seeing_the_newest(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    page = enter("staff", "siti", PHONE)
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    with page.expect_response(re.compile("/api/requests$")) as made:
        page.get_by_role("button", name="KIRIM SEKARANG").click()
    expect(page.get_by_role("button", name="Tahan tujuan…")).to_be_visible()
    judge(page, served, made.value.json()["id"], ONE_REQUEST)


def test_an_operator_keeps_seeing_the_newest(served: Served, enter: Enter) -> None:
    served.go_on_duty("sopir-cikokol")
    request_id = ask(served)
    page = enter("operator", "rina", PC)
    rows(page).click()
    expect(page.get_by_role("complementary", name="Permintaan terpilih")).to_contain_text("Ambulans Puskesmas Cikokol")
    judge(page, served, request_id, ONE_REQUEST)
