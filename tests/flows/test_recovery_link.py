"""What a mailed recovery link is good for, until when, and which server it names."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import passwords
from accounts.models import Account, PasswordRecovery, Principal
from signin.captcha import challenges
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN, Browser, address
from tests.flows.recovery_walks import NEW, is_over, mailed_user, set_password
from tests.walks import (
    MAILED,
    ROOT,
    ask_for_recovery,
    handle_of,
    mailed_link,
    newest_code,
    pass_captcha,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("S-025")
def test_a_link_is_good_for_an_hour_to_the_second(browser):
    clock.freeze()
    link = mailed_link(browser, MAILED[0])
    clock.advance(timedelta(minutes=60, seconds=-1))
    assert browser.visit(link).status == 200
    clock.advance(timedelta(seconds=1))
    assert is_over(set_password(browser))
    assert is_over(browser.visit(link))
    assert passwords.is_right(mailed_user(), MAILED[1])


@pytest.mark.requirement("S-025")
def test_the_mail_names_the_second_at_which_its_link_ends(browser):
    clock.freeze()
    mailed_link(browser, MAILED[0])
    ends = (clock.now() + timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S")
    assert ends in Message.objects.get().text


@pytest.mark.requirement("S-025")
def test_a_link_is_good_once(browser, new_browser):
    link = mailed_link(browser, MAILED[0])
    late = new_browser().visit(link)
    set_password(browser.visit(link))
    assert is_over(set_password(late, "Another-new-77"))
    assert is_over(browser.visit(link))
    assert passwords.is_right(mailed_user(), NEW)


@pytest.mark.requirement("S-025")
def test_links_that_were_never_mailed_look_like_those_that_are_over(browser):
    link = mailed_link(browser, MAILED[0])
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
    sign_in_as_root(browser, *MAILED)
    others = {
        newest_code(MAILED[0]),
        browser.cookie("vestibule-signin", SIGNIN),
        browser.cookie("vestibule-console", CONSOLE),
        browser.cookie("vestibule-flow", SIGNIN),
    }
    for each in others:
        assert is_over(browser.visit(f"{SIGNIN}recovery?token={each}"))


@pytest.mark.requirement("S-025")
def test_a_link_sets_its_own_root_user_s_password_only(browser):
    link = mailed_link(browser, MAILED[0])
    mailed_link(browser, ROOT[0])
    browser.visit(link).submit(
        "reset-password", new_password=NEW, confirm_password=NEW, email=ROOT[0], principal="1"
    )
    assert passwords.is_right(Principal.objects.get(username=ROOT[0]), ROOT[1])
    assert passwords.is_right(mailed_user(), NEW)


@pytest.mark.requirement("S-026")
def test_a_newer_link_kills_the_older_one(browser):
    older = mailed_link(browser, MAILED[0])
    newer = mailed_link(browser, MAILED[0])
    assert is_over(browser.visit(older))
    assert 'id="recovery-done"' in set_password(browser.visit(newer)).text
    assert is_over(browser.visit(older))


@pytest.mark.requirement("S-027")
def test_a_link_dies_when_the_password_changes(browser):
    browser.visit(mailed_link(browser, MAILED[0]))
    passwords.replace(mailed_user(), "Set-by-operator-1")
    assert is_over(set_password(browser))
    assert passwords.is_right(mailed_user(), "Set-by-operator-1")
    assert PasswordRecovery.objects.get().consumed_at is None


@pytest.mark.requirement("S-027")
def test_a_link_dies_when_the_email_changes(browser):
    browser.visit(mailed_link(browser, MAILED[0]))
    root_user = mailed_user()
    root_user.username = "elsewhere@example.com"
    root_user.save()
    assert is_over(set_password(browser))


def test_a_link_dies_with_the_account(browser):
    browser.visit(mailed_link(browser, "closed@example.com"))
    Account.objects.filter(id="123456789012").update(expires_at=clock.now())
    assert is_over(set_password(browser))


@pytest.mark.requirement("S-030")
def test_who_scans_mails_uses_no_link_up(browser):
    link = mailed_link(browser, MAILED[0])
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
    link = mailed_link(browser, MAILED[0])
    fields = {"new_password": NEW, "confirm_password": NEW}
    assert new_browser().post(link, fields).status == 403
    browser.visit(link)
    assert set_password_from(browser, "http://evil.example").status == 403
    assert passwords.is_right(mailed_user(), MAILED[1])


def set_password_from(browser: Browser, origin: str) -> Browser:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
    fields = {"new_password": NEW, "confirm_password": NEW, "csrfmiddlewaretoken": token}
    return browser.post(browser.url, fields, Origin=origin)


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("host", ["evil.example", "signin.aws.amazon.com", "evil.localhost:8000"])
def test_a_forged_host_gets_no_link_mailed(browser, host):
    ask_for_recovery(browser, MAILED[0])
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
        re.escape(SIGNIN) + r"recovery\?token=[\w-]{43}", mailed_link(browser, MAILED[0])
    )


@pytest.mark.requirement("S-024")
def test_the_link_names_the_common_sign_in_host_wherever_one_asks(browser):
    browser.visit(address("eu-central-1.console.aws.amazon.com"))
    browser.submit(user_type="root", email=MAILED[0])
    assert browser.url.startswith(address("eu-central-1.signin.aws.amazon.com"))
    browser.visit(f"/signin/{handle_of(browser)}/recovery")
    pass_captcha(browser)
    assert Message.objects.get().link.startswith(SIGNIN + "recovery?token=")


@pytest.mark.requirement("S-031", "S-057")
def test_the_page_behind_the_link_tells_nobody_its_address(browser):
    link = mailed_link(browser, MAILED[0])
    browser.visit(link)
    assert browser.page.headers["Cache-Control"] == "no-store"
    assert browser.page.headers["Referrer-Policy"] == "same-origin"
    for tag in re.findall(r"<(?:link|script|img|iframe|form)\b[^>]*>", browser.text):
        assert not re.search(r'(?:href|src|action)="(?:\w+:)?//', tag), tag
    assert "token" not in set_password(browser).url
