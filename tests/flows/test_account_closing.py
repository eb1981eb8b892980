"""A root user closes the account, sees it closed, and may reopen it for ninety days."""

from datetime import timedelta

import pytest

from accounts.models import Account, Session
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.flows.account_walks import SETTINGS, close, documents, own, signed_in_as_owner
from tests.walks import EXAMPLE_CORP, ROOT, ZHANG, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CLOSED = ("closed@example.com", "Closed-demo-1")


@pytest.mark.requirement("R-245")
@pytest.mark.parametrize("typed", [EXAMPLE_CORP, "1111-2222-3333", " 1111 2222 3333 "])
def test_who_types_the_id_closes_the_account(browser, new_browser, typed):
    iam_user = sign_in_as_iam_user(new_browser())
    signed_in_as_owner(browser)
    close(browser, typed)
    assert own().state == Account.State.CLOSED
    assert own().expires_at == own().closed_at + timedelta(days=90)
    assert 'id="account-closed"' in browser.text
    assert browser.signed_in_as
    assert iam_user.visit("/console/home").status == 401
    assert "is closed" in sign_in_as_iam_user(new_browser(), *ZHANG).alert


def test_it_says_what_that_means(browser):
    signed_in_as_owner(browser).visit(SETTINGS + "close")
    for said in ("1111-2222-3333", "90 days", "gone for good", "IAM users"):
        assert said in browser.words


def test_the_owner_is_told_and_the_event_log_knows(browser):
    close(signed_in_as_owner(browser))
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient) == ("account-closed", ROOT[0])
    assert f"{own().expires_at:%Y-%m-%d %H:%M:%S}" in mail.text
    [event] = documents("CloseAccount")
    assert event["eventSource"] == "account.amazonaws.com"
    assert event["requestParameters"] == {"accountId": EXAMPLE_CORP}
    assert event["userIdentity"]["type"] == "Root"


@pytest.mark.parametrize("typed", ["", "666677778888", "example-corp", "x" * 30])
def test_anything_else_closes_nothing(browser, typed):
    close(signed_in_as_owner(browser), typed)
    assert browser.error_of("account")
    assert own().state == Account.State.ACTIVE
    assert not Message.objects.exists()


@pytest.mark.requirement("S-048")
def test_closing_and_reopening_want_a_fresh_sign_in(browser):
    clock.freeze()
    signed_in_as_owner(browser).visit(SETTINGS + "close")
    clock.advance(timedelta(minutes=15))
    browser.submit("account-closing", account=EXAMPLE_CORP)
    assert browser.step == "password"
    assert own().state == Account.State.ACTIVE
    browser.submit(password=ROOT[1])
    browser.submit("account-closing", account=EXAMPLE_CORP)
    assert own().state == Account.State.CLOSED
    clock.advance(timedelta(minutes=15))
    browser.submit("account-reopening")
    assert browser.step == "password"
    assert own().state == Account.State.CLOSED
    browser.submit(password=ROOT[1])
    assert 'id="account-closed"' in browser.text
    browser.submit("account-reopening")
    assert own().state == Account.State.ACTIVE


@pytest.mark.requirement("R-237")
def test_a_closed_account_is_reopened_by_its_root_user(browser, new_browser):
    close(signed_in_as_owner(browser))
    browser.submit("account-reopening")
    assert "active again" in browser.words
    account = own()
    assert (account.state, account.closed_at, account.expires_at) == ("active", None, None)
    assert sign_in_as_iam_user(new_browser()).signed_in_as


@pytest.mark.requirement("R-237")
def test_after_ninety_days_nothing_reopens_it(browser):
    clock.freeze()
    sign_in_as_root(browser, *CLOSED)
    assert 'id="account-reopening"' in browser.text
    account = Account.objects.get(name="Example Closed")
    account.close(clock.now() - timedelta(days=90, minutes=-1))
    account.save()
    browser.visit("/console/home")
    clock.advance(timedelta(minutes=1))
    browser.submit("account-reopening")
    account.refresh_from_db()
    assert account.state == Account.State.CLOSED
    assert 'id="account-reopening"' not in browser.visit("/console/home").text


def test_an_active_account_has_nothing_to_reopen(browser):
    signed_in_as_owner(browser)
    assert browser.visit(SETTINGS + "reopen").url.endswith("/console/home")


def test_a_suspended_account_is_the_operator_s_to_reopen(browser):
    sign_in_as_root(browser, "suspended@example.com", "Suspended-demo-1")
    assert 'id="account-reopening"' not in browser.text
    for page in ("", "close", "reopen", "name"):
        assert 'id="account-suspended"' in browser.visit(SETTINGS + page).text


def test_a_closed_account_s_other_pages_stay_shut(browser):
    close(signed_in_as_owner(browser))
    for page in ("", "name", "email", "close"):
        assert 'id="account-closed"' in browser.visit(SETTINGS + page).text
    assert Session.objects.filter(ended_at=None).count() == 2
