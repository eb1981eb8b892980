"""Letting a command line in from a browser with several sessions (``aws login``)."""

import pytest

from accounts import sessions
from accounts.models import Session
from signin.logins.models import LoginPermission, LoginRequest
from tests.browser import SIGNIN
from tests.flows.multi_session_walks import add_soon, both, link, turn_on
from tests.programs import Program
from tests.walks import EXAMPLE_CORP, MAILED, ZHANG, newest_code, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def program():
    return Program()


def session_of(username):
    return Session.objects.filter(door="signin", principal__username=username).latest("created_at")


def allow(browser, username):
    chosen = str(session_of(username).pk)
    return browser.submit("login-request", "decision=allow", session=chosen)


def test_every_session_of_the_browser_is_offered_the_newest_first(browser, program):
    both(browser).visit(program.address())
    assert browser.text.count('type="radio"') == 2
    assert browser.text.index(MAILED[0]) < browser.text.index("zhang")
    assert browser.text.count(" checked") == 1
    assert 'id="session_2"' in browser.text


@pytest.mark.parametrize(
    ("username", "arn"),
    [
        ("zhang", f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"),
        (MAILED[0], "arn:aws:iam::666677778888:root"),
    ],
)
def test_the_program_works_as_whoever_was_chosen(browser, program, username, arn):
    both(browser).visit(program.address())
    answer = program.redeem(program.code_of(allow(browser, username)))
    assert answer.status == 200
    asked = LoginRequest.objects.get()
    assert asked.session == session_of(username)
    assert asked.session.principal.arn == arn


def test_it_ends_with_that_session_alone(browser, program):
    both(browser).visit(program.address())
    program.redeem(program.code_of(allow(browser, "zhang")))
    sessions.end(session_of(MAILED[0]))
    assert program.refresh().status == 200
    sessions.end(session_of("zhang"))
    assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")


@pytest.mark.requirement("S-036")
def test_a_session_of_another_browser_is_no_choice(browser, new_browser, program):
    sign_in_as_iam_user(new_browser())
    theirs = session_of("zhang")
    page = add_soon(turn_on(browser)).visit(program.address()).url
    LoginPermission.objects.all().delete()
    browser.visit(page).submit("login-request", "decision=allow", session=str(theirs.pk))
    assert (browser.url, browser.status) == (page, 200)
    assert not LoginRequest.objects.exclude(answered_at=None)


def test_a_session_that_ended_meanwhile_is_no_choice(browser, program):
    page = both(browser).visit(program.address()).url
    sessions.end(session_of("zhang"))
    allow(browser, "zhang")
    assert (browser.url, browser.status) == (page, 200)
    assert browser.text.count('type="radio"') == 1


def test_whoever_may_not_is_told_and_can_choose_another(browser, program):
    page = add_soon(turn_on(sign_in_as_iam_user(browser))).visit(program.address()).url
    allow(browser, "expires.soon")
    assert (browser.status, 'id="login-not-permitted"' in browser.text) == (403, True)
    browser.visit(link(browser, "another-session"))
    assert browser.url == page
    assert program.redeem(program.code_of(allow(browser, "zhang"))).status == 200


def test_another_user_comes_beside(browser, program):
    turn_on(sign_in_as_iam_user(browser)).visit(program.address())
    assert "gets a session beside these" in browser.words
    browser.visit(link(browser, "another-user"))
    browser.submit(user_type="root", email=MAILED[0]).submit(password=MAILED[1])
    assert browser.step == "email-code"
    browser.submit(code=newest_code(MAILED[0]))
    assert browser.url.startswith(SIGNIN + "v1/authorize/")
    assert browser.text.count('type="radio"') == 2
    assert ZHANG[0] in browser.words


def test_nobody_there_signs_in_and_comes_back(browser, program):
    turn_on(browser).visit(program.address())
    assert browser.step == "user-type"
    browser.submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert 'id="login-choice"' in browser.text
    assert Session.objects.get(door="signin").multi_session
