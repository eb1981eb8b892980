"""A browser that has as many sessions side by side as it can have."""

import re
from urllib.parse import urlsplit

import pytest

from accounts.models import Account, Principal, Session
from signin.events.models import Event
from tests.browser import CONSOLE, SIGNIN
from tests.flows.multi_session_walks import (
    NEW,
    add_root,
    add_soon,
    add_zhang,
    fill,
    link,
    listed,
    turn_on,
)
from tests.flows.portal_walks import clear, open_role, role_link
from tests.walks import MAILED, newest_code, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def full(browser):
    """Return a browser with an IAM user and four root users."""
    turn_on(sign_in_as_iam_user(browser))
    fill(browser)
    assert len(listed(browser)) == 5
    return browser


def is_full(browser):
    return browser.status == 409 and 'id="too-many-sessions"' in browser.text


def offered(browser):
    """Return the names by which the page knows the sessions, by who has them."""
    found = re.findall(
        r'name="instead" value="([^"]*)".*?<strong>(.*?)</strong>', browser.text, re.S
    )
    return {who: name for name, who in found}


def test_a_sixth_is_refused_after_the_password_and_before_anything_happens(full):
    before = set(Session.objects.filter(ended_at=None))
    add_soon(full)
    assert is_full(full)
    assert set(offered(full)) == set(listed(full))
    assert set(Session.objects.filter(ended_at=None)) == before
    assert not Event.objects.filter(name="ConsoleLogin", account_id="222233334444").exists()


def test_whoever_names_one_gets_in_without_typing_again(full):
    add_soon(full)
    full.submit("instead-form", instead=offered(full)["graced@example.com"])
    assert full.signed_in_as == "expires.soon @ example-strict"
    assert len(listed(full)) == 5
    assert "graced@example.com" not in listed(full)
    assert Event.objects.filter(name="ConsoleLogin", account_id="222233334444").count() == 1


def test_a_name_of_nobody_here_changes_nothing(full):
    add_soon(full)
    full.submit("instead-form", instead="222233334444-00000000")
    assert is_full(full)
    assert len(listed(full)) == 5


@pytest.mark.requirement("S-049")
def test_naming_one_takes_a_form_of_our_own(full):
    add_soon(full)
    full.post(full.url, {"instead": offered(full)["zhang"]})
    assert full.status == 403
    assert "zhang" in listed(full)


def test_the_page_goes_on_by_itself_when_somebody_left_elsewhere(full):
    add_soon(full)
    attempt = re.search(r'action="(/signin/\w+)"', full.text)[1]
    Session.objects.filter(principal__username="graced@example.com").delete()
    assert full.visit(SIGNIN + attempt[1:]).signed_in_as == "expires.soon @ example-strict"


@pytest.mark.requirement("S-036", "S-046")
def test_the_page_is_for_the_browser_that_proved_it(full, new_browser):
    add_soon(full)
    attempt = re.search(r'action="(/signin/\w+)"', full.text)[1]
    assert new_browser().visit(SIGNIN + attempt[1:]).status == 410


def test_whoever_is_there_signs_in_again(full):
    add_zhang(full)
    assert full.signed_in_as == "zhang @ example-corp"
    assert len(listed(full)) == 5


@pytest.mark.requirement("S-032")
def test_a_code_that_was_good_is_not_asked_for_again(full):
    add_root(full)
    assert is_full(full)
    full.submit("instead-form", instead=offered(full)["zhang"])
    assert "6666-7777-8888" in full.signed_in_as
    assert MAILED[0] in listed(full)


def test_an_account_is_not_made_before_there_is_room(full):
    full.visit(f"{CONSOLE}console/open-account")
    full.submit(email="new@example.com", account_name="New Account")
    full.submit(code=newest_code("new@example.com"))
    full.submit(new_password="Brand-new-77", confirm_password="Brand-new-77")
    full.submit(phone="+1 555-0100")
    assert is_full(full)
    assert not Principal.objects.filter(username="new@example.com").exists()
    full.submit("instead-form", instead=offered(full)["zhang"])
    account = Account.objects.get(principals__username="new@example.com")
    assert urlsplit(full.url).netloc.startswith(f"{account.pk}-")
    assert "zhang" not in listed(full)


def test_a_role_of_the_portal_waits_for_room(full):
    clear()
    open_role(full)
    assert is_full(full)
    assert not Session.objects.filter(role__isnull=False, multi_session__isnull=False).exists()
    page = full.visit(link(full, "manage-sessions"))
    name = re.findall(r'name="sign_out" value="([^"]*)"', page.text)[0]
    page.submit("multi-session-form", f"sign_out={name}")
    full.visit(role_link())
    assert "/jane_doe @ 4444-5555-6666" in full.signed_in_as


def test_the_page_to_add_one_is_open_to_a_full_browser(full):
    assert full.visit(NEW).step == "user-type"
