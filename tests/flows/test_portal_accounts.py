"""The portal's list of accounts: what is there, how it is found, what it costs; signing out."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import assignments
from accounts.models import Account, Assignment, Principal, Session
from accounts.models.directories import DirectoryProfile
from signin.events.models import Event
from signin.identity_center.portal_views import FEW, PAGE_SIZE
from tests.browser import Browser
from tests.flows.portal_people import (
    ACCOUNTS,
    APPLICATIONS,
    OWNER,
    PORTAL,
    account,
    assign,
    directory,
    group,
    permission_set,
    signed_in,
    user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return account(email="root@example.com")


@pytest.fixture
def home(owner):
    return directory(owner)


@pytest.fixture
def mary(home):
    return user(home, display_name="Mary Major")


@pytest.fixture
def browser(mary):
    return signed_in(mary)


def listed(browser):
    """Return the numbers of the accounts on the page, in its order."""
    return re.findall(r'id="account-(\d{12})"', browser.text)


def opened(browser):
    return re.findall(r'id="account-(\d{12})" open', browser.text)


def crowd(home, accounts, users):
    """Assign somebody new in many accounts, by a group with many members."""
    first = Account.objects.count()
    made = Account.objects.bulk_create(
        Account(pk=f"7{first + number:011}", name=f"Account {number:03}")
        for number in range(accounts)
    )
    people = [
        Principal(kind=Principal.Kind.DIRECTORY_USER, realm=home.pk, username=f"u{first}-{number}")
        for number in range(users)
    ]
    for each in people:
        each.complete()
    people = Principal.objects.bulk_create(people)
    profiles = [
        DirectoryProfile(principal=each, directory=home, email=f"{each.username}@example.com")
        for each in people
    ]
    for each in profiles:
        each.complete()
    DirectoryProfile.objects.bulk_create(profiles)
    members = group(home, *people, name=f"group {first}")
    roles = [permission_set(home, f"Role{first}-{number}") for number in range(3)]
    Assignment.objects.bulk_create(
        Assignment(group=members, account=each, permission_set=role)
        for each in made
        for role in roles
    )
    return people[0]


class TestTheList:
    @pytest.mark.requirement("R-096")
    def test_it_tells_of_each_account_what_it_is_known_by_and_its_roles(self, browser, home, mary):
        payments = account("555566667777", "Payments", "pay@example.com")
        assign(mary, payments, permission_set(home, description="Look, don't touch"))
        assign(group(home, mary), payments, permission_set(home, "Admin"))
        browser.visit(ACCOUNTS)
        assert browser.signed_in_as == "Mary Major"
        assert "Payments 5555-6666-7777 pay@example.com 2 roles" in browser.words
        assert 'data-copy="555566667777"' in browser.text
        assert browser.words.index("Admin") < browser.words.index("ReadOnly Look, don't touch")

    @pytest.mark.requirement("R-096")
    def test_a_role_leads_to_the_console_and_can_be_bookmarked(self, browser, home, mary, owner):
        assign(mary, owner, permission_set(home, "a+b=c@d"))
        browser.visit(ACCOUNTS)
        query = f"account_id={OWNER}&role_name=a%2Bb%3Dc%40d"
        assert f'<a class="role" href="/start/console?{query}">a+b=c@d</a>' in browser.text
        assert f'data-copy="{PORTAL}/start/console?{query}"' in browser.text
        assert f'href="/start/access-keys?{query}"' in browser.text

    def test_roles_of_a_few_accounts_are_shown_at_once(self, browser, home, mary):
        read = permission_set(home)
        for number in range(FEW):
            assign(mary, account(f"20000000000{number}"), read)
        assert len(opened(browser.visit(ACCOUNTS))) == FEW
        assert 'id="search-accounts"' not in browser.text
        assign(mary, account("299999999999"), read)
        assert opened(browser.visit(ACCOUNTS)) == []
        assert len(listed(browser)) == FEW + 1

    def test_closed_accounts_are_left_out(self, browser, home, mary, owner):
        assign(mary, owner, permission_set(home))
        Account.objects.update(state=Account.State.CLOSED)
        assert listed(browser.visit(ACCOUNTS)) == []

    def test_somebody_without_accounts_is_told_what_to_do(self, browser):
        browser.visit(ACCOUNTS)
        assert 'id="no-accounts"' in browser.text
        assert "Ask the administrator of the directory" in browser.words

    def test_a_new_assignment_is_there_at_once(self, browser, home, mary, owner):
        browser.visit(ACCOUNTS)
        assign(mary, owner, permission_set(home))
        assert listed(browser.visit(ACCOUNTS)) == [OWNER]

    @pytest.mark.requirement("S-060")
    def test_others_roles_are_not_in_it(self, browser, home, owner):
        assign(user(home, "other"), owner, permission_set(home))
        assert listed(browser.visit(ACCOUNTS)) == []

    def test_names_are_no_markup(self, browser, home, mary):
        assign(mary, account("222222222222", "<b>x</b>"), permission_set(home))
        assert b"<b>x" not in browser.visit(ACCOUNTS).page.content

    def test_japanese_is_served_too(self, mary):
        assert signed_in(mary, browser=Browser(language="ja")).visit(ACCOUNTS).status == 200


class TestTheSearch:
    @pytest.fixture(autouse=True)
    def many(self, home, mary):
        read = permission_set(home)
        for number in range(5):
            assign(mary, account(f"1000000000{number}1", f"Team {number}"), read)
        assign(mary, account("999988887777", "Odd one"), permission_set(home, "Admin"))

    @pytest.mark.parametrize("words", ["odd", "9999-8888", "root-9999", "admin"])
    def test_it_finds_by_name_number_address_and_role(self, browser, words):
        browser.visit(f"{ACCOUNTS}?search={words}")
        assert listed(browser) == opened(browser) == ["999988887777"]
        assert f'value="{words}"' in browser.text

    def test_nothing_found_is_said(self, browser):
        browser.visit(f"{ACCOUNTS}?search=<zzz>")
        assert 'id="nothing-found"' in browser.text
        assert "Nothing matches “<zzz>”" in browser.text
        assert b"<zzz>" not in browser.page.content
        assert len(listed(browser.visit("/start/"))) == 6

    def test_any_text_is_harmless(self, browser):
        for words in ("%00", "%25", "'", "a" * 500, "%F0%9F%A6%84", "x+" * 300):
            assert browser.visit(f"{ACCOUNTS}?search={words}").status == 200


class TestManyAccounts:
    def test_they_come_in_pages(self, home):
        browser = signed_in(crowd(home, PAGE_SIZE + 5, 1))
        assert len(listed(browser.visit(ACCOUNTS))) == PAGE_SIZE
        assert 'id="next-page"' in browser.text
        assert 'id="previous-page"' not in browser.text
        last = browser.visit(f"{ACCOUNTS}?search=account&page=2")
        assert len(listed(last)) == 5
        assert "Page 2 of 2: 51 to 55 of 55" in last.words
        assert 'href="?search=account&page=1"' in last.text

    @pytest.mark.parametrize("page", ["0", "-1", "99", "x", "%00", ""])
    def test_any_page_number_shows_a_page(self, home, page):
        browser = signed_in(crowd(home, PAGE_SIZE + 5, 1))
        assert browser.visit(f"{ACCOUNTS}?page={page}").status == 200
        assert listed(browser)

    def test_the_number_of_queries_stays_the_same(self, home):
        def queries(who, path):
            browser = signed_in(who)
            with CaptureQueriesContext(connection) as captured:
                assert browser.visit(path).status == 200
            return len(captured)

        few, many = crowd(home, 10, 10), crowd(home, 500, 10_000)
        for path in (ACCOUNTS, f"{ACCOUNTS}?search=account+role"):
            assert queries(many, path) == queries(few, path) <= 6

    def test_what_somebody_has_is_found_among_many(self, home):
        who = crowd(home, 500, 10)
        assert assignments.accounts_of(who).count() == 500


class TestSigningOut:
    @pytest.mark.requirement("R-195", "R-196")
    def test_it_ends_the_session_and_leads_to_the_sign_in(self, browser, mary):
        browser.visit(ACCOUNTS).submit("sign-out")
        assert browser.trail[1] == ACCOUNTS
        assert browser.trail[2].startswith("http://eu-central-1.signin.aws.localhost:8000/")
        assert Session.objects.get().ended_at
        assert browser.cookie("vestibule-portal", PORTAL) is None
        [event] = Event.objects.filter(name="Logout")
        assert event.document["eventSource"] == "sso.amazonaws.com"
        assert event.document["userIdentity"]["onBehalfOf"]["userId"] == mary.profile.user_id

    def test_nobody_is_signed_out_by_a_link(self, browser):
        assert browser.visit(f"{PORTAL}/start/sign-out").status == 405
        assert browser.visit(ACCOUNTS).status == 200
        assert not Event.objects.exists()


@pytest.mark.requirement("R-099", "R-101")
@pytest.mark.parametrize("page", [ACCOUNTS, APPLICATIONS, f"{PORTAL}/start/access-keys"])
def test_a_session_that_is_over_is_told_and_another_one_can_begin(browser, page):
    Session.objects.update(expires_at=Session.objects.get().created_at)
    assert browser.visit(page).status == 401
    assert 'id="session-over"' in browser.text
    browser.visit(page)
    assert "signin.aws.localhost" in browser.url


def test_a_session_of_another_portal_is_none_here(home, mary):
    elsewhere = directory(account("222222222222"), id="d-0987654321", subdomain="elsewhere")
    there = "http://elsewhere.awsapps.com.localhost:8000"
    browser = signed_in(mary, there)
    assert browser.visit(f"{there}/start/").status == 401
    assert elsewhere != home


def test_the_id_of_the_directory_names_the_portal_too(home, mary, owner):
    assign(mary, owner, permission_set(home))
    portal = f"http://{home.pk}.awsapps.com.localhost:8000"
    browser = signed_in(mary, portal).visit(f"{portal}/start/")
    assert listed(browser) == [OWNER]
    assert f'data-copy="{portal}/start/console?' in browser.text
