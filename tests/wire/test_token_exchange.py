"""CreateTokenWithIAM for assertions and for tokens of other programs, and what STS does with it."""

import json
from datetime import datetime, timedelta

import pytest
from botocore.credentials import Credentials

from signin.kernel import jws
from tests import issuers
from tests.issuers import key, key_set, token
from tests.signing import ZHANG
from tests.wire.programs import CALLBACK, SCOPE, START_URL, principal, refused
from tests.wire.sts.calls import AUDIT, OPEN, assume, client, refusal

ARN = "arn:aws:sso::111122223333:application/ssoins-1111222233334444/apl-5555666677778888"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
REFRESH = "urn:ietf:params:oauth:token-type:refresh_token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
CONTEXT_PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
ISSUER = {"name": "Apps", "url": issuers.URL, "audiences": ["my-app"], "keys": key_set()}


@pytest.fixture(autouse=True)
def no_open_connections():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def directory(server):
    """Return the ID of the directory, which trusts an issuer of tokens."""
    [found] = server.control("GET", "/directories")
    server.control("PUT", f"/directories/{found['id']}/trusted_token_issuers", ISSUER)
    return found["id"]


@pytest.fixture
def program(program, directory):
    """Return a program that registered for an application."""
    program.register(
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=[CALLBACK],
        issuerUrl=START_URL,
        entitledApplicationArn=ARN,
    )
    return program


def assertion(signing=None, **claims):
    return token(signing, **{"aud": "my-app", "email": "Jane_Doe@example.com", **claims})


def bear(program, said, credentials=ZHANG, **changed):
    asked = {"clientId": ARN, "grantType": JWT_BEARER, "assertion": said, **changed}
    return program.signing(credentials).create_token_with_iam(**asked)


def exchange(program, subject_token, credentials=ZHANG, **changed):
    asked = {
        "clientId": ARN,
        "grantType": TOKEN_EXCHANGE,
        "subjectToken": subject_token,
        "subjectTokenType": ACCESS,
        **changed,
    }
    return program.signing(credentials).create_token_with_iam(**asked)


class TestAssertions:
    def test_a_token_of_a_trusted_issuer_stands_for_a_user(self, program):
        tokens = bear(program, assertion())
        assert tokens["issuedTokenType"] == ACCESS
        assert tokens["scope"] == ["openid", "aws", "sts:identity_context", SCOPE]
        assert 3590 <= tokens["expiresIn"] <= 3600
        accounts = program.portal.list_accounts(accessToken=tokens["accessToken"])
        assert accounts["accountList"]
        claims = jws.read(tokens["idToken"].split(".")[1])
        assert claims["aud"] == ARN
        assert claims["aws:identity_store_id"].startswith("d-")
        context = tokens["awsAdditionalDetails"]["identityContext"]
        assert claims["sts:identity_context"] == context

    def test_a_user_name_may_be_what_a_token_tells(self, program, server, directory):
        changed = {**ISSUER, "claim": "who", "attribute": "userName"}
        server.control("PUT", f"/directories/{directory}/trusted_token_issuers", changed)
        assert bear(program, assertion(who="JANE_DOE"))["accessToken"]

    @pytest.mark.parametrize("minutes", [None, 15, 129_600])
    def test_it_opens_a_session_as_long_as_the_directory_says(
        self, program, server, directory, minutes
    ):
        if minutes:
            chosen = {"background_minutes": minutes}
            server.control("PATCH", f"/directories/{directory}/settings", chosen)
        tokens = bear(program, assertion())
        [grant] = server.control("GET", "/grants")
        begun, over = (datetime.fromisoformat(grant[at]) for at in ("allowed_at", "expires_at"))
        lasts = timedelta(minutes=minutes or 7 * 24 * 60)
        assert abs(over - begun - lasts) < timedelta(seconds=10)
        assert tokens["expiresIn"] <= min(3600, lasts.total_seconds())

    def test_less_may_be_asked_for(self, program):
        tokens = bear(program, assertion(), scope=["aws"])
        assert tokens["scope"] == ["aws"]
        assert "idToken" not in tokens
        assert "awsAdditionalDetails" not in tokens
        error = refused(bear, program, assertion(), scope=["other:scope"])
        assert error == ("InvalidScopeException", 400)

    def test_its_refresh_token_is_good_once(self, program):
        tokens = bear(program, assertion())
        asked = {"clientId": ARN, "grantType": "refresh_token"}
        signing = program.signing(ZHANG)
        again = {**asked, "refreshToken": tokens["refreshToken"]}
        renewed = signing.create_token_with_iam(**again)
        assert renewed["idToken"] != tokens["idToken"]
        assert refused(signing.create_token_with_iam, **again) == ("InvalidGrantException", 400)

    @pytest.mark.parametrize(
        "claims",
        [
            {"email": "nobody@example.com"},
            {"email": None},
            {"email": 7},
            {"email": "a\0b"},
            {"aud": "other"},
            {"iss": "https://other.example.com"},
            {"exp": 1},
        ],
    )
    def test_a_token_that_names_nobody_is_refused(self, program, claims):
        error = refused(bear, program, assertion(**claims))
        assert error == ("InvalidGrantException", 400)

    def test_a_token_of_another_key_is_refused(self, program):
        said = assertion(key("RSA", "another"), header={"kid": "one"})
        assert refused(bear, program, said) == ("InvalidGrantException", 400)

    def test_keys_of_an_issuer_of_this_server_are_fetched_as_any_others(
        self, program, server, directory
    ):
        path = "/accounts/111122223333/web_identity_tokens"
        issuer = server.control("PUT", path, {"enabled": True})["issuer"]
        trusted = {"name": "STS", "url": issuer, "audiences": ["my-app"], "fetch_keys": True}
        trusted_at = f"/directories/{directory}/trusted_token_issuers"
        server.control("PUT", trusted_at, {**trusted, "claim": "sub", "attribute": "userName"})
        asked = {"Audience": ["my-app"], "SigningAlgorithm": "RS256"}
        said = client(server).get_web_identity_token(**asked)["WebIdentityToken"]
        assert refused(bear, program, said) == ("InvalidGrantException", 400)
        told = json.loads(program.answers[-1]["body"])["error_description"]
        assert "names no user" in told  # it was believed, but no user is called so

    def test_somebody_disabled_is_nobody(self, program, server):
        tokens = bear(program, assertion())
        server.control("POST", f"/principals/{principal(server, 'jane_doe')}/disable")
        assert refused(bear, program, assertion()) == ("InvalidGrantException", 400)
        error = refused(program.portal.list_accounts, accessToken=tokens["accessToken"])
        assert error[1] == 401

    def test_only_applications_get_tokens(self, program, new_program):
        plain = new_program()
        plain.register_for_browser()
        client_id = plain.registered["clientId"]
        error = refused(bear, plain, assertion(), clientId=client_id)
        assert error == ("UnauthorizedClientException", 400)
        error = refused(bear, plain, assertion(), clientId="unknown")
        assert error == ("InvalidClientException", 401)

    @pytest.mark.requirement("S-099")
    def test_only_the_account_of_the_directory_signs(self, program, server):
        [root] = server.control("GET", "/principals?kind=root-user&username=sandbox@example.com")
        made = server.control("POST", f"/principals/{root['id']}/access_keys")
        foreign = Credentials(made["access_key_id"], made["secret_access_key"])
        error = refused(bear, program, assertion(), foreign)
        assert error == ("AccessDeniedException", 400)

    def test_the_events_have_no_token(self, program, server):
        said = assertion()
        tokens = bear(program, said)
        refused(bear, program, assertion(exp=1))
        records = server.control("GET", "/events?name=CreateTokenWithIAM")["Records"]
        failed, created = records
        assert failed["errorCode"] == "InvalidGrantException"
        assert created["requestParameters"]["grantType"] == JWT_BEARER
        assert created["userIdentity"]["userName"] == "zhang"
        secrets = [said, tokens["accessToken"], tokens["refreshToken"], tokens["idToken"]]
        secrets.append(tokens["awsAdditionalDetails"]["identityContext"])
        assert not [secret for secret in secrets if secret in json.dumps(records)]


class TestExchanges:
    def test_an_access_token_of_another_program_is_exchanged(self, program, new_program):
        other = new_program().let_in()
        tokens = exchange(program, other["accessToken"], scope=["aws", SCOPE])
        assert tokens["issuedTokenType"] == ACCESS
        assert tokens["scope"] == ["aws", SCOPE]
        assert program.portal.list_accounts(accessToken=tokens["accessToken"])["accountList"]
        assert tokens["refreshToken"]
        tokens = exchange(program, other["accessToken"], requestedTokenType=REFRESH)
        assert tokens["issuedTokenType"] == REFRESH
        assert tokens["refreshToken"]
        tokens = exchange(program, other["accessToken"], requestedTokenType=ACCESS)
        assert tokens["issuedTokenType"] == ACCESS
        assert "refreshToken" not in tokens

    def test_no_refresh_token_is_told_of_where_none_is_given(self, program, new_program):
        program.register(
            grantTypes=["authorization_code"],
            redirectUris=[CALLBACK],
            issuerUrl=START_URL,
            entitledApplicationArn=ARN,
        )
        other = new_program().let_in()["accessToken"]
        error = refused(exchange, program, other, requestedTokenType=REFRESH)
        assert error == ("InvalidRequestException", 400)
        assert exchange(program, other)["issuedTokenType"] == ACCESS

    def test_it_ends_with_the_sign_in_behind_it(self, program, new_program):
        caller = new_program()
        other = caller.let_in()
        tokens = exchange(program, other["accessToken"])
        caller.portal.logout(accessToken=other["accessToken"])
        error = refused(program.portal.list_accounts, accessToken=tokens["accessToken"])
        assert error[1] == 401

    def test_what_can_not_be_exchanged(self, program, new_program):
        other = new_program().let_in()
        own = exchange(program, other["accessToken"])["accessToken"]
        for subject in ("unknown", other["refreshToken"], own):
            error = refused(exchange, program, subject)
            assert error == ("InvalidGrantException", 400)
        wrong_type = {"subjectTokenType": "urn:ietf:params:oauth:token-type:jwt"}
        error = refused(exchange, program, other["accessToken"], **wrong_type)
        assert error == ("InvalidRequestException", 400)
        wrong_type = {"requestedTokenType": "urn:ietf:params:oauth:token-type:id_token"}
        error = refused(exchange, program, other["accessToken"], **wrong_type)
        assert error == ("InvalidRequestException", 400)


class TestIdentityContexts:
    def test_sts_takes_the_context_of_a_user(self, program, server):
        context = bear(program, assertion())["awsAdditionalDetails"]["identityContext"]
        given = [{"ProviderArn": CONTEXT_PROVIDER, "ContextAssertion": context}]
        assert assume(client(server), AUDIT, ProvidedContexts=given)["Credentials"]

    def test_sts_takes_no_other(self, program, server):
        context = bear(program, assertion())["awsAdditionalDetails"]["identityContext"]
        right = {"ProviderArn": CONTEXT_PROVIDER, "ContextAssertion": context}
        sts, refusals = client(server), (400, "InvalidContextAssertion")
        for wrong in (
            {"ContextAssertion": f"A{context[1:]}" if context[0] != "A" else f"B{context[1:]}"},
            {"ContextAssertion": "none"},
            {"ContextAssertion": "not/base64!"},
            {"ProviderArn": "arn:aws:iam::aws:contextProvider/Other"},
        ):
            given = [{**right, **wrong}]
            assert refusal(assume, sts, AUDIT, ProvidedContexts=given) == refusals
        six = [right] * 6
        assert refusal(assume, sts, AUDIT, ProvidedContexts=six) == (400, "ValidationError")
        server.control("PUT", "/clock", {"advance_seconds": 3601})
        try:
            assert refusal(assume, sts, AUDIT, ProvidedContexts=[right]) == refusals
        finally:
            server.control("PUT", "/clock", {"reset": True})

    def test_nor_one_of_somebody_disabled(self, program, server):
        context = bear(program, assertion())["awsAdditionalDetails"]["identityContext"]
        server.control("POST", f"/principals/{principal(server, 'jane_doe')}/disable")
        given = [{"ProviderArn": CONTEXT_PROVIDER, "ContextAssertion": context}]
        refusals = (400, "InvalidContextAssertion")
        assert refusal(assume, client(server), AUDIT, ProvidedContexts=given) == refusals
