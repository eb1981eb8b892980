"""The newest AWS CLI signs in with a Builder ID, and comes into no account by it."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli.programs import Cli
from tests.e2e.builder_id_walks import DEV, START_URL

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-126", "R-186")]

PROFILE = f"""
[sso-session builder-id]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_registration_scopes = codewhisperer:completions

[profile builder-id]
sso_session = builder-id
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
"""


@pytest.fixture
def builder(cli: Cli) -> Cli:
    """Return the CLI with a profile that asks for a Builder ID."""
    with (cli.home / ".aws" / "config").open("a") as file:
        file.write(PROFILE)
    return cli


def tokens_of(cli: Cli) -> list[dict[str, Any]]:
    """Return what the CLI keeps of its sign-in."""
    files = (cli.home / ".aws" / "sso" / "cache").glob("*.json")
    return [said for path in files if "accessToken" in (said := json.loads(path.read_text()))]


@pytest.mark.parametrize("way", ["PKCE", "device code"])
def test_it_signs_in_and_out(builder: Cli, browser_page: Page, way: str) -> None:
    page, by_code = browser_page, way == "device code"
    more = ["--use-device-code"] if by_code else []
    process = builder.start("sso", "login", "--sso-session", "builder-id", *more)
    page.goto(builder.opened_url(process))
    if by_code:
        page.locator("#cli_verification_btn").click()
    page.get_by_label("E-mail address").fill(DEV[0])
    page.locator("#next_button").click()
    page.get_by_label("Password", exact=True).fill(DEV[1])
    page.locator("#signin_button").click()
    expect(page.locator("#scopes")).to_contain_text("codewhisperer:completions")
    page.locator("#cli_login_button").click()
    assert "Successfully logged into" in builder.finish(process)
    [kept] = tokens_of(builder)
    assert kept["startUrl"] == START_URL
    assert kept["refreshToken"]
    refused = builder.run("sts", "get-caller-identity", "--profile", "builder-id", is_good=False)
    assert "session" in refused.lower()
    builder.run("sso", "logout")
    assert not tokens_of(builder)
