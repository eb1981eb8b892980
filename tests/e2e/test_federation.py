"""Coming to the console from a broker with a real browser."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.federation_walks import choice, come, login_url, token_for, without_room
from tests.e2e.signed_in import as_zhang
from tests.server import Server

pytestmark = pytest.mark.browser

VISITOR = "Audit/visitor"


@pytest.mark.requirement("R-096")
def test_a_broker_s_address_opens_the_console(page: Page, server: Server) -> None:
    come(page, server)
    expect(page.locator("#signed-in-as")).to_contain_text(VISITOR)
    assert page.url == server.address("console.aws.amazon.com", "/console/home")


@pytest.mark.requirement("S-105")
def test_the_keyboard_goes_on_as_somebody_else(page: Page, server: Server) -> None:
    choice(page, server)
    expect(page.locator(".signed-in-now")).to_have_text("zhang")
    expect(page.locator("#arriving")).to_have_text(VISITOR)
    page.locator("#replace_button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text(VISITOR)


@pytest.mark.requirement("S-105")
def test_whoever_stays_is_who_they_were(page: Page, server: Server) -> None:
    choice(page, server)
    page.locator("#stay").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


@pytest.mark.requirement("S-105")
def test_the_page_that_asks_needs_no_script(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    choice(page, server)
    page.locator("#replace_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text(VISITOR)
    context.close()


@pytest.mark.requirement("S-105")
def test_the_keyboard_adds_a_session_in_place_of_a_fifth(page: Page, server: Server) -> None:
    without_room(page, server)
    page.locator("#add_button").focus()
    page.keyboard.press("Enter")
    page.get_by_label("graced@example.com").focus()
    page.keyboard.press("Space")
    page.locator("#instead_button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text(VISITOR)
    page.goto(server.address("signin.aws.amazon.com", "/sessions"))
    expect(page.get_by_role("listitem")).to_have_count(5)
    expect(page.get_by_role("main")).not_to_contain_text("graced@example.com")
    page.get_by_role("link", name="zhang").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


@pytest.mark.requirement("S-105")
def test_a_sign_out_leads_on_to_a_broker_s_address(page: Page, server: Server) -> None:
    as_zhang(page, server)
    to = quote(login_url(server, token_for(server)))
    logout = f"/oauth?Action=logout&redirect_uri={to}"
    page.goto(server.address("signin.aws.amazon.com", logout))
    expect(page.locator("#next")).to_contain_text("signin.aws.amazon.com.localhost")
    page.locator("#sign_out_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text(VISITOR)
