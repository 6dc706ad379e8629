"""What every face has to keep: no sideways scroll, large targets, accessibility."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "web" / "client" / "node_modules" / "axe-core" / "axe.min.js"
_SMALL = """() => [...document.querySelectorAll('main button, main a.button, header button, nav button, aside button')]
  .filter(e => e.offsetParent !== null)
  .map(e => [e.textContent.trim(), Math.round(e.getBoundingClientRect().height)])
  .filter(([, height]) => height < 48)"""


def small_targets(page: Page) -> list[Any]:
    """Buttons lower than 48 pixels, with their text."""
    found: list[Any] = page.evaluate(_SMALL)
    return found


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


def violations(page: Page) -> list[str]:
    """What axe finds, as rule and first place."""
    # Evaluated, not added as a tag: the page's own policy allows no inline script.
    page.evaluate(_AXE.read_text())
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.map(
            v => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`)"""
    )
    return found


def assert_sound(page: Page) -> None:
    """The page as it stands keeps all of it."""
    found = (sideways(page), small_targets(page), violations(page))
    assert found == (0, [], []), found
