"""A root user who forgot the password asks for a link by mail."""

import re
from datetime import timedelta

import pytest

from accounts.models import Account, PasswordRecovery
from signin.captcha import challenges
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import SIGNIN
from tests.flows.recovery_walks import is_over, set_password
from tests.walks import (
    ACCOUNT_PAGE,
    MAILED,
    ROOT,
    ask_for_recovery,
    handle_of,
    mailed_link,
    name_root,
    pass_captcha,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-225")
def test_the_way_from_an_account_s_own_page_leads_there_as_well(browser):
    browser.visit(ACCOUNT_PAGE)
    browser.visit(
        re.search(r'href="([^"]*)" id="root-user"', browser.text)[1].replace("&amp;", "&")
    )
    browser.submit(user_type="root", email=MAILED[0])
    assert 'id="forgot-password"' in browser.text


@pytest.mark.requirement("R-221", "R-229")
def test_the_mail_comes_from_the_sign_in_service_and_names_the_account(browser):
    link = mailed_link(browser, MAILED[0])
    mail = Message.objects.get()
    assert mail.sender == "no-reply@signin.aws.localhost"
    assert mail.subject.startswith("[Vestibule] ")
    assert "Example Mailed" in mail.text
    assert f'href="{link}"' in mail.html
    assert mail.code == ""


def test_the_mail_goes_to_the_account_s_own_spelling_of_the_address(browser):
    ask_for_recovery(browser, "MAILED@Example.com")
    pass_captcha(browser)
    assert Message.objects.get().recipient == MAILED[0]


@pytest.mark.requirement("R-227")
@pytest.mark.parametrize("mode", Account.CaptchaMode.values)
def test_the_security_check_is_asked_for_whatever_the_account_says(browser, mode):
    Account.objects.update(captcha_mode=mode)
    ask_for_recovery(browser, MAILED[0])
    shown = browser.value_of("captcha_id")
    assert browser.visit(f"/captcha/{shown}.png").status == 200
    assert browser.visit(f"/captcha/{shown}.wav").status == 200


@pytest.mark.requirement("R-227", "S-015")
def test_a_wrong_answer_sends_nothing_and_shows_other_characters(browser):
    ask_for_recovery(browser, MAILED[0])
    first = browser.value_of("captcha_id")
    assert "not the characters" in browser.submit(captcha="zzzzzz").error_of("captcha")
    assert browser.step == "recovery"
    assert browser.value_of("captcha_id") != first
    browser.submit(captcha=challenges.answer_to(first), captcha_id=first)
    assert browser.step == "recovery"
    assert "Type the characters" in browser.submit(captcha="").error_of("captcha")
    assert not Message.objects.exists()


def test_the_check_of_the_sign_in_doesn_t_count_for_the_recovery(browser):
    name_root(browser, ROOT[0])
    solved = browser.value_of("captcha_id")
    pass_captcha(browser)
    browser.visit(f"/signin/{handle_of(browser)}/recovery")
    browser.submit(captcha=challenges.answer_to(solved), captcha_id=solved)
    assert browser.step == "recovery"
    assert not Message.objects.exists()


@pytest.mark.requirement("R-227")
def test_other_characters_can_be_asked_for(browser):
    ask_for_recovery(browser, MAILED[0])
    before = browser.value_of("captcha_id")
    browser.submit(button="act=refresh")
    assert browser.step == "recovery"
    assert browser.value_of("captcha_id") != before


@pytest.mark.requirement("R-227")
def test_cancel_leads_back_to_the_password_and_the_sign_in_goes_on(browser):
    name_root(browser, ROOT[0])
    pass_captcha(browser)
    browser.visit(f"/signin/{handle_of(browser)}/recovery")
    browser.visit(re.search(r'href="([^"]*)" id="cancel_button"', browser.text)[1])
    assert browser.step == "password"
    assert ROOT[0] in browser.words
    assert browser.submit(password=ROOT[1]).signed_in_as
    assert not Message.objects.exists()


def test_the_confirmation_can_be_reloaded_and_sends_nothing_again(browser):
    mailed_link(browser, MAILED[0])
    for _ in range(2):
        assert 'id="recovery-sent"' in browser.visit(browser.url).text
    token = browser.cookie("vestibule-csrf", SIGNIN)
    browser.post(browser.url, {"csrfmiddlewaretoken": token})
    assert 'id="recovery-sent"' in browser.text
    assert Message.objects.count() == 1


def test_the_way_back_from_the_confirmation_begins_at_the_root_user(browser):
    mailed_link(browser, MAILED[0])
    link = re.search(r'href="([^"]*)" id="go-on"', browser.text)[1].replace("&amp;", "&")
    assert browser.visit(link).step == "user-type"


@pytest.mark.parametrize("state", ["gone", "nobody"])
def test_nobody_gets_no_mail_and_no_event(browser, state):
    email = "nobody@example.com"
    if state == "gone":
        email = "closed@example.com"
        clock.advance(timedelta(days=80))
    pass_captcha(ask_for_recovery(browser, email))
    assert 'id="recovery-sent"' in browser.text
    assert not Message.objects.exists()
    assert not Event.objects.exists()
    assert not PasswordRecovery.objects.exists()


@pytest.mark.requirement("S-016")
def test_only_ten_links_are_mailed_and_the_page_says_nothing_of_it(browser):
    clock.freeze()
    pages = set()
    for _ in range(12):
        pass_captcha(ask_for_recovery(browser, MAILED[0]))
        pages.add((browser.status, re.sub(r"code_challenge=[\w-]+", "", browser.words)))
    assert len(pages) == 1
    assert Message.objects.count() == 10
    newest = Message.objects.latest("id").link
    clock.advance(timedelta(minutes=10))
    mailed_link(browser, MAILED[0])
    assert Message.objects.count() == 11
    assert is_over(browser.visit(newest))


@pytest.mark.requirement("S-016")
def test_a_link_that_is_not_sent_kills_no_link_that_was(browser):
    links = [mailed_link(browser, MAILED[0]) for _ in range(10)]
    pass_captcha(ask_for_recovery(browser, MAILED[0]))
    assert 'id="recovery-done"' in set_password(browser.visit(links[-1])).text


def test_codes_and_links_to_one_person_are_counted_together(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    for _ in range(9):
        browser.submit(button="act=resend")
    pass_captcha(ask_for_recovery(browser, MAILED[0]))
    assert not Message.objects.filter(kind="password-recovery").exists()


def test_a_recovery_begins_at_a_root_user_s_sign_in_of_this_browser_only(browser, new_browser):
    name_root(browser, MAILED[0])
    root, iam = handle_of(browser), handle_of(new_browser().visit(ACCOUNT_PAGE))
    assert new_browser().visit(f"{SIGNIN}signin/{root}/recovery").status == 410
    assert browser.visit(f"{SIGNIN}signin/{iam}/recovery").status == 410
    assert browser.visit(f"{SIGNIN}signin/nothing/recovery").status == 410
    own = handle_of(browser.visit(ACCOUNT_PAGE))
    assert browser.visit(f"{SIGNIN}signin/{own}/recovery").status == 410
    assert not Attempt.objects.filter(flow="root-recovery").exists()


def test_the_page_that_sends_the_link_lasts_fifteen_minutes(browser):
    clock.freeze()
    ask_for_recovery(browser, MAILED[0])
    clock.advance(timedelta(minutes=15))
    assert browser.submit(captcha="x").status == 410
    assert not Message.objects.exists()


@pytest.mark.requirement("S-049")
def test_a_request_for_a_link_needs_the_secret_of_its_form(browser):
    ask_for_recovery(browser, MAILED[0])
    answer = challenges.answer_to(browser.value_of("captcha_id"))
    fields = {"captcha": answer, "captcha_id": browser.value_of("captcha_id")}
    assert browser.post(f"/signin/{handle_of(browser)}", fields).status == 403
    assert not Message.objects.exists()
