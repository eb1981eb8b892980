"""``aws login`` of the newest AWS CLI, unmodified, with a browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.programs import Cli
from tests.cli.terminal import Terminal
from tests.e2e.people import sign_in_as_zhang
from tests.server import Server

pytestmark = pytest.mark.browser

ZHANG = "arn:aws:iam::111122223333:user/zhang"
PROFILE = ("--profile", "plain")


@pytest.fixture
def zhang(browser_page: Page, server: Server) -> Page:
    """Return a page in whose browser Zhang is signed in to the console."""
    sign_in_as_zhang(browser_page, server)
    return browser_page


def log_in(cli: Cli, page: Page) -> str:
    """Run ``aws login``, let it in with a browser, and return what it said.

    One login of 256 leaves the command line with a key that it cannot read again: `awscrt`
    writes a private key that begins with a zero byte too short for itself. Whoever meets that
    at a renewal logs in again, and so is done here.
    """
    while True:
        process = cli.start("login", *PROFILE)
        page.goto(cli.opened_url(process))
        page.locator("#allow_button").click()
        page.wait_for_url("http://127.0.0.1:*/oauth/callback**")
        said = cli.finish(process)
        if has_a_key_that_it_can_read(cli):
            return said


def has_a_key_that_it_can_read(cli: Cli) -> bool:
    """Return whether the kept key is of full length: SEC 1 in PEM, P-256, 32 bytes of scalar."""
    [path] = cached(cli)
    pem: str = json.loads(path.read_text())["dpopKey"]
    return pem.removeprefix("-----BEGIN EC PRIVATE KEY-----\n").startswith("MHcCAQEEI")


def credentials(cli: Cli) -> dict[str, str]:
    """Return the credentials that the command line works with."""
    said = cli.run("configure", "export-credentials", *PROFILE)
    found: dict[str, str] = json.loads(said)
    return found


def refused(cli: Cli) -> str:
    """Return why the command line has no credentials."""
    return cli.run("configure", "export-credentials", *PROFILE, is_good=False)


def who(cli: Cli) -> str:
    """Return the ARN that STS has for whoever the command line works as."""
    return cli.run("sts", "get-caller-identity", "--query", "Arn", *PROFILE).strip().strip('"')


def cached(cli: Cli) -> list[Path]:
    """Return the files in which the command line keeps what it got."""
    return sorted((cli.home / ".aws" / "login" / "cache").glob("*.json"))


def let_credentials_expire(cli: Cli) -> None:
    """Have the command line think that its credentials are over: it goes by its own clock."""
    [path] = cached(cli)
    kept = json.loads(path.read_text())
    kept["accessToken"]["expiresAt"] = "2020-01-01T00:00:00Z"
    path.write_text(json.dumps(kept))


def test_logs_in_renews_and_logs_out(cli: Cli, zhang: Page, server: Server) -> None:
    assert ZHANG in log_in(cli, zhang)
    assert f"login_session = {ZHANG}" in (cli.home / ".aws" / "config").read_text()
    first = credentials(cli)
    assert first["AccessKeyId"].startswith("ASIA")
    assert credentials(cli) == first
    assert who(cli) == ZHANG
    let_credentials_expire(cli)
    second = credentials(cli)
    assert second["AccessKeyId"] != first["AccessKeyId"]
    server.control("PUT", "/clock", {"advance_seconds": 11 * 3600})
    let_credentials_expire(cli)
    assert credentials(cli)["AccessKeyId"] != second["AccessKeyId"]
    server.control("PUT", "/clock", {"advance_seconds": 3600})
    let_credentials_expire(cli)
    assert "Your session has expired" in refused(cli)
    cli.run("logout", *PROFILE)
    assert cached(cli) == []


def test_logs_in_on_another_device(cli: Cli, zhang: Page) -> None:
    arguments = [cli.program, "login", "--remote", *PROFILE]
    terminal = Terminal(arguments, cli.environment_of(), str(cli.home))
    terminal.expect("displayed in your browser")
    address = re.search(r"https?://\S+/v1/authorize\S+", terminal.shown)
    assert address, terminal.shown
    zhang.goto(address[0])
    expect(zhang.locator("#other-device")).to_be_visible()
    zhang.locator("#allow_button").click()
    terminal.type(zhang.locator("#verification-code").text_content() or "")
    terminal.expect("Updated profile")
    assert terminal.finish() == 0, terminal.shown
    assert who(cli) == ZHANG


def test_is_not_let_in(cli: Cli, zhang: Page) -> None:
    process = cli.start("login", *PROFILE)
    zhang.goto(cli.opened_url(process))
    zhang.locator("#deny_button").click()
    said = cli.finish(process, is_good=False)
    assert "Failed to retrieve an authorization code" in said
    assert cached(cli) == []


def test_is_told_of_a_new_password(cli: Cli, zhang: Page, server: Server) -> None:
    log_in(cli, zhang)
    zhang.goto(server.address("console.aws.amazon.com", "/iam/password"))
    zhang.get_by_label("Current password").fill("Zhang-demo-1")
    zhang.get_by_label("New password", exact=True).fill("Tidy-Kettle-88")
    zhang.get_by_label("New password again").fill("Tidy-Kettle-88")
    zhang.locator("#change_password_button").click()
    expect(zhang.locator("#password-changed")).to_be_visible()
    let_credentials_expire(cli)
    assert "password" in refused(cli)


def test_is_told_of_a_sign_out(cli: Cli, zhang: Page, server: Server) -> None:
    log_in(cli, zhang)
    zhang.goto(server.address("console.aws.amazon.com", "/console/home"))
    zhang.locator("#signed-in-as").click()
    zhang.locator("#sign_out_button").click()
    zhang.locator("#sign-in").wait_for()
    let_credentials_expire(cli)
    assert "Your session has expired" in refused(cli)
