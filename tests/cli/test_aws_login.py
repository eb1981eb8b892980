"""``aws login`` of the newest AWS CLI, unmodified, with a browser."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.cli.login_walks import PROFILE, ZHANG, cached, let_credentials_expire, log_in
from tests.cli.programs import Cli
from tests.cli.terminal import Terminal
from tests.e2e.multi_session_walks import with_root
from tests.server import Server

pytestmark = pytest.mark.browser

ROOT_USER = "arn:aws:iam::666677778888:root"


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


@pytest.mark.parametrize(
    ("name", "arn", "other"),
    [("zhang", ZHANG, "mailed@example.com"), ("mailed@example.com", ROOT_USER, "zhang")],
)
def test_works_as_the_session_that_is_chosen_of_several(
    cli: Cli, browser_page: Page, server: Server, name: str, arn: str, other: str
) -> None:
    page = browser_page
    with_root(page, server)
    assert arn in log_in(cli, page, name)
    assert who(cli) == arn
    page.goto(server.address("signin.aws.amazon.com", "/sessions"))
    page.get_by_role("button", name=other).click()
    expect(page.locator("#session-2")).to_have_count(0)
    let_credentials_expire(cli)
    assert who(cli) == arn
    page.get_by_role("button", name=name).click()
    expect(page.locator("#no-sessions")).to_be_visible()
    let_credentials_expire(cli)
    assert "Your session has expired" in refused(cli)
