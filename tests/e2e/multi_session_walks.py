"""The ways to the pages of several sessions in one browser, in Chromium."""

from playwright.sync_api import Page, expect

from tests.e2e.login_walks import program_at
from tests.e2e.role_walks import run
from tests.e2e.signed_in import as_zhang
from tests.server import Server

FILL = """
from datetime import timedelta
from accounts.models import MultiSession, Principal, Session
from signin.kernel import clock, entropy
browser, now = MultiSession.objects.get(), clock.now()
for name in ("sandbox", "mailed", "graced", "root"):
    Session.objects.create(
        door="signin", host=browser.host, key_digest=entropy.digest(entropy.token()),
        principal=Principal.objects.get(username=f"{name}@example.com"), multi_session=browser,
        ip="127.0.0.1", created_at=now, expires_at=now + timedelta(hours=12),
    )
"""


def off(page: Page, server: Server) -> None:
    """Look at the page from the console of somebody who has one session at a time."""
    as_zhang(page, server)
    page.locator("#signed-in-as").click()
    page.locator("#multi-session").click()
    expect(page.locator("#multi-session-off")).to_be_visible()


def on(page: Page, server: Server) -> None:
    """Turn multi-session on, with nobody but Zhang there."""
    off(page, server)
    page.locator("#turn_on_button").click()
    expect(page.locator("#multi-session-on")).to_be_visible()


def name_soon(page: Page, server: Server) -> None:
    """Sign an IAM user of another account in, on the page that follows."""
    page.locator("#add-session").click()
    page.locator("#user_type_iam").check()
    page.get_by_label("Account ID (12 digits) or alias").fill("example-strict")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("IAM user name").fill("expires.soon")
    page.get_by_label("Password", exact=True).fill("Soon-demo-1")
    page.get_by_role("button", name="Sign in").click()


def both(page: Page, server: Server) -> None:
    """Have two sessions; the console of the second is shown."""
    on(page, server)
    name_soon(page, server)
    expect(page.locator("#signed-in-as")).to_contain_text("expires.soon")


def with_root(page: Page, server: Server) -> None:
    """Have Zhang's session and a root user's; the console of the second is shown."""
    on(page, server)
    page.locator("#add-session").click()
    page.get_by_label("Root user e-mail address").fill("mailed@example.com")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill("Mailed-demo-1")
    page.locator("#signin_button").click()
    page.locator("form[data-step=email-code]").wait_for()
    mail = server.control("GET", "/messages/wait?to=mailed@example.com")
    page.locator("#id_code").fill(str(mail["code"]))
    page.locator("#verify_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("6666-7777-8888")


def menu(page: Page, server: Server) -> None:
    """Open the menu of somebody beside whom there is somebody else."""
    both(page, server)
    page.locator("#signed-in-as").click()
    expect(page.locator("#session-1")).to_be_visible()


def managed(page: Page, server: Server) -> None:
    """Look at the list of two sessions."""
    menu(page, server)
    page.locator("#multi-session").click()
    expect(page.locator("#session-2")).to_be_visible()


def nobody(page: Page, server: Server) -> None:
    """Sign everybody out of the list."""
    managed(page, server)
    page.locator("#sign_out_all_button").click()
    expect(page.locator("#no-sessions")).to_be_visible()


def full(page: Page, server: Server) -> None:
    """Want a sixth session."""
    on(page, server)
    run(server, FILL)
    name_soon(page, server)
    expect(page.locator("#too-many-sessions")).to_be_visible()


def login_choice(page: Page, server: Server) -> None:
    """Be asked as whom a program shall be let in."""
    both(page, server)
    page.goto(program_at(server).address())
    expect(page.locator("#session_2")).to_be_visible()


WALKS = {
    "multi-session-off": off,
    "multi-session-on": on,
    "multi-session-menu": menu,
    "multi-session-list": managed,
    "multi-session-nobody": nobody,
    "multi-session-full": full,
    "login-choice-of-several": login_choice,
}
