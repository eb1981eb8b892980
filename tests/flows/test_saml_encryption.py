"""Coming to the console with an encrypted assertion: ``/saml/acs/`` of a provider."""

import base64

import pytest
from lxml import etree

from accounts.models import Account
from signin.events.models import Event
from signin.faults.models import Incident
from tests import saml
from tests import saml_encryption as enc
from tests.browser import CONSOLE, SIGNIN, address
from tests.external_idp import FROM_PROVIDER
from tests.flows.saml_walks import ENDPOINT, choose, is_refused, send
from tests.saml_encryption import How, require
from tests.saml_roles import ACCOUNT, OTHER_ACCOUNT, make_provider, make_role, said_of
from tests.saml_roles import answer as plain_answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ZHANG = "Federated/zhang@example.com @ example-corp"


@pytest.fixture
def provider():
    return require(make_provider())


@pytest.fixture
def role(provider):
    return make_role("Federated", provider)


def own(provider, host="signin.aws.amazon.com"):
    return address(host, f"/saml/acs/{provider.uuid}")


def answer(provider, *roles, how=None, at=None, **said):
    """Return an encrypted response for a provider's own address, as a form has it."""
    at = at or own(provider)
    attributes = said_of(*((each, provider) for each in roles))
    return enc.answer(how, **{"recipient": at, "destination": at, "attributes": attributes, **said})


def reason():
    return Event.objects.latest("id").document["additionalEventData"]["Reason"]


@pytest.mark.requirement("R-037")
@pytest.mark.parametrize("content", [enc.GCM_128, enc.GCM_256, enc.CBC_128, enc.CBC_256])
def test_an_encrypted_assertion_opens_its_role(browser, role, provider, content):
    send(browser, answer(provider, role, how=How(content=content)), at=own(provider))
    assert (browser.status, browser.url) == (200, own(provider))
    assert "Go on to the console?" in browser.words
    browser.submit("saml_form")
    assert browser.url == CONSOLE + "console/home"
    assert browser.signed_in_as == ZHANG


def test_of_several_roles_one_is_chosen_and_signs_in_once(browser, new_browser, role, provider):
    other = make_role("Other", provider)
    response = answer(provider, role, other)
    choose(send(browser, response, at=own(provider)), other)
    assert browser.signed_in_as == "Other/zhang@example.com @ example-corp"
    again = send(new_browser(), response, at=own(provider))
    again.submit("saml_form", roleIndex=other.arn)
    assert (again.status, reason()) == (400, "replayed")


def test_a_regional_host_takes_them_as_well(browser, role, provider):
    at = own(provider, "eu-west-2.signin.aws.amazon.com")
    send(browser, answer(provider, role, at=at), at=at).submit("saml_form")
    assert browser.url == address("eu-west-2.console.aws.amazon.com", "/console/home")


def test_the_audience_may_be_the_address(browser, role, provider):
    response = answer(provider, role, audience=own(provider))
    send(browser, response, at=own(provider)).submit("saml_form")
    assert browser.signed_in_as == ZHANG


def test_both_keys_open_while_they_are_exchanged(browser, role, provider):
    require(provider, "sp", "next")
    for kind, name in (("sp", "_1"), ("next", "_2")):
        send(browser, answer(provider, role, how=How(kind=kind), id=name), at=own(provider))
        assert "Go on to the console?" in browser.words


class TestWhatIsRefused:
    def test_a_plain_one_of_a_provider_that_has_to_encrypt(self, browser, role, provider):
        for at in (ENDPOINT, own(provider)):
            response = plain_answer((role, provider), recipient=at, destination=at)
            assert is_refused(send(browser, response, at=at))
            assert reason() == "not-encrypted"

    @pytest.mark.parametrize("mode", ["", "Allowed"])
    def test_an_encrypted_one_where_nobody_knows_whose_key_it_is_for(
        self, browser, role, provider, mode
    ):
        provider.assertion_encryption_mode = mode
        provider.save()
        assert is_refused(send(browser, answer(provider, role, at=ENDPOINT)))

    @pytest.mark.requirement("S-091")
    def test_an_encrypted_one_of_a_provider_that_does_not_encrypt(self, browser, role, provider):
        provider.assertion_encryption_mode = ""
        provider.save()
        assert is_refused(send(browser, answer(provider, role), at=own(provider)))
        assert reason() == "encrypted"

    @pytest.mark.requirement("S-089")
    def test_one_that_is_required_and_was_made_for_the_address_of_all(
        self, browser, role, provider
    ):
        response = answer(provider, role, recipient=ENDPOINT, destination=None)
        assert is_refused(send(browser, response, at=own(provider)))
        assert reason() == "recipient"

    @pytest.mark.requirement("S-089", "S-092")
    def test_one_for_the_address_of_another_provider(self, browser, role, provider):
        other = require(make_provider(OTHER_ACCOUNT))
        theirs = make_role("Other", other)
        response = answer(provider, role, theirs)
        assert is_refused(send(browser, response, at=own(other)))
        assert reason() == "destination"
        response = answer(provider, role, destination=None, recipient=own(other))
        assert is_refused(send(browser, response, at=own(provider)))
        assert reason() == "recipient"
        response = answer(provider, role, audience=own(other))
        assert is_refused(send(browser, response, at=own(provider)))
        assert reason() == "audience"

    @pytest.mark.requirement("S-092")
    def test_roles_of_other_providers_are_not_there(self, browser, role, provider):
        other = require(make_provider(OTHER_ACCOUNT))
        theirs = make_role("Other", other)
        attributes = said_of((role, provider), (theirs, other))
        send(browser, answer(provider, attributes=attributes), at=own(provider))
        assert browser.text.count('name="roleIndex"') == 1
        assert theirs.arn not in browser.text

    @pytest.mark.requirement("S-089")
    def test_another_key(self, browser, role, provider):
        wrong = How(kind="other")
        assert is_refused(send(browser, answer(provider, role, how=wrong), at=own(provider)))
        assert reason() == "decryption"

    @pytest.mark.requirement("S-089")
    @pytest.mark.parametrize("uuid", ["SAMLSPAAAAAAAAAAAAAAAA", "samlsp", "SAMLSP%0A"])
    def test_an_address_that_is_nobody_s(self, browser, role, provider, uuid):
        unknown = address("signin.aws.amazon.com", f"/saml/acs/{uuid}")
        browser.post(unknown, {"SAMLResponse": answer(provider, role, at=unknown)})
        assert is_refused(browser)

    @pytest.mark.requirement("S-089")
    def test_the_page_says_the_same_to_all_of_it(self, browser, role, provider):
        pages = set()
        for response in (
            answer(provider, role, how=How(kind="other")),
            answer(provider, role, how=How(content=enc.CBC_256, kind="other")),
            answer(provider, role, how=How(transport=enc.RSA_1_5)),
            plain_answer((role, provider)),
            "bm9uZQ==",
        ):
            assert is_refused(send(browser, response, at=own(provider)))
            pages.add(browser.words.replace(Incident.objects.latest("id").number, ""))
        assert len(pages) == 1


class TestWhereItIsAllowed:
    def test_both_come_in_at_the_own_address_and_plain_ones_at_that_of_all(
        self, browser, new_browser, role, provider
    ):
        provider.assertion_encryption_mode = "Allowed"
        provider.save()
        at = own(provider)
        for one, response, where in (
            (browser, answer(provider, role, id="_1"), at),
            (
                new_browser(),
                plain_answer((role, provider), recipient=at, destination=at, id="_2"),
                at,
            ),
            (new_browser(), plain_answer((role, provider), id="_3"), ENDPOINT),
        ):
            assert send(one, response, at=where).submit("saml_form").signed_in_as == ZHANG


def test_metadata_name_the_address_that_is_a_provider_s_own(browser, provider):
    for host in ("signin.aws.amazon.com", "eu-west-2.signin.aws.amazon.com"):
        browser.visit(address(host, f"/static/saml/{provider.uuid}/saml-metadata.xml"))
        root = etree.fromstring(browser.text.encode())
        assert root.get("entityID") == saml.AUDIENCE
        service = root.find(".//md:AssertionConsumerService", saml.NAMES)
        assert service.get("Location") == own(provider, host)
    browser.visit(SIGNIN + "static/saml/SAMLSPAAAAAAAAAAAAAAAA/saml-metadata.xml")
    assert browser.status == 404


class TestTheBuiltInProvider:
    @pytest.fixture
    def encrypting(self, control):
        """Have an account trust the built-in provider, and want everything encrypted."""
        body = {
            "metadata": "built-in",
            "assertion_encryption_mode": "Required",
            "add_private_key": enc.pem(),
        }
        assert control("PUT", f"/accounts/{ACCOUNT}/saml_providers/Own", body)[0] == 200
        provider = Account.objects.get(pk=ACCOUNT).saml_providers.get()
        make_role("Federated", provider)
        return provider

    @pytest.mark.parametrize(
        "method", ["aes128-gcm", "aes256-gcm", "aes128-cbc", "aes256-cbc", None]
    )
    def test_encrypts_for_a_suite(self, control, browser, encrypting, method):
        body = {"subject": "zhang@example.com", "audience": encrypting.uuid}
        body |= {"encryption": method} if method else {}
        status, told = control("POST", "/identity_provider/assertions", body)
        assert (status, told["acs"]) == (200, own(encrypting))
        assert b"zhang" not in base64.b64decode(told["saml_response"])
        browser.post(told["acs"], {"SAMLResponse": told["saml_response"]}, **FROM_PROVIDER)
        assert browser.submit("saml_form").signed_in_as == ZHANG

    def test_says_it_plainly_if_that_is_wanted(self, control, browser, encrypting):
        body = {"subject": "zhang@example.com", "audience": encrypting.uuid, "encryption": "none"}
        _, told = control("POST", "/identity_provider/assertions", body)
        assert b"zhang" in base64.b64decode(told["saml_response"])
        browser.post(told["acs"], {"SAMLResponse": told["saml_response"]}, **FROM_PROVIDER)
        assert is_refused(browser)
        assert (
            control("POST", "/identity_provider/assertions", {**body, "encryption": "rot13"})[0]
            == 422
        )

    def test_takes_somebody_there_from_its_page(self, browser, encrypting):
        browser.visit(address("idp"))
        assert f'id="go-to-{encrypting.uuid}"' in browser.text
        browser.visit(address("idp", f"/sign-in?to={encrypting.uuid}"))
        role = f"{encrypting.account.roles.get(name='Federated').arn},{encrypting.arn}"
        browser.submit("idp-sign-in", username="zhang@example.com", roles=role)
        assert "Console, encrypted for Own" in browser.words
        browser.submit("saml-answer")
        assert browser.submit("saml_form").signed_in_as == ZHANG
