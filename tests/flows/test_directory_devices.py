"""Devices of a directory's users at the admin site, in the control API, and at the desk."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import DESK
from tests.devices import code_from, device, directory_user, named
from tests.flows.admin_walks import page
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


def register_app(operator, user, **fields):
    """Go from the page of a user to the registration of an app, and send its form."""
    operator.visit(page(f"directoryuser/{user.pk}/change/"))
    operator.visit(re.search(r'href="([^"]*)" id="new-app"', operator.text)[1])
    return operator.submit("new-app-form", **fields)


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

    def test_one_is_renamed(self, operator, app):
        operator.visit(f"{DEVICES}{app.pk}/change/")
        operator.visit(re.search(r'href="([^"]*)" id="rename"', operator.text)[1])
        assert operator.submit("rename-form", device_name="no/slash").status == 200
        assert "My phone" in left()
        operator.submit("rename-form", device_name="Her phone")
        assert "The device is called Her phone now." in operator.words
        assert {"Her phone"} <= left()
        recorded = Event.objects.get().document
        assert recorded["eventName"] == "UpdateMfaDeviceForUser"
        assert recorded["requestParameters"]["mfaDeviceName"] == "Her phone"
        assert recorded["userIdentity"]["type"] == "Root"

    def test_the_console_s_devices_keep_the_name_of_their_arn(self, operator):
        operator.visit(f"{DEVICES}{device().pk}/change/")
        assert 'id="rename"' not in operator.text
        assert operator.visit(f"{DEVICES}{device().pk}/rename/").status == 404

    @pytest.mark.requirement("S-065")
    def test_an_app_is_registered_and_its_secret_shown_in_the_answer_alone(self, operator, ines):
        register_app(operator, ines, device_name="Given phone")
        [app] = devices.of(ines)
        assert app.name == "Given phone"
        secret = totp.encode(devices.secret_of(app))
        assert secret in operator.text
        assert "<svg" in operator.text
        recorded = list(Event.objects.order_by("id").values_list("name", flat=True))
        assert recorded == [
            "StartVirtualMfaDeviceRegistration",
            "CompleteVirtualMfaDeviceRegistration",
        ]
        assert Message.objects.get().kind == "device-registered"
        assert Message.objects.get().recipient == "ines@example.com"
        assert LogEntry.objects.filter(object_id=app.pk).exists()
        told = str([event.document for event in Event.objects.all()]) + Message.objects.get().text
        for path in (f"{app.pk}/change/", f"{app.pk}/history/", f"new-app/{ines.pk}/", ""):
            told += operator.visit(DEVICES + path).text
        assert secret not in told

    def test_the_name_is_proposed_and_a_poor_one_refused(self, operator, ines):
        register_app(operator, ines)
        assert left() >= {"Authenticator app"}
        register_app(operator, ines, device_name="no/slash")
        assert operator.status == 200
        assert len(devices.of(ines)) == 1

    @pytest.mark.requirement("S-066", "S-044")
    def test_a_third_app_and_one_of_a_disabled_user_are_refused(self, operator, ines):
        for _ in range(3):
            register_app(operator, ines)
        assert "two authenticator apps" in operator.words
        assert len(devices.of(ines)) == 2
        devices.remove(devices.of(ines)[0])
        operator.visit(f"{DEVICES}new-app/{ines.pk}/")
        ines.profile.is_enabled = False
        ines.profile.save()
        operator.submit("new-app-form")
        assert "This user is disabled" in operator.words
        assert len(devices.of(ines)) == 1

    def test_the_page_is_for_users_of_directories_and_the_operator_only(
        self, operator, browser, ines
    ):
        assert operator.visit(f"{DEVICES}new-app/{named('zhang').pk}/").status == 404
        assert "admin/login" in browser.visit(f"{DEVICES}new-app/{ines.pk}/").url


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
