"""The portal's applications: who sees them, and that opening one is written down."""

import pytest

from accounts.models import Application
from signin.events.models import Event
from signin.identity_center.application_views import monogram
from tests.flows.portal_people import (
    APPLICATIONS,
    account,
    application,
    directory,
    group,
    signed_in,
    user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return directory(account())


@pytest.fixture
def mary(home):
    return user(home)


@pytest.fixture
def browser(mary):
    return signed_in(mary)


def led_to(browser, wiki, query=""):
    """Open an application, and return where that leads, if anywhere."""
    browser.visit(f"{APPLICATIONS}/{wiki.instance_id}{query}")
    return browser.trail[1] if len(browser.trail) > 1 else None


@pytest.mark.requirement("R-095", "R-098")
def test_every_application_is_listed_and_leads_to_where_it_is(browser, home, mary):
    wiki = application(home, mary, description="All there is to know")
    desk = application(
        home, group(home, mary), name="Ticket desk", start_url="http://localhost:9000/x?y=z#w"
    )
    browser.visit(APPLICATIONS)
    assert "WI Wiki All there is to know" in browser.words
    for each in (wiki, desk):
        assert f'href="/start/applications/{each.instance_id}"' in browser.text
        assert led_to(browser, each) == each.start_url
        browser.visit(APPLICATIONS)


def test_the_tab_says_that_it_is_the_present_one(browser):
    browser.visit(APPLICATIONS)
    assert 'href="/start/applications" aria-current="page"' in browser.text
    assert 'href="/start/" aria-current' not in browser.text


def test_opening_one_is_written_down(browser, home, mary):
    wiki = application(home, mary)
    led_to(browser, wiki)
    [event] = Event.objects.all()
    assert event.document["eventName"] == "Federate"
    assert event.document["serviceEventDetails"] == {
        "app_instance_id": wiki.instance_id,
        "app_name": "Wiki",
    }


def test_somebody_without_applications_is_told_what_to_do(browser):
    browser.visit(APPLICATIONS)
    assert 'id="no-applications"' in browser.text


@pytest.mark.requirement("S-060")
def test_another_one_s_application_is_not_there(browser, home):
    theirs = application(home, user(home, "other"), group(home, name="Others"))
    assert theirs.instance_id not in browser.visit(APPLICATIONS).text
    for each in (theirs, Application(instance_id="ins-nothing")):
        assert led_to(browser, each) is None
        assert browser.status == 404
    assert not Event.objects.exists()


@pytest.mark.requirement("S-050")
def test_only_the_operator_says_where_it_leads(browser, home, mary):
    wiki = application(home, mary)
    query = "?start_url=https://evil.example/&destination=//evil.example"
    assert led_to(browser, wiki, query) == wiki.start_url


@pytest.mark.parametrize("url", ["ftp://files.example.com/", "javascript:alert(1)", "/start/"])
def test_it_leads_to_the_web_only(browser, home, mary, url):
    assert led_to(browser, application(home, mary, start_url=url)) is None
    assert browser.status == 404


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wiki", "WI"),
        ("ticket desk", "TD"),
        ("a", "A"),
        ("One two three", "OT"),
        ("社内 Wiki", "社W"),
        ("", ""),
    ],
)
def test_a_name_has_its_letters(name, letters):
    assert monogram(name) == letters
