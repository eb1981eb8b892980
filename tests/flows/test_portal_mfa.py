"""Second factors at the sign-in to a portal: who is asked for what, and registering on the way."""

import json
import re
from datetime import timedelta

import pytest

from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.devices import code_from
from tests.portal_walks import (
    CHOSEN,
    JANE,
    NEW_HIRE,
    NIKKI,
    PORTAL,
    is_at_portal,
    newest_mail,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# What the page after the password is.
PAGES = {
    "register": "choose-device-kind",
    "email-code": "portal-code",
    "block": "portal-blocked",
    "allow": None,
}


def app():
    return Device.objects.get(principal=user(NIKKI[0]))


def code(later=0):
    return code_from(devices.secret_of(app()), later=later)


def wrong():
    near = {code(steps) for steps in range(-60, 60)}
    return next(each for each in (f"{number:06}" for number in range(1000)) if each not in near)


def trust(browser, who):
    """Sign in once with the box ticked, in the mode that offers it, and sign out."""
    settings_are(mfa_mode="context-aware", no_device_mode="allow")
    sign_in(browser, *who, trust_device="on")
    if browser.step == "mfa-code":
        browser.submit(code=code())
    assert is_at_portal(browser)
    browser.submit("sign-out")
    clock.advance(timedelta(minutes=1))


class TestTheTable:
    """Prompt mode, device, context and the rule for people without a device (behaviour 7.2)."""

    @pytest.mark.requirement("R-094")
    @pytest.mark.parametrize("rule", PAGES)
    @pytest.mark.parametrize("is_trusted", [True, False])
    @pytest.mark.parametrize("who", [JANE, NIKKI])
    @pytest.mark.parametrize("mode", ["context-aware", "always-on", "never"])
    def test_each_cell(self, browser, mode, who, is_trusted, rule):
        if is_trusted:
            trust(browser, who)
        settings_are(mfa_mode=mode, no_device_mode=rule)
        sign_in(browser, *who)
        if mode == "never" or (mode == "context-aware" and is_trusted):
            expected = None
        elif who is NIKKI:
            expected = "mfa-code"
        else:
            expected = PAGES[rule]
        assert browser.step == expected
        assert is_at_portal(browser) == (expected is None)

    @pytest.mark.requirement("S-068")
    @pytest.mark.parametrize("changed", ["ip", "agent", "cookie"])
    def test_whatever_changes_of_the_context_it_is_asked_anew(self, browser, new_browser, changed):
        trust(browser, NIKKI)
        other = new_browser(
            ip="127.0.0.7" if changed == "ip" else "127.0.0.1",
            agent="another" if changed == "agent" else "a browser",
        )
        if changed != "cookie":
            other.cookies = browser.cookies
        assert sign_in(other, *NIKKI).step == "mfa-code"
        assert is_at_portal(sign_in(browser, *NIKKI))

    @pytest.mark.requirement("S-045", "S-068")
    def test_a_browser_is_trusted_by_the_one_who_ticked_the_box(self, browser):
        trust(browser, JANE)
        assert sign_in(browser, *NIKKI).step == "mfa-code"

    def test_the_box_is_shown_in_the_mode_that_looks_at_it(self, browser, new_browser):
        for mode, is_shown in (("context-aware", True), ("always-on", False), ("never", False)):
            settings_are(mfa_mode=mode)
            page = new_browser().visit(PORTAL).submit(username=JANE[0])
            assert ('name="trust_device"' in page.text) == is_shown

    def test_a_forged_box_trusts_nothing_where_none_is_shown(self, browser):
        settings_are(mfa_mode="always-on", no_device_mode="allow")
        sign_in(browser, *NIKKI, trust_device="on").submit(code=code())
        assert browser.cookie("vestibule-trusted-device", "http://us-east-1.signin.aws") is None
        assert not user(NIKKI[0]).known_browsers.exists()

    def test_a_device_is_asked_for_after_the_password_that_was_forced(self, browser):
        settings_are(mfa_mode="always-on", no_device_mode="register")
        sign_in(browser, *NEW_HIRE)
        browser.submit(new_password=CHOSEN, confirm_password=CHOSEN)
        assert browser.step == "choose-device-kind"

    def test_a_mailed_code_for_people_without_a_device_lets_in(self, browser):
        settings_are(mfa_mode="always-on", no_device_mode="email-code")
        sign_in(browser)
        browser.submit(code=newest_mail("jane_doe@example.com", "portal-code").code)
        assert is_at_portal(browser)

    def test_nobody_gets_past_the_page_that_blocks(self, browser):
        settings_are(mfa_mode="always-on", no_device_mode="block")
        sign_in(browser)
        browser.submit()
        assert browser.step == "portal-blocked"
        assert browser.visit(PORTAL).step == "username"
        assert not Event.objects.filter(name="UserAuthentication").exists()


class TestTheCodeOfADevice:
    @pytest.mark.requirement("R-094", "R-165", "R-166")
    def test_it_lets_in(self, browser):
        sign_in(browser, *NIKKI)
        assert browser.step == "mfa-code"
        assert "nikki_wolf" in browser.words
        assert is_at_portal(browser.submit(code=code()))

    @pytest.mark.requirement("S-061")
    def test_it_is_good_once(self, browser, new_browser):
        shown = code()
        sign_in(browser, *NIKKI).submit(code=shown)
        other = sign_in(new_browser(), *NIKKI).submit(code=shown)
        assert other.step == "mfa-code"
        assert other.error_of("code")

    @pytest.mark.requirement("S-062", "S-064")
    def test_a_wrong_one_is_refused_and_the_fifth_asks_for_the_password(self, browser):
        sign_in(browser, *NIKKI)
        for _ in range(4):
            assert browser.submit(code=wrong()).step == "mfa-code"
        assert browser.submit(code=wrong()).step == "portal-password"

    @pytest.mark.requirement("S-062")
    def test_a_late_one_is_an_unexpected_error_and_two_bring_the_device_into_step(self, browser):
        clock.freeze()
        sign_in(browser, *NIKKI)
        browser.submit(code=code(-5))
        assert "unexpected error" in browser.error_of("code").lower()
        browser.submit(button="act=resync")
        assert browser.step == "mfa-resync"
        browser.submit(code1=code(-5), code2=code(-4))
        assert browser.step == "portal-password"
        assert 'id="resynchronised"' in browser.text
        browser.submit(password=NIKKI[1])
        assert is_at_portal(browser.submit(code=code(-3)))
        done = Event.objects.filter(name="UserAuthentication").latest("id").document
        assert done["additionalEventData"]["CredentialType"] == "PASSWORD,TOTP"

    def test_an_early_one_answers_like_any_wrong_one(self, browser):
        clock.freeze()
        sign_in(browser, *NIKKI)
        browser.submit(code=code(5))
        assert "unexpected error" not in browser.error_of("code").lower()

    def test_whoever_lost_the_device_is_sent_to_the_administrator(self, browser):
        sign_in(browser, *NIKKI).submit(button="act=trouble")
        assert browser.step == "lost-device"
        assert "administrator" in browser.words
        browser.submit(button="act=send_mail")
        assert not Message.objects.filter(kind="lost-device").exists()
        assert browser.submit(button="act=back").step == "mfa-code"

    def test_the_events_tell_both_factors(self, browser):
        sign_in(browser, *NIKKI)
        browser.submit(code=wrong())
        browser.submit(code=code())
        told = [
            (
                event.name,
                event.document["additionalEventData"]["CredentialType"],
                event.document["serviceEventDetails"][event.name],
            )
            for event in Event.objects.order_by("id")
            if event.name != "Authenticate"
        ]
        assert told == [
            ("CredentialChallenge", "PASSWORD", "Success"),
            ("CredentialVerification", "PASSWORD", "Success"),
            ("CredentialChallenge", "TOTP", "Success"),
            ("CredentialVerification", "TOTP", "Failure"),
            ("CredentialVerification", "TOTP", "Success"),
            ("UserAuthentication", "PASSWORD,TOTP", "Success"),
        ]
        requests = [event.document["requestID"] for event in Event.objects.order_by("id")]
        assert requests[1] == requests[2]
        assert requests[4] == requests[5]
        assert len(set(requests[:6])) == 4


class TestRegisteringOnTheWay:
    @pytest.fixture(autouse=True)
    def demanded(self, demo):
        settings_are(mfa_mode="always-on", no_device_mode="register")

    def begin(self, browser):
        sign_in(browser, *JANE)
        browser.submit(device_kind="totp")
        assert browser.step == "register-authenticator"
        return totp.decode(re.search(r'id="secret"[^>]*>([^<]+)<', browser.text)[1])

    @pytest.mark.requirement("R-094", "S-063", "R-162", "R-165")
    def test_one_code_registers_an_app_and_the_page_first_asked_for_opens(self, browser):
        browser.visit(PORTAL + "mfa").submit(username=JANE[0]).submit(password=JANE[1])
        browser.submit(device_kind="totp")
        secret = totp.decode(re.search(r'id="secret"[^>]*>([^<]+)<', browser.text)[1])
        browser.submit(code=code_from(secret))
        assert browser.url == PORTAL + "mfa"
        assert Device.objects.get(principal=user(JANE[0])).slot == 1
        assert newest_mail("jane_doe@example.com", "device-registered")
        done = Event.objects.get(name="UserAuthentication").document["additionalEventData"]
        assert done["DeviceEnrollmentRequired"] == "true"
        assert done["CredentialType"] == "PASSWORD"

    def test_the_device_is_asked_for_next_time(self, browser):
        secret = self.begin(browser)
        browser.submit(code=code_from(secret)).submit("sign-out")
        browser.submit(username=JANE[0]).submit(password=JANE[1])
        assert browser.step == "mfa-code"
        clock.advance(timedelta(seconds=30))
        assert is_at_portal(browser.submit(code=code_from(secret)))

    def test_a_clock_that_is_off_is_an_unexpected_error(self, browser):
        secret = self.begin(browser)
        browser.submit(code=code_from(secret, later=20))
        assert browser.step == "register-authenticator"
        assert "unexpected error" in browser.error_of("code").lower()
        assert is_at_portal(browser.submit(code=code_from(secret)))

    def test_another_kind_can_be_chosen(self, browser):
        self.begin(browser)
        browser.submit(button="act=back")
        assert browser.step == "choose-device-kind"
        browser.submit(device_kind="passkey")
        assert browser.step == "register-security-key"

    def test_a_kind_that_the_directory_leaves_out_is_refused(self, browser):
        settings_are(allows_apps=False)
        sign_in(browser, *JANE)
        assert browser.submit(device_kind="totp").step == "choose-device-kind"
        assert browser.alert or browser.error_of("device_kind")
        assert browser.submit(device_kind="passkey").step == "register-security-key"

    def test_there_is_no_way_around(self, browser):
        self.begin(browser)
        assert browser.visit(PORTAL).step == "username"

    def test_no_secret_is_in_events_or_mails(self, browser):
        secret = self.begin(browser)
        browser.submit(code=code_from(secret))
        log = json.dumps([event.document for event in Event.objects.all()])
        mails = " ".join(Message.objects.values_list("text", flat=True))
        assert totp.encode(secret) not in log + mails
