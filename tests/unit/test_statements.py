"""What the portal says by SAML, checked by signxml itself with nothing but the metadata."""

import base64
from datetime import timedelta

import pytest
import signxml
from cryptography import x509
from django.core.exceptions import ValidationError
from lxml import etree

from accounts.applications import saml_url
from accounts.models import Application, Session
from signin import naming
from signin.federation import application_keys, application_sign_ons, metadata
from signin.federation.models import ApplicationQuestion
from signin.kernel import clock
from tests.flows.portal_people import account, application, directory, open_session, user
from tests.saml_applications import ACS, LOGOUT, SAML, deflated, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets():
    home = directory(account())
    return application(home, user(home), **SAML, logout_url=LOGOUT)


@pytest.fixture
def session(tickets):
    _, opened = open_session(tickets.users.get())
    return Session.objects.select_related("principal__profile__directory").get(pk=opened.pk)


def asked(tickets, kind="sign-in", service="assertion"):
    packed = deflated(question(service))
    token = application_sign_ons.ask(tickets, kind, packed, relay_state="", is_deflated=True)
    found = application_sign_ons.find(token, kind)
    assert found
    return found


def verified(tickets, answer, location="./"):
    """Return what signxml says was signed, by the key of the metadata."""
    [encoded] = metadata.read(application_sign_ons.metadata(tickets)).certificates
    certificate = x509.load_der_x509_certificate(base64.b64decode(encoded))
    result = signxml.XMLVerifier().verify(
        base64.b64decode(answer.response),
        x509_cert=certificate,
        id_attribute="ID",
        expect_config=signxml.SignatureConfiguration(
            location=location,
            signature_methods=frozenset([signxml.SignatureMethod.RSA_SHA256]),
        ),
    )
    return result.signed_xml


def test_an_assertion_is_signed_by_the_key_of_the_metadata(tickets, session):
    answer = application_sign_ons.vouch(tickets, session, asked(tickets))
    place = "./{urn:oasis:names:tc:SAML:2.0:assertion}Assertion/"
    assertion = verified(tickets, answer, place)
    assert etree.QName(assertion).localname == "Assertion"
    assert b"mary@example.com" in etree.tostring(assertion)


def test_a_refusal_is_signed_as_a_whole(tickets):
    answer = application_sign_ons.refuse_passive(asked(tickets))
    assert answer.to == ACS
    assert verified(tickets, answer).get("Destination") == ACS


def test_so_is_the_answer_that_somebody_is_signed_out(tickets):
    answer = application_sign_ons.log_out(asked(tickets, "sign-out", "logout"))
    assert etree.QName(verified(tickets, answer)).localname == "LogoutResponse"


def test_what_was_changed_afterwards_is_signed_by_nobody(tickets):
    answer = application_sign_ons.refuse_passive(asked(tickets))
    octets = base64.b64decode(answer.response).replace(b"NoPassive", b"Success")
    changed = application_sign_ons.Answer(ACS, base64.b64encode(octets).decode(), "")
    with pytest.raises(signxml.exceptions.InvalidSignature):
        verified(tickets, changed)


def test_a_question_may_name_the_portal_as_aws_does(tickets):
    with naming.seen_as(naming.REAL):
        real = saml_url(tickets, "assertion")
    assert real.startswith("https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/")
    for to in (real, saml_url(tickets, "assertion")):
        packed = deflated(question(Destination=to))
        ask = application_sign_ons.ask
        assert ask(tickets, "sign-in", packed, relay_state="", is_deflated=True)


@pytest.mark.requirement("S-088")
def test_a_question_is_used_once(tickets):
    found = asked(tickets)
    assert [application_sign_ons.use(found) for _ in range(2)] == [True, False]


def test_a_question_is_kept_without_its_token(tickets):
    packed = deflated(question())
    token = application_sign_ons.ask(tickets, "sign-in", packed, relay_state="", is_deflated=True)
    assert token not in repr(ApplicationQuestion.objects.values())


def test_the_end_of_a_session_is_never_behind_that_of_the_portal_s(tickets, session):
    clock.freeze(session.expires_at - timedelta(minutes=3))
    answer = application_sign_ons.vouch(tickets, session)
    ends = clock.written(session.expires_at)
    assert f'SessionNotOnOrAfter="{ends}"'.encode() in base64.b64decode(answer.response)


class TestTheKey:
    @pytest.fixture(autouse=True)
    def _installation(self, settings, tmp_path):
        settings.SIGNIN_DATA_DIR = tmp_path

    def test_is_sealed_in_a_file_of_its_owner_s(self, tmp_path):
        application_keys.identity("d-7777777777")
        [path] = tmp_path.iterdir()
        assert path.stat().st_mode & 0o777 == 0o600
        assert "PRIVATE" not in path.read_text()

    def test_is_made_once_for_each_directory(self):
        found = [application_keys.identity(f"d-777777777{each}").certificate for each in "112"]
        assert found[0] == found[1] != found[2]

    def test_has_a_certificate_that_says_what_it_is(self):
        identity = application_keys.identity("d-7777777777")
        assert "PRIVATE" not in repr(identity)
        certificate = x509.load_der_x509_certificate(base64.b64decode(identity.certificate))
        assert "NOT FOR PRODUCTION" in certificate.subject.rfc4514_string()
        assert "d-7777777777" in certificate.subject.rfc4514_string()


class TestAnApplication:
    @pytest.mark.parametrize(
        ("members", "column"),
        [
            ({"start_url": ""}, "start_url"),
            ({"acs_url": ACS}, "audience"),
            ({"audience": "x"}, "audience"),
            ({"logout_url": LOGOUT}, "logout_url"),
            ({"attributes": {"a": "b"}}, "attributes"),
            ({"acs_url": ACS, "audience": "a b"}, "audience"),
            *(
                ({"acs_url": url, "audience": "x"}, "acs_url")
                for url in (
                    "javascript:alert(1)",
                    "//app.example.com/acs",
                    "https://user@app.example.com/acs",
                    "https://app.example.com/acs#x",
                    "https://app.example.com/a cs",
                    "https://app.example.com\\acs",
                    "https://app.example.com;*/acs",
                    "https:///acs",
                )
            ),
            *(
                ({"acs_url": ACS, "audience": "x", "attributes": value}, "attributes")
                for value in (
                    [],
                    {"": "x"},
                    {"a": ""},
                    {"a": 1},
                    {"a": "x" * 1025},
                    {"a": "\x00"},
                    {"a": "${user:password}"},
                    {"a": "${user:email"},
                    {"a": "x ${user:groups}"},
                    {str(number): "x" for number in range(51)},
                )
            ),
        ],
    )
    def test_that_does_not_fit_together_is_refused(self, tickets, members, column):
        known = {"name": "A", "start_url": "https://app.example.com/", **members}
        made = Application(directory=tickets.directory, **known)
        with pytest.raises(ValidationError) as refused:
            made.full_clean(exclude=["instance_id"])
        assert column in refused.value.message_dict
