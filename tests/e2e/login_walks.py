"""The ways to the pages of ``aws login``, in Chromium."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.people import name_root, pass_captcha
from tests.e2e.signed_in import as_zhang
from tests.programs import Program
from tests.server import Server
from tests.walks import EXAMPLE_CORP


def program_at(server: Server, *, remote: bool = False) -> Program:
    """Return a program that knows the sign-in host."""
    return Program(endpoint=server.address("signin.aws.amazon.com", ""), remote=remote)


def choice(page: Page, server: Server, *, remote: bool = False) -> Program:
    """Be asked whether a program shall be let in."""
    program = program_at(server, remote=remote)
    as_zhang(page, server)
    page.goto(program.address())
    expect(page.locator("#login-choice")).to_be_visible()
    return program


def confirmation(page: Page, server: Server) -> None:
    """Have the code for another device shown."""
    choice(page, server, remote=True)
    page.locator("#allow_button").click()
    expect(page.locator("#verification-code")).to_be_visible()


def denied(page: Page, server: Server) -> None:
    """Let a program on another device not in."""
    choice(page, server, remote=True)
    page.locator("#deny_button").click()
    expect(page.locator("#login-denied")).to_be_visible()


def not_permitted(page: Page, server: Server) -> None:
    """Be somebody who may let no program in."""
    page.goto(program_at(server).address())
    page.locator("#user_type_iam").check()
    page.get_by_label("Account ID (12 digits) or alias").fill("example-strict")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("IAM user name").fill("expires.soon")
    page.get_by_label("Password", exact=True).fill("Soon-demo-1")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#login-not-permitted")).to_be_visible()


def shut_out(server: Server) -> None:
    """Have an account let nobody sign in from here."""
    body = {"enabled": True, "statements": [{"source_ip": "127.0.0.2"}]}
    server.control("PUT", f"/accounts/{EXAMPLE_CORP}/console_access", body)


def refused_from_here(page: Page, server: Server) -> None:
    """Be a root user who can't sign in from here."""
    shut_out(server)
    name_root(page, server, "root@example.com")
    pass_captcha(page, server)
    expect(page.locator("#console-access-denied")).to_be_visible()


def not_from_here(page: Page, server: Server) -> None:
    """Let a program in from where the account lets nobody sign in."""
    choice(page, server)
    shut_out(server)
    page.locator("#allow_button").click()
    expect(page.locator("#login-not-from-here")).to_be_visible()


def at(path: str) -> Callable[[Page, Server], object]:
    """Return a walk to an address of the sign-in host."""
    return lambda page, server: page.goto(server.address("signin.aws.amazon.com", path))


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "login-choice": choice,
    "login-choice-remote": lambda page, server: choice(page, server, remote=True),
    "login-confirmation": confirmation,
    "login-denied": denied,
    "login-not-permitted": not_permitted,
    "login-not-from-here": not_from_here,
    "console-access-denied": refused_from_here,
    "login-over": at("/v1/authorize/nothing"),
    "login-refused": at("/v1/authorize"),
}
