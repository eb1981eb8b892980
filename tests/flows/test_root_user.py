"""Signing in as root user, through the pages."""

from datetime import timedelta

import pytest

from accounts.models import Account, KnownBrowser, VerificationCode
from signin.captcha import challenges
from signin.captcha.models import Captcha
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN
from tests.walks import MAILED, ROOT, name_root, newest_code, pass_captcha, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-014", "R-027", "R-042", "R-061", "R-064", "R-066", "R-067", "R-072")
@pytest.mark.requirement("R-068", "R-075", "R-192")
def test_email_then_security_check_then_password_opens_the_console(browser):
    browser.visit(CONSOLE)
    assert browser.step == "user-type"
    assert browser.url.startswith(SIGNIN + "oauth?")
    browser.submit(user_type="root", email=ROOT[0])
    assert browser.step == "captcha"
    pass_captcha(browser)
    assert browser.step == "password"
    assert ROOT[0] in browser.words
    browser.submit(password=ROOT[1])
    assert browser.url == CONSOLE + "console/home"
    assert browser.signed_in_as == "Example Corp 1111-2222-3333"


@pytest.mark.requirement("R-011", "R-074", "R-217", "R-218")
def test_a_new_browser_needs_the_mailed_code_and_is_known_afterwards(browser):
    name_root(browser, MAILED[0])
    assert browser.step == "password"
    browser.submit(password=MAILED[1])
    assert browser.step == "email-code"
    mail = Message.objects.get()
    assert mail.recipient == MAILED[0]
    assert mail.sender.endswith("@verify.signin.aws.localhost")
    assert mail.subject.startswith("[Vestibule] ")
    assert mail.code in mail.text
    assert mail.code in mail.html
    browser.submit(code=mail.code)
    assert browser.signed_in_as == "Example Mailed 6666-7777-8888"

    browser.submit("sign-out")
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.signed_in_as == "Example Mailed 6666-7777-8888"
    assert Message.objects.count() == 1


@pytest.mark.requirement("S-071")
def test_the_page_of_a_mailed_code_says_that_a_device_protects_better(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.step == "email-code"
    assert "a registered device protects better" in browser.words


@pytest.mark.requirement("S-068")
@pytest.mark.parametrize("change", [{"agent": "another browser"}, {"ip": "127.0.0.2"}])
def test_a_copied_device_cookie_is_worth_nothing_elsewhere(browser, new_browser, change):
    sign_in_as_root(browser, *MAILED).submit("sign-out")
    thief = new_browser(**change)
    thief.cookies = browser.cookies
    name_root(thief, MAILED[0]).submit(password=MAILED[1])
    assert thief.step == "email-code"


def test_a_known_browser_is_forgotten_after_thirty_days(browser):
    sign_in_as_root(browser, *MAILED).submit("sign-out")
    clock.advance(timedelta(days=30))
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.step == "email-code"


@pytest.mark.requirement("S-036")
def test_a_planted_device_cookie_is_not_taken_over(browser):
    browser.visit(CONSOLE)
    browser.cookies["signin.aws.amazon.com.localhost:8000"]["vestibule-trusted-device"] = "planted"
    browser.submit(user_type="root", email=MAILED[0]).submit(password=MAILED[1])
    browser.submit(code=newest_code(MAILED[0]))
    assert browser.cookie("vestibule-trusted-device", SIGNIN) not in (None, "planted")
    assert KnownBrowser.objects.count() == 1


@pytest.mark.requirement("R-070", "S-015")
def test_other_characters_can_be_asked_for(browser):
    name_root(browser, ROOT[0])
    before = browser.value_of("captcha_id")
    browser.submit(button="act=refresh", captcha="half-typ")
    assert browser.step == "captcha"
    assert browser.alert == ""
    assert browser.value_of("captcha_id") != before


@pytest.mark.requirement("R-071")
def test_capitals_and_blanks_in_the_answer_do_no_harm(browser):
    name_root(browser, ROOT[0])
    answer = challenges.answer_to(browser.value_of("captcha_id"))
    browser.submit(captcha=" " + " ".join(answer.upper()))
    assert browser.step == "password"


@pytest.mark.requirement("S-015")
def test_a_wrong_answer_uses_the_challenge_up(browser):
    name_root(browser, ROOT[0])
    first = browser.value_of("captcha_id")
    browser.submit(captcha="zzzzzz")
    assert "not the characters" in browser.error_of("captcha")
    assert browser.value_of("captcha_id") != first
    assert browser.value_of("captcha") == ""
    browser.submit(captcha=challenges.answer_to(first), captcha_id=first)
    assert browser.step == "captcha"


@pytest.mark.requirement("S-015")
def test_an_answer_of_another_attempt_or_an_old_one_is_refused(browser, new_browser):
    name_root(browser, ROOT[0])
    other = name_root(new_browser(), ROOT[0])
    theirs = other.value_of("captcha_id")
    browser.submit(captcha=challenges.answer_to(theirs), captcha_id=theirs)
    assert browser.step == "captcha"
    clock.advance(timedelta(minutes=5))
    mine = browser.value_of("captcha_id")
    browser.submit(captcha=challenges.answer_to(mine))
    assert browser.step == "captcha"
    browser.submit(captcha="")
    assert browser.error_of("captcha")


@pytest.mark.requirement("R-069", "S-015")
def test_picture_and_sound_are_served_to_their_own_browser_only(browser, new_browser):
    name_root(browser, ROOT[0])
    shown = Captcha.objects.get().id
    assert browser.visit(f"/captcha/{shown}.png").page.content.startswith(b"\x89PNG")
    assert browser.visit(f"/captcha/{shown}.wav").page.content.startswith(b"RIFF")
    assert new_browser().visit(f"{SIGNIN}captcha/{shown}.png").status == 404
    assert browser.visit(f"/captcha/{'0' * 32}.png").status == 404


def test_the_security_check_comes_after_failures_where_the_account_says_so(browser, new_browser):
    Account.objects.filter(id="666677778888").update(captcha_mode="after-failures")
    name_root(browser, MAILED[0])
    for _ in range(2):
        assert browser.submit(password="wrong").step == "password"
    assert browser.submit(password="wrong").step == "captcha"
    assert "didn't match" in browser.alert
    pass_captcha(browser)
    assert browser.step == "password"
    other = name_root(new_browser(), MAILED[0])
    assert other.step == "captcha"


def test_the_code_is_asked_for_each_time_where_the_account_says_so(browser):
    Account.objects.filter(id="666677778888").update(email_code_mode="always")
    sign_in_as_root(browser, *MAILED).submit("sign-out")
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.step == "email-code"


@pytest.mark.requirement("S-032")
def test_a_code_dies_after_five_wrong_tries(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    code = newest_code(MAILED[0])
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(4):
        assert "not the code" in browser.submit(code=wrong).error_of("code")
    assert "can't be used" in browser.submit(code=wrong).error_of("code")
    assert "can't be used" in browser.submit(code=code).error_of("code")
    browser.submit(button="act=resend")
    browser.submit(code=newest_code(MAILED[0]))
    assert browser.signed_in_as


@pytest.mark.requirement("S-032", "S-026")
def test_a_new_code_kills_the_old_one(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    old = newest_code(MAILED[0])
    browser.submit(button="act=resend")
    assert browser.step == "email-code"
    new = newest_code(MAILED[0])
    assert "not the code" in browser.submit(code=old).error_of("code")
    assert browser.submit(code=new).signed_in_as


@pytest.mark.requirement("S-032")
def test_a_code_is_good_for_ten_minutes(browser):
    clock.freeze()
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    code = newest_code(MAILED[0])
    clock.advance(timedelta(minutes=9, seconds=59))
    saved = VerificationCode.objects.get()
    assert saved.expires_at - clock.now() == timedelta(seconds=1)
    clock.advance(timedelta(seconds=1))
    assert "can't be used" in browser.submit(code=code).error_of("code")


@pytest.mark.requirement("S-032")
def test_a_code_is_bound_to_its_attempt(browser, new_browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    code = newest_code(MAILED[0])
    other = name_root(new_browser(), MAILED[0]).submit(password=MAILED[1])
    assert other.step == "email-code"
    assert "not the code" in other.submit(code=code).error_of("code")


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "12345x", "１２３４５６", "+12345", "12_456"]
)
def test_only_six_ascii_digits_are_a_code(browser, typed):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert "six digits" in browser.submit(code=typed).error_of("code")
    assert VerificationCode.objects.get().tries == 0


def test_blanks_in_a_code_do_no_harm(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    code = newest_code(MAILED[0])
    assert browser.submit(code=f" {code[:3]} {code[3:]} ").signed_in_as


@pytest.mark.requirement("S-016")
def test_only_ten_codes_are_mailed_and_the_page_says_nothing_of_it(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    pages = {browser.submit(button="act=resend").words.replace("  ", " ") for _ in range(15)}
    assert Message.objects.count() == 10
    assert len({page.split("Emulated time")[0] for page in pages}) == 1
    assert browser.submit(code=newest_code(MAILED[0])).signed_in_as
    clock.advance(timedelta(minutes=10))


@pytest.mark.requirement("R-241", "S-020")
def test_a_suspended_account_lets_its_root_user_in_to_one_page(browser):
    sign_in_as_root(browser, "suspended@example.com", "Suspended-demo-1")
    assert "is suspended" in browser.words
    assert browser.signed_in_as == "Example Suspended 7777-8888-9999"
    assert "is suspended" in browser.visit("/iam/security_credentials").words


def test_a_closed_account_lets_its_root_user_in_to_one_page(browser):
    sign_in_as_root(browser, "closed@example.com", "Closed-demo-1")
    closed_on = (clock.now() - timedelta(days=10)).strftime("%Y-%m-%d")
    gone_on = (clock.now() + timedelta(days=80)).strftime("%Y-%m-%d")
    assert closed_on in browser.words
    assert gone_on in browser.words


def test_ninety_days_after_closing_nobody_is_there_any_more(browser):
    clock.advance(timedelta(days=80))
    sign_in_as_root(browser, "closed@example.com", "Closed-demo-1")
    assert browser.step == "password"
    assert "didn't match" in browser.alert


@pytest.mark.requirement("S-008")
def test_only_the_exact_password_works(browser):
    name_root(browser, MAILED[0])
    for typed in (
        "mailed-demo-1",
        " Mailed-demo-1",
        "Mailed-demo-1 ",
        "Sandbox-demo-",
        "x" * 128,
    ):
        assert browser.submit(password=typed).step == "password"
    assert "128 characters" in browser.submit(password="x" * 129).error_of("password")
    assert browser.submit(password=MAILED[1]).step == "email-code"


@pytest.mark.requirement("S-007")
def test_password_fields_work_with_password_managers(browser):
    name_root(browser, MAILED[0])
    assert 'type="password"' in browser.text
    assert 'autocomplete="current-password"' in browser.text
    assert "onpaste" not in browser.text
    browser.submit(password="wrong")
    assert browser.value_of("password") == ""


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"user_type": "root", "email": ""}, "email", "Type the e-mail"),
        ({"user_type": "root", "email": "nobody"}, "email", "whole address"),
        ({"user_type": "root", "email": "a@" + "b" * 60 + ".com"}, "email", "whole address"),
        ({"user_type": "iam", "account": ""}, "account", "Type the account ID"),
        ({"user_type": "iam", "account": "12345678901"}, "account", ""),
        ({"user_type": "iam", "account": "no blanks"}, "account", "twelve digits"),
        ({"user_type": "iam", "account": "-alias"}, "account", "twelve digits"),
    ],
)
def test_what_is_missing_or_malformed_is_named_and_nothing_is_lost(browser, typed, field, says):
    browser.visit(CONSOLE).submit(**typed)
    if says:
        assert says in browser.error_of(field)
        assert browser.value_of(field) == typed[field]
        assert browser.value_of("user_type") == typed["user_type"]
    else:
        assert browser.step == "iam-user"  # eleven digits may well be an alias


def test_blanks_around_the_email_and_its_capitals_do_no_harm(browser):
    name_root(browser, "  MAILED@Example.com ")
    assert browser.submit(password=MAILED[1]).step == "email-code"


@pytest.mark.requirement("R-026", "S-108")
def test_success_and_failure_are_recorded_once_each(browser):
    name_root(browser, ROOT[0])
    pass_captcha(browser)
    browser.submit(password="wrong").submit(password=ROOT[1])
    assert browser.signed_in_as
    success, failure = Event.objects.all()
    assert failure.document["errorMessage"] == "Failed authentication"
    assert failure.document["responseElements"] == {"ConsoleLogin": "Failure"}
    assert success.document["responseElements"] == {"ConsoleLogin": "Success"}
    assert success.document["awsRegion"] == "us-east-1"
    assert success.document["userIdentity"]["arn"] == "arn:aws:iam::111122223333:root"
