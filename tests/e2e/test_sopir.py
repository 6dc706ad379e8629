"""A driver's shift in a browser."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, SIZES, Served
from tests.e2e.pages import sideways, small_targets, violations

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]
CIPONDOH = (106.6763, -6.1943)


def ask(served: Served) -> str:
    """An emergency at Puskesmas Cikokol; returns the request's id."""
    answer = httpx.post(
        f"{served.url}/api/requests",
        json={"need": "emergency", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0009"}},
        headers={"Authorization": f"Bearer {served.token('staff', 'siti')}", "Idempotency-Key": "ask-1"},
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def request_of(served: Served, request_id: str) -> dict[str, object]:
    """The request as its facility sees it."""
    headers = {"Authorization": f"Bearer {served.token('staff', 'siti')}"}
    found: dict[str, object] = httpx.get(f"{served.url}/api/requests/{request_id}", headers=headers).json()
    return found


def on_duty(enter: Enter, size: tuple[int, int] = PHONE) -> Page:
    """The page of the driver of Cipondoh, waiting."""
    page = enter("driver", "sopir-cipondoh", size, CIPONDOH)
    page.get_by_role("button", name="MULAI BERTUGAS").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    return page


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_offer_is_accepted_and_driven_to_its_end(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = on_duty(enter, size)
    assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
    keep(page, f"sopir-siaga-{size[0]}")
    request_id = ask(served)
    accept = page.get_by_role("button", name="TERIMA")
    expect(accept).to_be_in_viewport()
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 104
    assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
    keep(page, f"sopir-tawaran-{size[0]}")
    accept.click()
    for name in ("SAYA BERANGKAT", "SAYA SUDAH TIBA", "SUDAH NAIK, BERANGKAT", "SAMPAI DI TUJUAN", "SELESAI"):
        step = page.get_by_role("button", name=name, exact=True)
        expect(step).to_be_visible()
        if name == "SAYA SUDAH TIBA":
            expect(page.get_by_role("img", name="Gambar jalan ke tujuan")).to_be_visible()
            expect(page.get_by_role("link", name="Buka navigasi")).to_have_attribute("href", re.compile("^geo:-6.2"))
            assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
            keep(page, f"sopir-tugas-{size[0]}")
        step.click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    assert request_of(served, request_id)["state"] == "completed"


def test_the_countdown_runs_down(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    ask(served)
    timer = page.get_by_role("timer")
    expect(timer).to_be_visible()
    first = int(timer.inner_text())
    expect(timer).to_have_text(re.compile(f"^({'|'.join(str(first - n) for n in range(2, 6))})$"))


def test_a_declined_offer_goes_on_to_the_next_driver_with_its_reason(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    served.go_on_duty("sopir-baja")
    page.get_by_role("button", name="Tolak…").click()
    page.get_by_role("button", name="Di luar jangkauan").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    trips = request_of(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [
        ("A-CIPONDOH", "declined"),
        ("A-BAJA", "offered"),
    ]
    assert trips[0]["reason"] == "Di luar jangkauan"


def test_steps_without_signal_wait_and_are_sent_in_order_once(served: Served, enter: Enter, keep: Keep) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    expect(page.get_by_role("button", name="TERIMA")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="TERIMA").click()
    expect(page.get_by_text("Luring – tetap bisa bekerja. 1 data menunggu dikirim")).to_be_visible()
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    expect(page.get_by_text("Luring – tetap bisa bekerja. 2 data menunggu dikirim")).to_be_visible()
    keep(page, "sopir-luring")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="SAYA SUDAH TIBA")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Luring")).to_have_count(0, timeout=30_000)
    trips = request_of(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [trip["state"] for trip in trips] == ["en_route"]


def test_trouble_on_the_way_sends_another_vehicle(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA").click()
    served.go_on_duty("sopir-baja")
    page.get_by_role("button", name="Ada kendala…").click()
    page.get_by_role("button", name="Kendaraan rusak").click()
    expect(page.get_by_role("button", name="Ada kendala…")).to_have_count(0)
    trips = request_of(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [
        ("A-CIPONDOH", "stood_down"),
        ("A-BAJA", "offered"),
    ]
