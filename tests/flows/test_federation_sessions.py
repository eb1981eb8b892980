"""Coming from a broker to a browser with several sessions side by side."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from accounts import sessions
from accounts.models import Session
from signin.events.models import Event
from signin.federation.models import SigninToken
from signin.kernel import clock
from tests.brokers import federated_keys, login_url, role_keys, token_for
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.federation_walks import add_visitor, beside
from tests.flows.multi_session_walks import PAGE, add_root, fill, link, listed, turn_on
from tests.flows.portal_walks import open_role
from tests.programs import Program
from tests.walks import MAILED, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ROLE = "Audit/visitor"
VISITOR = f"{ROLE} @ 4444-5555-6666"
MARY = "mary @ example-corp"
ZHANG_AT = "zhang @ example-corp"
HOME = CONSOLE + "console/home"


def come(browser, keys=None, **options):
    return browser.visit(login_url(token_for(keys or role_keys()), **options))


def living():
    return Session.objects.filter(ended_at=None, door=sessions.SIGNIN)


@pytest.fixture
def full(browser):
    """Return a browser with an IAM user and four root users."""
    turn_on(sign_in_as_iam_user(browser))
    fill(browser)
    return browser


class TestAdding:
    @pytest.mark.requirement("R-096", "S-105")
    def test_it_is_asked_and_ends_nobody(self, browser):
        beside(browser)
        assert browser.status == 409
        assert "You are signed in already, and stay so." in browser.words
        assert "Signed in now zhang" in browser.words
        assert "The address is for Audit/visitor" in browser.words
        assert "Sign out" not in browser.words
        browser.submit("add-session", button="decision=add")
        assert browser.signed_in_as == VISITOR
        assert re.match(r"http://444455556666-\w{8}\.us-east-1\.console\.", browser.url)
        assert listed(browser) == [ROLE, "zhang"]
        browser.visit(link(browser, "session-1"))
        browser.visit(link(browser, "session-1"))
        assert browser.signed_in_as == ZHANG_AT

    @pytest.mark.requirement("S-105")
    def test_everybody_who_is_there_is_named(self, browser):
        add_root(turn_on(sign_in_as_iam_user(browser)))
        come(browser)
        assert "Signed in now zhang" in browser.words
        assert f"Signed in now {MAILED[0]}" in browser.words

    @pytest.mark.requirement("S-105")
    def test_whoever_is_signed_in_at_another_sign_in_host_is_asked_and_stays(self, browser):
        """Turn it on at a region's host only; the console has a session of the global one."""
        sign_in_as_iam_user(browser)
        regional = address("eu-west-2.signin.aws.amazon.com", "/federation")
        browser.visit(address("eu-west-2.signin.aws.amazon.com", "/sessions"))
        browser.submit("multi-session-form", "act=turn_on")
        come(browser, at=regional)
        assert "Signed in now zhang" in browser.words
        browser.submit("add-session", button="decision=add")
        assert browser.signed_in_as == VISITOR
        assert living().count() == 2
        assert browser.visit(HOME).signed_in_as == ZHANG_AT

    def test_where_nobody_is_there_nobody_is_asked(self, browser):
        come(turn_on(browser))
        assert browser.signed_in_as == VISITOR
        assert listed(browser) == [ROLE]

    @pytest.mark.requirement("S-105")
    def test_the_same_one_takes_its_own_place_unasked(self, browser):
        come(turn_on(browser))
        there = urlsplit(browser.url).netloc
        assert come(browser).signed_in_as == VISITOR
        assert urlsplit(browser.url).netloc == there
        assert living().count() == 1

    @pytest.mark.requirement("S-105")
    def test_the_same_one_beside_others_takes_its_own_place_when_asked(self, browser):
        add_visitor(browser)
        come(browser)
        assert browser.status == 409
        assert "Signed in now Audit" not in browser.words
        browser.submit("add-session", button="decision=add")
        assert browser.signed_in_as == VISITOR
        assert listed(browser) == [ROLE, "zhang"]

    def test_two_sessions_of_a_role_are_two(self, browser):
        come(turn_on(browser))
        come(browser, role_keys(session_name="another"))
        browser.submit("add-session", button="decision=add")
        assert listed(browser) == ["Audit/another", ROLE]

    def test_a_federated_user_is_not_whoever_vouched_for_them(self, browser):
        turn_on(sign_in_as_iam_user(browser))
        come(browser, federated_keys()).submit("add-session", button="decision=add")
        assert browser.signed_in_as == MARY
        assert "zhang" in browser.words
        assert listed(browser) == ["mary", "zhang"]
        assert "Federated user" in browser.words

    def test_the_page_and_the_region_that_the_broker_named_are_shown(self, browser):
        to = "https://console.aws.amazon.com/support/home?region=eu-central-1"
        come(turn_on(browser), to=to)
        assert urlsplit(browser.url).path == "/support/home"
        to = "https://console.aws.amazon.com/console/home?region=eu-central-1"
        come(browser, to=to)
        assert urlsplit(browser.url).netloc.partition(".")[2].startswith("eu-central-1.console.")

    @pytest.mark.parametrize("is_on", [True, False])
    def test_a_console_of_some_session_leads_to_one_s_own(self, browser, is_on):
        if is_on:
            turn_on(browser)
        to = address("111122223333-0123abcd.eu-west-1.console.aws.amazon.com", "/support/home")
        assert come(browser, to=to).signed_in_as == VISITOR
        own = r"http://444455556666-\w{8}\.eu" if is_on else r"http://eu"
        assert re.match(own + r"-west-1\.console\.[^/]*/support/home", browser.url)

    @pytest.mark.requirement("S-105", "S-098")
    def test_a_form_is_good_for_what_its_page_said(self, browser):
        """Turn it off, and on, while the page that asks is open."""
        beside(browser)
        question = browser.url
        browser.visit(PAGE).submit("multi-session-form", "act=turn_off")
        browser.visit(question)
        assert 'id="replace_button"' in browser.text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
        fields = {"sessions": str(living().get().pk), "csrfmiddlewaretoken": token}
        assert browser.post(question, {**fields, "decision": "add"}).status == 409
        turn_on(browser)
        assert browser.post(question, {**fields, "decision": "replace"}).status == 409
        assert living().get().principal.username == "zhang"

    @pytest.mark.requirement("S-105")
    def test_the_secret_is_new(self, browser):
        beside(browser)
        before = browser.cookie("vestibule-multi-session", SIGNIN)
        browser.submit("add-session", button="decision=add")
        assert browser.cookie("vestibule-multi-session", SIGNIN) != before


class TestNoRoom:
    @pytest.mark.requirement("S-105")
    def test_the_token_is_not_used_up_before_there_is_room(self, full):
        before = set(Session.objects.filter(ended_at=None))
        come(full)
        assert "On the next page you choose which one ends." in full.words
        full.submit("add-session", button="decision=add")
        assert (full.status, 'id="too-many-sessions"' in full.text) == (409, True)
        assert set(Session.objects.filter(ended_at=None)) == before
        assert not SigninToken.objects.exclude(used_at=None).exists()
        name = re.search(r'value="([^"]*)" id="instead_1"', full.text)[1]
        gone = re.search(r"<strong>(.*?)</strong>", full.text)[1]
        full.submit("instead-form", instead=name)
        assert full.signed_in_as == VISITOR
        assert len(listed(full)) == 5
        assert gone not in listed(full)
        assert Event.objects.filter(name="ConsoleLogin", account_id="444455556666").count() == 1

    def test_room_that_was_made_elsewhere_is_taken(self, full):
        url = login_url(token_for(role_keys()))
        full.visit(url).submit("add-session", button="decision=add")
        living().filter(principal__username="graced@example.com").update(ended_at=clock.now())
        full.visit(url).submit("add-session", button="decision=add")
        assert full.signed_in_as == VISITOR

    def test_one_s_own_place_is_room(self, full):
        living().filter(principal__username="graced@example.com").update(ended_at=clock.now())
        come(full).submit("add-session", button="decision=add")
        come(full)
        assert "as many sessions as it can have" not in full.words
        full.submit("add-session", button="decision=add")
        assert full.signed_in_as == VISITOR
        assert len(listed(full)) == 5

    @pytest.mark.requirement("S-105")
    def test_whoever_came_meanwhile_is_asked_about(self, full):
        """End one while the page is open: what it named is not what is there."""
        come(full).submit("add-session", button="decision=add")
        living().filter(principal__username="graced@example.com").update(ended_at=clock.now())
        name = re.search(r'value="([^"]*)" id="instead_1"', full.text)[1]
        full.submit("instead-form", instead=name)
        assert 'id="federation-choice"' in full.text
        assert living().count() == 4


class TestBesideOthers:
    def test_a_role_lets_programs_in_and_a_federated_user_is_no_choice(self, browser):
        program = Program()
        add_visitor(browser)
        come(browser, federated_keys()).submit("add-session", button="decision=add")
        browser.visit(program.address())
        assert browser.text.count('type="radio"') == 2
        assert ROLE in browser.words
        assert 'id="federated-not-offered"' in browser.text
        session = living().get(principal__username="zhang", session_name="mary")
        browser.submit("login-request", "decision=allow", session=str(session.pk))
        assert browser.status == 403
        browser.visit(link(browser, "another-session"))
        session = living().get(session_name="visitor")
        browser.submit("login-request", "decision=allow", session=str(session.pk))
        assert program.redeem(program.code_of(browser)).status == 200

    def test_federated_users_alone_are_told(self, browser):
        come(turn_on(browser), federated_keys())
        come(browser, federated_keys("paul")).submit("add-session", button="decision=add")
        browser.visit(Program().address())
        assert (browser.status, 'id="login-not-permitted"' in browser.text) == (403, True)

    def test_a_role_of_the_portal_is_another_one(self, browser):
        come(turn_on(browser))
        open_role(browser)
        assert len(listed(browser)) == 2

    @pytest.mark.requirement("R-096")
    def test_when_it_is_over_the_page_leads_to_broker_and_sign_in_host(self, browser):
        clock.freeze()
        regional = address("eu-central-1.signin.aws.amazon.com", "/federation")
        browser.visit(address("eu-central-1.signin.aws.amazon.com", "/sessions"))
        browser.submit("multi-session-form", "act=turn_on")
        come(browser, role_keys(seconds=900), issuer="https://broker.example.com/", at=regional)
        assert browser.signed_in_as == VISITOR
        there = browser.url
        clock.advance(timedelta(seconds=900))
        browser.visit(there)
        assert browser.status == 401
        assert "https://broker.example.com/" in browser.words
        assert "via=eu-central-1" in link(browser, "go-on")

    def test_turning_it_off_keeps_a_session_as_long_as_it_lasts(self, browser):
        clock.freeze()
        come(turn_on(browser), federated_keys(seconds=36 * 3600))
        browser.visit(PAGE).submit("multi-session-form", "act=turn_off")
        morsel = browser.cookies[urlsplit(SIGNIN).netloc]["vestibule-signin"]
        assert int(morsel["max-age"]) == 36 * 3600
