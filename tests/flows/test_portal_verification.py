"""A mailed link shows that the address of a directory's user is theirs."""

import pytest

from accounts import verifications
from signin.mailbox.models import Message
from tests.flows.admin_walks import act, page
from tests.portal_walks import PLATFORM, PORTAL, newest_mail, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

EMAIL = "invited@example.com"


@pytest.fixture
def link():
    verifications.send(user("invited"))
    return newest_mail(EMAIL, "email-verification").link


def is_verified():
    return user("invited").profile.email_verified_at is not None


@pytest.mark.requirement("S-028", "S-030")
def test_looking_uses_nothing_up_and_the_button_verifies(browser, new_browser, link):
    for _ in range(2):
        browser.visit(link)
        assert 'id="portal-verify-email"' in browser.text
        assert "invited" in browser.words
        assert EMAIL in browser.words
    assert not is_verified()
    browser.submit("verify-email")
    assert 'id="email-verified"' in browser.text
    assert f'href="{PORTAL}"' in browser.text
    assert is_verified()
    assert not browser.cookie("vestibule-signin", PLATFORM)
    other = new_browser().visit(link)
    assert other.status == 410
    assert 'id="link-over"' in other.text


@pytest.mark.requirement("S-025", "S-026")
def test_a_link_that_is_replaced_or_none_is_over(browser, new_browser, link):
    browser.visit(link)
    verifications.send(user("invited"))
    assert browser.submit("verify-email").status == 410
    assert new_browser().visit(link).status == 410
    assert new_browser().visit(f"{PLATFORM}platform/verify-email").status == 410
    assert not is_verified()


@pytest.mark.requirement("S-042")
def test_the_form_needs_its_secret(browser, link):
    assert browser.visit(link).post(link, {}).status == 403
    assert not is_verified()


def test_the_operator_sends_it_and_sees_whether_it_is_confirmed(operator, browser):
    change = page(f"directoryuser/{user('invited').pk}/access/")
    operator.visit(change)
    operator.submit("verify-email-form", button="act=verify-email")
    assert "A link to confirm the address went to" in operator.words
    browser.visit(newest_mail(EMAIL, "email-verification").link).submit("verify-email")
    assert 'id="verify-email-form"' not in operator.visit(change).text
    assert is_verified()


def test_many_are_sent_one_from_the_list_and_it_says_for_whom_that_is_not_needed(operator):
    chosen = (user("invited").pk, user("jane_doe").pk)
    act(operator, "directoryuser/", "verify_email", *chosen)
    assert [mail.recipient for mail in Message.objects.all()] == [EMAIL]
    assert "confirmed already" in operator.words
