"""A root user's new e-mail address: confirmed there, told at the old one."""

from datetime import timedelta

import pytest

from accounts import codes, lockout
from accounts.models import Account, EmailChange, KnownBrowser, Principal, Session
from signin.control import sweep
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE
from tests.flows.account_walks import (
    NEW_EMAIL,
    SETTINGS,
    ask_for_email,
    change_email,
    choose_password,
    documents,
    owner,
    signed_in_as_owner,
)
from tests.walks import (
    EXAMPLE_CORP,
    MAILED,
    ROOT,
    mailed_link,
    name_root,
    newest_code,
    pass_captcha,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def kinds():
    return list(Message.objects.order_by("id").values_list("kind", "recipient"))


def send_code(browser, code):
    return browser.submit("account-email-code", code=code)


def another(code):
    return "000000" if code != "000000" else "111111"


@pytest.fixture
def asked(browser):
    """Return a browser whose root user asked for another address."""
    clock.freeze()
    return ask_for_email(signed_in_as_owner(browser))


@pytest.mark.requirement("S-033", "R-056")
def test_it_is_confirmed_at_the_new_address_and_told_to_the_old_one(browser, new_browser):
    signed_in_as_owner(browser)
    change_email(browser)
    assert browser.url.startswith(SETTINGS)
    assert "e-mail address is changed" in browser.words
    assert owner().username == NEW_EMAIL
    assert kinds() == [("email-confirmation", NEW_EMAIL), ("email-changed", ROOT[0])]
    code, notice = Message.objects.order_by("id")
    assert code.sender == "no-reply@verify.signin.aws.localhost"
    assert notice.sender == "no-reply@signin.aws.localhost"
    assert NEW_EMAIL in notice.text
    assert code.code not in notice.text + notice.html
    pass_captcha(name_root(new_browser(), NEW_EMAIL)).submit(password=ROOT[1])
    other = pass_captcha(name_root(new_browser(), ROOT[0])).submit(password=ROOT[1])
    assert "didn't match" in other.alert


@pytest.mark.requirement("S-029", "S-035", "S-043")
def test_all_other_sessions_end_and_no_browser_is_known(browser, new_browser):
    elsewhere = signed_in_as_owner(new_browser())
    signed_in_as_owner(browser)
    old_key = browser.cookie("vestibule-console", CONSOLE)
    KnownBrowser.objects.create(
        principal=owner(), key_digest="x", user_agent="x", ip="::1", expires_at=clock.now()
    )
    change_email(browser)
    assert browser.visit(SETTINGS).signed_in_as
    assert browser.cookie("vestibule-console", CONSOLE) != old_key
    assert elsewhere.visit(SETTINGS).status == 401
    assert Session.objects.filter(principal=owner(), ended_at=None).count() == 1
    assert not KnownBrowser.objects.exists()


def test_it_is_recorded_as_the_root_user_s(browser):
    signed_in_as_owner(browser)
    change_email(browser)
    [event] = documents("EmailUpdated")
    assert event["eventSource"] == "signin.amazonaws.com"
    assert event["eventType"] == "AwsConsoleSignIn"
    assert event["responseElements"] == {"EmailUpdated": "Success"}
    assert event["userIdentity"]["arn"] == f"arn:aws:iam::{EXAMPLE_CORP}:root"
    assert event["recipientAccountId"] == EXAMPLE_CORP
    assert NEW_EMAIL not in str(event)


def test_nothing_changes_before_the_code_is_typed(asked):
    assert owner().username == ROOT[0]
    assert documents("EmailUpdated") == []
    assert NEW_EMAIL in asked.words


@pytest.mark.parametrize("typed", [ROOT[0], "ROOT@example.com", " root@EXAMPLE.com "])
def test_the_address_of_now_is_none_to_change_to(browser, typed):
    ask_for_email(signed_in_as_owner(browser), typed)
    assert "address that you have now" in browser.error_of("email")
    assert not Message.objects.exists()


@pytest.mark.requirement("S-034")
@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "x" * 60 + "@example.com", "a@example.com\r\nBcc: b@example.com"]
)
def test_what_is_no_address_is_refused(browser, typed):
    ask_for_email(signed_in_as_owner(browser), typed)
    assert browser.error_of("email")
    assert not Message.objects.exists()


@pytest.mark.requirement("S-032")
def test_a_code_dies_after_five_wrong_tries(asked):
    code = newest_code(NEW_EMAIL)
    for _ in range(4):
        assert "not the code we sent" in send_code(asked, another(code)).error_of("code")
    assert "can't be used any more" in send_code(asked, another(code)).error_of("code")
    assert "can't be used any more" in send_code(asked, code).error_of("code")
    assert owner().username == ROOT[0]


@pytest.mark.requirement("S-032")
def test_a_code_is_good_for_ten_minutes(asked):
    code = newest_code(NEW_EMAIL)
    clock.advance(timedelta(minutes=10))
    assert "can't be used any more" in send_code(asked, code).error_of("code")
    asked.submit("account-email-code", button="act=resend")
    assert "e-mail address is changed" in send_code(asked, newest_code(NEW_EMAIL)).words


@pytest.mark.requirement("S-026")
def test_only_the_newest_code_counts(asked):
    old = newest_code(NEW_EMAIL)
    asked.submit("account-email-code", button="act=resend")
    assert kinds() == [("email-confirmation", NEW_EMAIL)] * 2
    if old != newest_code(NEW_EMAIL):
        assert "not the code" in send_code(asked, old).error_of("code")
    ask_for_email(asked, "second@example.com")
    assert "not the code" in send_code(asked, another(newest_code("second@example.com"))).words
    send_code(asked, newest_code("second@example.com"))
    assert owner().username == "second@example.com"


@pytest.mark.requirement("S-032")
def test_a_code_is_good_once(asked):
    code = newest_code(NEW_EMAIL)
    send_code(asked, code)
    assert asked.visit(SETTINGS + "email/code").url == SETTINGS + "email"
    assert len(documents("EmailUpdated")) == 1


@pytest.mark.requirement("S-032")
def test_a_code_is_good_in_its_own_session_only(asked, new_browser):
    other = signed_in_as_owner(new_browser())
    assert other.visit(SETTINGS + "email/code").url == SETTINGS + "email"
    ask_for_email(other, "second@example.com")
    send_code(other, newest_code(NEW_EMAIL))
    assert owner().username == ROOT[0]


@pytest.mark.requirement("S-027")
def test_a_new_password_kills_a_code(asked):
    choose_password(asked)
    assert asked.visit(SETTINGS + "email/code").url == SETTINGS + "email"


@pytest.mark.requirement("S-027")
def test_a_new_address_kills_an_open_recovery_link(browser, new_browser):
    link = mailed_link(new_browser(), ROOT[0])
    signed_in_as_owner(browser)
    change_email(browser)
    assert new_browser().visit(link).status == 410


@pytest.fixture
def burnt():
    """Let there be an account that is closed for good."""
    clock.freeze()
    gone = Account.objects.get(name="Example Closed")
    gone.close(clock.now() - timedelta(days=90))
    gone.save()
    return "closed@example.com"


@pytest.mark.requirement("R-236", "S-017")
@pytest.mark.parametrize("taken", [MAILED[0], "Sandbox@Example.com", "closed@example.com"])
def test_an_address_that_somebody_has_or_had_looks_the_same(new_browser, burnt, taken):
    pages = []
    for email in (taken, NEW_EMAIL):
        browser = ask_for_email(signed_in_as_owner(new_browser()), email)
        pages.append((browser.url, browser.words.replace(email, "…")))
    assert pages[0] == pages[1]
    assert kinds()[0] == ("email-in-use", taken.lower())
    notice = Message.objects.get(kind="email-in-use")
    assert notice.code == notice.link == ""
    assert ROOT[0] not in notice.text
    assert EmailChange.objects.get(principal=owner()).email == NEW_EMAIL


@pytest.mark.requirement("R-236")
def test_no_code_opens_an_address_that_somebody_has(browser):
    ask_for_email(signed_in_as_owner(browser), MAILED[0])
    for number in range(5):
        send_code(browser, f"00000{number}")
    assert browser.status == 200
    assert Principal.objects.filter(username=MAILED[0]).count() == 1
    assert owner().username == ROOT[0]


@pytest.mark.requirement("R-236")
def test_an_address_taken_meanwhile_is_refused_like_an_old_code(asked):
    Principal.objects.filter(username=MAILED[0]).update(username=NEW_EMAIL, folded=NEW_EMAIL)
    send_code(asked, newest_code(NEW_EMAIL))
    assert asked.status == 200
    assert "can't be used any more" in asked.error_of("code")
    assert owner().username == ROOT[0]
    assert documents("EmailUpdated") == []


@pytest.mark.requirement("S-016")
def test_ten_codes_go_to_one_address_and_more_look_the_same(asked):
    for _ in range(lockout.MAILS_TO_ONE.failures + 2):
        asked.submit("account-email-code", button="act=resend")
        assert "We sent six digits" in asked.words
    assert Message.objects.count() == lockout.MAILS_TO_ONE.failures
    send_code(asked, newest_code(NEW_EMAIL))
    assert owner().username == NEW_EMAIL


@pytest.mark.requirement("S-012", "S-032")
def test_guessing_is_throttled_over_all_codes(asked):
    wrong = 0
    while asked.status != 429:
        send_code(asked, another(newest_code(NEW_EMAIL)))
        wrong += 1
        if wrong % 4 == 0:
            asked.submit("account-email-code", button="act=resend")
    assert wrong <= lockout.IDENTITY.failures + 1
    assert send_code(asked, newest_code(NEW_EMAIL)).status == 429
    assert owner().username == ROOT[0]


def test_what_is_over_is_swept_away(asked):
    clock.advance(codes.LIFETIME)
    sweep.expired()
    assert not EmailChange.objects.exists()


@pytest.mark.requirement("S-006")
def test_the_code_is_stored_as_a_digest_only(asked):
    stored = EmailChange.objects.values_list().get()
    assert newest_code(NEW_EMAIL) not in [str(value) for value in stored]
