"""The ways to the pages about roles, in Chromium."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.e2e.signed_in import as_root, as_zhang
from tests.server import Server

NAME = "Everything in the sandbox, read only"
AUDIT = """
from accounts.models import Role
from tests.flows.portal_walks import clear
clear()
Role.objects.create(
    account_id="444455556666", name="Audit", trusts=["arn:aws:iam::111122223333:root"]
)
"""
JANE = """
from datetime import timedelta
from accounts.models import Session
from signin.kernel import clock, entropy
from tests.flows.portal_walks import clear, join
clear()
key, now = entropy.token(), clock.now()
Session.objects.create(
    door="portal", host={host!r}, key_digest=entropy.digest(key), principal=join(),
    factors=["password"], ip="127.0.0.1", user_agent="a browser",
    created_at=now, expires_at=now + timedelta(hours=8),
)
print(key)
"""


def run(server: Server, code: str) -> str:
    """Run some lines in the server's own place, and return the last word that they print."""
    return (server.run(code).split() or [""])[-1]


def explained(page: Page, server: Server) -> None:
    """Go to the page that explains to Zhang what a role is."""
    run(server, AUDIT)
    as_zhang(page, server)
    page.locator("#signed-in-as").click()
    page.locator("#switch-role").click()
    page.locator("#switch-role-explained").wait_for()


def form(page: Page, server: Server) -> None:
    """Go to the form that takes a role."""
    explained(page, server)
    page.locator("#understood_button").click()
    page.locator("#switch-role-form").wait_for()


def refused(page: Page, server: Server) -> None:
    """Ask for a role that is not there."""
    form(page, server)
    page.get_by_label("Account ID (12 digits) or alias").fill("4444-5555-6666")
    page.get_by_label("Role name, with its path").fill("Nothing")
    page.locator("#switch_button").click()
    page.locator("#alert").wait_for()


def in_role(page: Page, server: Server, color: str = "amber", name: str = NAME) -> None:
    """Work as the role that was made."""
    form(page, server)
    page.get_by_label("Account ID (12 digits) or alias").fill("4444-5555-6666")
    page.get_by_label("Role name, with its path").fill("Audit")
    page.get_by_label("Display name").fill(name)
    page.locator(f"#color_{color}").check()
    page.locator("#switch_button").click()
    expect(page.locator("#switched")).to_be_visible()


def menu(page: Page, server: Server) -> None:
    """Open the menu of somebody who works as a role."""
    in_role(page, server, name="")
    page.locator("#signed-in-as").click()
    page.locator("#back_to_user_button").wait_for()


def credentials(page: Page, server: Server) -> None:
    """Look at the security credentials of a role."""
    in_role(page, server, color="violet")
    page.goto(server.address("console.aws.amazon.com", "/iam/security_credentials"))


def root(page: Page, server: Server) -> None:
    """Want another role as root user."""
    as_root(page, server)
    page.goto(server.address("console.aws.amazon.com", "/switch-role"))


def from_portal(page: Page, server: Server, role: str = "Developers") -> None:
    """Open a role at the portal."""
    portal = server.address("d-9067f00d01.awsapps.com")
    key = run(server, JANE.format(host=urlsplit(portal).netloc))
    page.context.add_cookies([{"name": "vestibule-portal", "value": key, "url": portal}])
    page.goto(f"{portal}start/console?account_id=444455556666&role_name={role}")


WALKS = {
    "switch-role-explained": explained,
    "switch-role": form,
    "switch-role-refused": refused,
    "switch-role-root": root,
    "in-role": in_role,
    "in-role-menu": menu,
    "in-role-credentials": credentials,
    "role-of-the-portal": from_portal,
    "role-gone": lambda page, server: from_portal(page, server, "Nothing"),
}
