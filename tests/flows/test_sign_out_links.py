"""Signing out by a link, as programs ask for it before they sign somebody else in."""

from urllib.parse import urlencode

import pytest

from accounts import sessions
from accounts.models import Session
from tests.brokers import CONSOLE_HOME, login_url, role_keys, token_for
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.federation_walks import add_visitor
from tests.flows.multi_session_walks import listed, turn_on
from tests.walks import sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PUBLIC = address("aws.amazon.com", "/console/")


def living():
    return Session.objects.filter(ended_at=None, door=sessions.SIGNIN)


def link(to):
    return f"{SIGNIN}oauth?{urlencode({'Action': 'logout', 'redirect_uri': to})}"


@pytest.mark.requirement("S-105", "S-050")
@pytest.mark.parametrize(
    ("to", "leads"),
    [
        (CONSOLE_HOME + "?region=us-east-1", CONSOLE + "console/home?region=us-east-1"),
        ("https://aws.amazon.com/console/", PUBLIC),
        ("https://aws.amazon.com/premiumsupport/knowledge-center/", PUBLIC),
        ("https://example.com/", PUBLIC),
        ("javascript:alert(1)", PUBLIC),
        ("http://localhost:8000/admin/", PUBLIC),
        ("", PUBLIC),
    ],
)
def test_signing_out_at_the_sign_in_host_takes_a_click(browser, to, leads):
    """Follow a link that signs out: the page asks, and its button does it."""
    sign_in_as_iam_user(browser)
    url = link(to)
    browser.visit(url)
    assert "Sign out?" in browser.words
    assert "zhang" in browser.words
    assert living().count() == 1
    browser.submit("sign-out")
    assert not living().exists()
    assert browser.url == leads
    assert browser.visit(url).url != url  # nobody is left to be asked


@pytest.mark.requirement("S-105")
def test_a_program_chains_the_sign_out_and_the_sign_in(browser):
    """Sign out by a link that leads to a broker's address: one click, not two."""
    sign_in_as_iam_user(browser)
    to = login_url(token_for(role_keys())).replace(
        "http://signin.aws.amazon.com.localhost:8000", "https://signin.aws.amazon.com"
    )
    browser.visit(link(to))
    browser.submit("sign-out")
    assert browser.signed_in_as == "Audit/visitor @ 4444-5555-6666"


@pytest.mark.requirement("S-105")
def test_no_request_but_that_of_the_page_s_form_signs_out(browser):
    sign_in_as_iam_user(browser)
    assert browser.post(link(PUBLIC), {}).status == 403
    assert browser.post(link(PUBLIC), {}, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert living().count() == 1


@pytest.mark.requirement("S-105")
def test_all_sessions_of_the_browser_end_and_the_page_says_so(browser):
    add_visitor(browser)
    browser.visit(link(PUBLIC))
    assert "out of all 2 sessions of this browser" in browser.words
    assert "zhang" in browser.words
    assert "Audit/visitor" in browser.words
    assert living().count() == 2
    browser.submit("sign-out")
    assert browser.url == PUBLIC
    assert not living().exists()
    assert listed(browser) == []
    assert 'id="multi-session-on"' in browser.text


@pytest.mark.requirement("S-105")
def test_where_there_could_be_several_one_is_asked_as_anywhere(browser):
    turn_on(sign_in_as_iam_user(browser)).visit(link(PUBLIC))
    assert 'id="who"' in browser.text
    browser.submit("sign-out")
    assert not living().exists()
