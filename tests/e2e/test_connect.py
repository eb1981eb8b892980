"""The desk's page for programs says by itself who has called."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import sign_in_as_iam_user
from tests.server import Server

pytestmark = pytest.mark.browser


def test_a_call_is_shown_as_soon_as_it_has_come(
    page: Page, server: Server, chromium: Browser
) -> None:
    page.goto(server.address("localhost", "/connect/"))
    row, other = page.locator("#program-aws-cli"), page.locator("#program-boto3")
    expect(row).to_contain_text("Awaited")
    program = chromium.new_context(user_agent="aws-cli/2.38.1 md/Botocore#1.44.8")
    somebody = ("example-corp", "zhang", "Zhang-demo-1")
    sign_in_as_iam_user(program.new_page(), server, *somebody)  # an event like any other
    program.close()
    expect(row).to_contain_text("Has called")
    expect(other).to_contain_text("Awaited")


def test_a_recipe_is_copied_whole(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.address("localhost", "/connect/"))
    page.locator("[data-copies=text-environment]").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#text-environment").text_content()
    assert copied.count("export AWS_ENDPOINT_URL_") == 4
