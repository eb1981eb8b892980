"""CreateTokenWithIAM, as AWS's own client library signs it for the server over a socket."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.credentials import Credentials

from tests.server import Walker
from tests.signing import ZHANG, ZHANG_ID, ZHANG_SECRET, signed
from tests.wire.programs import (
    CALLBACK,
    SCOPE,
    START_URL,
    VERIFIER,
    authorize,
    post,
    query_of,
    refused,
)

ARN = "arn:aws:sso::111122223333:application/ssoins-1111222233334444/apl-5555666677778888"
REDIRECT_URI = "http://127.0.0.1:36071/oauth/callback"
TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture
def program(program):
    """Return a program that registered for an application, and for a browser."""
    program.register(
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=[CALLBACK],
        issuerUrl=START_URL,
        entitledApplicationArn=ARN,
    )
    return program


@pytest.fixture
def code(program):
    """Return a code that jane_doe allowed the program."""
    return allowed(program)


def allowed(program):
    walker = Walker(program.server).visit(
        program.server.address("example-corp.awsapps.com", "/start/")
    )
    walker.submit(username="jane_doe").submit(password="Jane-portal-1")
    walker.visit(authorize(program)[1])
    return query_of(walker.send("decide", decision="allow"))["code"]


def exchange(program, code, credentials=ZHANG, /, *, region="us-east-1", **changed):
    asked = {
        "clientId": program.registered["clientId"],
        "grantType": "authorization_code",
        "code": code,
        "codeVerifier": VERIFIER,
        "redirectUri": REDIRECT_URI,
        **changed,
    }
    known = {name: value for name, value in asked.items() if value is not None}
    return program.signing(credentials, region=region).create_token_with_iam(**known)


def refresh(program, token, credentials=ZHANG, **changed):
    asked = {"clientId": program.registered["clientId"], "grantType": "refresh_token", **changed}
    return program.signing(credentials).create_token_with_iam(refreshToken=token, **asked)


def told(program):
    """Return the body of the last answer."""
    return json.loads(program.answers[-1]["body"])


@pytest.mark.parametrize("names_its_application", [True, False])
def test_a_signature_stands_in_for_the_secret(program, code, names_its_application):
    client_id = ARN if names_its_application else program.registered["clientId"]
    tokens = exchange(program, code, clientId=client_id, scope=[SCOPE])
    assert tokens["tokenType"] == "Bearer"
    assert tokens["issuedTokenType"] == TOKEN_TYPE
    assert tokens["scope"] == [SCOPE]
    assert 3590 <= tokens["expiresIn"] <= 3600
    assert "awsAdditionalDetails" not in tokens
    assert program.portal.list_accounts(accessToken=tokens["accessToken"])["accountList"]
    renewed = refresh(program, tokens["refreshToken"], clientId=client_id)
    assert renewed["refreshToken"] != tokens["refreshToken"]
    assert refused(refresh, program, tokens["refreshToken"]) == ("InvalidGrantException", 400)


def test_the_event_names_who_signed_and_no_secret(program, code, server):
    tokens = exchange(program, code)
    refused(exchange, program, code)
    records = server.control("GET", "/events?name=CreateTokenWithIAM")["Records"]
    failed, created = records
    assert failed["errorCode"] == "InvalidGrantException"
    assert created["eventSource"] == "sso-oauth.amazonaws.com"
    assert created["recipientAccountId"] == "111122223333"
    assert created["userIdentity"]["userName"] == "zhang"
    assert created["userIdentity"]["accessKeyId"] == ZHANG_ID
    assert created["requestParameters"]["clientId"] == program.registered["clientId"]
    assert created["responseElements"]["issuedTokenType"] == TOKEN_TYPE
    written = json.dumps(records)
    for secret in (code, VERIFIER, tokens["accessToken"], tokens["refreshToken"], ZHANG_SECRET):
        assert secret not in written


@pytest.mark.requirement("S-099")
def test_only_the_account_of_the_directory_signs_for_its_programs(program, code, server):
    [root] = server.control("GET", "/principals?kind=root-user&username=sandbox@example.com")
    made = server.control("POST", f"/principals/{root['id']}/access_keys")
    foreign = Credentials(made["access_key_id"], made["secret_access_key"])
    assert refused(exchange, program, code, foreign) == ("AccessDeniedException", 400)
    assert told(program)["error"] == "access_denied"
    [record] = server.control("GET", "/events?name=CreateTokenWithIAM")["Records"]
    assert record["recipientAccountId"] == "444455556666"
    assert exchange(program, code)["accessToken"]  # nothing was used up


def test_a_call_signed_for_another_region_is_sent_to_the_right_one(program, code, server):
    error = refused(exchange, program, code, region="eu-west-1")
    assert error == ("InvalidRequestRegionException", 400)
    expected = server.address("oidc.us-east-1.amazonaws.com", "")
    assert (told(program)["endpoint"], told(program)["region"]) == (expected, "us-east-1")
    assert exchange(program, code)["accessToken"]


def test_a_host_of_another_region_is_told_by_its_own(server):
    host = f"oidc.eu-west-1.amazonaws.com.localhost:{server.port}"
    status, name, body = post_signed(server, host=host, region="us-east-1")
    assert (status, name) == (400, "InvalidRequestRegionException")
    assert body["region"] == "eu-west-1"
    assert body["endpoint"] == f"http://{host}"


def post_signed(server, credentials=ZHANG, *, host="", region="us-east-1", body="{}", **changed):
    """Send a signed call; return status, the error's name, and the content."""
    url = f"http://{host or f'127.0.0.1:{server.port}'}/token?aws_iam=t"
    headers = {"Content-Type": "application/json"}
    request = signed(credentials, url, body, headers=headers, region=region, service="sso-oauth")
    sent = {**dict(request.headers.items()), **changed}
    return post(server, "/token?aws_iam=t", body, **({"Host": host} if host else {}), **sent)


@pytest.mark.requirement("S-099")
def test_what_is_not_signed_well_gets_nothing(server, program, code):
    assert post(server, "/token?aws_iam=t", "{}")[:2] == (
        403,
        "MissingAuthenticationTokenException",
    )
    for credentials, expected in (
        (Credentials(ZHANG_ID, "wrong"), "InvalidSignatureException"),
        (Credentials("AKIAUNKNOWN", "wrong"), "UnrecognizedClientException"),
        (Credentials(ZHANG_ID, ZHANG_SECRET, "a-token"), "UnrecognizedClientException"),
    ):
        assert refused(exchange, program, code, credentials) == (expected, 403)
    day = f"{datetime.now(UTC):%Y%m%d}"
    half = f"AWS4-HMAC-SHA256 Credential={ZHANG_ID}/{day}/us-east-1/sso-oauth/aws4_request"
    answer = post_signed(server, Authorization=half)
    assert answer[:2] == (400, "IncompleteSignatureException")
    for_sts = signed(url=f"http://127.0.0.1:{server.port}/token?aws_iam=t", body="{}")
    answer = post(server, "/token?aws_iam=t", "{}", **dict(for_sts.headers.items()))
    assert answer[:2] == (403, "InvalidSignatureException")
    changed = signed(
        url=f"http://127.0.0.1:{server.port}/token?aws_iam=t", body="{}", service="sso-oauth"
    )
    answer = post(server, "/token?aws_iam=t", '{"a": 1}', **dict(changed.headers.items()))
    assert answer[:2] == (403, "InvalidSignatureException")
    assert exchange(program, code)["accessToken"]  # nothing was used up


def test_a_secret_is_no_signature_and_a_signature_no_secret(server, program, code):
    body = {**program.credentials, "grantType": "authorization_code", "code": code}
    assert post(server, "/token?aws_iam=t", json.dumps(body))[0] == 403
    assert post(server, "/token", json.dumps({**body, "clientSecret": ""}))[0] == 400


def test_a_session_s_credentials_sign_too_until_they_are_over(program, code, server):
    tokens = exchange(program, code)
    keys = program.portal.get_role_credentials(
        accessToken=tokens["accessToken"],
        accountId="111122223333",
        roleName="AdministratorAccess",
    )["roleCredentials"]
    role = Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"])
    renewed = refresh(program, tokens["refreshToken"], role)
    [record, _] = server.control("GET", "/events?name=CreateTokenWithIAM")["Records"]
    assert record["userIdentity"]["type"] == "AssumedRole"
    over = timedelta(milliseconds=keys["expiration"]) - timedelta(
        seconds=datetime.now(UTC).timestamp()
    )
    server.control("PUT", "/clock", {"advance_seconds": int(over.total_seconds()) + 1})
    assert refused(refresh, program, renewed["refreshToken"], role) == (
        "ExpiredTokenException",
        400,
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grantType": "password"}, "UnsupportedGrantTypeException"),
        ({"clientId": "unknown"}, "InvalidClientException"),
        ({"clientId": ARN.replace("5555", "9999")}, "InvalidClientException"),
        ({"code": "unknown"}, "InvalidGrantException"),
        ({"codeVerifier": "x" * 43}, "InvalidGrantException"),
        ({"redirectUri": CALLBACK}, "InvalidGrantException"),
        ({"codeVerifier": None}, "InvalidRequestException"),
        ({"scope": ["other:scope"]}, "InvalidScopeException"),
    ],
)
def test_what_is_wrong_is_told_as_the_model_has_it(program, code, changed, error):
    status = 401 if error == "InvalidClientException" else 400
    assert refused(exchange, program, code, **changed) == (error, status)


def test_a_code_of_another_program_is_not_given_away(program, code, new_program):
    other = new_program()
    other.register_for_browser()
    client_id = other.registered["clientId"]
    assert refused(exchange, program, code, clientId=client_id) == ("InvalidGrantException", 400)
    begun = new_program()
    begun.register(grantTypes=["refresh_token"])
    refresh_only = refused(refresh, begun, "aor-unknown")
    assert refresh_only == ("InvalidGrantException", 400)


def test_an_application_has_an_arn(program):
    error = refused(program.register, entitledApplicationArn="arn:aws:sso::1:application/x")
    assert error == ("InvalidClientMetadataException", 400)
