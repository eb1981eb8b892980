"""Every page in a real browser: accessible, narrow and wide, light and dark, in both languages."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e import (
    application_walks,
    builder_id_walks,
    device_walks,
    federation_walks,
    idp_walks,
    login_walks,
    multi_session_walks,
    portal_walks,
    role_walks,
    saml_walks,
)
from tests.e2e.conftest import new_context, new_page
from tests.e2e.looking import look_at, shoot, sideways
from tests.e2e.people import (
    be_called,
    choose_first_password,
    choose_password,
    confirm_mail,
    have_link_mailed,
    in_trouble,
    name_root,
    open_account,
    open_console,
    open_phone,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
    type_characters,
    verify_email,
)
from tests.e2e.signed_in import as_root, as_zhang
from tests.server import Server

pytestmark = pytest.mark.browser

Walk = Callable[[Page, Server], object]


def root_password(page: Page, server: Server, password: str = "") -> None:
    name_root(page, server, "root@example.com")
    pass_captcha(page, server)
    if password:
        page.locator("input[type=password]").fill(password)
        page.locator("#signin_button").click()


def ask_for_recovery(page: Page, server: Server) -> None:
    name_root(page, server, "mailed@example.com")
    page.locator("#forgot-password").click()


def mailed_link(page: Page, server: Server) -> str:
    ask_for_recovery(page, server)
    type_characters(page, server)
    page.locator("#send_button").click()
    page.locator("#recovery-sent").wait_for()
    mail = server.control("GET", "/messages/wait?to=mailed@example.com&kind=password-recovery")
    return str(mail["link"])


def reset_password(page: Page, server: Server, password: str = "") -> None:
    page.goto(mailed_link(page, server))
    if password:
        page.get_by_label("New password", exact=True).fill(password)
        page.get_by_label("New password again").fill(password)
        page.locator("#reset_button").click()


def sign_out_first(page: Page, server: Server) -> None:
    as_zhang(page, server)
    page.goto(signin(server, "/recovery?token=nothing"))


def opening_password(page: Page, server: Server, password: str = "") -> None:
    open_account(page, server, "new@example.com")
    verify_email(page, server, "new@example.com")
    if password:
        choose_first_password(page, password)


def contact_phone(page: Page, server: Server, phone: str = "") -> None:
    opening_password(page, server, "Brand-new-77")
    if phone:
        page.get_by_label("Contact phone").fill(phone)
        page.locator("#open_account_button").click()


def email_taken(page: Page, server: Server) -> None:
    contact_phone(page, server)
    other = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    contact_phone(other, server, "+1 555-0100")
    other.locator("#account-menu").wait_for()
    other.context.close()
    page.get_by_label("Contact phone").fill("+1 555-0100")
    page.locator("#open_account_button").click()


def open_menu(page: Page, server: Server, summary: str) -> None:
    as_zhang(page, server)
    page.locator(summary).click()


def console_page(page: Page, server: Server, path: str) -> None:
    as_zhang(page, server)
    page.goto(server.address("console.aws.amazon.com", path))


def own_account(page: Page, server: Server, path: str = "/account/") -> None:
    as_root(page, server)
    page.goto(server.address("console.aws.amazon.com", path))


def make_access_key(page: Page, server: Server) -> None:
    console_page(page, server, "/iam/access_keys/new")
    page.locator("#make_key_button").click()
    page.locator("#access-key-made").wait_for()


def deactivate_access_key(page: Page, server: Server) -> None:
    there = "/iam/access_keys/AKIAZHANGDEMOEXAMPLE"
    console_page(page, server, there)
    page.locator("#deactivate_button").click()
    page.locator("#access-key-deactivated").wait_for()
    page.goto(server.address("console.aws.amazon.com", there))


def account_saved(page: Page, server: Server) -> None:
    own_account(page, server, "/account/name")
    page.locator("#save_button").click()


def account_wrong(page: Page, server: Server, name: str) -> None:
    own_account(page, server, f"/account/{name}")
    page.locator("form[id^=account] input:not([readonly]):visible").first.fill("x")
    page.locator("form[id^=account] .button").last.click()
    page.locator("#alert").wait_for()


def account_email_code(page: Page, server: Server) -> None:
    own_account(page, server, "/account/email")
    page.get_by_label("New e-mail address").fill("new.owner@example.com")
    page.locator("#send_button").click()


def sign_in_again(page: Page, server: Server) -> None:
    own_account(page, server)
    query = f"redirect_uri={page.url}&code_challenge={'x' * 43}&prompt=login"
    page.goto(signin(server, f"/oauth?{query}"))


def own_password_wrong(page: Page, server: Server) -> None:
    console_page(page, server, "/iam/password")
    page.locator("#change_password_button").click()


def new_password_wrong(page: Page, server: Server) -> None:
    sign_in_as_iam_user(page, server, "example-strict", "expired.user", "Expired-demo-1")
    choose_password(page, "wrong", "short", "shorter")


def with_mail(page: Page, server: Server, path: str) -> None:
    sign_in_as_root(page, server, "mailed@example.com", "Mailed-demo-1")
    page.goto(server.address("localhost", path))


def after_sign_in(page: Page, server: Server, path: str) -> None:
    as_zhang(page, server)
    page.goto(server.address("localhost", path))
    page.locator("details summary").first.click()


def link_confirmed(page: Page, server: Server) -> None:
    link = have_link_mailed(page, server)
    page.context.clear_cookies()
    page.goto(link)
    page.locator("#confirm_button").click()


def iam_user_in_trouble(page: Page, server: Server) -> None:
    sign_in_as_iam_user(page, server, "example-corp", "jane.doe", "Jane-demo-1")
    page.locator("#trouble_button").click()


def ringing(page: Page, server: Server) -> None:
    be_called(page, server)
    open_phone(page, server)


def wrong_keys(page: Page, server: Server) -> None:
    ringing(page, server)
    page.get_by_label("Keys to press").fill("1")
    page.locator("#press_button").click()


def arm_fault(page: Page, server: Server, times: str) -> None:
    page.goto(server.address("localhost", "/incidents/"))
    page.get_by_label("What is broken").select_option("ad-connector")
    page.get_by_label("How often it strikes").fill(times)
    page.locator("#arm_button").click()


def signin(server: Server, path: str) -> str:
    return server.address("signin.aws.amazon.com", path)


WALKS: dict[str, Walk] = {
    "user-type": open_console,
    "user-type-wrong": lambda page, server: name_root(page, server, "nobody"),
    "captcha": lambda page, server: name_root(page, server, "root@example.com"),
    "password": root_password,
    "password-wrong": lambda page, server: root_password(page, server, "wrong"),
    "recovery": ask_for_recovery,
    "recovery-sent": mailed_link,
    "reset-password": reset_password,
    "reset-password-wrong": lambda page, server: reset_password(page, server, "abc"),
    "recovery-done": lambda page, server: reset_password(page, server, "Brand-new-77"),
    "link-over": lambda page, server: page.goto(signin(server, "/recovery?token=nothing")),
    "sign-out-first": sign_out_first,
    "email-code": lambda page, server: sign_in_as_root(
        page, server, "mailed@example.com", "Mailed-demo-1"
    ),
    "lost-device": in_trouble,
    "lost-device-mailed": have_link_mailed,
    "lost-device-iam": iam_user_in_trouble,
    "lost-device-link": lambda page, server: page.goto(have_link_mailed(page, server)),
    "lost-device-confirmed": link_confirmed,
    "lost-device-over": lambda page, server: page.goto(signin(server, "/lost-device")),
    "lost-device-call": confirm_mail,
    "lost-device-calling": be_called,
    "open-account": lambda page, server: page.goto(signin(server, "/open-account")),
    "open-account-wrong": lambda page, server: open_account(page, server, "nobody"),
    "opening-code": lambda page, server: open_account(page, server, "new@example.com"),
    "opening-password": opening_password,
    "opening-password-wrong": lambda page, server: opening_password(page, server, "abc"),
    "contact-phone": contact_phone,
    "contact-phone-wrong": lambda page, server: contact_phone(page, server, "none"),
    "account-opened": lambda page, server: contact_phone(page, server, "+1 555-0100"),
    "email-taken": email_taken,
    "iam-user": lambda page, server: page.goto(
        server.address("example-corp.signin.aws.amazon.com", "/console")
    ),
    "home": as_zhang,
    "home-menu": lambda page, server: open_menu(page, server, "#signed-in-as"),
    "home-regions": lambda page, server: open_menu(page, server, "#region-menu summary"),
    "security-credentials": lambda page, server: console_page(
        page, server, "/iam/security_credentials"
    ),
    "new-access-key": lambda page, server: console_page(page, server, "/iam/access_keys/new"),
    "access-key-made": make_access_key,
    "access-key": lambda page, server: console_page(
        page, server, "/iam/access_keys/AKIAZHANGDEMOEXAMPLE"
    ),
    "access-key-inactive": deactivate_access_key,
    "root-access-key": lambda page, server: own_account(page, server, "/iam/access_keys/new"),
    "own-password": lambda page, server: console_page(page, server, "/iam/password"),
    "own-password-wrong": own_password_wrong,
    "password-expires": lambda page, server: sign_in_as_iam_user(
        page, server, "example-strict", "expires.soon", "Soon-demo-1"
    ),
    "new-password": lambda page, server: sign_in_as_iam_user(
        page, server, "example-strict", "expired.user", "Expired-demo-1"
    ),
    "new-password-wrong": new_password_wrong,
    "root-again": sign_in_again,
    "account": own_account,
    "account-saved": account_saved,
    **{
        f"account-{name}": lambda page, server, name=name: own_account(
            page, server, f"/account/{name}"
        )
        for name in ("name", "phone", "password", "email", "close")
    },
    **{
        f"account-{name}-wrong": lambda page, server, name=name: account_wrong(page, server, name)
        for name in ("phone", "password", "close")
    },
    "account-email-code": account_email_code,
    **device_walks.WALKS,
    **portal_walks.WALKS,
    **application_walks.WALKS,
    **builder_id_walks.WALKS,
    **role_walks.WALKS,
    **login_walks.WALKS,
    **federation_walks.WALKS,
    **saml_walks.WALKS,
    **idp_walks.WALKS,
    **multi_session_walks.WALKS,
    "support-center": lambda page, server: console_page(page, server, "/support/home"),
    "suspended": lambda page, server: sign_in_as_root(
        page, server, "suspended@example.com", "Suspended-demo-1"
    ),
    "closed": lambda page, server: sign_in_as_root(
        page, server, "closed@example.com", "Closed-demo-1"
    ),
    "public": lambda page, server: page.goto(server.address("aws.amazon.com", "/console/")),
    "attempt-over": lambda page, server: page.goto(signin(server, "/signin/nothing")),
    "handoff-failed": lambda page, server: page.goto(
        server.address("console.aws.amazon.com", "/console/auth")
    ),
    "not-found": lambda page, server: page.goto(signin(server, "/nothing")),
    "no-such-host": lambda page, server: page.goto(server.address("s3.amazonaws.com")),
    **{
        f"help-{name}": lambda page, server, name=name: page.goto(signin(server, f"/help/{name}"))
        for name in (
            "ways-to-sign-in",
            "which-user",
            "cannot-sign-in",
            "lost-mailbox",
            "account-number",
            "builder-id",
            "support",
        )
    },
    "desk": lambda page, server: page.goto(server.address("localhost")),
    "mailbox-empty": lambda page, server: page.goto(server.address("localhost", "/mailbox/")),
    "mailbox": lambda page, server: with_mail(page, server, "/mailbox/"),
    "message": lambda page, server: with_mail(page, server, "/mailbox/1"),
    "phones": lambda page, server: page.goto(server.address("localhost", "/phone/")),
    "phone": lambda page, server: open_phone(page, server, "jane.doe"),
    "phone-without-device": lambda page, server: open_phone(page, server, "root@example.com"),
    "phone-ringing": ringing,
    "phone-wrong-keys": wrong_keys,
    "token": lambda page, server: page.goto(
        server.address("localhost", "/phone/token?serial_number=GAHT12345678")
    ),
    "token-wrong": lambda page, server: page.goto(
        server.address("localhost", "/phone/token?serial_number=-")
    ),
    "events": lambda page, server: after_sign_in(page, server, "/events/"),
    "incidents": lambda page, server: page.goto(server.address("localhost", "/incidents/")),
    "incidents-armed": lambda page, server: arm_fault(page, server, "2"),
    "incidents-wrong": lambda page, server: arm_fault(page, server, "often"),
    "connect": lambda page, server: page.goto(server.address("localhost", "/connect/")),
    "control": lambda page, server: page.goto(server.address("localhost", "/control/")),
    "admin-login": lambda page, server: page.goto(server.address("localhost", "/admin/")),
}


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    return []


@pytest.fixture(scope="module")
def tab(chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    with new_context(chromium) as context:
        yield new_page(context, complaints)


@pytest.fixture
def page(tab: Page, server: Server, complaints: list[str]) -> Iterator[Page]:
    """One page for all walks, as new as it can be: opening another takes as long as a walk."""
    server.control("POST", "/reset", {"scenario": "demo"})
    tab.context.clear_cookies()
    tab.set_viewport_size({"width": 1280, "height": 800})
    complaints.clear()
    yield tab
    for other in tab.context.pages[1:]:
        other.close()
    tab.goto("about:blank")  # and ask the server for nothing more
    assert not complaints


@pytest.mark.parametrize("name", WALKS)
def test_a_page_fits_in_both_languages_and_axe_finds_nothing(
    name: str, page: Page, server: Server, axe: Axe, request: pytest.FixtureRequest
) -> None:
    WALKS[name](page, server)
    look_at(page, axe, request, name)
    if page.locator("#language-ja").count():
        # Where a form was just sent, the switch leads to the page without its answer.
        page.locator("#language-ja").click()
        expect(page.locator("html")).to_have_attribute("lang", "ja")
    assert sideways(page) <= 320, name
    shoot(page, request, f"{name}-320-ja")
