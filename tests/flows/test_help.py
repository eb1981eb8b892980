"""The help around the sign-in."""

import re

import pytest

from tests.browser import CONSOLE, SIGNIN
from tests.walks import ACCOUNT_PAGE, ROOT, name_root, pass_captcha

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


@pytest.mark.requirement("R-203")
def test_no_page_before_the_sign_in_shows_an_account(browser):
    for url in (
        CONSOLE,
        SIGNIN + "help/ways-to-sign-in",
        SIGNIN + "help/account-number",
        SIGNIN + "help/cannot-sign-in",
    ):
        browser.visit(url)
        assert "example-corp" not in browser.text
        assert not re.search(r"4444-?5555-?6666|7777-?8888-?9999", browser.text)


def test_a_help_page_that_is_not_there_is_not_found(browser):
    assert browser.visit(SIGNIN + "help/nothing").status == 404


@pytest.mark.parametrize(
    "name", ["ways-to-sign-in", "which-user", "cannot-sign-in", "account-number", "builder-id"]
)
def test_every_link_of_the_help_leads_somewhere(browser, name):
    browser.visit(f"{SIGNIN}help/{name}")
    links = set(re.findall(r'href="(/help/[^"#]*)', browser.text))
    assert links
    for link in links:
        assert browser.visit(SIGNIN.rstrip("/") + link).status == 200, link
