"""Letting a program in with a real browser, which leads to where the program listens."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.login_walks import choice, confirmation, program_at
from tests.e2e.signed_in import as_zhang
from tests.server import Server

pytestmark = pytest.mark.browser


class Listening(BaseHTTPRequestHandler):
    """Answers as a program does that waits for its browser."""

    heard: list[str]

    def do_GET(self) -> None:
        """Keep the address, and say something."""
        self.heard.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>heard</title>heard")

    def log_message(self, *_: object) -> None:
        """Say nothing more."""


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    Listening.heard = []
    with HTTPServer(("127.0.0.1", 0), Listening) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_the_answer_reaches_a_program_that_listens(
    context: BrowserContext, server: Server, listener: HTTPServer, decision: str
) -> None:
    page = context.new_page()
    as_zhang(page, server)
    program = program_at(server)
    callback = f"http://127.0.0.1:{listener.server_port}/oauth/callback"
    page.goto(program.address(redirect_uri=callback))
    page.locator(f"#{decision}_button").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title("heard")
    [path] = [each for each in Listening.heard if each.startswith("/oauth/callback")]
    query = parse_qs(urlsplit(path).query)
    assert query["state"] == [program.state]
    assert ("code" in query) == (decision == "allow")
    assert query.get("error") == (None if decision == "allow" else ["access_denied"])


def test_the_code_for_another_device_is_copied(
    context: BrowserContext, page: Page, server: Server
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    confirmation(page, server)
    page.locator("button.copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#verification-code").text_content()


def test_another_user_takes_the_place(page: Page, server: Server) -> None:
    choice(page, server)
    page.locator("#another-user").click()
    page.locator("#user_type_iam").check()
    page.get_by_label("Account ID (12 digits) or alias").fill("example-corp")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("IAM user name").fill("zhang")
    page.get_by_label("Password", exact=True).fill("Zhang-demo-1")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#login-choice")).to_contain_text("zhang")
