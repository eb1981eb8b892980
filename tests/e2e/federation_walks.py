"""The ways to the pages of the federation endpoint, in Chromium."""

import http.client
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.e2e import multi_session_walks
from tests.e2e.login_walks import program_at
from tests.e2e.role_walks import run
from tests.e2e.signed_in import as_zhang
from tests.server import PATIENCE, Server

KEYS = """
import json
from tests.brokers import federated_keys, role_keys, session_of
print(json.dumps(session_of({maker}), separators=(",", ":")))
"""
END = """
from accounts.models import Session
from signin.kernel import clock
Session.objects.update(expires_at=clock.now())
"""
ROLE = "role_keys()"
FEDERATED = "federated_keys()"
ISSUER = "https://broker.example.com/start"


def token_for(server: Server, maker: str = ROLE) -> str:
    """Return a sign-in token, as a broker gets it from the server."""
    asked = {"Action": "getSigninToken", "Session": run(server, KEYS.format(maker=maker))}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    headers = {
        "Host": f"signin.aws.amazon.com.localhost:{server.port}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/federation", urlencode(asked), headers)
    answer = connection.getresponse()
    told = answer.read().decode()
    connection.close()
    assert answer.status == 200, told
    return told.split('"')[3]


def login_url(server: Server, token: str) -> str:
    """Return the address with which a broker sends a browser."""
    asked = {
        "Action": "login",
        "Issuer": ISSUER,
        "Destination": "https://console.aws.amazon.com/console/home",
        "SigninToken": token,
    }
    return server.address("signin.aws.amazon.com", f"/federation?{urlencode(asked)}")


def come(page: Page, server: Server, maker: str = ROLE, path: str = "") -> None:
    """Come to the console from a broker."""
    page.goto(login_url(server, token_for(server, maker)))
    expect(page.locator("#signed-in-as")).to_be_visible()
    if path:
        page.goto(server.address("console.aws.amazon.com", path))


def choice(page: Page, server: Server) -> None:
    """Come from a broker where zhang is signed in."""
    as_zhang(page, server)
    page.goto(login_url(server, token_for(server)))
    expect(page.locator("#federation-choice")).to_be_visible()


def beside(page: Page, server: Server) -> None:
    """Come from a broker where zhang is signed in, and others can be beside him."""
    multi_session_walks.on(page, server)
    page.goto(login_url(server, token_for(server)))
    expect(page.locator("#federation-choice")).to_be_visible()


def without_room(page: Page, server: Server) -> None:
    """Come from a broker where there are five already."""
    multi_session_walks.on(page, server)
    run(server, multi_session_walks.FILL)
    page.goto(login_url(server, token_for(server)))
    expect(page.locator("#has-to-make-room")).to_be_visible()


def refused(page: Page, server: Server) -> None:
    """Come with a token that nobody gave out."""
    page.goto(login_url(server, "x" * 43))
    expect(page.locator("#federation-refused")).to_be_visible()


def sign_out(page: Page, server: Server) -> None:
    """Follow a link that signs out."""
    as_zhang(page, server)
    page.goto(server.address("signin.aws.amazon.com", "/oauth?Action=logout"))
    expect(page.locator("#sign-out-choice")).to_be_visible()


def sign_out_of_all(page: Page, server: Server) -> None:
    """Follow a link that signs out of several sessions."""
    multi_session_walks.both(page, server)
    page.goto(server.address("signin.aws.amazon.com", "/oauth?Action=logout"))
    expect(page.locator("#how-many")).to_have_text("2")


def login_choice(page: Page, server: Server) -> None:
    """Be asked as whom a program shall be let in, where a federated user is signed in, too."""
    multi_session_walks.on(page, server)
    page.goto(login_url(server, token_for(server, FEDERATED)))
    page.locator("#add_button").click()
    page.locator("#signed-in-as").wait_for()
    page.goto(program_at(server).address())
    expect(page.locator("#federated-not-offered")).to_be_visible()


def over(page: Page, server: Server) -> None:
    """Stay until the session is over."""
    come(page, server)
    run(server, END)
    page.goto(server.address("console.aws.amazon.com"))
    expect(page.locator("#session-over")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "federation-choice": choice,
    "federation-beside": beside,
    "federation-without-room": without_room,
    "federation-login-choice": login_choice,
    "federation-refused": refused,
    "federation-sign-out": sign_out,
    "federation-sign-out-of-all": sign_out_of_all,
    "federation-over": over,
    "federation-home": lambda page, server: come(page, server, FEDERATED),
    "federation-credentials": lambda page, server: come(
        page, server, FEDERATED, "/iam/security_credentials"
    ),
    "federation-switch": lambda page, server: come(page, server, FEDERATED, "/switch-role"),
}
