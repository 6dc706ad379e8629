"""What the connection does must not move a button from under a finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, WebSocketRoute, expect

from tests.e2e.conftest import PC, PHONE, Opened, Served
from tests.e2e.pages import assert_sound

pytestmark = pytest.mark.browser
Keep = Callable[[Page, str], None]
LOST = "Sambungan terputus, sedang menyambung lagi…"
OPENED = "() => window.opened"
# The page's first connection has opened.
WATCHED = """
  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      this.addEventListener("open", () => { window.opened = true; });
    }
  };
"""
# The page hears that its socket opened only when the test says so.
HELD = """
  const open = new Promise((resolve) => { window.letOpen = resolve; });
  window.WebSocket = class extends WebSocket {
    set onopen(then) { super.onopen = async (event) => { await open; then(event); window.opened = true; }; }
  };
"""
PAINTED = """async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await painted();
  await document.fonts.ready;
  await painted();
}"""
FACES = [("staff", "siti", "minta", PHONE, "Antar kontrol"), ("operator", "rina", "peta", PC, "Tabel kendaraan")]


def sign_in(page: Page, served: Served, role: str, person: str, face: str) -> None:
    """Sign a person in on a page that was made ready for it; the face opens."""
    page.goto(f"{served.url}/masuk?ke=/{face}")
    page.get_by_label("Token masuk").fill(served.token(role, person))
    page.get_by_role("button", name="Masuk").click()


def place(button: Locator) -> FloatRect:
    """Where a button stands once what was changed is painted, in the page's own letters."""
    button.page.evaluate(PAINTED)
    found = button.bounding_box()
    assert found is not None
    return found


@pytest.mark.parametrize(("role", "person", "face", "size", "name"), FACES)
def test_a_page_whose_connection_is_still_opening_calls_nothing_lost_and_stays_where_it_is(
    served: Served, opened: Opened, role: str, person: str, face: str, size: tuple[int, int], name: str
) -> None:
    page = opened.page(served.url, size)
    page.add_init_script(HELD)
    sign_in(page, served, role, person, face)
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    before = place(button)
    expect(page.get_by_text(LOST)).to_have_count(0)
    page.evaluate("() => letOpen()")
    page.wait_for_function(OPENED)
    assert place(button) == before


class Cable:
    """The live connection of a page, to be pulled out and put back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: list[WebSocketRoute] = []
        self.cut = False
        page.route_web_socket(re.compile("/live"), self.judge)
        page.add_init_script(WATCHED)

    def judge(self, socket: WebSocketRoute) -> None:
        if self.cut:
            socket.close()
        else:
            socket.connect_to_server()
            self.sockets.append(socket)

    def pull(self) -> None:
        """Cut the connection once it stands, and every one that is tried after it."""
        self.page.wait_for_function(OPENED)
        self.cut = True
        self.sockets[-1].close()


@pytest.mark.parametrize(("role", "person", "face", "size", "name"), FACES)
def test_a_lost_connection_is_said_over_the_page_until_it_is_back(
    served: Served, opened: Opened, keep: Keep, role: str, person: str, face: str, size: tuple[int, int], name: str
) -> None:
    page = opened.page(served.url, size)
    cable = Cable(page)
    sign_in(page, served, role, person, face)
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    before = place(button)
    cable.pull()
    expect(page.get_by_text(LOST)).to_be_visible()
    assert place(button) == before
    assert_sound(page)
    keep(page, f"{face}-terputus")
    button.click()  # what is said lies over the page and is in nobody's way
    cable.cut = False
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=30_000)


@pytest.mark.parametrize("size", [(320, 640), PHONE], ids=["320", "360"])
def test_a_driver_who_waits_is_told_that_no_offer_can_come_and_finds_every_button_where_it_was(
    served: Served, opened: Opened, keep: Keep, size: tuple[int, int]
) -> None:
    page = opened.page(served.url, size)
    cable = Cable(page)
    sign_in(page, served, "driver", "sopir-cipondoh", "sopir")
    page.get_by_role("button", name="MULAI BERTUGAS").click()
    heading, button = page.get_by_role("heading", name="SIAGA"), page.get_by_role("button", name="Selesai bertugas")
    expect(page.get_by_text("● Daring")).to_be_visible()
    before = place(heading), place(button)
    cable.pull()
    expect(page.get_by_text("Luring – tawaran belum bisa masuk, sedang menyambung lagi…")).to_be_visible()
    assert (place(heading), place(button)) == before
    assert_sound(page)
    keep(page, f"sopir-luring-{size[0]}")
    cable.cut = False
    expect(page.get_by_text("● Daring")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(
    ("role", "person", "face", "size", "there"),
    [
        ("staff", "siti", "minta", PHONE, "Antar kontrol"),
        ("driver", "sopir-cipondoh", "sopir", PHONE, "MULAI BERTUGAS"),
        ("operator", "rina", "peta", PC, "Tabel kendaraan"),
        ("health_officer", "dinas", "kelola", PC, "Bagaimana SOP diubah"),
    ],
)
def test_a_page_that_cannot_begin_says_so_and_begins_once_it_is_told_to_try_again(
    enter: Callable[..., Page], keep: Keep, role: str, person: str, face: str, size: tuple[int, int], there: str
) -> None:
    page = enter(role, person, size)
    page.route("**/api/me", lambda route: route.abort())
    page.reload()
    expect(page.get_by_text("Sambungan terputus. Periksa internet lalu coba lagi.")).to_be_visible()
    assert_sound(page)
    keep(page, f"{face}-tidak-mulai")
    page.unroute("**/api/me")
    page.get_by_role("button", name="Coba lagi").click()
    expect(page.get_by_text(there).first).to_be_visible()


def test_a_map_whose_first_connection_does_not_come_about_says_so_until_it_does(served: Served, opened: Opened) -> None:
    page = opened.page(served.url, PC)
    cable = Cable(page)
    cable.cut = True
    sign_in(page, served, "operator", "rina", "peta")
    expect(page.get_by_text(LOST)).to_be_visible()
    assert_sound(page)
    cable.cut = False
    expect(page.get_by_role("button", name="Tabel kendaraan")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(LOST)).to_have_count(0)
