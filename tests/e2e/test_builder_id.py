"""Somebody lets an editor in, and creates the Builder ID that it asks for on the way."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.builder_id_walks import (
    DEV,
    NEW,
    call_for_tokens,
    sign_in,
    start,
    type_mailed_code,
    type_twice,
    waiting,
)
from tests.e2e.people import pass_captcha
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-120", "R-126", "R-134")
def test_a_builder_id_is_created_while_a_program_waits(page: Page, server: Server) -> None:
    begun = waiting(server)
    page.goto(begun["verificationUriComplete"])
    expect(page.get_by_label("Code")).to_have_value(begun["userCode"])
    page.locator("#cli_verification_btn").click()
    page.locator("#create-builder-id").click()
    page.get_by_label("E-mail address").fill(NEW[0])
    page.keyboard.press("Enter")
    page.get_by_label("Your name").fill("Ana Silva")
    page.keyboard.press("Enter")
    page.locator("form[data-step=builder-id-code]").wait_for()
    type_mailed_code(page, server)
    type_twice(page, NEW[1])
    page.locator("#create_button").click()
    page.locator("form[data-step=captcha]").wait_for()
    pass_captcha(page, server)
    expect(page.locator("#user-code-shown")).to_have_text(begun["userCode"])
    page.locator("#cli_login_button").click()
    expect(page.locator("#device-allowed")).to_be_visible()
    assert call_for_tokens(server, begun)["accessToken"]
    page.locator("#go-on").click()
    expect(page.locator("section#builder-id")).to_contain_text("Ana Silva")


@pytest.mark.requirement("R-198")
def test_after_signing_out_nothing_of_the_page_comes_back(page: Page, server: Server) -> None:
    sign_in(page, server)
    expect(page.locator("#email")).to_have_text(DEV[0])
    page.locator("#sign_out_button").click()
    expect(page.locator("form[data-step=builder-id-email]")).to_be_visible()
    page.go_back()
    expect(page.locator("#email")).to_have_count(0)
    start(page, server)
    expect(page.locator("form[data-step=builder-id-email]")).to_be_visible()
