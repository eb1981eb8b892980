"""One signed-in browser serves every door: portal, device page, consent, and ``aws login``."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.cli.programs import Cli
from tests.e2e.portal_walks import sign_in
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-099", "R-104")]


def who(cli: Cli, profile: str) -> str:
    """Return the ARN that STS has for whoever the command line works as."""
    said = json.loads(cli.run("sts", "get-caller-identity", "--profile", profile))
    return str(said["Arn"])


def let_in_without_a_sign_in(cli: Cli, page: Page, *arguments: str) -> None:
    """Log in, and fail if a name or a password is asked for."""
    process = cli.start("sso", "login", "--sso-session", "lab", *arguments)
    page.goto(cli.opened_url(process))
    if "--use-device-code" in arguments:
        page.locator("#cli_verification_btn").click()
    page.locator("#cli_login_button").click()
    cli.finish(process)


def test_one_sign_in_serves_the_portal_and_both_ways_of_the_cli(
    cli: Cli, browser_page: Page, server: Server
) -> None:
    sign_in(browser_page, server)
    expect(browser_page.locator("#accounts")).to_be_visible()
    let_in_without_a_sign_in(cli, browser_page)
    assert who(cli, "lab").endswith("/jane_doe")
    let_in_without_a_sign_in(cli, browser_page, "--use-device-code")
    assert who(cli, "lab").endswith("/jane_doe")
    browser_page.goto(server.address("example-corp.awsapps.com", "/start/"))
    expect(browser_page.locator("#accounts")).to_be_visible()


def test_a_role_opened_at_the_portal_serves_aws_login(
    cli: Cli, browser_page: Page, server: Server
) -> None:
    sign_in(browser_page, server)
    browser_page.get_by_role("link", name="AdministratorAccess", exact=True).click()
    expect(browser_page.locator("#signed-in-as")).to_contain_text("/jane_doe")
    process = cli.start("login", "--profile", "plain")
    browser_page.goto(cli.opened_url(process))
    browser_page.locator("#allow_button").click()
    browser_page.wait_for_url("http://127.0.0.1:*/oauth/callback**")
    cli.finish(process)
    assert "assumed-role/AWSReservedSSO_AdministratorAccess_" in who(cli, "plain")
