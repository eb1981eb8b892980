"""A user of a directory forgot the password."""

import re
from datetime import timedelta

import pytest

from accounts import directory_users
from accounts.models import Session
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import SIGNIN
from tests.flows.test_portal_first_sign_in import OPERATOR
from tests.portal_walks import (
    CHOSEN,
    DISABLED,
    JANE,
    PLATFORM,
    PORTAL,
    is_at_portal,
    name_user,
    newest_mail,
    pass_captcha,
    sign_in,
    user,
)
from tests.walks import handle_of as handle_at_console

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

EMAIL = "jane_doe@example.com"
KIND = "portal-password-reset"


def ask(browser, username=JANE[0]):
    """Go from the password page to the page that sends the link."""
    name_user(browser, username)
    return browser.visit(re.search(r'href="([^"]+/recovery)"', browser.text)[1])


def link_of(browser):
    """Have a link mailed and return it."""
    pass_captcha(ask(browser))
    return newest_mail(EMAIL, KIND).link


def choose(browser, password=CHOSEN):
    return browser.submit("reset-password", new_password=password, confirm_password=password)


@pytest.mark.requirement("R-250", "R-251", "R-252", "R-253", "R-254", "R-255")
def test_a_mailed_link_leads_to_a_new_password(browser, new_browser):
    ask(browser)
    assert browser.step == "portal-recovery"
    assert "jane_doe" in browser.words
    pass_captcha(browser)
    assert 'id="recovery-sent"' in browser.text
    mail = newest_mail(EMAIL, KIND)
    assert mail.sender == "no-reply@signin.aws.localhost"
    other = new_browser().visit(mail.link)
    choose(other)
    assert 'id="recovery-done"' in other.text
    assert not Session.objects.exists()
    assert is_at_portal(sign_in(other, JANE[0], CHOSEN))
    assert sign_in(new_browser(), *JANE).alert
    assert newest_mail(EMAIL, "portal-password-changed")


@pytest.mark.requirement("R-253")
def test_a_wrong_answer_to_the_security_check_shows_another_one(browser):
    ask(browser)
    shown = browser.value_of("captcha_id")
    browser.submit(captcha="wrong")
    assert browser.error_of("captcha")
    assert browser.value_of("captcha_id") != shown
    assert not Message.objects.filter(kind=KIND).exists()


@pytest.mark.requirement("R-253")
def test_cancel_leads_back_to_the_password(browser):
    ask(browser)
    browser.visit(re.search(r'href="([^"]+)" id="cancel_button"', browser.text)[1])
    assert browser.step == "portal-password"
    assert is_at_portal(browser.submit(password=JANE[1]))


@pytest.mark.requirement("R-254", "S-017", "S-021")
def test_nobody_can_tell_whether_there_is_such_a_user(browser, new_browser):
    def page(shown):
        own = r'value="[^"]*"|[0-9a-f]{32}|challenge=[\w-]+|jane_doe|jane_dow|disabled_user'
        return re.sub(own, "", shown.text)

    clock.freeze()
    known = page(pass_captcha(ask(browser)))
    assert page(pass_captcha(ask(new_browser(), "jane_dow"))) == known
    assert page(pass_captcha(ask(new_browser(), DISABLED[0]))) == known
    assert [mail.recipient for mail in Message.objects.filter(kind=KIND)] == [EMAIL]


@pytest.mark.requirement("S-025", "S-026", "S-028")
def test_a_link_that_is_used_old_replaced_or_none_is_over(browser, new_browser):
    first = link_of(browser)
    second = link_of(new_browser())
    assert browser.visit(first).status == 410
    clock.advance(timedelta(minutes=60, seconds=1))
    assert browser.visit(second).status == 410
    assert 'id="link-over"' in browser.text
    clock.reset()
    choose(browser.visit(second))
    assert browser.visit(second).status == 410
    assert browser.visit(f"{PLATFORM}platform/reset").status == 410


@pytest.mark.requirement("S-027")
def test_a_link_is_worth_nothing_at_the_other_kinds_host(browser):
    link = link_of(browser)
    token = link.partition("token=")[2]
    assert browser.visit(f"{SIGNIN}recovery?token={token}").status == 410
    assert browser.visit(link).status == 200


@pytest.mark.requirement("S-029")
def test_a_new_password_signs_out_everywhere(browser, new_browser):
    elsewhere = sign_in(new_browser())
    choose(browser.visit(link_of(browser)))
    assert elsewhere.visit(PORTAL).status == 401


@pytest.mark.requirement("S-044")
def test_a_user_who_was_disabled_meanwhile_sets_nothing(browser):
    link = link_of(browser)
    directory_users.disable(user(JANE[0]), browser=OPERATOR)
    assert browser.visit(link).status == 410


def test_the_attempt_of_a_root_user_recovers_no_portal_password(browser):
    browser.visit(f"{SIGNIN}oauth?redirect_uri=x&code_challenge={'x' * 43}&user_type=root")
    handle = handle_at_console(browser)
    assert browser.visit(f"{PLATFORM}platform/login/{handle}/recovery").status == 410
