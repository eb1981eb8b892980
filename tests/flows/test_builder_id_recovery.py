"""Who forgot the password of a Builder ID sets a new one with a mailed link."""

from datetime import timedelta

import pytest

from accounts.models import Session
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.builder_id_walks import (
    CHOSEN,
    DEV,
    PLATFORM,
    add_app,
    ask_for_recovery,
    follow,
    is_signed_in,
    mailed_link,
    newest_mail,
    pass_captcha,
    sign_in,
)
from tests.walks import MAILED
from tests.walks import mailed_link as root_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def set_password(browser, password=CHOSEN, again=None):
    """Type a new password on the page behind the link."""
    again = password if again is None else again
    return browser.submit("reset-password", new_password=password, confirm_password=again)


class TestAsking:
    @pytest.mark.requirement("R-268", "S-024")
    def test_a_security_check_leads_to_a_neutral_answer_and_a_link(self, browser):
        ask_for_recovery(browser)
        assert browser.step == "builder-id-recovery"
        pass_captcha(browser)
        assert 'id="recovery-sent"' in browser.text
        mail = newest_mail(DEV[0], "builder-id-password-reset")
        assert mail.sender == "no-reply@signin.aws.localhost"
        assert mail.link.startswith(f"{PLATFORM}platform/builder-id/reset?token=")
        assert follow(browser, "go-on").step == "builder-id-email"

    @pytest.mark.requirement("S-017", "S-019")
    def test_nobody_gets_no_mail_and_the_same_answer(self, browser):
        pass_captcha(ask_for_recovery(browser, "nobody@example.com"))
        assert 'id="recovery-sent"' in browser.text
        assert not Message.objects.exists()

    def test_wrong_characters_send_nothing(self, browser):
        ask_for_recovery(browser).submit(captcha="wrong")
        assert browser.step == "builder-id-recovery"
        assert browser.error_of("captcha")
        assert not Message.objects.exists()

    def test_cancel_leads_back_to_the_password(self, browser):
        assert follow(ask_for_recovery(browser), "cancel_button").step == "builder-id-password"

    @pytest.mark.requirement("S-016")
    def test_only_so_many_are_sent(self, browser):
        for _ in range(12):
            pass_captcha(ask_for_recovery(browser))
        assert Message.objects.filter(recipient=DEV[0]).count() == 10


class TestTheLink:
    @pytest.mark.requirement("R-268", "S-029", "S-028")
    def test_it_sets_a_password_and_signs_nobody_in(self, browser, new_browser):
        elsewhere = sign_in(new_browser())
        set_password(browser.visit(mailed_link(browser)))
        assert 'id="recovery-done"' in browser.text
        assert not Session.objects.filter(ended_at=None).exists()
        assert elsewhere.visit("/start/").status == 401
        assert sign_in(new_browser()).alert
        assert is_signed_in(sign_in(browser, DEV[0], CHOSEN))
        assert newest_mail(DEV[0], "builder-id-password-changed").sender.startswith("no-reply@")
        told = Event.objects.get(name="BuilderPasswordChanged").document
        assert told["serviceEventDetails"] == {"BuilderPasswordChanged": "Success"}

    @pytest.mark.requirement("S-028")
    def test_devices_stay(self, browser):
        add_app()
        set_password(browser.visit(mailed_link(browser)))
        assert sign_in(browser, DEV[0], CHOSEN).step == "mfa-code"

    @pytest.mark.requirement("S-025", "S-026")
    def test_it_is_good_once_for_an_hour_and_only_the_newest(self, browser):
        first = mailed_link(browser)
        second = mailed_link(browser)
        assert browser.visit(first).status == 410
        browser.visit(second)
        set_password(browser)
        assert browser.visit(second).status == 410
        assert 'id="link-over"' in browser.text
        third = mailed_link(browser)
        clock.advance(timedelta(minutes=60))
        assert browser.visit(third).status == 410
        for made_up in ("", "?token=", f"?token={entropy.token()}", "?token=%00"):
            assert browser.visit(f"{PLATFORM}platform/builder-id/reset{made_up}").status == 410

    @pytest.mark.requirement("S-030")
    def test_opening_it_uses_nothing_up_and_neither_does_a_bad_password(self, browser):
        link = mailed_link(browser)
        for _ in range(3):
            assert browser.visit(link).status == 200
        set_password(browser, "short")
        assert "8 to 64 characters" in browser.error_of("new_password")
        set_password(browser, CHOSEN, "another")
        assert browser.error_of("confirm_password")
        set_password(browser)
        assert 'id="recovery-done"' in browser.text

    @pytest.mark.requirement("R-124", "S-004")
    def test_the_last_three_passwords_are_refused(self, browser):
        for password in ("Second-one-22", "Third-one-333"):
            set_password(browser.visit(mailed_link(browser)), password)
        browser.visit(mailed_link(browser))
        for old in (DEV[1], "Second-one-22", "Third-one-333"):
            set_password(browser, old)
            assert "last 3 passwords" in browser.error_of("new_password")
        set_password(browser, "Fourth-one-44")
        set_password(browser.visit(mailed_link(browser)), DEV[1])
        assert 'id="recovery-done"' in browser.text

    def test_links_of_others_are_worth_nothing_here_nor_this_one_there(self, browser):
        token = root_link(browser, MAILED[0]).partition("token=")[2]
        assert browser.visit(f"{PLATFORM}platform/builder-id/reset?token={token}").status == 410
        token = mailed_link(browser).partition("token=")[2]
        assert browser.visit(f"{PLATFORM}platform/reset?token={token}").status == 410
