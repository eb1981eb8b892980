"""One's own devices at the console: registered, renamed, resynchronised, removed."""

import re
from datetime import timedelta

import pytest

from accounts import lockout
from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN
from tests.devices import (
    JANE,
    PHONE,
    SANDBOX,
    add_app,
    code_from,
    code_of,
    device,
    named,
    wrong_code,
)
from tests.walks import name_root, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CREDENTIALS = CONSOLE + "iam/security_credentials"
NEW = CONSOLE + "iam/mfa/new"


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


@pytest.fixture
def zhang(browser):
    """Return a browser in which somebody without a device is signed in."""
    return sign_in_as_iam_user(browser)


@pytest.fixture
def jane(browser):
    """Return a browser in which somebody with an authenticator app is signed in."""
    sign_in_as_iam_user(browser, *JANE).submit(code=code_of())
    clock.advance(timedelta(seconds=totp.STEP))
    return browser


def begin(browser, name="app", kind="totp"):
    return browser.visit(NEW).submit(device_name=name, device_kind=kind)


def finish(browser, name="app", later=0):
    secret = devices.secret_of(Device.objects.get(name=name))
    code1, code2 = code_from(secret, later=later - 1), code_from(secret, later=later)
    return browser.submit(code1=code1, code2=code2)


def events(name):
    return [event.document for event in Event.objects.filter(name=name)]


def page_of(serial_number=PHONE):
    return f"{CONSOLE}iam/mfa/{device(serial_number).pk}"


class TestAnApp:
    @pytest.mark.requirement("R-165", "R-166")
    def test_it_is_registered_with_two_codes_and_listed(self, zhang):
        assert 'id="no-devices"' in zhang.visit(CREDENTIALS).text
        begin(zhang)
        assert zhang.step == "register-app"
        finish(zhang)
        assert zhang.url == CREDENTIALS + "?device=registered"
        assert 'id="device-registered"' in zhang.text
        assert "arn:aws:iam::111122223333:mfa/app" in zhang.words
        zhang.submit("sign-out")
        assert sign_in_as_iam_user(zhang).step == "mfa-code"

    @pytest.mark.requirement("S-065")
    def test_its_secret_is_shown_while_it_is_registered_and_never_again(self, zhang):
        begin(zhang)
        secret = re.search(r'id="secret">([A-Z2-7]+)<', zhang.text)[1]
        assert totp.decode(secret) == devices.secret_of(Device.objects.get(name="app"))
        assert re.search(r'id="qr"[^>]*><svg', zhang.text)
        finish(zhang)
        for page in (CREDENTIALS, page_of("arn:aws:iam::111122223333:mfa/app"), zhang.trail[0]):
            assert secret not in zhang.visit(page).text

    @pytest.mark.requirement("S-063")
    def test_codes_that_are_no_pair_leave_the_secret_as_it_is(self, zhang):
        begin(zhang)
        secret = re.search(r'id="secret">(\w+)<', zhang.text)[1]
        zhang.submit(code1="123456", code2="123456")
        assert "one after the other" in zhang.error_of("code2")
        assert secret in zhang.text
        assert finish(zhang).url.startswith(CREDENTIALS)

    def test_a_slow_one_is_registered_out_of_step(self, zhang):
        begin(zhang)
        finish(zhang, later=-5)
        assert "out of step" in zhang.words
        zhang.visit(page_of("arn:aws:iam::111122223333:mfa/app"))
        assert 'id="out-of-step"' in zhang.text

    @pytest.mark.parametrize(
        ("name", "says"),
        [("", "Give the device a name"), ("my app", "without blanks"), ("x" * 65, "up to 64")],
    )
    def test_a_name_that_can_not_be_is_named(self, zhang, name, says):
        begin(zhang, name)
        assert zhang.step == "new-device"
        assert says in zhang.error_of("device_name")

    def test_a_name_that_is_taken_in_the_account_is_told(self, zhang):
        begin(zhang, "phone")
        assert "is there already" in zhang.error_of("device_name")
        assert zhang.value_of("device_name") == "phone"

    def test_going_back_and_choosing_another_kind_begins_anew(self, zhang):
        begin(zhang)
        zhang.submit(button="act=back")
        assert not Device.objects.filter(name="app").exists()
        zhang.submit(device_name="app", device_kind="hardware")
        assert zhang.step == "register-token"

    def test_the_same_name_begun_in_another_tab_takes_the_first_one_s_place(self, zhang):
        begin(zhang)
        first_tab = zhang.url
        begin(zhang)
        assert zhang.visit(first_tab).step == "new-device"

    @pytest.mark.requirement("S-034", "S-056")
    def test_a_hostile_name_is_refused(self, zhang):
        begin(zhang, "<script>alert(1)</script>")
        assert zhang.step == "new-device"
        assert "<script>alert" not in zhang.page.content.decode()


class TestAToken:
    def test_it_is_registered_with_its_number_and_two_codes(self, zhang, settings):
        begin(zhang, "blue", "hardware")
        secret = totp.secret_of_token("GAHT12345678", key=settings.SECRET_KEY)
        zhang.submit(
            serial_number="GAHT12345678",
            code1=code_from(secret, later=-1),
            code2=code_from(secret),
        )
        assert 'id="device-registered"' in zhang.text
        assert "GAHT12345678" in zhang.words
        assert events("EnableMFADevice")[0]["requestParameters"] == {
            "userName": "zhang",
            "serialNumber": "GAHT12345678",
        }

    def test_wrong_codes_may_be_tried_again(self, zhang):
        begin(zhang, "blue", "hardware")
        zhang.submit(serial_number="GAHT12345678", code1="123456", code2="654321")
        assert zhang.step == "register-token"
        assert zhang.value_of("serial_number") == "GAHT12345678"
        assert "one after the other" in zhang.error_of("code2")

    def test_a_number_that_can_not_be_is_named(self, zhang):
        begin(zhang, "blue", "hardware")
        zhang.submit(serial_number="-", code1="123456", code2="654321")
        assert "on the back of the token" in zhang.error_of("serial_number")


class TestLimits:
    @pytest.mark.requirement("S-066", "R-274")
    def test_with_eight_devices_there_is_no_room_for_more(self, zhang):
        for number in range(8):
            add_app("zhang", f"app-{number}")
        assert 'id="no-room"' in zhang.visit(CREDENTIALS).text
        begin(zhang, "app-8")
        assert "There are eight devices already" in zhang.alert

    @pytest.mark.requirement("S-066")
    def test_a_ninth_that_was_begun_in_time_is_refused_at_the_end(self, zhang):
        begin(zhang)
        for number in range(8):
            add_app("zhang", f"app-{number}")
        finish(zhang)
        assert "There are eight devices already" in zhang.alert
        assert len(devices.of(named("zhang"))) == 8


class TestOneDevice:
    def test_it_gets_another_name_and_keeps_its_arn(self, jane):
        jane.visit(page_of()).submit("rename-device", device_name="old-phone")
        assert 'id="device-renamed"' in jane.text
        assert (device(PHONE).name, PHONE in jane.words) == ("old-phone", True)

    def test_a_name_that_can_not_be_is_refused(self, jane):
        jane.visit(page_of()).submit("rename-device", device_name="my phone")
        assert "without blanks" in jane.error_of("device_name")
        assert device().name == "phone"

    def test_it_is_brought_into_step(self, jane):
        jane.visit(page_of())
        jane.submit("resync-device", code1=code_of(later=8), code2=code_of(later=9))
        assert 'id="device-resynchronised"' in jane.text
        assert device().drift == 9
        assert len(events("ResyncMFADevice")) == 1

    @pytest.mark.requirement("S-064", "S-012")
    def test_guessing_codes_here_is_counted_as_at_sign_in(self, jane):
        for _ in range(lockout.IDENTITY.failures):
            jane.visit(page_of()).submit("resync-device", code1=wrong_code(), code2=code_of())
            assert "one after the other" in jane.error_of("code2")
        jane.submit("resync-device", code1=code_of(), code2=code_of(later=1))
        assert jane.status == 429
        assert "Retry-After" in jane.page.headers
        assert device().drift == 0

    @pytest.mark.requirement("S-067", "R-275")
    def test_it_is_removed_and_the_owner_of_the_account_reads_so(self, jane):
        jane.visit(page_of())
        assert "It is your only device" in jane.words
        jane.submit("remove-device")
        assert 'id="device-removed"' in jane.text
        assert 'id="no-devices"' in jane.text
        mail = Message.objects.get()
        assert (mail.kind, mail.recipient) == ("device-removed", "root@example.com")
        assert "jane.doe" in mail.text
        assert events("DeactivateMFADevice")[0]["requestParameters"]["serialNumber"] == PHONE
        assert len(events("DeleteVirtualMFADevice")) == 1
        jane.submit("sign-out")
        assert sign_in_as_iam_user(jane, *JANE).signed_in_as

    def test_looking_at_the_addresses_changes_nothing(self, jane):
        for act in ("rename", "resync", "remove"):
            assert jane.visit(f"{page_of()}/{act}").status == 200
        assert device().name == "phone"

    @pytest.mark.requirement("S-060")
    @pytest.mark.parametrize("act", ["", "/rename", "/resync", "/remove"])
    def test_others_devices_are_not_to_be_found(self, zhang, act):
        assert zhang.visit(page_of() + act).status == 404
        assert device().name == "phone"


class TestFresh:
    @pytest.mark.requirement("S-048")
    @pytest.mark.parametrize("path", ["new", "{pk}", "{pk}/rename", "{pk}/resync", "{pk}/remove"])
    def test_after_a_quarter_of_an_hour_the_sign_in_comes_first_with_the_device(self, jane, path):
        pk = device().pk
        clock.advance(timedelta(minutes=15))
        jane.visit(f"{CONSOLE}iam/mfa/{path.format(pk=pk)}")
        assert jane.url.startswith(SIGNIN)
        assert jane.step == "iam-user"
        jane.submit(password=JANE[1])
        assert jane.step == "mfa-code"
        jane.submit(code=code_of())
        assert jane.url.startswith(f"{CONSOLE}iam/mfa/{path.format(pk=pk)}")

    @pytest.mark.requirement("S-048")
    def test_a_form_that_is_too_old_removes_nothing(self, jane):
        jane.visit(page_of())
        clock.advance(timedelta(minutes=15))
        jane.submit("remove-device")
        assert jane.step == "iam-user"
        assert device()

    def test_a_registration_belongs_to_the_session_that_began_it(self, zhang, new_browser):
        begin(zhang)
        page = zhang.url
        zhang.visit(CREDENTIALS).submit("sign-out")
        sign_in_as_iam_user(zhang)
        assert zhang.visit(page).status == 410
        assert 'id="registration-over"' in zhang.text
        assert sign_in_as_iam_user(new_browser()).visit(page).status == 410

    def test_a_registration_that_took_too_long_is_begun_again(self, zhang):
        begin(zhang)
        page = zhang.url
        clock.advance(timedelta(minutes=15, seconds=-1))
        assert zhang.visit(page).step == "register-app"
        clock.advance(timedelta(seconds=1))
        assert zhang.visit(page).status == 410
        assert 'href="/iam/mfa/new"' in zhang.text


class TestEvents:
    @pytest.mark.requirement("S-108")
    def test_a_root_user_is_named_as_aws_does_and_the_session_too(self, browser):
        root_phone = "arn:aws:iam::444455556666:mfa/root-phone"
        name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])
        browser.submit(code=code_of(root_phone))
        begin(browser)
        finish(browser)
        [enabled] = events("EnableMFADevice")
        assert enabled["eventSource"] == "iam.amazonaws.com"
        assert enabled["eventType"] == "AwsApiCall"
        assert enabled["requestParameters"]["userName"] == "AWS ROOT USER"
        attributes = enabled["userIdentity"]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == "true"
        assert events("CreateVirtualMFADevice")[0]["responseElements"] == {
            "virtualMFADevice": {"serialNumber": "arn:aws:iam::444455556666:mfa/app"}
        }

    def test_without_a_device_the_session_says_so(self, zhang):
        begin(zhang)
        finish(zhang)
        attributes = events("EnableMFADevice")[0]["userIdentity"]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == "false"
