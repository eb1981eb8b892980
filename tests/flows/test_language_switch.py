"""How a language is chosen, and how far the choice reaches."""

import re

import pytest

from signin.mailbox.models import Message as Mail
from tests.browser import CONSOLE, SIGNIN
from tests.catalogue import english_pieces
from tests.flows.test_languages import (
    JAPANESE,
    SIGN_IN_PAGES,
    assert_is_japanese,
    language_of,
    mailed_code,
)
from tests.walks import MAILED, ROOT, ZHANG, newest_code, pass_captcha

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.5", "ja"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("x" * 2000, "en"),
    ],
)
def test_without_a_choice_the_browser_s_languages_decide(new_browser, accepted, language):
    browser = new_browser(language=accepted).visit(CONSOLE)
    assert language_of(browser) == language
    assert browser.cookie("vestibule-language", SIGNIN) is None


@pytest.mark.parametrize("locale", ["ja", "ja-JP"])
def test_a_chosen_language_is_kept_whatever_the_browser_prefers(browser, locale):
    browser.visit(f"{SIGNIN}help/which-user?locale={locale}")
    assert_is_japanese(browser)
    assert browser.cookie("vestibule-language", SIGNIN) == "ja"
    assert language_of(browser.visit("/help/builder-id")) == "ja"
    assert language_of(browser.visit("/help/builder-id?locale=en")) == "en"
    assert language_of(browser.visit("/help/builder-id")) == "en"


@pytest.mark.parametrize("locale", ["", "fr", "xx", "../ja", "jamaica", "<script>", "%00", "日本"])
def test_a_language_that_there_is_not_changes_nothing(browser, locale):
    browser.visit(f"{SIGNIN}help/which-user?locale={locale}")
    assert browser.status == 200
    assert language_of(browser) == "en"
    assert browser.cookie("vestibule-language", SIGNIN) is None


def test_every_page_offers_the_other_language_under_its_own_name(browser):
    browser.visit(SIGNIN + "help/which-user?from=mail")
    switch = re.search(r'<a href="([^"]*)" lang="ja" hreflang="ja"[^>]*>日本語</a>', browser.text)
    assert language_of(browser.visit(switch[1])) == "ja"
    assert "from=mail" in browser.url
    switch = re.search(r'<a href="([^"]*)" lang="en" hreflang="en"[^>]*>English</a>', browser.text)
    assert language_of(browser.visit(switch[1])) == "en"


def test_a_language_chosen_at_the_console_stays_through_sign_in_and_sign_out(browser):
    browser.visit(CONSOLE + "?locale=ja")
    assert browser.step == "user-type"
    assert language_of(browser) == "ja"
    assert browser.cookie("vestibule-language", CONSOLE) == "ja"
    assert browser.cookie("vestibule-language", SIGNIN) == "ja"
    browser.submit(user_type="iam", account="example-corp")
    assert language_of(browser) == "ja"
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.signed_in_as
    assert language_of(browser) == "ja"
    browser.submit("sign-out")
    assert "公開ページ" in browser.words
    assert language_of(browser) == "ja"
    assert language_of(browser.visit(CONSOLE)) == "ja"


@pytest.mark.parametrize(
    "step",
    [
        "kind of user",
        "IAM user",
        "security check",
        "password",
    ],
)
def test_a_language_chosen_at_any_step_reaches_the_console(browser, step):
    SIGN_IN_PAGES[step](browser)
    browser.visit(browser.url + ("&" if "?" in browser.url else "?") + "locale=ja")
    assert language_of(browser) == "ja"
    if browser.step == "user-type":
        browser.submit(user_type="root", email=MAILED[0])
    if browser.step == "captcha":
        pass_captcha(browser).submit(password=ROOT[1])
    elif browser.step == "password":
        browser.submit(password=MAILED[1])
        browser.submit(code=newest_code(MAILED[0]))
    else:
        browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.signed_in_as
    assert language_of(browser) == "ja"


def test_the_mail_is_in_the_language_of_the_page_that_asked_for_it(browser, japanese):
    mailed_code(browser)
    mail = Mail.objects.latest("id")
    assert mail.subject == "[Vestibule] Your verification code"
    assert not JAPANESE.search(mail.text)
    mailed_code(japanese)
    mail = Mail.objects.latest("id")
    assert JAPANESE.search(mail.subject)
    assert "6 桁の数字" in mail.text
    assert not [piece for piece in english_pieces() if piece in mail.subject + mail.text]
    japanese.visit(japanese.url + "?locale=en").submit(button="act=resend")
    assert not JAPANESE.search(Mail.objects.latest("id").text)
