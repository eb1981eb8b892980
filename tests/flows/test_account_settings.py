"""A root user looks after the account: its name, its phone, the password."""

import re
from datetime import timedelta

import pytest

from accounts import lockout, passwords
from accounts.models import KnownBrowser, Session
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE
from tests.flows.account_walks import (
    NEW_PASSWORD,
    SETTINGS,
    choose_password,
    documents,
    edit,
    own,
    owner,
    signed_in_as_owner,
)
from tests.walks import EXAMPLE_CORP, MAILED, ROOT, mailed_link, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PAGES = ("", "name", "phone", "password", "email", "email/code", "close")


@pytest.mark.requirement("R-008")
def test_the_page_shows_what_the_account_is_known_by(browser):
    assert 'href="/account/"' in signed_in_as_owner(browser).text
    browser.visit(SETTINGS)
    opened = f"{own().created_at:%Y-%m-%d}"
    for fact in ("Example Corp", "1111-2222-3333", ROOT[0], "+1-555-0100", opened):
        assert fact in browser.words
    for link in re.findall(r'href="([^"]*)" id="(?:edit-\w+|close-account)"', browser.text):
        assert browser.visit(link).status == 200


@pytest.mark.requirement("S-048")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_whoever_signed_in_too_long_ago(browser, page):
    clock.freeze()
    signed_in_as_owner(browser)
    clock.advance(minutes(15))
    assert browser.visit(SETTINGS + page).step == "password"
    browser.submit(password=ROOT[1])
    assert browser.url.startswith(SETTINGS + ("email" if page == "email/code" else page))
    assert browser.signed_in_as


@pytest.mark.requirement("R-016")
@pytest.mark.parametrize("page", PAGES)
def test_iam_users_find_none_of_them(browser, page):
    assert "/account/" not in sign_in_as_iam_user(browser).text
    assert browser.visit(SETTINGS + page).status == 404


@pytest.mark.requirement("S-048")
def test_a_form_sent_too_late_changes_nothing(browser):
    clock.freeze()
    signed_in_as_owner(browser).visit(SETTINGS + "name")
    clock.advance(minutes(15))
    browser.submit("account-name", account_name="Too Late")
    assert browser.step == "password"
    assert own().name == "Example Corp"
    browser.submit(password=ROOT[1])
    assert browser.url == SETTINGS + "name"
    assert own().name == "Example Corp"


@pytest.mark.parametrize("page", ["name", "phone", "password", "email", "close", "reopen"])
def test_a_form_without_its_secret_is_refused(browser, page):
    signed_in_as_owner(browser)
    assert browser.post(SETTINGS + page, {"account_name": "x", "phone": "555-0199"}).status == 403


class TestName:
    def test_it_is_changed_and_told(self, browser):
        signed_in_as_owner(browser)
        edit(browser, "name", account_name="  Example & Sons ")
        assert "new name" in browser.words
        assert own().name == "Example & Sons"
        assert "Example & Sons" in browser.signed_in_as
        [event] = documents("PutAccountName")
        assert event["eventSource"] == "account.amazonaws.com"
        assert event["eventType"] == "AwsApiCall"
        assert event["userIdentity"]["arn"] == f"arn:aws:iam::{EXAMPLE_CORP}:root"
        assert event["requestParameters"] == {"accountName": "Example & Sons"}
        assert event["recipientAccountId"] == EXAMPLE_CORP

    @pytest.mark.requirement("S-034")
    @pytest.mark.parametrize(
        "name", ["", "   ", "x" * 51, "Exämple", "a\r\nBcc: x@example.com", "a\tb", "例"]
    )
    def test_what_is_no_name_is_refused(self, browser, name):
        signed_in_as_owner(browser)
        edit(browser, "name", account_name=name)
        assert browser.error_of("account_name")
        assert own().name == "Example Corp"
        assert documents("PutAccountName") == []

    @pytest.mark.requirement("S-056")
    def test_markup_in_it_is_shown_as_it_is(self, browser):
        name = '<b title="x">&amp;</b>'
        signed_in_as_owner(browser)
        edit(browser, "name", account_name=name)
        assert own().name == name
        assert "<b title" not in browser.page.content.decode()
        assert "&lt;b title=&quot;x&quot;&gt;" in browser.page.content.decode()


class TestPhone:
    @pytest.mark.requirement("R-056")
    @pytest.mark.parametrize("phone", ["+1 (555) 010-0199", "555-01", "0" * 20])
    def test_it_is_changed_and_told(self, browser, phone):
        signed_in_as_owner(browser)
        edit(browser, "phone", phone=phone)
        assert "phone is saved" in browser.words
        assert own().phone == phone
        [event] = documents("PutContactInformation")
        assert event["eventSource"] == "account.amazonaws.com"
        assert phone not in str(event)

    @pytest.mark.parametrize(
        "phone", ["", "555-0", "0" * 21, "555 0199 +1", "call me", "------", "５５５０１９９"]
    )
    def test_what_is_no_number_is_refused(self, browser, phone):
        signed_in_as_owner(browser)
        edit(browser, "phone", phone=phone)
        assert "phone number" in browser.error_of("phone")
        assert own().phone == "+1-555-0100"
        assert documents("PutContactInformation") == []


class TestPassword:
    @pytest.mark.requirement("R-009", "S-029", "S-035", "S-043")
    def test_it_is_changed_and_everybody_else_is_out(self, new_browser):
        here, there = signed_in_as_owner(new_browser()), signed_in_as_owner(new_browser())
        old_key = here.cookie("vestibule-console", CONSOLE)
        KnownBrowser.objects.create(
            principal=owner(), key_digest="x", user_agent="x", ip="::1", expires_at=clock.now()
        )
        choose_password(here)
        assert here.url.startswith(SETTINGS)
        assert "password is changed" in here.words
        assert passwords.is_right(owner(), NEW_PASSWORD)
        assert here.cookie("vestibule-console", CONSOLE) != old_key
        assert here.visit(SETTINGS).signed_in_as
        assert there.visit(SETTINGS).status == 401
        assert Session.objects.filter(principal=owner(), ended_at=None).count() == 1
        assert not KnownBrowser.objects.exists()

    @pytest.mark.requirement("S-006", "S-029")
    def test_the_owner_is_told_by_mail_and_the_event_log_knows(self, browser):
        signed_in_as_owner(browser)
        choose_password(browser)
        mail = Message.objects.get()
        assert (mail.kind, mail.recipient) == ("password-changed", ROOT[0])
        assert NEW_PASSWORD not in mail.text + mail.html
        [event] = documents("PasswordUpdated")
        assert event["eventType"] == "AwsConsoleSignIn"
        assert event["responseElements"] == {"PasswordUpdated": "Success"}
        assert event["userIdentity"]["type"] == "Root"
        assert event["awsRegion"] == "us-east-1"
        assert "errorMessage" not in event
        assert NEW_PASSWORD not in str(event)

    @pytest.mark.requirement("S-005")
    def test_a_wrong_old_one_counts_and_is_recorded(self, browser):
        signed_in_as_owner(browser)
        choose_password(browser, old="wrong")
        assert "not the password that you have now" in browser.error_of("password")
        assert lockout.failures_of(("root", ROOT[0])) == 1
        [event] = documents("PasswordUpdated")
        assert event["responseElements"] == {"PasswordUpdated": "Failure"}
        assert event["errorMessage"] == "The old password is not right."
        while browser.status != 429:
            choose_password(browser, old="wrong")
        assert choose_password(browser).status == 429
        assert int(browser.page.headers["Retry-After"]) <= 60
        assert passwords.is_right(owner(), ROOT[1])
        assert not Message.objects.exists()

    def test_a_refused_new_one_is_recorded(self, browser):
        signed_in_as_owner(browser)
        choose_password(browser, new="short")
        assert "8 to 128" in browser.error_of("new_password")
        [event] = documents("PasswordUpdated")
        assert event["errorMessage"] == "The new password does not keep the policy."
        assert "short" not in str(event)

    @pytest.mark.requirement("S-009")
    def test_two_different_new_ones_are_no_try_at_all(self, browser):
        signed_in_as_owner(browser)
        fields = {"new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD + "9"}
        edit(browser, "password", password=ROOT[1], **fields)
        assert "not the same" in browser.error_of("confirm_password")
        assert documents("PasswordUpdated") == []

    @pytest.mark.requirement("S-027")
    def test_an_open_recovery_link_dies(self, browser, new_browser):
        link = mailed_link(new_browser(), ROOT[0])
        signed_in_as_owner(browser)
        choose_password(browser)
        assert new_browser().visit(link).status == 410

    def test_the_address_alone_makes_no_news(self, browser):
        signed_in_as_owner(browser)
        clock.advance(minutes(2))  # the demo's passwords were set a moment ago
        browser.visit(SETTINGS + "?saved=password")
        assert 'id="saved"' not in browser.text
        browser.visit(SETTINGS + "?saved=<b>")
        assert 'id="saved"' not in browser.text


def test_a_policy_for_iam_users_binds_no_root_user(browser):
    own().principals.update(may_change_password=False)
    signed_in_as_owner(browser)
    choose_password(browser)
    assert passwords.is_right(owner(), NEW_PASSWORD)
    assert MAILED[0] not in browser.words


def minutes(count):
    return timedelta(minutes=count)
