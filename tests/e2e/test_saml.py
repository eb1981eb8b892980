"""Coming to the console from an identity provider at another site, with a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.saml_walks import ONE, SEVERAL, choice, come, make, response, send
from tests.e2e.signed_in import as_zhang
from tests.saml_roles import OTHER_ACCOUNT
from tests.server import Server

pytestmark = pytest.mark.browser

FEDERATED = "Federated/zhang@example.com"


@pytest.mark.requirement("R-037", "S-090")
def test_one_click_goes_on_as_the_only_role(page: Page, server: Server) -> None:
    come(page, server, ONE)
    expect(page.locator("#session-name")).to_have_text("zhang@example.com")
    page.locator("#signin_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text(FEDERATED)
    assert page.url == server.address("console.aws.amazon.com", "/console/home")


@pytest.mark.requirement("R-037")
def test_the_keyboard_chooses_one_of_several_roles(page: Page, server: Server) -> None:
    come(page, server, SEVERAL)
    page.locator("#signin_button").click()  # nothing is chosen yet
    expect(page.locator("#saml-roles")).to_be_visible()
    page.get_by_label("Reader").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Writer")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("Writer/zhang@example.com")


@pytest.mark.requirement("R-037")
def test_roles_stand_below_their_account(page: Page, server: Server) -> None:
    come(page, server, SEVERAL)
    group = page.get_by_role("group", name=f"Account: {OTHER_ACCOUNT}")
    expect(group.get_by_role("radio")).to_have_count(1)


@pytest.mark.requirement("S-105", "S-090")
def test_whoever_is_signed_in_is_asked_although_the_provider_is_another_site(
    page: Page, server: Server
) -> None:
    choice(page, server)
    expect(page.locator(".signed-in-now")).to_have_text("zhang")
    expect(page.locator("#arriving")).to_have_text(FEDERATED)
    page.locator("#stay").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


@pytest.mark.requirement("S-036")
def test_a_sign_in_that_is_under_way_is_not_disturbed(page: Page, server: Server) -> None:
    make(server, ONE)
    page.goto(server.address("example-corp.signin.aws.amazon.com", "/console"))
    other = page.context.new_page()
    send(other, server, response(server, ONE))
    other.close()
    page.get_by_label("User name").fill("zhang")
    page.get_by_label("Password", exact=True).fill("Zhang-demo-1")
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


@pytest.mark.requirement("R-037")
def test_it_needs_no_script(chromium: Browser, server: Server) -> None:
    server.control("POST", "/reset", {"scenario": "demo"})
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    come(page, server, ONE)
    page.locator("#signin_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text(FEDERATED)
    context.close()


@pytest.mark.requirement("R-037")
def test_the_page_of_the_roles_is_in_the_language_of_the_browser(
    chromium: Browser, server: Server
) -> None:
    server.control("POST", "/reset", {"scenario": "demo"})
    context = chromium.new_context(locale="ja-JP")
    page = context.new_page()
    come(page, server, SEVERAL)
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("#signin_button")).not_to_have_text("Sign in")
    context.close()


@pytest.mark.requirement("S-041")
def test_signing_out_after_a_refusal_asks(page: Page, server: Server) -> None:
    as_zhang(page, server)
    send(page, server, "bm9uZQ==")
    page.locator("#sign-out").click()
    expect(page.locator("#sign-out-choice")).to_be_visible()
