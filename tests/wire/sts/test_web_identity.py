"""AssumeRoleWithWebIdentity: tokens of providers, and the roles that trust these."""

import json
import time

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests import issuers
from tests.issuers import key, token
from tests.wire.sts.calls import (
    AUDIT,
    DEPLOY,
    ISSUER,
    OPEN,
    THERE,
    client,
    events,
    given,
    is_as_modelled,
    refusal,
    seconds_left,
)

TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


@pytest.fixture
def sts(server):
    """Return a client without credentials."""
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    made = session.create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}),
    )
    OPEN.append(made)
    return made


def assume(sts, said=None, role=DEPLOY, **options):
    return sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="build-7", WebIdentityToken=said or token(), **options
    )


class TestCredentials:
    def test_a_token_opens_a_role_that_trusts_its_provider(self, server, sts):
        output = assume(sts)
        assert is_as_modelled("AssumeRoleWithWebIdentity", output)
        assert output["SubjectFromWebIdentityToken"] == "somebody"
        assert output["Provider"] == ISSUER
        assert output["Audience"] == issuers.AUDIENCE
        user = output["AssumedRoleUser"]
        assert user["Arn"] == f"arn:aws:sts::{THERE}:assumed-role/Deploy/build-7"
        assert user["AssumedRoleId"].endswith(":build-7")
        assert "SourceIdentity" not in output
        assert "PackedPolicySize" not in output
        assert seconds_left(output) == 3600
        identity = client(server, given(output)).get_caller_identity()
        assert (identity["Arn"], identity["UserId"]) == (user["Arn"], user["AssumedRoleId"])
        assert identity["Account"] == THERE

    def test_every_call_gives_others(self, server, sts):
        said = token()
        first, second = assume(sts, said), assume(sts, said)
        assert first["Credentials"]["AccessKeyId"] != second["Credentials"]["AccessKeyId"]

    def test_a_session_lasts_as_asked_and_no_longer_than_the_role_allows(self, sts):
        assert seconds_left(assume(sts, DurationSeconds=900)) == 900
        assert seconds_left(assume(sts, DurationSeconds=7200)) == 7200
        assert refusal(assume, sts, DurationSeconds=7201) == (400, "ValidationError")

    def test_keys_of_a_curve_and_another_audience(self, sts):
        said = token(key("P-256", "two"), algorithm="ES256", aud=["other", "my-app"])
        assert assume(sts, said)["Audience"] == "my-app"

    def test_the_subjects_of_a_role_are_patterns(self, sts):
        there = "repo:octo-org/octo-repo:ref:refs/heads/main"
        assert assume(sts, token(sub=there))["SubjectFromWebIdentityToken"] == there
        for other in ("repo:evil-org/octo-repo:ref:refs/heads/main", f"{there}2", "Somebody"):
            assert refusal(assume, sts, token(sub=other)) == (403, "AccessDenied")

    def test_the_token_brings_tags_and_a_source_identity(self, server, sts):
        tags = {
            "principal_tags": {"Project": ["Apollo"], "Stage": "test"},
            "transitive_tag_keys": ["project"],
        }
        said = token(**{TAGS: tags, SOURCE_IDENTITY: "ana"})
        output = assume(sts, said)
        assert output["SourceIdentity"] == "ana"
        assert output["PackedPolicySize"] >= 1
        assert is_as_modelled("AssumeRoleWithWebIdentity", output)

    def test_policies_count_as_they_do_elsewhere(self, sts):
        policy = json.dumps({"Version": "2012-10-17", "Statement": []})
        arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        assert assume(sts, Policy=policy, PolicyArns=[{"arn": arn}])["PackedPolicySize"] >= 1
        assert refusal(assume, sts, Policy="[]") == (400, "MalformedPolicyDocument")

    def test_botocore_s_own_provider_finds_its_way(self, server, tmp_path, monkeypatch):
        file = tmp_path / "token"
        file.write_text(token())
        for name, value in {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
            "AWS_ROLE_ARN": DEPLOY,
            "AWS_ROLE_SESSION_NAME": "pod",
            "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{server.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        }.items():
            monkeypatch.setenv(name, value)
        found = botocore.session.Session().get_credentials().get_frozen_credentials()
        identity = client(server, found).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{THERE}:assumed-role/Deploy/pod"

    def test_keys_that_are_fetched(self, server, sts, place):
        said = token(iss=place.url)
        assert refusal(assume, sts, said) == (403, "AccessDenied")  # no role trusts that one
        assert len(place.asked) == 2
        place.answers, answers = {}, place.answers
        try:
            server.control("PUT", "/clock", {"advance_seconds": 11})
            assert refusal(assume, sts, said) == (400, "IDPCommunicationError")
        finally:
            place.answers = answers
            server.control("PUT", "/clock", {"reset": True})


class TestRefusals:
    @pytest.mark.requirement("S-018", "S-092")
    @pytest.mark.parametrize(
        "role",
        [
            f"arn:aws:iam::{THERE}:role/ci/Nobody",
            f"arn:aws:iam::{THERE}:role/Deploy",
            f"arn:aws:iam::{THERE}:user/Deploy",
            AUDIT,
            "arn:aws:iam::777788889999:role/Dormant",
        ],
    )
    def test_a_role_that_is_not_for_them_looks_like_none(self, sts, role):
        assert refusal(assume, sts, role=role)[1] in {"AccessDenied", "InvalidIdentityToken"}

    @pytest.mark.requirement("S-018")
    def test_an_unknown_role_and_one_that_trusts_others_say_the_same(self, sts):
        said = set()
        for role in (f"arn:aws:iam::{THERE}:role/Nobody", AUDIT):
            with pytest.raises(sts.exceptions.ClientError) as refused:
                assume(sts, role=role)
            said.add(refused.value.response["Error"]["Message"])
        assert len(said) == 1

    @pytest.mark.requirement("S-092")
    def test_a_provider_opens_roles_of_its_own_account_only(self, sts):
        foreign = "arn:aws:iam::111122223333:role/Foreign"
        assert refusal(assume, sts, role=foreign) == (400, "InvalidIdentityToken")

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"exp": -100}, (400, "ExpiredTokenException")),
            ({"iat": 1000}, (400, "InvalidIdentityToken")),
            ({"aud": "other"}, (400, "InvalidIdentityToken")),
            ({"iss": "https://other.example.com"}, (400, "InvalidIdentityToken")),
            ({"iss": None}, (400, "InvalidIdentityToken")),
            ({"sub": None}, (400, "InvalidIdentityToken")),
            ({"header": {"kid": "nine"}}, (400, "InvalidIdentityToken")),
            ({SOURCE_IDENTITY: "a b"}, (403, "IDPRejectedClaim")),
            ({SOURCE_IDENTITY: 7}, (403, "IDPRejectedClaim")),
            ({TAGS: []}, (403, "IDPRejectedClaim")),
            ({TAGS: {"principal_tags": {"a": ["b", "c"]}}}, (403, "IDPRejectedClaim")),
            ({TAGS: {"principal_tags": {"aws:a": "b"}}}, (403, "IDPRejectedClaim")),
            ({TAGS: {"principal_tags": {"a": "b", "A": "b"}}}, (403, "IDPRejectedClaim")),
            ({TAGS: {"transitive_tag_keys": ["a"]}}, (403, "IDPRejectedClaim")),
            ({TAGS: {"transitive_tag_keys": "a"}}, (403, "IDPRejectedClaim")),
            (
                {TAGS: {"principal_tags": {str(n): "x" * 256 for n in range(50)}}},
                (400, "PackedPolicyTooLarge"),
            ),
        ],
    )
    def test_a_token_that_is_not_right(self, sts, claims, expected):
        now, times = int(time.time()), {"exp", "iat"}  # which stand above as seconds from now
        told = {name: now + value if name in times else value for name, value in claims.items()}
        assert refusal(assume, sts, token(**told)) == expected

    def test_a_token_of_somebody_else_s_key(self, sts):
        said = token(key("RSA", "another"), header={"kid": "one"})
        assert refusal(assume, sts, said) == (400, "InvalidIdentityToken")
        assert refusal(assume, sts, "no token at all") == (400, "ValidationError")
        assert refusal(assume, sts, "none-at-all") == (400, "InvalidIdentityToken")

    def test_access_tokens_of_other_providers_are_refused_clearly(self, sts):
        options = {"ProviderId": "www.amazon.com"}
        assert refusal(assume, sts, **options) == (400, "ValidationError")


class TestEvents:
    def test_the_role_s_account_records_who_came(self, server, sts):
        output = assume(sts)
        [event] = events(server, "AssumeRoleWithWebIdentity")
        assert event["recipientAccountId"] == THERE
        assert event["userIdentity"] == {
            "type": "WebIdentityUser",
            "principalId": f"{ISSUER}:{issuers.AUDIENCE}:somebody",
            "userName": "somebody",
            "identityProvider": ISSUER,
        }
        assert event["eventSource"] == "sts.amazonaws.com"
        assert event["requestParameters"] == {"roleArn": DEPLOY, "roleSessionName": "build-7"}
        response = event["responseElements"]
        assert response["assumedRoleUser"]["arn"] == output["AssumedRoleUser"]["Arn"]
        assert response["subjectFromWebIdentityToken"] == "somebody"
        assert response["provider"] == ISSUER
        assert response["credentials"]["accessKeyId"] == output["Credentials"]["AccessKeyId"]
        assert event["requestID"] == output["ResponseMetadata"]["RequestId"]

    def test_later_calls_of_the_session_tell_who_vouched(self, server, sts):
        session = client(server, given(assume(sts)))
        refusal(session.assume_role, RoleArn=AUDIT, RoleSessionName="more")
        [event] = events(server, "AssumeRole")
        context = event["userIdentity"]["sessionContext"]
        assert context["sessionIssuer"]["arn"] == DEPLOY
        assert context["webIdFederationData"] == {"federatedProvider": ISSUER, "attributes": {}}

    def test_what_is_refused_is_recorded_with_whoever_proved_to_be_somebody(self, server, sts):
        refusal(assume, sts, role=AUDIT)
        refusal(assume, sts, token(exp=1))
        expired, refused = events(server, "AssumeRoleWithWebIdentity")
        assert refused["errorCode"] == "AccessDenied"
        assert refused["userIdentity"]["userName"] == "somebody"
        assert expired["errorCode"] == "ExpiredTokenException"
        assert expired["userIdentity"]["type"] == "Unknown"
        assert expired["recipientAccountId"] == THERE

    @pytest.mark.requirement("S-107")
    def test_no_token_is_recorded_or_logged(self, server, sts):
        said = token()
        output = assume(sts, said)
        refusal(assume, sts, said, AUDIT)
        recorded = str(server.control("GET", "/events?limit=1000"))
        logged = (server.data / "server.log").read_text()
        secrets = [said, said.rpartition(".")[2], given(output).secret_key, given(output).token]
        assert not [each for each in secrets if each in recorded or each in logged]
