"""Signing in to the access portal in a real browser."""

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.portal_walks import (
    CHOSEN,
    HOST,
    JANE,
    NIKKI,
    at_devices,
    at_portal,
    choose,
    enrol,
    invited,
    name_user,
    new_password,
    reset_password,
    settings_are,
    sign_in,
    type_code,
)
from tests.e2e.test_passkeys import PASSKEY, SECURITY_KEY, add_key, cdp  # noqa: F401
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-090", "R-096", "R-195", "R-196")
def test_from_the_name_to_a_role_at_the_console_and_out_again(page: Page, server: Server) -> None:
    at_portal(page, server)
    expect(page.locator("#accounts")).to_be_visible()
    page.get_by_role("link", name="AdministratorAccess", exact=True).click()
    expect(page.locator("#signed-in-as")).to_contain_text("AWSReservedSSO_AdministratorAccess_")
    expect(page.locator("#signed-in-as")).to_contain_text("/jane_doe")
    page.goto(server.address(HOST, "/start/"))
    page.locator("#sign_out_button").click()
    expect(page.locator("form[data-step=username]")).to_be_visible()
    page.go_back()
    expect(page.locator("#accounts")).to_have_count(0)
    page.goto(server.address("console.aws.amazon.com", "/console/home?via=us-east-1"))
    expect(page.locator("#signed-in-as")).to_contain_text("/jane_doe")


def test_all_of_it_by_keyboard(page: Page, server: Server) -> None:
    page.goto(server.address(HOST, "/start/"))
    expect(page.get_by_label("User name")).to_be_focused()  # where a page begins, a moment later
    page.keyboard.type(JANE[0])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(JANE[1])
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("Jane Doe")


def test_all_of_it_without_javascript(chromium: Browser, server: Server) -> None:
    server.control("POST", "/reset", {"scenario": "demo"})
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    at_portal(page, server)
    page.get_by_role("link", name="AdministratorAccess", exact=True).click()
    expect(page.locator("#signed-in-as")).to_contain_text("/jane_doe")
    context.close()


@pytest.mark.requirement("R-091")
def test_a_new_hire_chooses_a_password(page: Page, server: Server) -> None:
    new_password(page, server, "short")
    expect(page.locator("#id_new_password_error")).to_be_visible()
    choose(page, CHOSEN)
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("R-034", "R-043")
def test_an_invitation_leads_to_the_portal(page: Page, server: Server) -> None:
    invited(page, server, CHOSEN)
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("R-255")
def test_a_forgotten_password_is_set_anew(page: Page, server: Server) -> None:
    reset_password(page, server, CHOSEN)
    page.locator("#sign-in").click()
    sign_in(page, server, (JANE[0], CHOSEN))
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("R-094")
def test_an_app_is_registered_on_the_way(page: Page, server: Server) -> None:
    enrol(page, server, "totp")
    expect(page.locator("#qr")).to_be_visible()
    page.locator("#secret-key summary").click()
    shown = page.locator("#secret").inner_text()
    page.locator("input[name=code]").fill(pyotp.TOTP("".join(shown.split())).now())
    page.locator("#assign_button").click()
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("R-094", "R-163")
def test_a_passkey_is_registered_on_the_way_and_asked_for_next_time(
    page: Page,
    server: Server,
    cdp,  # type: ignore[no-untyped-def] # noqa: F811
) -> None:
    add_key(cdp, PASSKEY)
    enrol(page, server, "passkey")
    page.locator("#passkey_button").click()
    page.get_by_label("Name of the device").fill("My laptop")
    page.locator("#save_button").click()
    expect(page.locator("#accounts")).to_be_visible()
    page.locator("#sign_out_button").click()
    sign_in(page, server)
    page.locator("#passkey_button").click()
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("R-163", "R-164")
def test_a_security_key_is_registered_at_the_portal(
    page: Page,
    server: Server,
    cdp,  # type: ignore[no-untyped-def] # noqa: F811
) -> None:
    add_key(cdp, SECURITY_KEY)
    at_portal(page, server, "/start/mfa")
    page.locator("#new-device").click()
    page.locator("#device_kind_passkey").check()
    page.get_by_role("button", name="Next").click()
    page.locator("#passkey_button").click()
    page.locator("#skip_button").click()
    expect(page.locator("#device-registered")).to_be_visible()
    expect(page.get_by_role("link", name="Security key")).to_be_visible()


@pytest.mark.requirement("S-068")
def test_a_trusted_browser_is_spared_what_another_one_is_asked(
    page: Page, chromium: Browser, server: Server
) -> None:
    name_user(page, server, NIKKI[0])
    page.get_by_label("Password", exact=True).fill(NIKKI[1])
    page.get_by_label("This is a trusted device").check()
    page.locator("#signin_button").click()
    type_code(page, server)
    expect(page.locator("#accounts")).to_be_visible()
    page.locator("#sign_out_button").click()
    sign_in(page, server, NIKKI)
    expect(page.locator("#accounts")).to_be_visible()
    other = chromium.new_context(locale="en-US")
    elsewhere = other.new_page()
    sign_in(elsewhere, server, NIKKI)
    expect(elsewhere.locator("form[data-step=mfa-code]")).to_be_visible()
    other.close()


@pytest.mark.requirement("R-088", "R-101")
def test_after_eight_hours_one_signs_in_again_and_goes_on(page: Page, server: Server) -> None:
    at_portal(page, server, "/start/applications")
    server.control("PUT", "/clock", {"advance_seconds": 8 * 60 * 60})
    page.reload()
    expect(page.locator("#session-over")).to_be_visible()
    page.locator("#go-on").click()
    page.get_by_label("User name").fill(JANE[0])
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(JANE[1])
    page.locator("#signin_button").click()
    expect(page).to_have_url(server.address(HOST, "/start/applications"))


@pytest.mark.requirement("R-100")
def test_ninety_days_are_ninety_days(page: Page, server: Server) -> None:
    settings_are(server, session_minutes=90 * 24 * 60)
    at_portal(page, server)
    server.control("PUT", "/clock", {"advance_seconds": 90 * 24 * 60 * 60 - 120})
    page.reload()
    expect(page.locator("#accounts")).to_be_visible()
    server.control("PUT", "/clock", {"advance_seconds": 180})
    page.reload()
    expect(page.locator("#session-over")).to_be_visible()


def test_a_bookmark_of_a_role_opens_it_after_the_sign_in(page: Page, server: Server) -> None:
    bookmark = "/start/#/console?account_id=444455556666&role_name=ReadOnlyAccess"
    sign_in(page, server, JANE, bookmark)
    expect(page.locator("#signed-in-as")).to_contain_text("AWSReservedSSO_ReadOnlyAccess_")
    expect(page.locator("#signed-in-as")).to_contain_text("4444-5555-6666")


def test_two_tabs_can_sign_in_at_once(page: Page, server: Server) -> None:
    name_user(page, server, JANE[0])
    second = page.context.new_page()
    sign_in(second, server)
    expect(second.locator("#accounts")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(JANE[1])
    page.locator("#signin_button").click()
    expect(page.locator("#accounts")).to_be_visible()


@pytest.mark.requirement("S-048")
def test_a_device_is_renamed_and_removed(page: Page, server: Server) -> None:
    at_devices(page, server)
    page.get_by_role("link", name="authenticator").click()
    page.get_by_label("Name of the device").fill("Old phone")
    page.locator("#rename_button").click()
    expect(page.locator("#device-renamed")).to_be_visible()
    page.get_by_role("link", name="Old phone").click()
    page.locator("#remove_button").click()
    expect(page.locator("#no-devices")).to_be_visible()
