"""The portal's page of one's own devices."""

import re
from datetime import timedelta

import pytest

from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from tests.devices import code_from
from tests.portal_walks import (
    JANE,
    NIKKI,
    PLATFORM,
    PORTAL,
    newest_mail,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LIST = PORTAL + "mfa"
NEW = f"{PLATFORM}platform/mfa/new"


def secret_on(page):
    return totp.decode(re.search(r'id="secret"[^>]*>([^<]+)<', page.text)[1])


def as_nikki(browser):
    device = Device.objects.get(principal=user(NIKKI[0]))
    sign_in(browser, *NIKKI).submit(code=code_from(devices.secret_of(device)))
    return browser.visit(LIST), device


def register_app(browser):
    """Register an authenticator app from the portal, and return its secret."""
    browser.visit(LIST)
    browser.visit(re.search(r'href="([^"]+)" id="new-device"', browser.text)[1])
    assert browser.url == NEW
    browser.submit(device_kind="totp")
    secret = secret_on(browser)
    browser.submit(code=code_from(secret))
    return secret


@pytest.mark.requirement("R-162", "R-165", "R-167")
def test_a_device_is_registered_from_the_portal(browser):
    sign_in(browser)
    assert 'id="no-devices"' in browser.visit(LIST).text
    register_app(browser)
    assert browser.url.startswith(LIST)
    assert 'id="device-registered"' in browser.text
    assert "Authenticator app" in browser.words
    assert newest_mail("jane_doe@example.com", "device-registered")
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names[-2:] == [
        "StartVirtualMfaDeviceRegistration",
        "CompleteVirtualMfaDeviceRegistration",
    ]


@pytest.mark.requirement("R-167", "S-066")
def test_two_apps_and_not_one_more(browser):
    sign_in(browser)
    register_app(browser)
    register_app(browser)
    assert "Authenticator app 2" in browser.words
    browser.visit(NEW)
    assert browser.submit(device_kind="totp").step == "choose-device-kind"
    assert Device.objects.filter(principal=user(JANE[0])).count() == 2
    assert browser.submit(device_kind="passkey").step == "register-security-key"


@pytest.mark.requirement("R-166")
def test_a_device_gets_another_name(browser):
    as_nikki(browser)
    browser.visit(re.search(r'href="(/start/mfa/\d+)"', browser.text)[1])
    browser.submit("rename-device", device_name="")
    assert browser.error_of("device_name")
    browser.submit("rename-device", device_name="My old phone")
    assert 'id="device-renamed"' in browser.text
    assert "My old phone" in browser.words
    assert Event.objects.filter(name="UpdateMfaDeviceForUser").exists()


@pytest.mark.requirement("S-069")
def test_a_device_is_removed_and_its_owner_told(browser):
    _page, device = as_nikki(browser)
    browser.visit(f"{LIST}/{device.pk}").submit("remove-device")
    assert 'id="device-removed"' in browser.text
    assert not Device.objects.filter(pk=device.pk).exists()
    assert newest_mail("nikki_wolf@example.com", "device-removed")
    assert Event.objects.filter(name="DeleteMfaDeviceForUser").exists()


def test_looking_at_the_page_for_removal_removes_nothing(browser):
    _page, device = as_nikki(browser)
    assert browser.visit(f"{LIST}/{device.pk}/remove").status == 200
    assert Device.objects.filter(pk=device.pk).exists()


@pytest.mark.requirement("S-060")
def test_other_peoples_devices_are_not_there(browser, new_browser):
    _page, device = as_nikki(new_browser())
    sign_in(browser)
    assert browser.visit(f"{LIST}/{device.pk}").status == 404
    assert browser.visit(f"{LIST}/{device.pk}/remove").status == 404


class TestWhereAdministratorsManageDevices:
    @pytest.fixture(autouse=True)
    def managed(self, demo):
        settings_are(users_manage_devices=False)

    def test_the_page_says_so_and_offers_nothing(self, browser):
        page, device = as_nikki(browser)
        assert 'id="devices-by-administrator"' in page.text
        assert 'id="new-device"' not in page.text
        assert browser.visit(f"{LIST}/{device.pk}").status == 404

    def test_the_address_for_a_new_one_leads_back(self, browser):
        as_nikki(browser)
        assert browser.visit(NEW).url == LIST


@pytest.mark.requirement("S-048")
def test_an_old_sign_in_is_done_again_before_anything_is_changed(browser):
    _page, device = as_nikki(browser)
    clock.advance(timedelta(minutes=15))
    browser.visit(f"{LIST}/{device.pk}")
    assert browser.step == "portal-password"
    assert 'id="reauthenticates"' in browser.text
    assert "nikki_wolf" in browser.words
    browser.submit(password=NIKKI[1]).submit(code=code_from(devices.secret_of(device)))
    assert browser.url == f"{LIST}/{device.pk}"


@pytest.mark.requirement("S-048")
def test_an_old_sign_in_registers_no_device(browser):
    sign_in(browser)
    clock.advance(timedelta(minutes=15))
    assert browser.visit(NEW).url == LIST
    assert browser.visit(f"{LIST}/new").step == "portal-password"
    browser.submit(password=JANE[1])
    assert browser.step == "choose-device-kind"


@pytest.mark.requirement("S-036")
def test_a_registration_belongs_to_its_session(browser):
    sign_in(browser)
    browser.visit(NEW).submit(device_kind="totp")
    page = browser.url
    browser.visit(PORTAL).submit("sign-out")
    assert browser.visit(page).status == 410


def test_nobody_registers_a_device_without_a_sign_in(browser):
    assert browser.visit(NEW).status == 400
