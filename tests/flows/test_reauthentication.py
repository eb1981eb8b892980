"""Pages that change something sensitive ask whoever signed in too long ago to do it again."""

import re
from datetime import timedelta

import pytest

from accounts import lockout, sessions
from accounts.models import Account, Principal, Session
from accounts.sessions import FRESH_FOR
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, address
from tests.walks import (
    MAILED,
    ROOT,
    ZHANG,
    newest_code,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SETTINGS = CONSOLE + "account/"
HOME = CONSOLE + "console/home"
CONSOLE_HOST = CONSOLE.split("/")[2]
SIGNIN_HOST = SIGNIN.split("/")[2]


@pytest.fixture
def signed_in(browser):
    """Return a browser in which a root user signed in fifteen minutes ago."""
    clock.freeze()
    sign_in_as_root(browser, *ROOT)
    clock.advance(FRESH_FOR)
    return browser


def keys(browser):
    return browser.cookie("vestibule-console", CONSOLE), browser.cookie("vestibule-signin", SIGNIN)


def begin_again(browser):
    """Ask the sign-in host for a fresh sign-in of whoever is signed in, from the console home."""
    browser.visit(HOME)
    challenge = sessions.challenge_of(browser.cookie("vestibule-flow", CONSOLE))
    query = f"redirect_uri={HOME}&code_challenge={challenge}&prompt=login"
    return browser.visit(f"{SIGNIN}oauth?{query}")


@pytest.mark.requirement("S-048")
def test_a_sign_in_is_fresh_for_fifteen_minutes_to_the_second(browser):
    clock.freeze()
    sign_in_as_root(browser, *ROOT)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert 'id="account-settings"' in browser.visit(SETTINGS).text
    clock.advance(timedelta(seconds=1))
    assert browser.visit(SETTINGS).step == "password"
    assert browser.visit(HOME).signed_in_as


@pytest.mark.requirement("S-048")
def test_another_region_s_console_is_as_old_as_the_sign_in(signed_in):
    link = re.search(r'href="([^"]*eu-central-1[^"]*)"', signed_in.visit(HOME).text)[1]
    assert signed_in.visit(link).signed_in_as
    there = address("eu-central-1.console.aws.amazon.com", "/account/")
    assert signed_in.visit(there).step == "password"
    assert signed_in.url.startswith(SIGNIN)  # where this browser is signed in
    assert signed_in.submit(password=ROOT[1]).url == there


@pytest.mark.requirement("S-035", "S-048")
def test_who_proves_it_gets_the_page_asked_for_with_new_keys(signed_in, new_browser):
    old = keys(signed_in)
    signed_in.visit(SETTINGS)
    assert "Confirm that it is you" in signed_in.words
    assert ROOT[0] in signed_in.words
    signed_in.submit(password=ROOT[1])
    assert signed_in.url == SETTINGS
    assert 'id="account-settings"' in signed_in.text
    assert not set(old) & set(keys(signed_in))
    assert Session.objects.filter(ended_at=None).count() == 2
    thief = new_browser().visit(CONSOLE)
    thief.cookies[CONSOLE_HOST]["vestibule-console"] = old[0]
    thief.cookies[SIGNIN_HOST]["vestibule-signin"] = old[1]
    assert thief.visit(HOME).status == 401
    assert thief.visit(HOME).step == "user-type"


@pytest.mark.requirement("S-048")
def test_a_wrong_password_counts_and_ends_nothing(signed_in):
    signed_in.visit(SETTINGS)
    assert "didn't match" in signed_in.submit(password="wrong").alert
    assert lockout.failures_of(("root", ROOT[0])) == 1
    assert Event.objects.first().document["errorMessage"] == "Failed authentication"
    assert signed_in.visit(HOME).signed_in_as
    assert signed_in.visit(SETTINGS).step == "password"


def test_every_factor_is_asked_for_again(browser):
    clock.freeze()
    sign_in_as_root(browser, *MAILED)
    clock.advance(FRESH_FOR)
    Account.objects.update(email_code_mode="always")
    browser.visit(SETTINGS).submit(password=MAILED[1])
    assert browser.step == "email-code"
    assert browser.submit(code=newest_code(MAILED[0])).url == SETTINGS


def test_the_security_check_comes_after_failures_only(signed_in):
    signed_in.visit(SETTINGS)
    for _ in range(3):
        assert signed_in.step == "password"
        signed_in.submit(password="wrong")
    assert signed_in.step == "captcha"
    assert pass_captcha(signed_in).submit(password=ROOT[1]).url == SETTINGS


def test_somebody_else_who_signs_in_there_is_simply_that_person(signed_in):
    old = Session.objects.get(door=sessions.SIGNIN)
    signed_in.visit(SETTINGS)
    link = re.search(r'href="([^"]*)" id="not-you"', signed_in.text)[1].replace("&amp;", "&")
    signed_in.visit(link)
    assert signed_in.step == "user-type"
    signed_in.submit(user_type="root", email=MAILED[0])
    assert "Confirm that it is you" not in signed_in.words
    signed_in.submit(password=MAILED[1]).submit(code=newest_code(MAILED[0]))
    assert signed_in.url == SETTINGS
    assert "6666-7777-8888" in signed_in.signed_in_as
    living = Session.objects.filter(ended_at=None)
    assert {each.principal.username for each in living} == {MAILED[0]}
    old.refresh_from_db()
    assert old.ended_at


def test_leaving_in_the_middle_leaves_everything_as_it_was(signed_in):
    before = keys(signed_in)
    signed_in.visit(SETTINGS)
    assert signed_in.visit(HOME).signed_in_as
    assert keys(signed_in) == before


def test_an_iam_user_finds_account_and_name_filled_in(browser):
    sign_in_as_iam_user(browser)
    old = keys(browser)
    begin_again(browser)
    assert browser.step == "iam-user"
    assert "Confirm that it is you" in browser.words
    assert browser.value_of("account") == "example-corp"
    assert browser.value_of("username") == "zhang"
    browser.submit(password=ZHANG[1])
    assert browser.url == HOME
    assert not set(old) & set(keys(browser))


def test_an_iam_user_of_an_account_without_alias_finds_its_number(browser):
    sign_in_as_iam_user(browser)
    Account.objects.filter(alias="example-corp").update(alias=None)
    assert begin_again(browser).value_of("account") == "111122223333"


def test_whoever_is_not_signed_in_is_asked_as_always(browser):
    browser.visit(SETTINGS)
    assert browser.step == "user-type"
    begin_again(browser)
    assert browser.step == "user-type"
    assert "Confirm that it is you" not in browser.words


def test_iam_users_find_no_such_page_however_long_they_are_signed_in(browser):
    clock.freeze()
    assert 'href="/account/"' not in sign_in_as_iam_user(browser).text
    assert browser.visit(SETTINGS).status == 404
    clock.advance(FRESH_FOR)
    assert browser.visit(SETTINGS).status == 404


@pytest.mark.requirement("S-035")
def test_a_sign_in_ends_what_this_browser_had_before_and_nothing_else(browser, new_browser):
    sign_in_as_root(browser, *ROOT)
    elsewhere = sign_in_as_root(new_browser(), *ROOT)
    begin_again(browser).submit(password=ROOT[1])
    assert Session.objects.filter(ended_at=None).count() == 4
    assert elsewhere.visit(HOME).signed_in_as


def test_after_a_change_that_ended_the_sign_in_no_old_key_lives_on(browser, new_browser):
    sign_in_as_iam_user(browser)
    browser.visit(CONSOLE + "iam/password")
    new = "Tidy-Kettle-88"
    browser.submit("own-password", password=ZHANG[1], new_password=new, confirm_password=new)
    kept = browser.cookie("vestibule-console", CONSOLE)
    begin_again(browser).submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=new)
    assert browser.signed_in_as
    thief = new_browser().visit(CONSOLE)
    thief.cookies[CONSOLE_HOST]["vestibule-console"] = kept
    assert thief.visit(HOME).status == 401
    assert Principal.objects.get(username="zhang").sessions.filter(ended_at=None).count() == 2
