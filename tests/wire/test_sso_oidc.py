"""SSO-OIDC, as AWS's own client library speaks it with the server over a socket."""

import json
import re
import time
from datetime import datetime

import pytest

from tests.wire.programs import (
    CALLBACK,
    DEVICE_CODE,
    SCOPE,
    START_URL,
    answer,
    authorize,
    get,
    query_of,
    refused,
)

INSTANCE = "ssoins-96cb3ef713c2b170"  # of the demo scenario, after each reset


def errors(program):
    """Return the body of the last answer."""
    return json.loads(program.answers[-1]["body"])


def test_a_client_is_registered_for_90_days(program):
    registered = program.register()
    lifetime = registered["clientSecretExpiresAt"] - registered["clientIdIssuedAt"]
    assert lifetime == 90 * 24 * 60 * 60
    assert abs(registered["clientIdIssuedAt"] - time.time()) < 60
    assert len(registered["clientId"]) > 20
    assert len(registered["clientSecret"]) > 20


def test_a_program_of_the_old_kind_needs_no_scopes(program):
    assert program.oidc.register_client(clientName="botocore-client-1", clientType="public")


@pytest.mark.parametrize(
    ("details", "error"),
    [
        ({"clientType": "confidential"}, "InvalidClientMetadataException"),
        ({"clientName": "two\nlines"}, "InvalidClientMetadataException"),
        ({"clientName": "x" * 101}, "InvalidClientMetadataException"),
        ({"clientName": ""}, "InvalidRequestException"),
        ({"scopes": ["two words"]}, "InvalidScopeException"),
        ({"grantTypes": ["password"]}, "UnsupportedGrantTypeException"),
        ({"grantTypes": ["authorization_code"]}, "InvalidRedirectUriException"),
        ({"redirectUris": ["https://127.0.0.1/callback"]}, "InvalidRedirectUriException"),
        ({"redirectUris": ["http://example.com/callback"]}, "InvalidRedirectUriException"),
    ],
)
def test_what_can_t_be_registered(program, details, error):
    assert refused(program.register, **details) == (error, 400)
    code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", error.removesuffix("Exception")).lower()
    assert errors(program)["error"] == code


def test_a_device_authorization_begins_with_all_that_programs_read(program, server):
    begun = program.begin()
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", begun["userCode"])
    assert len(begun["deviceCode"]) >= 22
    assert (begun["expiresIn"], begun["interval"]) == (600, 1)
    page = server.address("device.sso.us-east-1.amazonaws.com")
    assert begun["verificationUri"] == page
    assert begun["verificationUriComplete"] == f"{page}?user_code={begun['userCode']}"


@pytest.mark.parametrize(
    "start_url",
    [
        START_URL,
        f"{START_URL}/",
        f"{START_URL}/#/",
        "https://d-1234567890.awsapps.com/start",
        "http://example-corp.awsapps.com.localhost:8000/start",
        "http://127.0.0.1:8000/start",
        f"https://{INSTANCE}.portal.us-east-1.app.aws",
        f"https://{INSTANCE}.us-east-1.portal.amazonaws.com/",
        f"https://identitycenter.amazonaws.com/{INSTANCE}",
    ],
)
def test_start_urls_name_a_directory(program, start_url):
    assert program.begin(start_url)["deviceCode"]


@pytest.mark.parametrize(
    "start_url",
    [
        "https://nobody.awsapps.com/start",
        "https://amzn.awsapps.com/start",
        "https://ssoins-1111222233334444.portal.us-east-1.app.aws",
        f"https://{INSTANCE}.eu-west-1.portal.amazonaws.com",
        "https://[",
    ],
)
def test_start_urls_that_name_none(program, start_url):
    assert refused(program.begin, start_url) == ("InvalidRequestException", 400)


@pytest.mark.requirement("S-095")
def test_a_program_gets_tokens_once_somebody_let_it_in(program, server):
    begun = program.begin()
    for _ in range(3):  # at once, as command lines do
        assert refused(program.poll, begun) == ("AuthorizationPendingException", 400)
        assert errors(program)["error"] == "authorization_pending"
    answer(server, begun)
    tokens = program.poll(begun)
    assert tokens["tokenType"] == "Bearer"
    assert 3590 <= tokens["expiresIn"] <= 3600
    assert tokens["accessToken"].startswith("aoa")
    assert tokens["refreshToken"].startswith("aor")
    assert refused(program.poll, begun) == ("InvalidGrantException", 400)


def test_without_scopes_there_is_no_refresh_token_and_the_other_lasts_as_the_session(
    program, server
):
    registered = program.oidc.register_client(clientName="old", clientType="public")
    program.registered = registered
    tokens = program.let_in()
    assert "refreshToken" not in tokens
    assert 8 * 3600 - 10 <= tokens["expiresIn"] <= 8 * 3600


@pytest.mark.requirement("S-095")
def test_a_program_is_told_that_somebody_said_no(program, server):
    begun = program.begin()
    answer(server, begun, how="deny")
    assert refused(program.poll, begun) == ("AccessDeniedException", 400)
    assert errors(program)["error"] == "access_denied"


@pytest.mark.requirement("S-095", "S-096")
def test_a_code_that_nobody_typed_is_over_after_ten_minutes(program, server):
    begun = program.begin()
    server.control("PUT", "/clock", {"advance_seconds": 601})
    assert refused(program.poll, begun) == ("ExpiredTokenException", 400)
    assert errors(program)["error"] == "expired_token"
    assert "error" in answer(server, begun)


@pytest.mark.requirement("S-095")
def test_a_program_is_told_to_slow_down_where_a_fault_says_so(program, server):
    begun = program.begin()
    server.control("PUT", "/faults/slow-down", {"times": 2})
    told = [refused(program.poll, begun)[0] for _ in range(3)]
    assert told == ["SlowDownException"] * 2 + ["AuthorizationPendingException"]


@pytest.mark.requirement("S-099")
def test_secrets_are_those_of_the_client_and_have_an_end(program, new_program, server):
    begun = program.begin()
    wrong = {"grantType": DEVICE_CODE, "deviceCode": begun["deviceCode"]}
    client_id = program.registered["clientId"]
    for credentials in (
        {"clientId": client_id, "clientSecret": "wrong"},
        {"clientId": "unknown", "clientSecret": program.registered["clientSecret"]},
    ):
        expected = ("InvalidClientException", 401)
        assert refused(program.oidc.create_token, **wrong, **credentials) == expected
        start = program.oidc.start_device_authorization
        assert refused(start, startUrl=START_URL, **credentials) == expected
    other = new_program()
    other.register()
    assert refused(other.poll, begun) == ("InvalidGrantException", 400)
    server.control("PUT", "/clock", {"advance_seconds": 90 * 24 * 60 * 60})
    assert refused(program.begin) == ("InvalidClientException", 401)


def test_other_ways_to_tokens_than_registered_for_are_closed(program):
    program.register_for_browser()
    assert refused(program.begin) == ("UnauthorizedClientException", 400)
    assert refused(program.token, "password") == ("UnsupportedGrantTypeException", 400)
    assert refused(program.token, "refresh_token") == ("InvalidRequestException", 400)
    assert refused(program.token, "refresh_token", refreshToken="aor") == (
        "InvalidGrantException",
        400,
    )


@pytest.mark.requirement("S-102")
def test_refresh_tokens_are_good_once_and_a_second_time_ends_the_family(program):
    first = program.let_in()
    second = program.token("refresh_token", refreshToken=first["refreshToken"])
    assert second["refreshToken"] != first["refreshToken"]
    assert program.portal.list_accounts(accessToken=second["accessToken"])
    again = refused(program.token, "refresh_token", refreshToken=first["refreshToken"])
    assert again == ("InvalidGrantException", 400)
    for tokens in (first, second):
        opened = refused(program.portal.list_accounts, accessToken=tokens["accessToken"])
        assert opened == ("UnauthorizedException", 401)
    last = refused(program.token, "refresh_token", refreshToken=second["refreshToken"])
    assert last == ("InvalidGrantException", 400)


@pytest.mark.requirement("S-102")
def test_tokens_are_renewed_until_the_portal_session_ends(program, server):
    tokens = program.let_in()
    server.control("PUT", "/clock", {"advance_seconds": 8 * 3600 - 60})
    tokens = program.token("refresh_token", refreshToken=tokens["refreshToken"])
    assert tokens["expiresIn"] <= 60
    server.control("PUT", "/clock", {"advance_seconds": 60})
    over = refused(program.token, "refresh_token", refreshToken=tokens["refreshToken"])
    assert over == ("InvalidGrantException", 400)


def test_a_browser_is_sent_to_the_portal_to_be_asked(program, server):
    program.register_for_browser()
    for spelling in (
        {"scopes": SCOPE},
        {"scopes": f"{SCOPE},{SCOPE}"},
        {"scopes": None, "scope": f"{SCOPE} {SCOPE}"},
        {"scopes": None},
        {"redirect_uri": CALLBACK},
    ):
        status, location, _ = authorize(program, **spelling)
        consent = server.address("example-corp.awsapps.com", "/start/consent")
        assert status == 302
        assert re.fullmatch(re.escape(consent) + r"\?request=[0-9a-f]{32}", location)


@pytest.mark.requirement("S-100")
def test_nobody_is_sent_to_an_address_that_no_program_registered(program):
    program.register_for_browser()
    for wrong in (
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": "x\x00"},
        {"redirect_uri": "https://evil.example/oauth/callback"},
        {"redirect_uri": "http://127.0.0.1:36071/other"},
        {"redirect_uri": "http://127.0.0.1:36071@evil.example/oauth/callback"},
        {"redirect_uri": "http://localhost:36071/oauth/callback"},
        {"redirect_uri": None},
        {"state": "x" * 5000},
    ):
        status, location, page = authorize(program, **wrong)
        assert (status, location) == (400, ""), wrong
        assert 'id="program-unknown"' in page


@pytest.mark.requirement("S-100", "S-101")
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scopes": "sso:account:access other:scope"}, "invalid_scope"),
    ],
)
def test_what_is_wrong_is_told_to_the_program(program, wrong, error):
    program.register_for_browser()
    status, location, _ = authorize(program, **wrong)
    told = query_of(location)
    assert status == 302
    assert location.startswith("http://127.0.0.1:36071/oauth/callback?")
    assert (told["error"], told["state"]) == (error, "a-state")
    assert told["error_description"]
    assert told["iss"].startswith("http://oidc.us-east-1.amazonaws.com.localhost:")


def test_calls_that_make_no_sense_are_told_in_the_protocol(program, server):
    assert get(server, "/token")[0] == 400
    assert json.loads(get(server, "/token")[2])["error"] == "invalid_request"


@pytest.mark.requirement("S-107")
def test_the_events_tell_everything_but_secrets(program, server):
    begun = program.begin()
    answer(server, begun)
    tokens = program.poll(begun)
    refused(program.poll, begun)
    program.token("refresh_token", refreshToken=tokens["refreshToken"])
    records = server.control("GET", "/events?account=111122223333")["Records"][::-1]
    ours = [each for each in records if each["eventSource"] == "sso-oauth.amazonaws.com"]
    assert [each["eventName"] for each in ours] == [
        "RegisterClient",
        "StartDeviceAuthorization",
        "CreateToken",
        "CreateToken",
        "CreateToken",
    ]
    assert [each.get("errorCode") for each in ours[2:]] == [None, "InvalidGrantException", None]
    created = ours[2]
    assert created["userIdentity"]["type"] == "IdentityCenterUser"
    assert created["responseElements"]["tokenType"] == "Bearer"
    assert created["requestParameters"]["grantType"] == DEVICE_CODE
    assert datetime.fromisoformat(created["eventTime"])
    written = json.dumps(records)
    secrets = [begun["deviceCode"], begun["userCode"], program.registered["clientSecret"]]
    for secret in [*secrets, tokens["accessToken"], tokens["refreshToken"]]:
        assert secret not in written
