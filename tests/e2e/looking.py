"""Looking at a page as people with different eyes and screens do."""

from pathlib import Path

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Styles needn't be fetched again for the one rule that reads them, which is an experiment and not
# run; and of what was found good, nothing is told.
RUN_AXE = """axe.run({resultTypes: ["violations"], preload: {assets: ["media"]}})
    .then(({violations}) => ({violations}))"""


def look_at(page: Page, axe: Axe, request: pytest.FixtureRequest, name: str) -> None:
    """Fail if a page scrolls sideways, or if axe finds something, narrow or wide, light or dark.

    It leaves the page narrow and light. What is laid out anew takes its time, so the order is the
    one of the fewest changes.
    """
    page.evaluate(axe.axe_script)  # once: it is half a megabyte
    for width, themes in ((1280, ("light", "dark")), (320, ("dark", "light"))):
        page.set_viewport_size({"width": width, "height": 800})
        for theme in themes:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            shoot(page, request, f"{name}-{width}-{theme}")
            assert sideways(page) <= width, f"{name} is {sideways(page)} px wide at {width}"
            if width == 320 or theme == "dark":
                found = AxeResults(page.evaluate(RUN_AXE))
                assert found.violations_count == 0, found.generate_report()


def sideways(page: Page) -> int:
    """Return how wide the page is, in CSS pixels."""
    page.wait_for_load_state()  # a page on its way has no width yet
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def shoot(page: Page, request: pytest.FixtureRequest, name: str) -> None:
    """Keep a picture of the page where ``--screenshots`` says."""
    if folder := request.config.getoption("--screenshots"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
