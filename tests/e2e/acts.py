"""What people do and see that tests of several faces begin with."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Served

Enter = Callable[..., Page]
CIPONDOH = (106.6763, -6.1943)


def ask(served: Served) -> str:
    """An emergency at Puskesmas Cikokol; returns the request's id."""
    body = {"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0009"}}
    found: str = served.post("staff", "siti", "/api/requests", body)["id"]
    return found


def full(served: Served, request_id: str) -> Any:
    """The request with its trips and its timeline."""
    return served.get("staff", "siti", f"/api/requests/{request_id}")


def states(served: Served, request_id: str) -> list[str]:
    """How far its trips have come."""
    return [trip["state"] for trip in full(served, request_id)["assignments"]]


def sent(page: Page) -> None:
    """The server has what was tapped: the page shows it before that."""
    expect(page.get_by_text("belum terkirim")).to_have_count(0)


def on_duty(enter: Enter, size: tuple[int, int] = PHONE) -> Page:
    """The page of the driver of Cipondoh, waiting."""
    page = enter("driver", "sopir-cipondoh", size, CIPONDOH)
    page.get_by_role("button", name="MULAI BERTUGAS").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    return page


def owe_a_document(served: Served, subject: str, phone: str) -> str:
    """Somebody waits for a document. Returns the request's id."""
    body = {"need": "document", "subject": subject, "pickup": "puskesmas-cikokol", "contact": {"phone": phone}}
    found: str = served.post("staff", "siti", "/api/requests", body)["id"]
    return found


def send_for_an_emergency(page: Page) -> None:
    """The three taps of a nurse."""
    page.get_by_role("button", name="Gawat darurat").click()
    page.get_by_role("button", name="CARI KENDARAAN").click()
    page.get_by_role("button", name="KIRIM SEKARANG").click()


def ready(page: Page) -> None:
    """The map is loaded and drawn."""
    page.locator("[data-ready]").wait_for(timeout=60_000)


def rows(page: Page) -> Locator:
    """The requests on the left."""
    return page.get_by_role("navigation", name="Permintaan").locator("button.request")


def panel_of(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Permintaan terpilih")
