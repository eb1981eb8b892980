"""At the portal's sign-in nobody can tell from an answer who exists, nor from the work for it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import directory_users, passwords, sessions
from accounts.directory_users import Person, Way
from accounts.models import Directory, DirectoryProfile
from signin import mails
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import Browser
from tests.directories import DESK_BROWSER
from tests.flows.test_uniform_answers import counting, shown
from tests.portal_walks import (
    DIRECTORY,
    DISABLED,
    JANE,
    NEW_HIRE,
    name_user,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NOBODY = ("nobody", "wrong")


def made_by_the_api() -> tuple[str, str]:
    """Return a user without a password."""
    person = Person("maria", "maria@example.com")
    directory = Directory.objects.get(pk=DIRECTORY)
    directory_users.create(directory, person, way=Way.NONE, browser=DESK_BROWSER)
    return ("maria", "wrong")


def used() -> tuple[str, str]:
    """Return a user whose one-time password was used already."""
    sign_in(Browser(agent="another"), *NEW_HIRE)
    sessions.end_all(user(NEW_HIRE[0]))
    return NEW_HIRE


def too_old() -> tuple[str, str]:
    """Return a user whose one-time password is over."""
    over = clock.now() - timedelta(seconds=1)
    DirectoryProfile.objects.filter(pk=user(NEW_HIRE[0]).pk).update(one_time_until=over)
    return NEW_HIRE


CASES: dict[str, Callable[[], tuple[str, str]]] = {
    "wrong password": lambda: (JANE[0], "wrong"),
    "disabled": lambda: DISABLED,
    "disabled, wrong password": lambda: (DISABLED[0], "wrong"),
    "invited": lambda: ("invited", "wrong"),
    "made by the API": made_by_the_api,
    "one-time password, wrong": lambda: (NEW_HIRE[0], "wrong"),
    "one-time password, used": used,
    "one-time password, too old": too_old,
}


def settled() -> None:
    """Let nothing be mailed at the first page."""
    settings_are(mails_one_time_passwords=False)


def connected() -> None:
    """Let the users be those of a company's network."""
    settings_are(identity_source="ad-connector", domain="corp.example.com")


SETTINGS = {"as at first": lambda: None, "nothing mailed": settled, "connected": connected}


class Witness:
    """What somebody outside sees of a sign-in, page by page, and what it costs inside."""

    def __init__(self, browser: Browser, who: tuple[str, str], monkeypatch: pytest.MonkeyPatch):
        self.hashes: list[object] = []
        self.mails: list[object] = []
        hasher = type(passwords.get_hasher())
        monkeypatch.setattr(hasher, "encode", counting(self.hashes, hasher.encode))
        monkeypatch.setattr(hasher, "verify", counting(self.hashes, hasher.verify))
        monkeypatch.setattr(mails, "write", counting(self.mails, mails.write))
        with CaptureQueriesContext(connection) as named:
            name_user(browser, who[0])
        self.pages = [shown(browser, who[0])]
        with CaptureQueriesContext(connection) as answered:
            browser.submit(password=who[1])
        self.pages.append(shown(browser, who[0]))
        monkeypatch.undo()
        self.queries = [kinds_of(queries) for queries in (named, answered)]


def kinds_of(queries: CaptureQueriesContext) -> list[str]:
    """Return the verb and the table of each query, but of the mail that is sent for real."""
    table = re.compile(r'\s*(\w+)(?:.*?(?:FROM|INTO))? "?(\w+)', re.DOTALL)
    found = [table.match(each["sql"]) for each in queries]
    kinds = [" ".join(each.groups()) if each else "other" for each in found]
    kinds = [re.sub(r" s\d+_x\d+$", "", kind) for kind in kinds]  # the name of a savepoint
    return [kind for kind in kinds if not kind.endswith("mailbox_message")]


@pytest.mark.requirement("S-017", "S-018", "S-019", "S-020")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_whoever_is_named_pages_and_work_are_the_same(new_browser, monkeypatch, setting, case):
    SETTINGS[setting]()
    who = CASES[case]()
    Message.objects.all().delete()
    # Both sign in where somebody is known already, so that this is looked up, too.
    known, unknown = (trusted(new_browser()) for _ in range(2))
    seen, expected = Witness(known, who, monkeypatch), Witness(unknown, NOBODY, monkeypatch)
    assert seen.pages == expected.pages
    assert seen.queries == expected.queries
    assert len(seen.hashes) == len(expected.hashes) == 1
    assert len(seen.mails) == len(expected.mails)


@pytest.mark.requirement("S-017", "S-020")
def test_a_throttled_user_is_told_the_same_whoever_it_is(new_browser):
    def throttled(who):
        browser = name_user(new_browser(), who[0])
        while browser.status != 429:
            browser.submit(password="wrong")
        return shown(browser, who[0])

    clock.freeze()
    expected = throttled(NOBODY)
    for who in (JANE, DISABLED, ("invited", "")):
        assert throttled(who) == expected


def trusted(browser: Browser) -> Browser:
    """Return a browser with the cookie of one that somebody trusted."""
    from_before = Directory.objects.filter(pk=DIRECTORY).values("identity_source", "domain").get()
    settings_are(identity_source="directory", domain="")
    settings_are(mfa_mode="context-aware", no_device_mode="allow")
    sign_in(browser, *JANE, trust_device="on")
    browser.submit("sign-out")
    settings_are(**from_before)
    return browser
