"""The ways to the pages about devices, in Chromium."""

from playwright.sync_api import Page, expect

from tests.e2e.people import name_root, sign_in_as_iam_user
from tests.server import Server

WRONG = "000000"


def code(server: Server, username: str) -> str:
    """Return what a person's only device shows, as the server says."""
    [person] = server.control("GET", f"/principals?username={username}")
    [device] = server.control("GET", f"/principals/{person['id']}/devices")
    shown: str = server.control("GET", f"/devices/{device['id']}/code")["code"]
    return shown


def asked(page: Page, server: Server) -> None:
    """Go to the page that asks Jane for a code."""
    sign_in_as_iam_user(page, server, "example-corp", "jane.doe", "Jane-demo-1")
    expect(page.locator("form[data-step=mfa-code]")).to_be_visible()


def several_kinds(page: Page, server: Server) -> None:
    """Go to the page on which Jane chooses among her devices."""
    [jane] = server.control("GET", "/principals?username=jane.doe")
    token = {"kind": "hardware", "serial_number": "GAHT12345678"}
    server.control("POST", f"/principals/{jane['id']}/devices", token)
    sign_in_as_iam_user(page, server, "example-corp", "jane.doe", "Jane-demo-1")
    expect(page.locator("form[data-step=mfa-device]")).to_be_visible()


def token_code(page: Page, server: Server) -> None:
    """Go to the page that asks Jane for the code of her token."""
    several_kinds(page, server)
    page.get_by_label("Hardware token").check()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#another_button")).to_be_visible()


def wrong(page: Page, server: Server, times: int = 2) -> None:
    """Type codes that are wrong."""
    asked(page, server)
    for _ in range(times):
        page.get_by_label("Code of your device").fill(WRONG)
        page.locator("#verify_button").click()
        expect(page.locator("#alert")).to_be_visible()


def resync(page: Page, server: Server) -> None:
    """Go to the page that brings a device into step."""
    wrong(page, server)
    page.locator("#resync_button").click()
    expect(page.locator("form[data-step=mfa-resync]")).to_be_visible()


def signed_in(page: Page, server: Server, path: str) -> None:
    """Sign in as Jane, and open a page of the console."""
    asked(page, server)
    page.get_by_label("Code of your device").fill(code(server, "jane.doe"))
    page.locator("#verify_button").click()
    expect(page.locator("#signed-in-as")).to_be_visible()
    page.goto(server.address("console.aws.amazon.com", path))


def one_device(page: Page, server: Server) -> None:
    """Open the page of Jane's device."""
    signed_in(page, server, "/iam/security_credentials")
    page.get_by_role("link", name="phone").click()


def register(page: Page, server: Server, kind: str = "") -> None:
    """Go to the page that registers a device, of a kind if one is named."""
    signed_in(page, server, "/iam/mfa/new")
    if kind:
        page.get_by_label("Name of the device").fill("new")
        page.locator(f"#device_kind_{kind}").check()
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#register_button, #passkey_button")).to_be_visible()


def register_nothing(page: Page, server: Server) -> None:
    """Leave the name of a new device away."""
    register(page, server)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#alert")).to_be_visible()


def prompted(page: Page, server: Server) -> None:
    """Go to the page that wants a root user to register a device."""
    name_root(page, server, "graced@example.com")
    page.get_by_label("Password", exact=True).fill("Graced-demo-1")
    page.locator("#signin_button").click()
    expect(page.locator("#grace")).to_be_visible()


WALKS = {
    "mfa-code": asked,
    "mfa-device": several_kinds,
    "mfa-code-token": token_code,
    "mfa-code-wrong": wrong,
    "mfa-resync": resync,
    "mfa-prompt": prompted,
    "new-device": register,
    "new-device-wrong": register_nothing,
    "register-app": lambda page, server: register(page, server, "totp"),
    "register-token": lambda page, server: register(page, server, "hardware"),
    "register-passkey": lambda page, server: register(page, server, "passkey"),
    "devices": lambda page, server: signed_in(page, server, "/iam/security_credentials"),
    "device": one_device,
    "registration-over": lambda page, server: signed_in(page, server, "/iam/mfa/new/nothing"),
}
