"""Chromium, and one server for all tests in it: one of each, whichever folders' tests ask for it.

Playwright's synchronous interface runs once in a process.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.server import Server

# Nothing of the browser's own may go out, and root needs no sandbox in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # milliseconds until something counts as not happening, on a busy machine
HOW_TO_GET_IT = (
    "no Chromium: browser tests are left out. Install Debian's package chromium-headless-shell or"
    " chromium, set CHROMIUM to a binary, or run `.venv/bin/playwright install chromium`"
)
# The first is Chromium without its own windows, which takes two thirds of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium(playwright: Playwright) -> str | None:
    """Return a Chromium: ``CHROMIUM``, one on the PATH, Debian's, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    on_path = [shutil.which(name) for name in NAMES]
    own = playwright.chromium.executable_path
    for candidate in (named, *on_path, "/usr/bin/chromium", own):
        if candidate and Path(candidate).exists():
            return candidate
    return None


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("e2e")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            if os.environ.get("CI"):
                pytest.fail(HOW_TO_GET_IT)
            pytest.skip(HOW_TO_GET_IT)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
