"""AssumeRoleWithSAML by botocore: whose roles are given, for how long, and what is refused."""

import base64
import hashlib
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from django.test import Client

from accounts.models import Principal, TemporaryCredentials
from signin import naming
from signin.events.models import Event
from signin.federation import errors, iam_saml
from signin.kernel import clock
from tests import saml
from tests import saml_encryption as enc
from tests.browser import address
from tests.saml_encryption import How, require
from tests.saml_roles import (
    ACCOUNT,
    OTHER_ACCOUNT,
    ROLE,
    SESSION_NAME,
    make_provider,
    make_role,
    said_of,
)
from tests.saml_roles import answer as signed_for
from tests.wire.sts.calls import OPEN, Content, is_as_modelled, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

INVALID = (400, "InvalidIdentityToken")
DENIED = (403, "AccessDenied")


def deliver(request, **_):
    """Answer a call of botocore in this process, and without a signature."""
    assert "Authorization" not in request.headers
    answer = Client(enforce_csrf_checks=True).post(
        urlsplit(request.url).path,
        request.body,
        content_type=request.headers["Content-Type"].decode(),
        headers={"host": urlsplit(request.url).netloc},
    )
    return AWSResponse(request.url, answer.status_code, answer.headers, Content(answer.content))


@pytest.fixture
def sts():
    """Return a client of STS that has no credentials."""
    client = botocore.session.Session(session_vars={"profile": (None,) * 4}).create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url="http://sts.us-east-1.amazonaws.com.localhost:8000",
        config=Config(retries={"max_attempts": 0}, signature_version=UNSIGNED),
    )
    client.meta.events.register("before-send.sts", deliver)
    OPEN.append(client)
    return client


@pytest.fixture
def provider():
    return make_provider()


@pytest.fixture
def role(provider):
    return make_role("Federated", provider, session_seconds=7200)


def assume(sts, role, provider, response=None, **options):
    return sts.assume_role_with_saml(
        RoleArn=role if isinstance(role, str) else role.arn,
        PrincipalArn=provider if isinstance(provider, str) else provider.arn,
        SAMLAssertion=response or signed_for((role, provider)),
        **options,
    )


def test_credentials_are_given_to_whom_the_provider_vouches_for(sts, role, provider):
    clock.freeze()
    output = assume(sts, role, provider)
    assert is_as_modelled("AssumeRoleWithSAML", output)
    hashed = hashlib.sha1(f"{saml.ENTITY_ID}{ACCOUNT}/idp".encode()).digest()
    told = {name: output[name] for name in ("Subject", "SubjectType", "Issuer", "Audience")}
    assert told == {
        "Subject": "zhang@example.com",
        "SubjectType": saml.EMAIL,
        "Issuer": saml.ENTITY_ID,
        "Audience": saml.RECIPIENT,
    }
    assert output["NameQualifier"] == base64.b64encode(hashed).decode()
    assert output["AssumedRoleUser"]["Arn"].endswith(":assumed-role/Federated/zhang@example.com")
    assert "SourceIdentity" not in output
    assert "PackedPolicySize" not in output
    issued = TemporaryCredentials.objects.get()
    assert (issued.expires_at - issued.issued_at).total_seconds() == 3600
    assert issued.principal.kind == Principal.Kind.FEDERATED
    assert issued.principal.realm == provider.arn


def test_the_prefix_of_a_format_of_saml_2_is_left_out(sts, role, provider):
    persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    response = signed_for((role, provider), subject_format=persistent)
    assert assume(sts, role, provider, response)["SubjectType"] == "persistent"


def test_session_tags_and_a_source_identity_come_with_the_assertion(sts, role, provider):
    said = {
        f"{saml.ATTRIBUTES}PrincipalTag:Team": ["blue"],
        f"{saml.ATTRIBUTES}PrincipalTag:Cost center": ["7"],
        f"{saml.ATTRIBUTES}TransitiveTagKeys": ["team"],
        f"{saml.ATTRIBUTES}SourceIdentity": ["zhang"],
    }
    output = assume(sts, role, provider, signed_for((role, provider), also=said))
    assert output["SourceIdentity"] == "zhang"
    assert output["PackedPolicySize"] == 1
    issued = TemporaryCredentials.objects.get()
    assert issued.tags == {"Team": "blue", "Cost center": "7"}
    assert issued.transitive_tags == ["Team"]
    assert issued.source_identity == "zhang"


@pytest.mark.parametrize(
    ("seconds", "session_ends", "lasts"),
    [(None, None, 3600), (900, None, 900), (7200, None, 7200), (7200, 1800, 1800), (None, 60, 60)],
)
def test_the_session_ends_with_the_one_at_the_provider(
    sts, role, provider, seconds, session_ends, lasts
):
    clock.freeze(clock.now().replace(microsecond=0))
    response = signed_for((role, provider), session_ends=session_ends)
    assume(sts, role, provider, response, **({"DurationSeconds": seconds} if seconds else {}))
    issued = TemporaryCredentials.objects.get()
    assert (issued.expires_at - issued.issued_at).total_seconds() == lasts


@pytest.mark.requirement("S-093")
def test_no_session_is_longer_than_the_role_s(sts, role, provider):
    response = signed_for((role, provider))
    too_long = refusal(assume, sts, role, provider, response, DurationSeconds=7201)
    assert too_long == (400, "ValidationError")
    bad = refusal(assume, sts, role, provider, response, DurationSeconds=43_201)
    assert bad == (400, "ValidationError")


@pytest.mark.requirement("S-088")
def test_an_assertion_is_good_once_for_each_role(sts, role, provider):
    other = make_role("Other", provider)
    response = signed_for((role, provider), (other, provider))
    assert assume(sts, role, provider, response)
    assert assume(sts, other, provider, response)
    assert refusal(assume, sts, role, provider, response) == INVALID


@pytest.mark.requirement("S-092", "S-093")
def test_roles_that_the_assertion_does_not_name_are_refused(sts, role, provider):
    other = make_role("Other", provider)
    assert refusal(assume, sts, other, provider, signed_for((role, provider))) == DENIED
    unknown = f"arn:aws:iam::{ACCOUNT}:role/Unknown"
    response = saml.answer(
        attributes={ROLE: [f"{unknown},{provider.arn}"], SESSION_NAME: ["zhang"]}
    )
    assert refusal(assume, sts, unknown, provider, response) == DENIED


@pytest.mark.requirement("S-092")
def test_a_provider_opens_roles_of_its_own_account_and_with_its_own_arn_only(sts, role, provider):
    elsewhere = make_provider(OTHER_ACCOUNT)
    theirs = make_role("Theirs", elsewhere)
    theirs.trusts = [provider.arn, elsewhere.arn]
    theirs.save()
    assert refusal(assume, sts, theirs, provider, signed_for((theirs, provider))) == DENIED
    assert refusal(assume, sts, theirs, provider, signed_for((theirs, elsewhere))) == DENIED
    assert assume(sts, theirs, elsewhere, signed_for((theirs, elsewhere)))


@pytest.mark.requirement("S-092")
def test_the_provider_has_to_be_the_one_that_signed(sts, role, provider):
    other = saml.provider("other", "https://other.example.com")
    theirs = make_provider(name="other", idp=other)
    response = signed_for((role, provider), idp=other)
    assert refusal(assume, sts, role, provider, response) == INVALID
    assert refusal(assume, sts, role, theirs, response) == DENIED
    unknown = f"arn:aws:iam::{ACCOUNT}:saml-provider/unknown"
    assert refusal(assume, sts, role, unknown, signed_for((role, provider))) == INVALID


def test_a_role_takes_only_the_subjects_that_it_names(sts, provider):
    role = make_role("Some", provider, subjects=["*@example.com"])
    assert assume(sts, role, provider)
    other = signed_for((role, provider), subject="zhang@example.org")
    assert refusal(assume, sts, role, provider, other) == DENIED


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"name": ""}, INVALID),
        ({"name": "z"}, INVALID),
        ({"name": "zhang wei"}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}SourceIdentity": ["aws:zhang"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}SourceIdentity": ["one", "two"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}SessionDuration": ["899"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}SessionDuration": ["soon"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}PrincipalTag:a": ["1", "2"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}PrincipalTag:aws:a": ["1"]}}, INVALID),
        ({"also": {f"{saml.ATTRIBUTES}TransitiveTagKeys": ["a"]}}, INVALID),
        ({"also": {ROLE: ["Federated"]}}, INVALID),
        ({"also": {ROLE: []}}, INVALID),
        ({"subject": None}, DENIED),
        ({"audience": "https://other.example.com"}, INVALID),
        ({"recipient": "https://signin.aws.amazon.com/saml"}, INVALID),
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:Requester"}, (403, "IDPRejectedClaim")),
        ({"ends": -1}, (400, "ExpiredTokenException")),
        ({"issued": -301}, (400, "ExpiredTokenException")),
    ],
)
@pytest.mark.requirement("S-089", "S-093")
def test_assertions_that_are_not_right_have_the_errors_of_the_service(
    sts, role, provider, said, refused
):
    assert refusal(assume, sts, role, provider, signed_for((role, provider), **said)) == refused
    assert not TemporaryCredentials.objects.exists()


def test_names_of_attributes_are_taken_with_their_capitals(sts, role, provider):
    said = {ROLE.lower(): [f"{role.arn},{provider.arn}"], SESSION_NAME: ["zhang"]}
    response = saml.answer(attributes=said)
    assert refusal(assume, sts, role, provider, response) == INVALID


def test_the_pair_may_be_said_in_either_order_and_with_blanks(sts, provider):
    role = make_role("a,b", provider)
    for number, pair in enumerate(
        [f" {role.arn} , {provider.arn} ", f"\n{provider.arn},\n{role.arn}\n"]
    ):
        said = {ROLE: [pair], SESSION_NAME: ["zhang"]}
        assert assume(sts, role, provider, saml.answer(attributes=said, id=f"_a{number}"))


def test_policies_are_checked(sts, role, provider):
    response = signed_for((role, provider))
    malformed = refusal(assume, sts, role, provider, response, Policy="[]")
    assert malformed == (400, "MalformedPolicyDocument")
    assert assume(sts, role, provider, response, Policy="{}")["PackedPolicySize"] == 1


def test_fields_that_are_no_such_thing_are_refused(sts, role, provider):
    assert refusal(assume, sts, role, provider, "no base64!") == (400, "ValidationError")
    assert refusal(assume, sts, role, provider, "bm9uZQ==") == INVALID


@pytest.mark.requirement("S-108", "S-107")
def test_events_name_whom_the_provider_vouched_for(sts, role, provider):
    response = signed_for((role, provider))
    output = assume(sts, role, provider, response)
    told = Event.objects.get(name="AssumeRoleWithSAML").document
    qualifier = output["NameQualifier"]
    assert told["userIdentity"] == {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:zhang@example.com",
        "userName": "zhang@example.com",
        "identityProvider": qualifier,
    }
    assert told["recipientAccountId"] == ACCOUNT
    assert told["requestParameters"] == {
        "sAMLAssertionID": "_assertion-1",
        "roleArn": role.arn,
        "principalArn": provider.arn,
    }
    elements = told["responseElements"]
    assert elements["credentials"]["accessKeyId"] == output["Credentials"]["AccessKeyId"]
    assert elements["issuer"] == saml.ENTITY_ID
    secrets = (response, output["Credentials"]["SecretAccessKey"])
    assert not any(each in str(told) for each in secrets)


@pytest.mark.requirement("S-089", "S-108")
def test_events_have_the_reason_of_a_refusal(sts, role, provider):
    refusal(assume, sts, role, provider, signed_for((role, provider), audience="other"))
    told = Event.objects.get(name="AssumeRoleWithSAML").document
    assert told["userIdentity"]["type"] == "Unknown"
    assert told["errorCode"] == "InvalidIdentityToken"
    assert "audience" in told["errorMessage"]
    other = make_role("Other", provider)
    refusal(assume, sts, other, provider, signed_for((role, provider)))
    told = Event.objects.filter(name="AssumeRoleWithSAML").order_by("id").last().document
    assert (told["userIdentity"]["type"], told["errorCode"]) == ("SAMLUser", "AccessDenied")


@pytest.mark.requirement("S-089")
def test_aws_s_own_names_are_taken_behind_the_gateway_only(sts, role, provider):
    real = "https://signin.aws.amazon.com/saml"
    with naming.seen_as(naming.REAL):
        from_gateway = signed_for((role, provider), recipient=real, destination=real, audience=real)
        local = signed_for((role, provider), destination=None)
        found, _ = iam_saml.read(from_gateway)
        assert found.recipient == real
        with pytest.raises(errors.RecipientWrong):
            iam_saml.read(local)
    assert refusal(assume, sts, role, provider, from_gateway) == INVALID


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("http://signin.aws.amazon.com.localhost:8000/saml", True),
        ("http://eu-west-1.signin.aws.amazon.com.localhost:8000/saml", True),
        ("http://signin.aws.amazon.com.localhost:8000/saml/", False),
        ("http://signin.aws.amazon.com.localhost:8000/saml?x", False),
        ("http://signin.aws.amazon.com.localhost:8000/SAML", False),
        ("https://signin.aws.amazon.com.localhost:8000/saml", False),
        ("http://signin.aws.amazon.com.localhost/saml", False),
        ("http://111122223333.signin.aws.amazon.com.localhost:8000/saml", False),
        ("http://signin.eu-west-1.api.aws.localhost:8000/saml", False),
        ("http://x@signin.aws.amazon.com.localhost:8000/saml", False),
        ("urn:amazon:webservices", False),
    ],
)
@pytest.mark.requirement("S-089")
def test_the_recipient_is_one_of_the_sign_in_hosts_exactly(address, is_ours):
    assert (address in iam_saml.Endpoints()) == is_ours
    assert "urn:amazon:webservices" in iam_saml.Audiences()


class TestEncryptedAssertions:
    @pytest.fixture
    def own(self, provider):
        require(provider)
        return address("signin.aws.amazon.com", iam_saml.own_path(provider))

    @pytest.mark.parametrize("content", [enc.GCM_256, enc.CBC_128])
    def test_give_credentials_once(self, sts, role, provider, own, content):
        response = enc.answer(
            How(content=content), recipient=own, attributes=said_of((role, provider))
        )
        output = assume(sts, role, provider, response)
        assert (output["Subject"], output["Audience"]) == ("zhang@example.com", own)
        assert refusal(assume, sts, role, provider, response) == INVALID

    def test_are_for_the_own_address_where_they_are_required(self, sts, role, provider, own):
        response = enc.answer(attributes=said_of((role, provider)))
        assert refusal(assume, sts, role, provider, response) == INVALID
        require(provider, mode="Allowed")
        assert assume(sts, role, provider, response)

    @pytest.mark.parametrize(
        ("reason", "how"),
        [
            ("decryption", How(kind="other")),
            ("decryption", How(content=enc.CBC_256, kind="other")),
            ("encryption-algorithm", How(transport=enc.RSA_1_5)),
            ("encryption-algorithm", How(content=f"{enc.XENC}tripledes-cbc")),
        ],
    )
    def test_that_nobody_opens_are_refused(self, sts, role, provider, own, reason, how):
        response = enc.answer(how, recipient=own, attributes=said_of((role, provider)))
        with pytest.raises(sts.exceptions.InvalidIdentityTokenException, match=f"“{reason}”"):
            assume(sts, role, provider, response)
        assert Event.objects.latest("id").document["errorCode"] == "InvalidIdentityToken"

    @pytest.mark.requirement("S-091", "S-092")
    def test_are_taken_of_a_provider_that_encrypts_only(self, sts, role, provider, own):
        elsewhere = make_provider(name="plain")
        response = enc.answer(recipient=own, attributes=said_of((role, provider)))
        assert refusal(assume, sts, role, elsewhere, response) == INVALID
        assert refusal(assume, sts, role, provider, signed_for((role, provider))) == INVALID
        require(provider, mode="")
        assert refusal(assume, sts, role, provider, response) == INVALID
        assert assume(sts, role, provider, signed_for((role, provider)))
