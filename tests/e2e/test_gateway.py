"""Chromium behind the gateway: the real addresses in its address bar, and nothing gets out."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, expect

from signin.gateway.place import Place
from tests.chromium import ARGUMENTS, PATIENCE, find_chromium
from tests.e2e.test_passkeys import PASSKEY, add_key
from tests.server import Server, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("gateway"), gateway=free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def behind(chromium: Browser, server: Server) -> Iterator[Browser]:
    """A Chromium that is started as the documentation says: with the proxy, and with the key."""
    place = Place(**server.place())
    found = find_chromium(cast(Playwright, SimpleNamespace(chromium=chromium.browser_type)))
    browser = chromium.browser_type.launch(
        executable_path=found,
        args=[
            *ARGUMENTS,
            f"--proxy-server={place.url}",
            f"--ignore-certificate-errors-spki-list={place.pin}",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def page(behind: Browser, server: Server) -> Iterator[Page]:
    """A page that must not complain, and whose every address is a real name."""
    server.control("POST", "/reset", {"scenario": "demo"})
    context = behind.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend([said.text] if said.type == "error" else []))
    page.on("requestfailed", lambda sent: complaints.extend(_failure(sent)))
    page.on(
        "request",
        lambda sent: complaints.extend([] if urlsplit(sent.url).scheme == "https" else [sent.url]),
    )
    yield page
    context.close()
    assert not complaints


def _failure(sent: Request) -> list[str]:
    # A page that is left drops what it was still loading.
    return [] if sent.failure == "net::ERR_ABORTED" else [f"{sent.url} {sent.failure}"]


def sign_in(page: Page) -> None:
    page.goto("https://signin.aws.amazon.com/console")
    assert page.url.startswith("https://signin.aws.amazon.com/")
    expect(page.locator("#emulator-banner")).to_contain_text("not AWS")
    page.locator("#user_type_iam").check()
    page.get_by_label("Account ID").fill("example-corp")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("User name").fill("zhang")
    page.get_by_label("Password", exact=True).fill("Zhang-demo-1")
    page.locator("#signin_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


def test_a_console_sign_in_under_the_real_addresses(page: Page) -> None:
    sign_in(page)
    assert page.url == "https://console.aws.amazon.com/console/home"


def test_no_passkey_of_a_real_domain_is_ever_made(page: Page) -> None:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable", {"enableUI": False})
    key = add_key(cdp, PASSKEY)
    sign_in(page)
    page.goto("https://console.aws.amazon.com/iam/mfa/new")
    page.get_by_label("Name of the device").fill("key")
    page.get_by_label("Passkey or security key").check()
    page.get_by_role("button", name="Next").click()
    page.locator("#passkey_button").click()
    expect(page.locator("#passkey-failed")).to_be_visible()
    assert key.credentials() == []
    cdp.detach()


def sign_in_at_portal(page: Page) -> None:
    page.goto("https://d-1234567890.awsapps.com/start")
    assert page.url.startswith("https://us-east-1.signin.aws/platform/login")
    page.get_by_label("User name").fill("jane_doe")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill("Jane-portal-1")
    page.locator("#signin_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("Jane Doe")


def test_the_portal_leads_into_the_console_under_the_real_addresses(page: Page) -> None:
    sign_in_at_portal(page)
    assert page.url.startswith("https://d-1234567890.awsapps.com/start")
    cookies: list[Any] = page.context.cookies()
    assert {each["name"] for each in cookies} > {"__Host-vestibule-portal", "vestibule-csrf"}
    assert all(each["secure"] for each in cookies)
    assert not [each for each in cookies if each["domain"].endswith("localhost")]
    page.locator("a[href*='/start/console']").first.click()
    expect(page.locator("#signed-in-as")).to_contain_text("jane_doe")
    assert urlsplit(page.url).netloc.endswith("console.aws.amazon.com")


def test_other_names_are_not_reached(behind: Browser) -> None:
    page = behind.new_context().new_page()
    with pytest.raises(Exception, match="ERR_TUNNEL_CONNECTION_FAILED"):
        page.goto("https://example.com/")
    page.context.close()


def test_the_desk_is_at_its_own_address_for_this_browser_too(
    behind: Browser, server: Server
) -> None:
    page = behind.new_context().new_page()
    page.goto("https://aws.amazon.com/console/")
    page.get_by_role("link", name="Mailbox").click()
    assert page.url == server.address("localhost", "/mailbox/")
    page.context.close()
