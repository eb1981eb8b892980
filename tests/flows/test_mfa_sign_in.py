"""Signing in with a device, after the password."""

from datetime import timedelta

import pytest

from accounts import lockout, passwords
from accounts.models import Principal, Session
from mfa import devices, totp
from mfa.steps.sign_in import WRONG_ANSWERS
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE
from tests.devices import (
    JANE,
    PHONE,
    ROOT_PHONE,
    SANDBOX,
    add_app,
    add_token,
    code_of,
    device,
    named,
    wrong_code,
)
from tests.walks import name_root, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


def as_jane(browser):
    """Go to the page that asks for Jane's device."""
    return sign_in_as_iam_user(browser, *JANE)


def as_root(browser):
    """Go to the page that asks for the root user's device."""
    return name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])


def events():
    return [event.document for event in Event.objects.order_by("id")]


class TestTheRightCode:
    @pytest.mark.requirement("R-084", "R-080", "S-035")
    def test_an_iam_user_is_in_after_the_code(self, browser):
        assert as_jane(browser).step == "mfa-code"
        assert browser.signed_in_as is None
        assert browser.submit(code=code_of()).signed_in_as == "jane.doe @ example-corp"
        assert set(Session.objects.values_list("principal__username", flat=True)) == {"jane.doe"}
        assert all(each.factors == ["password", "totp"] for each in Session.objects.all())

    @pytest.mark.requirement("R-073")
    def test_a_root_user_is_in_after_the_code_and_no_code_is_mailed(self, browser):
        assert as_root(browser).step == "mfa-code"
        browser.submit(code=code_of(ROOT_PHONE))
        assert "4444-5555-6666" in browser.signed_in_as
        assert not Message.objects.exists()

    def test_blanks_in_a_code_do_no_harm(self, browser):
        code = code_of()
        assert as_jane(browser).submit(code=f" {code[:3]} {code[3:]} ").signed_in_as

    def test_the_page_first_asked_for_comes_after_the_code(self, browser):
        browser.visit(CONSOLE + "support/home").submit(user_type="iam", account="example-corp")
        browser.submit(username=JANE[0], password=JANE[1]).submit(code=code_of())
        assert browser.url == CONSOLE + "support/home"

    def test_any_app_of_the_person_will_do(self, browser):
        tablet = add_app(JANE[0], "tablet")
        assert as_jane(browser).submit(code=code_of(tablet.serial_number)).signed_in_as

    def test_a_new_password_is_asked_for_after_the_device(self, browser):
        Principal.objects.filter(username=JANE[0]).update(must_change_password=True)
        assert as_jane(browser).step == "mfa-code"
        assert browser.submit(code=code_of()).step == "new-password"


class TestTheWrongCode:
    @pytest.mark.requirement("S-022")
    def test_nothing_about_devices_is_told_before_the_password(self, browser):
        sign_in_as_iam_user(browser, JANE[0], "wrong")
        assert browser.step == "iam-user"
        assert "didn't match" in browser.alert
        assert [each["eventName"] for each in events()] == ["ConsoleLogin"]
        other = sign_in_as_iam_user(browser, "zhang", "wrong")
        assert "didn't match" in other.alert

    def test_a_wrong_code_says_what_to_do_and_may_be_tried_again(self, browser):
        as_jane(browser).submit(code=wrong_code())
        assert browser.step == "mfa-code"
        assert "wait for the device's next one" in browser.error_of("code")
        assert wrong_code() not in browser.text
        assert browser.submit(code=code_of()).signed_in_as

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６", "+12345"])
    def test_what_is_no_code_is_no_try(self, browser, typed):
        as_jane(browser).submit(code=typed)
        assert "six digits" in browser.error_of("code")
        assert lockout.failures_of(("mfa", str(named(JANE[0]).pk))) == 0

    @pytest.mark.requirement("S-061")
    def test_a_code_is_good_for_one_sign_in(self, new_browser):
        code = code_of()
        assert as_jane(new_browser()).submit(code=code).signed_in_as
        second = as_jane(new_browser()).submit(code=code)
        assert second.signed_in_as is None
        assert second.submit(code=code_of(later=1)).signed_in_as

    @pytest.mark.requirement("S-064")
    def test_after_five_wrong_codes_the_password_is_asked_for_again(self, browser):
        as_jane(browser)
        for _ in range(WRONG_ANSWERS):
            assert browser.step == "mfa-code"
            browser.submit(code=wrong_code())
        assert browser.step == "iam-user"
        assert "Type your password again" in browser.alert
        assert browser.value_of("username") == JANE[0]
        browser.submit(password=JANE[1])
        assert browser.step == "mfa-code"
        assert browser.submit(code=code_of()).signed_in_as

    @pytest.mark.requirement("S-064", "S-012")
    def test_a_new_attempt_and_the_right_password_clear_no_wrong_codes(self, new_browser):
        for _ in range(WRONG_ANSWERS):
            as_jane(new_browser()).submit(code=wrong_code())
        browser = as_jane(new_browser())
        for _ in range(WRONG_ANSWERS):
            browser.submit(code=wrong_code())
        assert as_jane(browser).submit(code=code_of()).status == 429
        assert int(browser.page.headers["Retry-After"]) <= 60
        clock.advance(timedelta(minutes=1))
        assert browser.submit(code=code_of()).signed_in_as
        assert lockout.failures_of(("mfa", str(named(JANE[0]).pk))) == 0

    @pytest.mark.requirement("S-046")
    def test_the_console_opens_for_nobody_who_is_half_way(self, browser):
        as_jane(browser)
        page = browser.url
        assert browser.visit(CONSOLE + "console/home").signed_in_as is None
        assert browser.visit(page).step == "mfa-code"

    @pytest.mark.requirement("S-027", "S-029")
    def test_a_password_changed_meanwhile_ends_the_sign_in(self, browser):
        as_jane(browser)
        clock.advance(timedelta(seconds=1))
        passwords.replace(named(JANE[0]), "Brand-new-77")
        browser.submit(code=code_of())
        assert browser.status == 410
        assert not Session.objects.exists()
        browser.visit(CONSOLE + "?account=example-corp")
        assert browser.submit(username=JANE[0], password="Brand-new-77").step == "mfa-code"

    def test_a_device_removed_meanwhile_lets_nobody_in(self, browser):
        as_jane(browser)
        code = code_of()
        devices.remove(device())
        assert browser.submit(code=code).signed_in_as is None


class TestSeveralKinds:
    @pytest.fixture
    def token(self):
        return add_token(JANE[0], "GAHT12345678")

    def test_one_chooses_the_kind_and_may_choose_another(self, browser, token):
        assert as_jane(browser).step == "mfa-device"
        for words in ("Authenticator app phone", "Hardware token GAHT12345678"):
            assert words in browser.words
        browser.submit(device_kind="hardware")
        assert browser.step == "mfa-code"
        assert "Press the button of your hardware token" in browser.words
        browser.submit(button="act=another")
        assert browser.step == "mfa-device"
        browser.submit(device_kind="totp").submit(code=code_of())
        assert browser.signed_in_as
        assert Session.objects.first().factors == ["password", "totp"]

    @pytest.mark.requirement("S-068")
    def test_only_a_device_of_the_kind_chosen_counts(self, browser, token):
        as_jane(browser).submit(device_kind="hardware").submit(code=code_of())
        assert browser.signed_in_as is None
        browser.submit(code=code_of(token.serial_number))
        assert browser.signed_in_as

    @pytest.mark.requirement("S-068")
    @pytest.mark.parametrize("kind", ["passkey", "none", ""])
    def test_a_kind_that_one_has_not_is_no_way_in(self, browser, token, kind):
        as_jane(browser).submit(device_kind=kind)
        assert browser.step == "mfa-device"
        assert browser.alert

    def test_with_one_kind_there_is_nothing_to_choose(self, browser):
        as_jane(browser)
        assert 'id="another_button"' not in browser.text
        assert browser.submit(button="act=another").step == "mfa-code"


class TestOutOfStep:
    def test_after_two_wrong_codes_resynchronising_is_offered(self, browser):
        as_jane(browser)
        assert 'value="resync"' not in browser.text
        browser.submit(code=code_of(later=20))
        assert 'value="resync"' not in browser.text
        browser.submit(code=code_of(later=20))
        assert 'value="resync"' in browser.text
        browser.submit(button="act=resync")
        assert browser.step == "mfa-resync"
        assert browser.submit(button="act=back").step == "mfa-code"

    def test_two_codes_bring_the_device_into_step_and_the_sign_in_begins_again(self, browser):
        as_jane(browser).submit(button="act=resync")
        browser.submit(code1=code_of(later=19), code2=code_of(later=20))
        assert browser.step == "iam-user"
        assert 'id="resynchronised"' in browser.text
        assert browser.signed_in_as is None
        assert device().drift == 20
        browser.submit(password=JANE[1])
        assert browser.submit(code=code_of(later=20)).step == "mfa-code"  # it is used up
        clock.advance(timedelta(seconds=totp.STEP))
        assert browser.submit(code=code_of(later=20)).signed_in_as

    @pytest.mark.requirement("S-064")
    def test_pairs_that_are_none_count_as_tries(self, browser):
        as_jane(browser).submit(button="act=resync")
        for _ in range(WRONG_ANSWERS - 1):
            browser.submit(code1=code_of(), code2=code_of())
            assert "one after the other" in browser.error_of("code2")
        browser.submit(code1=code_of(), code2=code_of())
        assert browser.step == "iam-user"
        assert device().drift == 0

    def test_a_root_user_goes_back_to_the_password(self, browser):
        as_root(browser).submit(button="act=resync")
        browser.submit(code1=code_of(ROOT_PHONE, later=-9), code2=code_of(ROOT_PHONE, later=-8))
        assert browser.step == "password"
        assert 'id="resynchronised"' in browser.text


class TestEvents:
    @pytest.mark.requirement("S-108")
    def test_the_question_is_recorded_and_the_device_named(self, browser):
        as_jane(browser).submit(code=code_of())
        asked, signed_in = events()
        assert asked["eventName"] == "CheckMfa"
        assert asked["eventType"] == "AwsConsoleSignIn"
        assert asked["responseElements"] == {"CheckMfa": "Success"}
        assert asked["additionalEventData"] == {"MfaType": "Virtual MFA"}
        assert asked["userIdentity"] == {
            "type": "IAMUser",
            "principalId": named(JANE[0]).unique_id,
            "accountId": "111122223333",
            "accessKeyId": "",
            "userName": "jane.doe",
        }
        assert signed_in["responseElements"] == {"ConsoleLogin": "Success"}
        assert signed_in["additionalEventData"]["MFAUsed"] == "Yes"
        assert signed_in["additionalEventData"]["MFAIdentifier"] == PHONE

    def test_a_root_user_s_question_has_the_root_identity(self, browser):
        as_root(browser).submit(code=code_of(ROOT_PHONE))
        asked, signed_in = events()
        assert asked["userIdentity"]["type"] == "Root"
        assert asked["awsRegion"] == signed_in["awsRegion"] == "us-east-1"
        assert signed_in["additionalEventData"]["MFAIdentifier"] == ROOT_PHONE

    def test_a_wrong_code_is_a_failure_in_which_a_device_was_used(self, browser):
        as_jane(browser).submit(code=wrong_code())
        _, failed = events()
        assert failed["errorMessage"] == "Failed authentication"
        assert failed["additionalEventData"]["MFAUsed"] == "Yes"
        assert "MFAIdentifier" not in failed["additionalEventData"]
        assert "arn" not in failed["userIdentity"]

    def test_several_kinds_are_recorded_as_such(self, browser):
        add_token(JANE[0], "GAHT12345678")
        as_jane(browser)
        assert events()[0]["additionalEventData"] == {"MfaType": "Multiple MFA Devices"}

    def test_without_a_device_nothing_is_asked(self, browser):
        sign_in_as_iam_user(browser)
        [signed_in] = events()
        assert signed_in["additionalEventData"]["MFAUsed"] == "No"

    @pytest.mark.requirement("S-107")
    def test_no_event_has_a_code_or_a_secret(self, browser):
        code = code_of()
        as_jane(browser).submit(code=wrong_code()).submit(button="act=resync")
        browser.submit(code1=code_of(later=30), code2=code_of(later=31))
        browser.submit(password=JANE[1]).submit(code=code)
        told = str(events())
        for secret in (f"'{code}'", code_of(later=30), "JBSWY3DPEHPK3PXP"):
            assert secret not in told
        assert "ResyncMFADevice" in told
