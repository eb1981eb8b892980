"""Six digits by mail at the sign-in to a portal, and the browser that is trusted."""

from datetime import timedelta

import pytest

from signin.kernel import clock
from signin.mailbox.models import Message
from tests.portal_walks import JANE, is_at_portal, newest_mail, settings_are, sign_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
    pytest.mark.requirement("R-092", "R-093"),
]

EMAIL = "jane_doe@example.com"


def code():
    return newest_mail(EMAIL, "portal-code").code


@pytest.mark.requirement("R-035")
def test_the_digits_of_the_mail_let_in(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    assert browser.step == "portal-code"
    assert EMAIL in browser.words
    assert newest_mail(EMAIL, "portal-code").sender == "no-reply@signin.aws.localhost"
    assert is_at_portal(browser.submit(code=code()))


def test_pasted_blanks_do_no_harm(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    digits = code()
    assert is_at_portal(browser.submit(code=f" {digits[:3]} {digits[3:]} "))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef"])
def test_what_is_no_code_is_told_at_the_field(browser, typed):
    settings_are(email_code_mode="always")
    sign_in(browser).submit(code=typed)
    assert browser.error_of("code")


@pytest.mark.requirement("S-032")
def test_a_wrong_code_is_refused_and_the_fifth_kills_the_right_one(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    wrong = "000000" if code() != "000000" else "111111"
    for _ in range(5):
        browser.submit(code=wrong)
    browser.submit(code=code())
    assert browser.error_of("code")
    browser.submit(button="act=resend")
    assert is_at_portal(browser.submit(code=code()))


@pytest.mark.requirement("S-026")
def test_a_new_code_kills_the_old_one(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    old = code()
    browser.submit(button="act=resend")
    browser.submit(code=old)
    assert browser.error_of("code") or old == code()


@pytest.mark.requirement("S-068")
def test_a_trusted_browser_is_asked_for_no_code_again(browser, new_browser):
    settings_are(email_code_mode="new-browser")
    sign_in(browser, trust_device="on").submit(code=code(), trust_device="on")
    assert is_at_portal(browser)
    browser.submit("sign-out")
    browser.submit(username=JANE[0]).submit(password=JANE[1])
    assert is_at_portal(browser)
    assert sign_in(new_browser()).step == "portal-code"
    other_program = new_browser(agent="another program")
    other_program.cookies = browser.cookies
    other_program.visit("http://example-corp.awsapps.com.localhost:8000/start/").submit("sign-out")
    other_program.submit(username=JANE[0]).submit(password=JANE[1])
    assert other_program.step == "portal-code"


def test_trust_ends_after_thirty_days(browser):
    settings_are(email_code_mode="new-browser")
    sign_in(browser).submit(code=code(), trust_device="on")
    clock.advance(timedelta(days=30, seconds=1))
    browser.visit("http://example-corp.awsapps.com.localhost:8000/start/")
    assert sign_in(browser).step == "portal-code"


def test_without_the_box_nothing_is_trusted(browser):
    settings_are(email_code_mode="new-browser")
    sign_in(browser).submit(code=code())
    browser.submit("sign-out")
    browser.submit(username=JANE[0]).submit(password=JANE[1])
    assert browser.step == "portal-code"


def test_where_nothing_is_spared_no_box_is_shown(browser):
    settings_are(mfa_mode="never", email_code_mode="always")
    sign_in(browser)
    assert "trust_device" not in browser.text


@pytest.mark.requirement("S-016")
def test_only_so_many_codes_are_mailed(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    for _ in range(12):
        browser.submit(button="act=resend")
    assert Message.objects.filter(kind="portal-code").count() == 10
