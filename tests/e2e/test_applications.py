"""From the portal to a SAML application that listens on this machine, in a real browser."""

from base64 import b64decode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.application_walks import (
    Listener,
    address_of,
    listener,
    listens,
    open_tile,
    sign_out,
)
from tests.e2e.portal_walks import at_portal
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def echo(server: Server) -> Iterator[Listener]:
    """Have an application listen, and the portal know where."""
    with listener() as heard:
        listens(server, heard)
        yield heard


@pytest.mark.requirement("R-098")
def test_a_tile_takes_an_assertion_to_the_application(
    page: Page, server: Server, echo: Listener
) -> None:
    open_tile(page, server)
    expect(page.locator("#taken")).to_be_visible()
    [(path, fields)] = echo.sent
    assert path == "/saml/acs"
    assert b">jane_doe@example.com<" in b64decode(fields["SAMLResponse"])
    assert "RelayState" not in fields


def test_a_question_is_answered_with_its_relay_state(
    page: Page, server: Server, echo: Listener
) -> None:
    at_portal(page, server)
    page.goto(address_of(server, "assertion"))
    expect(page.locator("#taken")).to_be_visible()
    [(_, fields)] = echo.sent
    assert fields["RelayState"] == "here"
    assert b'InResponseTo="_question-1"' in b64decode(fields["SAMLResponse"])


def test_all_of_it_without_javascript(chromium: Browser, server: Server, echo: Listener) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    open_tile(page, server)
    page.locator("#go_on_button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#taken")).to_be_visible()
    assert len(echo.sent) == 1
    context.close()


def test_signing_out_ends_the_session_and_tells_the_application(
    page: Page, server: Server, echo: Listener
) -> None:
    sign_out(page, server)
    page.locator("#confirm_sign_out_button").click()
    expect(page.locator("#taken")).to_be_visible()
    [(path, fields)] = echo.sent
    assert (path, fields["RelayState"]) == ("/saml/slo", "here")
    page.goto(server.address("example-corp.awsapps.com", "/start/"))
    expect(page.get_by_label("User name")).to_be_visible()
