"""The help around the sign-in."""

import re

import pytest

from signin.console.signin_views import HELP_PAGES
from tests.browser import CONSOLE, DESK, SIGNIN
from tests.walks import (
    ACCOUNT_PAGE,
    MAILED,
    ROOT,
    ask_for_recovery,
    name_root,
    open_account,
    pass_captcha,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-004", "R-059", "R-018")
def test_the_first_page_leads_to_all_five_ways_of_signing_in(browser):
    browser.visit(CONSOLE)
    for way in ("portal", "federated", "cli", "builder-id"):
        assert f'href="/help/ways-to-sign-in#{way}"' in browser.text, way
    browser.visit("/help/ways-to-sign-in")
    for way in ("console", "portal", "federated", "cli", "builder-id"):
        assert f'id="{way}"' in browser.text, way


@pytest.mark.requirement("R-019")
def test_the_first_page_helps_to_tell_the_kinds_of_users_apart(browser):
    browser.visit(CONSOLE)
    assert 'href="/help/which-user"' in browser.text
    words = browser.visit("/help/which-user").words
    for kind in ("Root user", "IAM user", "Identity Center", "Builder ID"):
        assert kind.lower() in words.lower()


@pytest.mark.requirement("R-005")
def test_every_step_leads_to_help_for_those_who_can_t_sign_in(browser, new_browser):
    steps = [
        browser.visit(CONSOLE),
        pass_captcha(name_root(new_browser(), ROOT[0])),
        new_browser().visit(ACCOUNT_PAGE),
    ]
    for shown in steps:
        assert 'href="/help/cannot-sign-in"' in shown.text
    browser.visit("/help/cannot-sign-in")
    assert 'href="/help/builder-id"' in browser.text


@pytest.mark.requirement("R-205", "R-206")
def test_who_lost_the_mailbox_is_told_what_to_try_and_finds_it_where_mail_is_awaited(
    browser, new_browser
):
    words = browser.visit(SIGNIN + "help/lost-mailbox").words
    for hint in ("@signin.aws", "@verify.signin.aws", "colleague", "domain", "mail administrator"):
        assert hint in words, hint
    assert 'href="/help/support"' in browser.text
    for waiting in (
        name_root(browser, MAILED[0]).submit(password=MAILED[1]),
        pass_captcha(ask_for_recovery(new_browser(), MAILED[0])),
        open_account(new_browser(), "new@example.com"),
        new_browser().visit(SIGNIN + "help/cannot-sign-in"),
    ):
        assert 'href="/help/lost-mailbox"' in waiting.text


@pytest.mark.requirement("R-199", "R-242", "R-243", "R-244", "R-245", "R-240")
def test_what_support_does_is_told_and_here_it_is_the_operator(browser):
    browser.visit(SIGNIN + "help/cannot-sign-in")
    assert 'href="/help/support#card"' in browser.text
    browser.visit(SIGNIN + "help/support")
    for part in ("cases", "bills", "card", "retail"):
        assert f'id="{part}"' in browser.text, part
    assert f'href="{DESK}admin/' in browser.text


@pytest.mark.requirement("R-236", "R-237", "R-238", "R-239")
def test_who_can_neither_sign_in_nor_open_an_account_is_told_why(browser):
    open_account(browser, "nobody")
    assert 'href="/help/cannot-sign-in#same-email"' in browser.text
    words = browser.visit(SIGNIN + "help/cannot-sign-in").words
    assert 'id="same-email"' in browser.text
    for hint in ("at most one root user", "90 days", "name+team@example.com", "a mail there first"):
        assert hint in words, hint


@pytest.mark.requirement("R-203")
def test_no_page_before_the_sign_in_shows_an_account(browser):
    for url in (
        CONSOLE,
        SIGNIN + "help/ways-to-sign-in",
        SIGNIN + "help/account-number",
        SIGNIN + "help/cannot-sign-in",
        SIGNIN + "help/support",
        SIGNIN + "open-account",
    ):
        browser.visit(url)
        assert "example-corp" not in browser.text
        assert not re.search(r"4444-?5555-?6666|7777-?8888-?9999", browser.text)


def test_a_help_page_that_is_not_there_is_not_found(browser):
    assert browser.visit(SIGNIN + "help/nothing").status == 404


@pytest.mark.parametrize("name", sorted(HELP_PAGES))
def test_every_link_of_the_help_leads_somewhere(browser, name):
    browser.visit(f"{SIGNIN}help/{name}")
    links = set(re.findall(r'href="(/help/[^"#]*)', browser.text))
    assert links
    for link in links:
        assert browser.visit(SIGNIN.rstrip("/") + link).status == 200, link
