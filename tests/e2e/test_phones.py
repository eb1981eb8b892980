"""The desk's phones keep themselves current, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.people import be_called, open_phone, sign_in_as_iam_user, sign_in_as_root
from tests.server import Server

pytestmark = pytest.mark.browser

SIX = re.compile(r"^\d{6}$")


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    """The page of somebody who signs in, beside the desk's."""
    return context.new_page()


@pytest.fixture(autouse=True)
def running_clock(server: Server) -> Iterator[None]:
    yield
    server.control("PUT", "/clock", {"reset": True})


def test_the_code_changes_by_itself_when_its_time_is_over(page: Page, server: Server) -> None:
    server.control("PUT", "/clock", {"freeze": "2030-01-01T00:00:07Z"})
    open_phone(page, server, "jane.doe")
    expect(page.locator(".left")).to_have_text("23 s")
    following = page.locator(".next .num").first.inner_text()
    server.control("PUT", "/clock", {"advance_seconds": 23})
    expect(page.locator(".digits")).to_have_text(following)
    expect(page.locator(".left")).to_have_text("30 s")
    expect(page.locator(".copy")).to_have_attribute("data-copy", following)
    assert page.locator("progress").evaluate("bar => bar.value") == 30


def test_a_running_clock_counts_down_and_starts_over(page: Page, server: Server) -> None:
    server.control("PUT", "/clock", {"reset": True})
    open_phone(page, server, "jane.doe")
    code = page.locator(".digits").inner_text()
    seconds = int(page.locator(".left").inner_text().removesuffix(" s"))
    expect(page.locator(".left")).not_to_have_text(f"{seconds} s")
    server.control("PUT", "/clock", {"advance_seconds": 60})
    expect(page.locator(".digits")).not_to_have_text(code)


def test_the_code_on_the_page_signs_in_and_is_struck_out(
    page: Page, visitor: Page, server: Server
) -> None:
    server.control("PUT", "/clock", {"freeze": "2030-01-01T00:00:07Z"})
    open_phone(page, server, "jane.doe")
    code = page.locator(".digits").inner_text()
    assert SIX.match(code)
    sign_in_as_iam_user(visitor, server, "example-corp", "jane.doe", "Jane-demo-1")
    visitor.locator("#id_code").fill(code)
    visitor.locator("#verify_button").click()
    expect(visitor.locator("#signed-in-as")).to_contain_text("jane.doe")
    expect(page.locator(".mark")).to_contain_text("Used already")
    expect(page.locator(".digits")).to_have_class("digits used")


def test_a_call_rings_at_the_open_page_and_is_answered_there(
    page: Page, visitor: Page, server: Server
) -> None:
    open_phone(page, server)
    expect(page.locator("#telephone")).to_contain_text("It doesn't ring")
    be_called(visitor, server)
    keys = page.get_by_label("Keys to press")
    digits = visitor.locator("#call-digits").inner_text()
    keys.fill(digits[:3])
    # What is being typed outlives the page's looks for news.
    with page.expect_response(lambda answer: answer.url.endswith("/now")):
        pass
    expect(keys).to_have_value(digits[:3])
    expect(page.locator("#newest-messages")).to_contain_text("Confirm a sign-in")
    keys.fill(digits)
    page.locator("#press_button").click()
    expect(page.locator("#answered")).to_be_visible()
    visitor.locator("#verify_button").click()
    expect(visitor.locator("#signed-in-as")).to_contain_text("4444-5555-6666")


def test_an_answer_from_elsewhere_is_seen(page: Page, visitor: Page, server: Server) -> None:
    be_called(visitor, server)
    open_phone(page, server)
    expect(page.locator("#ringing")).to_be_visible()
    keys = visitor.locator("#call-digits").inner_text()
    answer = server.control("POST", "/phone/+1-555-0101/keys", {"keys": keys})
    assert answer == {"answered": True}
    expect(page.locator("#answered")).to_be_visible()


def test_new_mail_is_listed_without_a_reload(page: Page, visitor: Page, server: Server) -> None:
    open_phone(page, server, "mailed@example.com")
    expect(page.locator("#newest-messages")).to_contain_text("No mail")
    sign_in_as_root(visitor, server, "mailed@example.com", "Mailed-demo-1")
    expect(page.locator("#newest-messages code.big")).to_have_text(SIX)


def test_without_scripts_the_code_is_there_and_a_link_shows_the_next(
    chromium: Browser, context: BrowserContext, server: Server
) -> None:
    plain = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = plain.new_page()
    server.control("PUT", "/clock", {"freeze": "2030-01-01T00:00:07Z"})
    open_phone(page, server, "jane.doe")
    following = page.locator(".next .num").first.inner_text()
    expect(page.locator(".copy")).to_be_hidden()
    server.control("PUT", "/clock", {"advance_seconds": 30})
    page.get_by_role("link", name="Show the ones of now").click()
    expect(page.locator(".digits")).to_have_text(following)
    plain.close()
