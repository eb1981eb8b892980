"""GetWebIdentityToken: tokens for other services, and the issuers that sign them."""

import http.client
import json
import stat
import time
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.wire.sts.calls import (
    NEXT,
    THERE,
    ZHANG_ARN,
    assume,
    client,
    events,
    given,
    is_as_modelled,
    refusal,
)

HERE = "111122223333"
NAMESPACE = "https://sts.amazonaws.com/"
AUDIENCE = "https://api.example.com"


@pytest.fixture(autouse=True)
def issuing(server):
    """Let the account give its people tokens, and return the address of its issuer."""
    told = server.control("PUT", f"/accounts/{HERE}/web_identity_tokens", {"enabled": True})
    return told["issuer"]


def ask(sts, algorithm="ES384", audience=(AUDIENCE,), **options):
    return sts.get_web_identity_token(
        Audience=list(audience), SigningAlgorithm=algorithm, **options
    )


def fetch(server, address):
    """Return status and JSON of an address of an issuer."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", parts.path, headers={"Host": parts.netloc})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def believed(server, token, issuer):
    """Return the claims of a token as another service finds them: it knows the issuer only."""
    status, configuration = fetch(server, f"{issuer}/.well-known/openid-configuration")
    assert (status, configuration["issuer"]) == (200, issuer)
    _, keys = fetch(server, configuration["jwks_uri"])
    algorithms = configuration["id_token_signing_alg_values_supported"]
    assert algorithms == ["RS256", "ES384"]
    return jwt.decode(token, KeySet.import_key_set(keys), algorithms=algorithms)


class TestTokens:
    @pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
    def test_another_service_can_check_them(self, server, issuing, algorithm):
        output = ask(client(server), algorithm)
        assert is_as_modelled("GetWebIdentityToken", output)
        token = believed(server, output["WebIdentityToken"], issuing)
        assert token.header["alg"] == algorithm
        assert "NOT_FOR_PRODUCTION" in token.header["kid"]
        claims = token.claims
        assert (claims["iss"], claims["aud"], claims["sub"]) == (issuing, AUDIENCE, ZHANG_ARN)
        assert claims["exp"] - claims["iat"] == 300
        assert claims["exp"] == int(output["Expiration"].timestamp())
        assert abs(claims["iat"] - time.time()) < 60
        assert claims["jti"]
        assert claims[NAMESPACE] == {
            "aws_account": HERE,
            "source_region": "us-east-1",
            "principal_id": ZHANG_ARN,
        }

    def test_it_is_as_long_and_for_whom_and_with_what_was_asked(self, server, issuing):
        tags = [{"Key": "team", "Value": "data"}, {"Key": "job", "Value": ""}]
        sts = client(server, region="eu-west-1")
        output = ask(sts, audience=["a", "b"], DurationSeconds=3600, Tags=tags)
        claims = believed(server, output["WebIdentityToken"], issuing).claims
        assert claims["aud"] == ["a", "b"]
        assert claims["exp"] - claims["iat"] == 3600
        assert claims[NAMESPACE]["request_tags"] == {"team": "data", "job": ""}
        assert claims[NAMESPACE]["source_region"] == "eu-west-1"

    def test_a_role_is_named_with_its_session(self, server, issuing):
        tags = [{"Key": "Stage", "Value": "test"}]
        taken = assume(client(server), NEXT, Tags=tags, SourceIdentity="zhang")
        output = ask(client(server, given(taken)))
        claims = believed(server, output["WebIdentityToken"], issuing).claims
        assert claims["sub"] == NEXT
        told = claims[NAMESPACE]
        assert told["principal_tags"] == {"Stage": "test"}
        assert told["source_identity"] == "zhang"
        ends = taken["Credentials"]["Expiration"]
        assert told["original_session_exp"] == ends.strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_it_is_over_before_the_session(self, server):
        session = client(server, given(client(server).get_session_token(DurationSeconds=900)))
        assert ask(session, DurationSeconds=600)
        refused = (403, "SessionDurationEscalationException")
        assert refusal(ask, session, DurationSeconds=1800) == refused

    def test_an_account_has_to_be_allowed_to(self, server):
        server.control("PUT", f"/accounts/{HERE}/web_identity_tokens", {"enabled": False})
        refused = (403, "OutboundWebIdentityFederationDisabledException")
        assert refusal(ask, client(server)) == refused

    def test_it_is_not_at_the_global_endpoint(self, server):
        there = client(server, host="sts.us-east-1.amazonaws.com.localhost")
        assert ask(there)
        everywhere = client(server, host="sts.amazonaws.com.localhost")
        assert refusal(ask, everywhere) == (400, "ValidationError")

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"audience": [str(number) for number in range(11)]}, "ValidationError"),
            ({"algorithm": "HS256"}, "ValidationError"),
            ({"algorithm": "PS256"}, "ValidationError"),
            ({"DurationSeconds": 3601}, "ValidationError"),
            ({"SubjectMode": "OriginIdentity"}, "ValidationError"),
            ({"Scope": "read"}, "ValidationError"),
            (
                {"Tags": [{"Key": f"{n:03}" * 40, "Value": "x" * 256} for n in range(50)]},
                "JWTPayloadSizeExceededException",
            ),
        ],
    )
    def test_what_can_not_be(self, server, options, code):
        assert refusal(ask, client(server), **options) == (400, code)

    def test_aws_takes_none_of_them_itself(self, server, issuing):
        provider = {"url": issuing, "audiences": [AUDIENCE], "fetch_keys": True}
        server.control("PUT", f"/accounts/{THERE}/oidc_providers", provider)
        token = ask(client(server))["WebIdentityToken"]
        assert refusal(
            client(server).assume_role_with_web_identity,
            RoleArn=f"arn:aws:iam::{THERE}:role/ci/Deploy",
            RoleSessionName="me",
            WebIdentityToken=token,
        ) == (400, "InvalidIdentityToken")

    def test_calls_are_recorded_without_the_token(self, server):
        output = ask(client(server))
        server.control("PUT", f"/accounts/{HERE}/web_identity_tokens", {"enabled": False})
        refusal(ask, client(server))
        refused, event = events(server, "GetWebIdentityToken")
        assert refused["errorCode"] == "OutboundWebIdentityFederationDisabledException"
        assert event["userIdentity"]["arn"] == ZHANG_ARN
        parameters = {"signingAlgorithm": "ES384", "audience": [AUDIENCE]}
        assert event["requestParameters"] == parameters
        recorded = str(server.control("GET", "/events?limit=1000"))
        assert output["WebIdentityToken"] not in recorded
        assert output["WebIdentityToken"].rpartition(".")[2] not in recorded


class TestIssuers:
    def test_an_issuer_is_there_while_its_account_is_allowed_to(self, server, issuing):
        paths = ("/.well-known/openid-configuration", "/.well-known/jwks.json")
        for path in paths:
            assert fetch(server, f"{issuing}{path}")[0] == 200
        server.control("PUT", f"/accounts/{HERE}/web_identity_tokens", {"enabled": False})
        for path in paths:
            assert fetch(server, f"{issuing}{path}")[0] == 404

    def test_two_accounts_have_two(self, server, issuing):
        path = f"/accounts/{THERE}/web_identity_tokens"
        assert server.control("PUT", path, {"enabled": True})["issuer"] != issuing

    @pytest.mark.requirement("S-112")
    def test_the_keys_are_this_installation_s_own_and_nobody_else_reads_them(self, server, issuing):
        ask(client(server))
        file = server.data / "web_identity_keys.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        _, shown = fetch(server, f"{issuing}/.well-known/jwks.json")
        assert [sorted(key) for key in shown["keys"]] == [
            ["alg", "e", "kid", "kty", "n", "use"],
            ["alg", "crv", "kid", "kty", "use", "x", "y"],
        ]
        assert all("NOT_FOR_PRODUCTION" in key["kid"] for key in shown["keys"])
        secrets = [key["d"] for key in json.loads(file.read_text())]
        assert len(set(secrets)) == 2
        assert not [secret for secret in secrets if secret in str(shown)]
