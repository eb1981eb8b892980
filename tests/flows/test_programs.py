"""Letting programs in: the device page with its code, and the consent page."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts import sessions
from accounts.models import Directory
from signin.http import Browser as Client
from signin.kernel import clock
from signin.oidc import clients, consents, device_authorizations, tokens
from signin.oidc.clients import Credentials
from signin.oidc.errors import AccessDenied, AuthorizationPending, InvalidGrant
from tests.browser import address
from tests.portal_walks import DIRECTORY, JANE, NIKKI, PORTAL, settings_are, sign_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
    pytest.mark.requirement("R-105", "R-107"),
]

DEVICE = address("device.sso.us-east-1.amazonaws.com")
START_URL = "https://d-1234567890.awsapps.com/start"
CALLBACK = "http://127.0.0.1:40123/oauth/callback"
VERIFIER = "v" * 64
PROGRAM = Client(ip="127.0.0.9", user_agent="aws-cli/2.0", host="", region=None, device_key="")


@pytest.fixture
def client(demo):
    return clients.register(
        "my-cli",
        client_type="public",
        scopes=["sso:account:access"],
        grant_types=[],
        redirect_uris=["http://127.0.0.1/oauth/callback"],
        issuer_url=START_URL,
        browser=PROGRAM,
    )


@pytest.fixture
def begun(client):
    return device_authorizations.begin(client.client, start_url=START_URL, browser=PROGRAM)


def ask(client, scopes=("sso:account:access",)):
    """Ask for consent, and return the address that the browser is sent to."""
    asked = consents.request(
        client.client,
        redirect_uri=CALLBACK,
        state="the-state",
        challenge=sessions.challenge_of(VERIFIER),
        scopes=scopes,
        browser=PROGRAM,
    )
    return f"{PORTAL}consent?request={asked.pk}"


def proof(client):
    """Return what a program proves itself with."""
    return Credentials(client.client.pk, client.secret)


def redeem(client, begun):
    """Ask for tokens as a program that waits does."""
    return device_authorizations.redeem(proof(client), begun.device_code, browser=PROGRAM)


def exchange(client, code):
    """Ask for tokens with a code."""
    return tokens.from_code(proof(client), code, VERIFIER, CALLBACK, browser=PROGRAM)


class TestTheDevicePage:
    @pytest.mark.requirement("S-097", "S-098")
    def test_a_code_in_the_link_is_compared_and_the_program_let_in(self, browser, client, begun):
        browser.visit(f"{DEVICE}?user_code={begun.user_code}")
        assert f'value="{begun.user_code}"' in browser.text
        assert "Compare" in browser.words
        browser.submit("confirm-code")
        assert browser.step == "username"
        browser.submit(username=JANE[0]).submit(password=JANE[1])
        assert begun.user_code in browser.words
        for told in ("my-cli", "127.0.0.9", "aws-cli/2.0", "sso:account:access", "jane_doe"):
            assert told in browser.words
        with pytest.raises(AuthorizationPending):
            redeem(client, begun)
        browser.submit("decide", button="decision=allow")
        assert 'id="device-allowed"' in browser.text
        given = redeem(client, begun)
        assert tokens.find(given.access_token).grant.principal.username == "jane_doe"

    @pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), str.strip])
    def test_a_typed_code_is_taken_however_it_is_written(self, browser, begun, change):
        sign_in(browser)
        browser.visit(DEVICE)
        assert "Type the code" in browser.words
        browser.submit("confirm-code", user_code=change(begun.user_code))
        assert 'id="let-device-in"' in browser.text
        assert begun.user_code in browser.words

    def test_the_other_form_of_the_link_that_tools_build_leads_here_too(self, browser, begun):
        sign_in(browser)
        browser.visit(f"{PORTAL}device?user_code={begun.user_code}")
        assert 'id="let-device-in"' in browser.text

    def test_denied_is_denied(self, browser, client, begun):
        sign_in(browser)
        browser.visit(f"{PORTAL}device?user_code={begun.user_code}")
        browser.submit("decide", button="decision=deny")
        assert 'id="device-denied"' in browser.text
        with pytest.raises(AccessDenied):
            redeem(client, begun)
        assert browser.visit(f"{PORTAL}device?user_code={begun.user_code}").status == 410

    @pytest.mark.requirement("S-097", "S-098")
    def test_nothing_but_the_button_lets_anything_in(self, browser, client, begun):
        sign_in(browser)
        url = f"{PORTAL}device?user_code={begun.user_code}"
        browser.visit(f"{url}&decision=allow")
        browser.submit("decide", button="decision=perhaps")
        assert browser.post(url, {"decision": "allow"}).status == 403
        with pytest.raises(AuthorizationPending):
            redeem(client, begun)

    @pytest.mark.requirement("S-096")
    def test_a_code_is_good_for_ten_minutes_and_once(self, browser, begun):
        sign_in(browser)
        browser.visit(f"{PORTAL}device?user_code={begun.user_code}")
        browser.submit("decide", button="decision=allow")
        assert browser.visit(f"{PORTAL}device?user_code={begun.user_code}").status == 410
        clock.advance(timedelta(minutes=10))
        browser.visit(f"{DEVICE}?user_code={begun.user_code}").submit("confirm-code")
        assert 'id="verification_code"' in browser.text
        assert browser.text.count("error")

    @pytest.mark.requirement("S-096")
    def test_who_guesses_codes_has_to_wait(self, browser, begun):
        browser.visit(DEVICE)
        for _ in range(5):
            assert browser.submit("confirm-code", user_code="BBBB-BBBB").status == 400
        assert browser.submit("confirm-code", user_code=begun.user_code).status == 429
        assert browser.page.headers["Retry-After"]

    def test_a_code_of_another_region_is_none_here(self, browser, begun):
        browser.visit(address("device.sso.eu-west-1.amazonaws.com"))
        browser.submit("confirm-code", user_code=begun.user_code)
        assert (browser.status, 'id="verification_code"' in browser.text) == (400, True)
        wrong = browser.words
        browser.submit("confirm-code", user_code="BBBB-BBBB")
        assert browser.words == wrong.replace(begun.user_code, "BBBB-BBBB")
        browser.visit(DEVICE).submit("confirm-code", user_code=begun.user_code)
        assert browser.status == 200

    def test_a_code_of_another_portal_is_none_here(self, browser, client, begun):
        other = Directory.objects.create(
            id="d-0000000001", account_id="444455556666", subdomain="elsewhere"
        )
        start_url = f"https://{other.id}.awsapps.com/start"
        elsewhere = device_authorizations.begin(client.client, start_url=start_url, browser=PROGRAM)
        sign_in(browser)
        assert browser.visit(f"{PORTAL}device?user_code={elsewhere.user_code}").status == 410

    @pytest.mark.requirement("S-099")
    def test_the_factors_of_the_portal_are_asked_for_first(self, browser, begun):
        browser.visit(f"{DEVICE}?user_code={begun.user_code}").submit("confirm-code")
        browser.submit(username=NIKKI[0]).submit(password=NIKKI[1])
        assert browser.step == "mfa-code"


class TestConsent:
    def answer(self, browser):
        """Return what the program on the loopback is told."""
        to = browser.page.headers["Location"]
        parts = urlsplit(to)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
        return {name: values[0] for name, values in parse_qs(parts.query).items()}

    def decide(self, browser, decision):
        """Press a button, and stay where the server sends the browser away."""
        form = dict(
            re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', browser.text)
        )
        return self.raw(browser, {**form, "decision": decision})

    def raw(self, browser, fields):
        browser.page = browser._request("POST", browser.url, fields, {})
        return browser

    @pytest.mark.requirement("S-100")
    def test_a_program_is_let_in_and_gets_tokens_for_its_code(self, browser, client):
        browser.visit(ask(client)).submit(username=JANE[0]).submit(password=JANE[1])
        assert 'id="let-program-in"' in browser.text
        for told in ("my-cli", CALLBACK, "sso:account:access", "jane_doe"):
            assert told in browser.words
        policy = browser.page.headers["Content-Security-Policy"]
        assert "form-action 'self'" in policy
        assert "http://127.0.0.1:*" in policy
        answer = self.answer(self.decide(browser, "allow"))
        assert answer["state"] == "the-state"
        given = exchange(client, answer["code"])
        assert tokens.find(given.access_token).grant.principal.username == "jane_doe"
        with pytest.raises(InvalidGrant):
            exchange(client, answer["code"])
        assert tokens.find(given.access_token) is None

    def test_denied_is_told_to_the_program(self, browser, client):
        sign_in(browser)
        browser.visit(ask(client))
        answer = self.answer(self.decide(browser, "deny"))
        assert answer["error"] == "access_denied"
        assert answer["error_description"]
        assert answer["state"] == "the-state"
        assert browser.visit(browser.url).status == 410

    def test_a_signed_in_browser_is_asked_unless_the_directory_says_otherwise(
        self, browser, new_browser, client
    ):
        sign_in(browser)
        assert 'id="let-program-in"' in browser.visit(ask(client)).text
        settings_are(skips_consent=True)
        clock.advance(timedelta(seconds=1))
        browser.page = browser._request("GET", ask(client), None, {})
        assert self.answer(browser)["code"]
        cold = new_browser().visit(ask(client))
        cold.submit(username=JANE[0]).submit(password=JANE[1])
        assert 'id="let-program-in"' in cold.text

    def test_a_request_is_good_once_and_for_ten_minutes(self, browser, client):
        sign_in(browser)
        url = ask(client)
        browser.visit(url)
        self.decide(browser, "allow")
        assert browser.visit(url).status == 410
        old = ask(client)
        clock.advance(timedelta(minutes=10))
        assert browser.visit(old).status == 410
        assert browser.visit(f"{PORTAL}consent").status == 410

    @pytest.mark.requirement("S-102")
    def test_signing_out_of_the_portal_ends_the_programs_tokens(self, browser, client):
        sign_in(browser)
        browser.visit(ask(client))
        answer = self.answer(self.decide(browser, "allow"))
        given = exchange(client, answer["code"])
        browser.visit(PORTAL).submit("sign-out")
        assert tokens.find(given.access_token) is None
        with pytest.raises(InvalidGrant):
            tokens.from_refresh_token(proof(client), given.refresh_token, browser=PROGRAM)

    def test_an_extended_session_outlives_it(self, browser, client):
        settings_are(extended_sessions=True)
        client.client.scopes = ["codewhisperer:completions"]
        client.client.save()
        sign_in(browser)
        browser.visit(ask(client, client.client.scopes))
        given = exchange(client, self.answer(self.decide(browser, "allow"))["code"])
        browser.visit(PORTAL).submit("sign-out")
        assert tokens.find(given.access_token)
        clock.advance(timedelta(hours=8))
        assert tokens.from_refresh_token(proof(client), given.refresh_token, browser=PROGRAM)

    @pytest.mark.requirement("S-044")
    def test_disabling_the_user_ends_them_too(self, browser, client, control):
        sign_in(browser)
        browser.visit(ask(client))
        answer = self.answer(self.decide(browser, "allow"))
        given = exchange(client, answer["code"])
        [jane] = control("GET", f"/principals?realm={DIRECTORY}&username=jane_doe")[1]
        control("POST", f"/principals/{jane['id']}/disable")
        assert tokens.find(given.access_token) is None
