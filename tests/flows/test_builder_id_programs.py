"""Letting programs in with a Builder ID: the same pages, at the start page's host."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts import sessions
from accounts.models import Principal
from signin.events.models import Event
from signin.http import Browser as Client
from signin.kernel import clock
from signin.oidc import clients, consents, device_authorizations, grants, tokens
from signin.oidc.clients import Credentials
from signin.oidc.errors import AccessDenied, InvalidGrant, OtherRealm
from tests import portal_walks
from tests.browser import address
from tests.builder_id_walks import (
    DEV,
    NEW,
    START,
    choose,
    follow,
    newest_code,
    pass_captcha,
    person,
    sign_in,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
    pytest.mark.requirement("R-126"),
]

DEVICE = address("device.sso.us-east-1.amazonaws.com")
START_URL = "https://view.awsapps.com/start"
SCOPES = ["codewhisperer:completions", "codewhisperer:conversations"]
CALLBACK = "http://127.0.0.1:40123/oauth/callback"
VERIFIER = "v" * 64
PROGRAM = Client(ip="127.0.0.9", user_agent="aws-toolkit/3", host="", region=None, device_key="")


@pytest.fixture
def client(demo):
    return clients.register(
        "my-editor",
        client_type="public",
        scopes=SCOPES,
        grant_types=[],
        redirect_uris=["http://127.0.0.1/oauth/callback"],
        issuer_url=START_URL,
        browser=PROGRAM,
    )


@pytest.fixture
def begun(client):
    return device_authorizations.begin(client.client, start_url=START_URL, browser=PROGRAM)


def proof(client):
    """Return what a program proves itself with."""
    return Credentials(client.client.pk, client.secret)


def redeem(client, begun):
    """Ask for tokens as a program that waits does."""
    return device_authorizations.redeem(proof(client), begun.device_code, browser=PROGRAM)


def ask(client):
    """Ask for consent, and return the address that the browser is sent to."""
    asked = consents.request(
        client.client,
        redirect_uri=CALLBACK,
        state="the-state",
        challenge=sessions.challenge_of(VERIFIER),
        scopes=SCOPES,
        browser=PROGRAM,
    )
    return f"{START}consent?request={asked.pk}"


def decide(browser, decision):
    """Press a button, and return what the program on the loopback is told."""
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', browser.text))
    sent = {**form, "decision": decision}
    browser.page = browser._request("POST", browser.url, sent, {})
    told = urlsplit(browser.page.headers["Location"])
    assert f"{told.scheme}://{told.netloc}{told.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(told.query).items()}


class TestTheDevicePage:
    @pytest.mark.requirement("S-097", "S-098", "S-099")
    def test_a_code_leads_by_the_sign_in_to_the_question(self, browser, client, begun):
        browser.visit(f"{DEVICE}?user_code={begun.user_code}").submit("confirm-code")
        assert browser.step == "builder-id-email"
        browser.submit(email=DEV[0]).submit(password=DEV[1])
        assert browser.url.startswith(f"{START}device?user_code=")
        for told in (begun.user_code, "my-editor", "127.0.0.9", "aws-toolkit/3", *SCOPES, DEV[0]):
            assert told in browser.words
        assert "Complete code for you" in browser.words
        browser.submit("decide", button="decision=allow")
        assert 'id="device-allowed"' in browser.text
        given = redeem(client, begun)
        grant = tokens.find(given.access_token).grant
        assert grant.principal == person()
        assert grant.scopes == SCOPES

    @pytest.mark.requirement("R-120", "R-127")
    def test_whoever_creates_a_builder_id_comes_back_to_the_question(self, browser, client, begun):
        browser.visit(f"{DEVICE}?user_code={begun.user_code}").submit("confirm-code")
        follow(browser, "create-builder-id").submit(email=NEW[0]).submit(full_name="Ana Silva")
        browser.submit(code=newest_code(NEW[0]))
        pass_captcha(choose(browser))
        assert begun.user_code in browser.words
        browser.submit("decide", button="decision=allow")
        given = redeem(client, begun)
        assert tokens.find(given.access_token).grant.principal == person(NEW[0])

    def test_denied_is_denied(self, browser, client, begun):
        sign_in(browser)
        browser.visit(f"{START}device?user_code={begun.user_code}")
        browser.submit("decide", button="decision=deny")
        assert 'id="device-denied"' in browser.text
        with pytest.raises(AccessDenied):
            redeem(client, begun)

    @pytest.mark.requirement("S-097", "S-098")
    def test_nothing_but_the_button_lets_anything_in(self, browser, client, begun):
        sign_in(browser)
        url = f"{START}device?user_code={begun.user_code}"
        browser.visit(f"{url}&decision=allow")
        assert browser.post(url, {"decision": "allow"}).status == 403
        assert not grants.living().exists()

    @pytest.mark.requirement("S-096")
    def test_who_guesses_codes_has_to_wait(self, browser, begun):
        sign_in(browser)
        for _ in range(5):
            assert browser.visit(f"{START}device?user_code=BBBB-BBBB").status == 410
        assert browser.visit(f"{START}device?user_code={begun.user_code}").status == 429

    def test_codes_of_a_portal_are_none_here_and_those_of_here_none_at_a_portal(
        self, browser, client, begun
    ):
        start_url = "https://d-1234567890.awsapps.com/start"
        of_portal = device_authorizations.begin(client.client, start_url=start_url, browser=PROGRAM)
        sign_in(browser)
        assert browser.visit(f"{START}device?user_code={of_portal.user_code}").status == 410
        portal_walks.sign_in(browser)
        at_portal = f"{portal_walks.PORTAL}device?user_code={begun.user_code}"
        assert browser.visit(at_portal).status == 410

    def test_the_domain_refuses_the_people_of_another_realm(self, browser, begun):
        portal_walks.sign_in(browser)
        session = portal_walks.user("jane_doe").sessions.first()
        with pytest.raises(OtherRealm):
            device_authorizations.approve(device_authorizations.find(begun.user_code), session)


class TestConsent:
    @pytest.mark.requirement("S-100")
    def test_a_program_is_let_in_and_gets_tokens_for_its_code(self, browser, client):
        browser.visit(ask(client)).submit(email=DEV[0]).submit(password=DEV[1])
        for told in ("my-editor", CALLBACK, *SCOPES, DEV[0]):
            assert told in browser.words
        answer = decide(browser, "allow")
        assert answer["state"] == "the-state"
        assert answer["iss"] == address("oidc.us-east-1.amazonaws.com").rstrip("/")
        given = tokens.from_code(proof(client), answer["code"], VERIFIER, CALLBACK, browser=PROGRAM)
        assert tokens.find(given.access_token).grant.principal == person()

    def test_denied_is_told_to_the_program(self, browser, client):
        sign_in(browser)
        browser.visit(ask(client))
        assert decide(browser, "deny")["error"] == "access_denied"
        assert browser.visit(browser.url).status == 410

    def test_it_is_asked_each_time(self, browser, client):
        sign_in(browser)
        clock.advance(timedelta(seconds=1))
        assert 'id="let-program-in"' in browser.visit(ask(client)).text
        assert 'id="let-program-in"' in browser.visit(ask(client)).text

    def test_a_question_of_a_portal_is_none_here(self, browser, client):
        client.client.issuer_url = "https://d-1234567890.awsapps.com/start"
        sign_in(browser)
        assert browser.visit(ask(client)).status == 410


class TestWhatTheyGot:
    @pytest.fixture
    def given(self, browser, client, begun):
        sign_in(browser)
        browser.visit(f"{START}device?user_code={begun.user_code}")
        browser.submit("decide", button="decision=allow")
        return redeem(client, begun)

    @pytest.mark.requirement("S-102")
    def test_signing_out_ends_it(self, browser, client, given):
        browser.visit(START).submit("sign-out")
        assert tokens.find(given.access_token) is None
        with pytest.raises(InvalidGrant):
            tokens.from_refresh_token(proof(client), given.refresh_token, browser=PROGRAM)

    @pytest.mark.requirement("S-101", "S-102")
    def test_it_is_renewed_for_as_long_as_the_sign_in_lasts(self, client, given):
        clock.advance(timedelta(hours=7))
        assert tokens.find(given.access_token) is None
        renewed = tokens.from_refresh_token(proof(client), given.refresh_token, browser=PROGRAM)
        assert tokens.find(renewed.access_token)
        clock.advance(timedelta(hours=1))
        with pytest.raises(InvalidGrant):
            tokens.from_refresh_token(proof(client), renewed.refresh_token, browser=PROGRAM)

    def test_it_ends_with_the_builder_id(self, given):
        assert grants.living().count() == 1
        Principal.objects.filter(pk=person().pk).delete()
        assert tokens.find(given.access_token) is None

    def test_events_are_in_no_account(self, given):
        names = ("RegisterClient", "StartDeviceAuthorization", "CreateToken")
        told = {event.name: event.document for event in Event.objects.filter(name__in=names)}
        assert set(told) == set(names)
        for document in told.values():
            assert document["recipientAccountId"] == ""
            assert document["awsRegion"] == "us-east-1"
        assert told["CreateToken"]["userIdentity"]["userId"] == person().unique_id
