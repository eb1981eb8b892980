"""Attempts: their end, their browser, their order; two tabs, old pages, parallel answers."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from accounts.models import Session
from signin.flow.models import Attempt
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN
from tests.walks import ACCOUNT_PAGE, MAILED, ROOT, ZHANG, name_root, pass_captcha

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_an_attempt_lasts_fifteen_minutes(browser):
    clock.freeze()
    browser.visit(ACCOUNT_PAGE)
    clock.advance(timedelta(minutes=15, seconds=-1))
    assert browser.submit(username="zhang", password="wrong").step == "iam-user"
    clock.advance(timedelta(seconds=1))
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.status == 410
    assert "This sign-in has ended" in browser.words
    assert "Begin again" in browser.words


@pytest.mark.requirement("S-046")
def test_another_browser_can_t_go_on_with_an_attempt(browser, new_browser):
    name_root(browser, MAILED[0])
    assert new_browser().visit(browser.url).status == 410


@pytest.mark.requirement("S-046")
def test_an_unknown_attempt_is_like_a_finished_one(browser):
    assert browser.visit(f"{SIGNIN}signin/{'0' * 32}").status == 410


@pytest.mark.requirement("S-046")
@pytest.mark.parametrize(
    "fields", [{"step": "password", "password": ROOT[1]}, {"step": "email-code", "code": "123456"}]
)
def test_no_step_can_be_skipped(browser, fields):
    name_root(browser, ROOT[0])
    token = browser.value_of("csrfmiddlewaretoken")
    browser.post(browser.url, {"csrfmiddlewaretoken": token, **fields})
    assert browser.step == "captcha"
    assert not Session.objects.exists()


@pytest.mark.requirement("S-046")
def test_a_half_finished_sign_in_opens_no_page_of_the_console(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.step == "email-code"
    assert browser.visit(CONSOLE + "iam/security_credentials").step == "user-type"


def test_an_old_page_sent_again_changes_nothing(browser):
    browser.visit(CONSOLE)
    page, url = browser.page, browser.url
    browser.submit(user_type="root", email=MAILED[0])
    assert browser.step == "password"
    browser.page, browser.url = page, url
    browser.submit(user_type="root", email=ROOT[0])
    assert browser.step == "password"
    assert MAILED[0] in browser.words


@pytest.mark.requirement("S-047")
def test_two_tabs_don_t_mix(browser):
    name_root(browser, ROOT[0])
    pass_captcha(browser)
    first_page, first_url = browser.page, browser.url
    name_root(browser, MAILED[0])
    assert browser.step == "password"
    browser.page, browser.url = first_page, first_url
    assert browser.submit(password=MAILED[1]).step == "password"
    assert "didn't match" in browser.alert
    assert ROOT[0] in browser.words
    browser.submit(password=ROOT[1])
    assert browser.signed_in_as == "Example Corp 1111-2222-3333"


@pytest.mark.requirement("S-047")
def test_the_same_answer_twice_opens_one_session(browser):
    browser.visit(ACCOUNT_PAGE)
    page, url = browser.page, browser.url
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    browser.page, browser.url = page, url
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.status == 410
    assert Session.objects.filter(door="signin").count() == 1


@pytest.mark.requirement("S-047")
def test_of_two_changes_from_the_same_state_one_wins(db):
    attempt = Attempt.begin(flow="console", flow_key="key", facts={})
    twin = Attempt.objects.get(handle=attempt.handle)
    attempt.facts["email"] = "one@example.com"
    twin.facts["email"] = "other@example.com"
    assert attempt.keep() is True
    assert twin.keep() is False
    assert twin.close() is False
    assert attempt.close() is True
    assert Attempt.find(attempt.handle, flow_key="key") is None


@pytest.mark.requirement("S-049", "S-036")
def test_a_form_without_its_secret_is_refused_with_a_page_that_helps(browser):
    browser.visit(ACCOUNT_PAGE)
    path = urlsplit(browser.url)
    assert path.path == "/oauth"
    handle = Attempt.objects.get().handle
    browser.post(f"{SIGNIN}signin/{handle}", {"username": ZHANG[0], "password": ZHANG[1]})
    assert browser.status == 403
    assert "reload the page" in browser.words


@pytest.mark.requirement("S-049")
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
def test_a_page_of_another_site_can_t_send_a_form(browser, headers):
    browser.visit(ACCOUNT_PAGE)
    handle = Attempt.objects.get().handle
    fields = {
        "csrfmiddlewaretoken": browser.value_of("csrfmiddlewaretoken"),
        "account": "example-corp",
        "username": ZHANG[0],
        "password": ZHANG[1],
    }
    assert browser.post(f"{SIGNIN}signin/{handle}", fields, **headers).status == 403
    assert not Session.objects.exists()


@pytest.mark.requirement("S-059")
def test_fields_that_no_form_has_are_ignored(browser):
    browser.visit(ACCOUNT_PAGE).submit(
        username=ZHANG[0], password="wrong", password_verified="true", principal_id="1", kind="root"
    )
    assert browser.step == "iam-user"
    assert "password_verified" not in Attempt.objects.get().facts
