"""The operator at what the admin site keeps of sign-ins, and what no page of it shows."""

import re
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from accounts.models import KnownBrowser, Lockout, Principal, Session, VerificationCode
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.mailbox.models import Message
from tests.flows.admin_walks import (
    ADMIN,
    NEW_PASSWORD,
    act,
    csrf,
    is_signed_in,
    named,
    page,
    set_password,
)
from tests.walks import MAILED, ROOT, name_root, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_ending_a_session_signs_that_browser_out(operator, new_browser):
    first, second = sign_in_as_iam_user(new_browser()), sign_in_as_iam_user(new_browser())
    operator.visit(page("session/?living=yes&door=console"))
    assert operator.words.count("zhang @ 1111-2222-3333") == 2
    session = Session.objects.filter(door="console").earliest("created_at")
    act(operator, "session/", "end", str(session.pk))
    assert not is_signed_in(first)
    assert is_signed_in(second)
    operator.visit(page("session/?living=no&door=console"))
    assert operator.words.count("zhang @ 1111-2222-3333") == 1


@pytest.mark.requirement("S-013")
def test_a_released_lockout_lets_the_user_in_again(operator, browser):
    for _ in range(10):
        sign_in_as_iam_user(browser, "zhang", "wrong")
    sign_in_as_iam_user(browser)
    assert "Too many tries" in browser.words
    operator.visit(page("lockout/?kind=identity"))
    assert "zhang @ 1111-2222-3333 10 10" in operator.words
    row = next(row for row in operator.text.split("<tr>") if "zhang" in row)
    stand_in = re.search(r'name="_selected_action" value="(\w+)"', row)
    act(operator, "lockout/", "release", stand_in[1])
    assert "1 lockout is released." in operator.words
    assert not Lockout.objects.filter(principal=named("zhang")).exists()
    assert sign_in_as_iam_user(browser).signed_in_as


@pytest.mark.requirement("S-108")
def test_events_are_neither_changed_nor_deleted(operator, new_browser):
    sign_in_as_iam_user(new_browser())
    event = Event.objects.get()
    shown = ADMIN + f"events/event/{event.pk}/"
    assert '"eventName": "ConsoleLogin"' in operator.visit(shown + "change/").text
    for answer in [
        operator.visit(ADMIN + "events/event/add/"),
        operator.visit(shown + "delete/"),
        operator.visit(shown + "change/").post(shown + "change/", csrf(operator)),
    ]:
        assert answer.status == 403
    operator.visit(ADMIN + "events/event/?name__exact=ConsoleLogin")
    assert 'value="delete_selected"' not in operator.text
    assert Event.objects.get() == event


def test_messages_and_known_browsers_can_be_deleted(operator, new_browser):
    sign_in_as_root(new_browser(), *MAILED)
    message, known = Message.objects.get(), KnownBrowser.objects.get()
    for path in [f"mailbox/message/{message.pk}", f"accounts/knownbrowser/{known.pk}"]:
        operator.visit(f"{ADMIN}{path}/delete/")
        operator.post(operator.url, {"post": "yes", **csrf(operator)})
    assert not Message.objects.exists()
    assert not KnownBrowser.objects.exists()


@pytest.mark.requirement("S-006", "S-107")
def test_no_page_of_the_admin_site_shows_a_hash_a_key_or_a_digest(operator, new_browser):
    sign_in_as_root(new_browser(), *MAILED)
    sign_in_as_iam_user(new_browser())
    sign_in_as_iam_user(new_browser(), "zhang", "wrong")
    name_root(new_browser(), ROOT[0])
    set_password(operator, named("zhang"), NEW_PASSWORD)
    secrets = ["argon2", *Lockout.objects.values_list("key", flat=True)]
    for model, *columns in [
        (Session, "key_digest", "handoff_digest"),
        (KnownBrowser, "key_digest"),
        (Attempt, "browser_digest"),
        (VerificationCode, "digest"),
        (Principal, "password"),
    ]:
        for row in model.objects.values_list(*columns):
            secrets += [value for value in row if value]
    seen = crawl(operator, ADMIN)
    assert len(seen) > 60
    for url, text in seen.items():
        assert not [secret for secret in secrets if secret in text], url


def crawl(browser, start):
    """Return every page that links lead to from the start, by address.

    Lists are seen whole and by each filter, not by each two of them: that would be a thousand.
    """
    waiting, seen = [start], {}
    while waiting:
        url = waiting.pop()
        text = browser.visit(url).text
        assert browser.status == 200, url
        seen[url] = text
        for link in re.findall(r'href="([^"#]*)"', text):
            target = urljoin(browser.url, unescape(link))
            sorts = re.search(r"[?&](o|e|locale|_changelist_filters|_popup)=", target)
            filters = {name.split("__")[0] for name, _ in parse_qsl(urlsplit(target).query)}
            if not target.startswith(start) or sorts or len(filters) > 1:
                continue
            if target not in {*seen, *waiting}:
                waiting.append(target)
    return seen
