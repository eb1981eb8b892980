"""Debian's AWS CLI 2.9, which knows no other endpoints, signs in by the real names' gateway."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from signin.gateway.place import Place
from tests.cli.programs import Cli, debians
from tests.cli.wizard import make_profile
from tests.e2e.conftest import PATIENCE
from tests.e2e.portal_walks import JANE
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.requirement("R-105", "R-107")]


@pytest.fixture
def page(chromium: Browser, gateway: Server, place: Place) -> Iterator[Page]:
    """Return a page of a browser that shows the real addresses."""
    gateway.control("POST", "/reset", {"scenario": "demo"})
    context = chromium.new_context(
        locale="en-US", proxy={"server": place.url}, ignore_https_errors=True
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def cli(tmp_path: Path, gateway: Server, page: Page, place: Place) -> Cli:
    proxied = {"HTTPS_PROXY": place.url, "AWS_CA_BUNDLE": place.authority}
    return Cli(debians(), tmp_path, gateway, proxied)


def let_in(page: Page, url: str) -> None:
    """Confirm the code, sign in as Jane, and allow it."""
    page.goto(url)
    assert page.url.startswith("https://device.sso.us-east-1.amazonaws.com/")
    page.locator("#cli_verification_btn").click()
    page.get_by_label("User name").fill(JANE[0])
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(JANE[1])
    page.locator("#signin_button").click()
    page.locator("#cli_login_button").click()
    expect(page.locator("#device-allowed")).to_be_visible()


def test_it_logs_in_says_who_it_is_and_logs_out(cli: Cli, page: Page) -> None:
    process = cli.start("sso", "login", "--profile", "lab")
    let_in(page, cli.opened_url(process))
    assert "Successfully logged into" in cli.finish(process)
    said = json.loads(cli.run("sts", "get-caller-identity", "--profile", "lab"))
    assert said["Account"] == "111122223333"
    assert "assumed-role/AWSReservedSSO_ReadOnlyAccess_" in said["Arn"]
    assert said["Arn"].endswith("/jane_doe")
    cli.run("sso", "logout")
    cli.run("sts", "get-caller-identity", "--profile", "lab", is_good=False)


def test_its_wizard_makes_a_profile_that_works(cli: Cli, page: Page) -> None:
    make_profile(cli, lambda url: let_in(page, url))
    said = json.loads(cli.run("sts", "get-caller-identity", "--profile", "made"))
    assert said["Arn"].endswith("/jane_doe")
