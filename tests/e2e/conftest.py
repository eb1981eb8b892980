"""Pages in Chromium; each test starts from the demo scenario."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
)

from tests.chromium import PATIENCE
from tests.server import Server


@pytest.fixture
def context(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    server.control("POST", "/reset", {"scenario": "demo"})
    with new_context(chromium) as context:
        yield context


def new_context(chromium: Browser) -> BrowserContext:
    """Return a browser that nobody used before; leaving it closes it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: no script error, no refused resource, no outside request."""
    complaints: list[str] = []
    page = new_page(context, complaints)
    yield page
    assert not complaints


def new_page(context: BrowserContext, complaints: list[str]) -> Page:
    """Return a page that writes down what it has to complain of."""
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend(_complaint(said)))
    page.on("request", lambda sent: complaints.extend(_outside(sent)))
    return page


def _complaint(said: ConsoleMessage) -> list[str]:
    # That a page was refused with a status is what some tests are about.
    expected = said.type != "error" or "responded with a status" in said.text
    return [] if expected else [said.text]


def _outside(sent: Request) -> list[str]:
    parts = urlsplit(sent.url)
    host = parts.hostname or ""
    inside = parts.scheme == "data" or host == "localhost" or host.endswith(".localhost")
    return [] if inside else [sent.url]
