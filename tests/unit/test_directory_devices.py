"""The devices of a directory's users: how many, how they are registered, and what is told of it."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import Principal
from mfa import devices, emails, events, slots, totp
from mfa.errors import (
    ClockOff,
    CodeWrong,
    KindImpossible,
    RegistrationOver,
    TooManyApps,
    TooManyDevices,
    TooManyPasskeys,
)
from mfa.forms import DirectoryDeviceNameForm
from mfa.models import Device
from signin.events.models import Event
from signin.http import Browser
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.devices import code_from, directory_user, named, wrong_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

Kind = Device.Kind
CHROMIUM = Browser(ip="127.0.0.1", user_agent="", host="signin", region=None, device_key="")


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


@pytest.fixture
def ines():
    return directory_user()


def add(user, kind=Kind.TOTP, name="app"):
    """Register a device of a kind, without any proof."""
    device = devices.app(user, name, totp.new_secret())
    if kind == Kind.PASSKEY:
        device.kind, device.credential_id = kind, device.serial_number
    devices.settle(device)
    return device


def code_of(device, later=0):
    return code_from(devices.secret_of(device), later=later)


def register(user, name="app"):
    begun = devices.begin_app(user, name)
    devices.finish_code(begun, code_of(begun))
    return begun


class TestRoom:
    @pytest.mark.parametrize("kind", [Principal.Kind.DIRECTORY_USER, Principal.Kind.BUILDER_ID])
    def test_outside_of_the_console_each_kind_has_its_own_places(self, kind):
        user = Principal(kind=kind)
        assert [*slots.slots_of(user, Kind.TOTP)] == [1, 2]
        assert [*slots.slots_of(user, Kind.PASSKEY)] == [3, 4, 5, 6, 7, 8]
        assert [*slots.slots_of(user, Kind.HARDWARE)] == []

    @pytest.mark.parametrize("kind", Kind)
    def test_at_the_console_any_kind_goes_anywhere(self, kind):
        assert [*slots.slots_of(named("zhang"), kind)] == [1, 2, 3, 4, 5, 6, 7, 8]

    @pytest.mark.requirement("S-066", "R-167")
    def test_a_third_app_is_refused_and_says_so(self, ines):
        begun = [devices.begin_app(ines, f"app-{number}") for number in range(3)]
        for each in begun[:2]:
            devices.finish_code(each, code_of(each))
        with pytest.raises(TooManyApps):
            devices.finish_code(begun[2], code_of(begun[2]))
        with pytest.raises(TooManyApps):
            devices.begin_app(ines, "another")
        devices.check_room(ines, Kind.PASSKEY)
        assert [each.slot for each in devices.of(ines)] == [1, 2]

    @pytest.mark.requirement("S-066")
    def test_a_seventh_passkey_is_refused_and_a_free_place_is_used_again(self, ines):
        added = [add(ines, Kind.PASSKEY) for _ in range(6)]
        with pytest.raises(TooManyPasskeys):
            add(ines, Kind.PASSKEY)
        devices.check_room(ines, Kind.TOTP)
        devices.remove(added[2])
        assert add(ines, Kind.PASSKEY).slot == 5

    def test_there_are_no_hardware_tokens(self, ines):
        with pytest.raises(KindImpossible):
            devices.begin_token(ines, "blue", serial_number="GAHT12345678")
        with pytest.raises(KindImpossible):
            devices.register(devices.token(ines, "blue", "GAHT12345678"))

    def test_the_limit_is_named(self):
        assert len({kind.message for kind in (TooManyDevices, TooManyApps, TooManyPasskeys)}) == 3


class TestNames:
    def test_serial_numbers_are_random_and_no_arns(self, ines):
        serials = {add(ines).serial_number, add(ines).serial_number}
        serials.add(devices.passkey_serial(ines, "app"))
        assert len(serials) == 3
        assert all(serial.startswith("mfa-") for serial in serials)

    @translation.override("en")
    def test_the_names_offered_are_numbered(self, ines):
        assert devices.default_name(ines, Kind.TOTP) == "Authenticator app"
        add(ines, name="Authenticator app")
        assert devices.default_name(ines, Kind.TOTP) == "Authenticator app 2"
        assert devices.default_name(ines, Kind.PASSKEY) == "Security key"
        add(ines, Kind.PASSKEY, name="Security key")
        add(ines, Kind.PASSKEY, name="Security key 2")
        assert devices.default_name(ines, Kind.PASSKEY) == "Security key 3"

    @pytest.mark.parametrize(
        ("name", "is_right"),
        [
            ("My new phone", True),
            ("認証アプリ 2", True),
            ("x" * 64, True),
            ("x" * 65, False),
            ("", False),
            ("  ", False),
            ("<b>phone</b>", False),
            ("one\ntwo", False),
        ],
    )
    def test_a_name_may_have_blanks_and_letters_of_any_language(self, name, is_right):
        assert DirectoryDeviceNameForm({"device_name": name}).is_valid() is is_right

    def test_an_app_shows_user_and_portal(self, ines):
        assert "ines%20%40%20example?" in devices.uri_of(add(ines))


class TestOneCode:
    @pytest.mark.requirement("R-172", "R-166")
    @pytest.mark.parametrize("later", [-1, 0, 1])
    def test_an_app_is_registered_with_one_code_which_is_used_up(self, ines, later):
        begun = devices.begin_app(ines, "app")
        code = code_of(begun, later)
        devices.finish_code(begun, code)
        [registered] = devices.of(ines)
        assert (registered.slot, registered.out_of_step) == (1, False)
        with pytest.raises(CodeWrong):
            devices.check_code([registered], code)
        clock.advance(timedelta(seconds=2 * totp.STEP))
        assert devices.check_code([registered], code_of(registered)) == registered

    @pytest.mark.requirement("S-062")
    @pytest.mark.parametrize("later", [-50, -2, 2, 50])
    def test_a_clock_that_is_off_is_told_and_nothing_is_registered(self, ines, later):
        begun = devices.begin_app(ines, "app")
        with pytest.raises(ClockOff):
            devices.finish_code(begun, code_of(begun, later))
        assert devices.of(ines) == []
        devices.finish_code(begun, code_of(begun))

    @pytest.mark.parametrize("later", [-51, 51])
    def test_any_other_code_is_wrong(self, ines, later):
        begun = devices.begin_app(ines, "app")
        with pytest.raises(CodeWrong):
            devices.finish_code(begun, code_of(begun, later))

    def test_a_registration_is_open_for_a_quarter_of_an_hour(self, ines):
        begun = devices.begin_app(ines, "app")
        clock.advance(devices.REGISTRATION_LIFETIME)
        with pytest.raises(RegistrationOver):
            devices.finish_code(begun, code_of(begun))
        assert devices.of(ines) == []


class TestLateCodes:
    @pytest.mark.requirement("S-062")
    @pytest.mark.parametrize(
        ("later", "refusal"),
        [(-11, CodeWrong), (-10, ClockOff), (-2, ClockOff), (2, CodeWrong), (9, CodeWrong)],
    )
    def test_one_that_was_shown_is_told_apart_and_one_to_come_is_not(self, ines, later, refusal):
        app = add(ines)
        with pytest.raises(refusal):
            devices.check_code([app], code_of(app, later))

    @pytest.mark.requirement("S-061")
    def test_one_that_was_used_is_as_wrong_as_any(self, ines):
        app = add(ines)
        used, older = code_of(app), code_of(app, -1)
        devices.check_code([app], used)
        clock.advance(timedelta(seconds=4 * totp.STEP))
        for code in (used, older):
            with pytest.raises(CodeWrong):
                devices.check_code(devices.of(ines), code)

    def test_a_clock_that_is_known_to_be_off_is_reckoned_with(self, ines):
        app = add(ines)
        app.drift = 20
        with pytest.raises(ClockOff):
            devices.check_code([app], code_of(app, 17))

    def test_the_console_tells_nothing_of_it(self):
        phone = devices.of(named("jane.doe"))
        with pytest.raises(CodeWrong):
            devices.check_code(phone, code_of(phone[0], -3))

    def test_what_was_never_shown_is_wrong(self, ines):
        app = add(ines)
        with pytest.raises(CodeWrong):
            devices.check_code([app], wrong_code(app.serial_number))


def recorded():
    return [event.document for event in Event.objects.order_by("id")]


class TestTelling:
    @translation.override("en")
    @pytest.mark.requirement("R-035", "S-069")
    def test_the_user_gets_the_notices(self, ines):
        app = add(ines, name="My phone")
        emails.device_registered(app)
        emails.device_removed(app)
        for mail, kind in zip(
            Message.objects.order_by("id"), ("device-registered", "device-removed"), strict=True
        ):
            assert (mail.kind, mail.recipient) == (kind, "ines@example.com")
            assert mail.sender == "no-reply@login.awsapps.com.localhost"
            for word in ("ines", "access portal example", "My phone", "administrator"):
                assert word in mail.text
            assert "IAM user" not in mail.text

    @pytest.mark.parametrize(
        ("kind", "word"), [(Kind.TOTP, "VirtualMfaDevice"), (Kind.PASSKEY, "WebAuthnDevice")]
    )
    def test_a_user_s_own_doing_is_recorded_in_the_directory_s_words(self, ines, kind, word):
        app = add(ines, kind)
        told = {"session": None, "browser": CHROMIUM}
        events.app_begun(app, **told)
        events.enabled(app, **told)
        events.resynchronised(app, **told)
        events.deactivated(app, **told)
        assert [each["eventName"] for each in recorded()] == [
            f"Start{word}Registration",
            f"Complete{word}Registration",
            "UpdateMfaDeviceForUser",
            "DeleteMfaDeviceForUser",
        ]
        for each in recorded():
            assert each["eventSource"] == "sso-directory.amazonaws.com"
            assert each["recipientAccountId"] == "111122223333"
            assert each["userIdentity"]["type"] == "IdentityCenterUser"
            assert each["requestParameters"]["userId"] == ines.profile.user_id
        completed = recorded()[1]["requestParameters"]
        assert completed["mfaDeviceId"] == app.serial_number
        assert completed["mfaDeviceName"] == "app"

    def test_the_operator_s_doing_is_the_account_s(self, ines):
        app = add(ines)
        events.enabled_by_operator(app, browser=CHROMIUM)
        events.resynchronised_by_operator(app, browser=CHROMIUM)
        events.deactivated_by_operator(app, browser=CHROMIUM)
        assert [each["eventName"] for each in recorded()] == [
            "StartVirtualMfaDeviceRegistration",
            "CompleteVirtualMfaDeviceRegistration",
            "UpdateMfaDeviceForUser",
            "DeleteMfaDeviceForUser",
        ]
        assert {each["userIdentity"]["type"] for each in recorded()} == {"Root"}

    @pytest.mark.requirement("S-107", "S-065")
    def test_no_event_and_no_mail_has_the_secret(self, ines):
        app = add(ines)
        events.app_begun(app, session=None, browser=CHROMIUM)
        events.enabled_by_operator(app, browser=CHROMIUM)
        emails.device_registered(app)
        told = str(recorded()) + Message.objects.get().text
        assert totp.encode(devices.secret_of(app)) not in told
        assert app.secret not in told
