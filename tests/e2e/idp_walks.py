"""The ways to the pages of the built-in identity provider, in Chromium."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.server import Server

MARY = "mary@example.com"
DIRECTORY = "d-2345678901"
HOST = "example-federation.awsapps.com"


def idp(server: Server, path: str = "/") -> str:
    """Return an address of the provider."""
    return f"http://idp.localhost:{server.port}{path}"


def federate(server: Server) -> None:
    """Have a directory and roles that take the provider's word."""
    server.control("POST", "/reset", {"scenario": "federation"})


def first_page(page: Page, server: Server) -> None:
    """Open the provider's first page, where there is somewhere to go."""
    federate(server)
    page.goto(idp(server))
    expect(page.locator("#service-providers")).to_be_visible()


def nobody(page: Page, server: Server) -> None:
    """Open the provider's first page, where nobody trusts it."""
    server.control("POST", "/reset", {"scenario": "empty"})
    page.goto(idp(server))
    expect(page.locator("#nobody-trusts")).to_be_visible()


def at_provider(page: Page, server: Server, path: str = "/start/") -> None:
    """Name oneself at the portal, and be sent to the provider."""
    federate(server)
    page.goto(server.address(HOST, path))
    page.get_by_label("User name").fill(MARY)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#idp-who")).to_be_visible()


def choose(page: Page, username: str = MARY) -> None:
    """Say who to be."""
    page.get_by_label("Who shall you be?").fill(username)
    page.locator("#signin_button").click()


def to_console(page: Page, server: Server) -> None:
    """Choose roles for the console, without being asked by it."""
    first_page(page, server)
    page.locator("#go-to-console").click()
    expect(page.locator("#idp-who")).to_be_visible()


def wrong(page: Page, server: Server) -> None:
    """Say nothing of who to be."""
    at_provider(page, server)
    choose(page, "")
    expect(page.locator("#alert")).to_be_visible()


def answer(page: Page, server: Server) -> None:
    """See the page with the answer, whose script is kept from sending it."""
    at_provider(page, server)
    page.route(
        "**/js/answer*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    choose(page)
    expect(page.locator("#idp-answer")).to_be_visible()
    page.unroute("**/js/answer*.js")


def arrive(page: Page, server: Server) -> None:
    """Be sent to the portal's sign-in unasked."""
    first_page(page, server)
    page.locator(f"#go-to-{DIRECTORY}").click()
    choose(page)
    expect(page.locator("form[data-step=external-arrival]")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "idp-nobody": nobody,
    "idp": first_page,
    "idp-portal": at_provider,
    "idp-console": to_console,
    "idp-wrong": wrong,
    "idp-answer": answer,
    "idp-refused": lambda page, server: page.goto(idp(server, "/saml/sso")),
    "portal-external-arrival": arrive,
}
