"""A server, a browser, and the AWS CLIs that sign in with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from signin.gateway.place import Place
from tests.chromium import PATIENCE
from tests.cli.programs import Cli, newest
from tests.e2e.signed_in import as_zhang
from tests.server import Server, free_port


@pytest.fixture
def browser_page(chromium: Browser, server: Server) -> Iterator[Page]:
    """Return a page of a browser without cookies, beside a server with the demo scenario."""
    server.control("POST", "/reset", {"scenario": "demo"})
    context = chromium.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def cli(tmp_path: Path, server: Server, browser_page: Page) -> Cli:
    """Return the newest AWS CLI."""
    return Cli(newest(), tmp_path, server)


@pytest.fixture
def zhang(browser_page: Page, server: Server) -> Page:
    """Return a page in whose browser Zhang is signed in to the console."""
    as_zhang(browser_page, server)
    return browser_page


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a gateway of the real names."""
    with Server(tmp_path_factory.mktemp("gateway"), gateway=free_port()) as running:
        yield running


@pytest.fixture
def place(gateway: Server) -> Place:
    """Return where the gateway is."""
    return Place(**gateway.place())
