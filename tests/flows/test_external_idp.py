"""Signing in to a portal whose identity source is an external provider, through the pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Directory, Session
from signin.control import sweep
from signin.events.models import Event
from signin.faults.models import Incident
from signin.federation.models import Arrival, SignInQuestion
from signin.kernel import clock
from signin.oidc import clients, device_authorizations, tokens
from signin.oidc.clients import Credentials
from tests.browser import DESK, Browser, address
from tests.directories import DESK_BROWSER
from tests.external_idp import (
    ACS,
    DIRECTORY,
    IDP,
    LOGIN,
    MARY,
    NOBODY,
    PLATFORM,
    PORTAL,
    REGION,
    answer,
    answer_on,
    at_provider,
    audience,
    choose,
    events,
    is_at_portal,
    is_us_not_you,
    make_external,
    make_mary,
    reasons,
    send,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def directory():
    made = make_external()
    make_mary(made)
    return made


class TestAUserOfAnExternalDirectory:
    @pytest.mark.requirement("R-031", "R-032")
    def test_proves_at_the_provider_who_they_are(self, browser, directory):
        at_provider(browser)
        assert browser.url.startswith(f"{IDP}/saml/sso?SAMLRequest=")
        send(choose(browser))
        assert is_at_portal(browser)
        assert MARY in browser.text

    @pytest.mark.requirement("R-031")
    def test_is_asked_for_no_password_and_no_device(self, browser, directory):
        Directory.objects.update(mfa_mode="always-on", no_device_mode="block")
        sign_in(browser)
        assert is_at_portal(browser)
        assert 'id="mfa-devices"' not in browser.text
        for path in ("mfa", "mfa/new", "mfa/1"):
            assert browser.visit(f"{PORTAL}{path}").status == 404

    @pytest.mark.requirement("R-031")
    def test_is_offered_no_new_password(self, browser, directory):
        at_provider(browser)
        handle = SignInQuestion.objects.get().attempt_id
        browser.visit(f"{PLATFORM}/platform/login/{handle}/recovery")
        assert browser.status == 410
        assert 'id="no-recovery"' in browser.text
        browser.visit(f"{PLATFORM}/platform/login/{handle}")
        assert browser.url.startswith(IDP)

    def test_is_sent_on_whatever_is_posted_to_the_attempt(self, browser, directory):
        at_provider(browser)
        handle = SignInQuestion.objects.get().attempt_id
        secret = browser.visit(f"{PORTAL}").value_of("csrfmiddlewaretoken")
        fields = {"csrfmiddlewaretoken": secret, "password": "x", "step": "portal-password"}
        browser.post(f"{PLATFORM}/platform/login/{handle}", fields)
        assert browser.url.startswith(IDP)

    @pytest.mark.requirement("S-018")
    def test_is_led_to_the_provider_by_every_name_with_the_same_work(self, directory, new_browser):
        def queries(typed):
            browser = new_browser().visit(PORTAL)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                browser.submit(username=typed)
            assert browser.url.startswith(IDP)
            return len(seen)

        queries(MARY)
        assert queries(MARY) == queries(NOBODY)

    def test_may_answer_in_two_tabs_and_is_signed_in_by_either(self, browser, directory):
        first = answer_on(choose(at_provider(browser)))
        second = answer_on(choose(at_provider(browser)))
        send(browser, fields=first)
        assert is_at_portal(browser)
        send(browser, fields=second)
        assert is_at_portal(browser)

    def test_who_is_somebody_else_at_the_provider_is_that_one_here(self, browser, directory):
        make_mary(directory, "sue@example.com")
        send(choose(at_provider(browser, MARY), "sue@example.com"))
        assert is_at_portal(browser)
        assert "sue@example.com" in browser.text

    @pytest.mark.requirement("R-105")
    def test_lets_a_program_in_that_shows_a_code(self, browser, directory):
        registered = clients.register(
            "my-cli",
            client_type="public",
            scopes=["sso:account:access"],
            grant_types=[],
            redirect_uris=[],
            issuer_url=PORTAL,
            browser=DESK_BROWSER,
        )
        begun = device_authorizations.begin(
            registered.client, start_url=PORTAL, browser=DESK_BROWSER
        )
        device = address(f"device.sso.{REGION}.amazonaws.com")
        browser.visit(f"{device}?user_code={begun.user_code}").submit("confirm-code")
        send(choose(browser.submit(username=MARY)))
        browser.submit("decide", button="decision=allow")
        assert 'id="device-allowed"' in browser.text
        credentials = Credentials(registered.client.pk, registered.secret)
        given = device_authorizations.redeem(credentials, begun.device_code, browser=DESK_BROWSER)
        assert tokens.find(given.access_token).grant.principal.username == MARY

    def test_comes_to_the_older_address_as_well(self, browser, directory):
        older = address(f"{REGION}.signin.aws.amazon.com", f"/platform/saml/acs/{DIRECTORY}")
        fields = answer_on(choose(at_provider(browser), acs_url=older))
        send(browser, older, fields)
        assert browser.status == 307
        assert browser.page.headers["Location"] == ACS
        assert is_at_portal(send(browser, fields=fields))


class TestASession:
    def living(self):
        return Session.objects.filter(ended_at=None, principal__username=MARY)

    @pytest.mark.requirement("R-100")
    def test_lasts_as_long_as_the_directory_says(self, browser, directory):
        clock.freeze()
        sign_in(browser)
        assert {each.expires_at for each in self.living()} == {clock.now() + timedelta(hours=8)}
        assert self.living()[0].factors == ["external-idp"]

    def test_lasts_no_longer_than_the_provider_says(self, browser, directory):
        clock.freeze()
        sign_in(browser, seconds="1200")
        until = clock.now().replace(microsecond=0) + timedelta(seconds=1200)
        assert {each.expires_at for each in self.living()} == {until}

    def test_lasts_no_longer_than_the_directory_says_whatever_the_provider_does(
        self, browser, directory
    ):
        Directory.objects.update(session_minutes=15)
        clock.freeze()
        sign_in(browser, seconds="43200")
        assert {each.expires_at for each in self.living()} == {clock.now() + timedelta(minutes=15)}

    def test_is_not_opened_when_the_provider_s_is_over_meanwhile(self, browser, directory):
        browser.visit(PORTAL)
        unasked = answer(directory, session_seconds=100)
        send(browser, fields=unasked)
        clock.advance(timedelta(seconds=101))
        browser.submit()
        assert browser.status == 410
        assert not self.living()


class TestSomebodySignedIn:
    def again(self, browser):
        query = f"directory={DIRECTORY}&redirect_uri={PORTAL}&code_challenge={'x' * 43}"
        return browser.visit(f"{PLATFORM}/platform/login?{query}&prompt=login")

    @pytest.mark.requirement("S-048")
    def test_proves_it_again_at_the_provider(self, browser, directory):
        sign_in(browser)
        self.again(browser)
        assert browser.url.startswith(IDP)
        send(choose(browser))
        assert "/start/auth" in "".join(browser.trail)

    @pytest.mark.requirement("S-048")
    def test_is_not_somebody_else_then(self, browser, directory):
        make_mary(directory, "sue@example.com")
        sign_in(browser)
        self.again(browser)
        assert is_us_not_you(send(choose(browser, "sue@example.com")))
        assert reasons()[0] == "another-user"


class TestADirectory:
    def test_tells_its_provider_what_it_is(self, browser, directory):
        text = browser.visit(f"{PLATFORM}/platform/saml/{DIRECTORY}").text
        assert browser.page.headers["Content-Type"].startswith("application/samlmetadata+xml")
        assert f'entityID="{audience()}"' in text
        assert 'AuthnRequestsSigned="false" WantAssertionsSigned="true"' in text
        assert f'Location="{ACS}" index="0" isDefault="true"' in text
        assert "nameid-format:emailAddress" in text

    def test_has_its_metadata_behind_its_entity_id(self, browser, directory):
        browser._go("GET", audience(), follow=False)
        assert browser.status == 307
        assert browser.page.headers["Location"] == f"{PLATFORM}/platform/saml/{DIRECTORY}"
        glob = address("signin.aws.amazon.com", f"/platform/saml/{DIRECTORY}")
        assert browser.visit(glob).status == 404

    def test_shows_its_administrator_what_to_tell_the_provider(self, operator, directory):
        operator.visit(f"{DESK}admin/accounts/directoryidentityprovider/{directory.pk}/change/")
        assert audience() in operator.words
        assert ACS in operator.words
        assert f"{PLATFORM}/platform/saml/{DIRECTORY}" in operator.words

    def test_without_a_provider_says_that_the_fault_is_here(self, browser, directory):
        directory.identity_provider.delete()
        assert is_us_not_you(at_provider(browser))
        assert Incident.objects.get().cause == "identity-provider"

    def test_can_have_a_broken_provider(self, browser, directory, control):
        control("PUT", "/faults/identity-provider", {"times": 1})
        assert is_us_not_you(sign_in(browser))
        assert reasons() == ["fault"]
        assert is_at_portal(sign_in(browser))

    def test_lets_only_its_provider_s_site_and_ours_be_led_to(self, browser, directory):
        policy = browser.visit(PORTAL).page.headers["Content-Security-Policy"]
        assert f" {IDP}" in policy.split("form-action")[1].split(";")[0]
        browser.visit(address("example-corp.awsapps.com", "/start/"))
        assert IDP not in browser.page.headers["Content-Security-Policy"]

    def test_that_changes_its_source_ends_what_is_under_way(self, browser, directory):
        send(browser, fields=answer(directory))
        Directory.objects.filter(pk=DIRECTORY).update(identity_source="directory")
        assert browser.submit().status == 410


class TestTheEvents:
    def test_tell_of_one_sign_in(self, browser, directory):
        sign_in(browser)
        [login], [authentication] = events(LOGIN), events("UserAuthentication")
        assert login["serviceEventDetails"] == {LOGIN: "Success"}
        assert login["eventType"] == "AwsServiceEvent"
        assert login["recipientAccountId"] == directory.account_id
        assert login["awsRegion"] == REGION
        told = authentication["additionalEventData"]
        assert told["CredentialType"] == "EXTERNAL_IDP"
        assert told["UserName"] == MARY
        assert told["LoginTo"] == PORTAL
        assert told["AuthWorkflowID"] == login["additionalEventData"]["AuthWorkflowID"]
        assert not events("CredentialChallenge")
        assert not events("CredentialVerification")
        assert len(events("Authenticate")) == 1

    def test_tell_of_a_failure_and_mask_who_it_was(self, browser, directory):
        sign_in(browser, NOBODY)
        [login] = events(LOGIN)
        assert login["serviceEventDetails"] == {LOGIN: "Failure"}
        assert login["userIdentity"]["onBehalfOf"]["userId"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
        assert NOBODY not in str(login)
        assert not events("UserAuthentication")

    @pytest.mark.requirement("S-110")
    def test_have_no_token_and_no_answer(self, browser, directory):
        fields = answer_on(choose(at_provider(browser)))
        send(browser, fields=fields)
        said = str([event.document for event in Event.objects.all()])
        assert fields["SAMLResponse"] not in said
        assert "SAMLRe" not in said
        assert "token=" not in said


def test_what_is_over_is_swept(browser, directory):
    send(choose(at_provider(browser)))
    clock.advance(timedelta(minutes=16))
    sweep.expired()
    assert not SignInQuestion.objects.exists()
    assert not Arrival.objects.exists()


def test_it_goes_in_japanese_as_well(directory):
    assert is_at_portal(sign_in(Browser(language="ja")))
