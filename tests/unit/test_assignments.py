"""Which accounts, roles and applications somebody has, by themselves and by their groups."""

import pytest
from django.db import connection

from accounts import applications, assignments
from accounts.models import Account, Application
from tests.flows.portal_people import (
    account,
    application,
    assign,
    directory,
    group,
    permission_set,
    user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return account()


@pytest.fixture
def home(owner):
    return directory(owner)


@pytest.fixture
def mary(home):
    return user(home)


def numbers(mary, words=""):
    return [each.pk for each in assignments.accounts_of(mary, words)]


def sets(mary):
    accounts = assignments.accounts_of(mary)
    there = assignments.permission_sets_in(mary, accounts)
    return {number: [each.name for each in held] for number, held in there.items()}


def test_what_comes_from_several_sides_is_there_once(owner, home, mary):
    read, admin = permission_set(home), permission_set(home, "Admin")
    assign(mary, owner, read)
    assign(group(home, mary), owner, read)
    assign(group(home, mary, user(home, "other"), name="Second"), owner, read)
    assign(group(home, mary, name="Third"), owner, admin)
    assert sets(mary) == {owner.pk: ["Admin", "ReadOnly"]}
    assert numbers(mary) == [owner.pk]


def test_what_others_have_is_not_theirs(owner, home, mary):
    other = user(home, "other")
    assign(other, owner, permission_set(home))
    assign(group(home, other), owner, permission_set(home, "Admin"))
    assert sets(mary) == {}
    assert assignments.find(mary, owner.pk, "ReadOnly") is None
    assert assignments.find(mary, owner.pk, "Admin") is None


@pytest.mark.parametrize("state", [Account.State.SUSPENDED, Account.State.CLOSED])
def test_only_active_accounts_count(owner, home, mary, state):
    assign(mary, owner, permission_set(home))
    Account.objects.update(state=state)
    assert numbers(mary) == []
    assert assignments.find(mary, owner.pk, "ReadOnly") is None


def test_accounts_come_by_name(home, owner, mary):
    read = permission_set(home)
    for number, name in (("222222222222", "beta"), ("333333333333", "Alpha"), ("1" * 12, "Gamma")):
        assign(mary, account(number, name), read)
    assert numbers(mary) == ["333333333333", "222222222222", "1" * 12]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_however_many_have_something_in_an_account_only_ones_own_is_read(owner, mary):
    there = assignments.of(mary).filter(account=owner.pk)
    assert "accounts_assignment USING INDEX" in there.explain()
    assert "(account_id=? AND rowid=?)" in there.explain()


class TestASearch:
    @pytest.fixture(autouse=True)
    def accounts(self, home, mary):
        one = account("222233334444", "Payments production", "pay@corp.example")
        two = account("555566667777", "Payments staging", "stage@corp.example")
        assign(mary, one, permission_set(home, "Admin"))
        assign(mary, two, permission_set(home, "ViewOnlyAccess"))
        assign(user(home, "other"), one, permission_set(home, "Secret"))

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("", 2),
            ("payments", 2),
            ("PAYMENTS stag", 1),
            ("2222-3333-4444", 1),
            ("222233334444", 1),
            ("2222 3333 4444", 1),
            ("3333-44", 1),
            ("stage@corp", 1),
            ("viewonly", 1),
            ("payments admin", 1),
            ("-", 0),
            ("%", 0),
            ("payments nothing", 0),
            ("secret", 0),
            ("a " * 100, 2),
        ],
    )
    def test_every_word_has_to_stand_somewhere(self, mary, words, found):
        assert len(numbers(mary, words)) == found


def test_applications_are_ones_own_and_the_groups_once_each(home, mary):
    wiki = application(home, mary, group(home, mary), name="wiki")
    desk = application(home, group(home, mary, name="Second"), name="Desk")
    application(home, user(home, "other"), name="Other")
    assert list(applications.of(mary)) == [desk, wiki]
    assert applications.find(mary, wiki.instance_id) == wiki
    other = Application.objects.get(name="Other")
    assert applications.find(mary, other.instance_id) is None


@pytest.mark.parametrize("url", ["ftp://files.example.com/", "javascript:alert(1)", ""])
def test_only_web_pages_are_opened(home, mary, url):
    application(home, mary, start_url=url)
    assert not applications.of(mary)


def test_an_application_of_another_directory_is_not_theirs(home, mary):
    elsewhere = directory(account("222222222222"), id="d-0987654321", subdomain=None)
    assert not applications.of(application(elsewhere, mary) and mary)
