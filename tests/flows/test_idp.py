"""The built-in identity provider: whom it answers, what it says, what programs read of it."""

import base64
import json
import zlib
from urllib.parse import urlencode

import pytest
from lxml import etree

from accounts.models import Role, SamlProvider
from signin import safeguards
from signin.federation import (
    authn_requests,
    documents,
    iam_saml,
    idp,
    idp_keys,
    metadata,
    service_providers,
)
from signin.federation.authn_requests import Question
from signin.http import IDP_COOKIE
from signin.kernel import arns
from tests.browser import SIGNIN, Browser
from tests.external_idp import (
    ACCOUNT,
    ACS,
    DIRECTORY,
    FROM_PROVIDER,
    IDP,
    PLATFORM,
    answer_on,
    at_provider,
    choose,
    make_external,
    make_mary,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NAMES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}
PROVIDER_ARN = arns.saml_provider("aws", ACCOUNT, "BuiltIn")


@pytest.fixture
def directory():
    made = make_external()
    make_mary(made)
    return made


@pytest.fixture
def role():
    SamlProvider.objects.create(account_id=ACCOUNT, name="BuiltIn", **idp.columns())
    return Role.objects.create(account_id=ACCOUNT, name="Engineer", trusts=[PROVIDER_ARN])


def is_refused(browser: Browser) -> bool:
    return browser.status == 400 and 'id="question-refused"' in browser.text


def question_of(directory, **changed):
    here = service_providers.of(directory)
    said = {"id": "_1", "issuer": here.entity_id, "acs_url": here.acs_url, **changed}
    return authn_requests.address(Question(**said), to=idp.sign_in_url())


def said_in(browser: Browser):
    return etree.fromstring(base64.b64decode(answer_on(browser)["SAMLResponse"]))


def values_of(root, attribute):
    path = f".//saml:Attribute[@Name='{attribute}']/saml:AttributeValue"
    return [each.text for each in root.findall(path, NAMES)]


class TestItsFirstPage:
    def test_says_what_it_is_and_that_nobody_trusts_it_yet(self, browser):
        assert browser.visit(IDP).status == 200
        assert 'id="nobody-trusts"' in browser.text
        assert "no passwords" in browser.words

    def test_lists_who_trusts_it(self, browser, directory, role):
        browser.visit(IDP)
        assert 'id="go-to-console"' in browser.text
        assert f'id="go-to-{DIRECTORY}"' in browser.text

    def test_is_of_no_other_name(self, browser):
        assert browser.visit("http://idp.localhost.localhost:8000/").status == 421


class TestAQuestion:
    @pytest.mark.requirement("S-094")
    @pytest.mark.parametrize(
        "changed",
        [
            {"acs_url": "https://evil.example/acs"},
            {"acs_url": f"{ACS}/"},
            {"acs_url": f"{ACS}?x"},
            {"acs_url": ACS.upper()},
            {"acs_url": f"{PLATFORM}/platform/saml/acs/d-1234567890"},
            {"issuer": "https://evil.example/metadata"},
            {"issuer": ""},
        ],
    )
    def test_of_somebody_unknown_or_for_another_address_is_refused(
        self, browser, directory, changed
    ):
        assert is_refused(browser.visit(question_of(directory, **changed)))
        assert "evil" not in browser.text

    @pytest.mark.requirement("S-094")
    @pytest.mark.parametrize(
        "changed",
        [
            {"acs_url": "https://evil.example/acs"},
            {"acs_url": f"{ACS}/"},
            {"question": "<x>"},
            {"to": "d-1234567890"},
            {"to": ""},
            {"relay_state": "x" * 1025},
        ],
    )
    def test_is_checked_again_when_the_page_is_sent(self, browser, directory, changed):
        browser.visit(question_of(directory))
        assert is_refused(choose(browser, **changed))

    def test_without_an_address_is_answered_at_the_usual_one(self, browser, directory):
        here = service_providers.of(directory)
        xml = (
            f'<p:AuthnRequest xmlns:p="{documents.PROTOCOL}" ID="_1" Version="2.0">'
            f'<Issuer xmlns="{documents.ASSERTION}">{here.entity_id}</Issuer></p:AuthnRequest>'
        )
        choose(browser.visit(f"{idp.sign_in_url()}?{urlencode({'SAMLRequest': deflated(xml)})}"))
        assert f'action="{ACS}"' in browser.text

    def test_comes_by_post_as_well(self, browser, directory):
        here = service_providers.of(directory)
        xml = (
            f'<p:AuthnRequest xmlns:p="{documents.PROTOCOL}" ID="_1" Version="2.0">'
            f'<Issuer xmlns="{documents.ASSERTION}">{here.entity_id}</Issuer></p:AuthnRequest>'
        )
        fields = {"SAMLRequest": base64.b64encode(xml.encode()).decode(), "RelayState": "a&b"}
        browser.post(idp.sign_in_url(), fields, **FROM_PROVIDER)
        assert answer_on(choose(browser))["RelayState"] == "a&b"

    @pytest.mark.requirement("S-086", "S-094")
    @pytest.mark.parametrize(
        "packed",
        [
            "",
            "x",
            "x" * 20_000,
            base64.b64encode(b"not deflated").decode(),
            base64.b64encode(zlib.compress(b"<a/>")).decode(),
        ],
    )
    def test_that_is_none_is_refused(self, browser, directory, packed):
        query = urlencode({"SAMLRequest": packed})
        assert is_refused(browser.visit(f"{idp.sign_in_url()}?{query}"))

    @pytest.mark.requirement("S-086")
    @pytest.mark.parametrize(
        "xml",
        [
            "<a/>",
            '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
            f'<p:AuthnRequest xmlns:p="{documents.PROTOCOL}" ID="_1" Version="2.0"/>',
            f'<p:AuthnRequest xmlns:p="{documents.PROTOCOL}" ID="1" Version="2.0"/>',
            "<a>" + "x" * 1_000_000 + "</a>",
        ],
    )
    def test_that_says_something_else_is_refused(self, browser, directory, xml):
        query = urlencode({"SAMLRequest": deflated(xml)})
        assert is_refused(browser.visit(f"{idp.sign_in_url()}?{query}"))

    def test_that_is_there_twice_is_refused(self, browser, directory):
        url = question_of(directory)
        assert is_refused(browser.visit(f"{url}&{url.partition('?')[2]}"))


def deflated(xml):
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(xml.encode()) + packer.flush()).decode()


class TestAnAnswer:
    def test_names_whom_somebody_chose_to_be(self, browser, directory):
        root = said_in(choose(at_provider(browser), "Anybody <at> all & more"))
        assert root.find(".//saml:NameID", NAMES).text == "Anybody <at> all & more"
        assert root.get("Destination") == ACS

    @pytest.mark.parametrize("username", ["", "a\x00b", "a\x07", "\ufffe", "x" * 257])
    def test_needs_a_name_that_can_be_one(self, browser, directory, username):
        choose(at_provider(browser), username)
        assert browser.error_of("username")

    @pytest.mark.parametrize("seconds", ["899", "43201", "x", "-900"])
    def test_needs_a_length_that_can_be_one(self, browser, directory, seconds):
        choose(at_provider(browser), seconds=seconds)
        assert browser.error_of("seconds")

    def test_has_the_roles_that_were_ticked(self, browser, role):
        browser.visit(f"{IDP}/sign-in?to=console")
        pair = f"{role.arn},{PROVIDER_ARN}"
        choose(browser, "sam@example.com", roles=pair, seconds="7200")
        assert f'action="{SIGNIN}saml"' in browser.text
        root = said_in(browser)
        assert values_of(root, iam_saml.ROLE) == [pair]
        assert values_of(root, iam_saml.ROLE_SESSION_NAME) == ["sam@example.com"]
        assert values_of(root, iam_saml.SESSION_DURATION) == ["7200"]
        assert root.find(".//saml:Audience", NAMES).text == "urn:amazon:webservices"

    def test_has_no_role_that_is_not_offered(self, browser, role):
        browser.visit(f"{IDP}/sign-in?to=console")
        choose(browser, "sam@example.com", roles=f"{role.arn}x,{PROVIDER_ARN}")
        assert browser.error_of("roles")

    def test_needs_a_session_name_that_the_console_takes(self, browser, role):
        browser.visit(f"{IDP}/sign-in?to=console")
        choose(browser, "Sam Smith")
        assert browser.error_of("session_name")
        choose(browser, "Sam Smith", session_name="sam")
        assert values_of(said_in(browser), iam_saml.ROLE_SESSION_NAME) == ["sam"]

    def test_is_remembered_by_the_name_only(self, browser, directory):
        choose(at_provider(browser), "Zoë@example.com")
        assert "Zo" in browser.cookie(IDP_COOKIE, IDP)
        assert at_provider(browser).value_of("username") == "Zoë@example.com"

    def test_goes_on_by_a_form_that_may_lead_to_us_only(self, browser, directory):
        choose(at_provider(browser))
        policy = browser.page.headers["Content-Security-Policy"]
        targets = policy.split("form-action")[1].split(";")[0].split()
        assert "https://*.signin.aws" in targets
        assert "http://*.signin.aws.localhost:8000" in targets
        hosts = [each.partition("://")[2].removesuffix(".localhost:8000") for each in targets]
        assert {each for each in hosts if each} == set(safeguards.FORM_TARGETS)


class TestWhatProgramsReadOfIt:
    def test_are_metadata_that_service_providers_take(self, browser):
        told = metadata.read(browser.visit(idp.entity_id()).page.content)
        assert told.entity_id == idp.entity_id()
        assert told.sign_in_url == f"{IDP}/saml/sso"
        assert told.certificates == (idp_keys.identity().certificate,)

    def test_is_where_its_keys_are(self, browser):
        document = json.loads(browser.visit(f"{IDP}/.well-known/openid-configuration").text)
        assert document["issuer"] == IDP
        [key] = json.loads(browser.visit(document["jwks_uri"]).text)["keys"]
        assert key["alg"] == "ES256"
        assert "d" not in key
