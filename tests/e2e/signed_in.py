"""Browsers in which somebody is signed in already, who signed in without pages.

How people sign in has tests of its own; walks to what comes after it begin here.
"""

from playwright.sync_api import Page, expect

from tests.server import Server, Walker, signed_in_as_zhang


def as_zhang(page: Page, server: Server) -> None:
    """Be at the console as the IAM user whom most walks begin with."""
    go_on(page, signed_in_as_zhang(server, agent_of(page)))
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


def as_root(page: Page, server: Server) -> None:
    """Be at the console as root user, past the security check."""
    walker = Walker(server, agent_of(page)).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="root@example.com")
    shown = walker.field("captcha_id")
    walker.submit(captcha=server.control("GET", f"/captchas/{shown}")["answer"])
    go_on(page, walker.submit(password="Root-demo-1"))
    expect(page.locator("#signed-in-as")).to_be_visible()


def at_portal(
    page: Page, server: Server, portal: str, who: tuple[str, str], code: str = ""
) -> None:
    """Be at a page of the portal, with the code of a device if one is asked for."""
    walker = Walker(server, agent_of(page)).visit(portal)
    walker.submit(username=who[0]).submit(password=who[1])
    go_on(page, walker.submit(code=code) if code else walker)
    expect(page.locator("#signed-in-as")).to_be_visible()


def agent_of(page: Page) -> str:
    """Return what a browser says that it is, which some pages compare."""
    agent: str = page.evaluate("navigator.userAgent")
    return agent


def go_on(page: Page, walker: Walker) -> None:
    """Go on in a browser where a walker is, who gives it all cookies."""
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": f"http://{host}"}
            for host, jar in walker.cookies.items()
            for name, value in jar.items()
        ]
    )
    page.goto(walker.url)
