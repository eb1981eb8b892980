"""Accounts that want their root user to have a device: asked, put off, enforced."""

from datetime import timedelta

import pytest

from accounts.models import Account, Session
from mfa import devices, grace
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.devices import GRACED, SANDBOX, add_app, code_from, named
from tests.walks import MAILED, name_root, newest_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


def as_graced(browser):
    """Go to the page that asks for the registration of a device."""
    return name_root(browser, GRACED[0]).submit(password=GRACED[1])


def register_app(browser, name="app"):
    """Register an authenticator app at the pages for that."""
    browser.submit(device_name=name, device_kind="totp")
    secret = devices.secret_of(Device.objects.get(name=name))
    return browser.submit(code1=code_from(secret, later=-1), code2=code_from(secret))


def require_of(email: str) -> None:
    Account.objects.filter(principals__folded=email).update(root_mfa_mode="required")


class TestTheGrace:
    def test_in_its_time_one_may_go_on_without_a_device(self, browser):
        assert as_graced(browser).step == "mfa-prompt"
        assert "25 more days" in browser.words
        browser.submit(button="act=skip")
        assert "8888-9999-0000" in browser.signed_in_as
        assert Session.objects.first().factors == ["password"]

    def test_the_question_comes_back_with_each_sign_in(self, new_browser):
        as_graced(new_browser()).submit(button="act=skip")
        assert as_graced(new_browser()).step == "mfa-prompt"

    def test_it_begins_with_the_first_sign_in_that_asks(self, browser):
        require_of("root@example.com")
        account = Account.objects.get(pk="111122223333")
        account.captcha_mode = "never"
        account.save()
        assert account.root_mfa_grace_ends_at is None
        name_root(browser, "root@example.com").submit(password="wrong")
        account.refresh_from_db()
        assert account.root_mfa_grace_ends_at is None
        browser.submit(password="Root-demo-1")
        account.refresh_from_db()
        assert account.root_mfa_grace_ends_at == clock.now() + grace.GRACE
        assert "35 more days" in browser.words

    def test_it_ends_to_the_second(self, new_browser):
        ends_at = Account.objects.get(pk="888899990000").root_mfa_grace_ends_at
        clock.freeze(ends_at - timedelta(seconds=1))
        last = as_graced(new_browser())
        assert "1 more day." in last.words
        clock.advance(timedelta(seconds=1))
        assert last.submit(button="act=skip").step == "mfa-prompt"
        assert "can't go on without a device" in last.alert
        late = as_graced(new_browser())
        assert 'id="skip_button"' not in late.text
        assert 'id="grace-over"' in late.text
        assert late.submit(button="act=skip").signed_in_as is None

    @pytest.mark.requirement("S-046")
    def test_nobody_gets_past_the_question_by_another_address(self, browser):
        clock.advance(grace.GRACE)
        as_graced(browser)
        assert browser.visit("http://console.aws.amazon.com.localhost:8000/").step == "user-type"


class TestRegisteringAtSignIn:
    @pytest.mark.requirement("S-069", "S-067")
    def test_after_the_grace_a_device_is_registered_and_the_console_opens(self, browser):
        clock.advance(grace.GRACE)
        as_graced(browser).submit()
        assert browser.step == "new-device"
        register_app(browser)
        assert browser.signed_in_as
        [device] = devices.of(named(GRACED[0]))
        assert device.serial_number == "arn:aws:iam::888899990000:mfa/app"
        assert Message.objects.get().kind == "device-registered"
        names = list(Event.objects.order_by("id").values_list("name", flat=True))
        assert names == ["CreateVirtualMFADevice", "EnableMFADevice", "ConsoleLogin"]
        enabled = Event.objects.get(name="EnableMFADevice").document
        assert enabled["requestParameters"] == {
            "userName": "AWS ROOT USER",
            "serialNumber": device.serial_number,
        }

    def test_from_then_on_it_is_asked_for(self, new_browser):
        as_graced(new_browser()).submit()
        add_app(GRACED[0], "app")
        assert as_graced(new_browser()).step == "mfa-code"

    def test_one_may_go_back_and_put_it_off(self, browser):
        as_graced(browser).submit()
        browser.submit(device_name="app", device_kind="totp")
        assert browser.step == "register-app"
        browser.submit(button="act=back")
        assert browser.step == "new-device"
        assert browser.value_of("device_name") == "app"
        browser.submit(button="act=back")
        assert browser.submit(button="act=skip").signed_in_as
        assert not Device.objects.filter(principal=named(GRACED[0])).exists()

    @pytest.mark.requirement("S-069")
    def test_a_mailed_code_that_is_due_comes_before(self, browser):
        require_of(MAILED[0])
        name_root(browser, MAILED[0]).submit(password=MAILED[1])
        assert browser.step == "email-code"
        assert browser.submit(code=newest_code(MAILED[0])).step == "mfa-prompt"

    @pytest.mark.requirement("S-067")
    def test_whoever_removes_the_last_device_is_asked_again(self, browser):
        require_of(SANDBOX[0])
        Device.objects.all().delete()
        name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])
        if browser.step == "email-code":
            browser.submit(code=newest_code(SANDBOX[0]))
        assert browser.step == "mfa-prompt"

    def test_an_iam_user_of_the_account_is_not_asked(self, browser):
        require_of("root@example.com")
        browser.visit("http://example-corp.signin.aws.amazon.com.localhost:8000/console")
        assert browser.submit(username="zhang", password="Zhang-demo-1").signed_in_as
