"""From the portal to the provider at another site and back, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.idp_walks import (
    HOST,
    MARY,
    arrive,
    at_provider,
    choose,
    federate,
    idp,
    to_console,
)
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-031", "R-032")
def test_from_the_portal_to_the_provider_and_into_a_role(page: Page, server: Server) -> None:
    at_provider(page, server)
    choose(page)
    expect(page).to_have_url(server.address(HOST, "/start/"))
    expect(page.locator("#signed-in-as")).to_contain_text("Mary Major")
    expect(page.locator("#mfa-devices")).to_have_count(0)
    page.get_by_role("link", name="AdministratorAccess", exact=True).click()
    expect(page.locator("#signed-in-as")).to_contain_text("/mary@example.com")


def test_all_of_it_by_keyboard(page: Page, server: Server) -> None:
    federate(server)
    page.goto(server.address(HOST, "/start/"))
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(MARY)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who shall you be?")).to_be_focused()
    page.keyboard.type(MARY)
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("Mary Major")


def test_all_of_it_without_javascript(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    at_provider(page, server)
    choose(page)
    page.locator("#go_on_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("Mary Major")
    context.close()


@pytest.mark.requirement("S-090")
def test_the_provider_s_own_page_leads_there_after_a_click(page: Page, server: Server) -> None:
    arrive(page, server)
    expect(page.locator("#who")).to_have_text(MARY)
    page.locator("#sign_in_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("Mary Major")


@pytest.mark.requirement("S-090")
def test_an_answer_goes_on_in_the_browser_that_asked_only(
    page: Page, chromium: Browser, server: Server
) -> None:
    at_provider(page, server)
    asked = page.url
    other = chromium.new_context(locale="en-US")
    elsewhere = other.new_page()
    elsewhere.goto(asked)
    choose(elsewhere)
    expect(elsewhere.locator("#attempt-over")).to_be_visible()
    elsewhere.goto(server.address(HOST, "/start/"))
    expect(elsewhere.locator("form[data-step=username]")).to_be_visible()
    other.close()


def test_the_provider_remembers_who_one_was(page: Page, server: Server) -> None:
    at_provider(page, server)
    choose(page)
    expect(page.locator("#signed-in-as")).to_be_visible()
    page.goto(idp(server))
    page.locator("#service-providers a").last.click()
    expect(page.get_by_label("Who shall you be?")).to_have_value(MARY)


@pytest.mark.requirement("R-037", "R-110")
def test_the_provider_s_own_page_leads_to_a_role_at_the_console(page: Page, server: Server) -> None:
    to_console(page, server)
    page.get_by_label("Who shall you be?").fill(MARY)
    for role in page.locator("input[name=roles]").all():
        role.check()
    page.locator("#signin_button").click()
    page.get_by_label("Auditor").check()
    page.locator("#signin_button").click()
    expect(page.locator("#account-menu")).to_contain_text(f"Auditor/{MARY}")
