"""A driver's shift in a browser."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, full, on_duty, sent, states
from tests.e2e.conftest import PHONE, SIZES, Served
from tests.e2e.pages import assert_sound, sideways, small_targets, violations
from tests.servers import NO_TLS

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_offer_is_accepted_and_driven_to_its_end(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = on_duty(enter, size)
    assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
    keep(page, f"sopir-siaga-{size[0]}")
    request_id = ask(served)
    accept = page.get_by_role("button", name="TERIMA", exact=True)
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
        expect(step).to_be_in_viewport(ratio=1)
        if name == "SAYA SUDAH TIBA":
            expect(page.get_by_role("img", name="Gambar jalan ke tujuan")).to_be_visible()
            expect(page.get_by_role("link", name="Buka navigasi")).to_have_attribute("href", re.compile("^geo:-6.2"))
            assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
            keep(page, f"sopir-tugas-{size[0]}")
        step.click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    sent(page)
    assert full(served, request_id)["state"] == "completed"


def test_how_far_the_crew_walks_is_said_in_the_offer_and_on_the_way(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    # Some 77 m from the nearest street of the sample.
    behind = {"lon": 106.653108, "lat": -6.181655, "name": "Rumah di belakang"}
    body = {"need": "emergency", "pickup": behind, "contact": {"phone": "+62 811-0000-0009"}}
    request_id = served.post("staff", "siti", "/api/requests", body)["id"]
    said = page.get_by_text("Berjalan kaki sekitar 80 m dari jalan.", exact=True)
    expect(said).to_be_visible()
    assert (sideways(page), small_targets(page), violations(page)) == (0, [], [])
    page.get_by_role("button", name="TERIMA", exact=True).click()
    expect(page.get_by_role("button", name="SAYA BERANGKAT", exact=True)).to_be_visible()
    expect(said).to_be_visible()
    sent(page)
    request = full(served, request_id)
    assert [trip["walk_m"] for trip in request["assignments"]] == [77]
    assert request["decision"]["candidates"][0]["walk_m"] == 77
    page = enter("staff", "siti", PHONE)
    heading = page.get_by_role("heading", name="Permintaan yang berjalan", exact=True)
    page.locator("section").filter(has=heading).get_by_role("button").click()
    expect(page.get_by_text("Awak berjalan kaki sekitar 80 m dari jalan.", exact=True)).to_be_visible()
    assert (sideways(page), violations(page)) == (0, [])


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
    sent(page)
    trips = full(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [(trip["vehicle_id"], trip["state"]) for trip in trips] == [
        ("A-CIPONDOH", "declined"),
        ("A-BAJA", "offered"),
    ]
    assert trips[0]["reason"] == "Di luar jangkauan"


def test_steps_without_signal_wait_and_are_sent_in_order_once(served: Served, enter: Enter, keep: Keep) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    expect(page.get_by_role("button", name="TERIMA", exact=True)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    expect(page.get_by_text("Luring – tetap bisa bekerja. 1 data menunggu dikirim")).to_be_visible()
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    expect(page.get_by_text("Luring – tetap bisa bekerja. 2 data menunggu dikirim")).to_be_visible()
    keep(page, "sopir-luring")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="SAYA SUDAH TIBA")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Luring")).to_have_count(0, timeout=30_000)
    sent(page)
    trips = full(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [trip["state"] for trip in trips] == ["en_route"]


def test_a_breakdown_on_the_way_sends_another_vehicle_and_takes_this_one_out_of_service(
    served: Served, enter: Enter, keep: Keep
) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    served.go_on_duty("sopir-baja")
    page.get_by_role("button", name="Ada kendala…").click()
    assert_sound(page)
    keep(page, "sopir-kendala")
    page.get_by_role("button", name="Mogok").click()
    expect(page.get_by_text("Kendaraan pengganti sedang dicarikan.")).to_be_visible()
    expect(page.get_by_role("button", name="SUDAH SIAP, SIAGA")).to_be_visible()
    assert_sound(page)
    sent(page)
    trips = full(served, request_id)["assignments"]
    assert isinstance(trips, list)
    assert [(trip["vehicle_id"], trip["state"], trip["reason"]) for trip in trips] == [
        ("A-CIPONDOH", "stood_down", "Mogok"),
        ("A-BAJA", "offered", None),
    ]
    assert served.get("driver", "sopir-cipondoh", "/api/me")["vehicle"]["duty"] == "out_of_service"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_step_is_taken_back_within_ten_seconds(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = on_duty(enter, size)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    expect(page.get_by_role("button", name="Urungkan")).to_have_count(0)
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    undo = page.get_by_role("button", name=re.compile(r"^Urungkan “Menuju” · ([1-9]|10)$"))
    expect(undo).to_be_visible()
    assert_sound(page)
    keep(page, f"sopir-urungkan-{size[0]}")
    undo.click()
    expect(page.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()
    expect(page.get_by_role("button", name="Urungkan")).to_have_count(0)
    sent(page)
    assert states(served, request_id) == ["accepted"]
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    expect(page.get_by_role("button", name="SAYA SUDAH TIBA")).to_be_visible()
    expect(page.get_by_role("button", name="Urungkan")).to_have_count(0, timeout=15_000)
    sent(page)
    assert states(served, request_id) == ["en_route"]


def test_a_step_and_its_taking_back_without_signal_are_sent_in_order(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    expect(page.get_by_role("button", name="SAYA SUDAH TIBA")).to_be_visible()
    sent(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="SAYA SUDAH TIBA").click()
    page.get_by_role("button", name="Urungkan “Tiba”").click()
    expect(page.get_by_role("button", name="SAYA SUDAH TIBA")).to_be_visible()
    expect(page.get_by_text("2 data menunggu dikirim")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Luring")).to_have_count(0, timeout=30_000)
    sent(page)
    assert states(served, request_id) == ["en_route"]
    kinds = [event["kind"] for event in full(served, request_id)["timeline"]]
    assert kinds[-2:] == ["step_taken", "step_undone"]


def test_the_end_of_a_trip_is_taken_back_from_the_standby_screen(served: Served, enter: Enter) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    for name in ("SAYA BERANGKAT", "SAYA SUDAH TIBA", "SUDAH NAIK, BERANGKAT", "SAMPAI DI TUJUAN", "SELESAI"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    page.get_by_role("button", name="Urungkan “Selesai”").click()
    expect(page.get_by_role("button", name="SELESAI", exact=True)).to_be_visible()
    sent(page)
    assert states(served, request_id) == ["at_destination"]
    assert full(served, request_id)["state"] == "in_progress"


def test_near_the_pick_up_the_button_asks_and_the_tap_says_that_the_position_agreed(
    served: Served, enter: Enter, keep: Keep
) -> None:
    page = on_duty(enter)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    arrive = page.get_by_role("button", name="SAYA SUDAH TIBA")
    expect(arrive).to_be_visible()
    expect(page.get_by_text("Sudah tiba?")).to_have_count(0)
    page.context.set_geolocation({"longitude": 106.6281, "latitude": -6.2004, "accuracy": 12})
    expect(arrive).to_contain_text("Sudah tiba?")
    assert_sound(page)
    keep(page, "sopir-sudah-tiba")
    arrive.click()
    expect(page.get_by_role("button", name="SUDAH NAIK, BERANGKAT")).to_be_visible()
    sent(page)
    trip = full(served, request_id)["assignments"][0]
    assert (trip["state"], trip["stamps"]["on_scene"]["source"]) == ("on_scene", "geofence")
    assert trip["stamps"]["en_route"]["source"] == "tap"


def test_offers_are_taken_without_asking_while_the_switch_is_on(served: Served, enter: Enter, keep: Keep) -> None:
    page = on_duty(enter)
    page.get_by_role("button", name="Terima otomatis: tidak").click()
    expect(page.get_by_role("button", name="Terima otomatis: ya")).to_be_visible()
    assert_sound(page)
    keep(page, "sopir-otomatis")
    sent(page)
    vehicle = served.get("driver", "sopir-cipondoh", "/api/me")["vehicle"]
    assert (vehicle["auto_accept"], vehicle["at_base"]) == (True, True)
    request_id = ask(served)
    expect(page.get_by_text("Diterima otomatis untuk Anda.")).to_be_visible()
    expect(page.get_by_role("button", name="SAYA BERANGKAT")).to_be_visible()
    sent(page)
    assert states(served, request_id) == ["accepted"]
    page.get_by_role("button", name="SAYA BERANGKAT").click()
    page.get_by_role("button", name="SAYA SUDAH TIBA").click()
    page.get_by_role("button", name="Selesai, ditangani di tempat").click()
    page.get_by_role("button", name="Terima otomatis: ya").click()
    expect(page.get_by_role("button", name="Terima otomatis: tidak")).to_be_visible()
    sent(page)
    assert served.get("driver", "sopir-cipondoh", "/api/me")["vehicle"]["auto_accept"] is False


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_driver_sees_a_hold_a_note_and_that_the_family_has_left(
    served: Served, enter: Enter, keep: Keep, size: tuple[int, int]
) -> None:
    page = on_duty(enter, size)
    request_id = ask(served)
    page.get_by_role("button", name="TERIMA", exact=True).click()
    served.post("staff", "siti", f"/api/requests/{request_id}/hold", {"reason": "Kamar belum pasti"})
    served.post("staff", "siti", f"/api/requests/{request_id}/note", {"text": "Gerbang belakang"})
    link = full(served, request_id)["track_url"]
    said = httpx.post(link, data={"said": "left"}, headers={"Origin": served.url}, verify=NO_TLS)
    assert said.status_code == 303
    for words in ("Tujuan ditahan", "Gerbang belakang", "Keluarga sudah berangkat sendiri."):
        expect(page.get_by_text(words)).to_be_visible()
    assert_sound(page)
    keep(page, f"sopir-keterangan-{size[0]}")


def test_the_first_contact_knows_whether_an_ambulance_follows_and_hands_over(
    served: Served, enter: Enter, keep: Keep
) -> None:
    served.go_on_duty("sopir-jauh")
    page = enter("driver", "sopir-transpor", PHONE, (106.6280, -6.2001))
    page.get_by_role("button", name="MULAI BERTUGAS").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    request_id = ask(served)
    expect(page.get_by_text("Penolong pertama; ambulans gawat darurat sedang dicarikan.")).to_be_visible()
    assert_sound(page)
    keep(page, "sopir-penolong-tawaran")
    page.get_by_role("button", name="TERIMA", exact=True).click()
    sent(page)
    served.step("sopir-jauh", "accept")
    ahead = page.get_by_text("Penolong pertama; ambulans gawat darurat menyusul.")
    expect(ahead).to_be_visible()
    for name in ("SAYA BERANGKAT", "SAYA SUDAH TIBA"):
        page.get_by_role("button", name=name).click()
    expect(ahead).to_be_visible()
    assert_sound(page)
    keep(page, "sopir-penolong-tiba")
    page.get_by_role("button", name="DISERAHKAN, SELESAI").click()
    expect(page.get_by_role("heading", name="SIAGA")).to_be_visible()
    sent(page)
    trips = {trip["vehicle_id"]: trip["state"] for trip in full(served, request_id)["assignments"]}
    assert trips == {"A-JAUH": "accepted", "T-CIKOKOL": "cleared"}
