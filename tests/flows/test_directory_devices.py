"""Devices of a directory's users at the admin site, in the control API, and at the desk."""

import re

import pytest

from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import DESK
from tests.devices import code_from, device, directory_user, named
from tests.flows.test_admin_devices import DEVICES, deactivate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


@pytest.fixture
def ines():
    return directory_user()


@pytest.fixture
def app(ines):
    made = devices.app(ines, "My phone", totp.new_secret())
    devices.register(made)
    return made


def confirm(operator, word):
    """Type a word on the page that asks for it; the form has all devices that were chosen."""
    chosen = re.findall(r'name="_selected_action" value="(\d+)"', operator.text)
    return operator.submit("deactivation-form", confirmation=word, _selected_action=chosen)


def left():
    return set(Device.objects.values_list("name", flat=True))


class TestTheAdminSite:
    def test_they_are_found_by_person_and_directory(self, operator, app):
        for query in ("ines", "ines@example.com", "d-2468013579", app.serial_number):
            operator.visit(f"{DEVICES}?q={query}")
            assert re.findall(r'/change/[^"]*">([\w -]+)</a></th>', operator.text) == ["My phone"]

    def test_removing_one_asks_for_a_word(self, operator, app):
        deactivate(operator, app, device())
        assert "My phone (ines @ d-2468013579)" in operator.words
        assert "phone (jane.doe @ 1111-2222-3333)" in operator.words
        for word in ("", "delete", "DELETE it"):
            confirm(operator, word)
            assert "Type the word DELETE, in capitals." in operator.words
            assert {"My phone", "phone"} <= left()
        confirm(operator, "DELETE")
        assert "2 devices are deactivated." in operator.words
        assert not {"My phone", "phone"} & left()
        [recorded] = Event.objects.filter(name="DeleteMfaDeviceForUser")
        assert recorded.document["requestParameters"]["mfaDeviceId"] == app.serial_number
        assert recorded.document["userIdentity"]["type"] == "Root"
        assert set(Message.objects.values_list("kind", "recipient")) == {
            ("device-removed", "ines@example.com"),
            ("device-removed", "root@example.com"),
        }

    def test_the_console_s_devices_take_no_word(self, operator, app):
        deactivate(operator, device())
        assert "1 device is deactivated." in operator.words
        assert "My phone" in left()

    def test_one_is_brought_into_step(self, operator, app):
        secret = devices.secret_of(app)
        operator.visit(f"{DEVICES}{app.pk}/resynchronise/")
        first, second = code_from(secret, later=20), code_from(secret, later=21)
        operator.submit("resync-form", code1=first, code2=second)
        assert "The device My phone is in step again." in operator.words
        assert Event.objects.get().name == "UpdateMfaDeviceForUser"


class TestTheControlApi:
    def path(self, user):
        return f"/principals/{user.pk}/devices"

    def test_an_app_is_registered_and_shows_its_code(self, control, ines):
        status, made = control("POST", self.path(ines), {"name": "My new phone"})
        assert (status, made["name"]) == (201, "My new phone")
        assert made["serial_number"].startswith("mfa-")
        assert "example" in made["uri"]
        _, shown = control("GET", f"/devices/{made['id']}/code")
        assert shown["code"] == totp.code_at(totp.decode(made["secret"]), totp.step_at(clock.now()))
        assert Message.objects.get().recipient == "ines@example.com"
        names = Event.objects.order_by("id").values_list("name", flat=True)
        assert list(names) == [
            "StartVirtualMfaDeviceRegistration",
            "CompleteVirtualMfaDeviceRegistration",
        ]

    def test_without_a_name_it_gets_the_one_that_pages_offer(self, control, ines):
        for name in ("Authenticator app", "Authenticator app 2"):
            assert control("POST", self.path(ines), {})[1]["name"] == name

    @pytest.mark.requirement("S-066", "R-167")
    def test_a_third_app_and_any_token_are_refused(self, control, ines):
        for _ in range(2):
            assert control("POST", self.path(ines), {})[0] == 201
        for body in ({}, {"kind": "hardware", "serial_number": "GAHT12345678"}):
            assert control("POST", self.path(ines), body)[0] == 409
        assert len(control("GET", self.path(ines))[1]) == 2

    def test_a_name_with_blanks_is_a_directory_s_only(self, control):
        assert control("POST", self.path(named("zhang")), {"name": "My phone"})[0] == 422

    def test_one_is_removed_without_a_word(self, control, app):
        assert control("DELETE", f"/devices/{app.pk}")[0] == 204
        assert "My phone" not in left()
        assert Event.objects.get().name == "DeleteMfaDeviceForUser"

    def test_users_are_listed(self, control, ines):
        _, [found] = control("GET", "/principals?realm=d-2468013579")
        assert (found["username"], found["realm"]) == ("ines", "d-2468013579")
        assert found["account"] is None


class TestTheDesk:
    def test_the_phone_shows_codes_and_the_mails_to_the_address(self, browser, control, ines):
        control("POST", f"/principals/{ines.pk}/devices", {"name": "My phone"})
        browser.visit(f"{DESK}phone/{ines.pk}")
        [app] = devices.of(ines)
        assert devices.codes_of(app)[0] in browser.words
        assert "A device was registered" in browser.words
        assert "ines@example.com" in browser.words

    def test_people_are_found_by_directory_and_address(self, browser, app):
        for words in ("ines", "ines@example.com", "d-2468013579"):
            assert "ines" in browser.visit(f"{DESK}phone/?q={words}").words
            assert 'id="phones"' in browser.text
        assert "example (d-2468013579)" in browser.words

    def test_without_a_device_the_phone_says_where_to_register_one(self, browser, ines):
        assert "access portal" in browser.visit(f"{DESK}phone/{ines.pk}").words
