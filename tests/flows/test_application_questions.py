"""What SAML applications ask of the portal: which questions it takes, and how it answers."""

import base64
from datetime import timedelta

import pytest
from django.test import Client

from accounts import applications
from accounts.models import Session
from signin import hosts
from signin.events.models import Event
from signin.federation.models import ApplicationQuestion
from signin.kernel import clock
from tests.browser import Browser
from tests.external_idp import answer_on
from tests.flows.portal_people import (
    PORTAL,
    REGION,
    account,
    application,
    directory,
    open_session,
    signed_in,
    user,
)
from tests.saml import NAMES
from tests.saml_applications import (
    ACS,
    AUDIENCE,
    FROM_APPLICATION,
    LOGOUT,
    SAML,
    SIGN_OUT,
    address,
    deflated,
    is_at_sign_in,
    is_over,
    is_refused,
    question,
    read,
    root_on,
    status_codes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return directory(account())


@pytest.fixture
def mary(home):
    return user(home, given_name="Mary", display_name="Mary Major")


@pytest.fixture
def tickets(home, mary):
    return application(home, mary, **SAML)


@pytest.fixture
def browser(mary):
    return signed_in(mary)


def is_gone(browser):
    return browser.status == 404 and 'id="application-gone"' in browser.text


class TestAQuestion:
    def test_is_answered_with_its_id_and_relay_state(self, browser, tickets):
        browser.visit(address(tickets, RelayState="a&b=<c>"))
        assert answer_on(browser)["RelayState"] == "a&b=<c>"
        said = read(browser, tickets)
        assert (said.in_response_to, said.audience) == ("_question-1", AUDIENCE)

    def test_comes_by_post_from_the_application_s_page(self, browser, tickets):
        xml = question(
            AssertionConsumerServiceURL=ACS, Destination=applications.saml_url(tickets, "assertion")
        )
        fields = {"SAMLRequest": base64.b64encode(xml.encode()).decode(), "RelayState": "here"}
        browser.post(applications.saml_url(tickets, "assertion"), fields, **FROM_APPLICATION)
        assert answer_on(browser)["RelayState"] == "here"
        assert read(browser, tickets).in_response_to == "_question-1"

    def test_waits_until_somebody_is_signed_in(self, mary, tickets):
        browser = Browser().visit(address(tickets))
        assert is_at_sign_in(browser, REGION)
        mary.set_password("Mary-portal-1")
        mary.save()
        mary.profile.directory.mfa_mode = "never"
        mary.profile.directory.save()
        browser.submit(username="mary").submit(password="Mary-portal-1")
        assert read(browser, tickets).in_response_to == "_question-1"

    @pytest.mark.requirement("S-094")
    @pytest.mark.parametrize(
        "changed",
        [
            {"AssertionConsumerServiceURL": "https://evil.example/acs"},
            {"AssertionConsumerServiceURL": f"{ACS}/"},
            {"AssertionConsumerServiceURL": ACS.upper()},
            {"Destination": "https://idp.example.com/sso"},
            {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
            {"issuer": "https://evil.example/"},
            {"issuer": ""},
            {"ID": ""},
            {"ID": "1"},
            {"Version": "1.1"},
            {"ForceAuthn": "perhaps"},
            {"IsPassive": "yes"},
        ],
    )
    def test_that_is_not_the_application_s_is_refused(self, browser, tickets, changed):
        assert is_refused(browser.visit(address(tickets, question(**changed))))
        assert "evil" not in browser.text
        assert not ApplicationQuestion.objects.exists()

    @pytest.mark.requirement("S-086", "S-094")
    @pytest.mark.parametrize(
        "xml",
        [
            "",
            "<a/>",
            "<!DOCTYPE a>" + question(),
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + question(issuer="x").replace(">x<", ">&x;<"),
            question().replace("AuthnRequest", "LogoutRequest"),
            question().replace("</a:Issuer>", "<!-- --></a:Issuer>"),
            question() + " " * 1_000_000,
            question().replace("</p:", f'<a:Issuer xmlns:a="{NAMES["saml"]}">x</a:Issuer></p:'),
        ],
    )
    def test_that_is_written_in_another_way_is_refused(self, browser, tickets, xml):
        assert is_refused(browser.visit(address(tickets, xml)))

    @pytest.mark.parametrize("packed", ["", "x", "x" * 20_000, "bm90IGRlZmxhdGVk"])
    def test_that_is_not_packed_is_refused(self, browser, tickets, packed):
        url = applications.saml_url(tickets, "assertion")
        assert is_refused(browser.visit(f"{url}?SAMLRequest={packed}"))

    def test_that_is_there_twice_is_refused(self, browser, tickets):
        url = address(tickets)
        assert is_refused(browser.visit(f"{url}&{url.partition('?')[2]}"))

    @pytest.mark.parametrize("relay_state", ["x" * 1025, "a\x00b"])
    def test_that_brings_too_much_along_is_refused(self, browser, tickets, relay_state):
        assert is_refused(browser.visit(address(tickets, RelayState=relay_state)))

    def test_of_a_disabled_application_is_refused(self, browser, tickets):
        url = address(tickets)
        tickets.is_enabled = False
        tickets.save()
        assert is_refused(browser.visit(url))

    @pytest.mark.parametrize("change", [{"is_enabled": False}, {"acs_url": ""}])
    def test_of_an_application_that_was_changed_meanwhile_is_over(self, mary, tickets, change):
        waits = Browser().visit(address(tickets)).trail[1]
        type(tickets).objects.update(**change)
        assert is_over(signed_in(mary).visit(waits))

    @pytest.mark.requirement("S-094")
    def test_is_answered_where_the_application_is_registered_by_then(self, mary, tickets):
        waits = Browser().visit(address(tickets)).trail[1]
        type(tickets).objects.update(acs_url="https://new.example.com/acs")
        assert 'action="https://new.example.com/acs"' in signed_in(mary).visit(waits).text

    @pytest.mark.requirement("S-094")
    def test_of_somebody_who_is_not_assigned_gets_nothing(self, home, tickets):
        other = signed_in(user(home, "other"))
        assert is_gone(other.visit(address(tickets)))
        assert "SAMLResponse" not in other.text
        assert not Event.objects.exists()

    def test_of_another_portal_s_user_gets_nothing(self, home, tickets):
        elsewhere = directory(home.account, id="d-8888888888", subdomain="other-corp")
        stranger = user(elsewhere, "stranger")
        portal = hosts.origin("portal", portal="other-corp")
        browser = signed_in(stranger, portal)
        browser.visit(address(tickets))
        token = browser.trail[1].partition("?")[2]
        assert is_at_sign_in(browser, REGION)
        assert is_over(browser.visit(f"{portal}/start/saml?{token}"))

    @pytest.mark.requirement("S-088")
    def test_is_answered_once(self, browser, tickets):
        again = browser.visit(address(tickets)).url
        assert is_over(browser.visit(again))
        assert ApplicationQuestion.objects.get().used_at

    def test_is_over_some_day(self, mary, browser, tickets):
        again = Browser().visit(address(tickets)).trail[1]
        clock.advance(timedelta(minutes=76))
        assert is_over(signed_in(mary, browser=browser).visit(again))

    def test_that_nobody_asked_is_none(self, browser, tickets):
        assert is_over(browser.visit(f"{PORTAL}/start/saml?request=x"))
        assert is_over(browser.visit(f"{PORTAL}/start/saml"))


class TestWhatAQuestionMayWant:
    def test_is_that_somebody_signs_in_again(self, mary, tickets):
        browser = signed_in(mary)
        clock.advance(timedelta(seconds=1))
        browser.visit(address(tickets, question(ForceAuthn="true")))
        assert is_at_sign_in(browser, REGION)
        asked = browser.trail[1]
        signed_in(mary, browser=browser).visit(asked)
        assert read(browser, tickets).in_response_to == "_question-1"

    def test_is_that_nobody_is_asked_to(self, tickets):
        browser = Browser().visit(address(tickets, question(IsPassive="1"), RelayState="x"))
        assert answer_on(browser)["RelayState"] == "x"
        root = root_on(browser)
        assert status_codes(root) == ["Responder", "NoPassive"]
        assert root.get("InResponseTo") == "_question-1"
        assert root.find("saml:Assertion", NAMES) is None
        assert f'action="{ACS}"' in browser.text

    def test_is_answered_where_somebody_is_signed_in_already(self, browser, tickets):
        browser.visit(address(tickets, question(IsPassive="true")))
        assert read(browser, tickets).in_response_to == "_question-1"

    def test_can_t_be_had_both(self, browser, tickets):
        clock.advance(timedelta(seconds=1))
        browser.visit(address(tickets, question(IsPassive="true", ForceAuthn="true")))
        assert status_codes(root_on(browser)) == ["Responder", "NoPassive"]


class TestSigningOut:
    @pytest.fixture
    def leaving(self, browser, tickets):
        tickets.logout_url = LOGOUT
        tickets.save()
        return browser.visit(address(tickets, service=SIGN_OUT, RelayState="bye"))

    def living(self):
        return Session.objects.filter(ended_at=None).exists()

    @pytest.mark.requirement("S-094")
    def test_asks_before_anything_ends(self, leaving):
        assert 'id="application-sign-out"' in leaving.text
        assert self.living()

    def test_ends_the_session_and_tells_the_application(self, leaving):
        leaving.submit("confirm-sign-out")
        assert not self.living()
        assert f'action="{LOGOUT}"' in leaving.text
        assert answer_on(leaving)["RelayState"] == "bye"
        root = root_on(leaving)
        assert root.tag.endswith("}LogoutResponse")
        assert (root.get("InResponseTo"), status_codes(root)) == ("_question-1", ["Success"])
        assert [event.document["eventName"] for event in Event.objects.all()] == ["Logout"]
        assert is_at_sign_in(leaving.visit(f"{PORTAL}/start/"), REGION)

    def test_can_t_be_confirmed_by_another_site(self, leaving):
        leaving.post(leaving.url, {}, **FROM_APPLICATION)
        assert leaving.status == 403
        answer = Client(enforce_csrf_checks=True).post(
            leaving.url.removeprefix(PORTAL), headers={"host": PORTAL.partition("//")[2]}
        )
        assert answer.status_code == 403
        assert self.living()

    def test_leads_to_the_sign_in_where_no_address_is_known(self, browser, tickets):
        browser.visit(address(tickets, service=SIGN_OUT)).submit("confirm-sign-out")
        assert not self.living()
        assert is_at_sign_in(browser, REGION)

    def test_asks_nobody_who_is_not_there(self, tickets):
        tickets.logout_url = LOGOUT
        tickets.save()
        browser = Browser().visit(address(tickets, service=SIGN_OUT))
        assert root_on(browser).tag.endswith("}LogoutResponse")

    def test_is_no_sign_in(self, browser, tickets):
        browser.visit(address(tickets, service=SIGN_OUT))
        token = browser.url.partition("?")[2]
        assert is_over(browser.visit(f"{PORTAL}/start/saml?{token}"))

    @pytest.mark.parametrize("changed", [{"issuer": "https://evil.example/"}, {"Destination": ACS}])
    def test_by_somebody_else_is_refused(self, browser, tickets, changed):
        xml = question(SIGN_OUT, **changed)
        assert is_refused(browser.visit(address(tickets, xml, service=SIGN_OUT)))

    def test_comes_by_post_as_well(self, browser, tickets):
        xml = base64.b64encode(question(SIGN_OUT).encode()).decode()
        url = applications.saml_url(tickets, "logout")
        browser.post(url, {"SAMLRequest": xml}, **FROM_APPLICATION)
        assert 'id="application-sign-out"' in browser.text
        assert is_refused(browser.visit(url))
        assert is_refused(browser.visit(f"{url}?SAMLRequest={deflated(question())}"))


def test_a_key_that_is_planted_opens_no_application(mary, tickets):
    key, session = open_session(mary)
    session.ended_at = clock.now()
    session.save()
    browser = signed_in(mary)
    browser.cookies[session.host]["vestibule-portal"] = key
    browser.visit(address(tickets))
    assert 'id="session-over"' in browser.text
