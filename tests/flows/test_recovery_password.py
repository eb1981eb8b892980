"""A root user who forgot the password sets a new one with a mailed link."""

import re

import pytest

from accounts import passwords
from accounts.models import PasswordRecovery, Principal, Session
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN
from tests.flows.recovery_walks import NEW, mailed_user, set_password
from tests.walks import (
    MAILED,
    ROOT,
    handle_of,
    mailed_link,
    name_root,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


# The whole way.


@pytest.mark.requirement("R-220", "R-221", "R-223", "R-226", "R-227", "R-228", "R-230", "R-231")
def test_the_link_in_the_mail_sets_a_new_password(browser):
    name_root(browser, ROOT[0])
    pass_captcha(browser)
    assert browser.step == "password"
    browser.visit(re.search(r'href="([^"]*)" id="forgot-password"', browser.text)[1])
    assert browser.step == "recovery"
    assert ROOT[0] in browser.words
    pass_captcha(browser)
    assert 'id="recovery-sent"' in browser.text
    assert ROOT[0] in browser.words
    browser.visit(Message.objects.get().link)
    assert "Reset password" in browser.words
    set_password(browser)
    assert 'id="recovery-done"' in browser.text
    assert browser.url == SIGNIN + "recovery/done"
    assert not Session.objects.exists()
    browser.visit(re.search(r'href="([^"]*)" id="sign-in"', browser.text)[1])
    assert browser.step == "user-type"
    browser.submit(user_type="root", email=ROOT[0])
    assert pass_captcha(browser).submit(password=ROOT[1]).step == "password"
    assert browser.submit(password=NEW).signed_in_as == "Example Corp 1111-2222-3333"


def test_the_link_works_in_another_browser_without_cookies(browser, new_browser):
    other = new_browser(agent="another browser").visit(mailed_link(browser, MAILED[0]))
    assert 'id="recovery-done"' in set_password(other).text
    sign_in_as_root(browser, MAILED[0], NEW)
    assert browser.signed_in_as


def test_the_password_that_was_set_need_not_be_replaced_at_the_next_sign_in(browser):
    Principal.objects.filter(username=MAILED[0]).update(must_change_password=True)
    set_password(browser.visit(mailed_link(browser, MAILED[0])))
    assert mailed_user().must_change_password is False


@pytest.mark.parametrize(
    "email", ["suspended@example.com", "closed@example.com"], ids=["suspended", "closed"]
)
def test_accounts_that_are_suspended_or_can_be_reopened_recover(browser, email):
    set_password(browser.visit(mailed_link(browser, email)))
    sign_in_as_root(browser, email, NEW)
    assert browser.signed_in_as


# Who is signed in already.


@pytest.mark.requirement("R-224")
def test_an_iam_user_signs_out_first(browser):
    link = mailed_link(browser, MAILED[0])
    password_page = f"/signin/{handle_of(name_root(browser, MAILED[0]))}"
    sign_in_as_iam_user(browser)
    for page in (link, SIGNIN[:-1] + password_page + "/recovery"):
        assert browser.visit(page).status == 409
        assert 'id="sign-out-first"' in browser.text
        assert "zhang" in browser.words
    browser.visit(re.search(r'href="([^"]*)" id="go-on"', browser.text)[1])
    assert "zhang" in browser.signed_in_as
    browser.submit("sign-out")
    assert 'id="recovery-done"' in set_password(browser.visit(link)).text


@pytest.mark.requirement("R-224")
def test_who_became_an_iam_user_meanwhile_sets_no_root_password(browser):
    browser.visit(mailed_link(browser, MAILED[0]))
    page, url = browser.page, browser.url
    sign_in_as_iam_user(browser)
    browser.page, browser.url = page, url
    assert set_password(browser).status == 409
    assert passwords.is_right(mailed_user(), MAILED[1])


def test_a_root_user_who_is_signed_in_may_recover_and_is_signed_out(browser):
    link = mailed_link(browser, MAILED[0])
    sign_in_as_root(browser, *MAILED)
    set_password(browser.visit(link))
    assert browser.visit(CONSOLE + "console/home").status == 401


# The new password.


@pytest.mark.requirement("S-009")
@pytest.mark.parametrize(
    ("password", "again", "field", "says"),
    [
        (NEW, "Brand-new-78", "confirm_password", "not the same"),
        (NEW, "", "confirm_password", "again"),
        ("", NEW, "new_password", "new password"),
        ("Short-1", "Short-1", "new_password", "8 to 128"),
        ("x" * 129, "x" * 129, "new_password", "128"),
        ("alllowercase", "alllowercase", "new_password", "3 of these four"),
        ("My-mailed-77", "My-mailed-77", "new_password", "names"),
        (MAILED[1], MAILED[1], "new_password", "names"),
    ],
)
def test_what_is_wrong_is_named_and_the_link_stays_good(browser, password, again, field, says):
    browser.visit(mailed_link(browser, MAILED[0]))
    before = mailed_user().password
    set_password(browser, password, again)
    assert browser.status == 200
    assert says in browser.error_of(field)
    assert password == "" or password not in browser.text
    assert browser.alert
    assert mailed_user().password == before
    assert PasswordRecovery.objects.get().consumed_at is None
    assert 'id="recovery-done"' in set_password(browser).text


def test_the_password_that_was_forgotten_can_t_be_set_again(browser):
    old = "Remembered-77"
    root_user = mailed_user()
    passwords.replace(root_user, old)
    browser.visit(mailed_link(browser, MAILED[0]))
    assert browser.error_of("new_password") == ""
    assert "password that you have" in set_password(browser, old).error_of("new_password")
    assert 'id="recovery-done"' in set_password(browser).text


@pytest.mark.requirement("S-007")
def test_password_managers_know_the_fields(browser):
    browser.visit(mailed_link(browser, MAILED[0]))
    assert browser.text.count('autocomplete="new-password"') == 2
    assert f'value="{MAILED[0]}" autocomplete="username"' in browser.text
