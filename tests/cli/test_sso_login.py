"""The newest AWS CLI signs in to the access portal."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli.programs import Cli
from tests.cli.wizard import make_profile
from tests.e2e.portal_walks import JANE, settings_are
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-105", "R-107")]


def sign_in(page: Page) -> None:
    """Type Jane's name and password."""
    page.get_by_label("User name").fill(JANE[0])
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(JANE[1])
    page.locator("#signin_button").click()


def let_in(cli: Cli, page: Page, *arguments: str) -> str:
    """Run ``aws sso login`` and allow what it asks for; return what it printed."""
    process = cli.start("sso", "login", "--sso-session", "lab", *arguments)
    page.goto(cli.opened_url(process))
    name, allow = page.get_by_label("User name"), page.locator("#cli_login_button")
    if page.locator("#cli_verification_btn").count():
        page.locator("#cli_verification_btn").click()
    name.or_(allow).wait_for()
    if name.count():
        sign_in(page)
    allow.click()
    return cli.finish(process)


def cached(cli: Cli) -> tuple[Path, dict[str, Any]]:
    """Return the file in which the CLI keeps its tokens, and what it says."""
    for path in (cli.home / ".aws" / "sso" / "cache").glob("*.json"):
        said = json.loads(path.read_text())
        if "accessToken" in said:
            return path, said
    raise AssertionError("no token is kept")


def age(cli: Cli, server: Server, by: timedelta) -> None:
    """Let time go by, for the server by its clock and for the CLI in what it keeps."""
    server.control("PUT", "/clock", {"advance_seconds": int(by.total_seconds())})
    path, said = cached(cli)
    ends = datetime.fromisoformat(said["expiresAt"].replace("Z", "+00:00")) - by
    said["expiresAt"] = ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_text(json.dumps(said))


def credentials(cli: Cli) -> dict[str, str]:
    """Have the CLI get credentials of the profile's role."""
    said: dict[str, str] = json.loads(
        cli.run("configure", "export-credentials", "--profile", "lab", "--format", "process")
    )
    return said


def forget_credentials(cli: Cli) -> None:
    """Have the CLI ask for credentials again when it next needs some."""
    for path in (cli.home / ".aws" / "cli" / "cache").glob("*.json"):
        path.unlink()


def test_by_code_and_pkce(cli: Cli, browser_page: Page) -> None:
    assert "Successfully logged into" in let_in(cli, browser_page)
    assert "/oauth/callback?" in browser_page.url
    assert cached(cli)[1]["refreshToken"]
    assert credentials(cli)["AccessKeyId"].startswith("ASIA")


def test_by_device_code(cli: Cli, browser_page: Page) -> None:
    printed = let_in(cli, browser_page, "--use-device-code")
    assert "Successfully logged into" in printed
    expect(browser_page.locator("#device-allowed")).to_be_visible()
    assert credentials(cli)["SessionToken"]


def test_its_wizard_makes_a_profile_that_works(cli: Cli, browser_page: Page) -> None:
    def allow(url: str) -> None:
        browser_page.goto(url)
        sign_in(browser_page)
        browser_page.locator("#cli_login_button").click()

    make_profile(cli, allow)
    said = json.loads(cli.run("sts", "get-caller-identity", "--profile", "made"))
    assert said["Arn"].endswith("/jane_doe")


@pytest.mark.requirement("S-097")
def test_a_denied_one_stays_out(cli: Cli, browser_page: Page) -> None:
    process = cli.start("sso", "login", "--sso-session", "lab")
    browser_page.goto(cli.opened_url(process))
    sign_in(browser_page)
    browser_page.locator("#deny_button").click()
    cli.finish(process, is_good=False)


@pytest.mark.requirement("S-102")
def test_a_token_is_renewed_until_the_portal_session_ends(
    cli: Cli, browser_page: Page, server: Server
) -> None:
    let_in(cli, browser_page)
    before = cached(cli)[1]
    age(cli, server, timedelta(minutes=50))
    credentials(cli)
    after = cached(cli)[1]
    assert after["accessToken"] != before["accessToken"]
    assert after["refreshToken"] != before["refreshToken"]
    age(cli, server, timedelta(hours=8))
    forget_credentials(cli)
    printed = cli.run("configure", "export-credentials", "--profile", "lab", is_good=False)
    assert "expired" in printed.lower()


@pytest.mark.requirement("S-103")
def test_logging_out_ends_the_portal_session(cli: Cli, browser_page: Page, server: Server) -> None:
    let_in(cli, browser_page)
    cli.run("sso", "logout")
    browser_page.goto(server.address("example-corp.awsapps.com", "/start/"))
    expect(browser_page.locator("#accounts")).to_have_count(0)


@pytest.mark.requirement("R-195")
def test_signing_out_of_the_portal_ends_what_the_cli_may(
    cli: Cli, browser_page: Page, server: Server
) -> None:
    let_in(cli, browser_page)
    browser_page.goto(server.address("d-1234567890.awsapps.com", "/start/"))
    browser_page.locator("#sign_out_button").click()
    expect(browser_page.locator("form[data-step=username]")).to_be_visible()
    assert "expired" in cli.run(
        "configure", "export-credentials", "--profile", "lab", is_good=False
    )


def test_a_warm_browser_is_asked_or_let_in_at_once(
    cli: Cli, browser_page: Page, server: Server
) -> None:
    browser_page.goto(server.address("d-1234567890.awsapps.com", "/start/"))
    sign_in(browser_page)
    expect(browser_page.locator("#accounts")).to_be_visible()
    settings_are(server, skips_consent=True)
    process = cli.start("sso", "login", "--sso-session", "lab")
    browser_page.goto(cli.opened_url(process))
    assert "Successfully logged into" in cli.finish(process)
