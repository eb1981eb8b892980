"""Several sessions in one browser, with a real one: its tabs, its cookies, its keyboard."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.multi_session_walks import full, managed, on, with_root
from tests.server import Server

pytestmark = pytest.mark.browser


def test_two_tabs_show_two_people(context: BrowserContext, page: Page, server: Server) -> None:
    with_root(page, server)
    other = context.new_page()
    page.locator("#signed-in-as").click()
    other.goto(page.locator("#session-1").get_attribute("href") or "")
    expect(other.locator("#signed-in-as")).to_contain_text("zhang")
    page.reload()
    expect(page.locator("#signed-in-as")).to_contain_text("6666-7777-8888")
    other.locator("#region-menu summary").click()
    other.get_by_role("link", name="Frankfurt").click()
    expect(other).to_have_url(re.compile(r"//111122223333-\w{8}\.eu-central-1\.console\."))
    expect(other.locator("#signed-in-as")).to_contain_text("zhang")


def test_signing_out_of_one_leaves_the_other_tab(
    context: BrowserContext, page: Page, server: Server
) -> None:
    with_root(page, server)
    other = context.new_page()
    page.locator("#signed-in-as").click()
    other.goto(page.locator("#session-1").get_attribute("href") or "")
    page.locator("#sign_out_button").click()
    page.locator("#sign-in").wait_for()
    other.reload()
    expect(other.locator("#signed-in-as")).to_contain_text("zhang")
    expect(other.locator("#session-1")).to_have_count(0)


def test_the_menu_and_the_page_are_used_by_keyboard(page: Page, server: Server) -> None:
    on(page, server)
    page.locator("#back-to-console").focus()
    page.keyboard.press("Enter")
    page.locator("#signed-in-as").focus()
    page.keyboard.press("Enter")
    page.locator("#multi-session").focus()
    page.keyboard.press("Enter")
    page.locator("#turn_off_button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#multi-session-off")).to_be_visible()
    page.locator("#back-to-console").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


def test_turning_it_off_leaves_the_one_it_came_from(page: Page, server: Server) -> None:
    managed(page, server)
    page.locator("#session-2").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")
    page.locator("#signed-in-as").click()
    page.locator("#multi-session").click()
    page.locator("#turn_off_button").click()
    page.locator("#back-to-console").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


def test_a_sixth_chooses_whose_place_it_takes(page: Page, server: Server) -> None:
    full(page, server)
    page.locator("#instead_button").click()  # nobody is chosen: the browser says so
    expect(page.locator("#too-many-sessions")).to_be_visible()
    page.get_by_label("graced@example.com").check()
    page.locator("#instead_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("expires.soon")


def test_it_works_without_javascript(context: BrowserContext, server: Server) -> None:
    assert context.browser
    without = context.browser.new_context(java_script_enabled=False, locale="en-US")
    page = without.new_page()
    managed(page, server)
    page.get_by_role("button", name="zhang").click()
    expect(page.locator("#session-2")).to_have_count(0)
    without.close()
