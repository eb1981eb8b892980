"""What suites have the built-in identity provider say, by the control API."""

import base64

import pytest
from lxml import etree

from accounts.models import Directory, OidcProvider, Principal, Role, SamlProvider
from signin.control import doors, scenarios
from signin.federation import idp, idp_keys
from signin.kernel import jws
from tests.browser import DESK, PORT, Browser, address
from tests.external_idp import FROM_PROVIDER

pytestmark = pytest.mark.django_db

MARY = "mary@example.com"
DIRECTORY = "d-2345678901"
PORTAL = address("example-federation.awsapps.com", "/start/")
ACS = address("us-east-1.signin.aws", f"/platform/saml/acs/{DIRECTORY}")
NAMES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}


@pytest.fixture(autouse=True)
def federation(db):
    """Fill the tables with the scenario whose people come by the built-in provider."""
    scenarios.store(scenarios.read(scenarios.find("federation")))


class TestAToken:
    def test_says_what_was_asked_for(self, control):
        body = {"subject": "ci", "audience": "sts.amazonaws.com", "claims": {"ref": "main"}}
        status, told = control("POST", "/identity_provider/tokens", body)
        assert status == 200
        assert told["issuer"] == f"http://idp.localhost:{PORT}"
        signed, _, signature = told["id_token"].rpartition(".")
        jws.check(signed, signature, idp_keys.identity().public_key)
        claims = jws.read(signed.split(".")[1])
        assert claims["sub"] == "ci"
        assert claims["ref"] == "main"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"subject": "", "audience": "x"},
            {"subject": "a\nb", "audience": "x"},
            {"subject": "a", "audience": 1},
            {"subject": "a", "audience": "x", "more": 1},
        ],
    )
    def test_needs_what_it_needs(self, control, body):
        assert control("POST", "/identity_provider/tokens", body)[0] == 422


class TestAnAssertion:
    def test_signs_its_subject_in_without_a_page_of_the_provider(self, control):
        body = {"subject": MARY, "audience": DIRECTORY}
        _, told = control("POST", "/identity_provider/assertions", body)
        assert told["acs"] == ACS
        browser = Browser()
        browser.post(told["acs"], {"SAMLResponse": told["saml_response"]}, **FROM_PROVIDER)
        assert browser.step == "external-arrival"
        browser.submit()
        assert browser.url == PORTAL
        assert "ReadOnlyAccess" in browser.words

    def test_answers_a_question_at_any_address_of_who_asked(self, control):
        older = address("us-east-1.signin.aws.amazon.com", f"/platform/saml/acs/{DIRECTORY}")
        entity_id = address("us-east-1.signin.aws.amazon.com", f"/platform/saml/{DIRECTORY}")
        body = {
            "subject": MARY,
            "audience": entity_id,
            "acs": older,
            "in_response_to": "_7",
            "session_seconds": 900,
            "attributes": {"team": ["a", "b"]},
        }
        _, told = control("POST", "/identity_provider/assertions", body)
        root = etree.fromstring(base64.b64decode(told["saml_response"]))
        assert told["acs"] == root.get("Destination") == older
        assert root.get("InResponseTo") == "_7"
        assert root.find(".//saml:Audience", NAMES).text == entity_id
        found = [each.text for each in root.findall(".//saml:AttributeValue", NAMES)]
        assert found == ["a", "b"]

    @pytest.mark.requirement("R-109")
    def test_is_for_the_console_as_well_with_all_roles_if_it_says_no_others(self, control):
        body = {"subject": "sam", "audience": "urn:amazon:webservices"}
        _, told = control("POST", "/identity_provider/assertions", body)
        assert told["acs"] == address("signin.aws.amazon.com", "/saml")
        browser = Browser()
        browser.post(told["acs"], {"SAMLResponse": told["saml_response"]}, **FROM_PROVIDER)
        roles = {each.arn for each in Role.objects.filter(permission_set=None)}
        assert {arn for arn in roles if f'value="{arn}"' in browser.text} == roles
        browser.submit("saml_form", roleIndex="arn:aws:iam::111122223333:role/Auditor")
        assert browser.signed_in_as.startswith("Auditor/sam")

    @pytest.mark.requirement("S-094")
    @pytest.mark.parametrize(
        "body",
        [
            {"audience": "d-1234567890"},
            {"audience": "https://sp.example.com"},
            {"audience": DIRECTORY, "acs": "https://sp.example.com/acs"},
            {"audience": "console", "acs": ACS},
        ],
    )
    def test_is_for_nobody_else(self, control, body):
        status, problem = control("POST", "/identity_provider/assertions", {"subject": "x", **body})
        assert status == 404
        assert body["audience"] in problem["error"]

    @pytest.mark.parametrize(
        "changed",
        [
            {"subject": "\ufffe"},
            {"subject": ""},
            {"in_response_to": "<x>"},
            {"attributes": {"a": ["\x01"]}},
            {"attributes": {"a": "b"}},
            {"session_seconds": 0},
        ],
    )
    def test_needs_what_it_needs(self, control, changed):
        body = {"subject": "x", "audience": "console", **changed}
        assert control("POST", "/identity_provider/assertions", body)[0] == 422


class TestTheScenario:
    def test_trusts_the_provider_of_this_installation(self):
        told = idp.columns()
        providers = [*SamlProvider.objects.all(), Directory.objects.get().identity_provider]
        assert len(providers) == 3
        for each in providers:
            assert (each.entity_id, each.sign_in_url) == (told["entity_id"], told["sign_in_url"])
            assert each.certificates == told["certificates"]
        assert OidcProvider.objects.get().url == idp.issuer()
        assert OidcProvider.objects.get().keys == idp.keys()

    def test_has_people_without_passwords_whom_the_desk_names(self, browser):
        shown = doors.people(scenarios.find("federation"))
        assert MARY in {person.name for person in shown if person.is_external}
        users = Principal.objects.filter(kind=Principal.Kind.DIRECTORY_USER)
        assert not any(user.has_usable_password() for user in users)
        browser.visit(DESK)
        assert "none: an identity provider asks" in browser.words
        assert f"http://idp.localhost:{PORT}/" in browser.text
