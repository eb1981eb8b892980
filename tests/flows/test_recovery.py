"""A root user who forgot the password sets a new one with a mailed link."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts import passwords
from accounts.models import (
    Account,
    KnownBrowser,
    Lockout,
    PasswordRecovery,
    Principal,
    Session,
)
from signin.captcha import challenges
from signin.captcha.models import Captcha
from signin.control import sweep
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN, Browser, address
from tests.walks import (
    ACCOUNT_PAGE,
    ROOT,
    SANDBOX,
    ask_for_recovery,
    handle_of,
    mailed_link,
    name_root,
    newest_code,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NEW = "Brand-new-77"


def set_password(browser: Browser, password: str = NEW, again: str | None = None) -> Browser:
    again = password if again is None else again
    return browser.submit("reset-password", new_password=password, confirm_password=again)


def sandbox_user() -> Principal:
    return Principal.objects.get(username=SANDBOX[0])


def is_over(browser: Browser) -> bool:
    return browser.status == 410 and 'id="link-over"' in browser.text


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


@pytest.mark.requirement("R-225")
def test_the_way_from_an_account_s_own_page_leads_there_as_well(browser):
    browser.visit(ACCOUNT_PAGE)
    browser.visit(
        re.search(r'href="([^"]*)" id="root-user"', browser.text)[1].replace("&amp;", "&")
    )
    browser.submit(user_type="root", email=SANDBOX[0])
    assert 'id="forgot-password"' in browser.text


@pytest.mark.requirement("R-221", "R-229")
def test_the_mail_comes_from_the_sign_in_service_and_names_the_account(browser):
    link = mailed_link(browser, SANDBOX[0])
    mail = Message.objects.get()
    assert mail.sender == "no-reply@signin.aws.localhost"
    assert mail.subject.startswith("[Vestibule] ")
    assert "Example Sandbox" in mail.text
    assert f'href="{link}"' in mail.html
    assert mail.code == ""


def test_the_mail_goes_to_the_account_s_own_spelling_of_the_address(browser):
    ask_for_recovery(browser, "SANDBOX@Example.com")
    pass_captcha(browser)
    assert Message.objects.get().recipient == SANDBOX[0]


def test_the_link_works_in_another_browser_without_cookies(browser, new_browser):
    other = new_browser(agent="another browser").visit(mailed_link(browser, SANDBOX[0]))
    assert 'id="recovery-done"' in set_password(other).text
    sign_in_as_root(browser, SANDBOX[0], NEW)
    assert browser.signed_in_as


def test_the_password_that_was_set_need_not_be_replaced_at_the_next_sign_in(browser):
    Principal.objects.filter(username=SANDBOX[0]).update(must_change_password=True)
    set_password(browser.visit(mailed_link(browser, SANDBOX[0])))
    assert sandbox_user().must_change_password is False


@pytest.mark.parametrize(
    "email", ["suspended@example.com", "closed@example.com"], ids=["suspended", "closed"]
)
def test_accounts_that_are_suspended_or_can_be_reopened_recover(browser, email):
    set_password(browser.visit(mailed_link(browser, email)))
    sign_in_as_root(browser, email, NEW)
    assert browser.signed_in_as


# Asking for the link.


@pytest.mark.requirement("R-227")
@pytest.mark.parametrize("mode", Account.CaptchaMode.values)
def test_the_security_check_is_asked_for_whatever_the_account_says(browser, mode):
    Account.objects.update(captcha_mode=mode)
    ask_for_recovery(browser, SANDBOX[0])
    shown = browser.value_of("captcha_id")
    assert browser.visit(f"/captcha/{shown}.png").status == 200
    assert browser.visit(f"/captcha/{shown}.wav").status == 200


@pytest.mark.requirement("R-227", "S-015")
def test_a_wrong_answer_sends_nothing_and_shows_other_characters(browser):
    ask_for_recovery(browser, SANDBOX[0])
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
    ask_for_recovery(browser, SANDBOX[0])
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
    mailed_link(browser, SANDBOX[0])
    for _ in range(2):
        assert 'id="recovery-sent"' in browser.visit(browser.url).text
    token = browser.cookie("vestibule-csrf", SIGNIN)
    browser.post(browser.url, {"csrfmiddlewaretoken": token})
    assert 'id="recovery-sent"' in browser.text
    assert Message.objects.count() == 1


def test_the_way_back_from_the_confirmation_begins_at_the_root_user(browser):
    mailed_link(browser, SANDBOX[0])
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
        pass_captcha(ask_for_recovery(browser, SANDBOX[0]))
        pages.add((browser.status, re.sub(r"code_challenge=[\w-]+", "", browser.words)))
    assert len(pages) == 1
    assert Message.objects.count() == 10
    newest = Message.objects.latest("id").link
    clock.advance(timedelta(minutes=10))
    mailed_link(browser, SANDBOX[0])
    assert Message.objects.count() == 11
    assert is_over(browser.visit(newest))


@pytest.mark.requirement("S-016")
def test_a_link_that_is_not_sent_kills_no_link_that_was(browser):
    links = [mailed_link(browser, SANDBOX[0]) for _ in range(10)]
    pass_captcha(ask_for_recovery(browser, SANDBOX[0]))
    assert 'id="recovery-done"' in set_password(browser.visit(links[-1])).text


def test_codes_and_links_to_one_person_are_counted_together(browser):
    name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])
    for _ in range(9):
        browser.submit(button="act=resend")
    pass_captcha(ask_for_recovery(browser, SANDBOX[0]))
    assert not Message.objects.filter(kind="password-recovery").exists()


def test_a_recovery_begins_at_a_root_user_s_sign_in_of_this_browser_only(browser, new_browser):
    name_root(browser, SANDBOX[0])
    root, iam = handle_of(browser), handle_of(new_browser().visit(ACCOUNT_PAGE))
    assert new_browser().visit(f"{SIGNIN}signin/{root}/recovery").status == 410
    assert browser.visit(f"{SIGNIN}signin/{iam}/recovery").status == 410
    assert browser.visit(f"{SIGNIN}signin/nothing/recovery").status == 410
    own = handle_of(browser.visit(ACCOUNT_PAGE))
    assert browser.visit(f"{SIGNIN}signin/{own}/recovery").status == 410
    assert not Attempt.objects.filter(flow="root-recovery").exists()


def test_the_page_that_sends_the_link_lasts_fifteen_minutes(browser):
    clock.freeze()
    ask_for_recovery(browser, SANDBOX[0])
    clock.advance(timedelta(minutes=15))
    assert browser.submit(captcha="x").status == 410
    assert not Message.objects.exists()


@pytest.mark.requirement("S-049")
def test_a_request_for_a_link_needs_the_secret_of_its_form(browser):
    ask_for_recovery(browser, SANDBOX[0])
    answer = challenges.answer_to(browser.value_of("captcha_id"))
    fields = {"captcha": answer, "captcha_id": browser.value_of("captcha_id")}
    assert browser.post(f"/signin/{handle_of(browser)}", fields).status == 403
    assert not Message.objects.exists()


# Who is signed in already.


@pytest.mark.requirement("R-224")
def test_an_iam_user_signs_out_first(browser):
    link = mailed_link(browser, SANDBOX[0])
    password_page = f"/signin/{handle_of(name_root(browser, SANDBOX[0]))}"
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
    browser.visit(mailed_link(browser, SANDBOX[0]))
    page, url = browser.page, browser.url
    sign_in_as_iam_user(browser)
    browser.page, browser.url = page, url
    assert set_password(browser).status == 409
    assert passwords.is_right(sandbox_user(), SANDBOX[1])


def test_a_root_user_who_is_signed_in_may_recover_and_is_signed_out(browser):
    link = mailed_link(browser, SANDBOX[0])
    sign_in_as_root(browser, *SANDBOX)
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
        ("My-sandbox-77", "My-sandbox-77", "new_password", "names"),
        (SANDBOX[1], SANDBOX[1], "new_password", "names"),
    ],
)
def test_what_is_wrong_is_named_and_the_link_stays_good(browser, password, again, field, says):
    browser.visit(mailed_link(browser, SANDBOX[0]))
    before = sandbox_user().password
    set_password(browser, password, again)
    assert browser.status == 200
    assert says in browser.error_of(field)
    assert password == "" or password not in browser.text
    assert browser.alert
    assert sandbox_user().password == before
    assert PasswordRecovery.objects.get().consumed_at is None
    assert 'id="recovery-done"' in set_password(browser).text


def test_the_password_that_was_forgotten_can_t_be_set_again(browser):
    old = "Remembered-77"
    root_user = sandbox_user()
    passwords.replace(root_user, old)
    browser.visit(mailed_link(browser, SANDBOX[0]))
    assert browser.error_of("new_password") == ""
    assert "password that you have" in set_password(browser, old).error_of("new_password")
    assert 'id="recovery-done"' in set_password(browser).text


@pytest.mark.requirement("S-007")
def test_password_managers_know_the_fields(browser):
    browser.visit(mailed_link(browser, SANDBOX[0]))
    assert browser.text.count('autocomplete="new-password"') == 2
    assert f'value="{SANDBOX[0]}" autocomplete="username"' in browser.text


# The link.


@pytest.mark.requirement("S-025")
def test_a_link_is_good_for_an_hour_to_the_second(browser):
    clock.freeze()
    link = mailed_link(browser, SANDBOX[0])
    clock.advance(timedelta(minutes=60, seconds=-1))
    assert browser.visit(link).status == 200
    clock.advance(timedelta(seconds=1))
    assert is_over(set_password(browser))
    assert is_over(browser.visit(link))
    assert passwords.is_right(sandbox_user(), SANDBOX[1])


@pytest.mark.requirement("S-025")
def test_the_mail_names_the_second_at_which_its_link_ends(browser):
    clock.freeze()
    mailed_link(browser, SANDBOX[0])
    ends = (clock.now() + timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S")
    assert ends in Message.objects.get().text


@pytest.mark.requirement("S-025")
def test_a_link_is_good_once(browser, new_browser):
    link = mailed_link(browser, SANDBOX[0])
    late = new_browser().visit(link)
    set_password(browser.visit(link))
    assert is_over(set_password(late, "Another-new-77"))
    assert is_over(browser.visit(link))
    assert passwords.is_right(sandbox_user(), NEW)


@pytest.mark.requirement("S-025")
def test_links_that_were_never_mailed_look_like_those_that_are_over(browser):
    link = mailed_link(browser, SANDBOX[0])
    digest = PasswordRecovery.objects.get().token_digest
    set_password(browser.visit(link))
    spoilt = [
        link,
        link[:-1],
        link + "x",
        link.swapcase().replace(link.split("token=")[0].swapcase(), link.split("token=")[0]),
        SIGNIN + "recovery",
        SIGNIN + "recovery?token=",
        SIGNIN + "recovery?token=%00",
        SIGNIN + "recovery?token=日本",
        f"{SIGNIN}recovery?token={digest}",
        f"{SIGNIN}recovery?token={'x' * 2000}",
    ]
    pages = set()
    for each in spoilt:
        assert is_over(browser.visit(each)), each
        pages.add(browser.words.split("Emulated time")[0])
    assert len(pages) == 1
    link = re.search(r'href="([^"]*)" id="go-on"', browser.text)[1]
    assert browser.visit(link).step == "user-type"


@pytest.mark.requirement("S-025")
def test_nothing_mailed_or_given_for_another_purpose_opens_the_page(browser):
    sign_in_as_root(browser, *SANDBOX)
    others = {
        newest_code(SANDBOX[0]),
        browser.cookie("vestibule-signin", SIGNIN),
        browser.cookie("vestibule-console", CONSOLE),
        browser.cookie("vestibule-flow", SIGNIN),
    }
    for each in others:
        assert is_over(browser.visit(f"{SIGNIN}recovery?token={each}"))


@pytest.mark.requirement("S-025")
def test_a_link_sets_its_own_root_user_s_password_only(browser):
    link = mailed_link(browser, SANDBOX[0])
    mailed_link(browser, ROOT[0])
    browser.visit(link).submit(
        "reset-password", new_password=NEW, confirm_password=NEW, email=ROOT[0], principal="1"
    )
    assert passwords.is_right(Principal.objects.get(username=ROOT[0]), ROOT[1])
    assert passwords.is_right(sandbox_user(), NEW)


@pytest.mark.requirement("S-026")
def test_a_newer_link_kills_the_older_one(browser):
    older = mailed_link(browser, SANDBOX[0])
    newer = mailed_link(browser, SANDBOX[0])
    assert is_over(browser.visit(older))
    assert 'id="recovery-done"' in set_password(browser.visit(newer)).text
    assert is_over(browser.visit(older))


@pytest.mark.requirement("S-027")
def test_a_link_dies_when_the_password_changes(browser):
    browser.visit(mailed_link(browser, SANDBOX[0]))
    passwords.replace(sandbox_user(), "Set-by-operator-1")
    assert is_over(set_password(browser))
    assert passwords.is_right(sandbox_user(), "Set-by-operator-1")
    assert PasswordRecovery.objects.get().consumed_at is None


@pytest.mark.requirement("S-027")
def test_a_link_dies_when_the_email_changes(browser):
    browser.visit(mailed_link(browser, SANDBOX[0]))
    root_user = sandbox_user()
    root_user.username = "elsewhere@example.com"
    root_user.save()
    assert is_over(set_password(browser))


def test_a_link_dies_with_the_account(browser):
    browser.visit(mailed_link(browser, "closed@example.com"))
    Account.objects.filter(id="123456789012").update(expires_at=clock.now())
    assert is_over(set_password(browser))


@pytest.mark.requirement("S-030")
def test_who_scans_mails_uses_no_link_up(browser):
    link = mailed_link(browser, SANDBOX[0])
    path = link.removeprefix(SIGNIN[:-1])
    headers = {"host": "signin.aws.amazon.com.localhost:8000"}
    for _ in range(3):
        assert Client().get(path, headers=headers).status_code == 200
        assert Client().head(path, headers=headers).status_code == 200
    assert Client().put(path, headers=headers).status_code in (403, 405)
    assert PasswordRecovery.objects.get().consumed_at is None
    assert 'id="recovery-done"' in set_password(browser.visit(link)).text


@pytest.mark.requirement("S-049")
def test_setting_the_password_needs_the_secret_of_its_form(browser, new_browser):
    link = mailed_link(browser, SANDBOX[0])
    fields = {"new_password": NEW, "confirm_password": NEW}
    assert new_browser().post(link, fields).status == 403
    browser.visit(link)
    assert set_password_from(browser, "http://evil.example").status == 403
    assert passwords.is_right(sandbox_user(), SANDBOX[1])


def set_password_from(browser: Browser, origin: str) -> Browser:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
    fields = {"new_password": NEW, "confirm_password": NEW, "csrfmiddlewaretoken": token}
    return browser.post(browser.url, fields, Origin=origin)


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("host", ["evil.example", "signin.aws.amazon.com", "evil.localhost:8000"])
def test_a_forged_host_gets_no_link_mailed(browser, host):
    ask_for_recovery(browser, SANDBOX[0])
    answer = challenges.answer_to(browser.value_of("captcha_id"))
    fields = {
        "csrfmiddlewaretoken": browser.value_of("csrfmiddlewaretoken"),
        "captcha_id": browser.value_of("captcha_id"),
        "captcha": answer,
    }
    origin = f"http://{host}"
    path = f"/signin/{handle_of(browser)}"
    assert browser.post(path, fields, Host=host, Origin=origin).status == 421
    assert not Message.objects.exists()


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Host": "evil.example"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_the_link_names_this_server_whatever_the_headers_say(new_browser, headers):
    browser = new_browser()
    browser.headers |= headers
    assert re.fullmatch(
        re.escape(SIGNIN) + r"recovery\?token=[\w-]{43}", mailed_link(browser, SANDBOX[0])
    )


@pytest.mark.requirement("S-024")
def test_the_link_names_the_common_sign_in_host_wherever_one_asks(browser):
    browser.visit(address("eu-central-1.console.aws.amazon.com"))
    browser.submit(user_type="root", email=SANDBOX[0])
    assert browser.url.startswith(address("eu-central-1.signin.aws.amazon.com"))
    browser.visit(f"/signin/{handle_of(browser)}/recovery")
    pass_captcha(browser)
    assert Message.objects.get().link.startswith(SIGNIN + "recovery?token=")


@pytest.mark.requirement("S-031", "S-057")
def test_the_page_behind_the_link_tells_nobody_its_address(browser):
    link = mailed_link(browser, SANDBOX[0])
    browser.visit(link)
    assert browser.page.headers["Cache-Control"] == "no-store"
    assert browser.page.headers["Referrer-Policy"] == "same-origin"
    for tag in re.findall(r"<(?:link|script|img|iframe|form)\b[^>]*>", browser.text):
        assert not re.search(r'(?:href|src|action)="(?:\w+:)?//', tag), tag
    assert "token" not in set_password(browser).url


# What comes after.


@pytest.mark.requirement("S-029")
def test_every_session_ends_and_no_browser_is_known_any_more(browser, new_browser):
    sign_in_as_root(browser, *SANDBOX)
    bystander = sign_in_as_iam_user(new_browser())
    assert KnownBrowser.objects.count() == 1
    other = new_browser()
    set_password(other.visit(mailed_link(other, SANDBOX[0])))
    assert not KnownBrowser.objects.exists()
    assert not Session.objects.filter(principal=sandbox_user(), ended_at=None).exists()
    assert browser.visit(CONSOLE + "console/home").status == 401
    assert bystander.visit(CONSOLE + "console/home").signed_in_as
    name_root(browser, SANDBOX[0]).submit(password=NEW)
    assert browser.step == "email-code"


@pytest.mark.requirement("S-029")
def test_the_owner_is_told_without_a_secret(browser):
    clock.freeze()
    link = mailed_link(browser, SANDBOX[0])
    set_password(browser.visit(link))
    mail = Message.objects.latest("id")
    assert mail.kind == "password-changed"
    assert mail.recipient == SANDBOX[0]
    assert mail.sender == "no-reply@signin.aws.localhost"
    assert clock.now().strftime("%Y-%m-%d %H:%M:%S") in mail.text
    said = mail.subject + mail.text + mail.html
    assert mail.link == mail.code == ""
    assert not [secret for secret in (NEW, SANDBOX[1], token_of(link)) if secret in said]


def test_who_had_to_wait_signs_in_at_once(browser, new_browser):
    name_root(browser, SANDBOX[0])
    while browser.status != 429:
        browser.submit(password="wrong")
        if browser.step == "captcha":
            pass_captcha(browser)
    link = mailed_link(new_browser(), SANDBOX[0])
    set_password(new_browser().visit(link))
    assert not Lockout.objects.filter(kind="identity").exists()
    assert Lockout.objects.filter(kind="client").exists()
    assert browser.submit(password=NEW).step == "email-code"


@pytest.mark.requirement("R-026")
def test_both_halves_are_recorded_as_the_root_user_s(browser, new_browser):
    browser = new_browser(agent="Mozilla/5.0")
    link = mailed_link(browser, SANDBOX[0])
    [requested] = Event.objects.all()
    set_password(browser.visit(link), "Short-1")
    assert Event.objects.count() == 1
    set_password(browser)
    completed, _ = Event.objects.all()
    for name, event in (
        ("PasswordRecoveryRequested", requested),
        ("PasswordRecoveryCompleted", completed),
    ):
        document = event.document
        assert document["eventName"] == event.name == name
        assert document["eventType"] == "AwsConsoleSignIn"
        assert document["eventSource"] == "signin.amazonaws.com"
        assert document["responseElements"] == {name: "Success"}
        assert document["requestParameters"] is None
        assert document["awsRegion"] == "us-east-1"
        assert document["recipientAccountId"] == event.account_id == "444455556666"
        assert document["userAgent"] == "Mozilla/5.0"
        assert "errorMessage" not in document
        assert "additionalEventData" not in document
        assert document["userIdentity"] == {
            "type": "Root",
            "principalId": "444455556666",
            "arn": "arn:aws:iam::444455556666:root",
            "accountId": "444455556666",
            "accessKeyId": "",
        }


@pytest.mark.requirement("S-006", "S-025", "S-057", "S-107")
def test_the_token_stands_in_the_mail_only_and_no_password_anywhere(browser, caplog, capsys):
    link = mailed_link(browser, SANDBOX[0])
    token = token_of(link)
    browser.post(link, {"new_password": NEW})  # refused, and logged as such
    set_password(browser.visit(link), "Short-1")
    set_password(browser)
    assert is_over(browser.visit(link))
    digest_at = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
            assert NEW not in stored, table
            assert "Short-1" not in stored, table
            assert token not in stored or table == "mailbox_message", table
            if entropy.digest(token) in stored:
                digest_at.append(table)
    assert digest_at == ["accounts_passwordrecovery"]
    said = caplog.text + "".join(capsys.readouterr())
    assert "recovery" in said
    assert token not in said
    assert NEW not in said


def test_links_that_are_over_are_swept_away(browser):
    clock.freeze()
    mailed_link(browser, SANDBOX[0])
    clock.advance(timedelta(minutes=60, seconds=-1))
    sweep.expired()
    assert PasswordRecovery.objects.exists()
    clock.advance(timedelta(seconds=1))
    sweep.expired()
    assert not PasswordRecovery.objects.exists()
    assert not Captcha.objects.exists()


def token_of(link: str) -> str:
    return link.partition("token=")[2]
