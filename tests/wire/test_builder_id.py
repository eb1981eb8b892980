"""Programs that ask for a Builder ID, as AWS's own client library speaks it over a socket."""

import pytest

from tests.wire.programs import CALLBACK, SCOPE, authorize, query_of, refused

START_URL = "https://view.awsapps.com/start"
SCOPES = [
    "codewhisperer:completions",
    "codewhisperer:analysis",
    "codewhisperer:conversations",
    "codewhisperer:taskassist",
    "codewhisperer:transformations",
    "codecatalyst:read_write",
]
DEV = "dev@example.com"


def let_in(program, server, scopes=SCOPES):
    """Go through a whole device authorization; return the tokens."""
    program.register(scopes=scopes, issuerUrl=START_URL)
    begun = program.begin(START_URL)
    path = f"/device_authorizations/{begun['userCode']}/approve"
    server.control("POST", path, {"principal": DEV})
    return program.poll(begun)


@pytest.mark.requirement("R-126", "S-095")
@pytest.mark.parametrize(
    "start_url",
    [
        START_URL,
        f"{START_URL}/",
        f"{START_URL}/#/",
        "http://view.awsapps.com.localhost:8000/start",
        "https://VIEW.awsapps.com/start",
    ],
)
def test_the_start_url_of_builder_ids_begins_a_device_authorization(program, server, start_url):
    begun = program.begin(start_url)
    page = server.address("device.sso.us-east-1.amazonaws.com")
    assert begun["verificationUriComplete"] == f"{page}?user_code={begun['userCode']}"
    assert refused(program.poll, begun) == ("AuthorizationPendingException", 400)


def test_an_editor_gets_tokens_and_renews_them(program, server):
    tokens = let_in(program, server)
    assert 3590 <= tokens["expiresIn"] <= 3600
    renewed = program.token("refresh_token", refreshToken=tokens["refreshToken"])
    assert renewed["accessToken"] != tokens["accessToken"]
    used = {"refreshToken": tokens["refreshToken"]}
    assert refused(program.token, "refresh_token", **used) == ("InvalidGrantException", 400)


def test_denied_is_denied(program, server):
    begun = program.begin(START_URL)
    server.control("POST", f"/device_authorizations/{begun['userCode']}/deny")
    assert refused(program.poll, begun) == ("AccessDeniedException", 400)


@pytest.mark.parametrize("separator", [" ", ","])
def test_a_browser_is_sent_to_the_page_that_asks(program, server, separator):
    program.register(
        scopes=SCOPES,
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=[CALLBACK],
        issuerUrl=START_URL,
    )
    status, there, _page = authorize(program, scopes=separator.join(SCOPES[:3]))
    assert status == 302
    assert there.startswith(server.address("view.awsapps.com", "/start/consent?request="))
    _status, there, _page = authorize(program, scopes="sso:account:access")
    assert query_of(there)["error"] == "invalid_scope"


@pytest.mark.requirement("R-186")
@pytest.mark.parametrize("scopes", [SCOPES, [SCOPE], []])
def test_its_tokens_open_no_account(program, server, scopes):
    token = let_in(program, server, scopes)["accessToken"]
    unauthorized = ("UnauthorizedException", 401)
    portal = program.portal
    assert refused(portal.list_accounts, accessToken=token) == unauthorized
    where = {"accountId": "111122223333", "accessToken": token}
    assert refused(portal.list_account_roles, **where) == unauthorized
    assert refused(portal.get_role_credentials, roleName="ReadOnlyAccess", **where) == unauthorized


@pytest.mark.requirement("S-102")
def test_logging_out_ends_tokens_and_sign_in(program, server):
    tokens = let_in(program, server)
    program.portal.logout(accessToken=tokens["accessToken"])
    renewing = {"refreshToken": tokens["refreshToken"]}
    assert refused(program.token, "refresh_token", **renewing) == ("InvalidGrantException", 400)
    assert refused(program.portal.logout, accessToken=tokens["accessToken"])[1] == 401


@pytest.mark.requirement("R-186")
def test_nobody_of_a_directory_lets_it_in(program, server):
    begun = program.begin(START_URL)
    path = f"/device_authorizations/{begun['userCode']}/approve"
    assert "error" in server.control("POST", path, {"principal": "jane_doe"})
    assert refused(program.poll, begun) == ("AuthorizationPendingException", 400)
