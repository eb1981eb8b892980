"""What an external provider answers: taken, refused for a reason, or asked about first."""

from datetime import timedelta

import pytest

from accounts.models import Directory, Principal, Session
from signin.faults.models import Incident
from signin.federation import idp
from signin.federation.models import Arrival
from signin.kernel import clock
from tests import saml
from tests.browser import address
from tests.external_idp import (
    ACS,
    DIRECTORY,
    FROM_PROVIDER,
    IDP,
    MARY,
    NOBODY,
    OTHER_DIRECTORY,
    PLATFORM,
    PORTAL,
    REGION,
    answer,
    answer_on,
    at_provider,
    audience,
    choose,
    is_at_portal,
    is_us_not_you,
    make_external,
    make_mary,
    question_id,
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


class TestAnAnswer:
    @pytest.mark.requirement("S-088")
    def test_is_good_once(self, browser, directory):
        fields = answer_on(choose(at_provider(browser)))
        assert is_at_portal(send(browser, fields=fields))
        assert is_us_not_you(send(browser, fields=fields))
        assert reasons()[0] == "replayed"

    @pytest.mark.requirement("S-090")
    def test_goes_on_in_the_browser_that_asked_only(self, browser, new_browser, directory):
        fields = answer_on(choose(at_provider(browser)))
        other = send(new_browser(), fields=fields)
        assert other.status == 410
        assert "vestibule-signin" not in str(other.cookies)
        assert not Session.objects.filter(principal__username=MARY).exists()

    @pytest.mark.requirement("S-090")
    def test_signs_a_victim_in_as_nobody_who_has_an_attempt_of_their_own(
        self, browser, new_browser, directory
    ):
        make_mary(directory, "mallory@example.com")
        mallorys = answer_on(choose(at_provider(new_browser()), "mallory@example.com"))
        at_provider(browser)
        assert send(browser, fields=mallorys).status == 410
        assert not Session.objects.filter(principal__folded="mallory@example.com").exists()

    @pytest.mark.requirement("S-090")
    @pytest.mark.parametrize("question", ["_unknown", "_" + "0" * 32])
    def test_to_a_question_that_nobody_asked_is_refused(self, browser, directory, question):
        browser.visit(PORTAL)
        assert is_us_not_you(send(browser, fields=answer(directory, in_response_to=question)))
        assert reasons() == ["in-response-to"]

    @pytest.mark.requirement("S-090")
    def test_to_a_question_that_was_answered_is_refused(self, browser, directory):
        asked = question_id(at_provider(browser))
        send(choose(browser))
        assert is_us_not_you(send(browser, fields=answer(directory, in_response_to=asked)))
        assert reasons()[0] == "in-response-to"

    @pytest.mark.requirement("S-090")
    def test_to_a_question_that_is_over_is_refused(self, browser, directory):
        asked = question_id(at_provider(browser))
        clock.advance(timedelta(minutes=16))
        assert is_us_not_you(send(browser, fields=answer(directory, in_response_to=asked)))
        assert reasons() == ["in-response-to"]

    @pytest.mark.requirement("S-092")
    def test_to_another_directory_s_question_is_refused(self, browser, directory):
        asked = question_id(at_provider(browser))
        other = make_external(OTHER_DIRECTORY)
        make_mary(other)
        url = f"{PLATFORM}/platform/saml/acs/{OTHER_DIRECTORY}"
        send(browser, url, answer(other, in_response_to=asked))
        assert is_us_not_you(browser)
        assert reasons() == ["in-response-to"]

    @pytest.mark.requirement("S-089", "S-092")
    def test_for_another_directory_is_refused(self, browser, directory):
        other = make_external(OTHER_DIRECTORY)
        make_mary(other)
        browser.visit(PORTAL)
        assert is_us_not_you(send(browser, fields=answer(other)))
        assert reasons() == ["destination"]

    @pytest.mark.requirement("S-084", "S-092")
    def test_of_another_directory_s_provider_is_refused(self, browser, directory):
        said = {"subject": MARY, "audience": audience(), "recipient": ACS, "destination": ACS}
        for provider, reason in [
            (saml.provider(), "issuer"),
            (saml.provider(entity_id=idp.entity_id()), "signature"),
        ]:
            browser.visit(PORTAL)
            fields = {"SAMLResponse": saml.answer(provider, **said)}
            assert is_us_not_you(send(browser, fields=fields))
            assert reasons()[0] == reason

    @pytest.mark.requirement("S-089")
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"audience": "urn:amazon:webservices"}, "audience"),
            ({"recipient": f"{ACS}x"}, "destination"),
            (
                {"name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
                "name-id-format",
            ),
            ({"subject": NOBODY}, "user-unknown"),
            ({"subject": MARY.upper()}, "user-unknown"),
            ({"subject": f"{MARY} x"}, "user-unknown"),
        ],
    )
    def test_that_is_wrong_gets_the_page_without_a_cause(self, browser, directory, changed, reason):
        browser.visit(PORTAL)
        fields = answer(directory, **{"subject": MARY, **changed})
        assert is_us_not_you(send(browser, fields=fields))
        assert Incident.objects.get().cause == "identity-provider"
        assert Incident.objects.get().number in browser.text
        assert reason not in browser.words
        assert reasons() == [reason]

    def test_nobody_is_made_for_a_name(self, browser, directory):
        before = Principal.objects.count()
        send(browser.visit(PORTAL), fields=answer(directory, NOBODY))
        assert Principal.objects.count() == before

    def test_for_somebody_disabled_is_refused(self, browser, directory):
        directory.profiles.update(is_enabled=False)
        assert is_us_not_you(sign_in(browser))
        assert reasons() == ["user-disabled"]

    def test_is_over_when_somebody_is_disabled_before_they_go_on(self, browser, directory):
        browser.visit(PORTAL)
        send(browser, fields=answer(directory))
        directory.profiles.update(is_enabled=False)
        assert browser.submit().status == 410

    @pytest.mark.parametrize(
        "fields",
        [{}, {"SAMLResponse": ""}, {"SAMLResponse": "x"}, {"SAMLResponse": "x" * 100_001}],
    )
    def test_that_is_none_is_refused(self, browser, directory, fields):
        assert is_us_not_you(send(browser.visit(PORTAL), fields=fields))

    def test_is_posted_only(self, browser, directory):
        assert browser.visit(ACS).status == 405

    def test_is_taken_for_external_directories_of_the_region_only(self, browser, directory):
        for url in (
            f"{PLATFORM}/platform/saml/acs/d-1234567890",
            f"{PLATFORM}/platform/saml/acs/nothing",
            address("us-east-1.signin.aws", f"/platform/saml/acs/{DIRECTORY}"),
        ):
            assert send(browser, url, answer(directory)).status == 404
        Directory.objects.filter(pk=DIRECTORY).update(identity_source="directory")
        assert send(browser, fields=answer(directory)).status == 404

    def test_is_taken_from_another_site_and_nothing_else_is(self, browser, directory):
        login = f"{PLATFORM}/platform/login/x"
        assert browser.post(login, {}, **FROM_PROVIDER).status == 403
        assert 'id="foreign-page"' in browser.text

    def test_is_taken_at_the_dual_stack_address_as_well(self, browser, directory):
        dual_stack = address(f"{REGION}.sso.signin.aws", f"/platform/saml/acs/{DIRECTORY}")
        choose(at_provider(browser), acs_url=dual_stack)
        fields = answer_on(browser)
        send(browser, dual_stack, fields)
        assert (browser.status, browser.page.headers["Location"]) == (307, ACS)
        assert is_at_portal(send(browser, ACS, fields))


class TestAnAnswerThatNobodyAskedFor:
    @pytest.mark.requirement("S-090")
    def test_signs_in_after_a_click_that_names_the_user(self, browser, directory):
        send(browser, fields=answer(directory))
        assert browser.step == "external-arrival"
        assert MARY in browser.words
        assert not Session.objects.filter(principal__username=MARY).exists()
        assert is_at_portal(browser.submit())

    def test_has_a_page_that_can_be_loaded_again_in_another_language(self, browser, directory):
        send(browser, fields=answer(directory))
        browser.visit(f"{browser.url}?locale=ja")
        assert browser.step == "external-arrival"
        assert is_at_portal(browser.submit())

    @pytest.mark.requirement("S-090")
    def test_asks_although_somebody_is_signed_in(self, browser, directory):
        sign_in(browser)
        make_mary(directory, "mallory@example.com")
        send(browser, fields=answer(directory, "mallory@example.com"))
        assert browser.step == "external-arrival"
        assert browser.visit(PORTAL).signed_in_as == MARY

    def test_begins_at_the_provider_s_own_page(self, browser, directory):
        browser.visit(f"{IDP}/").visit(f"/sign-in?to={DIRECTORY}")
        send(choose(browser))
        assert browser.step == "external-arrival"
        assert is_at_portal(browser.submit())

    @pytest.mark.requirement("S-050")
    def test_leads_to_a_page_of_its_portal_only(self, browser, directory):
        for relay_state, destination in [
            (f"{PORTAL}applications", f"{PORTAL}applications"),
            ("https://evil.example/", PORTAL),
            (address("example-corp.awsapps.com", "/start/"), PORTAL),
            ("x" * 2000, PORTAL),
            ("", PORTAL),
        ]:
            fields = {**answer(directory), "RelayState": relay_state}
            send(browser, fields=fields).submit()
            assert browser.url == destination

    @pytest.mark.requirement("S-090")
    def test_has_a_link_that_is_good_once_and_for_two_minutes(
        self, browser, new_browser, directory
    ):
        send(browser, fields=answer(directory))
        link = f"{PLATFORM}/platform/saml/arrival?token="
        assert new_browser().visit(browser.trail[0]).status == 410
        assert new_browser().visit(f"{link}nothing").status == 410
        assert Arrival.objects.get().used_at
