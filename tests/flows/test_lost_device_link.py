"""What the link is good for that a root user without the device gets, and until when."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import passwords
from accounts.models import Account, Principal
from mfa.models import LostDeviceLink
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN
from tests.flows.lost_device_walks import SANDBOX, follow, in_trouble, mailed
from tests.walks import name_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def is_over(browser):
    return browser.status == 410 and 'id="link-over"' in browser.text


def sandbox_user():
    return Principal.objects.get(username=SANDBOX[0])


@pytest.mark.requirement("S-070")
def test_another_browser_can_confirm_and_is_not_let_in(browser, new_browser):
    link = mailed(in_trouble(browser))
    phone = follow(new_browser(), link)
    assert 'id="mail-confirmed"' in phone.text
    assert phone.cookie("vestibule-signin", SIGNIN) is None
    assert phone.visit(browser.url).status == 410
    browser.submit()
    assert browser.step == "lost-device-call"


def test_the_page_says_who_signs_in_and_what_to_do_if_it_is_somebody_else(browser, new_browser):
    page = new_browser().visit(mailed(in_trouble(browser)))
    assert SANDBOX[0] in page.words
    assert "Example Sandbox" in page.words
    assert "change the password" in page.words


@pytest.mark.requirement("S-025")
def test_a_link_is_good_for_an_hour_to_the_second_and_the_attempt_as_long(browser, new_browser):
    clock.freeze()
    link = mailed(in_trouble(browser))
    clock.advance(timedelta(minutes=60, seconds=-1))
    assert browser.visit(browser.url).step == "lost-device"
    page = new_browser().visit(link)
    assert page.status == 200
    clock.advance(timedelta(seconds=1))
    assert is_over(page.submit("confirm-lost-device"))
    assert is_over(page.visit(link))
    assert LostDeviceLink.objects.get().consumed_at is None
    assert browser.visit(browser.url).status == 410


def test_new_links_prolong_no_attempt_beyond_the_first_one_s_time(browser):
    clock.freeze()
    in_trouble(browser)
    begun_at = clock.now()
    for _ in range(3):
        mailed(browser)
        clock.advance(timedelta(minutes=25))
    assert Attempt.objects.get().expires_at == begun_at + timedelta(minutes=75)
    assert browser.visit(browser.url).status == 410


def test_the_browser_keeps_what_ties_it_to_the_attempt_as_long(browser):
    clock.freeze()
    in_trouble(browser)
    jars = browser.cookies["signin.aws.amazon.com.localhost:8000"]
    assert jars["vestibule-flow"]["max-age"] == 15 * 60
    mailed(browser)
    assert jars["vestibule-flow"]["max-age"] == 60 * 60
    console = browser.cookies["console.aws.amazon.com.localhost:8000"]
    assert console["vestibule-flow"]["max-age"] == 75 * 60


@pytest.mark.requirement("S-025")
def test_a_link_is_good_once(browser, new_browser):
    link = mailed(in_trouble(browser))
    late = new_browser().visit(link)
    follow(browser, link)
    assert is_over(late.submit("confirm-lost-device"))
    assert is_over(late.visit(link))
    assert browser.visit(browser.url).step == "lost-device-call"


@pytest.mark.requirement("S-025")
def test_links_that_were_never_mailed_look_like_those_that_are_over(browser, new_browser):
    link = mailed(in_trouble(browser))
    digest = LostDeviceLink.objects.get().token_digest
    follow(browser, link)
    stranger, pages = new_browser(), set()
    for token in (link.partition("=")[2], "", "x", "%00", "日本", digest, "x" * 2000):
        assert is_over(stranger.visit(f"{SIGNIN}lost-device?token={token}")), token
        pages.add(stranger.words.split("Emulated time")[0])
    assert is_over(stranger.visit(SIGNIN + "lost-device"))
    assert len(pages) == 1
    again = re.search(r'href="([^"]*)" id="go-on"', stranger.text)[1]
    assert stranger.visit(again).step == "user-type"


@pytest.mark.requirement("S-025")
def test_a_link_for_one_purpose_is_none_for_another(browser, new_browser):
    token = mailed(in_trouble(browser)).partition("=")[2]
    assert new_browser().visit(f"{SIGNIN}recovery?token={token}").status == 410
    for secret in (browser.cookie("vestibule-flow", SIGNIN), token.swapcase()):
        assert is_over(new_browser().visit(f"{SIGNIN}lost-device?token={secret}"))


@pytest.mark.requirement("S-026")
def test_a_newer_link_kills_the_older_one(browser, new_browser):
    in_trouble(browser)
    older = mailed(browser)
    newer = mailed(browser)
    assert is_over(new_browser().visit(older))
    assert follow(browser, newer).step == "lost-device-call"


@pytest.mark.requirement("S-026", "S-047")
def test_of_two_attempts_the_one_with_the_newest_link_counts(browser, new_browser):
    first = mailed(in_trouble(browser))
    other = new_browser()
    second = mailed(in_trouble(other))
    assert is_over(new_browser().visit(first))
    follow(other, second)
    assert other.step == "lost-device-call"
    assert browser.submit().step == "lost-device"


@pytest.mark.requirement("S-027")
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_link_dies_when_the_password_changes(browser, new_browser, confirmed):
    link = mailed(in_trouble(browser))
    if confirmed:
        follow(new_browser(), link)
        assert browser.visit(browser.url).step == "lost-device-call"
    passwords.replace(sandbox_user(), "Set-by-operator-1")
    assert is_over(new_browser().visit(link))
    assert browser.visit(browser.url).step == "lost-device"


@pytest.mark.requirement("S-027")
def test_a_sign_in_with_the_password_of_before_is_over(browser):
    clock.freeze()
    in_trouble(browser)
    clock.advance(timedelta(seconds=1))
    passwords.replace(sandbox_user(), "Set-by-operator-1")
    browser.submit(button="act=send_mail")
    assert browser.status == 410
    assert not Message.objects.exists()


@pytest.mark.requirement("S-027")
def test_a_link_dies_when_the_email_changes(browser, new_browser):
    link = mailed(in_trouble(browser))
    root_user = sandbox_user()
    root_user.username = "elsewhere@example.com"
    root_user.save()
    assert is_over(new_browser().visit(link))


def test_a_link_dies_with_the_account(browser, new_browser):
    link = mailed(in_trouble(browser))
    Account.objects.filter(id="444455556666").update(expires_at=clock.now())
    assert is_over(new_browser().visit(link))


def test_a_link_dies_with_the_sign_in(browser, new_browser):
    link = mailed(in_trouble(browser))
    Attempt.objects.get().close()
    assert is_over(new_browser().visit(link))


@pytest.mark.requirement("S-030")
def test_who_scans_mails_uses_no_link_up(browser):
    link = mailed(in_trouble(browser))
    path = link.removeprefix(SIGNIN[:-1])
    headers = {"host": "signin.aws.amazon.com.localhost:8000"}
    for _ in range(3):
        assert Client().get(path, headers=headers).status_code == 200
        assert Client().head(path, headers=headers).status_code == 200
    assert Client().put(path, headers=headers).status_code in (403, 405)
    assert LostDeviceLink.objects.get().consumed_at is None
    assert follow(browser, link).step == "lost-device-call"


@pytest.mark.requirement("S-049")
def test_confirming_needs_the_secret_of_its_form(browser, new_browser):
    link = mailed(in_trouble(browser))
    assert new_browser().post(link, {}).status == 403
    assert LostDeviceLink.objects.get().consumed_at is None


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Host"])
def test_the_link_names_this_server_whatever_the_headers_say(new_browser, header):
    browser = new_browser()
    browser.headers[header] = "host=evil.example"
    assert mailed(in_trouble(browser)).startswith(SIGNIN + "lost-device?token=")


@pytest.mark.requirement("S-031", "S-057")
def test_the_page_behind_the_link_tells_nobody_its_address(browser, new_browser):
    page = new_browser().visit(mailed(in_trouble(browser)))
    assert page.page.headers["Cache-Control"] == "no-store"
    assert page.page.headers["Referrer-Policy"] == "same-origin"
    for tag in re.findall(r"<(?:link|script|img|iframe|form)\b[^>]*>", page.text):
        assert not re.search(r'(?:href|src|action)="(?:\w+:)?//', tag), tag


@pytest.mark.requirement("S-006")
def test_neither_token_nor_digits_are_stored(browser):
    token = mailed(in_trouble(browser)).partition("=")[2]
    assert token not in repr(list(LostDeviceLink.objects.values()) + list(Attempt.objects.values()))


@pytest.mark.requirement("S-046")
def test_before_the_password_there_is_nothing_to_send(browser):
    name_root(browser, SANDBOX[0])
    browser.submit(step="lost-device", act="send_mail")
    assert browser.step == "password"
    assert not Message.objects.exists()
    assert browser.visit(CONSOLE).step == "user-type"
